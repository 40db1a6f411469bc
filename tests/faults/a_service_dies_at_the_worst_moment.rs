//! A process ends between two steps that belong together.

use std::time::Duration;

use futures_util::FutureExt;

use crate::load::Load;
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check};

pub const FAULT: Fault = Fault {
    name: "a service dies between commit and answer, publishing and checkpoint, or in the middle of a reaction",
    short: true,
    run: |servers, size| run(servers, size).boxed_local(),
};

/// Where, and in whose work. The places are in the code, see `kernel::crash`.
const MOMENTS: [(&str, &str); 7] = [
    ("committed", "assets"),
    ("committed", "incidents"),
    ("published", "identity"),
    ("published", "assets"),
    ("reacting", "incidents"),
    ("reacting", "assets"),
    ("reacted", "incidents"),
];

async fn run(servers: &Servers, size: Size) -> Held {
    let stage = Stage::open(servers, &["identity", "assets", "incidents"]).await;
    let load = Load::start(&stage, 6).await;
    let (rounds, mut longest) = (size.pick(1, 3), Duration::ZERO);
    for round in 0..rounds {
        for (place, service) in MOMENTS {
            // It comes to pass this place again and again; a different time of them each round.
            let crash = format!("{place}:{}", 1 + 2 * round);
            stage.with(service, |process| {
                process.kill();
                process.start(&[("DARBAZI_TEST_CRASH", &crash)]);
            });
            stage.ended(service).await;
            stage.with(service, |process| process.start(&[]));
            longest = longest.max(stage.serves(service).await);
        }
    }
    let proven = check::everything(&stage, &load.stop().await).await;
    stage.close().await;
    Held {
        done: format!("{} deaths at {} named places", rounds * MOMENTS.len(), MOMENTS.len()),
        recovery: Some(longest.max(proven.quiet_after)),
        proven,
    }
}
