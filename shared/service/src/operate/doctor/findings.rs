//! What the doctor says.

use serde::Serialize;
use serde_json::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Ok,
    Warning,
    Fault,
}

/// One check and its outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The service, or `platform`.
    pub of: &'static str,
    pub check: &'static str,
    pub level: Level,
    pub text: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
}

/// The findings of one service, as they come.
#[derive(Debug)]
pub struct Findings {
    of: &'static str,
    pub all: Vec<Finding>,
}

impl Findings {
    pub fn of(of: &'static str) -> Self {
        Self { of, all: vec![] }
    }

    pub fn ok(&mut self, check: &'static str, text: impl Into<String>) {
        self.add(check, Level::Ok, text.into(), None);
    }

    pub fn warning(&mut self, check: &'static str, text: impl Into<String>, advice: impl Into<String>) {
        self.add(check, Level::Warning, text.into(), Some(advice.into()));
    }

    pub fn fault(&mut self, check: &'static str, text: impl Into<String>, advice: impl Into<String>) {
        self.add(check, Level::Fault, text.into(), Some(advice.into()));
    }

    fn add(&mut self, check: &'static str, level: Level, text: String, advice: Option<String>) {
        // Some libraries end their words with a line break.
        let text = text.trim().to_owned();
        self.all.push(Finding { of: self.of, check, level, text, advice });
    }
}

/// Everything that was found.
#[derive(Debug)]
pub struct Report(pub Vec<Finding>);

impl Report {
    fn count(&self, level: Level) -> usize {
        self.0.iter().filter(|finding| finding.level == level).count()
    }

    /// Tells it; whether nothing is at fault.
    pub fn print(&self, as_json: bool) -> anyhow::Result<bool> {
        let (ok, warnings, faults) = (self.count(Level::Ok), self.count(Level::Warning), self.count(Level::Fault));
        if as_json {
            let counts = json!({ "ok": ok, "warning": warnings, "fault": faults });
            println!("{:#}", json!({ "healthy": faults == 0, "counts": counts, "findings": self.0 }));
            return Ok(faults == 0);
        }
        for finding in &self.0 {
            let word = match finding.level {
                Level::Ok => "ok",
                Level::Warning => "warning",
                Level::Fault => "FAULT",
            };
            println!("{word:<8}{:<10} {:<14} {}", finding.of, finding.check, finding.text);
            if let Some(advice) = &finding.advice {
                println!("{:34}→ {advice}", "");
            }
        }
        println!("{} checks: {ok} ok, {warnings} with a warning, {faults} at fault", self.0.len());
        Ok(faults == 0)
    }
}
