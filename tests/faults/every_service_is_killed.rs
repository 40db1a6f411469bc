//! Every service is killed, again and again, while clients work.

use std::time::Duration;

use futures_util::FutureExt;

use crate::load::Load;
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check};

pub const FAULT: Fault = Fault {
    name: "every service is killed under load, and each comes back to where it was",
    short: true,
    run: |servers, size| run(servers, size).boxed_local(),
};

async fn run(servers: &Servers, size: Size) -> Held {
    let services: &[&str] =
        size.pick(&["identity", "assets", "incidents"], &["identity", "assets", "incidents", "software", "contracts"]);
    let kills = size.pick(2, 20);
    let stage = Stage::open(servers, services).await;
    let load = Load::start(&stage, size.pick(6, 9)).await;
    let mut longest = Duration::ZERO;
    for round in 0..kills {
        for service in services {
            tokio::time::sleep(Duration::from_millis(300 + 137 * (round % 5))).await;
            longest = longest.max(stage.restart(service).await);
        }
    }
    let ledger = load.stop().await;
    let proven = check::everything(&stage, &ledger).await;
    stage.close().await;
    Held {
        done: format!("`kill -9` of each of {} services {kills} times", services.len()),
        recovery: Some(longest.max(proven.quiet_after)),
        proven,
    }
}
