//! The platform as one process on SQLite, killed while many write.

use std::time::Duration;

use futures_util::FutureExt;
use testkit::TestData;

use crate::load::Load;
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::{EMBEDDED, Stage};
use crate::{Fault, Size, check};

pub const FAULT: Fault = Fault {
    name: "the platform in one process on SQLite is killed under 32 writers",
    short: true,
    run: |servers, size| run(servers, size).boxed_local(),
};

async fn run(servers: &Servers, size: Size) -> Held {
    let stage = Stage::embedded(servers, TestData::new()).await;
    let load = Load::start(&stage, 32).await;
    let (kills, mut longest) = (size.pick(2, 20), Duration::ZERO);
    for round in 0..kills {
        tokio::time::sleep(Duration::from_millis(1_500 + 311 * (round % 7))).await;
        longest = longest.max(stage.restart(EMBEDDED).await);
    }
    let ledger = load.stop().await;
    let proven = check::everything(&stage, &ledger).await;
    let said = stage.said(EMBEDDED);
    assert!(!said.contains("database is locked"), "{said}");
    stage.close().await;
    Held {
        done: format!("`kill -9` {kills} times under 32 writers"),
        recovery: Some(longest.max(proven.quiet_after)),
        proven,
    }
}
