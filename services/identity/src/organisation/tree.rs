//! The tree as seen from one of its units.

use event_store::{Failure, Store};
use uuid::Uuid;

use super::OrgUnit;

/// The unit and everything above it, from below.
pub async fn line_above(store: &Store, from: Option<Uuid>) -> Result<Vec<Uuid>, Failure> {
    let mut line = vec![];
    let mut next = from;
    while let Some(id) = next.filter(|id| !line.contains(id)) {
        line.push(id);
        let unit = store.load::<OrgUnit>(id.into()).await?;
        next = unit.and_then(|unit| unit.state.facts().and_then(|facts| facts.parent_id));
    }
    Ok(line)
}
