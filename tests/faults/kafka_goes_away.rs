//! Kafka is gone for a while; commands go on, and everything is published and heard once it is back.

use futures_util::FutureExt;

use crate::load::{Load, Told};
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check};

pub const FAULT: Fault = Fault {
    name: "Kafka is killed, stays away, and comes back with nothing in its cache",
    short: true,
    run: |servers, size| run(servers, size).boxed_local(),
};

async fn run(servers: &Servers, size: Size) -> Held {
    let stage = Stage::open(servers, &["identity", "assets", "incidents"]).await;
    let load = Load::start(&stage, 6).await;
    let away = size.seconds(8, 120);
    tokio::time::sleep(size.seconds(2, 5)).await;
    servers.kill("broker");
    // Work that needs nothing from another service goes on: a client that begins now is answered.
    let meanwhile = Load::resume(&stage, "meanwhile", load.ground(), 1, |caller| caller);
    tokio::time::sleep(away).await;
    let answered = meanwhile.stop().await;
    assert!(answered.iter().any(|entry| entry.told == Told::Acknowledged), "nothing was answered without Kafka");
    empty_the_cache();
    servers.revive("broker");
    tokio::time::sleep(size.seconds(2, 10)).await;
    let mut ledger = load.stop().await;
    ledger.extend(answered);
    let proven = check::everything(&stage, &ledger).await;
    stage.close().await;
    Held {
        done: format!("Kafka away for {} s, then back with an empty page cache", away.as_secs()),
        recovery: Some(proven.quiet_after),
        proven,
    }
}

/// What Kafka has not on disk is gone, as after a power cut of its machine. Only root may.
fn empty_the_cache() {
    let emptied = std::fs::write("/proc/sys/vm/drop_caches", "3");
    if let Err(error) = emptied {
        println!("SKIPPED: emptying the page cache ({error})");
    }
}
