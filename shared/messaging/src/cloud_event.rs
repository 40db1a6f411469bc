//! An event as the world sees it: CloudEvents 1.0, in JSON or in the binary mode of the Kafka binding.

use chrono::{DateTime, SecondsFormat, Utc};
use event_store::StoredEvent;
use rdkafka::message::{Header, Headers, OwnedHeaders};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A CloudEvent with our extension attributes. Names are those of the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CloudEvent {
    pub specversion: String,
    pub id: Uuid,
    /// `/darbazi/assets`
    pub source: String,
    /// `darbazi.assets.device.assigned.v1`
    #[serde(rename = "type")]
    pub kind: String,
    /// The id of the thing it happened to.
    pub subject: Uuid,
    pub time: DateTime<Utc>,
    pub datacontenttype: String,
    /// Events of one key come in order.
    pub partitionkey: String,
    /// Version of the thing after it; sorts as text.
    pub sequence: String,
    /// Place in the service's log.
    pub position: i64,
    /// Human number of the thing: `DEV-000123`.
    pub number: String,
    pub actorid: Uuid,
    pub actorname: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orgunitid: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ownerid: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlationid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causationid: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    pub data: Value,
}

const PREFIX: &str = "ce_";

impl CloudEvent {
    /// The public form of a stored event. Of personal fields only whose they are is left.
    pub fn of(service: &str, event: &StoredEvent) -> Self {
        let meta = event.meta.clone();
        Self {
            specversion: "1.0".into(),
            id: event.id,
            source: format!("/darbazi/{service}"),
            kind: format!("darbazi.{service}.{}", event.name),
            subject: event.stream_id,
            time: event.recorded_at,
            datacontenttype: "application/json".into(),
            partitionkey: event.stream_id.to_string(),
            sequence: format!("{:020}", event.version),
            position: event.position,
            number: event.number.clone(),
            actorid: meta.actor.id,
            actorname: meta.actor.name,
            orgunitid: event.org_unit_id,
            ownerid: event.owner_id,
            reason: meta.reason,
            correlationid: meta.correlation,
            causationid: meta.causation,
            traceparent: meta.traceparent,
            // An event without data still has a value: a null would be a tombstone on a compacted topic.
            data: if event.data.is_null() { json!({}) } else { public(&event.data) },
        }
    }

    /// The producing service, from the source.
    pub fn service(&self) -> &str {
        self.source.rsplit('/').next().unwrap_or_default()
    }

    /// The event's name without the service: `device.assigned.v1`.
    pub fn name(&self) -> &str {
        let prefix_length = "darbazi.".len() + self.service().len() + 1;
        self.kind.get(prefix_length..).unwrap_or_default()
    }

    /// Attributes as `ce_` headers, data as the value (Kafka binding 1.0.2, §3.2).
    pub fn to_headers(&self) -> OwnedHeaders {
        let text = |value: &dyn ToString| Some(value.to_string());
        let attributes = [
            ("content-type", Some(self.datacontenttype.clone())),
            ("ce_specversion", Some(self.specversion.clone())),
            ("ce_id", text(&self.id)),
            ("ce_source", Some(self.source.clone())),
            ("ce_type", Some(self.kind.clone())),
            ("ce_subject", text(&self.subject)),
            ("ce_time", Some(self.time.to_rfc3339_opts(SecondsFormat::AutoSi, true))),
            ("ce_partitionkey", Some(self.partitionkey.clone())),
            ("ce_sequence", Some(self.sequence.clone())),
            ("ce_position", text(&self.position)),
            ("ce_number", Some(self.number.clone())),
            ("ce_actorid", text(&self.actorid)),
            ("ce_actorname", Some(self.actorname.clone())),
            ("ce_orgunitid", self.orgunitid.map(|id| id.to_string())),
            ("ce_ownerid", self.ownerid.map(|id| id.to_string())),
            ("ce_reason", self.reason.clone()),
            ("ce_correlationid", self.correlationid.clone()),
            ("ce_causationid", self.causationid.map(|id| id.to_string())),
            ("ce_traceparent", self.traceparent.clone()),
        ];
        let present = attributes.iter().filter_map(|(key, value)| Some((*key, value.as_ref()?)));
        present.fold(OwnedHeaders::new_with_capacity(attributes.len()), |headers, (key, value)| {
            headers.insert(Header { key, value: Some(value) })
        })
    }

