//! Decodes and checks credit batches, beside what one would do instead.

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
const SAMPLES: usize = 30;

/// How often the one batch is decoded between two looks at the clock.
const REPEATS: usize = 64;

fn is_decoded_and_valid(json: &[u8]) -> bool {
    let checked = black_box(validate::from_slice::<CreditBatch>(black_box(json)));
    checked.value.is_some() && checked.violations.is_empty()
}

fn is_decoded<T: DeserializeOwned>(json: &[u8]) -> bool {
    black_box(serde_json::from_slice::<T>(black_box(json))).is_ok()
}

fn main() -> Result<(), Box<dyn Error>> {
    let results = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion");
    let mut criterion = Criterion::default().output_directory(&results).configure_from_args();
    let file = ndjson()?;
    let lines: Vec<_> = file.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
    let one = lines.first().ok_or("the simulator has no batches")?;
    compare(&mut criterion, "decode", &[*one; REPEATS]);
    compare(&mut criterion, "decode 100000", &lines);
    criterion.final_summary();
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

/// Says how ours is to each of the others.
fn compare(criterion: &mut Criterion, name: &str, documents: &[&[u8]]) {
    let mut group = criterion.benchmark_group(name);
    let bytes: usize = documents.iter().map(|document| document.len()).sum();
    group.throughput(Throughput::Bytes(bytes as u64));
    group.sample_size(SAMPLES);
    let [ours, others @ ..] = SUBJECTS;
    for other in others {
        let mut pairs = Vec::new();
        let versus = format!("{}/{}", ours.0, other.0);
        group.bench_function(&versus, |bencher| {
            bencher.iter_custom(|rounds| {
                let took = in_turns(rounds, [ours, other], documents);
                let decoded = rounds as f64 * documents.len() as f64;
                let [ours, other] = took.map(|took| took.as_secs_f64() / decoded);
                pairs.push((ours, other));
                took[0]
            });
        });
        // The first ones warmed up.
        let measured = &pairs[pairs.len().saturating_sub(SAMPLES)..];
        if !measured.is_empty() {
            report(&format!("{name} {versus}"), measured);
        }
    }
    group.finish();
}

/// How long each takes for all the rounds. They take turns, so that what else the machine
/// does falls on both.
fn in_turns(rounds: u64, subjects: [Subject; 2], documents: &[&[u8]]) -> [Duration; 2] {
    let mut took = [Duration::ZERO; 2];
    for _ in 0..rounds {
        for ((name, subject), took) in subjects.into_iter().zip(&mut took) {
            let start = Instant::now();
            assert!(documents.iter().all(|document| subject(document)), "{name}");
            *took += start.elapsed();
        }
    }
    took
}

/// Says how often each asks for memory. Ours does so for texts without rules alone.
#[expect(clippy::print_stdout, reason = "a benchmark is there to report")]
fn count_allocations(json: &[u8]) {
    for (name, subject) in SUBJECTS {
        let counted = allocation_counter::measure(|| assert!(subject(json)));
        println!("decode {name} allocations = {}", counted.count_total);
    }
}
