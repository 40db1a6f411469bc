//! How critical each system is: a questionnaire, its tier, and when it is to be asked again.
//!
//! [`domain`] is one assessment; [`questionnaire`] what is asked; [`tier`] what follows. The approved assessment is also kept by the
//! system itself, which makes it the place where two approvals meet.

mod api;
pub mod domain;
pub mod questionnaire;
pub mod tier;
pub mod view;

use service::Capability;

use self::domain::Assessment;

pub fn capability() -> Capability {
    Capability::new("criticality")
        .about("How critical systems are: assessments of confidentiality, integrity, availability and impact, and their tier.")
        .functions(&["1.5", "2.7"])
        .aggregate::<Assessment>()
        .routes(api::routes)
}
