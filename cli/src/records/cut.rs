//! Cuts a document into records: the values of a stream, or the elements of an array.
//!
//! What comes before the first byte decides which of the two a document is. Where a
//! record is no JSON, the next one has to be found again. In a stream that is the next
//! line, as in NDJSON. A record that is spread over several lines, and breaks off in one
//! of them, goes on to the first line that starts as its own does, with an opening brace
//! at the same margin. In an array it goes on, besides, to a comma outside of all braces.

use memchr::{memchr, memchr_iter};
use serde::de::IgnoredAny;

use super::scan::{Scan, Scanner};

/// The longest record, in bytes.
pub(super) const LONGEST: usize = 16 * 1024 * 1024;

/// More than this before a record is no margin.
const WIDEST_MARGIN: usize = 256;

/// A part of a document that is, or should be, a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record<'b> {
    /// The line that it starts in, from 0.
    pub(super) line: u64,
    /// The text of it; of one that is no JSON, up to where that shows.
    pub(super) text: &'b [u8],
    pub(super) fault: Option<Fault>,
}

/// Why a record is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    NotJson,
    /// Nothing separates it from the element before it.
    NoComma,
    /// There is none where the array should end.
    Unclosed,
    TooLong,
}

/// What is done with records.
pub(super) trait Sink {
    /// Why no more records are wanted.
    type Stop;

    /// Takes a line, unless it is no JSON. What is not taken is cut with more care.
    fn line(&mut self, line: u64, text: &[u8]) -> Result<bool, Self::Stop>;

    /// Takes a record.
    fn record(&mut self, record: Record<'_>) -> Result<(), Self::Stop>;
}

/// Cuts a document that comes block by block.
#[derive(Clone, Debug)]
pub(super) struct Cutter {
    place: Place,
    /// The line of the next byte, from 0.
    pub(super) line: u64,
    margin: Margin,
}

#[derive(Clone, Debug)]
enum Place {
    /// Before a document.
    Start,
    /// Between the values of a stream.
    Stream,
    /// Before an element of an array.
    Element { is_first: bool },
    /// After an element of an array.
    Separator,
    /// At a record, of which so much has been scanned.
    Record { frame: Frame, scanner: Scanner, scanned: usize, end: Option<usize> },
    /// Within a line of a stream that is no JSON.
    BrokenLine,
    /// Within several such lines.
    BrokenLines,
    /// Within an element of an array that is no JSON.
    BrokenElement { depth: usize, is_text: bool, is_escape: bool },
    /// Within a record that is too long.
    TooLong { frame: Frame, scanner: Scanner },
}

/// What a record is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frame {
    Stream,
    Array,
}

impl Frame {
    fn after_record(self) -> Place {
        match self {
            Self::Stream => Place::Stream,
            Self::Array => Place::Separator,
        }
    }
}

/// What is on a line before a record.
#[derive(Clone, Debug)]
struct Margin {
    space: Vec<u8>,
    is_space: bool,
}

impl Margin {
    fn new() -> Self {
        Self { space: Vec::new(), is_space: true }
    }

    /// Whether nothing is there: a record would start with its line.
    fn is_empty(&self) -> bool {
        self.is_space && self.space.is_empty()
    }

    fn reset(&mut self) {
        self.space.clear();
        self.is_space = true;
    }

    fn push(&mut self, byte: u8) {
        self.is_space &= self.space.len() < WIDEST_MARGIN;
        if self.is_space {
            self.space.push(byte);
        }
    }

    fn spoil(&mut self) {
        self.space.clear();
        self.is_space = false;
    }

    /// Whether a line starts with the margin and an opening brace. `None` if its start
    /// does not tell.
    fn opens(&self, line: &[u8], at_end: bool) -> Option<bool> {
        let known = line.len().min(self.space.len());
        let is_same = line[..known] == self.space[..known];
        match line.get(self.space.len()) {
            Some(&byte) => Some(is_same && byte == b'{'),
            None if at_end || !is_same => Some(false),
            None => None,
        }
    }
}

impl Cutter {
    /// At the start of a document.
    pub(super) fn new() -> Self {
        Self { place: Place::Start, line: 0, margin: Margin::new() }
    }

    /// At the start of a line of a stream.
    pub(super) fn in_stream() -> Self {
        Self { place: Place::Stream, ..Self::new() }
    }