    /// Reads a record in binary mode, or in structured mode when its content type says so.
    pub fn read<H: Headers>(headers: Option<&H>, value: &[u8]) -> Result<Self, String> {
        let mut attributes = Map::new();
        for header in headers.into_iter().flat_map(Headers::iter) {
            let text = std::str::from_utf8(header.value.unwrap_or_default()).map_err(|error| error.to_string())?;
            match (header.key, header.key.strip_prefix(PREFIX)) {
                ("content-type", _) if text.starts_with("application/cloudevents") => return structured(value),
                ("content-type", _) => attributes.insert("datacontenttype".into(), json!(text)),
                (_, Some("position")) => attributes.insert("position".into(), json!(text.parse::<i64>().ok())),
                (_, Some(name)) => attributes.insert(name.to_owned(), json!(text)),
                _ => None,
            };
        }
        let data = serde_json::from_slice(value).map_err(|error| format!("the data is not JSON: {error}"))?;
        attributes.insert("data".into(), data);
        serde_json::from_value(Value::Object(attributes)).map_err(|error| format!("not our CloudEvent: {error}"))
    }
}

fn structured(value: &[u8]) -> Result<CloudEvent, String> {
    serde_json::from_slice(value).map_err(|error| format!("not our CloudEvent: {error}"))
}

/// Neither the open value nor the ciphertext of a personal field leaves the service.
fn public(data: &Value) -> Value {
    match data {
        Value::Object(members) => {
            let show = |(name, value): (&String, &Value)| match name.as_str() {
                "$sealed" => (name.clone(), json!({ "subject": value["subject"] })),
                _ => (name.clone(), public(value)),
            };
            Value::Object(members.iter().map(show).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(public).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event() -> CloudEvent {
        serde_json::from_value(json!({
            "specversion": "1.0", "id": "0198c0de-0000-7000-8000-000000000001", "source": "/darbazi/assets",
            "type": "darbazi.assets.device.assigned.v1", "subject": "0198c0de-0000-7000-8000-000000000002",
            "time": "2026-03-02T05:00:00Z", "datacontenttype": "application/json",
            "partitionkey": "0198c0de-0000-7000-8000-000000000002", "sequence": "00000000000000000002", "position": 7,
            "number": "DEV-000001", "actorid": "00000000-0000-0000-0000-000000000000", "actorname": "clerk",
            "reason": "ახალი თანამშრომელი", "data": { "to": "EMP-000001" },
        }))
        .unwrap()
    }

    #[test]
    fn binary_mode_reads_back() {
        let (headers, value) = (event().to_headers(), serde_json::to_vec(&event().data).unwrap());
        assert_eq!(CloudEvent::read(Some(&headers), &value).unwrap(), event());
    }

    #[test]
    fn structured_mode_is_recognised() {
        let headers = OwnedHeaders::new()
            .insert(Header { key: "content-type", value: Some("application/cloudevents+json; charset=utf-8") });
        assert_eq!(CloudEvent::read(Some(&headers), &serde_json::to_vec(&event()).unwrap()).unwrap(), event());
    }

    #[test]
    fn it_knows_its_service_and_name() {
        assert_eq!((event().service(), event().name()), ("assets", "device.assigned.v1"));
    }

    #[test]
    fn personal_fields_leave_without_their_value() {
        let data = json!({ "name": { "$sealed": { "subject": "s", "open": "ნინო" } }, "mail": { "$sealed": { "subject": "s", "sealed": "AAAA" } } });
        assert_eq!(
            public(&data),
            json!({ "name": { "$sealed": { "subject": "s" } }, "mail": { "$sealed": { "subject": "s" } } })
        );
    }

    #[test]
    fn bytes_that_are_no_event_are_named_so() {
        assert!(CloudEvent::read::<OwnedHeaders>(None, b"\xff\xfe").is_err());
        assert!(CloudEvent::read::<OwnedHeaders>(None, b"{}").is_err());
    }
}
