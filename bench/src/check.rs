//! The throughput and peak memory of `isometric-registry check`, beside other programs that read
//! the same file.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::peers::{self, Peer};
use crate::process::{self, Spread};
use crate::{Bench, BenchResult, documents};

const ROUNDS: usize = 3;

const FILE_BYTES: u64 = 300_000_000;

/// The size of the file in a short run.
const SHORT_FILE_BYTES: u64 = 3_000_000;

/// A kind of records: a name, the schema, and the arguments of `check`.
const RECORDS: [(&str, &str, &[&str]); 2] =
    [("batches", "CreditBatch", &[]), ("issuances", "Issuance", &["--as", "issuance"])];

/// Validates each line by a schema, in Python.
const JSONSCHEMA: &str = "
import json, sys, jsonschema_rs
validator = jsonschema_rs.validator_for(json.load(open(sys.argv[1])))
assert all(validator.is_valid(json.loads(line)) for line in open(sys.argv[2]))
";

/// Parses each line and counts them, in DuckDB.
const DUCKDB: &str = "
import duckdb, sys
duckdb.sql(f\"select count(t) from read_json('{sys.argv[2]}', format='newline_delimited') t\").fetchall()
";

/// The files of a measurement.
struct RecordFiles<'f> {
    schema: &'f Path,
    records: &'f Path,
}

/// An alternative: its name, and the command that reads the records.
type Reader = (&'static str, fn(&Bench, &RecordFiles<'_>) -> Peer<Command>);

const READERS: [Reader; 3] = [
    ("jq empty", |_, files| {
        let mut jq = Command::new(peers::system_program("jq")?);
        jq.arg("empty").arg(files.records);
        Ok(jq)
    }),
    ("jsonschema-rs 0.61.0", |bench, files| {
        python(bench, "jsonschema-rs==0.61.0", JSONSCHEMA, files)
    }),
    ("duckdb 2.0.1", |bench, files| python(bench, "duckdb==2.0.1", DUCKDB, files)),
];

fn python(bench: &Bench, package: &str, program: &str, files: &RecordFiles<'_>) -> Peer<Command> {
    let mut python = Command::new(peers::python(bench, package)?);
    python.args(["-c", program]).arg(files.schema).arg(files.records);
    Ok(python)
}

pub(crate) fn measure(bench: &Bench) -> BenchResult<Vec<String>> {
    let program = process::cargo_build(bench, "isometric-registry-cli", "isometric-registry")?;
    let (schema, records) = (bench.folder.join("schema.json"), bench.folder.join("records.ndjson"));
    let files = RecordFiles { schema: &schema, records: &records };
    let mut lines = Vec::new();
    for (name, component, arguments) in RECORDS {
        let bytes = write_records(bench, &records, component)?;
        fs::write(&schema, json_schema(component)?.to_string())?;
        let check = || {
            let mut check = Command::new(&program);
            check.arg("check").args(arguments).arg(&records);
            Ok(check)
        };
        lines.push(throughput(bench, &format!("check {name}"), bytes, check)?);
        for (reader, command) in READERS {
            let line =
                throughput(bench, &format!("{reader} {name}"), bytes, || command(bench, &files));
            lines.push(line?);
        }
    }
    fs::remove_file(&records)?;
    Ok(lines)
}

/// Returns a line with the throughput and the peak memory of a program.
fn throughput(
    bench: &Bench,
    name: &str,
    bytes: u64,
    command: impl Fn() -> Peer<Command>,
) -> BenchResult<String> {
    let (mut rates, mut peak) = (Vec::new(), None);
    for _ in 0..bench.rounds(ROUNDS) {
        let mut command = match command() {
            Ok(command) => command,
            Err(reason) => return Ok(format!("{name}: {reason}")),
        };
        let (seconds, memory) = process::time_and_memory(&mut command)?;
        rates.push(bytes as f64 / seconds / 1e9);
        peak = memory.max(peak);
    }
    let peak = peak.map_or("unknown".to_owned(), |bytes| format!("{} MiB", bytes >> 20));
    Ok(format!("{name}: {} GB/s, peak memory {peak}", Spread::of(rates)))
}

/// Writes a file of records and returns the exact number of bytes. Each record is the schema's
/// example with its own number.
fn write_records(bench: &Bench, path: &Path, schema: &str) -> BenchResult<u64> {
    let limit = if bench.is_short { SHORT_FILE_BYTES } else { FILE_BYTES };
    let mut record = documents::example(schema)?;
    let mut file = BufWriter::new(File::create(path)?);
    let (mut number, mut bytes) = (0, 0);
    while bytes < limit {
        if record.get("serial_number").is_some() {
            record["serial_number"] =
                format!("ISO-1-BSTORE-GBR-F5X7-2024-{number}-{number}").into();
        }
        let line = record.to_string();
        writeln!(file, "{line}")?;
        bytes += line.len() as u64 + 1;
        number += 1;
    }
    file.flush()?;
    Ok(bytes)
}

/// Returns the JSON Schema of a named schema of the spec.
fn json_schema(name: &str) -> BenchResult<Value> {
    let mut schemas = documents::spec()?["components"]["schemas"].take();
    make_json_schema(&mut schemas);
    Ok(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": format!("#/components/schemas/{name}"),
        "components": { "schemas": schemas },
    }))
}

/// Replaces the keyword `nullable` of OpenAPI 3.0, which JSON Schema lacks.
fn make_json_schema(value: &mut Value) {
    if let Value::Object(members) = value
        && members.remove("nullable") == Some(true.into())
        && let Some(kind) = members.get_mut("type")
    {
        *kind = json!([kind, "null"]);
    }
    match value {
        Value::Object(members) => members.values_mut().for_each(make_json_schema),
        Value::Array(elements) => elements.iter_mut().for_each(make_json_schema),
        _ => {}
    }
}
