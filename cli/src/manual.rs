//! `completions` and `man`: what is generated from the description of the arguments.

use clap_mangen::Man;

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
    Man::new(page).render(&mut text).map_err(Failure::output)?;
    print(&text)
}

fn print(text: &[u8]) -> Result<Outcome, Failure> {
    let mut output = Output::stdout();
    output.write(|to| to.write_all(text))?;
    output.flush()?;
    Ok(Outcome::Fine)
}
