//! The systems that the department runs from the first day, with what they stand on (`built_in.json`).
//!
//! Ids follow from codes, so bringing them in twice changes nothing, and whatever was edited meanwhile stays edited.

use event_store::{Context, Expect, Failure, Store};
use kernel::Localized;
use kernel::id::derived;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::domain::{
    DataClass, Dependency, DependencyKind, Interface, NewSystem, Stage, System, SystemCommand, SystemDetails, SystemId,
};

/// Every built-in id of the platform is derived from this one; the identity service derives those of org units alike.
const ROOT: Uuid = Uuid::from_u128(0x0da2_ba21_0000_7000_8000_0000_0000_0001);

/// A system as the file describes it; others are named by their codes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BuiltInSystem {
    pub code: String,
    pub name: Localized,
    pub purpose: Localized,
    pub stage: Stage,
    /// Code of the org unit that answers for it.
    pub owner: String,
    /// Codes of the org units that use it.
    pub users: Vec<String>,
    #[serde(default)]
    pub data: Vec<DataClass>,
    #[serde(default)]
    pub interfaces: Vec<Interface>,
    #[serde(default)]
    pub functions: Vec<String>,
    #[serde(default)]
    pub part_of: Option<String>,
    #[serde(default)]
    pub needs: Vec<(DependencyKind, String)>,
}

/// What became of the built-in systems.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct BuiltIn {
    /// How many systems were entered now.
    #[schema(minimum = 0, example = 34)]
    pub created: usize,
    /// How many were there already.
    #[schema(minimum = 0, example = 0)]
    pub present: usize,
    /// Codes that systems of the ministry's own have taken.
    #[schema(example = json!([]))]
    pub taken: Vec<String>,
}

/// The systems of the file.
pub fn systems() -> Vec<BuiltInSystem> {
    serde_json::from_str(include_str!("built_in.json")).expect("the built-in systems are checked by a test")
}

pub fn system_id(code: &str) -> SystemId {
    derived(ROOT, &format!("system:{code}")).into()
}

fn unit_id(code: &str) -> Uuid {
    derived(ROOT, &format!("unit:{code}"))
}

/// Enters what is not there yet.
pub async fn begin(store: &Store, context: &Context, dry_run: bool) -> Result<BuiltIn, Failure> {
    let mut outcome = BuiltIn::default();
    for system in systems() {
        let (id, code) = (system_id(&system.code), system.code.clone());
        if store.load::<System>(id).await?.is_some() {
            outcome.present += 1;
        } else if dry_run {
            outcome.created += 1;
        } else {
            let command = SystemCommand::Register { id, system: Box::new(system.into()) };
            let entered = store.execute::<System>(id, Expect::Nothing, command, context, None).await;
            outcome.count(code, entered.map(drop))?;
        }
    }
    Ok(outcome)
}

impl BuiltIn {
    fn count(&mut self, code: String, entered: Result<(), Failure>) -> Result<(), Failure> {
        match entered {
            Ok(()) => self.created += 1,
            Err(Failure::Stale { .. }) => self.present += 1,
            Err(Failure::Refused(fault)) if fault.code == "system-code-taken" => self.taken.push(code),
            Err(failure) => return Err(failure),
        }
        Ok(())
    }
}

impl From<BuiltInSystem> for NewSystem {
    fn from(system: BuiltInSystem) -> Self {
        let need =
            |(kind, code): (DependencyKind, String)| Dependency { system_id: system_id(&code), kind, note: None };
        Self {
            stage: system.stage,
            since: None,
            part_of: system.part_of.as_deref().map(system_id),
            dependencies: system.needs.into_iter().map(need).collect(),
            details: SystemDetails {
                code: system.code,
                name: system.name,
                purpose: Some(system.purpose),
                owner_unit_id: unit_id(&system.owner),
                technical_owner_id: None,
                data_classes: system.data,
                user_agency_ids: system.users.iter().map(|code| unit_id(code)).collect(),
                interfaces: system.interfaces,
                functions: system.functions,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use event_store::Aggregate;
    use testkit::given_nothing;

    use super::*;

    #[test]
    fn every_built_in_system_can_be_entered() {
        for system in systems() {
            let (id, code) = (system_id(&system.code), system.code.clone());
            let command = SystemCommand::Register { id, system: Box::new(system.into()) };
            let state = given_nothing::<System>().when(command).then_state();
            assert_eq!(state.details().code, code);
        }
    }

    #[test]
    fn they_name_only_each_other_and_each_once() {
        let all = systems();
        let codes: BTreeSet<_> = all.iter().map(|system| system.code.as_str()).collect();
        assert_eq!(codes.len(), all.len());
        for system in &all {
            let named = system.needs.iter().map(|(_, code)| code).chain(&system.part_of);
            for code in named {
                assert!(codes.contains(code.as_str()), "{} names {code}", system.code);
            }
        }
    }

    #[test]
    fn they_are_named_in_both_languages() {
        let georgian = |text: &str| text.chars().any(|letter| ('ა'..='ჰ').contains(&letter));
        for system in systems() {
            assert!(georgian(&system.name.ka) && georgian(&system.purpose.ka), "{}", system.code);
            assert!(system.name.en.is_ascii() && system.purpose.en.is_ascii(), "{}", system.code);
        }
    }

    #[test]
    fn every_owner_and_user_is_a_unit_of_the_built_in_organisation() {
        let units = ["MINISTRY", "MED-REGULATION", "SOCIAL-SERVICE", "MEDIATION", "ADMIN", "FINANCE", "HEALTH-POLICY"];
        let divisions = ["HR", "IT", "IT-SUPPORT", "IT-INFRA", "IT-SOFTWARE"];
        for system in systems() {
            for code in system.users.iter().chain([&system.owner]) {
                assert!(units.contains(&code.as_str()) || divisions.contains(&code.as_str()), "{code}");
            }
        }
    }

    #[test]
    fn docflow_is_not_for_the_social_service_agency() {
        let docflow = systems().into_iter().find(|system| system.code == "docflow").unwrap();
        assert!(!docflow.users.contains(&"SOCIAL-SERVICE".to_owned()));
        let state =
            System::default().evolve(super::super::domain::SystemEvent::SystemRegistered(Box::new(docflow.into())));
        assert_eq!(state.stage(), Stage::InProduction);
    }
}
