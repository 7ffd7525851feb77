//! A JSON value as it was written: keys in their order, numbers with their digits. What is translated from one protocol
//! to another keeps both, since models read schemas in their order.

use super::json::{Json, JsonError, Kind};
use std::fmt;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Node {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A string, decoded.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object, its entries in their order.
    Object(Vec<(String, Node)>),
}

/// What is found where nothing is.
const NOTHING: &Node = &Node::Null;

impl Node {
    /// Reads a whole text.
    ///
    /// # Errors
    /// The text is no JSON, or too deep.
    pub fn parse(text: &[u8]) -> Result<Node, JsonError> {
        let mut json = Json::new(text)?;
        let node = read(&mut json)?;
        json.end()?;
        Ok(node)
    }

    /// An object of these entries.
    pub fn object<const N: usize>(entries: [(&str, Node); N]) -> Node {
        Node::Object(
            entries
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    /// The value under a key; `null` where it is absent, or this is no object.
    pub fn get(&self, key: &str) -> &Node {
        self.entries()
            .iter()
            .find(|(name, _)| name == key)
            .map_or(NOTHING, |(_, value)| value)
    }

    /// The value at a position of an array; `null` where there is none.
    pub fn at(&self, position: usize) -> &Node {
        self.items().get(position).unwrap_or(NOTHING)
    }

    /// The entries of an object; none of anything else.
    pub fn entries(&self) -> &[(String, Node)] {
        match self {
            Node::Object(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of an array; none of anything else.
    pub fn items(&self) -> &[Node] {
        match self {
            Node::Array(items) => items,
            _ => &[],
        }
    }

    /// The text of a string.
    pub fn text(&self) -> Option<&str> {
        match self {
            Node::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string; empty for anything else.
    pub fn text_or_empty(&self) -> &str {
        self.text().unwrap_or_default()
    }

    /// A whole number of at least 0.
    pub fn whole(&self) -> Option<u64> {
        match self {
            Node::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// A truth.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Node::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        *self == Node::Null
    }

    /// The value, or nothing for `null`.
    pub fn present(&self) -> Option<&Node> {
        (!self.is_null()).then_some(self)
    }

    /// Adds an entry to an object; anything else stays as it is.
    pub fn put(&mut self, key: &str, value: impl Into<Node>) {
        if let Node::Object(entries) = self {
            entries.push((key.to_owned(), value.into()));
        }
    }

    /// Adds an entry where there is a value.
    pub fn put_some(&mut self, key: &str, value: Option<impl Into<Node>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }
}

fn read(json: &mut Json<'_>) -> Result<Node, JsonError> {
    let kind = json.kind()?;
    Ok(match kind {
        Kind::Object => {
            let mut entries = Vec::new();
            json.object(|json, key| {
                entries.push((key.decode().into_owned(), read(json)?));
                Ok::<(), JsonError>(())
            })?;
            Node::Object(entries)
        }
        Kind::Array => {
            let mut items = Vec::new();
            json.array(|json, _| {
                items.push(read(json)?);
                Ok::<(), JsonError>(())
            })?;
            Node::Array(items)
        }
        Kind::String => Node::String(json.string()?.decode().into_owned()),
        Kind::Number => Node::Number(json.number()?.to_owned()),
        Kind::True | Kind::False => {
            json.skip()?;
            Node::Bool(kind == Kind::True)
        }
        Kind::Null => {
            json.skip()?;
            Node::Null
        }
    })
}

impl fmt::Display for Node {
    /// The value as JSON, without blanks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Null => f.write_str("null"),
            Node::Bool(truth) => write!(f, "{truth}"),
            Node::Number(digits) => f.write_str(digits),
            Node::String(text) => write_string(f, text),
            Node::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if position == 0 { "[" } else { "," })?;
                }
                f.write_str(if items.is_empty() { "[]" } else { "]" })
            }
            Node::Object(entries) => {
                for (position, (key, value)) in entries.iter().enumerate() {
                    f.write_str(if position == 0 { "{" } else { "," })?;
                    write_string(f, key)?;
                    write!(f, ":{value}")?;
                }
                f.write_str(if entries.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str(&serde_json::to_string(text).unwrap_or_default())
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Node::String(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Node::String(text)
    }
}

impl From<&String> for Node {
    fn from(text: &String) -> Self {
        Node::String(text.clone())
    }
}

impl From<bool> for Node {
    fn from(truth: bool) -> Self {
        Node::Bool(truth)
    }
}

impl From<u64> for Node {
    fn from(number: u64) -> Self {
        Node::Number(number.to_string())
    }
}

impl From<usize> for Node {
    fn from(number: usize) -> Self {
        Node::Number(number.to_string())
    }
}

impl From<Vec<Node>> for Node {
    fn from(items: Vec<Node>) -> Self {
        Node::Array(items)
    }
}

impl From<&Node> for Node {
    fn from(node: &Node) -> Self {
        node.clone()
    }
}

/// Nothing is `null`.
impl<T: Into<Node>> From<Option<T>> for Node {
    fn from(value: Option<T>) -> Self {
        value.map_or(Node::Null, Into::into)
    }
}

/// An object written as in JSON: `object!({ "type": "text", "text": text })`.
macro_rules! object {
    ({ $($key:literal : $value:expr),* $(,)? }) => {
        $crate::wire::node::Node::object([$(($key, $crate::wire::node::Node::from($value))),*])
    };
}

pub(crate) use object;
