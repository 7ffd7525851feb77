//! `tenants from "file.csv"`: one tenant a row, the header names the columns.
//!
//! Columns: `tenant`; `key`, the SHA-256 of a key in 64 hex digits, with `NAME:` before it where it has a name, several
//! separated by `;`; `tags` and lists of strings, separated by `;`; every fact from tenant. An empty cell is absent.

use super::names::{Names, illegal};
use super::report::Report;
use super::tenant::{ANONYMOUS, SeenKeys, parse_sha256, tenant_facts};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::facts::{Definition, FactId, Register, Type, Value};
use crate::model::{KeySecret, Tenant, TenantId, TenantKey};
use crate::syntax::ast::Word;
use std::collections::BTreeMap;

/// Most tenants of one table.
const MAX_ROWS: usize = 1_000_000;

/// Most errors that are reported of one table.
const MAX_ERRORS: usize = 20;

/// A table's name, as messages call it, and its bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The name.
    pub name: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What a column holds.
enum Column {
    Tenant,
    Key,
    Tags,
    Fact(FactId),
}

/// A table being read: what it is held against, and what was found.
pub(super) struct Reader<'a> {
    /// Where the policy names the table.
    pub(super) path: &'a Word,
    /// All facts.
    pub(super) register: &'a Register,
    /// The tenants' names.
    pub(super) names: &'a mut Names<TenantId>,
    /// All keys.
    pub(super) seen: &'a mut SeenKeys,
    /// Where findings go.
    pub(super) report: &'a mut Report,
}

/// A finding about one cell or row.
struct Fault {
    line: u64,
    text: String,
    near: Option<String>,
}

impl Reader<'_> {
    /// The tenants of a table, of which the first will have the id `first`.
    pub(super) fn tenants(&mut self, table: &Table, first: usize) -> Vec<Tenant> {
        let bytes = table.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&table.bytes);
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(bytes);
        let mut faults = Vec::new();
        let columns = match reader.headers() {
            Ok(header) => self.columns(header, &mut faults),
            Err(error) => {
                faults.push(unreadable(&error));
                None
            }
        };
        let mut tenants = Vec::new();
        for record in reader.records().take_while(|_| columns.is_some()) {
            let Some(columns) = &columns else { break };
            match record {
                Ok(record) => {
                    let id = TenantId(u32::try_from(first + tenants.len()).unwrap_or(u32::MAX));
                    let line = line_of(&record, bytes);
                    tenants.extend(self.row(&record, line, columns, id, &mut faults));
                }
                Err(error) => faults.push(unreadable(&error)),
            }
            if tenants.len() > MAX_ROWS {
                faults.push(fault(0, format!("it has more than {MAX_ROWS} tenants")));
                break;
            }
        }
        if faults.is_empty() && tenants.is_empty() {
            faults.push(fault(0, "it has no tenant".to_owned()));
        }
        self.publish(&table.name, faults);
        tenants
    }

    /// What each column holds; `None` where the header has an error.
    fn columns(&self, header: &csv::StringRecord, faults: &mut Vec<Fault>) -> Option<Vec<Column>> {
        let before = faults.len();
        let mut columns = Vec::new();
        let known: BTreeMap<&str, FactId> = tenant_facts(self.register)
            .map(|(id, definition)| (definition.name.as_str(), id))
            .collect();
        for (index, name) in header.iter().enumerate() {
            if header.iter().take(index).any(|other| other == name) {
                faults.push(fault(1, format!("the column `{name}` stands twice")));
            }
            match (name, known.get(name)) {
                ("tenant", _) => columns.push(Column::Tenant),
                ("key", _) => columns.push(Column::Key),
                ("tags", _) => columns.push(Column::Tags),
                (_, Some(fact)) => columns.push(Column::Fact(*fact)),
                _ => {
                    let names = known.keys().copied().chain(["tenant", "key", "tags"]);
                    let near = did_you_mean(name, names).map(str::to_owned);
                    let text = format!("`{name}` is neither `tenant`, `key`, `tags` nor a fact from tenant");
                    faults.push(Fault { line: 1, text, near });
                }
            }
        }
        if !header.iter().any(|name| name == "tenant") {
            faults.push(fault(1, "there is no column `tenant`".to_owned()));
        }
        (faults.len() == before).then_some(columns)
    }

    fn row(
        &mut self,
        record: &csv::StringRecord,
        line: u64,
        columns: &[Column],
        id: TenantId,
        faults: &mut Vec<Fault>,
    ) -> Option<Tenant> {
        if record.len() != columns.len() {
            let text = format!(
                "the header has {} columns, this row {}",
                columns.len(),
                record.len()
            );
            faults.push(fault(line, text));
            return None;
        }
        let mut tenant = Tenant {
            name: String::new(),
            keys: Vec::new(),
            tags: Vec::new(),
            facts: Vec::new(),
            span: self.path.span,
        };
        let cells = || record.iter().zip(columns);
        let name = cells().find(|(_, column)| matches!(column, Column::Tenant));
        tenant.name = self.name(name.map_or("", |(cell, _)| cell), line, id, faults)?;
        for (cell, column) in cells().filter(|(cell, _)| !cell.is_empty()) {
            match column {
                Column::Tenant => {}
                Column::Key => self.keys(cell, line, &mut tenant, faults),
                Column::Tags => tenant.tags = split(cell),
                Column::Fact(fact) => {
                    let value = self
                        .register
                        .get(*fact)
                        .and_then(|definition| read(cell, line, definition, faults));
                    tenant.facts.extend(value.map(|value| (*fact, value)));
                }
            }
        }
        Some(tenant)
    }

    fn name(&mut self, name: &str, line: u64, id: TenantId, faults: &mut Vec<Fault>) -> Option<String> {
        let wrong = match name {
            ANONYMOUS => Some(format!(
                "no tenant can be named `{ANONYMOUS}`: it stands for callers without one"
            )),
            _ if self.names.find(name).is_some() => Some(format!("the tenant `{name}` is declared twice")),
            _ => illegal(name).map(|reason| format!("column `tenant`: {reason}")),
        };
        if let Some(text) = wrong {
            faults.push(fault(line, text));
            return None;
        }
        let word = Word {
            text: name.to_owned(),
            span: self.path.span,
        };
        self.names.declare(&word, id, self.report);
        Some(word.text)
    }

    /// The keys of a cell; what they are is never repeated, for it might be a key in the clear.
    fn keys(&mut self, cell: &str, line: u64, tenant: &mut Tenant, faults: &mut Vec<Fault>) {
        for (index, part) in cell.split(';').map(str::trim).enumerate() {
            let unnamed = match index {
                0 => "key".to_owned(),
                _ => format!("key-{}", index + 1),
            };
            let (name, hash) = match part.rsplit_once(':') {
                Some((name, hash)) => (name.trim().to_owned(), hash.trim()),
                None => (unnamed, part),
            };
            let Some(hash) = parse_sha256(hash).filter(|_| !name.is_empty()) else {
                let text = "column `key`: a key is the SHA-256 of it in 64 hex digits, or `NAME:` and that";
                faults.push(fault(line, text.to_owned()));
                continue;
            };
            let key = TenantKey {
                name,
                secret: KeySecret::Sha256(hash),
                expires: None,
                span: self.path.span,
            };
            if tenant.keys.iter().any(|other| other.name == key.name) {
                let text = format!("column `key`: the tenant has two keys `{}`", key.name);
                faults.push(fault(line, text));
            }
            if let Some((owner, _)) = self.seen.note(&tenant.name, &key) {
                let text = format!(
                    "column `key`: the key `{}` is one of the tenant `{owner}` already",
                    key.name
                );
                faults.push(fault(line, text));
            }
            tenant.keys.push(key);
        }
    }

    fn publish(&mut self, table: &str, faults: Vec<Fault>) {
        let more = faults.len().saturating_sub(MAX_ERRORS);
        for fault in faults.into_iter().take(MAX_ERRORS) {
            let at = match fault.line {
                0 => format!("`{table}`"),
                line => format!("`{table}`, line {line}"),
            };
            let diagnostic = Diagnostic::error(Code::BAD_TABLE, format!("{at}: {}", fault.text))
                .at(self.path.span, "in this table");
            self.report.push(match fault.near {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic,
            });
        }
        if more > 0 {
            let message = format!("`{table}` has {more} more errors");
            self.report
                .error(Code::BAD_TABLE, self.path.span, message, "in this table");
        }
    }
}

