//! Reads a document in large blocks that end with a record, as far as that can be told.

use std::io::{self, Read};

use memchr::{memmem, memrchr};

/// So far from its end a block is searched for the last record that starts at a margin.
const SEARCHED: usize = 64 * 1024;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A part of a document.
#[derive(Debug)]
pub(super) struct Block {
    pub(super) bytes: Vec<u8>,
    pub(super) is_last: bool,
}

/// The blocks of a document.
pub(super) struct Blocks<R> {
    input: R,
    size: usize,
    /// What was read beyond the end of the block before.
    rest: Vec<u8>,
    is_first: bool,
    is_over: bool,
    /// Why there is no more, which is told after what there is.
    failure: Option<io::Error>,
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(input: R, size: usize) -> Self {
        // The first block has all of a byte order mark.
        let size = size.max(BYTE_ORDER_MARK.len());
        Self { input, size, rest: Vec::new(), is_first: true, is_over: false, failure: None }
    }

    /// Reads the next block. `None` after the last.
    pub(super) fn next(&mut self) -> io::Result<Option<Block>> {
        match self.failure.take() {
            Some(error) => return Err(error),
            None if self.is_over => return Ok(None),
            None => {}
        }
        let mut bytes = Vec::with_capacity(self.rest.len() + self.size);
        bytes.append(&mut self.rest);
        match self.input.by_ref().take(self.size as u64).read_to_end(&mut bytes) {
            Ok(read) => self.is_over = read < self.size,
            Err(error) => self.failure = Some(error),
        }
        if std::mem::take(&mut self.is_first) && bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        if !self.is_over {
            self.rest = bytes.split_off(end_of_records(&bytes));
        }
        Ok(Some(Block { bytes, is_last: self.is_over }))
    }
}

/// Where the last line starts that may be the start of a record: one with an opening
/// brace, or else any. Without lines, the end.
fn end_of_records(bytes: &[u8]) -> usize {
    let searched = bytes.len().saturating_sub(SEARCHED);
    let brace = memmem::rfind(&bytes[searched..], b"\n{").map(|at| searched + at);
    brace.or_else(|| memrchr(b'\n', bytes)).map_or(bytes.len(), |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::{Blocks, end_of_records};

    #[test]
    fn a_block_ends_before_a_line_that_may_start_a_record() {
        for (text, end) in [
            ("{}\n{}\n{", 6),
            ("{\n  {\n}\n{\n  1\n", 8),
            ("a\nb\nc", 4),
            ("{\"a\":1}", 7),
            ("", 0),
        ] {
            assert_eq!(end_of_records(text.as_bytes()), end, "{text}");
        }
    }

    #[test]
    fn the_blocks_are_the_document_without_its_byte_order_mark() {
        let text = "\u{feff}{\"a\": 1}\n{\"b\":\n 2}\n\n[\u{feff}]";
        for size in 0..40 {
            let mut blocks = Blocks::new(text.as_bytes(), size);
            let mut bytes = Vec::new();
            let mut is_last = false;
            while let Some(block) = blocks.next().unwrap() {
                assert!(!is_last);
                bytes.extend(block.bytes);
                is_last = block.is_last;
            }
            assert!(is_last);
            assert_eq!(String::from_utf8(bytes).unwrap(), &text[3..]);
        }
    }
}
