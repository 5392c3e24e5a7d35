//! Docs that are generated from descriptions, checked by rustdoc and clippy.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod cases;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use codegen::document::Source;
use codegen::generate::generate;
use serde_json::{Value, json};

const MINIMAL: &str = include_str!("../refusals/minimal.yaml");

/// Pieces that rustdoc rejects, in addition to the harmless ones.
const REJECTED: &[&str] = &[
    "https://example.com/",
    "http://example.com",
    "<id>",
    "<b>",
    "</b>",
    "<p>",
    "<div>\n",
    "</div>",
    "<br>",
    "<!--",
    "-->",
    "<a href='x'>",
    "</a>",
    "[`String`]",
    "[x](String)",
    "[x]: Vec\n",
    "```rust\n",
    "~~~ignore\n",
    "(",
    "<",
];

/// The number of generated descriptions.
const GENERATED: u64 = 400;

/// Returns descriptions made of random pieces, the same in every run.
fn generated() -> impl Iterator<Item = String> {
    let pieces: Vec<_> = cases::PIECES.iter().chain(REJECTED).collect();
    let mut state = 1_u64;
    let mut random = move |below: usize| {
        // The constants of Knuth's MMIX.
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    (0..GENERATED).map(move |_| {
        let length = 1 + random(20);
        (0..length).map(|_| *pieces[random(pieces.len())]).collect()
    })
}

/// Returns all descriptions: each case alone, each together with another, and generated ones.
fn descriptions() -> Vec<String> {
    let changed = cases::CHANGED.iter().map(|(description, _)| *description);
    let alone: Vec<_> = cases::SAME.iter().copied().chain(changed).collect();
    let joined = alone.iter().zip(alone.iter().skip(7)).map(|(a, b)| format!("{a}\n{b}"));
    let descriptions = alone.iter().map(|text| (*text).to_owned()).chain(joined).chain(generated());
    // The lint rejects blank descriptions.
    descriptions.filter(|text| !text.trim().is_empty()).collect()
}

/// Returns the minimal document with the descriptions at a schema, its properties, an
/// operation and its parameters.
fn document(descriptions: &[String]) -> String {
    let property = |(index, description): (usize, &String)| {
        (format!("p{index}"), json!({"type": "string", "description": description}))
    };
    let properties: serde_json::Map<_, _> = descriptions.iter().enumerate().map(property).collect();
    let parameter = |(index, description): (usize, &String)| {
        let schema = json!({"type": "string"});
        json!({"name": format!("p{index}"), "in": "query", "description": description, "schema": schema})
    };
    let parameters: Value = descriptions.iter().enumerate().map(parameter).collect();
    let unclosed = "```\nunclosed";
    let schema = json!({"type": "object", "description": unclosed, "properties": properties});
    let operation = json!({
        "operationId": "described",
        "summary": "<id> [x]",
        "description": unclosed,
        "parameters": parameters,
        "responses": {
            "200": {"$ref": "#/components/responses/Found"},
            "404": {"$ref": "#/components/responses/Failed"},
        },
    });
    let paths = format!("paths:\n  /described: {{get: {operation}}}\n");
    MINIMAL
        .replace("paths:\n", &paths)
        .replace("\n  schemas:\n", &format!("\n  schemas:\n    Described: {schema}\n"))
}

/// Returns the doc comments of the generated code, one string for each item.
fn docs(text: &str) -> Vec<String> {
    let mut docs = Vec::new();
    let mut comment = String::new();
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("///") {
            writeln!(comment, "{line}").unwrap();
        } else if !comment.is_empty() {
            docs.push(std::mem::take(&mut comment));
        }
    }
    docs
}

/// Returns a crate with the docs of all items that have descriptions.
fn crate_with_docs() -> String {
    let descriptions = descriptions();
    let source = Source::parse("api.yaml", &document(&descriptions)).unwrap();
    let files = generate(&source).unwrap_or_else(|error| panic!("{error}"));
    let text = |name| &files.iter().find(|file| file.name == name).unwrap().text;
    let (_, described) = text("types.rs").split_once("pub struct Described").unwrap();
    let (described, _) = described.split_once("\n}").unwrap();
    let fields = docs(described);
    assert_eq!(fields.len(), descriptions.len());
    let operations = docs(text("operations.rs"));
    assert!(operations.iter().any(|docs| docs.contains("GET /described")));
    // The docs of operations refer to these items.
    let mut code =
        "//! Docs.\n\n/// An error.\npub struct Error;\n\npub use methods::Registry;\n\n\
                    /// Methods.\npub mod methods {\n\
                    /// A client.\npub struct Registry;\n\nimpl Registry {\n/// A method.\n\
                    pub fn thing(&self) {}\n/// Another method.\npub fn described(&self) {}\n"
            .to_owned();
    for (index, docs) in fields.iter().chain(&operations).enumerate() {
        writeln!(code, "\n{docs}pub fn item_{index}(&self) {{}}").unwrap();
    }
    code + "}\n}\n"
}

/// Returns a program of the toolchain that runs the test.
fn tool(name: &str) -> Command {
    let cargo = PathBuf::from(env::var_os("CARGO").expect("cargo sets the variable"));
    let mut command =
        Command::new(cargo.with_file_name(name).with_extension(env::consts::EXE_EXTENSION));
    command.args(["--edition=2024", "--crate-type=lib", "--crate-name=descriptions"]);
    command
}

/// Runs a program on a file and returns its output.
fn run(mut command: Command, file: &Path) -> String {
    let output = command.arg(file).current_dir(file.parent().unwrap()).output().unwrap();
    let [stdout, stderr] =
        [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(output.status.success(), "{command:?}\n{stdout}\n{stderr}");
    stdout
}

#[test]
fn rustdoc_and_clippy_accept_the_docs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    fs::write(&file, crate_with_docs()).unwrap();

    let mut rustdoc = tool("rustdoc");
    rustdoc.args(["-Dwarnings", "--out-dir=doc"]);
    run(rustdoc, &file);

    let mut doctests = tool("rustdoc");
    doctests.arg("--test");
    let output = run(doctests, &file);
    assert!(output.contains("running 0 tests"), "{output}");

    let mut clippy = tool("clippy-driver");
    clippy.args(["-Dwarnings", "-Dmissing_docs", "-Wclippy::all", "--emit=metadata"]);
    run(clippy, &file);
}
