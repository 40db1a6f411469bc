//! Tests of rules: given these events, when this command, then those events.

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use event_store::{Actor, Aggregate, Context};
use kernel::Fault;
use uuid::Uuid;

/// A state to decide on.
#[must_use]
pub struct Given<A: Aggregate> {
    state: A,
    context: Context,
}

/// The state after these events.
pub fn given<A: Aggregate>(events: impl IntoIterator<Item = A::Event>) -> Given<A> {
    let state = events.into_iter().fold(A::default(), A::evolve);
    Given { state, context: Context::new(a_monday_morning(), clerk()) }
}

/// The state before the first event.
pub fn given_nothing<A: Aggregate>() -> Given<A> {
    given([])
}

impl<A: Aggregate> Given<A> {
    /// When the command arrives; 2026-03-02 09:00 in Tbilisi unless said otherwise.
    pub fn at(mut self, moment: &str) -> Self {
        self.context.now = moment.parse().expect("an RFC 3339 instant");
        self
    }

    /// Who commands.
    pub fn by(mut self, employee: Uuid) -> Self {
        self.context.actor = Actor { id: employee, name: "tester".into(), employee: Some(employee) };
        self
    }

    pub fn when(self, command: A::Command) -> Decided<A> {
        let outcome = self.state.decide(command, &self.context).map_err(Into::into);
        Decided { before: self.state, outcome }
    }

    /// The state itself, for asking what follows from it.
    pub fn state(self) -> A {
        self.state
    }
}

/// What was decided.
#[must_use]
pub struct Decided<A: Aggregate> {
    before: A,
    outcome: Result<Vec<A::Event>, Fault>,
}

impl<A: Aggregate> Decided<A> {
    /// Exactly these events; returns the state after them.
    #[track_caller]
    pub fn then(self, expected: impl IntoIterator<Item = A::Event>) -> A
    where
        A::Event: Debug + PartialEq,
    {
        let events = self.events();
        assert_eq!(events.1, expected.into_iter().collect::<Vec<_>>());
        events.1.into_iter().fold(events.0, A::evolve)
    }

    /// Something happens; returns the state after it.
    #[track_caller]
    pub fn then_state(self) -> A {
        let (before, events) = self.events();
        assert!(!events.is_empty(), "nothing happened");
        events.into_iter().fold(before, A::evolve)
    }

    /// There was nothing to do.
    #[track_caller]
    pub fn then_nothing(self) {
        assert_eq!(self.events().1.len(), 0, "something happened");
    }

    /// Refused, with this code.
    #[track_caller]
    pub fn refused(self, code: &str) {
        match self.outcome {
            Err(fault) => assert_eq!(fault.code, code),
            Ok(events) => panic!("expected a refusal ({code}), but {} event(s) followed", events.len()),
        }
    }

    #[track_caller]
    fn events(self) -> (A, Vec<A::Event>) {
        match self.outcome {
            Ok(events) => (self.before, events),
            Err(fault) => panic!("refused: {fault}"),
        }
    }
}

fn a_monday_morning() -> DateTime<Utc> {
    "2026-03-02T05:00:00Z".parse().expect("an instant")
}

fn clerk() -> Actor {
    Actor { id: Uuid::from_u128(1), name: "clerk".into(), employee: Some(Uuid::from_u128(1)) }
}
