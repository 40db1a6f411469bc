//! The databases are lost, and come back as they were at the last backup, in another cluster.

use futures_util::FutureExt;

use crate::load::Load;
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check, topic};

pub const FAULT: Fault = Fault {
    name: "every database is restored from a backup into a new cluster, and the platform goes on",
    short: false,
    run: |servers, size| run(servers, size).boxed_local(),
};

const SERVICES: [&str; 3] = ["identity", "assets", "incidents"];

async fn run(servers: &Servers, size: Size) -> Held {
    let stage = Stage::open(servers, &SERVICES).await;
    let load = Load::start(&stage, 6).await;
    tokio::time::sleep(size.seconds(4, 30)).await;
    let dumps = SERVICES.map(|service| (service, servers.dump(&stage.database_url(service), service)));
    // What is done after the backup is lost with the databases.
    tokio::time::sleep(size.seconds(2, 10)).await;
    let ground = load.ground().clone();
    let mut ledger = load.stop().await;
    check::everything(&stage, &ledger).await;
    let lost_from = check::logs(&stage).await.iter().map(|log| log.events.len()).sum::<usize>();

    let cluster = servers.another("restored");
    for (service, dump) in dumps {
        stage.with(service, |process| process.signal("TERM"));
        stage.ended(service).await;
        let url = cluster.restore(&format!("restored_{service}"), &dump);
        stage.move_to(service, &url);
    }
    let restored: usize = check::logs(&stage).await.iter().map(|log| log.events.len()).sum();
    // Kafka remembers what was heard after the backup; the databases do not. Hearing everything again costs time only.
    for service in SERVICES {
        let topics: Vec<_> = SERVICES.iter().map(|producer| stage.topic(producer)).collect();
        topic::rewind(&servers.kafka(), &format!("{}.{service}", stage.prefix), &topics);
        stage.with(service, |process| process.start(&[]));
    }
    for service in SERVICES {
        stage.serves(service).await;
    }
    // Who was told "done" after the backup was told so for nothing; that is what a backup means.
    let kept = check::logs(&stage).await;
    ledger.retain(|entry| check::is_stored(&kept, entry));
    let again = Load::resume(&stage, "after", &ground, 6, |caller| caller);
    tokio::time::sleep(size.seconds(4, 20)).await;
    ledger.extend(again.stop().await);
    check::quiet(&stage).await;
    let logs = check::logs(&stage).await;
    let mut proven = check::answers(&logs, &ledger);
    proven.events = logs.iter().map(|log| log.events.len()).sum();
    for log in &logs {
        check::chain(log).await;
    }
    stage.close().await;
    Held {
        done: format!(
            "three databases dumped under load and restored; {} events after the backup were lost",
            lost_from - restored
        ),
        recovery: None,
        proven,
    }
}
