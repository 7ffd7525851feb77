//! Reports, and the parts that they are merged of.

use crate::policy::value_error;
use pointsman::replay::{Part, Report as Made, merge as merge_parts};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// What a dry run found.
#[pyclass(frozen, module = "pointsman")]
pub(crate) struct Report {
    pub(crate) made: Made,
}

#[pymethods]
impl Report {
    /// The report for a terminal, without colour.
    fn to_text(&self) -> String {
        self.made.to_text()
    }

    /// The report as JSON text.
    fn to_json(&self) -> String {
        self.made.to_json()
    }

    /// The report in Markdown, for a pull request.
    fn to_markdown(&self) -> String {
        self.made.to_markdown()
    }

    /// The report as one HTML page that asks the network for nothing.
    fn to_html(&self) -> String {
        self.made.to_html()
    }

    /// The report as a dictionary, as its JSON is.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        py.import("json")?.call_method1("loads", (self.made.to_json(),))
    }

    fn __str__(&self) -> String {
        self.made.to_text()
    }
}

/// A part as a run gives it, or as the command line wrote it.
fn read(number: usize, part: &Bound<'_, PyAny>) -> PyResult<(String, Part)> {
    let name = format!("part {}", number + 1);
    let bytes = match part.cast::<PyBytes>() {
        Ok(bytes) => bytes.as_bytes().to_vec(),
        Err(_) => part.cast::<PyString>()?.to_string().into_bytes(),
    };
    let part = Part::parse(&bytes).map_err(|reason| PyValueError::new_err(format!("{name} {reason}")))?;
    Ok((name, part))
}

/// Merges the parts of all shards, in any order, to the report of the whole.
#[pyfunction]
pub(crate) fn merge(parts: &Bound<'_, PyAny>) -> PyResult<Report> {
    let parts = parts.try_iter()?.enumerate();
    let parts: Vec<(String, Part)> = parts
        .map(|(number, part)| read(number, &part?))
        .collect::<PyResult<_>>()?;
    let (tally, names) = merge_parts(parts).map_err(value_error)?;
    Ok(Report {
        made: Made::new(tally, &names),
    })
}
