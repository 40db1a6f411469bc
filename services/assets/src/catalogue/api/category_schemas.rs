//! Requests about the attributes of categories.

use serde::{Deserialize, Serialize};
use service::web::{Caller, Collection, Commands, Key, MergePatch, Reply, Routes, Valid, patch, post};
use utoipa::ToSchema;

use crate::catalogue::{
    AttributeSchema, Category, CategorySchema, CategorySchemaCommand, CategorySchemaRow, Definition,
};

pub fn routes(routes: &mut Routes<'_>) {
    routes.service(define).service(edit).service(Collection::<CategorySchema>::at("/category-schemas"));
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DefineAttributes {
    category: Category,
    /// JSON Schema (2020-12) of the attributes of a single device.
    device_schema: AttributeSchema,
    /// JSON Schema of the attributes of a device type; without it, types have none.
    #[serde(default)]
    type_schema: AttributeSchema,
}

impl From<DefineAttributes> for CategorySchemaCommand {
    fn from(body: DefineAttributes) -> Self {
        let definition = Definition { device_schema: body.device_schema, type_schema: body.type_schema };
        Self::Define { category: body.category, definition }
    }
}

/// Say which attributes a category has.
///
/// A category that has a schema is refused; change that one instead. Devices are held to it from their next change on.
#[utoipa::path(
    operation_id = "define_category_schema",
    request_body = DefineAttributes,
    responses((status = 201, body = CategorySchemaRow)),
)]
#[post("/category-schemas")]
async fn define(
    caller: Caller,
    body: Valid<DefineAttributes>,
    schemas: Commands<CategorySchema>,
) -> Reply<CategorySchema> {
    let body = body.into_inner();
    let id = CategorySchema::id(body.category);
    if schemas.store().load::<CategorySchema>(id).await?.is_some() {
        return Err(CategorySchemaRow::TAKEN.fault().into());
    }
    schemas.create_as(&caller, id, body.into()).await
}

/// Change which attributes a category has.
#[utoipa::path(
    operation_id = "edit_category_schema",
    request_body(content = Definition, content_type = "application/merge-patch+json"),
    responses((status = 200, body = CategorySchemaRow)),
)]
#[patch("/category-schemas/{id}")]
async fn edit(
    id: Key<CategorySchema>,
    caller: Caller,
    patch: MergePatch<Definition>,
    schemas: Commands<CategorySchema>,
) -> Reply<CategorySchema> {
    let category = schemas.entity(&caller, &id).await?.state.category();
    let redefine = |definition| CategorySchemaCommand::Define { category, definition };
    schemas.patch(&caller, &id, patch, CategorySchema::described, redefine).await
}
