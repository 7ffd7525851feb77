//! Dry runs: what is asked, and a run that takes batches and gives a part or a report.

use crate::columns::{Layout, Rows};
use crate::policy::{Map, Policy, value_error};
use crate::report::Report;
use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, RecordBatch, RecordBatchReader};
use arrow_cast::cast;
use arrow_schema::DataType;
use pointsman::replay::{Importer, Part, Place, Question, Rehearsal, Replay as Asked, Shard, Tally, Worker};
use pointsman::tree::Tree;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3_arrow::input::AnyRecordBatch;
use std::sync::{Arc, Mutex, PoisonError};

/// What is asked of a dry run.
struct Asking {
    candidate: Arc<Tree>,
    baseline: Option<Arc<Tree>>,
    importer: Option<Importer>,
    question: Question,
    sources: Vec<String>,
}

/// A dry run: a policy tried on recorded rows, against another one or against what was recorded.
#[pyclass(frozen, module = "pointsman")]
pub(crate) struct Replay {
    asking: Arc<Asking>,
}

/// One shard of a dry run.
#[pyclass(frozen, module = "pointsman")]
pub(crate) struct Run {
    asking: Arc<Asking>,
    shard: Shard,
    counted: Mutex<Counted>,
}

/// What was counted so far, and the line that comes next in each source.
struct Counted {
    tally: Option<Tally>,
    next: Vec<u64>,
}

/// Where rows come from: all from one source, line by line, or each from its own.
enum Places {
    From(usize, u64),
    Columns(String, String),
}

impl Asking {
    /// The replay that the engine knows.
    fn replay(&self) -> Result<Asked<'_>, Vec<String>> {
        let baseline = self.baseline.as_deref();
        let question = &self.question;
        let mut replay = Asked::of_origin(&self.candidate, baseline, self.importer, &question.map)?;
        let policies: Vec<_> = std::iter::once(&*self.candidate)
            .chain(baseline)
            .map(Tree::policy)
            .collect();
        replay.rehearse(&Rehearsal::parse(&question.failing, &question.outage, &policies)?);
        replay.measure(&question.outcome)?;
        Ok(replay)
    }

    fn source(&self, name: &str) -> Result<usize, Vec<String>> {
        let found = self.sources.iter().position(|source| source == name);
        found.ok_or_else(|| {
            vec![format!(
                "there is no source `{name}`: the replay names its `sources`"
            )]
        })
    }
}

#[pymethods]
impl Replay {
    #[new]
    #[pyo3(signature = (
        policy, *, baseline = None, map = None, importer = None, sources = None, outcomes = Vec::new(),
        failing = Vec::new(), outages = Vec::new()
    ))]
    #[allow(clippy::too_many_arguments, reason = "they are named in Python")]
    fn new(
        policy: &Policy,
        baseline: Option<&Policy>,
        map: Option<Map<'_>>,
        importer: Option<&str>,
        sources: Option<Vec<String>>,
        outcomes: Vec<String>,
        failing: Vec<String>,
        outages: Vec<String>,
    ) -> PyResult<Self> {
        let read = |name: &str| name.parse::<Importer>();
        let importer = importer
            .map(read)
            .transpose()
            .map_err(|known| PyValueError::new_err(format!("there is no importer of this name: {known}")))?;
        let question = Question {
            policy: policy.tree.hash().to_string(),
            baseline: baseline.map(|policy| policy.tree.hash().to_string()),
            from: importer.map(|importer| importer.name().to_owned()),
            map: map.as_ref().map(Map::texts).transpose()?.unwrap_or_default(),
            outcome: outcomes,
            failing,
            outage: outages,
        };
        let asking = Asking {
            candidate: Arc::clone(&policy.tree),
            baseline: baseline.map(|policy| Arc::clone(&policy.tree)),
            importer,
            question,
            sources: sources.unwrap_or_else(|| vec!["rows".to_owned()]),
        };
        let is_mapped = asking.replay().map_err(value_error)?.is_mapped();
        if !is_mapped {
            return Err(PyValueError::new_err(
                "rows need `map` or `importer`, which say what their columns are",
            ));
        }
        Ok(Replay {
            asking: Arc::new(asking),
        })
    }

    /// The names of the inputs, in their order.
    #[getter]
    fn sources(&self) -> Vec<String> {
        self.asking.sources.clone()
    }

    /// Begins a run of one shard, `1/1` for all rows.
    #[pyo3(signature = (shard = "1/1"))]
    fn run(&self, shard: &str) -> PyResult<Run> {
        let shard = shard.parse::<Shard>();
        Ok(Run {
            shard: shard.map_err(|reason| PyValueError::new_err(format!("`shard` is {reason}")))?,
            counted: Mutex::new(Counted {
                tally: None,
                next: vec![1; self.asking.sources.len()],
            }),
            asking: Arc::clone(&self.asking),
        })
    }
}

impl Counted {
    /// Decides the rows of a batch.
    fn add(
        &mut self,
        worker: &mut Worker<'_>,
        asking: &Asking,
        (layout, places): (&Layout, &mut Places),
        batch: &RecordBatch,
    ) -> Result<(), Vec<String>> {
        match places {
            Places::From(source, line) => {
                for Rows { batch, begin } in layout.batches(batch)? {
                    worker.read_batch(&batch, |row| Place {
                        source: *source,
                        line: *line + (begin + row) as u64,
                    });
                }
                *line += batch.num_rows() as u64;
                self.next[*source] = *line;
            }
            Places::Columns(source, line) => {
                let places = each(asking, batch, source, line)?;
                for Rows { batch, begin } in layout.batches(batch)? {
                    worker.read_batch(&batch, |row| places[begin + row]);
                }
            }
        }
        Ok(())
    }
}

