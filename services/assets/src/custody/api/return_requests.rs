//! What leavers must bring back.

use serde::{Deserialize, Serialize};
use service::web::{Caller, Collection, Commands, Key, Reference, Reply, Routes, Valid, post};
use utoipa::ToSchema;

use crate::custody::{ReturnRequest, ReturnRequestCommand, ReturnRequestRow};
use crate::register::Device;

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(waive).service(Collection::<ReturnRequest>::at("/return-requests"));
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct WaiveDevice {
    #[schema(example = "DEV-000123")]
    device: Reference,
    #[schema(min_length = 1, max_length = 2000, pattern = r"\S", example = "Stolen; the police are informed.")]
    reason: String,
}

/// Leave it at that: a device of the request will not come back.
#[utoipa::path(
    operation_id = "waive_returned_device",
    request_body = WaiveDevice,
    responses((status = 200, body = ReturnRequestRow)),
)]
#[post("/return-requests/{id}/waive")]
async fn waive(
    id: Key<ReturnRequest>,
    caller: Caller,
    body: Valid<WaiveDevice>,
    requests: Commands<ReturnRequest>,
    devices: Commands<Device>,
) -> Reply<ReturnRequest> {
    let WaiveDevice { device, reason } = body.into_inner();
    let device_id = devices.resolve(&caller, &device, "/device").await?.id;
    requests.execute(&caller, &id, ReturnRequestCommand::Waive { device_id, reason }).await
}
