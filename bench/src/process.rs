//! Runs programs and measures their time and memory.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Bench, BenchResult, workspace};

/// The interval between two readings of a process's memory.
const MEMORY_INTERVAL: Duration = Duration::from_millis(20);

/// Pairs of times in seconds: this workspace's, and the alternative's.
pub(crate) struct TimePairs(Vec<(f64, f64)>);

impl TimePairs {
    /// Measures two programs in turns, so that other load on the machine affects both.
    pub(crate) fn measure(
        rounds: usize,
        mut ours: impl FnMut() -> BenchResult<f64>,
        mut theirs: impl FnMut() -> BenchResult<f64>,
    ) -> BenchResult<Self> {
        (0..rounds).map(|_| Ok((ours()?, theirs()?))).collect::<Result<_, _>>().map(Self)
    }

    /// Returns a line with both median times and a line with their ratio.
    pub(crate) fn report(&self, name: &str) -> [String; 2] {
        let (ours, theirs): (Vec<_>, Vec<_>) = self.0.iter().copied().unzip();
        let ratios = self.0.iter().map(|(ours, theirs)| ours / theirs).collect();
        let [ours, theirs] = [ours, theirs].map(|times| Spread::of(times).median);
        let times = format!("{name}: {} and {}", Time(ours), Time(theirs));
        [times, format!("{name} = {}", Spread::of(ratios))]
    }
}

/// A median and its quartiles.
pub(crate) struct Spread {
    lower: f64,
    pub(crate) median: f64,
    upper: f64,
}

impl Spread {
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| {
            let index = values.len().saturating_sub(1) as f64 * share;
            values.get(index.round() as usize).copied().unwrap_or(f64::NAN)
        };
        Self { lower: at(0.25), median: at(0.5), upper: at(0.75) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2} to {:.2})", self.median, self.lower, self.upper)
    }
}

/// A time in seconds, displayed in milliseconds or seconds.
pub(crate) struct Time(pub(crate) f64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds < 1.0 => write!(f, "{:.0} ms", seconds * 1e3),
            seconds => write!(f, "{seconds:.1} s"),
        }
    }
}

/// Runs a program and returns its stdout. Its stderr stays on the terminal.
pub(crate) fn output(command: &mut Command) -> BenchResult<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    require_success(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Builds the release version of a program of the workspace, or in a short run the debug version,
/// and returns its path.
pub(crate) fn cargo_build(bench: &Bench, package: &str, program: &str) -> BenchResult<PathBuf> {
    let target = bench.folder.parent().unwrap_or(&bench.folder);
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "-p", package, "--target-dir"]).arg(target);
    let profile = if bench.is_short { "debug" } else { "release" };
    if !bench.is_short {
        cargo.arg("--release");
    }
    output(cargo.current_dir(workspace()))?;
    Ok(target.join(profile).join(program))
}

/// Runs a program and returns its duration in seconds.
pub(crate) fn time(command: &mut Command) -> BenchResult<f64> {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let seconds = start.elapsed().as_secs_f64();
    require_success(command, status)?;
    Ok(seconds)
}

/// Runs a program and returns its duration in seconds and, on Linux, its peak memory in bytes.
pub(crate) fn time_and_memory(command: &mut Command) -> BenchResult<(f64, Option<u64>)> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut peak = None;
    let status = loop {
        peak = peak_memory(&child).max(peak);
        match child.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(MEMORY_INTERVAL),
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    require_success(command, status)?;
    Ok((seconds, peak))
}

/// Reads the peak memory of a running process from Linux's `/proc`.
fn peak_memory(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes * 1024)
}

fn require_success(command: &Command, status: ExitStatus) -> BenchResult<()> {
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}").into()) }
}
