//! What the platform survives: real processes on a real PostgreSQL and a real Kafka, under load, while something breaks.
//!
//! Each fault is a file that reads as a sentence. It breaks what it says and then lets [`check`] prove the outcome from
//! what the clients were told, the event tables, the topics and the read models. Without arguments the short selection runs;
//! `--all` runs everything in full, and `--report <file>` writes down what held.

mod check;
mod load;
mod process;
mod report;
mod servers;
mod stage;
mod topic;

mod a_client_hangs_up;
mod a_service_dies_at_the_worst_moment;
mod all_want_the_same;
mod an_insert_is_held_open;
mod consumers_come_and_go;
mod embedded_is_killed;
mod every_service_is_killed;
mod kafka_goes_away;
mod nobody_can_make_sense_of_a_record;
mod postgres_crashes;
mod replicas_lose_their_leader;
mod the_backup_is_restored;
mod the_clock_jumps;
mod the_disk_is_full;
mod the_past_is_told_again;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use futures_util::future::LocalBoxFuture;
use tokio::task::LocalSet;

use crate::report::Held;
use crate::servers::Servers;

/// Something that breaks.
pub struct Fault {
    /// What happens, as a sentence.
    pub name: &'static str,
    /// Whether every run of the tests includes it.
    pub short: bool,
    pub run: for<'a> fn(&'a Servers, Size) -> LocalBoxFuture<'a, Held>,
}

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Seconds.
    Short,
    /// As often and as long as the report says.
    Full,
}

impl Size {
    pub fn pick<T>(self, short: T, full: T) -> T {
        match self {
            Self::Short => short,
            Self::Full => full,
        }
    }

    pub fn seconds(self, short: u64, full: u64) -> Duration {
        Duration::from_secs(self.pick(short, full))
    }
}

const FAULTS: &[Fault] = &[
    every_service_is_killed::FAULT,
    a_service_dies_at_the_worst_moment::FAULT,
    kafka_goes_away::FAULT,
    postgres_crashes::FAULT,
    replicas_lose_their_leader::KILLED,
    replicas_lose_their_leader::FROZEN,
    replicas_lose_their_leader::CUT_OFF,
    consumers_come_and_go::FAULT,
    the_past_is_told_again::TOPIC,
    the_past_is_told_again::CHECKPOINT,
    all_want_the_same::STREAM,
    all_want_the_same::KEY,
    an_insert_is_held_open::FAULT,
    nobody_can_make_sense_of_a_record::FAULT,
    a_client_hangs_up::FAULT,
    the_disk_is_full::FAULT,
    the_clock_jumps::FAULT,
    the_backup_is_restored::FAULT,
    embedded_is_killed::FAULT,
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| arguments.iter().position(|argument| argument == name);
    let report = option("--report").and_then(|at| arguments.get(at + 1));
    let size = if option("--all").is_some() { Size::Full } else { Size::Short };
    // Flags of the test runner (`--nocapture`, `--test-threads`) are none of ours.
    let wanted: Vec<&String> =
        arguments.iter().filter(|argument| !argument.starts_with('-') && Some(*argument) != report).collect();
    let chosen = FAULTS.iter().filter(|fault| match wanted.as_slice() {
        [] => size == Size::Full || fault.short,
        wanted => wanted.iter().any(|part| fault.name.contains(part.as_str())),
    });
    let Some(servers) = Servers::start() else { return };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (mut survived, mut failed) = (vec![], vec![]);
    for fault in chosen {
        println!("fault: {}", fault.name);
        let begun = Instant::now();
        let broken = || runtime.block_on(LocalSet::new().run_until((fault.run)(&servers, size)));
        match catch_unwind(AssertUnwindSafe(broken)) {
            Ok(held) => {
                println!("   held: {held} ({} s)", begun.elapsed().as_secs());
                survived.push((fault.name, held));
            }
            // What went wrong was said where it did.
            Err(_) => failed.push(fault.name),
        }
    }
    println!("{} faults survived", survived.len());
    if let Some(file) = report {
        report::write(file, &survived);
    }
    drop(servers);
    assert!(failed.is_empty(), "not survived: {failed:#?}");
}
