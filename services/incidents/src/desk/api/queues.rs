//! Queues and who works in them.

use kernel::Localized;
use serde::{Deserialize, Serialize};
use service::web::{
    Caller, Commands, Directory, Key, MergePatch, Problem, Reference, Reply, Routes, Valid, patch, post,
};
use utoipa::ToSchema;

use crate::desk::domain::queue::{Queue, QueueCommand, QueueDetails};
use crate::desk::view::QueueRow;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(open_queue).service(edit_queue).service(add_member).service(remove_member).service(retire_queue);
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QueueSettings {
    /// Unique; what other parts of the platform call it by.
    #[schema(min_length = 1, max_length = 60, pattern = r"^[a-z0-9]+(-[a-z0-9]+)*$", example = "network")]
    code: String,
    name: Localized,
    /// The org unit that staffs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<Reference>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct QueueMember {
    employee: Reference,
}

impl QueueSettings {
    async fn resolve(self, directory: &Directory) -> Result<QueueDetails, Problem> {
        let unit_id = match &self.unit {
            Some(unit) => Some(directory.unit(unit, "/unit").await?.id),
            None => None,
        };
        Ok(QueueDetails { code: self.code, name: self.name, unit_id })
    }
}

impl From<QueueDetails> for QueueSettings {
    fn from(details: QueueDetails) -> Self {
        Self { code: details.code, name: details.name, unit: details.unit_id.map(Reference::from) }
    }
}

/// Open a queue.
#[utoipa::path(request_body = QueueSettings, responses((status = 201, body = QueueRow)))]
#[post("/queues")]
async fn open_queue(
    caller: Caller,
    body: Valid<QueueSettings>,
    queues: Commands<Queue>,
    directory: Directory,
) -> Reply<Queue> {
    let details = body.into_inner().resolve(&directory).await?;
    queues.create(&caller, QueueCommand::Open(details)).await
}

/// Change code, name or unit of a queue.
#[utoipa::path(
    request_body(content = QueueSettings, content_type = "application/merge-patch+json"),
    responses((status = 200, body = QueueRow)),
)]
#[patch("/queues/{id}")]
async fn edit_queue(
    id: Key<Queue>,
    caller: Caller,
    patch: MergePatch<QueueSettings>,
    queues: Commands<Queue>,
    directory: Directory,
) -> Reply<Queue> {
    let today = queues.entity(&caller, &id).await?;
    let details = today.state.staffed().map_or_else(QueueDetails::technical_support, |staffed| staffed.details.clone());
    let edited = patch.apply(&QueueSettings::from(details))?.resolve(&directory).await?;
    queues.execute(&caller, &id, QueueCommand::Edit(edited)).await
}

/// Let an employee work in a queue.
#[utoipa::path(request_body = QueueMember, responses((status = 200, body = QueueRow)))]
#[post("/queues/{id}/add-member")]
async fn add_member(
    id: Key<Queue>,
    caller: Caller,
    body: Valid<QueueMember>,
    queues: Commands<Queue>,
    directory: Directory,
) -> Reply<Queue> {
    let employee = super::tickets::working(&directory, &body.into_inner().employee, "/employee").await?;
    queues.execute(&caller, &id, QueueCommand::AddMember(employee.id)).await
}

/// Take an employee out of a queue.
#[utoipa::path(request_body = QueueMember, responses((status = 200, body = QueueRow)))]
#[post("/queues/{id}/remove-member")]
async fn remove_member(
    id: Key<Queue>,
    caller: Caller,
    body: Valid<QueueMember>,
    queues: Commands<Queue>,
    directory: Directory,
) -> Reply<Queue> {
    let employee = directory.employee(&body.into_inner().employee, "/employee").await?;
    queues.execute(&caller, &id, QueueCommand::RemoveMember(employee.id)).await
}

/// Retire a queue: it takes no more tickets.
#[utoipa::path(responses((status = 200, body = QueueRow)))]
#[post("/queues/{id}/retire")]
async fn retire_queue(id: Key<Queue>, caller: Caller, queues: Commands<Queue>) -> Reply<Queue> {
    queues.execute(&caller, &id, QueueCommand::Retire).await
}
