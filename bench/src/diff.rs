//! The time to compare two documents.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::process::{self, TimePairs};
use crate::{Bench, BenchResult, documents, peers};

const ROUNDS: usize = 7;

/// The approximate sizes of the documents, in bytes.
const SIZES: [usize; 2] = [116_000, 420_000];

const REDOCLY: &str = "@redocly/cli@2.77.0";

pub(crate) fn measure(bench: &Bench) -> BenchResult<Vec<String>> {
    let xtask = process::cargo_build(bench, "xtask", "xtask")?;
    let [base, revision] = ["base.json", "revision.json"].map(|name| bench.folder.join(name));
    let redocly = peers::node_program(bench, REDOCLY, "redocly");
    let mut lines = Vec::new();
    for size in SIZES {
        let document = documents::enlarged_spec(size)?;
        let text = document.to_string();
        fs::write(&base, &text)?;
        fs::write(&revision, edited(document).to_string())?;
        let name = format!("diff of {} kB", text.len() / 1000);
        let ours = || {
            let mut diff = Command::new(&xtask);
            diff.args(["diff", "--fail-on", "never", "--base"]).arg(&base);
            process::time(diff.arg("--revision").arg(&revision))
        };
        let Ok(redocly) = &redocly else {
            let times = (0..bench.rounds(ROUNDS)).map(|_| ours()).collect::<BenchResult<_>>()?;
            lines.push(format!("{name} xtask: {} s", process::Spread::of(times)));
            lines.push(format!("{REDOCLY}: cannot be installed"));
            continue;
        };
        let theirs = || {
            let mut diff = Command::new(redocly);
            process::time(diff.arg("diff").arg(&base).arg(&revision).args(["--fail-on", "none"]))
        };
        let pairs = TimePairs::measure(bench.rounds(ROUNDS), ours, theirs)?;
        lines.extend(pairs.report(&format!("{name} xtask/{REDOCLY}")));
    }
    Ok(lines)
}

/// Adds an enum value and a property, and removes a bound.
fn edited(mut document: Value) -> Value {
    let schemas = &mut document["components"]["schemas"];
    if let Some(statuses) = schemas["CreditBatchStatus"]["enum"].as_array_mut() {
        statuses.push("cancelled".into());
    }
    schemas["Organisation"]["properties"]["colour"] =
        json!({ "type": "string", "description": "The colour of the organisation" });
    if let Some(id) = schemas["OrganisationId"].as_object_mut() {
        id.remove("maxLength");
    }
    document
}
