//! Decoding and validation of credit batches and of pages of issuances, compared with the
//! alternatives: by time, by instructions where valgrind is installed, and by allocations.

mod support;

use std::env;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use isometric_registry::types::{CreditBatch, IssuancePage};
use isometric_registry::validate::{self, HasSchema};
use isometric_registry_simulator::Simulator;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use support::{is_short, issuance_page, report};

/// A name, and a function that decodes a JSON document and returns whether it succeeded.
type Subject = (&'static str, fn(&[u8]) -> bool);

/// A kind of document with its subjects: the client, followed by the alternatives.
struct Comparison {
    name: &'static str,
    subjects: [Subject; 5],
    documents: Vec<Vec<u8>>,
    /// The number of times that the documents are decoded per measurement.
    repeats: usize,
}

/// The comparison of pages of issuances.
const PAGE: &str = "decode page";

const BATCHES: u32 = 100_000;

/// The number of issuances on the largest page that the spec allows.
const PAGE_SIZE: usize = 50;

const SAMPLES: usize = 30;

/// The arguments that select a program that decodes one document, for valgrind.
const DECODE_ONLY: &str = "--decode-only";

/// The numbers of times that a document is decoded under valgrind. The difference excludes the
/// start of the program.
const COUNTED: [u64; 2] = [100, 600];

/// Returns the client and its alternatives for one type of the spec.
fn subjects<Client, Unbounded, Bounded>() -> [Subject; 5]
where
    Client: DeserializeOwned + HasSchema,
    Unbounded: DeserializeOwned,
    Bounded: DeserializeOwned,
{
    [
        ("validated", decodes_and_validates::<Client>),
        ("unvalidated", decodes::<Unbounded>),
        ("stock validated", decodes::<Bounded>),
        ("value", decodes::<Value>),
        ("scan", decodes::<IgnoredAny>),
    ]
}

/// Returns the subjects of a comparison by its name.
fn subjects_of(name: &str) -> [Subject; 5] {
    use stock::{bounded, unbounded};
    match name {
        PAGE => {
            subjects::<IssuancePage, unbounded::types::IssuancePage, bounded::types::IssuancePage>()
        }
        _ => subjects::<CreditBatch, unbounded::types::CreditBatch, bounded::types::CreditBatch>(),
    }
}

fn comparisons() -> Result<[Comparison; 3], Box<dyn Error>> {
    let batches = batches()?;
    let first = batches.first().cloned().ok_or("the simulator has no batches")?;
    let page = issuance_page(0..PAGE_SIZE, None).to_string().into_bytes();
    let comparison = |name, documents, repeats| {
        let subjects = subjects_of(name);
        Comparison { name, subjects, documents, repeats }
    };
    Ok([
        comparison("decode", vec![first], 64),
        comparison(PAGE, vec![page], 4),
        comparison("decode 100000", batches, 1),
    ])
}

fn decodes_and_validates<T: DeserializeOwned + HasSchema>(json: &[u8]) -> bool {
    let validated = black_box(validate::from_slice::<T>(black_box(json)));
    validated.value.is_some() && validated.violations.is_empty()
}

fn decodes<T: DeserializeOwned>(json: &[u8]) -> bool {
    black_box(serde_json::from_slice::<T>(black_box(json))).is_ok()
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    if let [flag, name, subject, file, rounds] = &arguments[..]
        && flag == DECODE_ONLY
    {
        return decode_only(name, subject, &fs::read(file)?, rounds.parse()?);
    }
    let comparisons = comparisons()?;
    let results = Path::new(env!("CARGO_TARGET_TMPDIR")).join("criterion");
    let mut criterion = Criterion::default().output_directory(&results).configure_from_args();
    if is_short() {
        let short = Duration::from_millis(100);
        criterion = criterion.warm_up_time(short).measurement_time(short);
    }
    for comparison in &comparisons {
        compare(&mut criterion, comparison);
    }
    criterion.final_summary();
    for comparison in &comparisons[..2] {
        count_instructions(comparison)?;
        count_allocations(comparison);
    }
    Ok(())
}

/// Returns the JSON of simulated batches.
fn batches() -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let simulator = Simulator::builder().batches(BATCHES).start()?;
    simulator.batches().map(|batch| Ok(serde_json::to_vec(&batch)?)).collect()
}

