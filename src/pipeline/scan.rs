//! One reading of an archive: batches to the workers, their results back in order.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rayon::ThreadPool;

use crossbeam_channel::{Receiver, Sender, bounded, never, select, unbounded};

use super::{Analyzer, Worker};
use crate::archive::{Archive, Batch, InputSummary, NamedFields};
use crate::error::{Error, Result};
use crate::resolve::Stop;

/// Stops a scan from outside, e.g. from a signal handler. Clones share the flag.
#[derive(Debug, Clone, Default)]
pub struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// Asks the scan to stop as soon as it can.
    pub fn stop(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether it was asked to stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// The same flag, as the resolver asks it in the middle of a document.
    pub(super) fn as_stop(&self) -> Stop {
        Stop::new(Arc::clone(&self.0))
    }

    pub(super) fn check(&self) -> Result<()> {
        if self.is_stopped() { Err(Error::interrupted()) } else { Ok(()) }
    }
}

/// How far a scan has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the inputs consumed, as they are on disk.
    pub bytes: u64,
    /// Records finished.
    pub records: u64,
}

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

impl std::fmt::Debug for ScanOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ScanOptions").field("threads", &self.threads).finish_non_exhaustive()
    }
}

/// How long the scan waits before it looks at the stop flag again.
const PATIENCE: Duration = Duration::from_millis(50);

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

/// Reads the archive on a thread of its own, has `work` done on each batch by the pool, and gives the results to `consume`
/// on this thread, in archive order.
///
/// Memory is bounded: at most twice as many batches as threads are under way, and as many wait; besides, results are held back
/// until the fields that the user named have been met, so that nothing is half-written if they are not there. Whoever writes into
/// standard input and waits for the answer is not kept waiting.
pub(super) fn scan<T: Send>(
    pool: &ThreadPool,
    analyzer: &Analyzer<'_>,
    archive: &Archive,
    options: ScanOptions<'_>,
    work: impl Fn(&mut Worker<'_>, &Batch) -> T + Sync,
    mut consume: impl FnMut(T) -> Result<()>,
) -> Result<Vec<InputSummary>> {
    let in_flight_limit = 2 * pool.current_num_threads();
    let workers: Mutex<Vec<Worker<'_>>> = Mutex::new(Vec::new());
    let (batch_sender, batches) = bounded::<Result<Batch>>(in_flight_limit);
    let (done_sender, done) = unbounded::<Batch>();
    let (sender, finished) = unbounded::<(u64, u64, u64, Finished<T>)>();

    // The reader owns what it reads: when the scan is stopped while the reader waits for input that may never come, it is
    // left behind.
    let reader = std::thread::Builder::new().name("reader".to_owned()).spawn({
        let archive = archive.clone();
        move || read(&archive, &batch_sender, &done)
    });
    let reader = reader.map_err(|error| Error::usage(format!("cannot start a thread for reading: {error}")))?;
    let (workers, work, stop) = (&workers, &work, options.stop);
    let scanned: Result<()> = pool.in_place_scope(|tasks| {
        let mut progress = Progress::default();
        let (mut next_in, mut next_out) = (0_u64, 0_u64);
        let mut waiting = BTreeMap::new();
        let mut exhausted = false;
        let nothing = never();
        let mut named = NamedFields::of(archive);
        let may_hold = !archive.reads_stdin();
        loop {
            let in_flight = next_in - next_out;
            if exhausted && in_flight == 0 {
                return Ok(());
            }
            if let Some(stop) = options.stop {
                stop.check()?;
            }
            // Take in another batch only while few are under way.
            let hold = may_hold && named.as_ref().is_some_and(NamedFields::is_early);
            let input = if exhausted || in_flight >= in_flight_limit as u64 && !hold { &nothing } else { &batches };
            select! {
                recv(input) -> batch => match batch {
                    Err(_) => {
                        exhausted = true;
                        named.take().map_or(Ok(()), |named| named.finish(archive))?;
                    }
                    Ok(batch) => {
                        let (batch, number) = (batch?, next_in);
                        if let Some(fields) = &mut named
                            && fields.look(&batch, archive)?
                        {
                            named = None;
                        }
                        let (sender, done) = (sender.clone(), done_sender.clone());
                        next_in += 1;
                        tasks.spawn(move |_| {
                            let (bytes, records) = (batch.bytes_read, batch.records().len() as u64);
                            let result = catch_unwind(AssertUnwindSafe(|| {
                                let idle = workers.lock().expect("no panic while locked").pop();
                                let mut worker = idle.unwrap_or_else(|| {
                                    let mut worker = analyzer.worker();
                                    stop.inspect(|stop| worker.stop_when(stop));
                                    worker
                                });
                                let result = work(&mut worker, &batch);
                                workers.lock().expect("no panic while locked").push(worker);
                                result
                            }));
                            // The reader may have ended.
                            let _ = done.send(batch);
                            // The receiver is gone only when the scan has failed already.
                            let _ = sender.send((number, bytes, records, result));
                        });
                    }
                },
                recv(finished) -> result => {
                    let (number, bytes, records, result) = result.expect("a sender is kept");
                    let result = result.unwrap_or_else(|panic| resume_unwind(panic));
                    // A document that was left in the middle is not counted.
                    if let Some(stop) = stop {
                        stop.check()?;
                    }
                    waiting.insert(number, (bytes, records, result));
                }
                default(PATIENCE) => {}
            }
            if may_hold && named.as_ref().is_some_and(NamedFields::is_early) {
                continue;
            }
            while let Some((bytes, records, result)) = waiting.remove(&next_out) {
                next_out += 1;
                consume(result)?;
                progress.bytes += bytes;
                progress.records += records;
                if let Some(on_progress) = options.on_progress {
                    on_progress(progress);
                }
            }
        }
    });
    // All batches came, so the reader has ended.
    scanned.map(|()| reader.join().unwrap_or_else(|panic| resume_unwind(panic)))
}

/// Sends every batch until the receiver goes away, and uses the memory of those that are done with for the next.
fn read(archive: &Archive, sender: &Sender<Result<Batch>>, done: &Receiver<Batch>) -> Vec<InputSummary> {
    let mut batches = archive.batches();
    while let Some(batch) = batches.next() {
        if sender.send(batch).is_err() {
            break;
        }
        done.try_iter().for_each(|batch| batches.recycle(batch));
    }
    batches.finish()
}
