//! A request that the platform refused, in the words of its problem document.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

#[derive(Debug)]
pub struct Refused {
    /// `POST /api/assets/v1/handovers`
    pub request: String,
    pub status: u16,
    pub retry_after_s: Option<u64>,
    pub problem: Value,
}

/// Services hear of each other's changes a moment later; until then they know nothing of a new unit or employee.
pub const NOT_HEARD_YET: [&str; 4] =
    ["reference-unknown", "employee-not-active", "supervisor-not-active", "command-in-progress"];
pub const A_MOMENT: Duration = Duration::from_millis(300);

impl Refused {
    pub fn code(&self) -> &str {
        self.problem["code"].as_str().unwrap_or_default()
    }

    /// How long to wait before it may be accepted; nothing, when waiting does not help.
    pub fn pause(&self) -> Option<Duration> {
        match self.status {
            429 | 503 => Some(Duration::from_secs(self.retry_after_s.unwrap_or(1).clamp(1, 10))),
            _ if NOT_HEARD_YET.contains(&self.code()) => Some(A_MOMENT),
            _ => None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let detail = self.problem["detail"].as_str().unwrap_or("no problem document");
        write!(f, "{}: {} {}: {detail}", self.request, self.status, self.code())?;
        for error in self.problem["errors"].as_array().into_iter().flatten() {
            let text = |name: &str| error[name].as_str().unwrap_or_default();
            write!(f, "\n  {} {}: {}", text("pointer"), text("code"), text("detail"))?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, problem: Value) -> Refused {
        Refused { request: "POST /api/assets/v1/handovers".into(), status, retry_after_s: Some(3), problem }
    }

    #[test]
    fn a_refusal_tells_everything_that_is_wrong() {
        let fault = serde_json::json!({ "pointer": "/to", "code": "required", "detail": "Say who receives." });
        let problem =
            serde_json::json!({ "code": "invalid-input", "detail": "The input has faults.", "errors": [fault] });
        let text = refused(422, problem).to_string();
        let lines = "POST /api/assets/v1/handovers: 422 invalid-input: The input has faults.\n  /to required: Say who receives.";
        assert_eq!(text, lines);
    }

    #[test]
    fn only_what_passes_is_waited_for() {
        let pause = |status, code: &str| refused(status, serde_json::json!({ "code": code })).pause();
        assert_eq!(pause(429, "too-many-requests"), Some(Duration::from_secs(3)));
        assert_eq!(pause(422, "reference-unknown"), Some(A_MOMENT));
        assert_eq!(pause(409, "device-not-in-stock"), None);
    }
}
