//! The pre-scan: one pass over the bytes of a statement that finds its end, its brackets, strings and comments, and
//! checks the bounds, before anything is parsed and thus before anything recurses.

use super::boundary::opens_statement;
use super::bounds::{
    MAX_BRACKET_ERRORS, MAX_LIST_ELEMENTS, MAX_NESTING, MAX_STATEMENT_BYTES, MAX_STATEMENT_ELEMENTS,
};
use super::pass::{Opening, Pass, Restart, Shape};
use super::tokens::{
    StringHead, is_blank_byte, is_identifier_byte, is_word_byte, line_end, run_end, skip_blank, string_end,
    string_head,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// How far a statement reaches, and what is wrong with its brackets, strings and size.
#[derive(Debug)]
pub(super) struct Extent {
    /// Offset behind the statement; blanks and comments before the next statement may be included.
    pub(super) end: usize,
    /// What the pre-scan found wrong; the statement is not to be parsed then.
    pub(super) trouble: Vec<Diagnostic>,
}

/// The pre-scan of one file, statement by statement.
pub(super) struct Scanner<'a> {
    file: FileId,
    bytes: &'a [u8],
    /// The comments passed so far.
    pub(super) comments: Vec<Span>,
    /// A bracket of the file is not closed: statements that begin a line count, whatever brackets are open.
    unbalanced: bool,
    /// For `"` and `'`: no triple quote closes behind here, so that nobody needs to look again.
    unclosed_triple: [bool; 2],
}

impl<'a> Scanner<'a> {
    pub(super) fn new(file: FileId, text: &'a str) -> Self {
        Scanner {
            file,
            bytes: text.as_bytes(),
            comments: Vec::new(),
            unbalanced: false,
            unclosed_triple: [false; 2],
        }
    }

    /// Behind blanks and comments; the comments are kept.
    pub(super) fn blank(&mut self, mut at: usize) -> usize {
        loop {
            at = run_end(self.bytes, at, is_blank_byte);
            if self.bytes.get(at) != Some(&b'#') {
                return at;
            }
            at = self.comment(at);
        }
    }

    /// Forgets comments from `at` on: they will be passed again.
    pub(super) fn rewind(&mut self, at: usize) {
        while self.comments.last().is_some_and(|span| span.start as usize >= at) {
            self.comments.pop();
        }
    }

    /// Scans the statement that begins at `start`.
    pub(super) fn scan(&mut self, start: usize, shape: Shape) -> Extent {
        let mut pass = Pass::new(start, shape);
        while let Some(byte) = self.bytes.get(pass.at).copied() {
            if self.step(&mut pass, byte) {
                return self.finish(pass);
            }
        }
        self.end_of_text(pass)
    }

    /// Passes one token; true where the statement ends at `pass.at`.
    fn step(&mut self, pass: &mut Pass, byte: u8) -> bool {
        if is_blank_byte(byte) {
            pass.line_begins |= matches!(byte, b'\n' | b'\r');
            self.free(pass, pass.at + 1);
            return false;
        }
        if byte == b'#' {
            let end = self.comment(pass.at);
            self.free(pass, end);
            return false;
        }
        let line_begins = std::mem::take(&mut pass.line_begins);
        let was_name = std::mem::take(&mut pass.name_follows);
        if let Some(head) = string_head(self.bytes, pass.at) {
            self.string(pass, head);
        } else if is_identifier_byte(byte) {
            if !was_name && self.is_boundary(pass, line_begins) {
                return true;
            }
            pass.name_follows = pass.at == pass.start;
            let end = run_end(self.bytes, pass.at, is_identifier_byte);
            pass.plain(end, self.bytes);
        } else {
            return self.sign(pass, byte);
        }
        false
    }

    fn comment(&mut self, at: usize) -> usize {
        let end = line_end(self.bytes, at);
        self.comments.push(Span::new(self.file, at, end));
        end
    }

    /// Moves on without counting what lies in a list.
    fn free(&self, pass: &mut Pass, end: usize) {
        if pass.in_list() {
            pass.free += end - pass.at;
        }
        pass.at = end;
    }

