//! `lineage`: a credit batch with all its relatives.

use std::io::{self, Write};

use isometric_registry::audit::lineage::Lineage;

use crate::args::{self, LineageFormat};
use crate::failure::Failure;
use crate::output::{Output, note, printable};
use crate::{Outcome, ids, registry, runtime};

pub(crate) fn run(arguments: &args::Lineage) -> Result<Outcome, Failure> {
    let id = ids::parse(&arguments.id)?;
    let connected = registry::connect(&arguments.connection)?;
    let fetched = runtime()?.block_on(connected.registry.lineage(&id));
    let lineage = fetched.map_err(|error| connected.failure(&error))?;
    let mut output = Output::stdout();
    let printed =
        output.write(|to| print(&lineage, arguments.format, to)).and_then(|()| output.flush());
    if matches!(arguments.format, LineageFormat::Mermaid | LineageFormat::Dot) {
        lineage.findings().iter().for_each(|finding| note(&format!("finding: {finding}")));
    }
    Outcome::found(!lineage.findings().is_empty()).after(printed)
}

fn print(lineage: &Lineage, format: LineageFormat, to: &mut dyn Write) -> io::Result<()> {
    match format {
        LineageFormat::Text => text(lineage, to),
        LineageFormat::Mermaid => write!(to, "{}", lineage.mermaid()),
        LineageFormat::Dot => write!(to, "{}", lineage.dot()),
        LineageFormat::Json => {
            serde_json::to_writer(&mut *to, lineage)?;
            writeln!(to)
        }
    }
}

fn text(lineage: &Lineage, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{}", lineage.text())?;
    for (status, sum) in lineage.sums() {
        writeln!(to, "{:<8} {sum}", printable(status.as_str()))?;
    }
    match lineage.findings() {
        [] => writeln!(to, "findings none"),
        findings => {
            writeln!(to)?;
            findings.iter().try_for_each(|finding| {
                writeln!(to, "finding: {}", printable(&finding.to_string()))
            })
        }
    }
}
