//! Requests about the catalogue.

mod category_schemas;
mod device_types;
mod manufacturers;

use service::web::Routes;

pub fn routes(routes: &mut Routes<'_>) {
    manufacturers::routes(routes);
    device_types::routes(routes);
    category_schemas::routes(routes);
}
