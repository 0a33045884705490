//! Gazetteers.

use std::path::PathBuf;

use dateline::gazetteer::LoadOptions;
use dateline::interchange::{Record, write_gaz};
use dateline::lint::lint as lint_files;
use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::{errors, work};

/// The entities that can be found, and their names; immutable.
#[pyclass(frozen, module = "dateline._engine")]
pub(crate) struct Gazetteer(pub(crate) dateline::Gazetteer);

#[pymethods]
impl Gazetteer {
    /// One of the built-in gazetteers.
    #[staticmethod]
    fn builtin(py: Python<'_>, name: &str) -> PyResult<Self> {
        work::released(py, || dateline::Gazetteer::builtin(name)).map(Self)
    }

    /// Layers, the later over the earlier; what has to be compiled is kept in the folder `cache`, if there is one.
    #[staticmethod]
    fn load(py: Python<'_>, layers: Vec<String>, without: Vec<String>, cache: Option<PathBuf>) -> PyResult<Self> {
        let loaded = work::released(py, || {
            let options = LoadOptions { without, ..LoadOptions::default() };
            match cache {
                Some(cache) => dateline::load_cached(&layers, &options, &cache),
                None => dateline::Gazetteer::load_with(&layers, &options),
            }
        });
        loaded.map(Self)
    }

    /// The lines of the native format for records of the JSON Lines twin.
    #[staticmethod]
    fn lines_of(py: Python<'_>, records: Vec<String>) -> PyResult<String> {
        let mut lines = Vec::new();
        for (number, record) in records.iter().enumerate() {
            let written = serde_json::from_str::<Record>(record)
                .map_err(|error| error.to_string())
                .and_then(|record| write_gaz(&record, &mut lines).map_err(|error| error.to_string()));
            written.map_err(|error| {
                let message = format!("record {number} is not an entity: {error}");
                errors::usage(
                    py,
                    message,
                    "a record needs id, kind and name; the documentation of from_records lists the rest",
                )
            })?;
        }
        String::from_utf8(lines).map_err(|error| errors::bug(py, &error.to_string()))
    }

    /// Writes the gazetteer with the tables that searching needs.
    fn save(&self, py: Python<'_>, path: PathBuf, force: bool) -> PyResult<()> {
        work::released(py, || dateline::compile_to(&self.0, &LoadOptions::default(), path, force))
    }

    /// The entity of this id; `None` if there is none.
    fn entity<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.0.find(id).map(|row| self.described(py, row)).transpose()
    }

    /// The entity in this row; they are sorted by id.
    fn at<'py>(&self, py: Python<'py>, row: usize) -> PyResult<Bound<'py, PyDict>> {
        if row >= self.0.n_entities() {
            return Err(PyIndexError::new_err(format!("there is no entity number {row}")));
        }
        self.described(py, dateline::EntityId::new(row))
    }

    /// The entities that a name may denote, the likeliest first: names are compared without case and accents.
    fn named<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let rows = py.detach(|| {
            let wanted = dateline::normalize::fold(name);
            let mut rows: Vec<_> = (0..self.0.n_aliases())
                .map(dateline::AliasId::new)
                .filter(|id| dateline::normalize::fold(self.0.alias(*id).text) == wanted)
                .map(|id| self.0.alias(id).entity)
                .collect();
            rows.sort_unstable();
            rows.dedup();
            rows.sort_by_key(|row| std::cmp::Reverse(dateline::gazetteer::prior(self.0.entity(*row), false)));
            rows
        });
        rows.into_iter().map(|row| self.described(py, row)).collect()
    }

    #[getter]
    fn fingerprint(&self) -> &str {
        self.0.fingerprint()
    }

    #[getter]
    fn layers(&self) -> Vec<String> {
        self.0.layers().to_vec()
    }

    #[getter]
    fn n_entities(&self) -> usize {
        self.0.n_entities()
    }

    #[getter]
    fn n_names(&self) -> usize {
        self.0.n_aliases()
    }
}

impl Gazetteer {
    fn described<'py>(&self, py: Python<'py>, row: dateline::EntityId) -> PyResult<Bound<'py, PyDict>> {
        let entity = self.0.entity(row);
        let described = PyDict::new(py);
        described.set_item("id", entity.id)?;
        described.set_item("name", entity.name)?;
        described.set_item("type", entity.entity_type().as_str())?;
        described.set_item("kind", entity.kind)?;
        described.set_item("country", entity.country())?;
        described.set_item("population", entity.population())?;
        described.set_item("lat", entity.coordinates.map(|(lat, _)| lat))?;
        described.set_item("lon", entity.coordinates.map(|(_, lon)| lon))?;
        let names: Vec<&str> = self.0.aliases_of(row).map(|alias| alias.text).collect();
        described.set_item("names", names)?;
        let fields = PyDict::new(py);
        for (key, value) in entity.fields() {
            fields.set_item(key, value)?;
        }
        described.set_item("fields", fields)?;
        Ok(described)
    }
}

/// Checks files as layers over others: path, line, column, code, severity, message and remedy of each finding.
#[pyfunction]
pub(crate) fn lint(
    py: Python<'_>,
    files: Vec<String>,
    over: Vec<String>,
) -> PyResult<Vec<(String, u32, u32, String, String, String, String)>> {
    let findings = work::released(py, || lint_files(&files, &over))?;
    let finding = |finding: dateline::lint::Finding| {
        let (code, severity) = (finding.code.id().to_owned(), finding.code.severity().as_str().to_owned());
        let path = finding.path.display().to_string();
        (path, finding.line, finding.column, code, severity, finding.message, finding.remedy)
    };
    Ok(findings.into_iter().map(finding).collect())
}
