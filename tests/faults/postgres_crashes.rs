//! PostgreSQL ends at once, as after a power cut, and recovers.

use futures_util::FutureExt;

use crate::load::Load;
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check};

pub const FAULT: Fault = Fault {
    name: "PostgreSQL is stopped in immediate mode under load, and recovers",
    short: true,
    run: |servers, size| run(servers, size).boxed_local(),
};

async fn run(servers: &Servers, size: Size) -> Held {
    let stage = Stage::open(servers, &["identity", "assets", "incidents"]).await;
    let load = Load::start(&stage, 9).await;
    let crashes = size.pick(2, 8);
    for _ in 0..crashes {
        tokio::time::sleep(size.seconds(2, 5)).await;
        servers.kill("postgres");
        tokio::time::sleep(size.seconds(1, 5)).await;
        servers.revive("postgres");
    }
    tokio::time::sleep(size.seconds(2, 5)).await;
    let proven = check::everything(&stage, &load.stop().await).await;
    stage.close().await;
    Held {
        done: format!("{crashes} crashes of PostgreSQL, away for {} s each", size.pick(1, 5)),
        recovery: Some(proven.quiet_after),
        proven,
    }
}
