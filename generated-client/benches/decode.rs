//! Decodes and checks credit batches, beside what one would do instead.

mod support;

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput};
use isometric_registry::check;
use isometric_registry::types::CreditBatch;
use isometric_registry_simulator::Simulator;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use support::Figure;

/// What is compared: a name, and whether the JSON of a batch could be decoded.
type Subject = (&'static str, fn(&[u8]) -> bool);

/// The first is ours, and the others are what it is compared with.
const SUBJECTS: [Subject; 5] = [
    ("validated", is_decoded_and_valid),
    ("unvalidated", is_decoded::<stock::unbounded::types::CreditBatch>),
    ("stock validated", is_decoded::<stock::bounded::types::CreditBatch>),
    ("value", is_decoded::<Value>),
    ("scan", is_decoded::<IgnoredAny>),
];

const BATCHES: u32 = 100_000;

fn is_decoded_and_valid(json: &[u8]) -> bool {
    let checked = black_box(check::from_slice::<CreditBatch>(black_box(json)));
    checked.value.is_some() && checked.violations.is_empty()
}

fn is_decoded<T: DeserializeOwned>(json: &[u8]) -> bool {
    black_box(serde_json::from_slice::<T>(black_box(json))).is_ok()
}

fn main() -> Result<(), Box<dyn Error>> {
    let results = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("criterion");
    let mut criterion = Criterion::default().output_directory(&results).configure_from_args();
    let file = ndjson()?;
    let lines: Vec<_> = file.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
    let one = lines.first().ok_or("the simulator has no batches")?;
    measure(&mut criterion, "decode", &[one]);
    measure(&mut criterion, "decode 100000", &lines);
    criterion.final_summary();
    for group in ["decode", "decode 100000"] {
        compare(&results, group)?;
    }
    count_allocations(one);
    Ok(())
}

/// The batches of an invented world, one a line.
fn ndjson() -> Result<Vec<u8>, Box<dyn Error>> {
    let simulator = Simulator::builder().batches(BATCHES).start()?;
    let mut file = Vec::new();
    for batch in simulator.batches() {
        serde_json::to_writer(&mut file, &batch)?;
        file.push(b'\n');
    }
    Ok(file)
}

fn measure(criterion: &mut Criterion, group: &str, documents: &[&[u8]]) {
    let mut group = criterion.benchmark_group(group);
    let bytes: usize = documents.iter().map(|document| document.len()).sum();
    group.throughput(Throughput::Bytes(bytes as u64));
    if documents.len() > 1 {
        group.sample_size(10);
    }
    for (name, subject) in SUBJECTS {
        group.bench_function(name, |bencher| {
            bencher.iter(|| assert!(documents.iter().all(|document| subject(document)), "{name}"));
        });
    }
    group.finish();
}

/// Says how ours is to each of the others, where both were measured.
fn compare(results: &Path, group: &str) -> Result<(), Box<dyn Error>> {
    let [(ours, _), others @ ..] = SUBJECTS;
    for (other, _) in others {
        let figures = [ours, other].map(|name| median(&results.join(group).join(name)));
        if let [Ok(ours_took), Ok(other_took)] = figures {
            support::report(&format!("{group} {ours}/{other}"), ratio(ours_took, other_took));
        }
    }
    Ok(())
}

fn ratio(ours: Figure, other: Figure) -> Figure {
    Figure {
        low: ours.low / other.high,
        middle: ours.middle / other.middle,
        high: ours.high / other.low,
    }
}

/// The median that criterion has found, with its confidence interval.
fn median(results: &Path) -> Result<Figure, Box<dyn Error>> {
    let estimates: Value = serde_json::from_slice(&fs::read(results.join("new/estimates.json"))?)?;
    let number = |pointer| estimates.pointer(pointer).and_then(Value::as_f64).ok_or("no estimate");
    Ok(Figure {
        low: number("/median/confidence_interval/lower_bound")?,
        middle: number("/median/point_estimate")?,
        high: number("/median/confidence_interval/upper_bound")?,
    })
}

/// Says how often each asks for memory. Ours does so for texts without rules alone.
#[expect(clippy::print_stdout, reason = "a benchmark is there to report")]
fn count_allocations(json: &[u8]) {
    for (name, subject) in SUBJECTS {
        let counted = allocation_counter::measure(|| assert!(subject(json)));
        println!("decode {name} allocations = {}", counted.count_total);
    }
}
