//! Checks a document on several threads, and reports in the order of its records.
//!
//! A block is cut and judged by whichever thread is free, on the assumption that it
//! starts with a record of a stream. Whether it does is known once the blocks before it
//! are done. If it does not, as in an array, what was found in it is thrown away, and it
//! is done again as the continuation of those before.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope};

use super::blocks::{BLOCK, Block, Blocks};
use super::cut::Cutter;
use super::judge::{Judge, Judged, Tally};

/// With so many violations, what was found is sent on.
const BATCH: usize = 256;

/// So many batches of a block wait to be reported.
const WAITING: usize = 2;

/// So many blocks for each thread are read ahead.
const AHEAD: usize = 2;

/// Why a check ends before the document does.
#[derive(Debug)]
pub(super) enum Stop<E> {
    Read(io::Error),
    Report(E),
    /// A thread is gone.
    Lost,
}

/// Checks a document on so many threads besides this one, and reports every record with
/// something wrong. What is kept of it at a time does not depend on how long it is.
pub(super) fn run<E>(
    input: impl Read,
    threads: usize,
    report: impl FnMut(Judged) -> Result<(), E>,
) -> Result<Tally, Stop<E>> {
    run_by(Blocks::new(input, BLOCK), threads, report)
}

fn run_by<E>(
    mut blocks: Blocks<impl Read>,
    threads: usize,
    report: impl FnMut(Judged) -> Result<(), E>,
) -> Result<Tally, Stop<E>> {
    thread::scope(|scope| {
        let mut pool = None;
        let mut document = Document::new(report);
        let mut pending = VecDeque::new();
        while let Some(block) = blocks.next().map_err(Stop::Read)? {
            let block = Arc::new(block);
            let findings = document.is_between_records().then(|| {
                pool.get_or_insert_with(|| Pool::new(scope, threads)).submit(block.clone())
            });
            pending.push_back((block, findings));
            while pending.len() > threads * AHEAD || !document.is_between_records() {
                let Some((block, findings)) = pending.pop_front() else { break };
                document.add(&block, findings)?;
            }
        }
        for (block, findings) in pending {
            document.add(&block, findings)?;
        }
        Ok(document.tally)
    })
}

/// The document up to some block.
struct Document<F> {
    cutter: Cutter,
    /// What the cutter is not done with.
    rest: Vec<u8>,
    tally: Tally,
    report: F,
}

impl<E, F: FnMut(Judged) -> Result<(), E>> Document<F> {
    fn new(report: F) -> Self {
        Self { cutter: Cutter::new(), rest: Vec::new(), tally: Tally::default(), report }
    }

    /// Whether the next block starts as the other threads assume.
    fn is_between_records(&self) -> bool {
        self.cutter.is_in_stream() && self.rest.is_empty()
    }

    /// Reports the next block.
    fn add(&mut self, block: &Block, findings: Option<Receiver<Message>>) -> Result<(), Stop<E>> {
        match findings {
            Some(findings) if self.is_between_records() => self.take(block, &findings),
            _ => self.judge(block).map_err(Stop::Report),
        }
    }

    /// Takes over what another thread found.
    fn take(&mut self, block: &Block, findings: &Receiver<Message>) -> Result<(), Stop<E>> {
        let (records, line) = (self.tally.records, self.cutter.line);
        loop {
            match findings.recv().map_err(|_| Stop::Lost)? {
                Message::Found(found) => {
                    for mut judged in found {
                        judged.record += records;
                        judged.line += line;
                        (self.report)(judged).map_err(Stop::Report)?;
                    }
                }
                Message::Done(Done { mut cutter, used, tally }) => {
                    cutter.line += line;
                    self.cutter = cutter;
                    self.rest.extend_from_slice(&block.bytes[used..]);
                    self.tally.add(tally);
                    return Ok(());
                }
            }
        }
    }

    fn judge(&mut self, block: &Block) -> Result<(), E> {
        let Self { cutter, rest, tally, report } = self;
        rest.extend_from_slice(&block.bytes);
        let records = tally.records;
        let mut judge = Judge::new(|judged: Judged| {
            report(Judged { record: judged.record + records, ..judged })
        });
        let used = cutter.cut(rest, block.is_last, &mut judge)?;
        tally.add(judge.tally);
        rest.drain(..used);
        Ok(())
    }
}

/// What a thread says about a block.
enum Message {
    Found(Vec<Judged>),
    Done(Done),
}

/// How the block ends.
struct Done {
    cutter: Cutter,
    used: usize,
    tally: Tally,
}

struct Job {
    block: Arc<Block>,
    findings: SyncSender<Message>,
}

/// Threads that cut and judge blocks.
struct Pool {
    jobs: Sender<Job>,
}

impl Pool {
    fn new<'scope>(scope: &'scope Scope<'scope, '_>, threads: usize) -> Self {
        let (jobs, waiting) = channel::<Job>();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..threads {
            let waiting = waiting.clone();
            scope.spawn(move || {
                let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                while let Ok(job) = next() {
                    // Nobody wants to know where the block did not start with a record.
                    let _ = work(&job);
                }
            });
        }
        Self { jobs }
    }

    /// Has a block done by the next thread that is free.
    fn submit(&self, block: Arc<Block>) -> Receiver<Message> {
        let (findings, received) = sync_channel(WAITING);
        // Without a thread, nothing will be received.
        let _ = self.jobs.send(Job { block, findings });
        received
    }
}

/// Nobody waits for the findings any more.
struct Unwanted;

fn work(Job { block, findings }: &Job) -> Result<(), Unwanted> {
    let send = |message| findings.send(message).map_err(|_| Unwanted);
    let mut found = Vec::new();
    let mut violations = 0;
    let mut judge = Judge::new(|judged: Judged| {
        violations += judged.violations.len();
        found.push(judged);
        if violations < BATCH {
            return Ok(());
        }
        violations = 0;
        send(Message::Found(std::mem::take(&mut found)))
    });
    let mut cutter = Cutter::in_stream();
    let used = cutter.cut(&block.bytes, block.is_last, &mut judge)?;
    let tally = judge.tally;
    send(Message::Found(found))?;
    send(Message::Done(Done { cutter, used, tally }))
}
