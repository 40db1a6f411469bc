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
    let stage = Stage::set(servers, &SERVICES).await;
    let time = stage.data.0.join("time");
    std::fs::write(&time, "0").expect("a clock to set");
    let time = time.display().to_string();
    for service in SERVICES {
        // See `Clock::system`: what the services call now, not what the kernel does.
        stage.add(service, &[("DARBAZI_TEST_CLOCK", &time)]);
    }
    for service in SERVICES {
        stage.serves(service).await;
    }
    let load = Load::start(&stage, 9).await;
    let jumps = size.pick(&["300", "-300"][..], &["300", "-300", "300", "0", "-300", "300", "-300"]);
    for offset in jumps.iter().chain(&["0"]) {
        tokio::time::sleep(Duration::from_secs(4)).await;
        std::fs::write(&time, offset).expect("a clock to set");
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    let proven = check::everything(&stage, &load.stop().await).await;
    stage.close().await;
    Held { done: format!("{} jumps of up to ten minutes", jumps.len() + 1), recovery: Some(proven.quiet_after), proven }
}