    /// Whether it is at the start of a line of a stream, and between its values.
    pub(super) fn is_in_stream(&self) -> bool {
        matches!(self.place, Place::Stream) && self.margin.is_empty()
    }

    /// Cuts records off these bytes, the last of the document if `at_end`. Gives how many
    /// bytes are done with: the others are the start of what comes next.
    pub(super) fn cut<S: Sink>(
        &mut self,
        bytes: &[u8],
        at_end: bool,
        sink: &mut S,
    ) -> Result<usize, S::Stop> {
        let mut at = 0;
        while let Some(used) = self.step(&bytes[at..], at_end, sink)? {
            at += used;
        }
        Ok(at)
    }

    /// Gives how many bytes are done with, or `None` where more are needed.
    fn step<S: Sink>(
        &mut self,
        rest: &[u8],
        at_end: bool,
        sink: &mut S,
    ) -> Result<Option<usize>, S::Stop> {
        match &mut self.place {
            Place::Record { .. } => self.scan(rest, at_end, sink),
            Place::BrokenLine => Ok(self.skip_line(rest)),
            Place::BrokenLines => Ok(self.skip_lines(rest, at_end)),
            Place::BrokenElement { .. } => Ok(self.skip_element(rest, at_end)),
            Place::TooLong { .. } => Ok(self.skip_record(rest)),
            _ => match (self.skip_space(rest), rest.first()) {
                (0, Some(&byte)) => self.begin(byte, rest, at_end, sink),
                (0, None) if at_end => self.end(sink).map(|()| None),
                (0, None) => Ok(None),
                (space, _) => Ok(Some(space)),
            },
        }
    }

    fn skip_space(&mut self, rest: &[u8]) -> usize {
        for (at, &byte) in rest.iter().enumerate() {
            match byte {
                b'\n' => self.next_line(),
                space if is_space(space) => self.margin.push(space),
                _ => return at,
            }
        }
        rest.len()
    }

    fn next_line(&mut self) {
        self.line += 1;
        self.margin.reset();
    }

    /// Goes past a part of a document, of which what follows on the same line is not the
    /// start.
    fn pass(&mut self, bytes: &[u8]) -> Option<usize> {
        self.line += memchr_iter(b'\n', bytes).count() as u64;
        Some(bytes.len())
    }

    /// The first byte of something.
    fn begin<S: Sink>(
        &mut self,
        byte: u8,
        rest: &[u8],
        at_end: bool,
        sink: &mut S,
    ) -> Result<Option<usize>, S::Stop> {
        let line = self.line;
        let not_json = Record { line, text: &rest[..1], fault: Some(Fault::NotJson) };
        match (&self.place, byte) {
            (Place::Start, b'[') => self.place = Place::Element { is_first: true },
            (Place::Start, _) => {
                self.place = Place::Stream;
                return Ok(Some(0));
            }
            (Place::Separator, b',') => self.place = Place::Element { is_first: false },
            (Place::Separator, b']') => self.place = Place::Start,
            (Place::Separator, _) => {
                sink.record(Record { line, text: &[], fault: Some(Fault::NoComma) })?;
                self.place = Place::broken_element();
                return Ok(Some(0));
            }
            (Place::Element { is_first: true }, b']') => self.place = Place::Start,
            (Place::Element { .. }, b']') => {
                sink.record(not_json)?;
                self.place = Place::Start;
            }
            (Place::Element { .. }, b',') => sink.record(not_json)?,
            (Place::Element { .. }, _) => {
                self.place = Place::record(Frame::Array);
                return Ok(Some(0));
            }
            _ => return self.begin_value(byte, rest, at_end, sink),
        }
        self.margin.spoil();
        Ok(Some(1))
    }

    /// The first byte of a value of a stream. Most are a line each. What follows another
    /// value on its line is not: to look for the end of the line each time takes long.
    fn begin_value<S: Sink>(
        &mut self,
        byte: u8,
        rest: &[u8],
        at_end: bool,
        sink: &mut S,
    ) -> Result<Option<usize>, S::Stop> {
        if byte == b'{'
            && self.margin.is_space
            && let Some((text, used)) = first_line(rest, at_end)
            && text.len() <= LONGEST
            && sink.line(self.line, text)?
        {
            self.next_line();
            return Ok(Some(used));
        }
        self.place = Place::record(Frame::Stream);
        Ok(Some(0))
    }

