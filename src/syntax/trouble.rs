//! The second, tolerant look at a statement that did not parse: whether a name, a clause or a condition was being read
//! where the grammar stopped, and what it may have been meant to be.

use super::ast::BlockKind;
use super::grammar::{self, Rule};
use super::look::{Look, is_typographic, shown};
use super::spaces::spaced;
use super::tokens::{Token, TokenKind, token};
use super::words::{Keyword, keyword, meant_operator, statement_words};
use crate::diagnostic::{Code, Diagnostic, Fix, meant};
use crate::source::Span;

impl<'a> Look<'a> {
    /// What is wrong with the statement that begins at `start`.
    pub(super) fn statement(self, start: usize) -> Diagnostic {
        let head = token(self.text, start, true);
        let found = match keyword(head.text) {
            Some(Keyword::Let) => self.let_value(head),
            Some(Keyword::Fact) => self.fact(head),
            Some(Keyword::Use) => self.path(head, "use"),
            Some(Keyword::Tenants) => self.tenants(head),
            Some(Keyword::Block(kind)) => self.block(kind, head),
            _ => None,
        };
        found.unwrap_or_else(|| {
            let token = token(self.text, self.failed, true);
            self.expected("something else", token)
        })
    }

    /// What is wrong with the `let` that begins at `start`: it parsed, but the text behind it belongs to no statement.
    pub(super) fn continued_let(mut self, start: usize) -> Diagnostic {
        let name = token(self.text, token(self.text, start, true).end, true);
        let sign = token(self.text, name.end, false);
        let expression = self.text.get(sign.end..).unwrap_or_default();
        if let Err(failed) = grammar::parse(Rule::sole_expression, &spaced(expression)) {
            self.failed = sign.end + failed;
        }
        self.statement(start)
    }

    /// What is wrong with the fact before `at`: it parsed, but the text at `at` belongs to no statement.
    pub(super) fn continued_fact(self, fact: Span, at: usize) -> Diagnostic {
        let found = token(self.text, at, true);
        let diagnostic = if matches!(found.text, "from" | "default") {
            Diagnostic::error(Code::SYNTAX, format!("`{}` has no value", found.text))
                .at(self.span(found), "expected a value behind this")
        } else {
            self.expected("`from`, `default` or a statement", found)
        };
        diagnostic.also(fact, "behind this fact").help(FACT_HELP)
    }

    /// What is wrong where a statement should begin at `start`.
    pub(super) fn stray(self, start: usize) -> Diagnostic {
        let found = token(self.text, start, true);
        let diagnostic = if found.kind == TokenKind::Word {
            Diagnostic::error(Code::SYNTAX, format!("unknown statement `{}`", shown(found.text)))
                .at(self.span(found), "no statement begins with this word")
        } else {
            self.expected("a statement", found)
        };
        match meant(found.text, statement_words()) {
            Some(meant) if found.kind == TokenKind::Word => {
                let title = format!("write `{}`", meant.name);
                let fix = if meant.certain {
                    Fix::safe(title)
                } else {
                    Fix::suggestion(title)
                };
                diagnostic
                    .help(format!("did you mean `{}`?", meant.name))
                    .fix(fix.replace(self.span(found), meant.name))
            }
            _ => {
                let words: Vec<&str> = statement_words().collect();
                diagnostic.help(format!("statements are {}", words.join(", ")))
            }
        }
    }

    fn let_value(self, head: Token<'a>) -> Option<Diagnostic> {
        let name = token(self.text, head.end, true);
        if name.kind != TokenKind::Word {
            return Some(self.expected("a name behind `let`", name));
        }
        let sign = token(self.text, name.end, false);
        if sign.text != "=" {
            let diagnostic = self.expected(&format!("`=` behind `let {}`", shown(name.text)), sign);
            return Some(diagnostic.help("write `let name = expression`"));
        }
        self.walk(sign.end, Some(sign))
            .err()
            .map(|diagnostic| *diagnostic)
    }

    fn fact(self, head: Token<'a>) -> Option<Diagnostic> {
        let name = token(self.text, head.end, true);
        let diagnostic = if name.kind == TokenKind::Word {
            let found = token(self.text, self.failed, true);
            let before = token(self.text, name.end, true);
            if before.end > self.failed || before.kind == TokenKind::End {
                self.expected(&format!("the type of `{}`", shown(name.text)), found)
            } else {
                self.expected("a part of the fact", found)
            }
        } else {
            self.expected("a name behind `fact`", name)
        };
        Some(diagnostic.help(FACT_HELP))
    }

    fn tenants(self, head: Token<'a>) -> Option<Diagnostic> {
        let from = token(self.text, head.end, true);
        if from.text != "from" {
            let diagnostic = self.expected("`from` behind `tenants`", from);
            return Some(
                diagnostic.help("write `tenants from \"file.csv\"`, or `tenant NAME { … }` for a single one"),
            );
        }
        self.path(from, "tenants from")
    }

    fn path(self, before: Token<'a>, what: &str) -> Option<Diagnostic> {
        let found = token(self.text, before.end, true);
        Some(
            self.expected(&format!("a path in quotes behind `{what}`"), found)
                .help(format!("write `{what} \"path\"`")),
        )
    }

