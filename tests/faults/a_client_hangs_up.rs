//! Clients that go away in the middle of what they say.

use std::time::Duration;

use futures_util::FutureExt;
use rand::Rng;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::load::{Entry, Load, Told};
use crate::report::Held;
use crate::servers::Servers;
use crate::stage::{Stage, token};
use crate::{Fault, Size, check};

pub const FAULT: Fault = Fault {
    name: "clients hang up at a random byte of their request",
    short: true,
    run: |servers, size| run(servers, size).boxed_local(),
};

async fn run(servers: &Servers, size: Size) -> Held {
    let stage = Stage::open(servers, &["identity", "assets", "incidents"]).await;
    let load = Load::start(&stage, 3).await;
    let address = stage.address("assets").trim_start_matches("http://").to_owned();
    let (issuer, calls) = (stage.issuer(), size.pick(300, 2_000));
    let mut ledger = vec![];
    for index in 0..calls {
        let marker = format!("hung-up-{index}");
        let body = load.ground().device().to_string();
        let request = format!(
            "POST /v1/devices HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             idempotency-key: {marker}\r\nx-change-reason: {marker}\r\ncontent-length: {}\r\n\r\n{body}",
            token(&issuer, kernel::id::random(), None),
            body.len(),
        );
        // A third of them say everything and do not wait for the answer.
        let said = if index % 3 == 0 { request.len() } else { random_below(request.len()) };
        let mut connection = TcpStream::connect(&address).await.expect("a connection");
        connection.write_all(&request.as_bytes()[..said]).await.expect("to be heard");
        match index % 4 {
            0 => connection.shutdown().await.expect("to hang up"),
            // Without a word of farewell: a reset.
            1 => connection.set_zero_linger().expect("to reset"),
            2 => tokio::time::sleep(Duration::from_millis(index as u64 % 7)).await,
            _ => {}
        }
        drop(connection);
        ledger.push(Entry { service: "assets", marker, told: Told::Nothing });
    }
    ledger.extend(load.stop().await);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let proven = check::everything(&stage, &ledger).await;
    stage.close().await;
    Held { done: format!("{calls} requests cut off"), recovery: Some(proven.quiet_after), proven }
}

fn random_below(limit: usize) -> usize {
    rand::rng().next_u64() as usize % limit
}
