//! Replicas come and go, and the partitions with them.

use std::time::Duration;

use futures_util::FutureExt;

use crate::load::Load;
use crate::process::Process;
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check};

pub const FAULT: Fault = Fault {
    name: "consumer groups are rebalanced every five seconds",
    short: false,
    run: |servers, size| run(servers, size).boxed_local(),
};

async fn run(servers: &Servers, size: Size) -> Held {
    let stage = Stage::open(servers, &["identity", "assets", "incidents"]).await;
    let load = Load::start(&stage, 9).await;
    let rounds = size.pick(2, 10);
    for round in 0..rounds {
        // One that leaves in order, and one that is killed.
        for replica in ["assets-2", "incidents-2"] {
            stage.add(replica, &[]);
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
        stage.with("assets-2", |process| if round % 2 == 0 { process.signal("TERM") } else { process.kill() });
        stage.with("incidents-2", Process::kill);
        stage.ended("assets-2").await;
    }
    let proven = check::everything(&stage, &load.stop().await).await;
    stage.close().await;
    Held { done: format!("{} replicas that came and left", 2 * rounds), recovery: Some(proven.quiet_after), proven }
}
