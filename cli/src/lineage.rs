//! The `lineage` command.

use std::io::{self, Write};

use isometric_registry::audit::lineage::Lineage;

use crate::args::{LineageArgs, LineageFormat};
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;
use crate::output::json::write_json;
use crate::terminal::{note, printable};
use crate::{ids, registry, runtime};

pub(crate) fn run(arguments: &LineageArgs) -> Result<CommandOutcome, CommandFailure> {
    let id = ids::parse_batch(&arguments.id)?;
    let connected = registry::connect(&arguments.connection)?;
    let fetched = runtime::start()?.block_on(connected.registry.lineage(&id));
    let lineage = fetched.map_err(|error| connected.failure(&error))?;
    let mut output = Output::stdout();
    let written =
        output.write(|to| write(&lineage, arguments.format, to)).and_then(|()| output.flush());
    if matches!(arguments.format, LineageFormat::Mermaid | LineageFormat::Dot) {
        lineage.findings().iter().for_each(|finding| note(&format!("finding: {finding}")));
    }
    CommandOutcome::found(!lineage.findings().is_empty()).after_output(written)
}

fn write(lineage: &Lineage, format: LineageFormat, to: &mut dyn Write) -> io::Result<()> {
    match format {
        LineageFormat::Text => write_text(lineage, to),
        LineageFormat::Mermaid => write!(to, "{}", lineage.mermaid()),
        LineageFormat::Dot => write!(to, "{}", lineage.dot()),
        LineageFormat::Json => write_json(lineage, to),
    }
}

fn write_text(lineage: &Lineage, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{}", lineage.text())?;
    for (status, sum) in lineage.sums() {
        writeln!(to, "{:<8} {sum}", printable(status.as_str()))?;
    }
    if lineage.findings().is_empty() {
        return writeln!(to, "findings none");
    }
    writeln!(to)?;
    lineage
        .findings()
        .iter()
        .try_for_each(|finding| writeln!(to, "finding: {}", printable(&finding.to_string())))
}