    fn string(&mut self, pass: &mut Pass, head: StringHead) {
        let kind = usize::from(self.bytes.get(head.quote) == Some(&b'\''));
        let end = if head.triple && self.unclosed_triple[kind] {
            None
        } else {
            string_end(self.bytes, head)
        };
        if let Some(end) = end {
            return pass.plain(end, self.bytes);
        }
        let (end, label) = if head.triple {
            self.unclosed_triple[kind] = true;
            (
                head.quote + 3,
                "opened here, and not closed up to the end of the file",
            )
        } else {
            let end = line_end(self.bytes, head.quote);
            let carriage = usize::from(self.bytes.get(end.wrapping_sub(1)) == Some(&b'\r'));
            (
                end - carriage.min(end - head.quote - 1),
                "opened here, and not closed on this line",
            )
        };
        // A second one is mostly the first one's other end.
        if pass.trouble.is_empty() {
            pass.tell(
                Diagnostic::error(Code::UNCLOSED, "a string is not closed")
                    .at(Span::new(self.file, pass.at, end), label)
                    .help("close the string with the quotes that open it; over several lines, with three of them"),
            );
        }
        pass.plain(end, self.bytes);
    }

    /// A sign: brackets and commas count, others only take room.
    fn sign(&mut self, pass: &mut Pass, byte: u8) -> bool {
        match byte {
            b'(' | b'[' | b'{' => self.opening(pass, byte),
            b')' | b']' | b'}' => return self.closing(pass, byte),
            b',' => self.comma(pass),
            _ => pass.take(pass.at + 1),
        }
        false
    }

    fn opening(&self, pass: &mut Pass, bracket: u8) {
        let at = pass.at;
        pass.take(at + 1);
        if pass.open.len() < MAX_NESTING {
            pass.open.push(Opening {
                bracket,
                at,
                commas: 0,
                fresh: true,
            });
            return;
        }
        pass.beyond += 1;
        if pass.beyond == 1 {
            pass.tell(
                Diagnostic::error(Code::TOO_DEEP, format!("brackets nest deeper than {MAX_NESTING}"))
                    .at(self.span(at, at + 1), "one bracket too many is opened here"),
            );
        }
    }

    fn comma(&self, pass: &mut Pass) {
        let at = pass.at;
        let Some(list) = pass.open.last_mut().filter(|open| open.bracket == b'[') else {
            return pass.take(at + 1);
        };
        list.commas += 1;
        list.fresh = true;
        let (list, commas) = (list.at, list.commas);
        pass.elements += 1;
        let (limit, whose) = if commas == MAX_LIST_ELEMENTS {
            // A comma may trail.
            if self.bytes.get(skip_blank(self.bytes, at + 1)) == Some(&b']') {
                return self.free(pass, at + 1);
            }
            (MAX_LIST_ELEMENTS, "a list")
        } else if pass.elements == MAX_STATEMENT_ELEMENTS {
            (MAX_STATEMENT_ELEMENTS, "the lists of one statement")
        } else {
            return self.free(pass, at + 1);
        };
        pass.tell(
            Diagnostic::error(
                Code::TOO_LARGE,
                format!("{whose} may have at most {limit} elements"),
            )
            .at(self.span(at, at + 1), "one element too many follows")
            .also(self.span(list, list + 1), "the list begins here"),
        );
        self.free(pass, at + 1);
    }

