//! The events of all services in one stream for browsers, filtered by what the caller may see.
//!
//! Each service filters its own; here their streams are joined. The id of a message holds the position in every
//! service's log, so `Last-Event-ID` goes on exactly where the connection broke.

use std::collections::BTreeMap;
use std::convert::Infallible;

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream::{self, SelectAll};
use futures_util::{Stream, StreamExt};
use kernel::Fault;
use std::pin::Pin;

use crate::Upstream;
use crate::edge::Stopped;
use crate::proxy::refuse;
use crate::server::Shared;

/// Positions by service, written `assets:17;identity:4`.
type Positions = BTreeMap<String, i64>;

type Messages = Pin<Box<dyn Stream<Item = Message> + Send>>;

/// A message of one service.
struct Message {
    service: String,
    lines: Vec<String>,
}

pub async fn events(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    if let Err(Stopped { fault, .. }) = shared.edge.admit(&request, &Default::default(), None).await {
        return refuse(fault);
    }
    let last = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let positions = read(last);
    let mut streams = SelectAll::new();
    for upstream in shared.upstreams.iter() {
        match open(&request, &shared, upstream, positions.get(&upstream.name).copied()).await {
            Some(messages) => streams.push(messages),
            None => return refuse(Fault::unavailable(&format!("{} service", upstream.name))),
        }
    }
    let joined = stream::unfold((streams, positions), |(mut streams, mut positions)| async move {
        let message = streams.next().await?;
        let text = rewritten(message, &mut positions);
        Some((Ok::<_, Infallible>(Bytes::from(text)), (streams, positions)))
    });
    HttpResponse::Ok().content_type("text/event-stream").insert_header(("cache-control", "no-store")).streaming(joined)
}

async fn open(request: &HttpRequest, shared: &Shared, upstream: &Upstream, after: Option<i64>) -> Option<Messages> {
    let token = request.headers().get("authorization")?.to_str().ok()?.to_owned();
    let mut outgoing = shared.client.get(format!("{}/v1/events/stream", upstream.url)).header("authorization", token);
    if let Some(after) = after {
        outgoing = outgoing.query(&[("after", after)]);
    }
    let answer = outgoing.send().await.ok()?.error_for_status().ok()?;
    Some(Box::pin(messages(upstream.name.clone(), answer)))
}

/// Messages end with an empty line.
fn messages(service: String, answer: reqwest::Response) -> impl Stream<Item = Message> + Send {
    let chunks = Box::pin(answer.bytes_stream());
    stream::unfold((chunks, Vec::<u8>::new(), service), |(mut chunks, mut buffer, service)| async move {
        loop {
            if let Some(end) = buffer.windows(2).position(|pair| pair == b"\n\n") {
                let rest = buffer.split_off(end + 2);
                let text = String::from_utf8_lossy(&buffer).into_owned();
                let lines = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
                return Some((Message { service: service.clone(), lines }, (chunks, rest, service)));
            }
            buffer.extend_from_slice(&chunks.next().await?.ok()?);
        }
    })
}

/// The message with the joined position for its id.
fn rewritten(message: Message, positions: &mut Positions) -> String {
    let mut text = String::new();
    for line in message.lines {
        match line.strip_prefix("id: ").and_then(|id| id.parse().ok()) {
            Some(position) => {
                positions.insert(message.service.clone(), position);
                text.push_str(&format!("id: {}\n", write(positions)));
            }
            None => text.push_str(&format!("{line}\n")),
        }
    }
    text + "\n"
}

fn write(positions: &Positions) -> String {
    positions.iter().map(|(service, position)| format!("{service}:{position}")).collect::<Vec<_>>().join(";")
}

fn read(text: &str) -> Positions {
    let pairs = text.split(';').filter_map(|pair| pair.split_once(':'));
    pairs.filter_map(|(service, position)| Some((service.to_owned(), position.parse().ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_joined_position_goes_on_where_it_broke() {
        let mut positions = read("assets:17;identity:4");
        let message = Message { service: "assets".into(), lines: vec!["id: 18".into(), "data: {}".into()] };
        assert_eq!(rewritten(message, &mut positions), "id: assets:18;identity:4\ndata: {}\n\n");
        assert_eq!(read(&write(&positions)), positions);
        assert!(read("nonsense").is_empty());
    }
}
