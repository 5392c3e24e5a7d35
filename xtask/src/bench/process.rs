//! Runs programs, and tells how long they took and how much memory.

use std::fmt;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Failure;

/// How often the memory of a process is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Times in seconds, and how the first are to the second.
pub(super) struct Pairs(Vec<(f64, f64)>);

impl Pairs {
    /// Measures two programs in turns, so that what else the machine does falls on both.
    pub(super) fn measure(
        rounds: usize,
        mut ours: impl FnMut() -> Result<f64, Failure>,
        mut theirs: impl FnMut() -> Result<f64, Failure>,
    ) -> Result<Self, Failure> {
        (0..rounds).map(|_| Ok((ours()?, theirs()?))).collect::<Result<_, _>>().map(Self)
    }

    /// A line with the times, and one with their ratio.
    pub(super) fn report(&self, name: &str) -> [String; 2] {
        let (ours, theirs): (Vec<_>, Vec<_>) = self.0.iter().copied().unzip();
        let ratios = self.0.iter().map(|(ours, theirs)| ours / theirs).collect();
        let [ours, theirs] = [ours, theirs].map(|times| Spread::of(times).middle);
        let times = format!("{name}: {} and {}", Time(ours), Time(theirs));
        [times, format!("{name} = {}", Spread::of(ratios))]
    }
}

/// A median and its quartiles.
pub(super) struct Spread {
    low: f64,
    pub(super) middle: f64,
    high: f64,
}

impl Spread {
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_unstable_by(f64::total_cmp);
        let at = |share: f64| {
            let index = values.len().saturating_sub(1) as f64 * share;
            values.get(index.round() as usize).copied().unwrap_or(f64::NAN)
        };
        Self { low: at(0.25), middle: at(0.5), high: at(0.75) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} ({:.2} to {:.2})", self.middle, self.low, self.high)
    }
}

/// A time in seconds, in the unit that suits it.
pub(super) struct Time(pub(super) f64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            seconds if seconds < 1.0 => write!(f, "{:.0} ms", seconds * 1e3),
            seconds => write!(f, "{seconds:.1} s"),
        }
    }
}

/// What a program says. What it says about its progress goes to the terminal.
pub(super) fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure(format!("{}: {error}", command.get_program().display())))?;
    if !output.status.success() {
        return Err(failed(command, output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// How long a program takes, in seconds.
pub(super) fn time(command: &mut Command) -> Result<f64, Failure> {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let seconds = start.elapsed().as_secs_f64();
    if status.success() { Ok(seconds) } else { Err(failed(command, status)) }
}

/// How long a program takes, in seconds, and the most memory that it has at a time, in
/// bytes, where the system tells.
pub(super) fn time_and_memory(command: &mut Command) -> Result<(f64, Option<u64>), Failure> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut peak = None;
    let status = loop {
        peak = memory(&child).max(peak);
        match child.try_wait()? {
            Some(status) => break status,
            None => thread::sleep(LOOK),
        }
    };
    let seconds = start.elapsed().as_secs_f64();
    if status.success() { Ok((seconds, peak)) } else { Err(failed(command, status)) }
}

/// The most memory that a process has had so far, as Linux keeps it.
fn memory(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kibibytes * 1024)
}

fn failed(command: &Command, status: std::process::ExitStatus) -> Failure {
    Failure(format!("{command:?}: {status}"))
}
