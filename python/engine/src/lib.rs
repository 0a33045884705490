//! The engine of the Python package `dateline`: thin classes over the library's own types.
//!
//! What Python sees is in `python/dateline/`, which names and documents it; here values are converted, the interpreter is released while
//! the engine works, and every error of the library becomes an exception. Tables come and go by the C data interface of Arrow
//! ([`arrow`]), so that no package of Python is needed for them, and none is preferred.

mod analyze;
mod analyzer;
mod arrow;
mod errors;
mod gazetteer;
mod run;
mod settings;
mod tables;
mod work;

use std::ffi::OsString;

use pyo3::prelude::*;

/// Runs the command line program with these arguments, of which the first is its name; returns the exit code.
#[pyfunction]
fn program(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| dateline_program::run(arguments))
}

#[pymodule]
fn _engine(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_function(wrap_pyfunction!(program, module)?)?;
    module.add_class::<arrow::Table>()?;
    module.add_class::<gazetteer::Gazetteer>()?;
    module.add_class::<analyzer::Analyzer>()?;
    module.add_class::<run::Run>()?;
    module.add_function(wrap_pyfunction!(arrow::texts, module)?)?;
    module.add_function(wrap_pyfunction!(gazetteer::lint, module)?)?;
    module.add_function(wrap_pyfunction!(analyze::analyze_files, module)?)?;
    module.add_function(wrap_pyfunction!(analyze::analyze_rows, module)?)?;
    module.add_function(wrap_pyfunction!(analyze::analyze_lines, module)?)?;
    module.add_function(wrap_pyfunction!(analyze::merge, module)?)?;
    Ok(())
}