    fn scan<S: Sink>(
        &mut self,
        rest: &[u8],
        at_end: bool,
        sink: &mut S,
    ) -> Result<Option<usize>, S::Stop> {
        let Place::Record { frame, scanner, scanned, end } = &mut self.place else {
            return Ok(Some(0));
        };
        let frame = *frame;
        let scan = match *end {
            Some(end) => Scan::End(end),
            None => match scanner.feed(&rest[*scanned..]) {
                Scan::More if at_end && scanner.may_end() => Scan::End(rest.len()),
                Scan::More if at_end => Scan::Broken(rest.len()),
                Scan::More => Scan::More,
                Scan::End(more) => Scan::End(*scanned + more),
                Scan::Broken(more) => Scan::Broken(*scanned + more),
            },
        };
        *scanned = rest.len();
        match scan {
            Scan::More if rest.len() > LONGEST => {
                let scanner = scanner.clone();
                sink.record(Record { line: self.line, text: &[], fault: Some(Fault::TooLong) })?;
                self.place = Place::TooLong { frame, scanner };
                Ok(self.pass(rest))
            }
            Scan::More => Ok(None),
            // In a stream, space comes after a value, and whether it does may not be known.
            Scan::End(found) if frame == Frame::Stream => match rest.get(found) {
                _ if is_no_value(&rest[..found]) => self.broken(rest, found, frame, sink),
                Some(&byte) if !is_space(byte) => self.broken(rest, found, frame, sink),
                None if !at_end => {
                    *end = Some(found);
                    Ok(None)
                }
                _ => self.whole(rest, found, frame, sink),
            },
            Scan::End(found) => self.whole(rest, found, frame, sink),
            Scan::Broken(found) => self.broken(rest, found, frame, sink),
        }
    }

    fn whole<S: Sink>(
        &mut self,
        rest: &[u8],
        end: usize,
        frame: Frame,
        sink: &mut S,
    ) -> Result<Option<usize>, S::Stop> {
        let fault = (end > LONGEST).then_some(Fault::TooLong);
        sink.record(Record { line: self.line, text: &rest[..end], fault })?;
        self.place = frame.after_record();
        self.margin.spoil();
        Ok(self.pass(&rest[..end]))
    }

    /// A record that is no JSON, as the byte at `at` shows.
    fn broken<S: Sink>(
        &mut self,
        rest: &[u8],
        at: usize,
        frame: Frame,
        sink: &mut S,
    ) -> Result<Option<usize>, S::Stop> {
        let text = &rest[..rest.len().min(at + 1)];
        let fault = if at > LONGEST { Fault::TooLong } else { Fault::NotJson };
        sink.record(Record { line: self.line, text, fault: Some(fault) })?;
        let end_of_line = memchr(b'\n', &rest[..at]);
        let (place, used) = match (frame, end_of_line) {
            (Frame::Array, _) => (Place::broken_element(), 0),
            (Frame::Stream, None) => (Place::BrokenLine, at),
            (Frame::Stream, Some(end)) => (Place::BrokenLines, end),
        };
        self.place = place;
        Ok(Some(used))
    }

    fn skip_line(&mut self, rest: &[u8]) -> Option<usize> {
        match memchr(b'\n', rest) {
            Some(end) => {
                self.place = Place::Stream;
                self.next_line();
                Some(end + 1)
            }
            None => (!rest.is_empty()).then_some(rest.len()),
        }
    }

    fn skip_lines(&mut self, rest: &[u8], at_end: bool) -> Option<usize> {
        let end = match memchr(b'\n', rest) {
            Some(end) => end,
            None => return (!rest.is_empty()).then_some(rest.len()),
        };
        match self.margin.opens(&rest[end + 1..], at_end) {
            None => (end > 0).then_some(end),
            Some(false) => {
                self.line += 1;
                Some(end + 1)
            }
            Some(true) => {
                self.place = Place::Stream;
                self.next_line();
                Some(end + 1)
            }
        }
    }

