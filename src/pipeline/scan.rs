//! One reading of a source: batches to the workers, their results back in order.

use std::any::Any;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::time::Duration;

use rayon::ThreadPool;

use crossbeam_channel::{Receiver, Sender, bounded, never, select, unbounded};

use crate::archive::{Batch, InputSummary, Source};
use crate::collect::{Collector, read_batch};
use crate::error::{Error, Result};
use crate::progress::{Progress, StopFlag};

/// How to scan; nothing here changes a result.
#[derive(Clone, Copy, Default)]
pub struct ScanOptions<'a> {
    /// Worker threads; 0 for one on each core.
    pub threads: usize,
    /// Called from the calling thread after each batch.
    pub on_progress: Option<&'a dyn Fn(Progress)>,
    /// Asked after each batch, and in the middle of long documents.
    pub stop: Option<&'a StopFlag>,
}

impl ScanOptions<'_> {
    /// How many worker threads there are.
    #[must_use]
    pub fn n_threads(&self) -> usize {
        match self.threads {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            threads => threads,
        }
    }
}

impl std::fmt::Debug for ScanOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScanOptions").field("threads", &self.threads).finish_non_exhaustive()
    }
}

/// How long the scan waits before it looks at the stop flag again.
const PATIENCE: Duration = Duration::from_millis(50);

/// A batch of more bytes has a long record.
const LONG: u64 = 8 << 20;

/// What there is of one batch.
#[derive(Clone, Copy)]
struct Size {
    /// Bytes read on the disk.
    read: u64,
    records: u64,
    /// Bytes in memory.
    memory: u64,
}

/// The result of one batch, or the panic of its worker.
type Finished<T> = std::result::Result<T, Box<dyn Any + Send>>;

/// The threads of one command: whatever is done in parallel is done in this pool.
pub(super) fn pool(options: ScanOptions<'_>) -> Result<ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .thread_name(|index| format!("worker-{index}"))
        .build()
        .map_err(|error| Error::usage(format!("cannot start {} threads: {error}", options.threads)))
}

/// Reads the source on a thread of its own, has the collector read each batch in the pool, and gives the results to `consume`
/// on this thread, in the order of the source. `consume` may end the scan.
///
/// Memory is bounded: at most twice as many batches as threads are being read, and as many wait. Whoever writes into standard
/// input and waits for the answer is not kept waiting.
pub(super) fn scan<S: Source, C: Collector>(
    pool: &ThreadPool,
    source: S,
    collector: &C,
    options: ScanOptions<'_>,
    consume: impl FnMut(C::Partial) -> Result<ControlFlow<()>>,
) -> Result<Vec<InputSummary>> {
    scan_within(pool, source, collector, options, None, consume)
}

