//! Nothing more can be written where the data are.

use std::process::Command;
use std::time::Duration;

use futures_util::FutureExt;
use testkit::TestData;

use crate::load::{Caller, Load};
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::{EMBEDDED, Stage};
use crate::{Fault, Size, check};

pub const FAULT: Fault = Fault {
    name: "the disk is full: commands are refused, nothing is torn, and it goes on once there is room",
    short: false,
    run: |servers, size| run(servers, size).boxed_local(),
};

/// A small disk of memory; only root may have one.
struct SmallDisk(TestData);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = TestData::new();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=48m", "tmpfs"]).arg(&folder.0).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0.0).status();
    }
}

async fn run(servers: &Servers, size: Size) -> Held {
    let Some(disk) = SmallDisk::mount() else {
        println!("SKIPPED: the disk is full (a small disk of memory could not be mounted)");
        return Held { done: "SKIPPED: needs root".into(), ..Held::default() };
    };
    let stage = Stage::embedded(servers, TestData(disk.0.0.clone())).await;
    let load = Load::start(&stage, 6).await;
    let (filler, times) = (disk.0.0.join("filler"), size.pick(1, 4));
    let mut refusals = 0;
    for round in 0..times {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let _ = std::fs::write(&filler, vec![0; 64 << 20]);
        let full = Caller::new(&stage, &format!("full-{round}"));
        // What was allocated before is written over first, so it takes a while until there is no room.
        let enough = refusals + 20;
        for attempt in 0..2_000 {
            if refusals >= enough {
                break;
            }
            let marker = format!("full-{round}-{attempt}");
            if let Ok((status, problem)) = full.send("assets", "/v1/devices", &load.ground().device(), &marker).await {
                assert!(matches!(status, 201 | 503), "{status}: {problem}");
                refusals += usize::from(status == 503);
            }
        }
        std::fs::remove_file(&filler).expect("to make room");
    }
    assert!(refusals > 0, "the disk was never full");
    tokio::time::sleep(Duration::from_secs(2)).await;
    let ledger = load.stop().await;
    let proven = check::everything(&stage, &ledger).await;
    stage.with(EMBEDDED, crate::process::Process::kill);
    stage.close().await;
    drop(disk);
    Held {
        done: format!("{times} times full, {refusals} commands told 503"),
        recovery: Some(proven.quiet_after),
        proven,
    }
}
