//! From the numbers of a run to a JSON document and a table.
//!
//! The file of facts has a line for each number: cell, case, side, unit and value, with tabs between; the repetitions of
//! a case stand in the order in which they were made. `about` lines say what it was measured on, `failed` lines which
//! cells did not end well.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::aims::{AIMS, Aim, Rule};

const BEGIN: &str = "<!-- begin: written by make bench -->";
const END: &str = "<!-- end: written by make bench -->";

#[derive(Default, Serialize)]
struct Report {
    about: Map<String, Value>,
    aims: Vec<Outcome>,
    measured: Vec<Series>,
    failed: Vec<String>,
}

/// The repetitions of one case.
#[derive(Serialize)]
struct Series {
    cell: String,
    case: String,
    side: String,
    unit: String,
    median: f64,
    values: Vec<f64>,
}

#[derive(Serialize)]
struct Outcome {
    cell: &'static str,
    case: &'static str,
    ours: String,
    beside: String,
    aim: String,
    reached: f64,
    met: bool,
}

pub fn write(facts: &Path, json: &Path, page: &Path) -> Result<()> {
    let report = read(&std::fs::read_to_string(facts)?)?;
    std::fs::write(json, serde_json::to_string_pretty(&report)? + "\n")?;
    let text = std::fs::read_to_string(page)?;
    let (before, rest) = text.split_once(BEGIN).context("the page has no mark to write at")?;
    let (_, after) = rest.split_once(END).context("the page's mark has no end")?;
    std::fs::write(page, format!("{before}{BEGIN}\n{}{END}{after}", table(&report)))?;
    Ok(())
}

fn read(text: &str) -> Result<Report> {
    let mut report = Report::default();
    for line in text.lines() {
        match line.split('\t').collect::<Vec<_>>()[..] {
            ["about", name, value] => {
                report.about.insert(name.into(), value.into());
            }
            ["failed", cell] => report.failed.push(cell.into()),
            [cell, case, side, unit, value] => {
                let value: f64 = value.parse().with_context(|| format!("no number: {line}"))?;
                report.add([cell, case, side, unit], value);
            }
            _ => anyhow::bail!("no fact: {line}"),
        }
    }
    for series in &mut report.measured {
        series.median = median(&series.values);
    }
    report.aims = AIMS.iter().filter_map(|aim| report.outcome(aim)).collect();
    Ok(report)
}

impl Report {
    fn add(&mut self, [cell, case, side, unit]: [&str; 4], value: f64) {
        let known =
            self.measured.iter().position(|known| (&*known.cell, &*known.case, &*known.side) == (cell, case, side));
        let place = known.unwrap_or_else(|| {
            let [cell, case, side, unit] = [cell, case, side, unit].map(str::to_owned);
            self.measured.push(Series { cell, case, side, unit, median: 0.0, values: vec![] });
            self.measured.len() - 1
        });
        self.measured[place].values.push(value);
    }

    fn find(&self, cell: &str, case: &str, side: &str) -> Option<&Series> {
        self.measured.iter().find(|known| (&*known.cell, &*known.case, &*known.side) == (cell, case, side))
    }

    fn outcome(&self, aim: &Aim) -> Option<Outcome> {
        let ours = self.find(aim.cell, aim.case, aim.ours)?;
        let beside = match aim.rule {
            Rule::TimesAtLeast(_, side) | Rule::TimesAtMost(_, side) => Some(self.find(aim.cell, aim.case, side)?),
            _ => None,
        };
        let reached = beside.map_or(ours.median, |beside| ratio(ours, beside));
        let (aim_text, met) = match aim.rule {
            Rule::AtLeast(least) => (format!("≥ {}", number(least)), reached >= least),
            Rule::AtMost(most) => (format!("≤ {}", number(most)), reached <= most),
            Rule::TimesAtLeast(least, _) => (format!("≥ {least}×"), reached >= least),
            Rule::TimesAtMost(most, _) => (format!("≤ {most}×"), reached <= most),
        };
        let beside = beside.map_or_else(String::new, |beside| format!("{}: {}", beside.side, number(beside.median)));
        let ours = format!("{} {}", number(ours.median), ours.unit);
        Some(Outcome { cell: aim.cell, case: aim.case, ours, beside, aim: aim_text, reached, met })
    }
}

/// The median of the repetitions' ratios: both sides of a repetition had the same machine.
fn ratio(ours: &Series, beside: &Series) -> f64 {
    median(&ours.values.iter().zip(&beside.values).map(|(ours, beside)| ours / beside).collect::<Vec<_>>())
}

fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => values[count / 2],
        count => (values[count / 2 - 1] + values[count / 2]) / 2.0,
    }
}

fn table(report: &Report) -> String {
    let mut text = String::new();
    for (name, value) in &report.about {
        let _ = writeln!(text, "- {name}: {}", value.as_str().unwrap_or_default());
    }
    for cell in &report.failed {
        let _ = writeln!(text, "- **{cell} did not end well; its numbers are missing or not complete**");
    }
    text += "\n| cell | case | ours | beside it | reached | aim | |\n|---|---|---:|---:|---:|---:|---|\n";
    for aim in &report.aims {
        let Outcome { cell, case, ours, beside, aim: wanted, reached, met } = aim;
        let times = if beside.is_empty() { "" } else { "×" };
        let verdict = if *met { "met" } else { "**not met**" };
        let reached = number(*reached);
        let _ = writeln!(text, "| {cell} | {case} | {ours} | {beside} | {reached}{times} | {wanted} | {verdict} |");
    }
    text += "\nEvery median, with the least and the greatest repetition:\n\n";
    text += "| cell | case | side | median | least | greatest | unit |\n|---|---|---|---:|---:|---:|---|\n";
    for Series { cell, case, side, unit, median, values } in &report.measured {
        let least = number(values.iter().copied().fold(f64::INFINITY, f64::min));
        let greatest = number(values.iter().copied().fold(f64::NEG_INFINITY, f64::max));
        let _ = writeln!(text, "| {cell} | {case} | {side} | {} | {least} | {greatest} | {unit} |", number(*median));
    }
    text
}

/// Three digits that count, or all before the point, in thousands.
fn number(value: f64) -> String {
    let places = match value.abs() {
        size if size >= 100.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let text = format!("{value:.places$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let digits: Vec<char> = whole.chars().rev().collect();
    let grouped = digits.chunks(3).map(|three| three.iter().collect::<String>()).collect::<Vec<_>>().join(",");
    let whole: String = grouped.chars().rev().collect();
    if rest.is_empty() { whole } else { format!("{whole}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_that_of_the_repetitions() {
        let facts = "commands\t8 connections\tcommands\t1/s\t100\ncommands\t8 connections\tpgbench, event and row\t1/s\t50\n\
                     commands\t8 connections\tcommands\t1/s\t10\ncommands\t8 connections\tpgbench, event and row\t1/s\t5\n";
        let report = read(facts).unwrap();
        assert_eq!(report.aims.len(), 1);
        assert!(report.aims[0].met && report.aims[0].reached == 2.0);
    }

    #[test]
    fn numbers_are_written_to_be_read() {
        assert_eq!([1_234_567.0, 12.345, 0.126].map(number), ["1,234,567", "12.3", "0.13"]);
    }
}
