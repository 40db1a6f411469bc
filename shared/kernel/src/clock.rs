//! The time. Everything that needs "now" is handed a [`Clock`], so tests decide what time it is.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, SubsecRound, Utc};

/// What time it is, to the microsecond: the precision that PostgreSQL keeps.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>);

impl Clock {
    /// The clock of the machine.
    #[allow(clippy::disallowed_methods)] // the one place that may
    pub fn system() -> Self {
        #[cfg(debug_assertions)]
        if let Some(clock) = Self::jumping() {
            return clock;
        }
        Self(Arc::new(Utc::now))
    }

    /// The clock of the machine, put forward by as many seconds as the file says that `DARBAZI_TEST_CLOCK` names, for tests
    /// that let it jump. Release builds do not look.
    #[cfg(debug_assertions)]
    #[allow(clippy::disallowed_methods)]
    fn jumping() -> Option<Self> {
        let file = std::env::var("DARBAZI_TEST_CLOCK").ok()?;
        Some(Self(Arc::new(move || {
            let ahead = std::fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok());
            Utc::now() + Duration::seconds(ahead.unwrap_or(0))
        })))
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.0().trunc_subsecs(6)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// A clock that runs from a chosen start and can be pushed forward.
#[derive(Clone, Debug)]
pub struct ControlledClock {
    system: Clock,
    ahead_us: Arc<AtomicI64>,
}

impl ControlledClock {
    /// Begins at the machine's time.
    pub fn from_now() -> Self {
        Self { system: Clock::system(), ahead_us: Arc::default() }
    }

    /// Begins at `start`.
    pub fn starting_at(start: DateTime<Utc>) -> Self {
        let clock = Self::from_now();
        clock.advance(start - clock.system.now());
        clock
    }

    pub fn advance(&self, by: Duration) {
        self.ahead_us.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
    }

    pub fn clock(&self) -> Clock {
        let this = self.clone();
        Clock(Arc::new(move || this.now()))
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.system.now() + Duration::microseconds(self.ahead_us.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_controlled_clock_goes_where_it_is_pushed() {
        let control = ControlledClock::starting_at("2026-03-01T09:00:00Z".parse().unwrap());
        let clock = control.clock();
        let before = clock.now();
        control.advance(Duration::hours(4));
        assert!(clock.now() - before >= Duration::hours(4));
        assert_eq!(before.to_rfc3339()[..13], *"2026-03-01T09");
    }
}