/// Compares the client with each alternative.
fn compare(criterion: &mut Criterion, comparison: &Comparison) {
    let Comparison { name, subjects, documents, repeats } = comparison;
    let mut group = criterion.benchmark_group(*name);
    let bytes: usize = documents.iter().map(|document| document.len()).sum();
    group.throughput(Throughput::Bytes((bytes * repeats) as u64));
    group.sample_size(SAMPLES);
    let [client, alternatives @ ..] = subjects;
    for alternative in alternatives {
        let mut pairs = Vec::new();
        let versus = format!("{}/{}", client.0, alternative.0);
        group.bench_function(&versus, |bencher| {
            bencher.iter_custom(|rounds| {
                let rounds = rounds * *repeats as u64;
                let times = measure_in_turns(rounds, [*client, *alternative], documents);
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
fn measure_in_turns(rounds: u64, subjects: [Subject; 2], documents: &[Vec<u8>]) -> [Duration; 2] {
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

/// Prints the number of instructions of each subject per document, and the ratio of the client to
/// it. The program runs itself under valgrind.
#[expect(clippy::print_stdout, reason = "benchmarks report on stdout")]
fn count_instructions(comparison: &Comparison) -> Result<(), Box<dyn Error>> {
    let Comparison { name, subjects, documents, .. } = comparison;
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("document.json");
    fs::write(&file, &documents[0])?;
    let mut client = None;
    for (subject, _) in subjects {
        let [few, many] = COUNTED.map(|rounds| run_under_valgrind(name, subject, &file, rounds));
        let (Some(few), Some(many)) = (few?, many?) else {
            println!("{name} instructions: valgrind is not installed");
            return Ok(());
        };
        let count = (many - few) as f64 / (COUNTED[1] - COUNTED[0]) as f64;
        let ratio = *client.get_or_insert(count) / count;
        println!("{name} {subject} instructions = {count:.0}; validated/{subject} = {ratio:.2}");
    }
    Ok(())
}

/// Returns the number of instructions of a program that decodes one document several times, or
/// `None` if valgrind is not installed.
fn run_under_valgrind(
    name: &str,
    subject: &str,
    file: &Path,
    rounds: u64,
) -> Result<Option<u64>, Box<dyn Error>> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(env::current_exe()?);
    valgrind.args([DECODE_ONLY, name, subject]).arg(file).arg(rounds.to_string());
    let output = match valgrind.output() {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        output => output?,
    };
    let text = String::from_utf8_lossy(&output.stderr);
    let count = text.lines().find_map(|line| line.split("Collected : ").nth(1));
    let count = count.ok_or_else(|| format!("valgrind failed: {text}"))?;
    Ok(Some(count.trim().parse()?))
}

/// Decodes a document several times.
fn decode_only(name: &str, subject: &str, json: &[u8], rounds: u64) -> Result<(), Box<dyn Error>> {
    let found = subjects_of(name).into_iter().find(|(known, _)| *known == subject);
    let (_, decodes) = found.ok_or("unknown subject")?;
    assert!((0..rounds).all(|_| decodes(json)));
    Ok(())
}

/// Prints the number of allocations of each subject. The client allocates for strings without
/// rules and for arrays only.
#[expect(clippy::print_stdout, reason = "benchmarks report on stdout")]
fn count_allocations(comparison: &Comparison) {
    for (subject, decodes) in comparison.subjects {
        let counted = allocation_counter::measure(|| assert!(decodes(&comparison.documents[0])));
        println!("{} {subject} allocations = {}", comparison.name, counted.count_total);
    }
}