    fn skip_element(&mut self, rest: &[u8], at_end: bool) -> Option<usize> {
        let Place::BrokenElement { depth, is_text, is_escape } = &mut self.place else {
            return Some(0);
        };
        for (at, &byte) in rest.iter().enumerate() {
            if byte == b'\n' {
                match self.margin.opens(&rest[at + 1..], at_end) {
                    None => return (at > 0).then_some(at),
                    Some(false) => self.line += 1,
                    Some(true) => {
                        self.place = Place::Element { is_first: true };
                        self.next_line();
                        return Some(at + 1);
                    }
                }
                (*is_text, *is_escape) = (false, false);
                continue;
            }
            match byte {
                _ if *is_escape => *is_escape = false,
                b'\\' => *is_escape = *is_text,
                b'"' => *is_text = !*is_text,
                _ if *is_text => {}
                b'{' | b'[' => *depth += 1,
                b',' | b']' if *depth == 0 => {
                    self.place = Place::Separator;
                    self.margin.spoil();
                    return Some(at);
                }
                b'}' | b']' => *depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        (!rest.is_empty()).then_some(rest.len())
    }

    fn skip_record(&mut self, rest: &[u8]) -> Option<usize> {
        let Place::TooLong { frame, scanner } = &mut self.place else { return Some(0) };
        let (place, end) = match (scanner.feed(rest), *frame) {
            (Scan::More, _) if rest.is_empty() => return None,
            (Scan::More, _) => return self.pass(rest),
            (Scan::End(end), frame) => (frame.after_record(), end),
            (Scan::Broken(at), Frame::Stream) => (Place::BrokenLine, at),
            (Scan::Broken(at), Frame::Array) => (Place::broken_element(), at),
        };
        self.place = place;
        self.margin.spoil();
        self.pass(&rest[..end])
    }

    /// Nothing follows.
    fn end<S: Sink>(&mut self, sink: &mut S) -> Result<(), S::Stop> {
        if matches!(self.place, Place::Element { .. } | Place::Separator) {
            self.place = Place::Start;
            sink.record(Record { line: self.line, text: &[], fault: Some(Fault::Unclosed) })?;
        }
        Ok(())
    }
}

impl Place {
    fn record(frame: Frame) -> Self {
        Self::Record { frame, scanner: Scanner::new(), scanned: 0, end: None }
    }

    fn broken_element() -> Self {
        Self::BrokenElement { depth: 0, is_text: false, is_escape: false }
    }
}

/// Whether a text is a word that is no JSON. In a stream, the words after it belong to it.
fn is_no_value(text: &[u8]) -> bool {
    !text.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(text).is_err()
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// The first line without its end, if that is known, and how long it is with it.
fn first_line(bytes: &[u8], at_end: bool) -> Option<(&[u8], usize)> {
    match memchr(b'\n', bytes) {
        Some(end) => Some((&bytes[..end], end + 1)),
        None => at_end.then_some((bytes, bytes.len())),
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::{Cutter, LONGEST, Record, Sink};

    /// Keeps the records as a person would write them down.
    #[derive(Default)]
    struct List(Vec<String>);

    impl Sink for List {
        type Stop = Infallible;

        fn line(&mut self, line: u64, text: &[u8]) -> Result<bool, Infallible> {
            let is_json = serde_json::from_slice::<IgnoredAny>(text).is_ok();
            if is_json {
                self.record(Record { line, text, fault: None })?;
            }
            Ok(is_json)
        }

        fn record(&mut self, Record { line, text, fault }: Record<'_>) -> Result<(), Infallible> {
            let text = String::from_utf8_lossy(text);
            self.0.push(match fault {
                None => format!("{line} {}", text.trim_end()),
                Some(fault) => format!("{line} {fault:?}"),
            });
            Ok(())
        }
    }

    /// The records of a document that comes in blocks of a size.
    fn cut_in_blocks(text: &[u8], size: usize) -> Vec<String> {
        let mut cutter = Cutter::new();
        let mut list = List::default();
        let mut rest = Vec::new();
        let mut blocks = text.chunks(size).peekable();
        while let Some(block) = blocks.next() {
            rest.extend_from_slice(block);
            let Ok(used) = cutter.cut(&rest, blocks.peek().is_none(), &mut list);
            rest.drain(..used);
        }
        assert!(rest.is_empty(), "{rest:?}");
        list.0
    }

    fn cut(text: &str) -> Vec<String> {
        cut_in_blocks(text.as_bytes(), text.len().max(1))
    }

    #[test]
    fn a_stream_has_its_values_as_records() {
        assert_eq!(
            cut("{\"a\": 1}\n\n  {}\r\n1 \"b\"\n[2,\n3]\nnull"),
            ["0 {\"a\": 1}", "2 {}", "3 1", "3 \"b\"", "4 [2,\n3]", "6 null",]
        );
        assert_eq!(cut("{\n \"a\": {\n }\n}\n{\n}"), ["0 {\n \"a\": {\n }\n}", "4 {\n}"]);
        assert_eq!(cut(" \n \n"), [""; 0]);
    }

    #[test]
    fn an_array_has_its_elements_as_records() {
        assert_eq!(cut("\n[{\"a\": [1]}, 2,\n [3] ] \n"), ["1 {\"a\": [1]}", "1 2", "2 [3]"]);
        assert_eq!(cut("[]"), [""; 0]);
        assert_eq!(cut("[1]\n[2]"), ["0 1", "1 2"]);
    }

    #[test]
    fn a_line_that_is_no_json_is_one_record() {
        let whole = ["0 {}", "1 NotJson", "2 {}"];
        for line in [
            "some words",
            "{\"a\"",
            "{\"a\": \"b",
            "{\"a\":",
            "{}}",
            "{} ,",
            "}",
            "é",
            "[1,",
            "\"\\",
            "{\"a\": {\"b\": [",
        ] {
            let records = cut(&format!("{{}}\n{line}\n{{}}"));
            let records: Vec<_> = records.into_iter().filter(|record| record != "1 {}").collect();
            assert_eq!(records, whole, "{line}");
        }
    }

    #[test]
    fn a_record_on_several_lines_that_is_no_json_ends_where_the_next_one_starts() {
        let broken = "{\n  \"a\": {\n  }\n  \"b\": 1\n}\n";
        assert_eq!(cut(&format!("{{}}\n{broken}{{\n}}\n")), ["0 {}", "1 NotJson", "6 {\n}"]);
        let indented = "  {\n    \"a\":\n    {\n  }\n";
        assert_eq!(cut(&format!("{indented}  {{}}")), ["0 NotJson", "4 {}"]);
    }

    #[test]
    fn an_element_that_is_no_json_ends_at_a_comma_or_where_the_next_one_starts() {
        assert_eq!(
            cut("[1, x y, {\"a\" [\",\", 1]}, 2]"),
            ["0 1", "0 x", "0 NoComma", "0 NotJson", "0 2"]
        );
        let truncated = "[\n  {\n    \"a\": 1,\n  {\n    \"b\": 2\n  }\n]";
        assert_eq!(cut(truncated), ["1 NotJson", "3 {\n    \"b\": 2\n  }"]);
        assert_eq!(cut("[{} {}, 1"), ["0 {}", "0 NoComma", "0 1", "0 Unclosed"]);
        assert_eq!(cut("[,1,]"), ["0 NotJson", "0 1", "0 NotJson"]);
        assert_eq!(cut("["), ["0 Unclosed"]);
    }

    #[test]
    fn a_record_that_is_too_long_is_skipped_to_its_end() {
        let long = "x".repeat(LONGEST);
        let text = format!("{{}}\n{{\"a\":\n\"{long}\"}}\n{{\"b\": \"{long}\"}}\n1");
        let expected = ["0 {}", "1 TooLong", "3 TooLong", "4 1"];
        assert_eq!(cut(&text), expected);
        assert_eq!(cut_in_blocks(text.as_bytes(), 1 << 20), expected);
        let array = format!("[{{\"a\": \"{long}\"}},\n2]");
        assert_eq!(cut_in_blocks(array.as_bytes(), 1 << 20), ["0 TooLong", "1 2"]);
    }

    /// What a hostile document may be made of.
    fn documents() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
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
            "x",
            "\u{feff}",
            "é",
            "\n  {",
            "\n  ",
            "{\"a\":1}\n",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #[test]
        fn records_do_not_depend_on_how_the_document_comes(
            document in documents(),
            size in 1_usize..20,
        ) {
            let whole = cut_in_blocks(&document, document.len().max(1));
            prop_assert_eq!(cut_in_blocks(&document, size), whole);
        }

        #[test]
        fn values_that_are_json_are_all_found(
            values in prop::collection::vec("\\{(\"[a-z]\": ?([0-9]|true|\\[1, ?\"[a-z}\\]]\"\\]|\\{\\}))?\\}", 1..8),
            between in "[ \n]{1,3}",
        ) {
            let numbered = |cut: Vec<String>| -> Vec<String> {
                cut.iter().map(|record| record.split_once(' ').unwrap().1.to_owned()).collect()
            };
            prop_assert_eq!(numbered(cut(&values.join(&between))), values.clone());
            prop_assert_eq!(numbered(cut(&format!("[{}]", values.join(",")))), values);
        }
    }
}
