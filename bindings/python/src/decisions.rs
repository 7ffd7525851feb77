//! Decisions as Arrow data: one row a request.

use arrow_array::builder::{Int64Builder, ListBuilder, StringBuilder, UInt16Builder};
use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use pointsman::record::RecordedDecision;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use pyo3_arrow::PyTable;
use pyo3_arrow::error::PyArrowResult;
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};
use std::borrow::Cow;
use std::sync::Arc;

/// Decisions as Arrow data.
#[pyclass(frozen, module = "pointsman")]
#[derive(Default)]
pub(crate) struct Decisions {
    batches: Vec<RecordBatch>,
}

/// The decisions of some rows, as they are made.
#[derive(Default)]
pub(crate) struct Building {
    route: StringBuilder,
    target: StringBuilder,
    fallbacks: ListBuilder<StringBuilder>,
    guards: ListBuilder<StringBuilder>,
    max_tokens: Int64Builder,
    denied: StringBuilder,
    status: UInt16Builder,
    error: StringBuilder,
    skipped: ListBuilder<StringBuilder>,
    unreadable: StringBuilder,
}

fn schema() -> SchemaRef {
    let text = |name| Field::new(name, DataType::Utf8, true);
    let texts = |name| {
        let item = Field::new("item", DataType::Utf8, true);
        Field::new(name, DataType::List(Arc::new(item)), false)
    };
    Arc::new(Schema::new(vec![
        text("route"),
        text("target"),
        texts("fallbacks"),
        texts("guards"),
        Field::new("max_tokens", DataType::Int64, true),
        text("denied"),
        Field::new("status", DataType::UInt16, true),
        text("error"),
        texts("skipped"),
        text("unreadable"),
    ]))
}

fn put(list: &mut ListBuilder<StringBuilder>, texts: impl Iterator<Item = impl AsRef<str>>) {
    texts.for_each(|text| list.values().append_value(text));
    list.append(true);
}

impl Building {
    /// Takes the decision on the next row, or what is wrong with it.
    pub(crate) fn push(&mut self, decided: Result<RecordedDecision<'_>, String>) {
        let (decision, unreadable) = match decided {
            Ok(decision) => (decision, None),
            Err(reason) => (RecordedDecision::default(), Some(reason)),
        };
        let text = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
        self.route.append_option(text(&decision.route));
        self.target.append_option(decision.targets.first());
        put(&mut self.fallbacks, decision.targets.iter().skip(1));
        put(&mut self.guards, decision.guards.iter());
        self.max_tokens.append_option(decision.max_tokens.flatten());
        self.denied.append_option(text(&decision.denied));
        self.status.append_option(decision.status);
        self.error.append_option(text(&decision.error));
        let skipped = decision.skipped.iter();
        put(
            &mut self.skipped,
            skipped.map(|skip| format!("{}: {}", skip.target, skip.why)),
        );
        self.unreadable.append_option(unreadable);
    }
}

impl Decisions {
    /// Takes the decisions on the next rows.
    pub(crate) fn push(&mut self, mut rows: Building) -> Result<(), Vec<String>> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(rows.route.finish()),
            Arc::new(rows.target.finish()),
            Arc::new(rows.fallbacks.finish()),
            Arc::new(rows.guards.finish()),
            Arc::new(rows.max_tokens.finish()),
            Arc::new(rows.denied.finish()),
            Arc::new(rows.status.finish()),
            Arc::new(rows.error.finish()),
            Arc::new(rows.skipped.finish()),
            Arc::new(rows.unreadable.finish()),
        ];
        let batch = RecordBatch::try_new(schema(), columns);
        self.batches.push(batch.map_err(|error| vec![error.to_string()])?);
        Ok(())
    }
}

#[pymethods]
impl Decisions {
    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The decisions as a stream of Arrow data.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyArrowResult<Bound<'py, PyCapsule>> {
        let field = Arc::new(Field::new_struct("", schema().fields().clone(), false));
        let batches = self.batches.clone().into_iter();
        let arrays = batches.map(|batch| Ok(Arc::new(StructArray::from(batch)) as ArrayRef));
        let arrays = ArrayIterator::new(arrays.collect::<Vec<_>>(), field);
        to_stream_pycapsule(py, Box::new(arrays), requested_schema)
    }

    /// The types of the columns.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyArrowResult<Bound<'py, PyCapsule>> {
        to_schema_pycapsule(py, schema().as_ref())
    }

    /// The decisions as a `pyarrow.Table`.
    fn to_pyarrow<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        PyTable::try_new(self.batches.clone(), schema())?.into_pyarrow(py)
    }
}
