//! Facts of the catalogue that other rooms ask for.

use event_store::{Entity, Failure, Store};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::category::Category;
use super::domain::{CategorySchema, Definition, DeviceType, DeviceTypeId, ManufacturerId, slug};
use super::view::{device_type_row, manufacturer_row};

/// What the attributes of this category's devices and types must be like.
pub async fn definition(store: &Store, category: Category) -> Result<Definition, Failure> {
    let schema = store.load::<CategorySchema>(CategorySchema::id(category)).await?;
    Ok(schema.and_then(|schema| schema.state.definition().cloned()).unwrap_or_default())
}

/// The manufacturer of this name, however it is written.
pub async fn manufacturer(store: &Store, name: &str) -> Result<Option<ManufacturerId>, Failure> {
    let named = manufacturer_row::Entity::find().filter(manufacturer_row::Column::Slug.eq(slug(name)));
    Ok(named.one(&store.database().reader).await?.map(|row| row.id))
}

/// The type with this id, number or slug.
pub async fn device_type_named(store: &Store, name: &str) -> Result<Option<Entity<DeviceType>>, Failure> {
    use device_type_row::Column;
    let mut named = Condition::any().add(Column::Slug.eq(name)).add(Column::Number.eq(name.to_ascii_uppercase()));
    if let Ok(id) = name.parse::<uuid::Uuid>() {
        named = named.add(Column::Id.eq(id));
    }
    match device_type_row::Entity::find().filter(named).one(&store.database().reader).await? {
        Some(row) => store.load(row.id).await,
        None => Ok(None),
    }
}

pub async fn device_type(store: &Store, slug: &str) -> Result<Option<DeviceTypeId>, Failure> {
    let named = device_type_row::Entity::find().filter(device_type_row::Column::Slug.eq(slug));
    Ok(named.one(&store.database().reader).await?.map(|row| row.id))
}
