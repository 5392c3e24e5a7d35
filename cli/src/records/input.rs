//! Buffered input with line and column numbers.

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memrchr};
use serde::de::IgnoredAny;
use serde_json::Deserializer;

/// The size limit of a record, in bytes. It bounds the memory that a record takes.
pub(super) const MAX_RECORD_SIZE: usize = 16 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The form of a JSON document.
pub(super) enum InputForm {
    /// One record per line.
    Lines,
    /// A stream of values and arrays.
    Values,
}

/// A reader with a buffer and the position of its first byte.
pub(super) struct Input<R> {
    reader: R,
    block_size: usize,
    buffer: Vec<u8>,
    consumed: usize,
    /// Set if the buffer ends with the last byte of the input.
    pub(super) is_over: bool,
    /// The error of the reader, which is returned after the records before it.
    pub(super) error: Option<io::Error>,
    /// The line of the next byte, from 1.
    pub(super) line: u64,
    /// The number of bytes before the next byte in its line.
    pub(super) column: usize,
}

impl<R: Read> Input<R> {
    pub(super) fn new(reader: R, block_size: usize) -> Self {
        let mut input = Self {
            reader,
            // The first block contains the complete byte order mark.
            block_size: block_size.max(BYTE_ORDER_MARK.len()),
            buffer: Vec::new(),
            consumed: 0,
            is_over: false,
            error: None,
            line: 1,
            column: 0,
        };
        input.fill();
        if input.buffer.starts_with(BYTE_ORDER_MARK) {
            input.consumed = BYTE_ORDER_MARK.len();
        }
        input
    }

    /// Returns the bytes that were read and not consumed.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.buffer[self.consumed..]
    }

    /// Reads more bytes. Returns false at the end of the input and after an error.
    ///
    /// The buffer at least doubles, so that parsing it again from its start takes linear time.
    pub(super) fn fill(&mut self) -> bool {
        if self.is_over || self.error.is_some() {
            return false;
        }
        self.buffer.drain(..self.consumed);
        self.consumed = 0;
        let size = self.block_size.max(self.buffer.len());
        self.buffer.reserve_exact(size);
        match self.reader.by_ref().take(size as u64).read_to_end(&mut self.buffer) {
            Ok(read) => self.is_over = read < size,
            Err(error) => self.error = Some(error),
        }
        true
    }

    pub(super) fn consume(&mut self, count: usize) {
        let bytes = &self.buffer[self.consumed..self.consumed + count];
        self.line += memchr_iter(b'\n', bytes).count() as u64;
        self.column = match memrchr(b'\n', bytes) {
            Some(newline) => count - newline - 1,
            None => self.column + count,
        };
        self.consumed += count;
    }

    /// Consumes white space and returns the byte after it.
    pub(super) fn skip_space(&mut self) -> Option<u8> {
        loop {
            let next = self.bytes().iter().position(|&byte| !is_space(byte));
            self.consume(next.unwrap_or(self.bytes().len()));
            if next.is_some() || !self.fill() {
                return self.bytes().first().copied();
            }
        }
    }

    /// Consumes blank lines and detects the form from the next line. The input is NDJSON if that
    /// line is a complete value or has a syntax error other than being incomplete.
    pub(super) fn detect_form(&mut self) -> InputForm {
        loop {
            let bytes = self.bytes();
            let space = bytes.iter().position(|&byte| !is_space(byte)).unwrap_or(bytes.len());
            let blank_lines = memrchr(b'\n', &bytes[..space]).map_or(0, |newline| newline + 1);
            if bytes.get(space) == Some(&b'[') {
                return InputForm::Values;
            }
            self.consume(blank_lines);
            let bytes = first(self.bytes(), MAX_RECORD_SIZE);
            if let Some(newline) = memchr(b'\n', bytes) {
                return form_of_line(&bytes[..=newline]);
            }
            if bytes.len() == MAX_RECORD_SIZE || !self.fill() {
                return form_of_line(first(self.bytes(), MAX_RECORD_SIZE));
            }
        }
    }
}

fn form_of_line(line: &[u8]) -> InputForm {
    let mut values = Deserializer::from_slice(line).into_iter::<IgnoredAny>();
    let mut count = 0;
    let result = values.try_for_each(|value| value.map(|_| count += 1));
    let is_stream = match result {
        Ok(()) => count > 1,
        Err(error) => error.is_eof() && (count > 0 || line.ends_with(b"\n")),
    };
    if is_stream { InputForm::Values } else { InputForm::Lines }
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Returns the first `count` bytes, or all of them.
pub(super) fn first(bytes: &[u8], count: usize) -> &[u8] {
    &bytes[..bytes.len().min(count)]
}
