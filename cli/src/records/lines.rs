//! Validates NDJSON in parallel.
//!
//! The calling thread reads blocks of complete lines, passes them to worker threads in turn, and
//! reports the results in the order of the blocks.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::mpsc::{Receiver, SendError, SyncSender, channel, sync_channel};
use std::thread;

use memchr::{memchr, memchr_iter, memrchr};

use super::input::{Input, MAX_RECORD_SIZE, is_space};
use super::types::RecordType;
use super::validator::{InvalidRecord, RecordValidator, RecordViolation, Summary};

/// The number of blocks per thread that are read ahead.
pub(super) const BLOCKS_AHEAD: usize = 2;

/// The number of violations that a worker collects before it sends them. Together with
/// [`BATCHES_AHEAD`] it bounds the memory of a block in which every line is invalid.
const VIOLATIONS_PER_BATCH: usize = 256;

const BATCHES_AHEAD: usize = 2;

pub(super) fn check<E>(
    input: &mut Input<impl Read>,
    threads: usize,
    validator: &mut RecordValidator<'_, E>,
) -> Result<(), E> {
    let record_type = validator.record_type();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                let (jobs, queue) = channel::<LineBlock>();
                let (results, receiver) = sync_channel(BATCHES_AHEAD);
                // Sending results fails only after the caller stopped early.
                scope.spawn(move || {
                    queue.iter().try_for_each(|block| validate(&block, record_type, &results))
                });
                (jobs, receiver)
            })
            .collect();
        let mut blocks = LineBlocks { input, is_in_long_line: false };
        let mut pending = VecDeque::new();
        for (jobs, results) in workers.iter().cycle() {
            let Some(block) = blocks.next() else { break };
            // Sending fails only if the worker panicked: `thread::scope` panics too.
            let _ = jobs.send(block);
            pending.push_back(results);
            if pending.len() > threads * BLOCKS_AHEAD
                && let Some(results) = pending.pop_front()
            {
                add(results, validator)?;
            }
        }
        pending.into_iter().try_for_each(|results| add(results, validator))
    })
}

/// Reports the results of one block.
fn add<E>(
    results: &Receiver<BlockResult>,
    validator: &mut RecordValidator<'_, E>,
) -> Result<(), E> {
    let first_record = validator.summary.records;
    for result in results {
        match result {
            BlockResult::Invalid(records) => {
                for record in records {
                    let number = first_record + record.record;
                    (validator.report)(InvalidRecord { record: number, ..record })?;
                }
            }
            BlockResult::Done(summary) => {
                validator.summary.add(summary);
                break;
            }
        }
    }
    Ok(())
}

/// A block of complete lines.
struct LineBlock {
    bytes: Vec<u8>,
    /// The number of the first line.
    line: u64,
}

struct LineBlocks<'i, R> {
    input: &'i mut Input<R>,
    /// Set while the rest of a line over the size limit is discarded.
    is_in_long_line: bool,
}

impl<R: Read> LineBlocks<'_, R> {
    fn next(&mut self) -> Option<LineBlock> {
        loop {
            if self.is_in_long_line {
                let bytes = self.input.bytes();
                let newline = memchr(b'\n', bytes);
                self.is_in_long_line = newline.is_none();
                let discarded = newline.unwrap_or(bytes.len());
                self.input.consume(discarded);
            }
            let bytes = self.input.bytes();
            let end = match memrchr(b'\n', bytes) {
                Some(newline) => newline + 1,
                // The extra byte marks the line as too long.
                None if bytes.len() > MAX_RECORD_SIZE => {
                    self.is_in_long_line = true;
                    MAX_RECORD_SIZE + 1
                }
                None if self.input.is_over => bytes.len(),
                None => 0,
            };
            if end > 0 {
                let block = LineBlock { bytes: bytes[..end].to_vec(), line: self.input.line };
                self.input.consume(end);
                return Some(block);
            }
            if !self.input.fill() {
                return None;
            }
        }
    }
}

/// A part of the results of a block.
enum BlockResult {
    /// Invalid records, numbered from the start of the block.
    Invalid(Vec<InvalidRecord>),
    Done(Summary),
}

fn validate(
    block: &LineBlock,
    record_type: Option<&'static RecordType>,
    results: &SyncSender<BlockResult>,
) -> Result<(), SendError<BlockResult>> {
    let mut invalid = Vec::new();
    let mut violations = 0;
    let mut report = |record: InvalidRecord| {
        violations += record.violations.len();
        invalid.push(record);
        if violations < VIOLATIONS_PER_BATCH {
            return Ok(());
        }
        violations = 0;
        results.send(BlockResult::Invalid(std::mem::take(&mut invalid)))
    };
    let mut validator = RecordValidator::new(record_type, &mut report);
    let mut start = 0;
    let ends = memchr_iter(b'\n', &block.bytes).chain([block.bytes.len()]);
    for (number, end) in (block.line..).zip(ends) {
        let line = &block.bytes[start..end];
        if line.len() > MAX_RECORD_SIZE {
            validator.reject(number, RecordViolation::too_long())?;
        } else if !line.iter().all(|&byte| is_space(byte)) {
            validator.validate(number, 0, line)?;
        }
        start = end + 1;
    }
    let summary = validator.summary;
    results.send(BlockResult::Invalid(invalid))?;
    results.send(BlockResult::Done(summary))
}
