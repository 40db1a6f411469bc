//! Whether all is well, check by check. It changes nothing, holds nothing, and ends in time when things are away.
//!
//! [`storage`] looks at a service's database, keys and log; [`ways`] at how events travel; [`waiting`] at what stands still.

mod findings;
mod storage;
mod waiting;
mod ways;

use std::time::Duration;

use event_store::Store;
use messaging::topics::Topics;
use tokio::time::timeout;

use super::desk::Desk;
use crate::capability::Service;
use crate::settings::Settings;
use findings::{Findings, Report};

/// How long one check may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the checks look with.
struct Doctor {
    desk: Desk,
    /// Kafka, when it is configured and answers.
    topics: Option<Topics>,
    /// How many of the newest events of each log are read.
    events: u64,
}

/// Examines the chosen ones of the services that this program knows.
pub(super) async fn run(settings: anyhow::Result<Settings>, chosen: &[&Service], events: u64) -> Report {
    let mut platform = Findings::of("platform");
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => {
            platform.fault(
                "configuration",
                format!("{error:#}"),
                "mend the file or the variable; docs/operations.md lists every key",
            );
            return Report(platform.all);
        }
    };
    platform.ok("configuration", described(&settings));
    let desk = match Desk::new(settings.clone()) {
        Ok(desk) => {
            platform.ok("master key", "there, 32 bytes");
            desk
        }
        Err(error) => {
            let advice =
                "a platform that never ran makes one at its first start; otherwise bring the file back from its copy";
            platform.fault("master key", format!("{error:#}"), advice);
            Desk::without_master_key(settings.clone())
        }
    };
    let topics = kafka(&settings, &mut platform).await;
    let doctor = Doctor { desk, topics, events };
    let examined = chosen.iter().map(|service| doctor.examine(service));
    let examined = futures_util::future::join_all(examined).await;
    Report(platform.all.into_iter().chain(examined.into_iter().flat_map(|findings| findings.all)).collect())
}

fn described(settings: &Settings) -> String {
    let database = match &settings.database_url {
        Some(_) => "PostgreSQL".to_owned(),
        None => format!("SQLite in {}", settings.data.display()),
    };
    let events =
        settings.kafka.as_ref().map_or("events in process".to_owned(), |servers| format!("Kafka at {servers}"));
    format!("{database}, {events}")
}

async fn kafka(settings: &Settings, platform: &mut Findings) -> Option<Topics> {
    let servers = settings.kafka.as_ref()?;
    let topics = Topics::new(servers, &settings.kafka_prefix);
    // The library's own patience is two seconds; a name that does not resolve may take longer.
    if timeout(PATIENCE / 2, topics.is_reachable()).await.unwrap_or(false) {
        platform.ok("kafka", format!("answers at {servers}, prefix {}", settings.kafka_prefix));
        return Some(topics);
    }
    let advice = "commands go on and events wait in the logs meanwhile; see to the brokers and DARBAZI_KAFKA";
    platform.fault("kafka", format!("does not answer at {servers}; topics and consumers were not looked at"), advice);
    None
}

impl Doctor {
    async fn examine(&self, service: &Service) -> Findings {
        let mut findings = Findings::of(service.name);
        let Some(store) = self.database(service, &mut findings).await else { return findings };
        bounded(&mut findings, "master key", async |findings| storage::master_key(&store, findings).await).await;
        bounded(&mut findings, "read models", async |findings| storage::read_models(service, &store, findings).await)
            .await;
        bounded(&mut findings, "log", async |findings| storage::newest(self, service, &store, findings).await).await;
        bounded(&mut findings, "relay", async |findings| ways::relay(self, &store, findings).await).await;
        bounded(&mut findings, "consumers", async |findings| ways::consumers(self, service, findings, &store).await)
            .await;
        bounded(&mut findings, "topic", async |findings| ways::topic(self, &store, findings).await).await;
        bounded(&mut findings, "timers", async |findings| waiting::timers(&store, findings).await).await;
        bounded(&mut findings, "dead letters", async |findings| waiting::dead_letters(&store, findings).await).await;
        findings
    }

    /// The store, when its database answers and has tables.
    async fn database(&self, service: &Service, findings: &mut Findings) -> Option<Store> {
        let place = self.desk.place(service.name);
        let opened = timeout(PATIENCE, async {
            let store = self.desk.look(service.name).await?;
            let applied = store.database().applied().await?;
            anyhow::Ok((store, applied))
        });
        let advice = "nothing else of this service was looked at; see that the database is there and DARBAZI_DATA or DARBAZI_DATABASE_URL is right";
        let (store, applied) = match opened.await {
            Ok(Ok(opened)) => opened,
            Ok(Err(error)) => {
                findings.fault("database", format!("{place}: {error:#}"), advice);
                return None;
            }
            Err(_) => {
                findings.fault("database", format!("{place} does not answer within {PATIENCE:?}"), advice);
                return None;
            }
        };
        findings.ok("database", format!("answers: {place}"));
        storage::migrations(service, &applied, findings).then_some(store)
    }
}

/// A check that fails or takes too long is a finding too.
async fn bounded<F>(findings: &mut Findings, check: &'static str, look: F)
where
    F: AsyncFnOnce(&mut Findings) -> anyhow::Result<()>,
{
    let outcome = timeout(PATIENCE, look(findings)).await;
    let advice = "look at the server's log; run the doctor again";
    match outcome {
        Ok(Ok(())) => {}
        Ok(Err(error)) => findings.fault(check, format!("could not be looked at: {error:#}"), advice),
        Err(_) => findings.fault(check, format!("took longer than {PATIENCE:?}"), advice),
    }
}
