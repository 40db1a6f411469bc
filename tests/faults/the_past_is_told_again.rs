//! Events come again that were heard long ago.

use std::time::Duration;

use event_store::statement;
use futures_util::FutureExt;
use sea_orm::ConnectionTrait;

use crate::load::Load;
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check, topic};

pub const TOPIC: Fault = Fault {
    name: "every topic is read again from its beginning",
    short: false,
    run: |servers, size| again(servers, size, Again::Topics).boxed_local(),
};

pub const CHECKPOINT: Fault = Fault {
    name: "the relays publish ten thousand events again",
    short: false,
    run: |servers, size| again(servers, size, Again::Checkpoints).boxed_local(),
};

enum Again {
    Topics,
    Checkpoints,
}

const SERVICES: [&str; 3] = ["identity", "assets", "incidents"];

async fn again(servers: &Servers, size: Size, what: Again) -> Held {
    let stage = Stage::open(servers, &SERVICES).await;
    let load = Load::start(&stage, 9).await;
    tokio::time::sleep(size.seconds(4, 40)).await;
    let ledger = load.stop().await;
    let before = check::everything(&stage, &ledger).await;
    for service in SERVICES {
        stage.with(service, |process| process.signal("TERM"));
        stage.ended(service).await;
    }
    for service in stage.services() {
        match what {
            Again::Topics => {
                let group = format!("{}.{}", stage.prefix, service.name);
                let topics: Vec<_> = SERVICES.iter().map(|producer| stage.topic(producer)).collect();
                topic::rewind(&servers.kafka(), &group, &topics);
            }
            Again::Checkpoints => set_back(&stage, service.name).await,
        }
    }
    for service in SERVICES {
        stage.with(service, |process| process.start(&[]));
    }
    for service in SERVICES {
        stage.serves(service).await;
    }
    // Whether anything was published again can only be seen once the relays had a lease.
    tokio::time::sleep(Duration::from_secs(12)).await;
    let proven = check::everything(&stage, &ledger).await;
    assert_eq!(proven.events, before.events, "what was heard again had an effect again");
    stage.close().await;
    let done = match what {
        Again::Topics => "three consumer groups set back to the beginning",
        Again::Checkpoints => "three relays set back by 10,000 positions, or to the beginning",
    };
    Held { done: done.into(), recovery: Some(proven.quiet_after), proven }
}

async fn set_back(stage: &Stage<'_>, service: &'static str) {
    let store = stage.store(service).await;
    let update = "UPDATE checkpoints SET position = greatest(position - 10000, 0) WHERE name = 'relay'";
    store.database().writer.execute_raw(statement(store.database().backend(), update, [])).await.expect("a checkpoint");
}
