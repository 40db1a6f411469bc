//! How events travel: published up to where, heard up to where, and whether the topic tells of our own log.

use std::collections::BTreeSet;

use event_store::{Store, statement};
use messaging::topics::Topics;
use messaging::{CloudEvent, place};
use sea_orm::ConnectionTrait;

use super::Doctor;
use super::findings::Findings;
use crate::capability::Service;

/// Behind by more than this is worth a look.
const FAR_BEHIND: i64 = 1_000;
/// Records of each partition that are compared with the log.
const OF_EACH: i64 = 3;

pub(super) async fn relay(doctor: &Doctor, store: &Store, findings: &mut Findings) -> anyhow::Result<()> {
    if doctor.desk.settings.kafka.is_none() {
        findings.ok("relay", "no Kafka: readers look at the log itself");
        return Ok(());
    }
    let (published, horizon) = (place::published(store).await?, store.horizon().await?);
    let name = store.service();
    if published > store.last_drawn().await? {
        let text = format!(
            "its checkpoint {published} is ahead of the log, which ends at {horizon}: the database was restored from a backup, \
             or another one was put in its place. The next {} events would not be published",
            published - horizon
        );
        let advice =
            format!("`events republish --service {name} --from {}` (docs/runbooks/checkpoint-ahead.md)", horizon + 1);
        findings.fault("relay", text, advice);
    } else if horizon - published > FAR_BEHIND {
        let text = format!("{} events are not published yet (published up to {published})", horizon - published);
        findings.warning("relay", text, "see docs/runbooks/relay-lag.md");
    } else {
        findings.ok("relay", format!("published up to {published}, {} behind", horizon - published));
    }
    Ok(())
}

pub(super) async fn consumers(
    doctor: &Doctor,
    service: &Service,
    findings: &mut Findings,
    store: &Store,
) -> anyhow::Result<()> {
    let producers: BTreeSet<&'static str> = service.subscribed().iter().map(|reaction| reaction.service).collect();
    for producer in producers {
        match (&doctor.topics, &doctor.desk.settings.kafka) {
            (Some(topics), _) => on_kafka(topics, store, producer, findings).await?,
            (None, Some(_)) => {}
            (None, None) => in_process(doctor, store, producer, findings).await?,
        }
    }
    Ok(())
}

async fn in_process(
    doctor: &Doctor,
    store: &Store,
    producer: &'static str,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let log = match doctor.desk.look(producer).await {
        Ok(log) => log,
        Err(error) => {
            let advice = "without Kafka a service hears only those that run in the same process";
            findings.warning("consumers", format!("{producer} cannot be heard: {error:#}"), advice);
            return Ok(());
        }
    };
    let (heard, horizon) = (place::heard(store, producer).await?, log.horizon().await?);
    if heard > log.last_drawn().await? {
        let text = format!(
            "the checkpoint for {producer} is {heard}, ahead of its log, which ends at {horizon}: {producer} was restored from a \
             backup, or another database was put in its place. Its next {} events would not be heard",
            heard - horizon
        );
        let advice = format!(
            "stop the platform; `events replay --service {} --producer {producer} --from {}` (docs/runbooks/checkpoint-ahead.md)",
            store.service(),
            horizon + 1
        );
        findings.fault("consumers", text, advice);
    } else if horizon - heard > FAR_BEHIND {
        let text = format!("{producer}: {} events are not heard yet (heard up to {heard})", horizon - heard);
        findings.warning("consumers", text, "see docs/runbooks/consumer-lag.md");
    } else {
        findings.ok("consumers", format!("{producer} heard up to {heard}, {} behind", horizon - heard));
    }
    Ok(())
}

async fn on_kafka(
    topics: &Topics,
    store: &Store,
    producer: &'static str,
    findings: &mut Findings,
) -> anyhow::Result<()> {
    let (places, group) = (topics.places(store.service(), producer).await?, topics.group(store.service()));
    let topic = topics.name(producer);
    if places.is_empty() {
        findings.warning("consumers", format!("the topic {topic} is not there"), "it is made when a service starts");
        return Ok(());
    }
    let ahead: Vec<_> = places.iter().filter(|place| place.is_ahead()).map(|place| place.partition).collect();
    let behind: i64 = places.iter().map(|place| place.behind()).sum();
    if !ahead.is_empty() {
        let text = format!("the group {group} is ahead of {topic} in partitions {ahead:?}: the topic was made anew");
        let advice = format!(
            "stop the service; `events replay --service {} --producer {producer} --from beginning` (docs/runbooks/checkpoint-ahead.md)",
            store.service()
        );
        findings.fault("consumers", text, advice);
    } else if behind > FAR_BEHIND {
        findings.warning(
            "consumers",
            format!("{group} is {behind} records behind on {topic}"),
            "see docs/runbooks/consumer-lag.md",
        );
    } else {
        findings.ok("consumers", format!("{group} is {behind} records behind on {topic}"));
    }
    Ok(())
}

/// Compares the topic's newest records with the log that they should come from.
pub(super) async fn topic(doctor: &Doctor, store: &Store, findings: &mut Findings) -> anyhow::Result<()> {
    let Some(topics) = &doctor.topics else { return Ok(()) };
    let (topic, newest) = (topics.name(store.service()), topics.newest(store.service(), OF_EACH).await?);
    let (mut unknown, mut unreadable) = (vec![], vec![]);
    for record in &newest {
        let at = format!("partition {} offset {}", record.partition, record.offset);
        match &record.event {
            Err(error) => unreadable.push(format!("{at}: {error}")),
            Ok(event) if !is_ours(store, event).await? => unknown.push(format!("{} at {at}", event.id)),
            Ok(_) => {}
        }
    }
    if let Some(first) = unknown.first() {
        let text = format!(
            "{} of the newest {} records on {topic} are not in our log (first {first}): two platforms share the prefix, or the \
             database was restored from a backup",
            unknown.len(),
            newest.len()
        );
        findings.fault("topic", text, "give each platform a DARBAZI_KAFKA_PREFIX of its own; after a restore see docs/runbooks/checkpoint-ahead.md");
    }
    if let Some(first) = unreadable.first() {
        let text =
            format!("{} of the newest {} records on {topic} are no events: {first}", unreadable.len(), newest.len());
        findings.warning("topic", text, "find out who else writes there (docs/runbooks/unreadable-records.md)");
    }
    if unknown.is_empty() && unreadable.is_empty() {
        findings.ok("topic", format!("the newest {} records on {topic} are in our log", newest.len()));
    }
    Ok(())
}

async fn is_ours(store: &Store, event: &CloudEvent) -> anyhow::Result<bool> {
    let select = statement(store.database().backend(), "SELECT 1 AS one FROM events WHERE id = $1", [event.id.into()]);
    Ok(event.service() == store.service() && store.database().reader.query_one_raw(select).await?.is_some())
}
