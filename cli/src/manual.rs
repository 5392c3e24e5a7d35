//! `completions` and `man`: what is generated from the description of the arguments.

use clap::builder::Resettable;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use crate::Outcome;
use crate::args::{self, NAME};
use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn completions(arguments: &args::Completions) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut args::description(), NAME, &mut script);
    print(&script)
}

pub(crate) fn man(arguments: &args::Man) -> Result<Outcome, Failure> {
    let mut description = args::description();
    // Each command then knows the name of the program.
    description.build();
    let page = match &arguments.command {
        None => description,
        Some(name) => description.find_subcommand(name).cloned().ok_or_else(|| {
            Failure::usage(
                format!("there is no command {name:?}"),
                format!("{NAME} --help lists the commands"),
            )
        })?,
    };
    let mut text = Vec::new();
    // What is there for `--help` has sections of its own here.
    let page = page.after_help(Resettable::Reset).after_long_help(Resettable::Reset);
    Man::new(page)
        .render(&mut text)
        .and_then(|()| sections().to_writer(&mut text))
        .map_err(Failure::output)?;
    print(&text)
}

/// What every page has at its end.
fn sections() -> Roff {
    let mut sections = Roff::new();
    let lists = [("ENVIRONMENT", args::ENVIRONMENT), ("EXIT STATUS", args::STATUS)];
    for (heading, rows) in lists {
        sections.control("SH", [heading]);
        for (name, text) in rows {
            sections.control("TP", []).text([roman(name)]).text([roman(text)]);
        }
    }
    sections.control("SH", ["EXAMPLE"]).text([roman(args::EXAMPLE)]);
    sections
}

fn print(text: &[u8]) -> Result<Outcome, Failure> {
    let mut output = Output::stdout();
    output.write(|to| to.write_all(text))?;
    output.flush()?;
    Ok(Outcome::Fine)
}
