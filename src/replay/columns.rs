//! The wanted columns of a line: of JSON by a visitor that builds nothing else, of CSV by position.

use super::cell::{Cell, cell_of};
use super::mapping::Mapping;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The column that tells a record of ours from a foreign line.
const VERSION_COLUMN: &str = "v";

/// What was found for each entry of a mapping, and the version behind them; `None` where the line lacks it.
pub(super) type Cells = Vec<Option<Cell>>;

/// A JSON column that is wanted, or the way to some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct JsonColumns {
    keys: Vec<(String, JsonColumns)>,
    entries: Vec<usize>,
}

impl JsonColumns {
    /// The columns of a mapping, and behind its entries the record's version.
    pub(super) fn new(mapping: &Mapping) -> Self {
        let mut root = JsonColumns::default();
        let version = (mapping.entries.len(), VERSION_COLUMN);
        for (entry, column) in mapping.columns().chain([version]) {
            let mut node = &mut root;
            for key in column.split('.') {
                let at = match node.keys.iter().position(|(known, _)| known == key) {
                    Some(at) => at,
                    None => {
                        node.keys.push((key.to_owned(), JsonColumns::default()));
                        node.keys.len() - 1
                    }
                };
                node = &mut node.keys[at].1;
            }
            node.entries.push(entry);
        }
        root
    }

    /// Reads one line into `cells`, which must be `None` all of them.
    pub(super) fn read(&self, line: &[u8], cells: &mut Cells) -> serde_json::Result<()> {
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        deserializer.deserialize_map(ObjectVisitor { node: self, cells })?;
        deserializer.end()
    }

    fn find(&self, key: &str) -> Option<&JsonColumns> {
        self.keys
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, node)| node)
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
        let Some((last, others)) = self.node.entries.split_last() else {
            return;
        };
        for entry in others {
            if let Some(slot) = self.cells.get_mut(*entry) {
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
    wanted: Vec<(usize, usize)>,
}

impl CsvColumns {
    /// The columns of a mapping under a header. Errors name the columns that are not there.
    pub(super) fn new(mapping: &Mapping, header: &csv::StringRecord) -> Result<Self, Vec<String>> {
        let mut columns = CsvColumns {
            width: header.len(),
            wanted: Vec::new(),
        };
        let mut errors = Vec::new();
        for (entry, column) in mapping.columns() {
            match header.iter().position(|name| name.trim() == column) {
                Some(at) => columns.wanted.push((entry, at)),
                None => errors.push(format!(
                    "there is no column `{column}`: the header is {}",
                    shown(header)
                )),
            }
        }
        if errors.is_empty() {
            Ok(columns)
        } else {
            Err(errors)
        }
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
        for (entry, at) in &self.wanted {
            let field = row.get(*at).unwrap_or_default();
            let text = std::str::from_utf8(field).map_err(|_| "it is not UTF-8".to_owned())?;
            if let Some(slot) = cells.get_mut(*entry)
                && !text.is_empty()
            {
                *slot = Some(Cell::Text(text.to_owned()));
            }
        }
        Ok(())
    }
}

fn shown(header: &csv::StringRecord) -> String {
    const MOST: usize = 20;
    let names: Vec<String> = header
        .iter()
        .take(MOST)
        .map(|name| format!("`{}`", name.trim()))
        .collect();
    let more = if header.len() > MOST { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}
