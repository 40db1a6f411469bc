//! Requests about change sets.

use actix_web::web::Json;
use event_store::{Change, Context, Expect, Unit};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use service::web::{
    Caller, Collection, Commands, ImportFile, Key, Params, Problem, Reply, Routes, Valid, Visible, get, post,
};
use utoipa::{IntoParams, ToSchema};

use super::domain::{ChangeSet, ChangeSetCommand, Settlement};
use super::planned::PlannedChange;
use super::preparation::{Prepared, prepare};
use super::view::ChangeSetRow;
use super::{application, pages};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(preview_file)
        .service(list_changes)
        .service(apply)
        .service(discard)
        .service(Collection::<ChangeSet>::at("/change-sets"));
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct FileIs {
    /// Whether the file is all staff, so that whoever is not in it leaves; false, if not said.
    #[serde(default)]
    #[param(required = false, default = false)]
    full: bool,
}

/// Preview a file of HR.
///
/// A row for each employee, known by `hr_number`. Columns as in an import of employees, and `status` (`active`,
/// `on_leave` or `left`; active, if not said) and `left_on`. Nothing is applied; rows with faults are shown as such.
#[utoipa::path(
    operation_id = "preview_change_set",
    params(FileIs),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson"))),
    responses((status = 201, body = ChangeSetRow)),
)]
#[post("/change-sets")]
async fn preview_file(
    caller: Caller,
    file_is: Params<FileIs>,
    file: ImportFile,
    change_sets: Commands<ChangeSet>,
) -> Reply<ChangeSet> {
    answers_for_all_staff(&caller)?;
    let Prepared { id, preview, pages } = prepare(change_sets.store(), &file, file_is.0.full).await?;
    let keep = async |_: &Change<ChangeSet>, _: &Context, unit: Unit| Ok::<_, Problem>(unit.rows(pages.clone()));
    change_sets.together(&caller, id, Expect::Nothing, ChangeSetCommand::Preview(preview), keep).await
}

/// Most changes of one page.
const LARGEST_LIMIT: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct PageOf {
    /// Changes beyond this line.
    #[serde(default)]
    #[param(required = false, minimum = 0, default = 0)]
    after: i64,
    /// How many at most.
    #[serde(default = "usual_limit")]
    #[param(required = false, minimum = 1, maximum = 200, default = 50)]
    limit: usize,
}

fn usual_limit() -> usize {
    50
}

#[derive(Serialize, ToSchema)]
struct PlannedChanges {
    /// None once the change set is applied or discarded: a plan is kept no longer than it is needed.
    items: Vec<PlannedChange>,
    /// `after` of the next page; null on the last one.
    next: Option<i64>,
}

/// What a previewed file would change, line by line.
#[utoipa::path(operation_id = "list_planned_changes", params(PageOf), responses((status = 200, body = PlannedChanges)))]
#[get("/change-sets/{id}/changes")]
async fn list_changes(
    id: Key<ChangeSet>,
    caller: Caller,
    page: Params<PageOf>,
    change_sets: Commands<ChangeSet>,
) -> Result<Json<PlannedChanges>, Problem> {
    answers_for_all_staff(&caller)?;
    let PageOf { after, limit } = page.0;
    if !(1..=LARGEST_LIMIT).contains(&limit) {
        return Err(wrong_limit().into());
    }
    let change_set = change_sets.entity(&caller, &id).await?;
    let mut items = pages::read(change_sets.store(), change_set.id, after, limit + 1).await?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|change| change.line);
    Ok(Json(PlannedChanges { items, next }))
}

/// Apply a change set: all of it, or nothing.
#[utoipa::path(operation_id = "apply_change_set", request_body = Settlement, responses((status = 200, body = ChangeSetRow)))]
#[post("/change-sets/{id}/apply")]
async fn apply(
    id: Key<ChangeSet>,
    caller: Caller,
    body: Valid<Settlement>,
    change_sets: Commands<ChangeSet>,
) -> Reply<ChangeSet> {
    answers_for_all_staff(&caller)?;
    let change_set = change_sets.entity(&caller, &id).await?;
    let everybody = async |change: &Change<ChangeSet>, context: &Context, unit: Unit| {
        let preview = change.before.state.preview().cloned().unwrap_or_default();
        application::apply(change_sets.store(), change_set.id, &preview, context, unit).await
    };
    let command = ChangeSetCommand::Apply(body.into_inner());
    change_sets.together(&caller, change_set.id, caller.facts.expect(), command, everybody).await
}

/// Discard a change set.
#[utoipa::path(operation_id = "discard_change_set", responses((status = 200, body = ChangeSetRow)))]
#[post("/change-sets/{id}/discard")]
async fn discard(id: Key<ChangeSet>, caller: Caller, change_sets: Commands<ChangeSet>) -> Reply<ChangeSet> {
    answers_for_all_staff(&caller)?;
    change_sets.execute(&caller, &id, ChangeSetCommand::Discard).await
}

/// A file may speak of anybody, so a part of the organisation is not enough.
fn answers_for_all_staff(caller: &Caller) -> Result<(), Fault> {
    if caller.visible == Visible::Everything { Ok(()) } else { Err(Fault::forbidden()) }
}

fn wrong_limit() -> Fault {
    Fault::malformed("bad-parameter", "From 1 to 200.", "1-დან 200-მდე.").at("?limit")
}
