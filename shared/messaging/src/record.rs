//! A record on our topics that is no event of ours.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use rdkafka::Message;
use rdkafka::message::{BorrowedMessage, Header, Headers, OwnedHeaders};
use serde::{Deserialize, Serialize};

use crate::cloud_event::CloudEvent;

/// A record exactly as it lay on its topic; bytes in base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// Whom it concerns, as far as anybody can tell: its key, else its own place.
    pub key: String,
    pub headers: BTreeMap<String, String>,
    pub value: String,
}

impl Record {
    pub(crate) fn of(message: &BorrowedMessage<'_>) -> Self {
        let place = || format!("{}/{}/{}", message.topic(), message.partition(), message.offset());
        let key = message.key().and_then(|key| std::str::from_utf8(key).ok());
        let header =
            |header: Header<'_, &[u8]>| (header.key.to_owned(), BASE64.encode(header.value.unwrap_or_default()));
        Self {
            topic: message.topic().to_owned(),
            partition: message.partition(),
            offset: message.offset(),
            key: key.map_or_else(place, str::to_owned),
            headers: message.headers().into_iter().flat_map(Headers::iter).map(header).collect(),
            value: BASE64.encode(message.payload().unwrap_or_default()),
        }
    }

    /// Tries again: a later release may know how.
    pub fn read(&self) -> Result<CloudEvent, String> {
        let bytes = |text: &str| BASE64.decode(text).map_err(|error| error.to_string());
        let mut headers = OwnedHeaders::new();
        for (key, value) in &self.headers {
            headers = headers.insert(Header { key, value: Some(&bytes(value)?) });
        }
        CloudEvent::read(Some(&headers), &bytes(&self.value)?)
    }
}
