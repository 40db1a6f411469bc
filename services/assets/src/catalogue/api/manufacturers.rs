//! Requests about manufacturers.

use service::web::{Caller, Collection, Commands, Key, MergePatch, Reply, Routes, Valid, patch, post};

use crate::catalogue::{Manufacturer, ManufacturerCommand, ManufacturerDetails, ManufacturerRow};

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(register).service(edit).service(Collection::<Manufacturer>::at("/manufacturers"));
}

/// Register a manufacturer.
#[utoipa::path(
    operation_id = "register_manufacturer",
    request_body = ManufacturerDetails,
    responses((status = 201, body = ManufacturerRow)),
)]
#[post("/manufacturers")]
async fn register(
    caller: Caller,
    body: Valid<ManufacturerDetails>,
    manufacturers: Commands<Manufacturer>,
) -> Reply<Manufacturer> {
    manufacturers.create(&caller, ManufacturerCommand::Register(body.into_inner())).await
}

/// Change what is known of a manufacturer.
#[utoipa::path(
    operation_id = "edit_manufacturer",
    request_body(content = ManufacturerDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, body = ManufacturerRow)),
)]
#[patch("/manufacturers/{id}")]
async fn edit(
    id: Key<Manufacturer>,
    caller: Caller,
    patch: MergePatch<ManufacturerDetails>,
    manufacturers: Commands<Manufacturer>,
) -> Reply<Manufacturer> {
    manufacturers.patch(&caller, &id, patch, Manufacturer::described, ManufacturerCommand::Edit).await
}
