//! Long work beside a Python interpreter that stays alive.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dateline::{Progress, StopFlag};
use pyo3::prelude::*;

use crate::errors;

/// How long Ctrl-C may wait.
const PATIENCE: Duration = Duration::from_millis(50);

/// What went wrong where Python was called from the engine: the first exception is the one that is raised.
#[derive(Clone, Default)]
pub(crate) struct Raised(Arc<Mutex<Option<PyErr>>>);

impl Raised {
    pub(crate) fn keep(&self, error: PyErr) {
        // A poisoned lock means that a thread panicked, which is raised instead.
        if let Ok(mut kept) = self.0.lock() {
            kept.get_or_insert(error);
        }
    }

    pub(crate) fn take(&self) -> Option<PyErr> {
        self.0.lock().ok()?.take()
    }
}

/// Does `work` in a thread of its own, with the interpreter released, and meanwhile lets Python handle signals and calls `progress` with
/// bytes and records done, both in the calling thread.
///
/// # Errors
///
/// What a signal handler or `progress` raised, after which the work is stopped; else what was kept in `raised`; else the work's own error. A
/// panic is an exception, too.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    raised: &Raised,
    stop: &StopFlag,
    work: impl FnOnce(&(dyn Fn(Progress) + Sync)) -> dateline::Result<T> + Send,
) -> PyResult<T> {
    let progress = progress.map(|progress| progress.clone().unbind());
    let done = py.detach(|| {
        std::thread::scope(|scope| {
            let (sender, steps) = channel();
            let worker = scope.spawn(move || {
                catch_unwind(AssertUnwindSafe(|| {
                    // The receiver goes away only after an exception, when nobody listens any more.
                    work(&|step| {
                        let _ = sender.send(step);
                    })
                }))
            });
            loop {
                let step = match steps.recv_timeout(PATIENCE) {
                    Ok(step) => Some(steps.try_iter().last().unwrap_or(step)),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => break,
                };
                let handled = Python::attach(|py| {
                    py.check_signals()?;
                    if let (Some(step), Some(progress)) = (step, &progress) {
                        progress.call1(py, (step.bytes, step.records))?;
                    }
                    PyResult::Ok(())
                });
                if let Err(error) = handled {
                    raised.keep(error);
                    stop.stop();
                    break;
                }
            }
            worker.join().unwrap_or_else(Err)
        })
    });
    if let Some(error) = raised.take() {
        return Err(error);
    }
    match done {
        Ok(result) => result.map_err(|error| errors::exception(py, &error)),
        Err(panic) => Err(errors::bug(py, &*panic)),
    }
}

/// Does `work` here, with the interpreter released.
pub(crate) fn released<T: Send>(py: Python<'_>, work: impl FnOnce() -> dateline::Result<T> + Send) -> PyResult<T> {
    match py.detach(|| catch_unwind(AssertUnwindSafe(work))) {
        Ok(result) => result.map_err(|error| errors::exception(py, &error)),
        Err(panic) => Err(errors::bug(py, &*panic)),
    }
}
