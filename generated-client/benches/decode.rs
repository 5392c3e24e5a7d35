//! Decoding and validation of credit batches, compared with the alternatives.

mod support;

use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use isometric_registry::types::CreditBatch;
use isometric_registry::validate;
use isometric_registry_simulator::Simulator;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use support::report;

/// A name, and a function that decodes the JSON of a batch and returns whether it succeeded.
type Subject = (&'static str, fn(&[u8]) -> bool);

/// The client, followed by the alternatives.
const SUBJECTS: [Subject; 5] = [
    ("validated", decodes_and_validates),
    ("unvalidated", decodes::<stock::unbounded::types::CreditBatch>),
    ("stock validated", decodes::<stock::bounded::types::CreditBatch>),
    ("value", decodes::<Value>),
    ("scan", decodes::<IgnoredAny>),
];

const BATCHES: u32 = 100_000;
const SAMPLES: usize = 30;

/// The number of times that the single batch is decoded per measurement.
const REPEATS: usize = 64;

fn decodes_and_validates(json: &[u8]) -> bool {
    let validated = black_box(validate::from_slice::<CreditBatch>(black_box(json)));
    validated.value.is_some() && validated.violations.is_empty()
}

fn decodes<T: DeserializeOwned>(json: &[u8]) -> bool {
    black_box(serde_json::from_slice::<T>(black_box(json))).is_ok()
}

fn main() -> Result<(), Box<dyn Error>> {
    let results = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion");
    let mut criterion = Criterion::default().output_directory(&results).configure_from_args();
    let file = ndjson()?;
    let lines: Vec<_> = file.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
    let batch = lines.first().ok_or("the simulator has no batches")?;
    compare(&mut criterion, "decode", &[*batch; REPEATS]);
    compare(&mut criterion, "decode 100000", &lines);
    criterion.final_summary();
    count_allocations(batch);
    Ok(())
}

/// Returns simulated batches, one per line.
fn ndjson() -> Result<Vec<u8>, Box<dyn Error>> {
    let simulator = Simulator::builder().batches(BATCHES).start()?;
    let mut file = Vec::new();
    for batch in simulator.batches() {
        serde_json::to_writer(&mut file, &batch)?;
        file.push(b'\n');
    }
    Ok(file)
}

/// Compares the client with each alternative.
fn compare(criterion: &mut Criterion, name: &str, documents: &[&[u8]]) {
    let mut group = criterion.benchmark_group(name);
    let bytes: usize = documents.iter().map(|document| document.len()).sum();
    group.throughput(Throughput::Bytes(bytes as u64));
    group.sample_size(SAMPLES);
    let [client, alternatives @ ..] = SUBJECTS;
    for alternative in alternatives {
        let mut pairs = Vec::new();
        let versus = format!("{}/{}", client.0, alternative.0);
        group.bench_function(&versus, |bencher| {
            bencher.iter_custom(|rounds| {
                let times = measure_in_turns(rounds, [client, alternative], documents);
                let decoded = rounds as f64 * documents.len() as f64;
                let [client, alternative] = times.map(|time| time.as_secs_f64() / decoded);
                pairs.push((client, alternative));
                times[0]
            });
        });
        // The first pairs belong to the warm-up.
        let measured = &pairs[pairs.len().saturating_sub(SAMPLES)..];
        if !measured.is_empty() {
            report(&format!("{name} {versus}"), measured);
        }
    }
    group.finish();
}

/// Returns the time of each subject for all rounds. The subjects take turns, so that other load
/// on the machine affects both.
fn measure_in_turns(rounds: u64, subjects: [Subject; 2], documents: &[&[u8]]) -> [Duration; 2] {
    let mut times = [Duration::ZERO; 2];
    for _ in 0..rounds {
        for ((name, subject), time) in subjects.into_iter().zip(&mut times) {
            let start = Instant::now();
            assert!(documents.iter().all(|document| subject(document)), "{name}");
            *time += start.elapsed();
        }
    }
    times
}

/// Prints the number of allocations of each subject. The client allocates for strings without
/// rules only.
#[expect(clippy::print_stdout, reason = "benchmarks report on stdout")]
fn count_allocations(json: &[u8]) {
    for (name, subject) in SUBJECTS {
        let counted = allocation_counter::measure(|| assert!(subject(json)));
        println!("decode {name} allocations = {}", counted.count_total);
    }
}
