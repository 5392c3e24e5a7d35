//! The `completions` and `man` commands, generated from the argument definitions.

use clap::builder::Resettable;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::NAME;
use crate::args::{self, CompletionsArgs, ManArgs};
use crate::outcome::{CommandFailure, CommandOutcome};
use crate::output::Output;

pub(crate) fn completions(arguments: &CompletionsArgs) -> Result<CommandOutcome, CommandFailure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut args::command(), NAME, &mut script);
    print(&script)
}

pub(crate) fn man(arguments: &ManArgs) -> Result<CommandOutcome, CommandFailure> {
    let mut program = args::command();
    // Sets the full name of each subcommand.
    program.build();
    let command = arguments.command.iter().try_fold(&program, |command, name| {
        command.find_subcommand(name).ok_or_else(|| {
            CommandFailure::usage(
                format!("unknown command {name:?}"),
                format!("list the commands with {NAME} --help"),
            )
        })
    })?;
    // The page has sections of its own for this text.
    let command = command.clone().after_help(Resettable::Reset).after_long_help(Resettable::Reset);
    let mut page = Vec::new();
    Man::new(command)
        .render(&mut page)
        .and_then(|()| common_sections().to_writer(&mut page))
        .map_err(CommandFailure::output)?;
    print(&page)
}

/// Returns the sections at the end of every page.
fn common_sections() -> Roff {
    let mut sections = Roff::new();
    let lists = [("ENVIRONMENT", args::ENVIRONMENT), ("EXIT STATUS", args::EXIT_STATUS)];
    for (heading, rows) in lists {
        sections.control("SH", [heading]);
        for (name, text) in rows {
            sections.control("TP", []).text([roman(name)]).text([roman(text)]);
        }
    }
    sections.control("SH", ["EXAMPLE"]).text([roman(args::EXAMPLE)]);
    sections
}

fn print(text: &[u8]) -> Result<CommandOutcome, CommandFailure> {
    let mut output = Output::stdout();
    output.write(|to| to.write_all(text))?;
    output.flush()?;
    Ok(CommandOutcome::Success)
}
