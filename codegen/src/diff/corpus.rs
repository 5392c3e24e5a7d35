//! Measures the rules against recorded pairs of documents with known answers.
//!
//! A pair is a line of JSON, `{name, openapi, worst_level, expected, base,
//! revision}`: two documents and what another tool found. Its `ERR` should be
//! breaking here, its `INFO` and its silence should not; its `WARN` is counted
//! apart.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use super::{Level, Report};
use crate::contract::Contract;
use crate::source::Source;

/// What a run over a corpus found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// By version of OpenAPI, such as `3.0`.
    pub dialects: BTreeMap<String, Tally>,
    /// By the other tool's rule: how often a pair with it as `ERR` was found
    /// breaking, and how many there are.
    pub recall: BTreeMap<String, (usize, usize)>,
    /// By our rule: the harmless pairs that it called breaking.
    pub false_alarms: BTreeMap<&'static str, Vec<String>>,
    /// The breaking pairs that were not found breaking.
    pub missed: Vec<String>,
    /// The pairs that could not be compared, and why.
    pub failed: Vec<String>,
}

/// Counts of pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Breaking by the other tool, and found so here.
    pub found: usize,
    /// Breaking by the other tool.
    pub breaking: usize,
    /// Harmless by the other tool, and called breaking here.
    pub false_alarms: usize,
    /// Of those, the ones about security alone, where we differ on purpose.
    pub deliberate: usize,
    /// Harmless by the other tool.
    pub harmless: usize,
    /// Called a warning by the other tool, and breaking here.
    pub warnings_breaking: usize,
    /// Called a warning by the other tool.
    pub warnings: usize,
}

#[derive(Deserialize)]
struct Pair {
    name: String,
    openapi: String,
    worst_level: String,
    expected: Vec<Expected>,
    base: serde_json::Value,
    revision: serde_json::Value,
}

#[derive(Deserialize)]
struct Expected {
    id: String,
    level: String,
}

/// Compares every pair of a corpus, one a line.
pub fn measure(corpus: &str) -> Measure {
    let mut measure = Measure::default();
    for (index, line) in corpus.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Pair>(line) {
            Ok(pair) => measure.add(&pair),
            Err(error) => measure.failed.push(format!("line {}: {error}", index + 1)),
        }
    }
    measure
}

impl Measure {
    fn add(&mut self, pair: &Pair) {
        let report = match compare(pair) {
            Ok(report) => report,
            Err(error) => return self.failed.push(format!("{}: {error}", pair.name)),
        };
        let tally = self.dialects.entry(pair.openapi.clone()).or_default();
        let breaking = usize::from(report.breaking);
        match pair.worst_level.as_str() {
            "ERR" => {
                tally.breaking += 1;
                tally.found += breaking;
                for expected in pair.expected.iter().filter(|expected| expected.level == "ERR") {
                    let recall = self.recall.entry(expected.id.clone()).or_default();
                    *recall = (recall.0 + breaking, recall.1 + 1);
                }
                if !report.breaking {
                    self.missed.push(pair.name.clone());
                }
            }
            "WARN" => {
                tally.warnings += 1;
                tally.warnings_breaking += breaking;
            }
            _ => {
                tally.harmless += 1;
                tally.false_alarms += breaking;
                tally.deliberate += usize::from(report.breaking && is_deliberate(&report));
                for change in report.changes.iter().filter(|c| c.level == Level::Breaking) {
                    let pairs = self.false_alarms.entry(change.rule).or_default();
                    if !pairs.contains(&pair.name) {
                        pairs.push(pair.name.clone());
                    }
                }
            }
        }
    }
}

/// The corpus calls every change of security harmless.
fn is_deliberate(report: &Report) -> bool {
    let breaking = report.changes.iter().filter(|change| change.level == Level::Breaking);
    breaking.map(|change| change.rule).all(|rule| rule.starts_with("authentication-"))
}

fn compare(pair: &Pair) -> Result<Report, String> {
    let contract = |side: &str, text: &str| {
        let name = format!("{} {side}", pair.name);
        let source = Source::parse(&name, text).map_err(|refusal| refusal.to_string())?;
        Contract::of(&source).map_err(|refusal| refusal.to_string())
    };
    let base = contract("base", &pair.base.to_string())?;
    let revision = contract("revision", &pair.revision.to_string())?;
    Report::of(&base, &revision).map_err(|error| error.to_string())
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (dialect, tally) in &self.dialects {
            let Tally { found, breaking, false_alarms, deliberate, harmless, .. } = tally;
            let Tally { warnings, warnings_breaking, .. } = tally;
            writeln!(f, "OpenAPI {dialect}")?;
            writeln!(f, "  recall        {found} of {breaking} ({})", percent(*found, *breaking))?;
            let unmeant = false_alarms - deliberate;
            writeln!(
                f,
                "  false alarms  {unmeant} of {harmless} ({}), and {deliberate} on purpose",
                percent(unmeant, *harmless)
            )?;
            writeln!(f, "  warnings      {warnings_breaking} of {warnings} are breaking here")?;
        }
        writeln!(f, "recall by their rule")?;
        for (rule, (found, all)) in &self.recall {
            writeln!(f, "  {found:>3} of {all:<3} {rule}")?;
        }
        writeln!(f, "false alarms by our rule")?;
        for (rule, pairs) in &self.false_alarms {
            writeln!(f, "  {:>3} {rule}: {}", pairs.len(), pairs.join(", "))?;
        }
        writeln!(f, "missed: {}", self.missed.join(", "))?;
        write!(f, "failed: {}", self.failed.len())?;
        self.failed.iter().try_for_each(|failure| write!(f, "\n  {failure}"))
    }
}

fn percent(part: usize, whole: usize) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}
