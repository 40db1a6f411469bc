//! A system: planned, developed, tested, in production, being retired, retired.

mod decide;
mod details;
mod refusal;
#[cfg(test)]
mod tests;

use chrono::NaiveDate;
use event_store::{Aggregate, Context, DomainEvent, Series};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use details::{
    Classification, DataClass, Dependency, DependencyKind, Interface, InterfaceKind, RetirementPlan, Stage,
    SystemDetails,
};
pub use refusal::SystemRefusal;

kernel::ids! { SystemId }

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub enum System {
    #[default]
    Unregistered,
    Planned(Entry),
    InDevelopment(Entry),
    InTest(Entry),
    InProduction(Entry),
    BeingRetired {
        entry: Entry,
        plan: RetirementPlan,
    },
    Retired(Entry),
}

/// What the catalogue knows of a system, whatever its stage.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub details: SystemDetails,
    /// The system that this one is a module of.
    pub part_of: Option<SystemId>,
    pub dependencies: Vec<Dependency>,
    /// The day it came into its stage, as far as is known.
    pub since: Option<NaiveDate>,
    pub classification: Option<Classification>,
}

/// A system that enters the catalogue, wherever it is in its life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NewSystem {
    pub stage: Stage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    pub details: SystemDetails,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<SystemId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
}

#[derive(Clone, Debug)]
pub enum SystemCommand {
    /// `id` is its own: nothing may depend on itself.
    Register {
        id: SystemId,
        system: Box<NewSystem>,
    },
    Edit(Box<SystemDetails>),
    /// `ancestors`: that system and everything it is itself a part of.
    Join {
        id: SystemId,
        whole: SystemId,
        ancestors: Vec<SystemId>,
    },
    Separate,
    DependOn {
        id: SystemId,
        dependency: Dependency,
    },
    DropDependency {
        system_id: SystemId,
        kind: DependencyKind,
    },
    StartDevelopment,
    StartTesting,
    PutIntoProduction,
    BeginRetirement(RetirementPlan),
    RevokeRetirement,
    /// `needed_by`: how many systems that are not retired depend on it.
    Retire {
        needed_by: usize,
    },
    Classify(Classification),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", content = "data")]
pub enum SystemEvent {
    #[serde(rename = "system.registered.v1")]
    SystemRegistered(Box<NewSystem>),
    #[serde(rename = "system.details_changed.v1")]
    SystemDetailsChanged(Box<SystemDetails>),
    #[serde(rename = "system.joined.v1")]
    SystemJoined { part_of: SystemId },
    #[serde(rename = "system.separated.v1")]
    SystemSeparated {},
    #[serde(rename = "system.dependency_added.v1")]
    SystemDependencyAdded(Dependency),
    #[serde(rename = "system.dependency_removed.v1")]
    SystemDependencyRemoved { system_id: SystemId, kind: DependencyKind },
    #[serde(rename = "system.development_started.v1")]
    SystemDevelopmentStarted { on: NaiveDate },
    #[serde(rename = "system.testing_started.v1")]
    SystemTestingStarted { on: NaiveDate },
    #[serde(rename = "system.put_into_production.v1")]
    SystemPutIntoProduction { on: NaiveDate },
    #[serde(rename = "system.retirement_begun.v1")]
    SystemRetirementBegun { on: NaiveDate, plan: RetirementPlan },
    #[serde(rename = "system.retirement_revoked.v1")]
    SystemRetirementRevoked { on: NaiveDate },
    #[serde(rename = "system.retired.v1")]
    SystemRetired { on: NaiveDate },
    #[serde(rename = "system.classified.v1")]
    SystemClassified(Classification),
}

impl DomainEvent for SystemEvent {}

impl System {
    pub fn stage(&self) -> Stage {
        match self {
            Self::Unregistered | Self::Planned(_) => Stage::Planned,
            Self::InDevelopment(_) => Stage::InDevelopment,
            Self::InTest(_) => Stage::InTest,
            Self::InProduction(_) => Stage::InProduction,
            Self::BeingRetired { .. } => Stage::BeingRetired,
            Self::Retired(_) => Stage::Retired,
        }
    }

