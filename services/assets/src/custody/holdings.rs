//! What somebody holds, now or at a past moment.

use chrono::{DateTime, Utc};
use event_store::{Failure, RowChange, Store};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::Serialize;
use service::web::Caller;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::register::{Device, DeviceRow, row};

/// Nobody holds more; what a place has beyond is asked for in pages: `GET /devices?holder_number=…`.
const MOST: u64 = 1_000;

/// What a holder has, with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Holdings {
    /// As it was asked for.
    #[schema(example = "EMP-000123")]
    pub holder: String,
    pub as_of: DateTime<Utc>,
    pub devices: Vec<DeviceRow>,
    /// Whether there are more than are shown.
    pub more: bool,
}

pub async fn holdings(
    store: &Store,
    caller: &Caller,
    holder: String,
    as_of: Option<DateTime<Utc>>,
) -> Result<Holdings, Failure> {
    let rows = match as_of {
        Some(at) => store.past::<Device>(at).await?,
        None => store.database().reader.clone(),
    };
    let mut devices = held_by(&holder).limit(MOST + 1).all(&rows).await?;
    let more = devices.len() as u64 > MOST;
    devices.truncate(MOST as usize);
    devices.retain(|device| caller.sees(&RowChange::put(device.clone())));
    Ok(Holdings { holder, as_of: as_of.unwrap_or_else(|| store.clock().now()), devices, more })
}

/// Devices of the holder with this id, number or code.
pub fn held_by(holder: &str) -> Select<row::Entity> {
    let numbers = [holder.to_owned(), holder.to_ascii_uppercase()];
    let mut held = Condition::any().add(row::Column::HolderNumber.is_in(numbers));
    if let Ok(id) = holder.parse::<Uuid>() {
        held = held.add(row::Column::HolderId.eq(id));
    }
    row::Entity::find().filter(held).order_by_asc(row::Column::Number)
}