fn read(cell: &str, line: u64, definition: &Definition, faults: &mut Vec<Fault>) -> Option<Value> {
    if definition.ty == Type::StringList {
        return Some(Value::StringList(split(cell)));
    }
    let value = definition.read(cell);
    if value.is_none() && faults.len() < MAX_ERRORS {
        let allowed = definition.one_of.iter().flatten().map(String::as_str);
        faults.push(Fault {
            line,
            text: format!(
                "column `{}` is {}, not `{cell}`",
                definition.name,
                definition.expected()
            ),
            near: did_you_mean(cell, allowed).map(str::to_owned),
        });
    } else if value.is_none() {
        // Counted, and not shown.
        faults.push(fault(line, String::new()));
    }
    value
}

fn split(cell: &str) -> Vec<String> {
    let parts = cell.split(';').map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn fault(line: u64, text: String) -> Fault {
    Fault {
        line,
        text,
        near: None,
    }
}

/// The line of a row, from 1; the reader counts blank lines before a row as part of it.
fn line_of(record: &csv::StringRecord, bytes: &[u8]) -> u64 {
    let Some(position) = record.position() else {
        return 0;
    };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let blank = bytes
        .iter()
        .skip(start)
        .take_while(|byte| matches!(byte, b'\r' | b'\n'));
    let skipped = blank.filter(|byte| **byte == b'\n').count();
    position.line() + u64::try_from(skipped).unwrap_or_default()
}

fn unreadable(error: &csv::Error) -> Fault {
    let line = error.position().map_or(0, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => fault(line, "it is not UTF-8".to_owned()),
        _ => fault(line, "it cannot be read as CSV".to_owned()),
    }
}
