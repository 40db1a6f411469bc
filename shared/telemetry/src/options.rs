//! What the operator decides.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    pub format: Format,
    /// Which log lines are written: `info`, or `warn,assets=debug` (the directives of `tracing`). Traces are not affected.
    pub filter: String,
    /// The address of an OpenTelemetry collector (OTLP over HTTP), such as `http://collector:4318`.
    pub otlp_endpoint: Option<String>,
    /// The name under which traces appear.
    pub service: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Short lines for a terminal.
    #[default]
    Human,
    /// One object a line, for collectors.
    Json,
}

impl Default for Options {
    fn default() -> Self {
        Self { format: Format::default(), filter: "info".into(), otlp_endpoint: None, service: "darbazi".into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_needs_to_be_said() {
        assert_eq!(serde_json::from_str::<Options>("{}").unwrap(), Options::default());
    }

    #[test]
    fn a_misspelt_option_is_refused() {
        let error = serde_json::from_str::<Options>(r#"{"otlp_endpiont": "http://collector:4318"}"#).unwrap_err();
        assert!(error.to_string().contains("otlp_endpoint"), "{error}");
    }
}
