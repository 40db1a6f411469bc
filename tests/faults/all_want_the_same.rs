//! Many clients want the same thing at the same moment.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::load::{Caller, Load, Told};
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::Stage;
use crate::{Fault, Size, check};

pub const STREAM: Fault = Fault {
    name: "64 clients edit one device through two replicas",
    short: true,
    run: |servers, size| stream(servers, size).boxed_local(),
};

pub const KEY: Fault = Fault {
    name: "20 requests with one idempotency key arrive at once at two replicas",
    short: true,
    run: |servers, size| key(servers, size).boxed_local(),
};

async fn open(servers: &Servers) -> Stage<'_> {
    let stage = Stage::open(servers, &["identity", "assets", "incidents"]).await;
    stage.add("assets-2", &[]);
    stage.serves("assets-2").await;
    stage
}

async fn stream(servers: &Servers, size: Size) -> Held {
    let stage = open(servers).await;
    let load = Load::start(&stage, 0).await;
    let mut first = Caller::new(&stage, "first");
    let device = first.command("assets", "/v1/devices", load.ground().device()).await.expect("a device");
    let path = format!("/v1/devices/{}", device["id"].as_str().expect("an id"));
    let edits = size.pick(3, 20);
    let clients = (0..64).map(|index| {
        let (mut caller, path) = (Caller::new(&stage, &format!("one-of-64-{index}")), path.clone());
        tokio::spawn(async move {
            for edit in 0..edits {
                let patch = json!({ "$patch": { "location": format!("R-{index}-{edit}") } });
                caller.command("assets", &path, patch).await;
            }
            caller.ledger()
        })
    });
    let mut ledger = load.stop().await;
    ledger.extend(first.ledger());
    for edited in join_all(clients.collect::<Vec<_>>()).await {
        ledger.extend(edited.expect("a client that does not panic"));
    }
    let acknowledged =
        ledger.iter().filter(|entry| entry.marker.starts_with("one-of-64") && entry.told == Told::Acknowledged);
    assert_eq!(acknowledged.count(), 64 * edits, "each edit comes through in the end");
    let proven = check::everything(&stage, &ledger).await;
    stage.close().await;
    Held { done: format!("64 clients, {edits} edits each"), recovery: None, proven }
}

async fn key(servers: &Servers, size: Size) -> Held {
    let stage = open(servers).await;
    let load = Load::start(&stage, 0).await;
    let rounds = size.pick(5, 100);
    let mut ledger = vec![];
    for round in 0..rounds {
        let (marker, device) = (format!("same-{round}"), Arc::new(load.ground().device()));
        let caller = Caller::new(&stage, "twenty");
        let requests = (0..20).map(|_| {
            let (caller, marker, device) = (caller.clone(), marker.clone(), device.clone());
            async move { insist(&caller, &device, &marker).await }
        });
        let answers = join_all(requests).await;
        assert!(answers.iter().all(|answer| answer == &answers[0]), "one command, one answer: {answers:#?}");
        ledger.push(crate::load::Entry { service: "assets", marker, told: Told::Acknowledged });
    }
    ledger.extend(load.stop().await);
    let proven = check::everything(&stage, &ledger).await;
    stage.close().await;
    Held { done: format!("{rounds} times 20 requests at once"), recovery: None, proven }
}

/// Asks again for as long as it is told that the command is under way.
async fn insist(caller: &Caller, device: &Value, marker: &str) -> Value {
    loop {
        match caller.send("assets", "/v1/devices", device, marker).await.expect("an answer") {
            (201, answer) => return answer,
            (409, problem) if problem["code"] == "command-in-progress" => {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            other => panic!("{other:?}"),
        }
    }
}