    fn block(self, kind: BlockKind, head: Token<'a>) -> Option<Diagnostic> {
        let mut last = head;
        if kind != BlockKind::Defaults {
            let name = token(self.text, head.end, true);
            if !matches!(name.kind, TokenKind::Word | TokenKind::Quoted) {
                let diagnostic = self.expected(&format!("a name behind `{}`", head.text), name);
                return Some(
                    diagnostic.help(
                        "names of other characters than letters, digits, `_`, `-`, `.` stand in quotes",
                    ),
                );
            }
            last = name;
        }
        let brace = token(self.text, last.end, true);
        if brace.text != "{" {
            let behind = self.text.get(head.start..last.end).unwrap_or_default();
            let diagnostic = self.expected(&format!("`{{` behind `{}`", shown(behind)), brace);
            return Some(
                diagnostic.help("a name of several words stands in quotes; the clauses stand in braces"),
            );
        }
        self.body(kind, brace)
    }

    /// What is wrong with the clauses of a block that begin behind `start`.
    pub(super) fn clauses(self, kind: BlockKind, start: usize) -> Option<Diagnostic> {
        let before = Token {
            kind: TokenKind::Sign,
            text: "",
            start,
            end: start,
        };
        self.body(kind, before)
    }

    /// Walks the clauses of a block up to the token that did not fit.
    fn body(self, kind: BlockKind, brace: Token<'a>) -> Option<Diagnostic> {
        let ruled = !kind.condition_words().is_empty();
        let mut depth = 0usize;
        let mut before = brace;
        let mut conditions = false;
        let mut behind_condition = false;
        loop {
            let found = token(self.text, before.end, true);
            if let Some(operator) = meant_operator(found.text).filter(|_| behind_condition) {
                return Some(self.no_operator(found, operator));
            }
            behind_condition = false;
            if found.end > self.failed || found.kind == TokenKind::End {
                return Some(self.clause(kind, found, before, depth, conditions));
            }
            let condition = matches!(found.text, "when" | "require" | "that") && depth == 0;
            let named = matches!(before.text, "target" | "fallback" | "shadow" | "by");
            conditions |= condition;
            let mut end = found.end;
            if condition && ruled && !named {
                behind_condition = true;
                end = match self.walk(found.end, Some(found)) {
                    Ok(end) => end,
                    Err(diagnostic) => return Some(*diagnostic),
                };
            }
            match found.text {
                "{" | "[" => depth += 1,
                "}" | "]" => depth = depth.saturating_sub(1),
                _ => {}
            }
            before = Token { end, ..found };
        }
    }

    /// A token that does not fit among clauses and their values.
    fn clause(
        self,
        kind: BlockKind,
        found: Token<'a>,
        before: Token<'a>,
        depth: usize,
        conditions: bool,
    ) -> Diagnostic {
        let ruled = !kind.condition_words().is_empty();
        let diagnostic = if depth > 0 {
            self.expected("an entry", found)
        } else {
            self.expected("a clause or a value", found)
        };
        match found.text {
            _ if before.text == "$" => diagnostic.help("a price is a number right behind the `$`: `$0.15`"),
            "=" | ":" => self.without_sign(diagnostic, found, before),
            "," if depth == 0 => diagnostic.help("lists stand in brackets: `[a, b]`"),
            ";" => diagnostic
                .help("nothing ends a clause: leave out the `;`")
                .fix(Fix::safe("leave out the `;`").remove(self.span(found))),
            "$" => diagnostic.help("a price is a number right behind the `$`: `$0.15`"),
            "%" => diagnostic.help("a share is a number right before the `%`: `90%`"),
            text if matches!(text, "//" | "/*") || is_typographic(text) => self.with_sign(diagnostic, found),
            text if !text.is_ascii() && diagnostic.fixes().is_empty() => diagnostic
                .help("names of other characters than letters, digits, `_`, `-`, `.` stand in quotes"),
            _ if !ruled && conditions => {
                diagnostic.help("conditions belong to guards, routes, asserts and assumptions")
            }
            _ if ruled && depth == 0 => {
                let words = kind.condition_words().join("` or `");
                diagnostic.help(format!(
                    "conditions stand behind `{words}`; write `==` between two values"
                ))
            }
            _ => diagnostic,
        }
    }
}

impl<'a> Look<'a> {
    /// A sign between a clause's keyword and its value.
    fn without_sign(self, diagnostic: Diagnostic, sign: Token<'a>, before: Token<'a>) -> Diagnostic {
        let diagnostic = diagnostic.help(format!(
            "clauses have no `{}`: write `{} value`",
            sign.text,
            shown(before.text)
        ));
        let blank = |from: usize, to: usize| {
            let between = self.text.get(from..to).unwrap_or("#");
            between.bytes().all(|byte| byte == b' ' || byte == b'\t')
        };
        let value = token(self.text, sign.end, true);
        if before.kind != TokenKind::Word || !blank(before.end, sign.start) || !blank(sign.end, value.start) {
            return diagnostic;
        }
        let title = format!("leave out the `{}`", sign.text);
        diagnostic.fix(Fix::safe(title).replace(Span::new(self.file, before.end, value.start), " "))
    }
}

const FACT_HELP: &str = "write `fact name string from header \"x-name\" default \"\"`, or a type such as int, bool, list(string), one of [\"a\", \"b\"]";

/// Whether the text at `start` looks like a block: a word, perhaps a name, and `{`.
pub(super) fn looks_like_a_block(text: &str, start: usize) -> bool {
    let word = token(text, start, true);
    let name = token(text, word.end, true);
    let brace = token(text, name.end, true);
    word.kind == TokenKind::Word
        && (name.text == "{"
            || (matches!(name.kind, TokenKind::Word | TokenKind::Quoted) && brace.text == "{"))
}