    /// What is known of it, once it is registered.
    pub fn entry(&self) -> Option<&Entry> {
        match self {
            Self::Unregistered => None,
            Self::Planned(entry)
            | Self::InDevelopment(entry)
            | Self::InTest(entry)
            | Self::InProduction(entry)
            | Self::BeingRetired { entry, .. }
            | Self::Retired(entry) => Some(entry),
        }
    }

    pub fn plan(&self) -> Option<&RetirementPlan> {
        match self {
            Self::BeingRetired { plan, .. } => Some(plan),
            _ => None,
        }
    }

    fn with(self, change: impl FnOnce(&mut Entry)) -> Self {
        let mut system = self;
        match &mut system {
            Self::Unregistered => {}
            Self::Planned(entry)
            | Self::InDevelopment(entry)
            | Self::InTest(entry)
            | Self::InProduction(entry)
            | Self::BeingRetired { entry, .. }
            | Self::Retired(entry) => change(entry),
        }
        system
    }

    /// The same system in another stage.
    fn at(self, stage: impl FnOnce(Entry) -> Self, on: NaiveDate) -> Self {
        match self.entry() {
            Some(entry) => stage(Entry { since: Some(on), ..entry.clone() }),
            None => self,
        }
    }
}

impl Aggregate for System {
    const KIND: &'static str = "system";
    const SERIES: Series = Series::Running("SYS");
    type Id = SystemId;
    type Command = SystemCommand;
    type Event = SystemEvent;
    type Refusal = SystemRefusal;

    fn decide(&self, command: SystemCommand, context: &Context) -> Result<Vec<SystemEvent>, SystemRefusal> {
        decide::decide(self, command, context)
    }

    fn evolve(self, event: SystemEvent) -> Self {
        match event {
            SystemEvent::SystemRegistered(system) => begun(*system),
            SystemEvent::SystemDetailsChanged(details) => self.with(|entry| entry.details = *details),
            SystemEvent::SystemJoined { part_of } => self.with(|entry| entry.part_of = Some(part_of)),
            SystemEvent::SystemSeparated {} => self.with(|entry| entry.part_of = None),
            SystemEvent::SystemDependencyAdded(dependency) => self.with(|entry| entry.depend_on(dependency)),
            SystemEvent::SystemDependencyRemoved { system_id, kind } => {
                self.with(|entry| entry.dependencies.retain(|one| (one.system_id, one.kind) != (system_id, kind)))
            }
            SystemEvent::SystemDevelopmentStarted { on } => self.at(Self::InDevelopment, on),
            SystemEvent::SystemTestingStarted { on } => self.at(Self::InTest, on),
            SystemEvent::SystemPutIntoProduction { on } | SystemEvent::SystemRetirementRevoked { on } => {
                self.at(Self::InProduction, on)
            }
            SystemEvent::SystemRetirementBegun { on, plan } => self.at(|entry| Self::BeingRetired { entry, plan }, on),
            SystemEvent::SystemRetired { on } => self.at(Self::Retired, on),
            SystemEvent::SystemClassified(classification) => {
                self.with(|entry| entry.classification = Some(classification))
            }
        }
    }
}

fn begun(system: NewSystem) -> System {
    let NewSystem { stage, since, details, part_of, dependencies } = system;
    let entry = Entry { details, part_of, dependencies, since, classification: None };
    match stage {
        Stage::Planned => System::Planned(entry),
        Stage::InDevelopment => System::InDevelopment(entry),
        Stage::InTest => System::InTest(entry),
        Stage::InProduction | Stage::BeingRetired => System::InProduction(entry),
        Stage::Retired => System::Retired(entry),
    }
}

impl Entry {
    /// Adds the dependency, or replaces what was noted of it.
    fn depend_on(&mut self, dependency: Dependency) {
        let same = |one: &&mut Dependency| (one.system_id, one.kind) == (dependency.system_id, dependency.kind);
        match self.dependencies.iter_mut().find(same) {
            Some(known) => *known = dependency,
            None => self.dependencies.push(dependency),
        }
    }
}
