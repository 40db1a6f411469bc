//! Requests about device types.

use actix_web::web::Json;
use serde::{Deserialize, Serialize};
use service::web::{
    Caller, Collection, Commands, Key, MergePatch, Params, Problem, Reference, Reply, Routes, Text, Valid, patch, post,
};
use utoipa::{IntoParams, ToSchema};

use crate::catalogue::import::{ImportedTypes, import};
use crate::catalogue::{
    Airflow, Attributes, Category, Components, DeviceType, DeviceTypeCommand, DeviceTypeDetails, DeviceTypeRow, Extra,
    Maker, Manufacturer, RackUnits, Weight, definition, netbox,
};

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(import_yaml).service(register).service(edit).service(Collection::<DeviceType>::at("/device-types"));
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterDeviceType {
    manufacturer: Reference,
    /// Unique for its manufacturer.
    #[schema(min_length = 1, max_length = 200, pattern = r"\S", example = "EliteBook 840 G11")]
    model: String,
    /// Unique; made of manufacturer and model when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, pattern = r"^[-a-zA-Z0-9_]+$", example = "hp-elitebook-840-g11")]
    slug: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 200, example = "A26SUEA")]
    part_number: Option<String>,
    category: Category,
    #[serde(default)]
    u_height: RackUnits,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    is_full_depth: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    airflow: Option<Airflow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    weight: Option<Weight>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20000)]
    comments: Option<String>,
    #[serde(default)]
    components: Components,
    #[serde(default)]
    attributes: Attributes,
}

impl From<RegisterDeviceType> for DeviceTypeDetails {
    fn from(body: RegisterDeviceType) -> Self {
        Self {
            model: body.model,
            slug: body.slug,
            part_number: body.part_number,
            category: body.category,
            u_height: body.u_height,
            is_full_depth: body.is_full_depth,
            airflow: body.airflow,
            weight: body.weight,
            comments: body.comments,
            components: body.components,
            attributes: body.attributes,
            extra: Extra::default(),
        }
    }
}

/// Register a device type.
#[utoipa::path(
    operation_id = "register_device_type",
    request_body = RegisterDeviceType,
    responses((status = 201, body = DeviceTypeRow)),
)]
#[post("/device-types")]
async fn register(
    caller: Caller,
    body: Valid<RegisterDeviceType>,
    types: Commands<DeviceType>,
    manufacturers: Commands<Manufacturer>,
) -> Reply<DeviceType> {
    let body = body.into_inner();
    let maker = Maker::from(&manufacturers.resolve(&caller, &body.manufacturer, "/manufacturer").await?);
    let schema = definition(types.store(), body.category).await?.type_schema;
    let details = Box::new(body.into());
    types.create(&caller, DeviceTypeCommand::Register { maker, details, schema }).await
}

/// Change what is known of a device type.
#[utoipa::path(
    operation_id = "edit_device_type",
    request_body(content = DeviceTypeDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, body = DeviceTypeRow)),
)]
#[patch("/device-types/{id}")]
async fn edit(
    id: Key<DeviceType>,
    caller: Caller,
    patch: MergePatch<DeviceTypeDetails>,
    types: Commands<DeviceType>,
) -> Reply<DeviceType> {
    let category = types.entity(&caller, &id).await?.state.described().category;
    let schema = definition(types.store(), category).await?.type_schema;
    let edited = |details| DeviceTypeCommand::Edit { details: Box::new(details), schema: schema.clone() };
    types.patch(&caller, &id, patch, DeviceType::described, edited).await
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Guidance {
    /// Category of the types; without it, it is guessed from what each is made of.
    category: Option<Category>,
}

/// Import device types of NetBox's device-type library.
///
/// One or many YAML documents, at most 1 MiB. Types are known by their slug: what is there already is changed. What
/// this catalogue has no member for is kept in `extra` and reported.
#[utoipa::path(
    operation_id = "import_device_types_yaml",
    params(Guidance),
    request_body(content = String, content_type = "application/yaml"),
    responses((status = 200, body = ImportedTypes)),
)]
#[post("/device-types/import-yaml")]
async fn import_yaml(
    caller: Caller,
    guidance: Params<Guidance>,
    body: Text,
    types: Commands<DeviceType>,
) -> Result<Json<ImportedTypes>, Problem> {
    let readings = netbox::read(&body.0, guidance.0.category)?;
    let context = caller.context(types.store().clock().now());
    Ok(Json(import(types.store(), &context, caller.facts.dry_run, readings).await?))
}
