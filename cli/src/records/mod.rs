//! Checks the credit batches of a document on several threads, and reports in the order of
//! its records.
//!
//! A block is cut and judged by whichever thread is free, on the assumption that it
//! starts with a record of a stream. Whether it does is known once the blocks before it
//! are done. If it does not, as in an array, what was found in it is thrown away, and it
//! is done again as the continuation of those before.

mod blocks;
mod cut;
mod judge;
mod scan;

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Scope};

use blocks::{Block, Blocks};
use cut::Cutter;
use judge::Judge;
pub use judge::{Judged, Tally, Violation};

/// How many bytes to read at a time: few enough to keep several blocks in memory, and
/// enough to be worth a thread's time.
pub const BLOCK: usize = 1024 * 1024;

/// With so many violations, what was found is sent on.
const BATCH: usize = 256;

/// So many batches of a block wait to be reported.
const WAITING: usize = 2;

/// So many blocks for each thread are read ahead.
const AHEAD: usize = 2;

/// Why a check ends before the document does.
#[derive(Debug)]
pub enum Stop<E> {
    /// The document cannot be read any further.
    Read(io::Error),
    /// The report failed.
    Report(E),
    /// A thread is gone, which is a bug in this program.
    Lost,
}

/// Checks a document, read in blocks of so many bytes, on so many threads besides this one,
/// and reports every record with something wrong. What is kept of the document at a time
/// does not depend on how long it is, nor what is found in it on the blocks and threads.
///
/// # Errors
///
/// Why the check ended early. What was reported is of the records before.
pub fn check<E>(
    input: impl Read,
    block: usize,
    threads: usize,
    report: impl FnMut(Judged) -> Result<(), E>,
) -> Result<Tally, Stop<E>> {
    let mut blocks = Blocks::new(input, block);
    thread::scope(|scope| {
        let mut pool = None;
        let mut document = Document::new(report);
        let mut pending = VecDeque::new();
        let end = loop {
            let block = match blocks.next() {
                Ok(Some(block)) => Arc::new(block),
                Ok(None) => break Ok(()),
                Err(error) => break Err(Stop::Read(error)),
            };
            let findings = document.is_between_records().then(|| {
                pool.get_or_insert_with(|| Pool::new(scope, threads)).submit(block.clone())
            });
            pending.push_back((block, findings));
            while pending.len() > threads * AHEAD || !document.is_between_records() {
                let Some((block, findings)) = pending.pop_front() else { break };
                document.add(&block, findings)?;
            }
        };
        for (block, findings) in pending {
            document.add(&block, findings)?;
        }
        end.map(|()| document.tally)
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;
    use std::io::{self, Read};

    use super::{AHEAD, Judged, Stop, Tally};

    /// Checks a document in blocks of a size.
    fn check(document: &str, size: usize, threads: usize) -> (Vec<Judged>, Tally) {
        let mut all = Vec::new();
        let report = |judged| {
            all.push(judged);
            Ok::<_, Infallible>(())
        };
        let tally = super::check(document.as_bytes(), size, threads, report).unwrap();
        (all, tally)
    }

    #[test]
    fn what_is_found_does_not_depend_on_blocks_and_threads() {
        let lines = "{\"id\": 1}\n{}\r\n\n{\"id\"\nnull {} [1]\n".repeat(40);
        let pretty = "{\n  \"id\": {\n  }\n}\n{\n\"id\":\n{\n}}\n".repeat(40);
        let broken = "{\n  \"id\": {\n  }\n  1\n}\n".repeat(40);
        let array = format!("[\n  {{}}{}\n]\n", ",\n  {\n    \"id\": 1\n  }, nope".repeat(40));
        for document in [
            format!("{lines}{pretty}{broken}{lines}"),
            format!("{array}{lines}{array}"),
            format!("{pretty}{lines}{{"),
            array.replace('\n', ""),
            lines.replace('\n', " "),
            // A margin that a block ends in.
            "{}\nx\n\t\t\t\t[\n{\n\n".to_owned(),
        ] {
            let whole = check(&document, document.len() + 1, 1);
            assert!(whole.1.invalid > 2, "{:?}", whole.1);
            for size in [0, 3, 7, 64, 200] {
                for threads in [1, 3] {
                    assert_eq!(check(&document, size, threads), whole, "{size} {threads}");
                }
            }
        }
    }

    /// A document of many records that counts how much of it was read.
    struct Counted<'c> {
        records: usize,
        bytes: &'c Cell<usize>,
    }

    const RECORD: &str = "{\"id\": null}\n";

    impl Read for Counted<'_> {
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
    fn no_more_is_read_than_the_threads_are_about_to_need() {
        let (size, threads) = (1300, 2);
        let bytes = Cell::new(0);
        let document = Counted { records: 2000, bytes: &bytes };
        let mut most = 0;
        let tally = super::check(document, size, threads, |judged| {
            let reported = (judged.record as usize + 1) * RECORD.len();
            most = most.max(bytes.get() - reported);
            Ok::<_, Infallible>(())
        });
        assert_eq!(tally.unwrap().invalid, 2000);
        assert!(most <= (threads * AHEAD + 2) * size, "{most}");
    }

    #[test]
    fn a_report_that_fails_ends_the_check() {
        let bytes = Cell::new(0);
        let document = Counted { records: usize::MAX, bytes: &bytes };
        let stop = super::check(document, 1300, 2, |judged| {
            if judged.record < 500 { Ok(()) } else { Err("enough") }
        });
        assert!(matches!(stop, Err(Stop::Report("enough"))));
    }

    #[test]
    fn what_cannot_be_read_ends_the_check_after_what_could() {
        struct Fails;

        impl Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }

        let mut records = 0;
        let input = "{}\n".repeat(500);
        let stop = super::check(input.as_bytes().chain(Fails), 100, 2, |_| {
            records += 1;
            Ok::<_, Infallible>(())
        });
        assert!(matches!(stop, Err(Stop::Read(_))));
        assert_eq!(records, 500);
    }
}
