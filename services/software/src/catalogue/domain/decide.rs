//! The rule table of systems.

use event_store::Context;

use super::{
    Dependency, Entry, NewSystem, RetirementPlan, Stage, System, SystemCommand, SystemDetails, SystemEvent, SystemId,
    SystemRefusal,
};
use kernel::tbilisi::day;

type Decision = Result<Vec<SystemEvent>, SystemRefusal>;

pub fn decide(system: &System, command: SystemCommand, context: &Context) -> Decision {
    use SystemCommand as Command;
    let on = day(context.now);
    match (system, command) {
        (System::Unregistered, Command::Register { id, system }) => register(id, system),
        (System::Unregistered, _) => Err(SystemRefusal::NotRegistered),
        (_, Command::Register { .. }) => Err(SystemRefusal::AlreadyRegistered),

        (System::Retired(_), Command::Classify(_)) => Err(SystemRefusal::Retired),
        (System::Retired(_), Command::DependOn { .. } | Command::Join { .. }) => Err(SystemRefusal::Retired),
        (_, Command::Edit(details)) => edit(known(system)?, details),
        (_, Command::Join { id, whole, ancestors }) => join(known(system)?, id, whole, &ancestors),
        (_, Command::Separate) => Ok(separate(known(system)?)),
        (_, Command::DependOn { id, dependency }) => depend_on(known(system)?, id, dependency),
        (_, Command::DropDependency { system_id, kind }) => {
            let is_known = known(system)?.dependencies.iter().any(|one| (one.system_id, one.kind) == (system_id, kind));
            let removed = SystemEvent::SystemDependencyRemoved { system_id, kind };
            Ok(if is_known { vec![removed] } else { vec![] })
        }
        (_, Command::Classify(classification)) => {
            let same = known(system)?.classification.as_ref() == Some(&classification);
            Ok(if same { vec![] } else { vec![SystemEvent::SystemClassified(classification)] })
        }

        (System::InDevelopment(_), Command::StartDevelopment)
        | (System::InTest(_), Command::StartTesting)
        | (System::InProduction(_), Command::PutIntoProduction | Command::RevokeRetirement)
        | (System::Retired(_), Command::Retire { .. }) => Ok(vec![]),
        (System::Planned(_) | System::InTest(_), Command::StartDevelopment) => {
            Ok(vec![SystemEvent::SystemDevelopmentStarted { on }])
        }
        (System::Planned(_) | System::InDevelopment(_), Command::StartTesting) => {
            Ok(vec![SystemEvent::SystemTestingStarted { on }])
        }
        (System::InTest(_), Command::PutIntoProduction) => Ok(vec![SystemEvent::SystemPutIntoProduction { on }]),
        (System::InProduction(_), Command::BeginRetirement(plan)) => begin_retirement(plan, on),
        (System::BeingRetired { plan, .. }, Command::BeginRetirement(again)) if *plan == again => Ok(vec![]),
        (System::BeingRetired { .. }, Command::BeginRetirement(plan)) => begin_retirement(plan, on),
        (System::BeingRetired { .. }, Command::RevokeRetirement) => {
            Ok(vec![SystemEvent::SystemRetirementRevoked { on }])
        }
        (System::BeingRetired { .. }, Command::Retire { needed_by: 1.. }) => Err(SystemRefusal::StillNeeded),
        // What never went into production is simply given up.
        (
            System::Planned(_) | System::InDevelopment(_) | System::InTest(_) | System::BeingRetired { .. },
            Command::Retire { .. },
        ) => Ok(vec![SystemEvent::SystemRetired { on }]),
        (
            _,
            Command::StartDevelopment
            | Command::StartTesting
            | Command::PutIntoProduction
            | Command::BeginRetirement(_)
            | Command::RevokeRetirement
            | Command::Retire { .. },
        ) => Err(SystemRefusal::WrongStage),
    }
}

fn known(system: &System) -> Result<&Entry, SystemRefusal> {
    system.entry().ok_or(SystemRefusal::NotRegistered)
}

fn register(id: SystemId, mut system: Box<NewSystem>) -> Decision {
    system.details = checked(system.details)?;
    let depends_on_itself = system.dependencies.iter().any(|one| one.system_id == id);
    match () {
        () if depends_on_itself || system.part_of == Some(id) => Err(SystemRefusal::DependsOnItself),
        // A plan for its retirement has to be given, and that is a step of its own.
        () if system.stage == Stage::BeingRetired => Err(SystemRefusal::WrongStage),
        () => Ok(vec![SystemEvent::SystemRegistered(system)]),
    }
}

fn edit(entry: &Entry, details: Box<SystemDetails>) -> Decision {
    let details = checked(*details)?;
    if entry.details == details {
        return Ok(vec![]);
    }
    Ok(vec![SystemEvent::SystemDetailsChanged(Box::new(details))])
}

/// Each class, agency and function is named once; functions look like those of the department.
fn checked(mut details: SystemDetails) -> Result<SystemDetails, SystemRefusal> {
    details.data_classes.sort_unstable();
    details.data_classes.dedup();
    details.user_agency_ids.sort_unstable();
    details.user_agency_ids.dedup();
    let is_function = |text: &String| (2..=3).contains(&text.split('.').count()) && text.split('.').all(is_number);
    if details.functions.iter().all(is_function) { Ok(details) } else { Err(SystemRefusal::UnknownFunction) }
}

fn is_number(part: &str) -> bool {
    (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
}

fn join(entry: &Entry, id: SystemId, whole: SystemId, ancestors: &[SystemId]) -> Decision {
    match () {
        () if whole == id || ancestors.contains(&id) => Err(SystemRefusal::PartOfItself),
        () if entry.part_of == Some(whole) => Ok(vec![]),
        () => Ok(vec![SystemEvent::SystemJoined { part_of: whole }]),
    }
}

fn separate(entry: &Entry) -> Vec<SystemEvent> {
    entry.part_of.map(|_| SystemEvent::SystemSeparated {}).into_iter().collect()
}

fn depend_on(entry: &Entry, id: SystemId, dependency: Dependency) -> Decision {
    match () {
        () if dependency.system_id == id => Err(SystemRefusal::DependsOnItself),
        () if entry.dependencies.contains(&dependency) => Ok(vec![]),
        () => Ok(vec![SystemEvent::SystemDependencyAdded(dependency)]),
    }
}

fn begin_retirement(plan: RetirementPlan, on: chrono::NaiveDate) -> Decision {
    if plan.retire_by < on {
        return Err(SystemRefusal::RetirementInThePast);
    }
    Ok(vec![SystemEvent::SystemRetirementBegun { on, plan }])
}
