//! Errors of the library as exceptions of `dateline.errors`.

use dateline::{Error, ErrorKind};
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The exception for an error of the library: its class says the kind, `dateline.errors` words the remedy.
pub(crate) fn exception(py: Python<'_>, error: &Error) -> PyErr {
    let class = match error.kind() {
        ErrorKind::Io => "FileError",
        ErrorKind::Usage => "UsageError",
        ErrorKind::Gazetteer => "GazetteerError",
        ErrorKind::Format => "FormatError",
        ErrorKind::Limit => "LimitError",
        ErrorKind::Interrupted => "Interrupted",
        _ => "DatelineError",
    };
    raised(py, class, error).unwrap_or_else(|failed| failed)
}

fn raised(py: Python<'_>, class: &str, error: &Error) -> PyResult<PyErr> {
    let diagnostics: Vec<_> = error
        .diagnostics()
        .iter()
        .map(|fault| {
            let path = fault.path.display().to_string();
            (path, fault.line, fault.column, fault.message.as_str(), fault.remedy.as_str())
        })
        .collect();
    let keywords = PyDict::new(py);
    keywords.set_item("path", error.path().map(|path| path.display().to_string()))?;
    keywords.set_item("remedy", error.remedy())?;
    keywords.set_item("diagnostics", diagnostics)?;
    let class = py.import("dateline.errors")?.getattr(class)?;
    let message = if error.diagnostics().is_empty() { error.message().to_owned() } else { error.to_string() };
    Ok(PyErr::from_value(class.call((message,), Some(&keywords))?))
}

/// A request that cannot be met, with what to do instead.
pub(crate) fn usage(py: Python<'_>, message: impl Into<String>, remedy: &str) -> PyErr {
    wrong(py, "UsageError", message, remedy)
}

/// An argument, or a column, of a type that cannot be used.
pub(crate) fn wrong_type(py: Python<'_>, message: impl Into<String>, remedy: &str) -> PyErr {
    wrong(py, "ArgumentTypeError", message, remedy)
}

/// A panic of the engine: a fault of dateline, and the only one whose remedy is to report it.
pub(crate) fn bug(py: Python<'_>, panic: &(dyn std::any::Any + Send)) -> PyErr {
    let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let message = format!("the engine failed: {}", said.unwrap_or("it did not say why"));
    wrong(py, "EngineError", message, "this is a fault of dateline; report it with the text that led to it")
}

fn wrong(py: Python<'_>, class: &str, message: impl Into<String>, remedy: &str) -> PyErr {
    let raised = || -> PyResult<PyErr> {
        let keywords = PyDict::new(py);
        keywords.set_item("remedy", remedy)?;
        let class = py.import("dateline.errors")?.getattr(class)?;
        Ok(PyErr::from_value(class.call((message.into(),), Some(&keywords))?))
    };
    raised().unwrap_or_else(|failed| failed)
}
