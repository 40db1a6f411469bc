//! What held, for the next reader.

use std::fmt;
use std::time::Duration;

/// What was done, how often, and what was counted.
#[derive(Debug, Default)]
pub struct Held {
    /// What was broken, and how often.
    pub done: String,
    pub proven: crate::check::Proven,
    /// The longest time until things served again and nothing was left to do.
    pub recovery: Option<Duration>,
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.done, self.proven)?;
        match self.recovery {
            Some(time) => write!(f, "; back within {:.1} s", time.as_secs_f64()),
            None => Ok(()),
        }
    }
}

const BEGIN: &str = "<!-- what follows is written by `make faults` -->\n";
const END: &str = "<!-- end of what is written by `make faults` -->";

/// Puts the table between the marks of the document.
pub fn write(file: &str, outcomes: &[(&'static str, Held)]) {
    let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"));
    let (before, rest) = text.split_once(BEGIN).expect("where the table begins");
    let (_, after) = rest.split_once(END).expect("where the table ends");
    let mut table =
        "\n| fault | what was done | commands | events | effects | back within |\n|---|---|---|---|---|---|\n"
            .to_owned();
    for (name, held) in outcomes {
        let recovery = held.recovery.map_or("–".to_owned(), |time| format!("{:.1} s", time.as_secs_f64()));
        let proven = &held.proven;
        let commands =
            format!("{} acknowledged, {} refused, {} unknown", proven.acknowledged, proven.refused, proven.unknown);
        table +=
            &format!("| {name} | {} | {commands} | {} | {} | {recovery} |\n", held.done, proven.events, proven.effects);
    }
    std::fs::write(file, format!("{before}{BEGIN}{table}\n{END}{after}"))
        .unwrap_or_else(|error| panic!("{file}: {error}"));
}
