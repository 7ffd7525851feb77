//! `export`: recorded traffic as Parquet, for analysts.

use super::exit::Exit;
use super::replay::readable;
use super::whole_file::{Unwritten, write_whole};
use super::{Format, FormatArguments, output};
use crate::record::Record;
use crate::traffic::{Block, Export, Format as Layout, Source, check_facts};
use clap::Args;
use serde_json::json;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Most lines that could not be read of which it is told why.
const MAX_TOLD: usize = 10;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The traffic: records that `serve --record` wrote (plain, gzip, zstd), directories and globs of them, `-`
    #[arg(value_name = "TRAFFIC", required = true)]
    traffic: Vec<String>,

    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,

    /// Give a fact that the policy declares a column of its own, `fact_NAME`; repeat it for several
    #[arg(long, value_name = "NAME")]
    fact: Vec<String>,

    #[command(flatten)]
    format: FormatArguments,
}

/// The file that is being written, and what could not be read.
struct Work<'f> {
    export: Export<BufWriter<&'f mut File>>,
    unreadable: u64,
    told: Vec<Fault>,
}

/// A line that could not be read.
struct Fault {
    input: String,
    line: u64,
    reason: String,
}

/// What was written, and what could not be read.
struct Done {
    records: u64,
    unreadable: u64,
    told: Vec<Fault>,
}

pub(super) fn run(arguments: &Arguments) -> Exit {
    export(arguments).unwrap_or_else(|exit| exit)
}

fn export(arguments: &Arguments) -> Result<Exit, Exit> {
    check_facts(&arguments.fact).map_err(output::usage)?;
    if arguments.output == Path::new("-") {
        let error = "a table is not written to standard output: `--output` names its file (`./-` for one that is called so)";
        return Err(output::usage([error]));
    }
    let sources = readable(&arguments.traffic, Some(&arguments.output))?;
    let done = write_whole(&arguments.output, |file| {
        let mut work = Work {
            export: Export::new(BufWriter::new(file), &arguments.fact).map_err(Unwritten::Because)?,
            unreadable: 0,
            told: Vec::new(),
        };
        sources.iter().try_for_each(|source| work.source(source))?;
        work.end()
    })?;
    tell(arguments, &done);
    Ok(Exit::Fine)
}

impl Work<'_> {
    fn source(&mut self, source: &Source) -> Result<(), Unwritten> {
        let said = |error: String| Unwritten::Said(output::usage([error]));
        let blocks = source
            .open(&Arc::default())
            .map_err(|error| said(error.to_string()))?;
        if blocks.format() == Layout::Csv {
            return Err(said(format!(
                "`{}` is CSV: records of this program are exported, which are JSON lines",
                source.name()
            )));
        }
        for block in blocks {
            self.block(source, &block)?;
        }
        Ok(())
    }

    fn block(&mut self, source: &Source, block: &Block) -> Result<(), Unwritten> {
        for (line, text) in (block.first_line..).zip(block.bytes.split(|byte| *byte == b'\n')) {
            let text = text.trim_ascii();
            if text.is_empty() {
                continue;
            }
            match Record::parse(text) {
                Ok(record) => self.export.add(&record).map_err(Unwritten::Because)?,
                Err(error) => self.unreadable(source, line, error.to_string()),
            }
        }
        if let Some(fault) = &block.fault {
            self.unreadable(source, fault.line, fault.reason.clone());
        }
        Ok(())
    }

    fn unreadable(&mut self, source: &Source, line: u64, reason: String) {
        self.unreadable += 1;
        if self.told.len() < MAX_TOLD {
            let input = source.name().to_owned();
            self.told.push(Fault { input, line, reason });
        }
    }

    /// Ends the file. One without rows of lines that could not be read is none.
    fn end(self) -> Result<Done, Unwritten> {
        let records = self.export.finish().map_err(Unwritten::Because)?;
        if records == 0 && self.unreadable > 0 {
            tell_faults(&self.told);
            return Err(Unwritten::Said(output::usage([
                "no line of the traffic could be read",
            ])));
        }
        Ok(Done {
            records,
            unreadable: self.unreadable,
            told: self.told,
        })
    }
}

fn tell(arguments: &Arguments, done: &Done) {
    let Done {
        records,
        unreadable,
        told,
    } = done;
    match arguments.format.format {
        Format::Human => {
            let file = arguments.output.display();
            output::line(&format!("{file}: records {records}, unreadable {unreadable}"));
            tell_faults(told);
        }
        Format::Json => {
            let faults = told
                .iter()
                .map(|fault| json!({ "input": fault.input, "line": fault.line, "reason": fault.reason }));
            output::json(&json!({
                "records": records,
                "unreadable": unreadable,
                "unreadable_lines": faults.collect::<Vec<_>>(),
            }));
        }
    }
}

fn tell_faults(faults: &[Fault]) {
    for Fault { input, line, reason } in faults {
        output::note(&format!("{input}:{line}: {reason}"));
    }
}
