//! The wanted columns of a line: of JSON by a visitor that builds nothing else, of CSV by position.

use super::cell::{Cell, cell_of};
use super::mapping::Mapping;
use super::scan;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The column that tells a record of ours from a foreign line.
const VERSION_COLUMN: &str = "v";

/// What was found in each column of a mapping, and the version behind them; `None` where the line lacks it.
pub(super) type Cells = Vec<Option<Cell>>;

/// A JSON column that is wanted, or the way to some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct JsonColumns {
    keys: Vec<(String, JsonColumns)>,
    columns: Vec<usize>,
    /// Whether all values that are wanted stand right under their keys.
    is_flat: bool,
}

impl JsonColumns {
    /// The columns of a mapping, and behind them the record's version.
    pub(super) fn new(mapping: &Mapping) -> Self {
        let mut root = JsonColumns::default();
        let names = mapping.columns.iter().map(|column| column.name.as_str());
        for (column, name) in names.chain([VERSION_COLUMN]).enumerate() {
            root.add(name, column);
        }
        root.is_flat = root.keys.iter().all(|(_, node)| node.keys.is_empty());
        root
    }

    fn add(&mut self, name: &str, column: usize) {
        let mut node = self;
        for key in name.split('.') {
            let at = match node.keys.iter().position(|(known, _)| known == key) {
                Some(at) => at,
                None => {
                    node.keys.push((key.to_owned(), JsonColumns::default()));
                    node.keys.len() - 1
                }
            };
            node = &mut node.keys[at].1;
        }
        node.columns.push(column);
    }

    /// Reads one line into `cells`, which must be `None` all of them.
    pub(super) fn read(&self, line: &[u8], cells: &mut Cells) -> serde_json::Result<()> {
        if self.scan(line, cells).is_some() {
            return Ok(());
        }
        cells.fill(None);
        self.read_thoroughly(line, cells)
    }

    /// Reads a line that is written as most are; `None` where it is not.
    pub(super) fn scan(&self, line: &[u8], cells: &mut Cells) -> Option<()> {
        if !self.is_flat {
            return None;
        }
        let wanted = |key: &str| self.keys.iter().find(|(name, _)| name == key);
        scan::object(line, wanted, |(_, node), cell| NodeSeed { node, cells }.put(cell))
    }

    /// Reads a line that is written in any way, or says what is wrong with it.
    pub(super) fn read_thoroughly(&self, line: &[u8], cells: &mut Cells) -> serde_json::Result<()> {
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        deserializer.deserialize_map(ObjectVisitor { node: self, cells })?;
        deserializer.end()
    }

    /// What is wanted of the value behind a key. A key with dots is the way through its parts: some programs write
    /// `{"a.b": 1}` for `{"a": {"b": 1}}`.
    fn find(&self, key: &str) -> Option<&JsonColumns> {
        let child = |node: &'_ JsonColumns, key: &str| node.keys.iter().position(|(known, _)| known == key);
        if let Some(at) = child(self, key) {
            return self.keys.get(at).map(|(_, node)| node);
        }
        if !key.contains('.') {
            return None;
        }
        let mut node = self;
        for part in key.split('.') {
            node = &node.keys.get(child(node, part)?)?.1;
        }
        Some(node)
    }

    /// Reads JSON that stands in a text.
    fn read_text(&self, text: &str, cells: &mut Cells) -> serde_json::Result<()> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer.deserialize_map(ObjectVisitor { node: self, cells })?;
        deserializer.end()
    }
}

/// An object some of whose keys are wanted.
struct ObjectVisitor<'a> {
    node: &'a JsonColumns,
    cells: &'a mut Cells,
}

impl<'de> Visitor<'de> for ObjectVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(wanted) = map.next_key_seed(KeySeed(self.node))? {
            match wanted {
                Some(node) => map.next_value_seed(NodeSeed {
                    node,
                    cells: &mut *self.cells,
                })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A key, looked up without being kept.
struct KeySeed<'a>(&'a JsonColumns);

impl<'a, 'de> DeserializeSeed<'de> for KeySeed<'a> {
    type Value = Option<&'a JsonColumns>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for KeySeed<'a> {
    type Value = Option<&'a JsonColumns>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.find(key))
    }
}

/// A wanted value.
struct NodeSeed<'a> {
    node: &'a JsonColumns,
    cells: &'a mut Cells,
}

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl NodeSeed<'_> {
    fn put(self, cell: Cell) {
        let Some((last, others)) = self.node.columns.split_last() else {
            return;
        };
        for column in others {
            if let Some(slot) = self.cells.get_mut(*column) {
                *slot = Some(cell.clone());
            }
        }
        if let Some(slot) = self.cells.get_mut(*last) {
            *slot = Some(cell);
        }
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<(), E> {
        self.put(Cell::Bool(truth));
        Ok(())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.put(Cell::Int(number));
        Ok(())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.put(Cell::Uint(number));
        Ok(())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.put(Cell::Float(number));
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<(), E> {
        // Exports of databases have objects as text.
        if !self.node.keys.is_empty() && text.trim_start().starts_with('{') {
            return self.node.read_text(&text, self.cells).map_err(E::custom);
        }
        self.put(Cell::Text(text));
        Ok(())
    }

    /// `null` is absent.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element::<serde_json::Value>()? {
            values.push(value);
        }
        self.put(cell_of(&serde_json::Value::Array(values)));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        if !self.node.keys.is_empty() {
            return ObjectVisitor {
                node: self.node,
                cells: self.cells,
            }
            .visit_map(map);
        }
        let mut entries = serde_json::Map::new();
        while let Some((key, value)) = map.next_entry::<String, serde_json::Value>()? {
            entries.insert(key, value);
        }
        self.put(cell_of(&serde_json::Value::Object(entries)));
        Ok(())
    }
}

