//! Where in the schema of a Parquet file a column is, by the name that people know it by.

use super::column::check;
use parquet::basic::{ConvertedType, LogicalType};
use parquet::schema::types::{SchemaDescriptor, Type};

/// Longest list of names in a message.
const MOST_SHOWN: usize = 20;

/// What a name stands for.
pub(super) enum Found {
    /// The column of this number, which can be read.
    Column(usize),
    /// Columns within columns that are not read as one: what they are.
    Nested(String),
    /// Values that are not read: what they are.
    Other(String),
    /// Nothing.
    Missing,
}

/// A leaf of the schema by the name that it has for people.
struct Leaf {
    name: String,
    shape: Shape,
}

/// What a leaf is to the one who asks for its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// One value a row.
    Value,
    /// A list of values a row.
    List,
    /// Something else: in few words.
    Nested(&'static str),
}

/// Looks for a name.
pub(super) fn find(schema: &SchemaDescriptor, name: &str) -> Found {
    let all = leaves(schema);
    if let Some(at) = all.iter().position(|leaf| leaf.name == name) {
        let what = match all[at].shape {
            Shape::Nested(what) => return Found::Nested(format!("{what}, which is not read")),
            Shape::Value => check(&schema.column(at)),
            Shape::List => match check(&schema.column(at)) {
                Ok(false) => {
                    return Found::Nested("a list of other values than texts, which is not read".to_owned());
                }
                checked => checked,
            },
        };
        return match what {
            Ok(_) => Found::Column(at),
            Err(what) => Found::Other(format!("{what}, which is not read")),
        };
    }
    let within: Vec<String> = all
        .iter()
        .filter(|leaf| {
            leaf.name
                .strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('.'))
        })
        .map(|leaf| leaf.name.clone())
        .collect();
    if within.is_empty() {
        return Found::Missing;
    }
    Found::Nested(format!(
        "a group of columns; name one of them: {}",
        listed(&within)
    ))
}

/// The names of a file's columns.
pub(super) fn shown(schema: &SchemaDescriptor) -> String {
    let mut names: Vec<String> = leaves(schema).into_iter().map(|leaf| leaf.name).collect();
    names.dedup();
    listed(&names)
}

fn listed(names: &[String]) -> String {
    let some: Vec<String> = names
        .iter()
        .take(MOST_SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > MOST_SHOWN { ", …" } else { "" };
    format!("{}{more}", some.join(", "))
}

fn leaves(schema: &SchemaDescriptor) -> Vec<Leaf> {
    let columns = schema.columns().iter();
    columns
        .map(|column| leaf(schema.root_schema(), column.path().parts()))
        .collect()
}

/// A leaf by the names on the way to it. A list has the name of the group that is marked as one, or its own.
fn leaf(root: &Type, path: &[String]) -> Leaf {
    let mut nodes: Vec<&Type> = Vec::new();
    for name in path {
        let fields = nodes.last().map_or(root, |node| *node).get_fields();
        nodes.extend(
            fields
                .iter()
                .find(|field| field.name() == name)
                .map(AsRef::as_ref),
        );
    }
    let named = |until: usize, shape| Leaf {
        name: path.get(..until).unwrap_or(path).join("."),
        shape,
    };
    let repeated: Vec<usize> = (0..nodes.len()).filter(|at| is_repeated(nodes[*at])).collect();
    let (Some(first), more) = (repeated.first().copied(), repeated.len() > 1) else {
        return named(path.len(), Shape::Value);
    };
    let outer = first.checked_sub(1).map(|at| mark(nodes[at]));
    match outer.flatten() {
        Some(Mark::Map) => named(first, Shape::Nested("a map")),
        Some(Mark::List) if more => named(first, Shape::Nested("a list of lists")),
        Some(Mark::List) if nodes.len() == first + 1 => named(first, Shape::List),
        Some(Mark::List) if nodes.len() == first + 2 && nodes[first].get_fields().len() == 1 => {
            named(first, Shape::List)
        }
        Some(Mark::List) => named(first, Shape::Nested("a list of groups")),
        None if nodes.len() == first + 1 => named(path.len(), Shape::List),
        None => named(first + 1, Shape::Nested("a list of groups")),
    }
}

/// What a group is marked as.
enum Mark {
    List,
    Map,
}

fn mark(node: &Type) -> Option<Mark> {
    let info = node.get_basic_info();
    match (info.logical_type_ref(), info.converted_type()) {
        (Some(LogicalType::List), _) | (None, ConvertedType::LIST) => Some(Mark::List),
        (Some(LogicalType::Map), _) | (None, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE) => {
            Some(Mark::Map)
        }
        _ => None,
    }
}

fn is_repeated(node: &Type) -> bool {
    let info = node.get_basic_info();
    info.has_repetition() && info.repetition() == parquet::basic::Repetition::REPEATED
}
