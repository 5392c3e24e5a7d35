//! `check`: credit batches in a file, without a network.

mod report;

use std::fs::File;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::path::Path;
use std::thread;

use isometric_registry_cli::records::{self, BLOCK, Judged, Stop};

use crate::Outcome;
use crate::args::{self, CheckFormat};
use crate::failure::Failure;
use crate::output::{Output, note, printable};

pub(crate) fn run(arguments: &args::Check) -> Result<Outcome, Failure> {
    let (name, input) = open(&arguments.file)?;
    let mut output = Output::stdout();
    let report = |judged: Judged| {
        output.write(|to| match arguments.format {
            CheckFormat::Text => report::text(&name, &judged, to),
            CheckFormat::Json => report::json(&judged, to),
        })
    };
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    match records::check(input, BLOCK, threads, report) {
        Ok(tally) => {
            let printed = output.flush();
            if printed.is_ok() {
                note(&report::summary(&name, tally));
            }
            Outcome::found(tally.violations > 0).after(printed)
        }
        // Nothing but violations is printed.
        Err(Stop::Report(failure)) => Outcome::Found.after(Err(failure)),
        Err(Stop::Read(error)) => Err(Failure::failed(
            format!("cannot read {name} to its end: {error}"),
            "is it a file? What is printed is about the records before",
        )),
        Err(Stop::Lost) => Err(Failure::failed(
            format!("cannot check {name}: a thread of this program ended"),
            "that is a mistake in this program: please report it",
        )),
    }
}

/// The file with the name that messages give it.
fn open(path: &Path) -> Result<(String, Box<dyn Read>), Failure> {
    if path == Path::new("-") {
        return Ok(("<stdin>".to_owned(), Box::new(io::stdin().lock())));
    }
    let name = printable(&path.to_string_lossy()).into_owned();
    match File::open(path) {
        Ok(file) => Ok((name, Box::new(file))),
        Err(error) => Err(Failure::usage(
            format!("cannot open {name}: {error}"),
            "name a file of credit batches, or `-` for stdin",
        )),
    }
}