/// The wanted columns of a CSV file by position.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsvColumns {
    width: usize,
    wanted: Vec<(usize, Wanted)>,
}

/// What is wanted of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Wanted {
    /// All of it, for the column of this number.
    Whole(usize),
    /// Parts of the JSON object in it.
    Parts(JsonColumns),
}

impl CsvColumns {
    /// The columns of a mapping under a header. A name with dots that is none of the header's leads into the JSON of the
    /// column before a dot. Errors name the columns that are not there, or there twice.
    pub(super) fn new(mapping: &Mapping, header: &csv::StringRecord) -> Result<Self, Vec<String>> {
        let mut columns = CsvColumns {
            width: header.len(),
            wanted: Vec::new(),
        };
        let mut errors = Vec::new();
        for (number, column) in mapping.columns.iter().enumerate() {
            let name = &column.name;
            if header.iter().filter(|known| known.trim() == name).count() > 1 {
                errors.push(format!(
                    "there are two columns `{name}`: the header is {}",
                    shown(header)
                ));
            } else if !columns.take(number, name, header) && !column.optional {
                errors.push(format!(
                    "there is no column `{name}`: the header is {}",
                    shown(header)
                ));
            }
        }
        if let Some(importer) = mapping.importer
            && columns.wanted.is_empty()
        {
            errors.push(format!(
                "it has no column of `--from {}`: the header is {}",
                importer.name(),
                shown(header)
            ));
        }
        if errors.is_empty() {
            Ok(columns)
        } else {
            Err(errors)
        }
    }

    /// Wants a column; whether the header has it.
    fn take(&mut self, number: usize, name: &str, header: &csv::StringRecord) -> bool {
        let find = |name: &str| header.iter().position(|known| known.trim() == name);
        if let Some(at) = find(name) {
            self.wanted.push((at, Wanted::Whole(number)));
            return true;
        }
        let parts = name.rmatch_indices('.').filter_map(|(dot, _)| {
            let (column, part) = (name.get(..dot)?, name.get(dot + 1..)?);
            Some((find(column)?, part))
        });
        let Some((at, part)) = parts.into_iter().next() else {
            return false;
        };
        let known = self.wanted.iter_mut().find_map(|(known, wanted)| match wanted {
            Wanted::Parts(parts) if *known == at => Some(parts),
            _ => None,
        });
        match known {
            Some(parts) => parts.add(part, number),
            None => {
                let mut parts = JsonColumns::default();
                parts.add(part, number);
                self.wanted.push((at, Wanted::Parts(parts)));
            }
        }
        true
    }

    /// Reads one row into `cells`, which must be `None` all of them; an empty field is absent.
    pub(super) fn read(&self, row: &csv::ByteRecord, cells: &mut Cells) -> Result<(), String> {
        if row.len() != self.width {
            return Err(format!(
                "it has {} fields, the header has {}",
                row.len(),
                self.width
            ));
        }
        for (at, wanted) in &self.wanted {
            let field = row.get(*at).unwrap_or_default();
            let text = std::str::from_utf8(field).map_err(|_| "it is not UTF-8".to_owned())?;
            if text.is_empty() {
                continue;
            }
            match wanted {
                Wanted::Whole(number) => {
                    if let Some(slot) = cells.get_mut(*number) {
                        *slot = Some(Cell::Text(text.to_owned()));
                    }
                }
                Wanted::Parts(parts) => parts
                    .read_text(text, cells)
                    .map_err(|error| format!("its field {} is no JSON object: {error}", at + 1))?,
            }
        }
        Ok(())
    }
}

fn shown(header: &csv::StringRecord) -> String {
    const MOST: usize = 20;
    const LONGEST: usize = 80;
    let name = |name: &str| match name.trim().char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", name.trim().get(..end).unwrap_or_default()),
        None => format!("`{}`", name.trim()),
    };
    let names: Vec<String> = header.iter().take(MOST).map(name).collect();
    let more = if header.len() > MOST { ", …" } else { "" };
    let is_otherwise_parted = header.len() == 1 && header.iter().any(|name| name.contains([';', '\t', '|']));
    let hint = match is_otherwise_parted {
        true => "; commas part the columns of CSV",
        false => "",
    };
    format!("{}{more}{hint}", names.join(", "))
}
