//! Tests that the committed sources are fresh and that they follow the spec.

use std::collections::BTreeMap;

use codegen::generate::{self, GeneratedFile};
use codegen::write::GeneratedFolder;

use crate::spec::{SPEC, bound, one_operation, source, spec, with_bound, workspace};

fn generate(text: &str) -> Vec<GeneratedFile> {
    generate::generate(&source(text)).unwrap_or_else(|refusal| panic!("{refusal}"))
}

fn text_of(files: &[GeneratedFile], name: &str) -> String {
    files.iter().find(|file| file.name == name).unwrap().text.clone()
}

#[test]
fn committed_sources_are_fresh() {
    let folder = workspace().join("generated-client/src/generated");
    let files: BTreeMap<_, _> =
        generate(&spec()).into_iter().map(|file| (file.name.into(), file.text)).collect();
    let tree = GeneratedFolder::compare(&folder, files).unwrap();
    let stale: String = tree.entries().iter().map(|entry| entry.diff(&folder)).collect();
    assert!(tree.is_fresh(), "run `{}`:\n{stale}", generate::COMMAND);
}

#[test]
fn every_file_names_the_command_and_the_spec() {
    for file in generate(&spec()) {
        let first = file.text.lines().next().unwrap();
        assert!(first.contains("cargo xtask regen") && first.contains(SPEC), "{first}");
    }
}

#[test]
fn generation_is_deterministic() {
    assert_eq!(generate(&spec()), generate(&spec()));
}

#[test]
fn ignores_line_endings_and_a_byte_order_mark() {
    let windows = format!("\u{feff}{}", spec().replace('\n', "\r\n"));
    assert_eq!(generate(&windows), generate(&spec()));
}

#[test]
fn a_new_identifier_schema_becomes_a_type() {
    let schema = "    OrderId:
      type: string
      minLength: 20
      maxLength: 40
      pattern: ^ord_[0-9A-Za-z]+$
      description: Identifies an order
    CountryCode:
";
    let files = generate(&one_operation().replace("    CountryCode:\n", schema));
    assert!(
        text_of(&files, "types.rs").contains("pub struct OrderId(::compact_str::CompactString);")
    );
    assert!(text_of(&files, "schema.rs").contains("prefix: \"ord_\""));
}

#[test]
fn a_changed_bound_changes_the_tables_and_the_docs() {
    let spec = one_operation();
    let [shortest, longest] =
        ["minLength", "maxLength"].map(|name| bound(&spec, "CreditBatchId", name));
    let edited = with_bound(&spec, "CreditBatchId", "maxLength", longest - 1);
    let (before, after) = (generate(&spec), generate(&edited));
    let changed: Vec<_> =
        before.iter().zip(&after).filter(|(a, b)| a != b).map(|(a, _)| a.name).collect();
    assert_eq!(changed, ["schema.rs", "types.rs"]);
    let documented = format!("/// {shortest} to {} characters", longest - 1);
    assert!(text_of(&after, "types.rs").contains(&documented));
}

#[test]
fn an_operation_that_fetches_by_identifier_has_a_bulk_method() {
    let operations = text_of(&generate(&one_operation()), "operations.rs");
    assert!(operations.contains("pub fn credit_batches_by_id<'a, I>("), "{operations}");
}

#[test]
fn an_operation_below_an_identifier_has_no_bulk_method() {
    let edited =
        one_operation().replace("  /credit_batches/{id}:", "  /credit_batches/{id}/history:");
    let operations = text_of(&generate(&edited), "operations.rs");
    assert!(!operations.contains("crate::BulkResults"), "{operations}");
}

#[test]
fn an_inline_parameter_schema_has_a_table() {
    let parameter = "        - name: first
          in: query
          description: The maximum number of results
          schema: {type: integer, format: int64, maximum: 50}
      # The page and upstream document";
    let edited = one_operation().replacen("      # The page and upstream document", parameter, 1);
    let tables = text_of(&generate(&edited), "schema.rs");
    let pointer = "\"/paths/~1credit_batches~1{id}/get/parameters/1/schema\"";
    assert!(tables.contains(pointer), "{tables}");
}
