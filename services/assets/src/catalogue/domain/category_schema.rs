//! Which custom attributes the devices of a category have.

use event_store::{Aggregate, Context, DomainEvent, Series};
use kernel::Fault;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attributes::AttributeSchema;
use crate::catalogue::Category;

kernel::ids! { CategorySchemaId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum CategorySchema {
    #[default]
    Undefined,
    Defined {
        category: Category,
        definition: Definition,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// JSON Schema of the attributes of a single device.
    pub device_schema: AttributeSchema,
    /// JSON Schema of the attributes of a device type; without it, types have none.
    #[serde(default)]
    pub type_schema: AttributeSchema,
}

#[derive(Clone, Debug)]
pub enum CategorySchemaCommand {
    Define { category: Category, definition: Definition },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum CategorySchemaEvent {
    #[serde(rename = "category_schema.defined.v1")]
    CategorySchemaDefined { category: Category, definition: Definition },
}

impl DomainEvent for CategorySchemaEvent {}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CategorySchemaRefusal {
    NotASchema { pointer: &'static str, why: String },
}

impl From<CategorySchemaRefusal> for Fault {
    fn from(refusal: CategorySchemaRefusal) -> Self {
        let CategorySchemaRefusal::NotASchema { pointer, why } = refusal;
        let en = format!("This is no JSON Schema of an object: {why}.");
        Fault::invalid("not-a-schema", en, "ეს არ არის ობიექტის JSON სქემა.").at(pointer)
    }
}

impl CategorySchema {
    /// The id that the schema of a category always has.
    pub fn id(category: Category) -> CategorySchemaId {
        let name = serde_json::to_string(&category).unwrap_or_default();
        kernel::id::derived(uuid::Uuid::nil(), &format!("category-schema/{name}")).into()
    }

    pub fn category(&self) -> Category {
        match self {
            Self::Undefined => Category::Other,
            Self::Defined { category, .. } => *category,
        }
    }

    pub fn definition(&self) -> Option<&Definition> {
        match self {
            Self::Undefined => None,
            Self::Defined { definition, .. } => Some(definition),
        }
    }

    /// What a merge patch is applied to.
    pub fn described(&self) -> Definition {
        self.definition().cloned().unwrap_or_default()
    }
}

impl Aggregate for CategorySchema {
    const KIND: &'static str = "category_schema";
    const SERIES: Series = Series::Running("SCH");
    type Id = CategorySchemaId;
    type Command = CategorySchemaCommand;
    type Event = CategorySchemaEvent;
    type Refusal = CategorySchemaRefusal;

    fn decide(
        &self,
        command: CategorySchemaCommand,
        _: &Context,
    ) -> Result<Vec<CategorySchemaEvent>, CategorySchemaRefusal> {
        let CategorySchemaCommand::Define { category, definition } = command;
        let both = [("/device_schema", &definition.device_schema), ("/type_schema", &definition.type_schema)];
        for (pointer, schema) in both {
            if let Some(why) = schema.defect() {
                return Err(CategorySchemaRefusal::NotASchema { pointer, why });
            }
        }
        let unchanged = self.definition() == Some(&definition);
        Ok(if unchanged { vec![] } else { vec![CategorySchemaEvent::CategorySchemaDefined { category, definition }] })
    }

    fn evolve(self, event: CategorySchemaEvent) -> Self {
        let CategorySchemaEvent::CategorySchemaDefined { category, definition } = event;
        Self::Defined { category, definition }
    }
}
