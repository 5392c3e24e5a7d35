//! Validates the records in JSON input of any length, in constant memory.
//!
//! NDJSON is validated in parallel, line by line, and continues after an invalid line. Every
//! other form (one value, an array, concatenated values) is validated as a stream of values up to
//! the first syntax error.

mod audited;
mod input;
mod lines;
mod types;
mod validator;
mod values;

use std::io::{self, Read};

use input::{Input, InputForm};
pub use types::RecordType;
use validator::RecordValidator;
pub use validator::{InvalidRecord, RecordViolation, Summary};

/// The number of bytes that are read at a time.
pub const BLOCK_SIZE: usize = 1024 * 1024;

/// The reason why validation stopped early.
#[derive(Debug)]
pub enum CheckError<E> {
    /// The input could not be read.
    Read(io::Error),
    /// The callback failed.
    Report(E),
}

/// Validates all records of the input and calls `report` with each invalid one, in order.
///
/// All records have the type `record_type`. Without one, the `id` of each record determines its
/// type.
///
/// The results do not depend on `block_size` and `threads`.
///
/// # Errors
///
/// Returns an error if the input cannot be read or `report` fails. The records before that
/// point have been reported.
pub fn check<E>(
    input: impl Read,
    block_size: usize,
    threads: usize,
    record_type: Option<&'static RecordType>,
    mut report: impl FnMut(InvalidRecord) -> Result<(), E>,
) -> Result<Summary, CheckError<E>> {
    let mut input = Input::new(input, block_size);
    let mut validator = RecordValidator::new(record_type, &mut report);
    match input.detect_form() {
        InputForm::Lines => lines::check(&mut input, threads.max(1), &mut validator),
        InputForm::Values => values::check(&mut input, &mut validator),
    }
    .map_err(CheckError::Report)?;
    match input.error {
        Some(error) => Err(CheckError::Read(error)),
        None => Ok(validator.summary),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;
    use std::io::{self, Read};

    use proptest::prelude::*;

    use super::input::MAX_RECORD_SIZE;
    use super::{CheckError, InvalidRecord, Summary, lines};

    /// Validates the document in blocks of the given size.
    fn check(document: &[u8], block_size: usize, threads: usize) -> (Vec<InvalidRecord>, Summary) {
        let mut found = Vec::new();
        let report = |record| {
            found.push(record);
            Ok::<_, Infallible>(())
        };
        let summary = super::check(document, block_size, threads, None, report).unwrap();
        (found, summary)
    }

    /// Lists the number, the line and the first rule of each invalid record, then the summary.
    fn outline(document: &str) -> String {
        let (found, summary) = check(document.as_bytes(), 1 << 20, 1);
        let mut outline = String::new();
        for InvalidRecord { record, line, violations } in found {
            outline += &format!("{record}@{line} {}, ", violations[0].rule);
        }
        let end = if summary.stopped { ", stopped" } else { "" };
        format!("{outline}{} records{end}", summary.records)
    }

    fn syntax_error(document: &str) -> String {
        let (found, _) = check(document.as_bytes(), 1 << 20, 1);
        let last = found.into_iter().next_back().unwrap().violations.remove(0);
        assert_eq!((last.pointer.as_ref(), last.rule), ("", "json"));
        last.message
    }

    #[test]
    fn numbers_records_and_lines_of_ndjson() {
        assert_eq!(outline("1\n\n \r\n2\r\n  3"), "0@1 type, 1@4 type, 2@5 type, 3 records");
        assert_eq!(outline("\u{feff}\n1\n"), "0@2 type, 1 records");
        assert_eq!(outline(" \n \n"), "0 records");
    }

    #[test]
    fn continues_after_an_invalid_line() {
        for line in ["words", "{\"a\"", "{\"a\": \"b", "1 2", "{}}", "}", "é", "[1,", "\"\\"] {
            let expected = "0@1 type, 1@2 json, 2@3 type, 3 records";
            assert_eq!(outline(&format!("1\n{line}\n3")), expected, "{line}");
        }
        for line in ["words", "{\"a\": \"b", "{\"a\" 1}", "1 }", "}", "é", "\"\\"] {
            assert_eq!(outline(&format!("{line}\n2")), "0@1 json, 1@2 type, 2 records", "{line}");
        }
    }

    #[test]
    fn reads_other_forms_as_a_stream_of_values() {
        assert_eq!(outline("1 2\n\n3"), "0@1 type, 1@1 type, 2@3 type, 3 records");
        assert_eq!(outline("{\n\"a\":\n1}{}"), "0@1 required, 1@3 required, 2 records");
        assert_eq!(outline("\n[1,\n2 ,[3]\n]\n"), "0@2 type, 1@3 type, 2@3 type, 3 records");
        assert_eq!(outline("[1]\n[2]3"), "0@1 type, 1@2 type, 2@2 type, 3 records");
        assert_eq!(outline("[] [ ]"), "0 records");
    }

    #[test]
    fn stops_at_the_first_syntax_error_of_a_stream() {
        assert_eq!(outline("1 2\nx 3"), "0@1 type, 1@1 type, 2@2 json, 3 records, stopped");
        for (document, message) in [
            ("[1, nope]", "invalid JSON: expected ident at column 6"),
            ("[1,\n\n 2 3]", "invalid JSON: expected `,` or `]` at column 4"),
            ("[1,]", "invalid JSON: expected value at column 4"),
            ("[,1]", "invalid JSON: expected value at column 2"),
            ("[1,", "invalid JSON: EOF while parsing a value at column 3"),
            ("[", "invalid JSON: EOF while parsing a list at column 1"),
            ("[1\n", "invalid JSON: EOF while parsing a list at column 0"),
            ("[]\n}", "invalid JSON: expected value at column 1"),
            ("{\n", "invalid JSON: EOF while parsing an object at line 2 column 0"),
            (
                "[{\n\"a\": \"b\n\"}]",
                "invalid JSON: control character (\\u0000-\\u001F) found \
                                    while parsing a string at line 2 column 7",
            ),
        ] {
            assert_eq!(syntax_error(document), message, "{document}");
            assert!(outline(document).ends_with(", stopped"), "{document}");
        }
    }

    #[test]
    fn locates_syntax_errors_of_ndjson_within_the_line() {
        assert_eq!(syntax_error("1\n{\"a\" 1}\n"), "invalid JSON: expected `:` at column 6");
        assert_eq!(
            syntax_error("1\n  {\"a\r\n"),
            "invalid JSON: control character (\\u0000-\\u001F) found while parsing a string at \
             column 6"
        );
    }

    #[test]
    fn rejects_records_over_the_size_limit() {
        let long = "x".repeat(MAX_RECORD_SIZE);
        let lines = format!("1\n{{\"a\": \"{long}\"}}\n{long}x\n4");
        let expected = "0@1 type, 1@2 record-length, 2@3 record-length, 3@4 type, 4 records";
        assert_eq!(outline(&lines), expected);
        let first_line = format!("{{\"a\": \"{long}\"}}\n2");
        assert_eq!(outline(&first_line), "0@1 record-length, 1@2 type, 2 records");
        let array = format!("[1, \"{long}\", 3]");
        assert_eq!(outline(&array), "0@1 type, 1@1 record-length, 2 records, stopped");
    }

    #[test]
    fn finds_the_type_of_each_record_in_a_mixed_file() {
        let organisation = r#"{"domain": null, "id": "org_1CP8EQDNQSBXTMR2", "name": "A"}"#;
        let nested = format!("{{\"owner\": {organisation}, \"id\": \"spl_1CC712KFS1S0YKPS\"}}");
        let unnamed = organisation.replace("name", "title");
        let unknown = organisation.replace("org_", "tea_");
        let lines = [organisation, organisation, organisation, &nested, &unnamed, &unknown];
        let document = format!("{}\n", lines.join("\n")).repeat(3);
        let expected = "3@4 required, 4@5 required, 5@6 record-type, ";
        assert!(outline(&document).starts_with(expected), "{}", outline(&document));
        let in_one_block = check(document.as_bytes(), document.len() + 1, 1);
        assert_eq!((in_one_block.1.records, in_one_block.1.invalid), (18, 9));
        for (block_size, threads) in [(7, 1), (64, 2), (200, 3)] {
            assert_eq!(check(document.as_bytes(), block_size, threads), in_one_block);
        }
    }

    #[test]
    fn results_do_not_depend_on_blocks_and_threads() {
        let lines = "{\"id\": 1}\n{}\r\n\n{\"id\"\nnull {} [1]\n".repeat(40);
        let pretty = "{\n  \"id\": {\n  }\n}\n{\n\"id\":\n{\n}}\n".repeat(40);
        let array = format!("[\n  {{}}{}\n]\n", ",\n  {\n    \"id\": 1\n  }, 12".repeat(40));
        for document in [format!("{lines}{pretty}"), format!("{pretty}{array}{pretty}"), array] {
            let in_one_block = check(document.as_bytes(), document.len() + 1, 1);
            assert!(in_one_block.1.invalid > 2, "{:?}", in_one_block.1);
            for block_size in [0, 3, 7, 64, 200] {
                for threads in [1, 3] {
                    let found = check(document.as_bytes(), block_size, threads);
                    assert_eq!(found, in_one_block, "{block_size} {threads}");
                }
            }
        }
    }

    /// Documents made of fragments of JSON.
    fn documents() -> impl Strategy<Value = Vec<u8>> {
        let fragment = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\\",
            "\n",
            "\n{",
            " ",
            "\r",
            "{}",
            "\"a\"",
            "\"a\":",
            "1",
            "null",
            "-1.5e+7",
            "\"\\u00e9\"",
            "{\"a\": [true, -0.25]}",
            "x",
            "\u{feff}",
            "é",
            "\n  {",
            "\n  ",
            "{\"a\":1}\n",
        ]);
        prop::collection::vec(fragment, 0..40).prop_map(|all| all.concat().into_bytes())
    }

    proptest! {
        #[test]
        fn results_of_random_documents_do_not_depend_on_blocks(
            document in documents(),
            block_size in 1_usize..20,
        ) {
            let in_one_block = check(&document, document.len() + 1, 1);
            prop_assert_eq!(check(&document, block_size, 1), in_one_block);
        }

        #[test]
        fn finds_all_values_in_every_form(
            values in prop::collection::vec(VALUE, 1..8),
            between in "[ \n]{1,3}",
            block_size in 1_usize..20,
        ) {
            for document in [values.join(&between), format!("[{}]", values.join(","))] {
                let (found, summary) = check(document.as_bytes(), block_size, 1);
                prop_assert_eq!(summary.records, values.len() as u64);
                prop_assert_eq!(found.len(), values.len());
                prop_assert!(found.iter().all(|record| record.violations[0].rule != "json"));
            }
        }
    }

    /// Objects with at most one member.
    const VALUE: &str =
        r#"\{("[a-z]": ?(-?[0-9]\.[0-9]e[+-]?[0-9]|true|\[1, ?"[a-z}\]]"\]|\{\}))?\}"#;

    /// An input of many records that counts the bytes that were read from it.
    struct CountingReader<'c> {
        records: usize,
        bytes: &'c Cell<usize>,
    }

    const RECORD: &str = "{\"id\": null}\n";

    impl Read for CountingReader<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.records == 0 {
                return Ok(0);
            }
            self.records -= 1;
            self.bytes.set(self.bytes.get() + RECORD.len());
            buffer[..RECORD.len()].copy_from_slice(RECORD.as_bytes());
            Ok(RECORD.len())
        }
    }

    #[test]
    fn reads_only_a_few_blocks_ahead() {
        let (block_size, threads) = (1300, 2);
        let bytes = Cell::new(0);
        let input = CountingReader { records: 2000, bytes: &bytes };
        let mut most = 0;
        let summary = super::check(input, block_size, threads, None, |record| {
            let reported = (record.record as usize + 1) * RECORD.len();
            most = most.max(bytes.get() - reported);
            Ok::<_, Infallible>(())
        });
        assert_eq!(summary.unwrap().invalid, 2000);
        assert!(most <= (threads * lines::BLOCKS_AHEAD + 2) * block_size, "{most}");
    }

    #[test]
    fn stops_when_the_callback_fails() {
        let bytes = Cell::new(0);
        let input = CountingReader { records: usize::MAX, bytes: &bytes };
        let stop = super::check(input, 1300, 2, None, |record| {
            if record.record < 500 { Ok(()) } else { Err("enough") }
        });
        assert!(matches!(stop, Err(CheckError::Report("enough"))));
    }

    #[test]
    fn checks_the_complete_records_before_a_read_error() {
        struct Fails;

        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }

        for (input, expected) in
            [("{}\n".repeat(500) + "{", 500), ("[{},".to_owned(), 1), ("{} {".to_owned(), 1)]
        {
            let mut records = 0;
            let stop = super::check(input.as_bytes().chain(Fails), 100, 2, None, |_| {
                records += 1;
                Ok::<_, Infallible>(())
            });
            assert!(matches!(stop, Err(CheckError::Read(_))), "{input}");
            assert_eq!(records, expected, "{input}");
        }
    }
}