/// Like [`scan`]. If there is a `room`, batches are taken in only while those being read have fewer bytes; so of records that are longer, one
/// is read at a time.
pub(super) fn scan_within<S: Source, C: Collector>(
    pool: &ThreadPool,
    source: S,
    collector: &C,
    options: ScanOptions<'_>,
    room: Option<u64>,
    mut consume: impl FnMut(C::Partial) -> Result<ControlFlow<()>>,
) -> Result<Vec<InputSummary>> {
    let in_flight_limit = 2 * pool.current_num_threads();
    let workers: Mutex<Vec<C::Worker<'_>>> = Mutex::new(Vec::new());
    // None waits where memory is short, but for the one that the reader has just read.
    let (batch_sender, batches) = bounded::<Result<Batch>>(if room.is_some() { 0 } else { in_flight_limit });
    let (done_sender, done) = unbounded::<Batch>();
    let (sender, finished) = unbounded::<(u64, Size, Finished<Result<C::Partial>>)>();

    // The reader owns what it reads: when the scan is stopped while the reader waits for input that may never come, it is
    // left to itself.
    let reader = std::thread::Builder::new().name("reader".to_owned()).spawn(move || {
        let mut source = source;
        send(&mut source, &batch_sender, &done);
        source.inputs()
    });
    let reader = reader.map_err(|error| Error::usage(format!("cannot start a thread for reading: {error}")))?;
    let (workers, stop) = (&workers, options.stop);
    let scanned: Result<ControlFlow<()>> = pool.in_place_scope(|tasks| {
        let mut progress = Progress::default();
        let mut bytes_in_flight = 0;
        let (mut next_in, mut next_out) = (0_u64, 0_u64);
        let mut waiting = BTreeMap::new();
        let mut exhausted = false;
        let nothing = never();
        loop {
            let in_flight = next_in - next_out;
            if exhausted && in_flight == 0 {
                return Ok(ControlFlow::Continue(()));
            }
            if let Some(stop) = stop {
                stop.check()?;
            }
            // Take in another batch only while few are being read.
            let is_full = in_flight >= in_flight_limit as u64 || in_flight > 0 && room.is_some_and(|room| bytes_in_flight >= room);
            let input = if exhausted || is_full { &nothing } else { &batches };
            select! {
                recv(input) -> batch => match batch {
                    Err(_) => exhausted = true,
                    Ok(batch) => {
                        let (batch, number) = (batch?, next_in);
                        let (sender, done) = (sender.clone(), done_sender.clone());
                        next_in += 1;
                        let size = Size { read: batch.bytes_read, records: batch.records().len() as u64, memory: batch.memory() };
                        bytes_in_flight += size.memory;
                        tasks.spawn(move |_| {
                            let result = catch_unwind(AssertUnwindSafe(|| {
                                let idle = workers.lock().expect("no panic while locked").pop();
                                let mut worker = idle.unwrap_or_else(|| collector.worker(stop));
                                let result = read_batch(collector, &mut worker, &batch);
                                // The buffers of a worker are as large as its longest record made them.
                                if room.is_none() || size.memory <= LONG {
                                    workers.lock().expect("no panic while locked").push(worker);
                                }
                                result
                            }));
                            // The reader may have ended.
                            let _ = done.send(batch);
                            // The receiver is gone only when the scan has failed already.
                            let _ = sender.send((number, size, result));
                        });
                    }
                },
                recv(finished) -> result => {
                    let (number, size, result) = result.expect("a sender is kept");
                    let result = result.unwrap_or_else(|panic| resume_unwind(panic));
                    // A document that was left in the middle is not counted.
                    if let Some(stop) = stop {
                        stop.check()?;
                    }
                    waiting.insert(number, (size, result));
                }
                default(PATIENCE) => {}
            }
            while let Some((size, result)) = waiting.remove(&next_out) {
                next_out += 1;
                if consume(result?)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                bytes_in_flight -= size.memory;
                progress.bytes += size.read;
                progress.records += size.records;
                if let Some(on_progress) = options.on_progress {
                    on_progress(progress);
                }
            }
        }
    });
    match scanned? {
        // All batches came, so the reader has ended.
        ControlFlow::Continue(()) => Ok(reader.join().unwrap_or_else(|panic| resume_unwind(panic))),
        ControlFlow::Break(()) => Ok(Vec::new()),
    }
}

/// What a collector takes from a whole source, merged in order.
pub(super) fn gather<C: Collector>(source: impl Source, collector: &C, options: ScanOptions<'_>) -> Result<C::Partial> {
    let mut all = collector.begin();
    scan(&pool(options)?, source, collector, options, |part| {
        collector.merge(&mut all, part)?;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(all)
}

/// Sends every batch until the receiver goes away, and uses the memory of those that are done with for the next.
fn send(source: &mut impl Source, sender: &Sender<Result<Batch>>, done: &Receiver<Batch>) {
    while let Some(batch) = source.next_batch().transpose() {
        if sender.send(batch).is_err() {
            break;
        }
        done.try_iter().for_each(|batch| source.recycle(batch));
    }
}
