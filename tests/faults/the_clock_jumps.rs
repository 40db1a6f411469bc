//! The machine's clock is put forward and back.

use std::time::Duration;

use futures_util::FutureExt;

use crate::load::Load;
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check};

pub const FAULT: Fault = Fault {
    name: "the clock of every service jumps five minutes ahead and back",
    short: false,
    run: |servers, size| run(servers, size).boxed_local(),
};

const SERVICES: [&str; 3] = ["identity", "assets", "incidents"];

async fn run(servers: &Servers, size: Size) -> Held {
    let Some(library) = library(servers) else {
        println!("SKIPPED: the clock jumps (libfaketime could not be had on this machine)");
        return Held { done: "SKIPPED: libfaketime is not there".into(), ..Held::default() };
    };
    let stage = Stage::set(servers, &SERVICES).await;
    let time = stage.data.0.join("time");
    std::fs::write(&time, "+0").expect("a clock to set");
    let time = time.display().to_string();
    for service in SERVICES {
        let clock = [
            ("LD_PRELOAD", library.as_str()),
            ("FAKETIME_TIMESTAMP_FILE", &time),
            ("FAKETIME_NO_CACHE", "1"),
            // Only the wall clock jumps, as it does in the world.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
        stage.add(service, &clock);
    }
    for service in SERVICES {
        stage.serves(service).await;
    }
    let load = Load::start(&stage, 9).await;
    let jumps = size.pick(&["+300", "-300"][..], &["+300", "-300", "+300", "+0", "-300", "+300", "-300"]);
    for offset in jumps.iter().chain(&["+0"]) {
        tokio::time::sleep(Duration::from_secs(4)).await;
        std::fs::write(&time, offset).expect("a clock to set");
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    let proven = check::everything(&stage, &load.stop().await).await;
    stage.close().await;
    Held { done: format!("{} jumps of up to ten minutes", jumps.len() + 1), recovery: Some(proven.quiet_after), proven }
}

fn library(servers: &Servers) -> Option<String> {
    servers.script("need", &["faults"])?;
    let folders = std::fs::read_dir("/usr/lib").ok()?.filter_map(Result::ok);
    let library = |folder: std::fs::DirEntry| folder.path().join("faketime/libfaketimeMT.so.1");
    folders.map(library).find(|library| library.exists()).map(|library| library.display().to_string())
}
