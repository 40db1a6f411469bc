//! The ministry's tree of units, and the positions in them.

mod api;
mod built_in;
mod position;
mod tree;
mod unit;
mod view;

use event_store::{Actor, Context};
use service::{Capability, Starting};

pub use built_in::position_id;
pub use position::{Position, PositionCommand, PositionDetails, PositionEvent, PositionId};
pub use tree::line_above;
pub use unit::{OrgUnit, OrgUnitCommand, OrgUnitDetails, OrgUnitEvent, OrgUnitId, UnitKind};
pub use view::{OrgUnitRow, OrganisationStatus, PositionRow, position_row, unit_row};

pub fn capability() -> Capability {
    Capability::new("organisation")
        .about("The tree of org units, from the ministry down to the divisions, and the positions in them.")
        .functions(&["1.2", "2.1", "4.1.3"])
        .aggregate::<OrgUnit>()
        .aggregate::<Position>()
        .routes(api::routes)
        .on_start(|starting: Starting| async move {
            let context = Context::new(starting.clock.now(), Actor::system("built-in structure"));
            if built_in::is_wanted(&starting.store).await? {
                built_in::begin(&starting.store, &context, false).await?;
            }
            Ok(vec![])
        })
}
