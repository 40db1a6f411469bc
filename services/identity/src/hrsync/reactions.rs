//! A discarded plan is forgotten, whether somebody discarded it or its time was over.

use event_store::{Failure, Unit};
use events::Published;
use messaging::{Reaction, Received};
use serde::Deserialize;

use super::pages;

pub fn all() -> Vec<Reaction> {
    vec![Reaction::on("forget-plan", forget_plan)]
}

#[derive(Debug, Deserialize)]
struct ChangeSetDiscarded {}

impl Published for ChangeSetDiscarded {
    const SERVICE: &'static str = "identity";
    const NAME: &'static str = "change_set.discarded.v1";
}

async fn forget_plan(_: ChangeSetDiscarded, received: Received) -> Result<Unit, Failure> {
    Ok(Unit::new().rows(pages::forget(&received.store, received.subject.into()).await?))
}
