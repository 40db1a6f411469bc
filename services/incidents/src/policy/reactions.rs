//! One policy at a time: when one comes into force, the former is superseded.

use event_store::{Expect, Failure, Unit};
use events::incidents::PolicyPutInForce;
use messaging::{Reaction, Received};

use super::domain::{IncidentPolicy, PolicyCommand, PolicyId};
use super::view::superseded_by;

pub fn all() -> Vec<Reaction> {
    vec![Reaction::on("supersede-former-policy", supersede_former)]
}

async fn supersede_former(_: PolicyPutInForce, received: Received) -> Result<Unit, Failure> {
    let store = &received.store;
    let newest = PolicyId::from(received.subject);
    let mut unit = Unit::new();
    for id in superseded_by(&store.database().reader, newest).await? {
        let change = store.decide::<IncidentPolicy>(id, Expect::Something, PolicyCommand::Supersede, &received.context);
        unit = unit.change(change.await?);
    }
    Ok(unit)
}
