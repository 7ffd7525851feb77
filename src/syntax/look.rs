//! The second, tolerant look at an expression that did not parse: what was expected where, told in the reader's words.
//!
//! The grammar says how far it came. This walks the tokens up to there, to know whether a value or an operator was
//! wanted, and looks at the token that did not fit.

use super::lookalike;
use super::tokens::{Token, TokenKind, token};
use super::words::meant_operator;
use crate::diagnostic::{Code, Diagnostic, Fix};
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
            "!" => diagnostic.help("put `!` before what it denies: `!(a in b)`"),
            "=~" => diagnostic.help("write `value.matches(\"…\")`"),
            ";" => diagnostic
                .help("nothing ends a condition: leave out the `;`")
                .fix(Fix::safe("leave out the `;`").remove(self.span(found))),
            _ => self.with_sign(diagnostic, found),
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
            "$" => diagnostic
                .help("in conditions, prices are plain numbers")
                .fix(Fix::safe("leave out the `$`").remove(self.span(found))),
            _ => self.with_sign(diagnostic, found),
        }
    }

    fn bad_number(self, found: Token<'a>) -> Diagnostic {
        let text = shown(found.text);
        let digits = found.text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = found.text.split_at_checked(digits).unwrap_or((found.text, ""));
        let diagnostic = Diagnostic::error(Code::SYNTAX, format!("`{text}` is not a number of CEL"))
            .at(self.span(found), "cannot be read");
        let write = |text: String| Fix::safe(format!("write `{text}`")).replace(self.span(found), text);
        match unit {
            "ms" | "s" | "m" | "h" => diagnostic
                .help(format!("a duration is written `duration(\"{text}\")`"))
                .fix(write(format!("duration(\"{}\")", found.text))),
            "k" => diagnostic
                .help(format!("write `{number}000`"))
                .fix(write(format!("{number}000"))),
            "M" => diagnostic
                .help(format!("write `{number}000000`"))
                .fix(write(format!("{number}000000"))),
            _ => diagnostic.help("a string stands in quotes, and a name does not begin with a digit"),
        }
    }

    pub(super) fn no_operator(self, found: Token<'a>, operator: &str) -> Diagnostic {
        let certain = is_certain(found.text, operator) || self.denies_one_value(found);
        foreign_operator(found.text, operator, self.span(found), certain)
    }

    /// Whether what stands behind a word for `!` is one value in parentheses or alone, so that other languages deny the
    /// same as CEL does.
    fn denies_one_value(self, not: Token<'a>) -> bool {
        let value = token(self.text, not.end, false);
        let behind = token(self.text, value.end, false);
        let ends = matches!(behind.text, "&&" | "||" | ")" | "}" | "]" | "?" | ",")
            || behind.kind == TokenKind::End
            || (behind.kind == TokenKind::Word
                && behind.text != "in"
                && meant_operator(behind.text).is_none());
        not.text.eq_ignore_ascii_case("not") && (value.text == "(" || (value.kind == TokenKind::Word && ends))
    }

    /// Adds to a diagnostic what the signs of other languages can be replaced by.
    pub(super) fn with_sign(self, diagnostic: Diagnostic, found: Token<'a>) -> Diagnostic {
        match found.text {
            text if is_typographic(text) => self.straight_quotes(diagnostic, found),
            "//" => diagnostic
                .help("a comment begins with `#`")
                .fix(Fix::safe("write `#`").replace(self.span(found), "#")),
            "/*" => diagnostic.help("a comment begins with `#`"),
            _ => diagnostic,
        }
    }

    /// The quotes of prose, and where the other one of the pair stands.
    fn straight_quotes(self, diagnostic: Diagnostic, found: Token<'a>) -> Diagnostic {
        let diagnostic = diagnostic
            .with_code(Code::TYPOGRAPHIC_QUOTE)
            .help("use straight quotes: `\"…\"`");
        let line = self.text.get(found.start..).and_then(|rest| rest.lines().next());
        let Some((open, inside)) = line.and_then(split_first) else {
            return diagnostic;
        };
        let end = inside
            .char_indices()
            .find(|(_, letter)| is_typographic(letter.encode_utf8(&mut [0; 4])) || *letter == '"');
        match end {
            Some((length, close)) if !inside.get(..length).is_some_and(|text| text.contains('\\')) => {
                let start = found.start + open.len_utf8() + length;
                let fix = Fix::safe("write straight quotes")
                    .replace(
                        Span::new(self.file, found.start, found.start + open.len_utf8()),
                        "\"",
                    )
                    .replace(Span::new(self.file, start, start + close.len_utf8()), "\"");
                diagnostic.fix(fix)
            }
            _ => diagnostic,
        }
    }

    /// Something else was expected than the token.
    pub(super) fn expected(self, wanted: &str, found: Token<'a>) -> Diagnostic {
        let (what, label) = match found.kind {
            TokenKind::End => ("nothing more".to_owned(), "ends here"),
            _ => (format!("`{}`", shown(found.text)), "does not fit here"),
        };
        let diagnostic = Diagnostic::error(Code::SYNTAX, format!("expected {wanted}, found {what}"))
            .at(self.span(found), label);
        match found.text.chars().next() {
            Some(first) if !is_typographic(found.text) => self.undeceived(diagnostic, found.start, first),
            _ => diagnostic,
        }
    }

    /// Adds what a character looks like and is not.
    fn undeceived(self, diagnostic: Diagnostic, at: usize, character: char) -> Diagnostic {
        let span = Span::new(self.file, at, at + character.len_utf8());
        let named = lookalike::named(character);
        if lookalike::is_invisible(character) {
            let fix = Fix::safe("take the invisible character out");
            return diagnostic
                .with_code(Code::DECEPTIVE_CHARACTER)
                .help(format!("{named} cannot be seen: take it out"))
                .fix(fix.replace(span, lookalike::visible(character)));
        }
        match lookalike::twin(character) {
            Some(twin) => diagnostic
                .with_code(Code::DECEPTIVE_CHARACTER)
                .help(format!("{named} looks like `{twin}` and is another character"))
                .fix(Fix::safe(format!("write `{twin}`")).replace(span, twin.to_string())),
            None => diagnostic,
        }
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

/// The refusal of a word or sign that other languages take for an operator. The fix is safe where it is `certain` that
/// the operator means the same.
pub(super) fn foreign_operator(text: &str, operator: &str, span: Span, certain: bool) -> Diagnostic {
    let title = format!("write `{operator}`");
    let fix = if certain {
        Fix::safe(title)
    } else {
        Fix::suggestion(title)
    };
    let text = shown(text);
    Diagnostic::error(Code::FOREIGN_OPERATOR, format!("`{text}` is not an operator"))
        .at(span, format!("write `{operator}`"))
        .help(format!("conditions are CEL: `{operator}` for `{text}`"))
        .fix(fix.replace(span, operator))
}

/// Whether a foreign operator can mean nothing else: `not` may bind otherwise than `!`, and arrows mean more than one
/// thing.
pub(super) fn is_certain(text: &str, operator: &str) -> bool {
    operator != "!" && !matches!(text, "=>" | "=!")
}

fn split_first(text: &str) -> Option<(char, &str)> {
    let mut letters = text.chars();
    let first = letters.next()?;
    Some((first, letters.as_str()))
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
