//! Bringing things in: what is there stays, what is not is created and taken through its steps.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use kernel::id::derived;
use serde_json::Value;
use uuid::Uuid;

use super::client::Client;
use super::file::{Sample, Step};
use super::import::import;
use super::names::{Kind, Names};

pub struct Loader {
    pub client: Client,
    pub names: Names,
}

/// A collection, and how its things are told from each other.
pub struct Things {
    pub kind: Kind,
    /// In words, for the lines that tell how far it is.
    pub what: &'static str,
    pub path: &'static str,
    /// What people call a thing: the same for a row of the list as for the body that creates it.
    pub name: fn(&Value) -> Option<String>,
}

impl Loader {
    pub fn new(client: Client) -> Self {
        Self { client, names: Names::default() }
    }

    /// What is there, by name.
    pub async fn known(&mut self, things: &Things) -> Result<BTreeMap<String, Value>> {
        let rows = self.client.all(things.path).await?;
        let named = rows.into_iter().filter_map(|row| Some(((things.name)(&row)?, row)));
        let known: BTreeMap<String, Value> = named.collect();
        for (name, row) in &known {
            self.names.learn(things.kind, name, row);
        }
        Ok(known)
    }

    /// Brings in the samples, one after the other: later ones may name earlier ones.
    pub async fn bring_in(&mut self, things: &Things, samples: Vec<Sample>) -> Result<()> {
        let known = self.known(things).await?;
        let (total, mut new) = (samples.len(), 0);
        for (index, sample) in samples.into_iter().enumerate() {
            let body = self.names.resolved(sample.body)?;
            let name = (things.name)(&body).with_context(|| format!("a sample of {} has no name", things.what))?;
            let row = match known.get(&name) {
                Some(row) => row.clone(),
                None => {
                    new += 1;
                    self.create(things, &name, &body).await?
                }
            };
            // A thing whose steps were not reached, because the load was interrupted, goes on; any other stays.
            if row["version"] == 1 {
                self.take_steps(things, &row, &sample.then).await?;
            }
            progress(things.what, index + 1, total);
        }
        told(things.what, total, new);
        Ok(())
    }

    /// Brings in the rows of a table, all that are missing at once.
    pub async fn import(&mut self, things: &Things, rows: Vec<Value>) -> Result<()> {
        let total = rows.len();
        let missing = self.missing(things, rows).await?;
        let new = missing.len();
        if new > 0 {
            let tell = |done: usize| println!("{} {}/{total}", things.what, total - new + done);
            let imported = import(&mut self.client, things.path, missing.clone(), tell).await;
            // The import of a load that was interrupted may have gone on, and been faster with some of them.
            if !self.missing(things, missing).await?.is_empty() {
                imported?;
            }
        }
        told(things.what, total, new);
        Ok(())
    }

    async fn missing(&mut self, things: &Things, mut rows: Vec<Value>) -> Result<Vec<Value>> {
        let known = self.known(things).await?;
        rows.retain(|row| !(things.name)(row).is_some_and(|name| known.contains_key(&name)));
        Ok(rows)
    }

    async fn create(&mut self, things: &Things, name: &str, body: &Value) -> Result<Value> {
        let key = once(things, name);
        let row = self.client.post_once(things.path, body, key).await.with_context(|| name.to_owned())?;
        self.names.learn(things.kind, name, &row);
        Ok(row)
    }

    async fn take_steps(&mut self, things: &Things, row: &Value, steps: &[Step]) -> Result<()> {
        let number = row["number"].as_str().unwrap_or_default();
        for (index, step) in steps.iter().enumerate() {
            let path = format!("{}/{number}/{}", things.path, step.name);
            let body = self.names.resolved(step.body.clone())?;
            let key = once(things, &format!("{number}/{index}"));
            self.client.post_once(&path, &body, key).await?;
        }
        Ok(())
    }
}

/// The same for every load, so that a request whose answer was lost is not carried out twice.
fn once(things: &Things, name: &str) -> String {
    derived(Uuid::nil(), &format!("samples/{}/{name}", things.path)).to_string()
}

const LINE_EVERY: usize = 50;

/// `tickets 50/62`; now and then, not for each.
fn progress(what: &str, done: usize, total: usize) {
    if done.is_multiple_of(LINE_EVERY) && done < total {
        println!("{what} {done}/{total}");
    }
}

/// `tickets 62/62, 62 new`
pub fn told(what: &str, total: usize, new: usize) {
    println!("{what} {total}/{total}, {new} new");
}
