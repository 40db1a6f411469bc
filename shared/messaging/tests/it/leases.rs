use std::time::Duration;

use event_store::Store;
use kernel::Clock;
use messaging::Lease;
use sea_orm::ConnectionTrait;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

async fn store() -> Option<(Store, testkit::TestDatabase)> {
    let database = testkit::postgres().await?;
    let connection = database.connect().await;
    connection.migrate(&[event_store::MIGRATIONS, messaging::MIGRATIONS].concat()).await.unwrap();
    Some((Store::open("lamps", connection, [7; 32], Clock::system()), database))
}

#[tokio::test]
async fn one_replica_holds_a_lease_and_the_next_one_has_a_higher_epoch() {
    let Some((store, _database)) = store().await else { return };
    let stop = CancellationToken::new();
    let first = Lease::hold(&store, "relay", &stop).await.unwrap();
    let second = timeout(Duration::from_secs(2), Lease::hold(&store, "relay", &stop)).await;
    assert!(second.is_err(), "two replicas lead");
    let epoch = first.epoch;
    drop(first);
    let second = timeout(Duration::from_secs(5), Lease::hold(&store, "relay", &stop)).await.unwrap().unwrap();
    assert!(second.epoch > epoch);
}

#[tokio::test]
async fn a_lease_that_was_taken_away_is_noticed() {
    let Some((store, _database)) = store().await else { return };
    let stop = CancellationToken::new();
    let lease = Lease::hold(&store, "relay", &stop).await.unwrap();
    let thief =
        format!("UPDATE leases SET owner = '{}', epoch = epoch + 1, expires_at = 99999999999", kernel::id::random());
    store.database().writer.execute_unprepared(&thief).await.unwrap();
    timeout(Duration::from_secs(5), lease.lost().cancelled()).await.expect("the holder stops");
}
