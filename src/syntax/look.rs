//! The second, tolerant look at an expression that did not parse: what was expected where, told in the reader's words.
//!
//! The grammar says how far it came. This walks the tokens up to there, to know whether a value or an operator was
//! wanted, and looks at the token that did not fit.

use super::tokens::{Token, TokenKind, token};
use super::words::meant_operator;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Span};

/// A text that did not parse, and how far the grammar came.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    /// The file.
    pub(super) file: FileId,
    /// The file's text up to the end of what was parsed.
    pub(super) text: &'a str,
    /// Offset of the furthest place that the grammar tried.
    pub(super) failed: usize,
}

impl<'a> Look<'a> {
    /// What is wrong with the expression that begins at `start`.
    pub(super) fn expression(self, start: usize) -> Diagnostic {
        match self.walk(start, None) {
            Err(diagnostic) => *diagnostic,
            Ok(end) => {
                let token = token(self.text, end, false);
                self.operator_wanted(token, None, None)
            }
        }
    }

    /// Walks an expression from `start` to its end; an error where it reaches the token that did not fit.
    pub(super) fn walk(self, start: usize, head: Option<Token<'a>>) -> Result<usize, Box<Diagnostic>> {
        let mut before = head;
        let mut at = start;
        // Open brackets, and how many `:` are owed within each; the last one is where the walk is.
        let mut brackets: Vec<(&str, usize)> = vec![("", 0)];
        let mut operand = false;
        loop {
            let found = token(self.text, at, false);
            let plain = matches!(found.kind, TokenKind::Word | TokenKind::Quoted) && found.text != "in";
            let ends = found.kind == TokenKind::End
                || (operand && plain && brackets.len() < 2)
                || (brackets.len() < 2 && matches!(found.text, "}" | ")" | "]" | ","));
            let failed = found.end > self.failed || found.kind == TokenKind::End;
            if failed || (operand && plain && brackets.len() > 1) {
                return Err(Box::new(if operand {
                    self.operator_wanted(found, before, brackets.last().copied())
                } else {
                    self.operand_wanted(found, before)
                }));
            }
            if ends {
                return Ok(found.start);
            }
            match found.text {
                "(" | "[" => brackets.push((found.text, 0)),
                "{" => brackets.push((found.text, 1)),
                ")" | "]" | "}" => {
                    brackets.pop();
                }
                "?" | ":" | "," => owe(brackets.last_mut(), found.text),
                _ => {}
            }
            operand = plain || matches!(found.text, ")" | "]" | "}");
            before = Some(found);
            at = found.end;
        }
    }

    /// A token behind an operand that goes on nothing.
    fn operator_wanted(
        self,
        found: Token<'a>,
        before: Option<Token<'a>>,
        bracket: Option<(&str, usize)>,
    ) -> Diagnostic {
        if let Some(not) = before.filter(|before| before.text.eq_ignore_ascii_case("not")) {
            return self.no_operator(not, "!");
        }
        if let Some(operator) = meant_operator(found.text) {
            return self.no_operator(found, operator);
        }
        let close = match bracket {
            Some((_, 1..)) => "an operator, or `:` and a value",
            Some(("(", _)) => "an operator, `,` or `)`",
            Some(("[", _)) => "an operator, `,` or `]`",
            Some(("{", _)) => "an operator, `,` or `}`",
            _ => "an operator",
        };
        let diagnostic = self.expected(close, found);
        match found.text {
            _ if is_typographic(found.text) => diagnostic.help("use straight quotes: `\"…\"`"),
            "//" | "/*" => diagnostic.help("a comment begins with `#`"),
            "!" => diagnostic.help("put `!` before what it denies: `!(a in b)`"),
            "=~" => diagnostic.help("write `value.matches(\"…\")`"),
            ";" => diagnostic.help("nothing ends a condition: leave out the `;`"),
            _ => diagnostic,
        }
    }

    /// A token where an operand must stand.
    fn operand_wanted(self, found: Token<'a>, before: Option<Token<'a>>) -> Diagnostic {
        if found.kind == TokenKind::Word && found.text.starts_with(|first: char| first.is_ascii_digit()) {
            return self.bad_number(found);
        }
        let diagnostic = match before {
            Some(before) => self.expected(&format!("a value behind `{}`", shown(before.text)), found),
            None => self.expected("an expression", found),
        };
        match found.text {
            _ if is_typographic(found.text) => diagnostic.help("use straight quotes: `\"…\"`"),
            "//" | "/*" => diagnostic.help("a comment begins with `#`"),
            "$" => diagnostic.help("in conditions, prices are plain numbers"),
            _ => diagnostic,
        }
    }

    fn bad_number(self, found: Token<'a>) -> Diagnostic {
        let text = shown(found.text);
        let digits = found.text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = found.text.split_at_checked(digits).unwrap_or((found.text, ""));
        let diagnostic = Diagnostic::error(Code::SYNTAX, format!("`{text}` is not a number of CEL"))
            .at(self.span(found), "cannot be read");
        match unit {
            "ms" | "s" | "m" | "h" => {
                diagnostic.help(format!("a duration is written `duration(\"{text}\")`"))
            }
            "k" => diagnostic.help(format!("write `{number}000`")),
            "M" => diagnostic.help(format!("write `{number}000000`")),
            _ => diagnostic.help("a string stands in quotes, and a name does not begin with a digit"),
        }
    }

    fn no_operator(self, found: Token<'a>, operator: &str) -> Diagnostic {
        let text = shown(found.text);
        Diagnostic::error(Code::SYNTAX, format!("`{text}` is not an operator"))
            .at(self.span(found), format!("write `{operator}`"))
            .help(format!("conditions are CEL: `{operator}` for `{text}`"))
    }

    /// Something else was expected than the token.
    pub(super) fn expected(self, wanted: &str, found: Token<'a>) -> Diagnostic {
        let (what, label) = match found.kind {
            TokenKind::End => ("nothing more".to_owned(), "ends here"),
            _ => (format!("`{}`", shown(found.text)), "does not fit here"),
        };
        Diagnostic::error(Code::SYNTAX, format!("expected {wanted}, found {what}"))
            .at(self.span(found), label)
    }

    /// Where a token stands; the end of the text is the end of its last word.
    pub(super) fn span(self, token: Token<'_>) -> Span {
        if token.kind == TokenKind::End {
            let end = self.text.trim_end().len();
            return Span::new(self.file, end, end);
        }
        Span::new(self.file, token.start, token.end)
    }
}

/// User input as it stands in a message: one line, not too long.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut out: String = text
        .chars()
        .take(LONGEST)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

/// Counts the `:` that are owed: one for each `?`, and one for each entry of a map.
fn owe(bracket: Option<&mut (&str, usize)>, sign: &str) {
    let Some((bracket, owed)) = bracket else { return };
    match sign {
        "?" => *owed += 1,
        "," if *bracket == "{" => *owed = 1,
        ":" => *owed = owed.saturating_sub(1),
        _ => {}
    }
}

/// Whether the text begins with a quote that editors of prose put in.
pub(super) fn is_typographic(text: &str) -> bool {
    text.starts_with(['“', '”', '„', '‘', '’', '«', '»', '‟'])
}
