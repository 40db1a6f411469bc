//! All there is to configure: a TOML file, then the environment.
//!
//! Every key can be given as `DARBAZI_<KEY>` too; a key ending in `_FILE` there names a file that holds the value, for
//! secrets. Unknown keys are refused.

use std::fmt;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;
use toml::{Table, Value};

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where SQLite files and keys are kept.
    pub data: PathBuf,
    /// PostgreSQL of this service; SQLite in the data directory when absent.
    pub database_url: Option<Secret>,
    /// Connections for reading; writing has four of its own.
    pub database_connections: u32,
    /// Bootstrap servers of Kafka; subscriptions read the event logs in process when absent.
    pub kafka: Option<String>,
    /// Replication factor of the topics that the service creates.
    pub kafka_replication: i32,
    /// What topics and consumer groups begin with: several platforms may share one Kafka.
    pub kafka_prefix: String,
    /// Address and port to listen on; port 0 takes a free one.
    pub listen: Option<String>,
    /// Where the identity service is, for the keys that tokens are checked with; the one in the same process, else this
    /// machine's, when absent.
    pub identity_url: Option<String>,
    /// Where the gateway finds the services: `identity=http://…,assets=http://…`.
    pub services: Option<String>,
    /// Who issues tokens (`iss`).
    pub issuer: String,
    /// First password of the administrator; one is made up and printed once when absent.
    pub admin_password: Option<Secret>,
    /// File with the 32 bytes that wrap the keys of persons and signing keys (made in the data directory when absent).
    pub master_key_file: Option<PathBuf>,
    /// `human` or `json`.
    pub log_format: String,
    /// As of `tracing`'s filter syntax.
    pub log: String,
    /// OTLP over HTTP; traces are not exported when absent.
    pub otlp_endpoint: Option<String>,
    /// HTTP workers of each service.
    pub workers: usize,
    /// Requests a second that the gateway takes of one caller over time.
    pub rate: NonZeroU32,
    /// How many of them may come at once.
    pub burst: NonZeroU32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            data: "data".into(),
            database_url: None,
            database_connections: 8,
            kafka: None,
            kafka_replication: 1,
            kafka_prefix: messaging::PREFIX.into(),
            listen: None,
            identity_url: None,
            services: None,
            issuer: "darbazi".into(),
            admin_password: None,
            master_key_file: None,
            log_format: "human".into(),
            log: "info,sqlx=warn,actix_server=warn".into(),
            otlp_endpoint: None,
            workers: 2,
            rate: NonZeroU32::new(100).expect("not zero"),
            burst: NonZeroU32::new(300).expect("not zero"),
        }
    }
}

/// A value that never reaches a log.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl Settings {
    /// The file, if one is given, under the environment.
    pub fn load(file: Option<&Path>) -> anyhow::Result<Self> {
        let mut table = match file {
            Some(path) => read(path)?.parse::<Table>().with_context(|| format!("{} is no TOML", path.display()))?,
            None => Table::new(),
        };
        for (name, value) in environment() {
            let (key, value) = match name.strip_suffix("_file") {
                Some(key) if key != "master_key" => (key.to_owned(), read(Path::new(&value))?.trim().to_owned()),
                _ => (name, value),
            };
            let value = if NUMBERS.contains(&key.as_str()) { number(&key, &value)? } else { Value::String(value) };
            table.insert(key, value);
        }
        let settings: Self = table.try_into().context("the configuration is not valid")?;
        if !["human", "json"].contains(&settings.log_format.as_str()) {
            bail!("log_format is \"human\" or \"json\", not {:?}", settings.log_format);
        }
        Ok(settings)
    }
}

impl Settings {
    /// URL of a service's database.
    pub(crate) fn database_of(&self, service: &str) -> String {
        match &self.database_url {
            Some(url) => url.reveal().replace("{service}", service),
            None => format!("sqlite:{}", self.data.join(format!("{service}.db")).display()),
        }
    }

    pub(crate) fn master_key_path(&self) -> PathBuf {
        self.master_key_file.clone().unwrap_or_else(|| self.data.join("master.key"))
    }

    /// What telemetry needs to know.
    pub fn telemetry(&self, service: &str) -> telemetry::Options {
        telemetry::Options {
            format: if self.log_format == "json" { telemetry::Format::Json } else { telemetry::Format::Human },
            filter: self.log.clone(),
            otlp_endpoint: self.otlp_endpoint.clone(),
            service: service.to_owned(),
        }
    }
}

const NUMBERS: [&str; 5] = ["database_connections", "kafka_replication", "workers", "rate", "burst"];

fn number(key: &str, value: &str) -> anyhow::Result<Value> {
    let number = value.parse().with_context(|| format!("{key} is a number, not {value:?}"))?;
    Ok(Value::Integer(number))
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}

/// `DARBAZI_KAFKA=…` → `("kafka", "…")`. Variables of tests and of single services are not ours.
#[allow(clippy::disallowed_methods)] // configuration is what may read the environment
fn environment() -> Vec<(String, String)> {
    let ours =
        std::env::vars().filter_map(|(name, value)| Some((name.strip_prefix("DARBAZI_")?.to_lowercase(), value)));
    ours.filter(|(name, _)| !name.starts_with("test_") && name != "work" && name != "config").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let path = std::env::temp_dir().join(format!("{}.toml", kernel::id::random()));
        std::fs::write(&path, "kafak = \"localhost\"").unwrap();
        let error = format!("{:#}", Settings::load(Some(&path)).unwrap_err());
        std::fs::remove_file(&path).unwrap();
        assert!(error.contains("kafak"), "{error}");
    }

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "(secret)");
    }
}
