//! Where text came from: files of a policy, byte spans in them, and the lines and columns people read.

use std::fmt;

/// Index of a file in the [`SourceMap`] it was added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// The position of the file in its map, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A half-open range of bytes `start..end` in one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that the bytes are in.
    pub file: FileId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Span {
            file,
            start: saturate(start),
            end: saturate(end.max(start)),
        }
    }

    /// The smallest span that holds both; both must be of one file, else `self` is returned.
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The empty span just behind this one.
    pub fn end_point(self) -> Span {
        Span {
            start: self.end,
            ..self
        }
    }

    /// Whether all of it lies in another span.
    pub fn is_within(self, other: Span) -> bool {
        self.file == other.file && other.start <= self.start && self.end <= other.end
    }

    /// The span as a range of byte offsets.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file.0, self.start, self.end)
    }
}

/// Files are at most 32 MiB, so that offsets always fit; what does not is cut at the greatest offset.
fn saturate(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

/// A line and a column, both counted from 1; columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in Unicode scalar values, from 1.
    pub column: usize,
}

/// One file of a policy: the name that people know it by, its text, and where its lines begin.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<u32>,
}

impl SourceFile {
    /// The file's name as shown in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file's whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset; an offset behind the end is taken as the end.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self
            .line_starts
            .partition_point(|start| *start as usize <= offset)
            .max(1);
        let start = self.line_starts.get(line - 1).map_or(0, |start| *start as usize);
        let column = self
            .text
            .get(start..offset)
            .map_or(0, |text| text.chars().count())
            + 1;
        Position { line, column }
    }
}

/// All files of one policy, in load order.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and returns its id.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| saturate(at + 1)))
            .collect();
        self.files.push(SourceFile {
            name: name.into(),
            text,
            line_starts,
        });
        FileId(saturate(self.files.len() - 1))
    }

    /// The file of this id, where it is one of this map.
    pub fn file(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.index())
    }

    /// Overwrites the letters of a span with asterisks, byte for byte, so that all places stay where they are. Quotes
    /// and line ends remain.
    pub fn blot(&mut self, span: Span) {
        let Some(file) = self.files.get_mut(span.file.index()) else {
            return;
        };
        let Some(part) = file.text.get(span.range()) else {
            return;
        };
        let blotted: String = part
            .chars()
            .flat_map(|letter| match letter {
                '"' | '\'' | '\n' | '\r' => std::iter::repeat_n(letter, 1),
                _ => std::iter::repeat_n('*', letter.len_utf8()),
            })
            .collect();
        file.text.replace_range(span.range(), &blotted);
    }

    /// All files with their ids, in load order.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(index, file)| (FileId(saturate(index)), file))
    }

    /// The text of a span; empty where the span is not of this map.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file)
            .and_then(|file| file.text().get(span.range()))
            .unwrap_or_default()
    }

    /// Name, line and column of a span's start, as `file:line:column`.
    pub fn locate(&self, span: Span) -> String {
        match self.file(span.file) {
            Some(file) => {
                let at = file.position(span.start as usize);
                format!("{}:{}:{}", file.name(), at.line, at.column)
            }
            None => String::new(),
        }
    }
}
