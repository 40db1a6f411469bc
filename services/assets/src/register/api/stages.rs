//! Moving a device through its life; custody has requests of its own.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use service::web::{Caller, Commands, Directory, Key, Reply, Routes, Valid, post};
use utoipa::ToSchema;

use crate::recipient::Recipient;
use crate::register::{
    Device, DeviceCommand, DeviceRow, Disposal, Find, Loss, Receipt, Repair, RepairOutcome, Reservation, Retirement,
};

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(receive).service(reserve).service(release);
    routes.service(send_to_repair).service(take_from_repair);
    routes.service(report_lost).service(report_found);
    routes.service(retire).service(reinstate).service(dispose);
}

/// Take an ordered device into stock.
#[utoipa::path(operation_id = "receive_device", request_body = Receipt, responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/receive")]
async fn receive(id: Key<Device>, caller: Caller, body: Valid<Receipt>, devices: Commands<Device>) -> Reply<Device> {
    devices.execute(&caller, &id, DeviceCommand::Receive(body.into_inner())).await
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReserveDevice {
    to: Recipient,
    /// Last day of the reservation; it then ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

/// Keep a device in stock for somebody.
#[utoipa::path(
    operation_id = "reserve_device",
    request_body = ReserveDevice,
    responses((status = 200, body = DeviceRow)),
)]
#[post("/devices/{id}/reserve")]
async fn reserve(
    id: Key<Device>,
    caller: Caller,
    body: Valid<ReserveDevice>,
    devices: Commands<Device>,
    directory: Directory,
) -> Reply<Device> {
    let ReserveDevice { to, until } = body.into_inner();
    let holder = to.holder(&directory, "/to").await?;
    devices.execute(&caller, &id, DeviceCommand::Reserve(Reservation { holder, until })).await
}

/// End the reservation of a device.
#[utoipa::path(operation_id = "release_device", responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/release")]
async fn release(id: Key<Device>, caller: Caller, devices: Commands<Device>) -> Reply<Device> {
    devices.execute(&caller, &id, DeviceCommand::Release).await
}

/// Send a device to repair.
#[utoipa::path(operation_id = "repair_device", request_body = Repair, responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/repair")]
async fn send_to_repair(
    id: Key<Device>,
    caller: Caller,
    body: Valid<Repair>,
    devices: Commands<Device>,
) -> Reply<Device> {
    devices.execute(&caller, &id, DeviceCommand::SendToRepair(body.into_inner())).await
}

/// Take a device back from repair: to its holder, or into stock.
#[utoipa::path(
    operation_id = "finish_device_repair",
    request_body = RepairOutcome,
    responses((status = 200, body = DeviceRow)),
)]
#[post("/devices/{id}/finish-repair")]
async fn take_from_repair(
    id: Key<Device>,
    caller: Caller,
    body: Valid<RepairOutcome>,
    devices: Commands<Device>,
) -> Reply<Device> {
    devices.execute(&caller, &id, DeviceCommand::TakeFromRepair(body.into_inner())).await
}

/// Report a device lost; its holder answers for it until it is found or written off.
#[utoipa::path(operation_id = "report_device_lost", request_body = Loss, responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/report-lost")]
async fn report_lost(id: Key<Device>, caller: Caller, body: Valid<Loss>, devices: Commands<Device>) -> Reply<Device> {
    devices.execute(&caller, &id, DeviceCommand::ReportLost(body.into_inner())).await
}

/// Report a lost device found.
#[utoipa::path(operation_id = "report_device_found", request_body = Find, responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/report-found")]
async fn report_found(id: Key<Device>, caller: Caller, body: Valid<Find>, devices: Commands<Device>) -> Reply<Device> {
    devices.execute(&caller, &id, DeviceCommand::ReportFound(body.into_inner())).await
}

/// Take a device out of use for good.
#[utoipa::path(operation_id = "retire_device", request_body = Retirement, responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/retire")]
async fn retire(id: Key<Device>, caller: Caller, body: Valid<Retirement>, devices: Commands<Device>) -> Reply<Device> {
    devices.execute(&caller, &id, DeviceCommand::Retire(body.into_inner())).await
}

/// Put a device that was retired by mistake back into stock.
#[utoipa::path(operation_id = "reinstate_device", responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/reinstate")]
async fn reinstate(id: Key<Device>, caller: Caller, devices: Commands<Device>) -> Reply<Device> {
    devices.execute(&caller, &id, DeviceCommand::Reinstate).await
}

/// Dispose of a retired device.
#[utoipa::path(operation_id = "dispose_device", request_body = Disposal, responses((status = 200, body = DeviceRow)))]
#[post("/devices/{id}/dispose")]
async fn dispose(id: Key<Device>, caller: Caller, body: Valid<Disposal>, devices: Commands<Device>) -> Reply<Device> {
    devices.execute(&caller, &id, DeviceCommand::Dispose(body.into_inner())).await
}