    /// A closing bracket; true where it ends the statement.
    fn closing(&self, pass: &mut Pass, bracket: u8) -> bool {
        let at = pass.at;
        pass.take(at + 1);
        if pass.beyond > 0 {
            pass.beyond -= 1;
            return false;
        }
        let wanted = opener(bracket);
        match pass.open.iter().rposition(|open| open.bracket == wanted) {
            Some(index) => {
                if let Some(unclosed) = pass.open.get(index + 1).copied() {
                    let text = format!("expected `{}` before this", closer(unclosed.bracket));
                    pass.tell(self.unclosed(&[unclosed]).also(self.span(at, at + 1), text));
                }
                pass.open.truncate(index);
            }
            // A block without its `{`: the parser says it better.
            None if bracket == b'}' && pass.shape == Shape::Braced && at > pass.start => {}
            None => pass.tell(
                Diagnostic::error(Code::SYNTAX, format!("`{}` closes nothing", char::from(bracket))).at(
                    self.span(at, at + 1),
                    format!("no `{}` is open here", char::from(wanted)),
                ),
            ),
        }
        pass.shape == Shape::Braced && pass.open.is_empty() && bracket == b'}'
    }

    /// Whether another statement begins at the word at `pass.at`.
    fn is_boundary(&self, pass: &mut Pass, line_begins: bool) -> bool {
        if pass.at == pass.start || pass.shape == Shape::Expression {
            return false;
        }
        let within = !pass.open.is_empty() || pass.beyond > 0;
        if within && (!line_begins || (!self.unbalanced && pass.restart.is_some())) {
            return false;
        }
        if !opens_statement(self.bytes, pass.at, within) {
            return false;
        }
        if within && !self.unbalanced {
            pass.restart = Some(Restart {
                at: pass.at,
                open: pass.open.clone(),
                troubles: pass.trouble.len(),
                comments: self.comments.len(),
                size: pass.size,
            });
            return false;
        }
        if within && pass.trouble.is_empty() {
            pass.tell(self.unclosed(&pass.open));
        }
        true
    }

    fn end_of_text(&mut self, mut pass: Pass) -> Extent {
        if pass.open.is_empty() {
            return self.finish(pass);
        }
        if let Some(restart) = pass.restart.take() {
            self.unbalanced = true;
            self.comments.truncate(restart.comments);
            pass.trouble.truncate(restart.troubles);
            pass.at = restart.at;
            pass.size = restart.size;
            pass.open = restart.open;
        }
        // What came before may be why the bracket is open.
        if pass.trouble.is_empty() {
            pass.tell(self.unclosed(&pass.open));
        }
        self.finish(pass)
    }

    fn finish(&self, mut pass: Pass) -> Extent {
        if pass.size > MAX_STATEMENT_BYTES {
            let end = run_end(self.bytes, pass.start, is_word_byte);
            let what = if pass.shape == Shape::Expression {
                "an expression"
            } else {
                "a statement"
            };
            let message = format!(
                "{what} is larger than {} KiB (plain elements of lists not counted)",
                MAX_STATEMENT_BYTES >> 10
            );
            let too_large = Diagnostic::error(Code::TOO_LARGE, message)
                .at(
                    self.span(pass.start, end),
                    format!("{} bytes from here on", pass.size),
                )
                .help("split it, or put long lists of values into list literals");
            pass.trouble.insert(0, too_large);
        }
        Extent {
            end: pass.at,
            trouble: pass.trouble,
        }
    }

    /// The brackets that are not closed, innermost first.
    fn unclosed(&self, open: &[Opening]) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(Code::UNCLOSED, "a bracket is not closed");
        for (index, opening) in open.iter().rev().take(MAX_BRACKET_ERRORS).enumerate() {
            let span = self.span(opening.at, opening.at + 1);
            let bracket = char::from(opening.bracket);
            if index == 0 {
                let message = format!("`{bracket}` is not closed");
                diagnostic = Diagnostic::error(Code::UNCLOSED, message)
                    .at(span, format!("expected a `{}` for this", closer(opening.bracket)));
            } else {
                diagnostic = diagnostic.also(span, format!("neither is this `{bracket}`"));
            }
        }
        diagnostic
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end.min(self.bytes.len()))
    }
}

fn opener(closing: u8) -> u8 {
    match closing {
        b')' => b'(',
        b']' => b'[',
        _ => b'{',
    }
}

fn closer(opening: u8) -> char {
    match opening {
        b'(' => ')',
        b'[' => ']',
        _ => '}',
    }
}