/// The place of each row, by the columns that tell it.
fn each(asking: &Asking, batch: &RecordBatch, source: &str, line: &str) -> Result<Vec<Place>, Vec<String>> {
    let find = |name: &str, ty: &DataType| {
        let column = batch.column_by_name(name);
        let column = column.ok_or_else(|| vec![format!("there is no column `{name}`")])?;
        let array = cast(column, ty).map_err(|error| vec![format!("the column `{name}`: {error}")])?;
        match array.null_count() {
            0 => Ok(array),
            _ => Err(vec![format!("the column `{name}` lacks the place of some rows")]),
        }
    };
    let (sources, lines) = (find(source, &DataType::Utf8)?, find(line, &DataType::Int64)?);
    let lines = lines.as_primitive::<Int64Type>();
    let names = sources.as_string::<i32>();
    let mut places: Vec<Place> = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let source = match places.last() {
            Some(last) if names.value(row) == names.value(row - 1) => last.source,
            _ => asking.source(names.value(row))?,
        };
        let line = u64::try_from(lines.value(row)).ok().filter(|line| *line > 0);
        let line =
            line.ok_or_else(|| vec![format!("`{}` is no line: they begin with 1", lines.value(row))])?;
        places.push(Place { source, line });
    }
    Ok(places)
}

/// What keeps a tally from being a report.
fn check(tally: &Tally, sources: &[String]) -> Result<(), Vec<String>> {
    if let Some(place) = tally.undecided() {
        let name = sources.get(place.source).map_or("", String::as_str);
        return Err(vec![format!(
            "{name}:{}: the row tells no decision; `baseline` says what to compare with",
            place.line
        )]);
    }
    if tally.overflowed() {
        return Err(vec![
            "there are too many different targets; does `target` name a column of targets?".to_owned(),
        ]);
    }
    Ok(())
}

impl Run {
    /// The tally so far, and the replay that it is of.
    fn counted<T>(&self, of: impl FnOnce(&Asked<'_>, Tally) -> T) -> PyResult<T> {
        let replay = self.asking.replay().map_err(value_error)?;
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let tally = counted.tally.clone().unwrap_or_else(|| replay.tally());
        Ok(of(&replay, tally))
    }
}

#[pymethods]
impl Run {
    /// Decides the rows of Arrow data: all of one source, by default the first one, and of lines that follow each other; or
    /// each of the source and the line, from 1, that stand in two columns.
    #[pyo3(signature = (data, *, source = None, first_line = None, place = None))]
    fn add(
        &self,
        py: Python<'_>,
        data: AnyRecordBatch,
        source: Option<String>,
        first_line: Option<u64>,
        place: Option<(String, String)>,
    ) -> PyResult<()> {
        let reader = data.into_reader()?;
        if place.is_some() && (source.is_some() || first_line.is_some()) {
            return Err(PyValueError::new_err(
                "`place` stands in place of `source` and `first_line`",
            ));
        }
        py.detach(|| self.decide(reader, source, first_line, place))
            .map_err(value_error)
    }

    /// The part of the shard, for `merge` or for `pointsman replay merge`.
    fn part<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, pyo3::types::PyBytes>> {
        let asking = &self.asking;
        let part = self.counted(|replay, tally| {
            Part::new(
                self.shard,
                asking.question.clone(),
                replay.names(&asking.sources),
                tally,
            )
            .to_json()
        })?;
        Ok(pyo3::types::PyBytes::new(py, part.as_bytes()))
    }

    /// The report of the rows so far.
    fn report(&self) -> PyResult<Report> {
        let sources = &self.asking.sources;
        let made = self.counted(|replay, tally| replay.report(tally, sources))?;
        Ok(Report { made })
    }
}

impl Run {
    fn decide(
        &self,
        reader: Box<dyn RecordBatchReader + Send>,
        source: Option<String>,
        first_line: Option<u64>,
        place: Option<(String, String)>,
    ) -> Result<(), Vec<String>> {
        let asking = &self.asking;
        let replay = asking.replay()?;
        let names: Vec<(&str, bool)> = replay.columns().collect();
        let layout = Layout::new(&reader.schema(), &names)?;
        let source = source.map_or(Ok(0), |name| asking.source(&name))?;
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut places = match place {
            Some((source, line)) => Places::Columns(source, line),
            None => Places::From(source, first_line.unwrap_or(counted.next[source]).max(1)),
        };
        let mut worker = Worker::new(&replay);
        for batch in reader {
            let batch = batch.map_err(|error| vec![error.to_string()])?;
            counted.add(&mut worker, asking, (&layout, &mut places), &batch)?;
        }
        let tally = worker.into_tally();
        check(&tally, &asking.sources)?;
        let before = counted.tally.take().unwrap_or_else(|| replay.tally());
        let tally = before.merge(tally);
        let checked = check(&tally, &asking.sources);
        counted.tally = Some(tally);
        checked
    }
}
