//! Bringing read device types into the catalogue.

use event_store::{Context, Entity, Failure, Store};
use kernel::Fault;
use serde::Serialize;
use utoipa::ToSchema;
use web::import::Upsert;
use web::{Imported, Visible};

use super::category::Category;
use super::domain::{
    DeviceType, DeviceTypeCommand, DeviceTypeDetails, DeviceTypeId, Maker, Manufacturer, ManufacturerCommand,
    ManufacturerDetails, slug,
};
use super::lookup;
use super::netbox::Reading;

/// What became of the types of a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedTypes {
    pub items: Vec<ImportedType>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ImportedType {
    pub id: DeviceTypeId,
    #[schema(example = "mikrotik-ccr1036-12g-4s")]
    pub slug: String,
    #[serde(flatten)]
    pub outcome: Imported,
    pub category: Category,
    /// Nobody said it, so it may be wrong.
    pub category_guessed: bool,
    /// Paths of what the catalogue has no member for; kept as it was.
    #[schema(example = json!(["front_image"]))]
    pub extra: Vec<String>,
}

/// Each type with its manufacturer, in the order of the file.
pub async fn import(
    store: &Store,
    context: &Context,
    dry_run: bool,
    readings: Vec<Reading>,
) -> Result<ImportedTypes, Failure> {
    // The catalogue belongs to no unit: whoever may write it sees all of it.
    let upsert = Upsert { store, context, visible: &Visible::Everything, dry_run };
    let mut items = vec![];
    for (index, reading) in readings.into_iter().enumerate() {
        items.push(bring_in(&upsert, reading).await.map_err(|failure| in_document(index, failure))?);
    }
    Ok(ImportedTypes { items })
}

/// Says which document of the file, counted from 0, is refused.
fn in_document(index: usize, failure: Failure) -> Failure {
    match failure {
        Failure::Refused(fault) => fault.at(format!("/{index}")).into(),
        other => other,
    }
}

async fn bring_in(upsert: &Upsert<'_>, reading: Reading) -> Result<ImportedType, Failure> {
    let Reading { manufacturer, mut details, category_guessed } = reading;
    let maker = maker(upsert, &manufacturer).await?;
    let slug = details.slug.clone().unwrap_or_else(|| slug(&format!("{} {}", maker.name, details.model)));
    let known = lookup::device_type(upsert.store, &slug).await?;
    if let Some(id) = known {
        keep_what_the_file_does_not_say(upsert, id, &mut details, category_guessed).await?;
    }
    let extra = details.extra.0.keys().cloned().collect();
    let category = details.category;
    let schema = lookup::definition(upsert.store, category).await?.type_schema;
    let details = Box::new(details);
    let command = match known {
        Some(_) => DeviceTypeCommand::Edit { details, schema },
        None => DeviceTypeCommand::Register { maker, details, schema },
    };
    let (entity, outcome): (Entity<DeviceType>, _) = upsert.apply(known, command).await?;
    Ok(ImportedType { id: entity.id, slug, outcome, category, category_guessed, extra })
}

/// Our own attributes, and the category unless the caller names another.
async fn keep_what_the_file_does_not_say(
    upsert: &Upsert<'_>,
    id: DeviceTypeId,
    details: &mut DeviceTypeDetails,
    category_guessed: bool,
) -> Result<(), Failure> {
    let known = upsert.store.load::<DeviceType>(id).await?;
    if let Some(known) = known.map(|entity| entity.state.described()) {
        details.attributes = known.attributes;
        details.category = if category_guessed { known.category } else { details.category };
    }
    Ok(())
}

async fn maker(upsert: &Upsert<'_>, name: &str) -> Result<Maker, Failure> {
    let known = lookup::manufacturer(upsert.store, name).await?;
    if let Some(id) = known {
        let known = upsert.store.load::<Manufacturer>(id).await?;
        return Ok(known.as_ref().map(Maker::from).ok_or_else(Fault::internal)?);
    }
    let command = ManufacturerCommand::Register(ManufacturerDetails::named(name));
    let (entity, _) = upsert.apply::<Manufacturer>(None, command).await?;
    Ok(Maker::from(&entity))
}

impl From<&Entity<Manufacturer>> for Maker {
    fn from(entity: &Entity<Manufacturer>) -> Self {
        Self { id: entity.uuid(), name: entity.state.described().name }
    }
}
