//! Registering vendors, whom to call there, and who is barred.

use event_store::Sealed;
use kernel::Localized;
use kernel::id::{Id, random};
use serde::Deserialize;
use service::web::{Caller, Collection, Commands, Key, MergePatch, Reply, Routes, Valid, patch, post};
use utoipa::ToSchema;
use uuid::Uuid;

use super::domain::{Blacklisting, Contact, Person, Vendor, VendorCommand, VendorDetails, VendorId, VendorKind};
use super::view::VendorRow;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .service(register)
        .service(edit)
        .service(add_contact)
        .service(remove_contact)
        .service(blacklist)
        .service(lift_blacklisting)
        .service(Collection::<Vendor>::at("/vendors"));
}

/// Register a vendor.
#[utoipa::path(operation_id = "register_vendor", request_body = VendorDetails, responses((status = 201, body = VendorRow)))]
#[post("/vendors")]
async fn register(caller: Caller, body: Valid<VendorDetails>, vendors: Commands<Vendor>) -> Reply<Vendor> {
    let (id, details) = (VendorId::generate(), Box::new(body.into_inner()));
    vendors.create_as(&caller, id, VendorCommand::Register { id, details }).await
}

/// Change what is known of a vendor.
#[utoipa::path(
    operation_id = "edit_vendor",
    request_body(content = VendorDetails, content_type = "application/merge-patch+json"),
    responses((status = 200, body = VendorRow)),
)]
#[patch("/vendors/{id}")]
async fn edit(
    id: Key<Vendor>,
    caller: Caller,
    patch: MergePatch<VendorDetails>,
    vendors: Commands<Vendor>,
) -> Reply<Vendor> {
    let details = |vendor: &Vendor| vendor.details().unwrap_or_else(no_details);
    vendors.patch(&caller, &id, patch, details, |edited| VendorCommand::Edit(Box::new(edited))).await
}

/// A stream begins with its registration, so these stand for nothing that a caller can see.
fn no_details() -> VendorDetails {
    VendorDetails {
        kind: VendorKind::LegalPerson,
        identification_code: String::new(),
        name: Localized::default(),
        address: None,
        website: None,
        vat_payer: false,
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AddContact {
    #[schema(min_length = 1, max_length = 200, example = "Account manager")]
    role: Option<String>,
    person: Person,
}

/// Add somebody to call at a vendor.
#[utoipa::path(request_body = AddContact, responses((status = 200, body = VendorRow)))]
#[post("/vendors/{id}/add-contact")]
async fn add_contact(
    id: Key<Vendor>,
    caller: Caller,
    body: Valid<AddContact>,
    vendors: Commands<Vendor>,
) -> Reply<Vendor> {
    let (AddContact { role, person }, contact_id) = (body.into_inner(), random());
    let contact = Contact { id: contact_id, role, person: Sealed::new(contact_id, person) };
    vendors.execute(&caller, &id, VendorCommand::AddContact(contact)).await
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RemoveContact {
    /// The contact's id.
    contact: Uuid,
}

/// Remove somebody who is not to be called any more.
#[utoipa::path(request_body = RemoveContact, responses((status = 200, body = VendorRow)))]
#[post("/vendors/{id}/remove-contact")]
async fn remove_contact(
    id: Key<Vendor>,
    caller: Caller,
    body: Valid<RemoveContact>,
    vendors: Commands<Vendor>,
) -> Reply<Vendor> {
    let contact_id = body.into_inner().contact;
    vendors.execute(&caller, &id, VendorCommand::RemoveContact { contact_id }).await
}

/// Bar a vendor from new contracts.
#[utoipa::path(request_body = Blacklisting, responses((status = 200, body = VendorRow)))]
#[post("/vendors/{id}/blacklist")]
async fn blacklist(
    id: Key<Vendor>,
    caller: Caller,
    body: Valid<Blacklisting>,
    vendors: Commands<Vendor>,
) -> Reply<Vendor> {
    vendors.execute(&caller, &id, VendorCommand::Blacklist(body.into_inner())).await
}

/// Let a barred vendor in again.
#[utoipa::path(responses((status = 200, body = VendorRow)))]
#[post("/vendors/{id}/lift-blacklisting")]
async fn lift_blacklisting(id: Key<Vendor>, caller: Caller, vendors: Commands<Vendor>) -> Reply<Vendor> {
    vendors.execute(&caller, &id, VendorCommand::Lift).await
}
