//! Policies: compiled from texts or from files, as the command line reads them.

use crate::columns::{Layout, named_facts};
use crate::decisions::{Building, Decisions};
use pointsman::compile::{Compiled, Files, Texts, compile};
use pointsman::diagnostic::render_human;
use pointsman::reload::disk::DiskFiles;
use pointsman::replay::Decider;
use pointsman::tree::Tree;
use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use pyo3_arrow::input::AnyRecordBatch;
use std::path::PathBuf;
use std::sync::Arc;

create_exception!(
    pointsman,
    PolicyError,
    PyValueError,
    "A policy that does not load; its text is all that was found, as `pointsman check` shows it."
);

/// A policy that loads.
#[pyclass(frozen, module = "pointsman")]
pub(crate) struct Policy {
    pub(crate) tree: Arc<Tree>,
    warnings: String,
}

/// One path or several.
#[derive(FromPyObject)]
pub(crate) enum Paths {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

/// What columns are mapped to: `NAME=COLUMN` texts, or a dictionary of columns by name.
#[derive(FromPyObject)]
pub(crate) enum Map<'py> {
    Texts(Vec<String>),
    ByName(Bound<'py, PyDict>),
}

impl Map<'_> {
    pub(crate) fn texts(&self) -> PyResult<Vec<String>> {
        match self {
            Map::Texts(texts) => Ok(texts.clone()),
            Map::ByName(columns) => columns
                .iter()
                .map(|(name, column)| {
                    Ok(format!(
                        "{}={}",
                        name.extract::<String>()?,
                        column.extract::<String>()?
                    ))
                })
                .collect(),
        }
    }
}

/// Errors of one line each as one exception.
pub(crate) fn value_error(errors: Vec<String>) -> PyErr {
    PyValueError::new_err(errors.join("\n"))
}

fn load(py: Python<'_>, mut files: impl Files + Send) -> PyResult<Policy> {
    let compiled = py.detach(|| {
        let compiled = compile(&mut files);
        compiled.map_err(|rejected| render_human(&rejected.diagnostics, &rejected.sources, false))
    });
    let Compiled { tree, diagnostics } = compiled.map_err(PolicyError::new_err)?;
    Ok(Policy {
        warnings: render_human(&diagnostics, tree.sources(), false),
        tree: Arc::new(tree),
    })
}

#[pymethods]
impl Policy {
    /// Compiles a policy of one text; its name stands in what is said of it.
    #[staticmethod]
    #[pyo3(signature = (text, name = "text.policy"))]
    fn from_text(py: Python<'_>, text: &str, name: &str) -> PyResult<Self> {
        load(py, Texts::new([(name, text)]))
    }

    /// Compiles a policy of several texts by name, in this order.
    #[staticmethod]
    fn from_texts(py: Python<'_>, texts: &Bound<'_, PyDict>) -> PyResult<Self> {
        let read = |(name, text): (Bound<'_, PyAny>, Bound<'_, PyAny>)| {
            Ok((name.extract::<String>()?, text.extract::<String>()?))
        };
        let texts: Vec<(String, String)> = texts.iter().map(read).collect::<PyResult<_>>()?;
        load(py, Texts::new(texts))
    }

    /// Compiles a directory of policy files, a file or a list of files, as the command line does.
    #[staticmethod]
    fn load(py: Python<'_>, path: Paths) -> PyResult<Self> {
        let paths = match path {
            Paths::One(path) => vec![path],
            Paths::Many(paths) => paths,
        };
        load(py, DiskFiles::new(&paths))
    }

    /// The hash of the policy, as records and reports hold it.
    #[getter]
    fn hash(&self) -> String {
        self.tree.hash().to_string()
    }

    /// What the compiler warns of, as text; empty where there is nothing.
    #[getter]
    fn warnings(&self) -> &str {
        &self.warnings
    }

    /// Decides each row of Arrow data. Without a map each column is the fact of its name. What a row lacks has its default.
    #[pyo3(signature = (data, map = None))]
    fn decide(&self, py: Python<'_>, data: AnyRecordBatch, map: Option<Map<'_>>) -> PyResult<Decisions> {
        let reader = data.into_reader()?;
        let map = match map {
            Some(map) => map.texts()?,
            None => named_facts(&self.tree, &reader.schema()),
        };
        let tree = Arc::clone(&self.tree);
        py.detach(move || {
            let decider = Decider::new(&tree, &map)?;
            let names: Vec<(&str, bool)> = decider.columns().map(|name| (name, false)).collect();
            let layout = Layout::new(&reader.schema(), &names)?;
            let mut decisions = Decisions::default();
            for batch in reader {
                let batch = batch.map_err(|error| vec![error.to_string()])?;
                for rows in layout.batches(&batch)? {
                    let mut taken = Building::default();
                    decider.decide(&rows.batch, |decided| taken.push(decided));
                    decisions.push(taken)?;
                }
            }
            Ok(decisions)
        })
        .map_err(value_error)
    }

    fn __repr__(&self) -> String {
        format!(
            "<pointsman.Policy {}>",
            self.tree.hash().to_string().get(..12).unwrap_or_default()
        )
    }
}
