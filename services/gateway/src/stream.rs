//! The events of all services in one stream for browsers, filtered by what the caller may see.
//!
//! Each service filters its own; here their streams are joined. The id of a message holds the position in every
//! service's log, so `Last-Event-ID` goes on exactly where the connection broke.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use ::web::words::unknown_parameter;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::future::join_all;
use futures_util::stream::{self, SelectAll};
use futures_util::{Stream, StreamExt};
use kernel::Fault;
use reqwest::Client;
use tokio::time::sleep;

use crate::proxy::{carry_back, refuse, stop};
use crate::server::Shared;

/// Before a broken stream is asked for again; doubled as long as that does not help.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

/// Positions by service, written `assets:17;identity:4`.
type Positions = BTreeMap<String, i64>;

type Chunks = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

/// A message of one service.
struct Message {
    service: String,
    lines: Vec<String>,
}

/// What the caller asked of every service.
struct Asked {
    client: Client,
    token: String,
    kind: Option<String>,
}

/// The stream of one service, asked for again from the last position when it breaks.
struct Source {
    service: String,
    url: String,
    asked: Arc<Asked>,
    after: Option<i64>,
    chunks: Option<Chunks>,
    buffer: Vec<u8>,
    pause: Duration,
}

enum Broken {
    Away,
    Refused(reqwest::Response),
}

pub async fn events(request: HttpRequest, shared: web::Data<Shared>) -> HttpResponse {
    if let Err(stopped) = shared.edge.admit(&request, &Default::default(), None).await {
        return stop(stopped);
    }
    let asked = match asked(&request, &shared) {
        Ok(asked) => Arc::new(asked),
        Err(fault) => return refuse(fault),
    };
    let last = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let positions = read(last);
    let mut sources: Vec<Source> = shared
        .upstreams
        .iter()
        .map(|upstream| Source {
            service: upstream.name.clone(),
            url: format!("{}/v1/events/stream", upstream.url),
            asked: asked.clone(),
            after: positions.get(&upstream.name).copied(),
            chunks: None,
            buffer: vec![],
            pause: PAUSE,
        })
        .collect();
    let mut away = 0;
    for opened in join_all(sources.iter_mut().map(Source::connect)).await {
        match opened {
            Ok(()) => {}
            Err(Broken::Away) => away += 1,
            Err(Broken::Refused(answer)) => return carry_back(answer),
        }
    }
    // Those that are away join when they are back.
    if away == sources.len() {
        return refuse(Fault::unavailable("services"));
    }
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header(("cache-control", "no-store"))
        .streaming(joined(sources, positions).take_until(shared.stop.clone().cancelled_owned()))
}

fn asked(request: &HttpRequest, shared: &Shared) -> Result<Asked, Fault> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(request.query_string()).unwrap_or_default();
    if let Some((name, _)) = pairs.iter().find(|(name, _)| name != "type") {
        return Err(Fault::all(kernel::Kind::Malformed, vec![unknown_parameter(name)]));
    }
    let token = request.headers().get("authorization").and_then(|token| token.to_str().ok()).unwrap_or_default();
    let kind = pairs.into_iter().next().map(|(_, kind)| kind);
    Ok(Asked { client: shared.client.clone(), token: token.to_owned(), kind })
}

/// The messages of all sources; it ends when a service no longer lets the caller in.
fn joined(sources: Vec<Source>, positions: Positions) -> impl Stream<Item = Result<Bytes, Infallible>> {
    let messages = sources.into_iter().map(|source| {
        Box::pin(stream::unfold(source, |mut source| async move { Some((source.next().await, source)) }))
    });
    let streams: SelectAll<_> = messages.collect();
    stream::unfold((streams, positions), |(mut streams, mut positions)| async move {
        let message = streams.next().await??;
        let text = rewritten(message, &mut positions);
        Some((Ok(Bytes::from(text)), (streams, positions)))
    })
}

impl Source {
    async fn connect(&mut self) -> Result<(), Broken> {
        let Asked { client, token, kind } = &*self.asked;
        let after = self.after.map(|after| ("after", after.to_string()));
        let kind = kind.clone().map(|kind| ("type", kind));
        let query: Vec<_> = after.into_iter().chain(kind).collect();
        let sent = client.get(&self.url).header("authorization", token).query(&query).send().await;
        let answer = sent.map_err(|_| Broken::Away)?;
        match answer.status() {
            status if status.is_success() => {
                self.chunks = Some(Box::pin(answer.bytes_stream()));
                Ok(())
            }
            status if status.is_client_error() => Err(Broken::Refused(answer)),
            _ => Err(Broken::Away),
        }
    }

    /// The next message; `None` when the service no longer lets the caller in.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(message) = self.buffered() {
                return Some(message);
            }
            let chunk = match &mut self.chunks {
                Some(chunks) => chunks.next().await,
                None => None,
            };
            match chunk {
                Some(Ok(chunk)) => {
                    self.pause = PAUSE;
                    self.buffer.extend_from_slice(&chunk);
                }
                // A message that was cut off comes again, for its position was not noted.
                Some(Err(_)) | None => self.connect_again().await?,
            }
        }
    }

    async fn connect_again(&mut self) -> Option<()> {
        self.chunks = None;
        self.buffer.clear();
        sleep(self.pause).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        match self.connect().await {
            Ok(()) | Err(Broken::Away) => Some(()),
            Err(Broken::Refused(_)) => None,
        }
    }

    /// Messages end with an empty line.
    fn buffered(&mut self) -> Option<Message> {
        let end = self.buffer.windows(2).position(|pair| pair == b"\n\n")?;
        let rest = self.buffer.split_off(end + 2);
        let text = String::from_utf8_lossy(&std::mem::replace(&mut self.buffer, rest)).into_owned();
        let lines: Vec<String> = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        self.after = lines.iter().find_map(|line| position(line)).or(self.after);
        Some(Message { service: self.service.clone(), lines })
    }
}

fn position(line: &str) -> Option<i64> {
    line.strip_prefix("id: ")?.parse().ok()
}

/// The message with the joined position for its id.
fn rewritten(message: Message, positions: &mut Positions) -> String {
    let mut text = String::new();
    for line in message.lines {
        match position(&line) {
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
