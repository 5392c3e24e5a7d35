//! A description of the machine and the versions measured.

use std::fs;
use std::process::Command;
use std::thread;

use crate::{BenchResult, process, workspace};

/// Returns a Markdown table of the processor, the system and the versions.
pub(crate) fn describe() -> BenchResult<String> {
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model =
        processor.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let output = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        process::output(command.args(arguments).current_dir(workspace()))
    };
    let rows = [
        ("processor", format!("{}, {cores} cores", model.unwrap_or("unknown"))),
        ("system", output("uname", &["-sr"])?),
        ("compiler", output("rustc", &["--version"])?),
        ("commit", output("git", &["show", "--no-patch", "--format=%h of %cs"])?),
    ];
    let rows = rows.map(|(name, value)| format!("| {name} | {} |\n", value.trim()));
    Ok(format!("| | |\n| --- | --- |\n{}", rows.concat()))
}
