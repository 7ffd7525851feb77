//! Where in a policy a place is: in which statement, in which clause of it, behind which words.

use super::super::vocabulary::{self, clauses_of};
use super::tokens::{Kind, Token, tokens};
use std::ops::Range;

/// Words that are followed by a condition.
const CONDITIONS: [&str; 3] = ["when", "require", "that"];

/// Statements that hold a block.
const WITHOUT_BLOCK: [&str; 4] = ["fact", "let", "use", "tenants"];

/// What can stand at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place<'t> {
    /// Nothing that could be named: in a comment, or where a new name is being written.
    Nothing,
    /// A statement.
    Statement,
    /// A clause of a block.
    Clause,
    /// A part of a condition: behind these words of the clause; `let` for its value.
    Condition {
        /// The clause's keyword.
        clause: &'t str,
        /// The words between it and the place.
        before: Vec<Token<'t>>,
    },
    /// A value of a clause.
    Value {
        /// The clause's keyword; for a statement without a block the statement's.
        clause: &'t str,
        /// The words between it and the place.
        before: Vec<Token<'t>>,
    },
}

/// A place, and what is being typed there.
#[derive(Clone, Debug)]
pub(super) struct Context<'t> {
    /// Where it is.
    pub(super) place: Place<'t>,
    /// The keyword of the statement that it is in.
    pub(super) statement: &'static str,
    /// The clauses that the block has before the place.
    pub(super) clauses: Vec<&'t str>,
    /// What is being typed and will be replaced; of a string what stands inside of the quotes.
    pub(super) typed: Range<usize>,
    /// The quote of the string that the place is in.
    pub(super) string: Option<char>,
    /// What stands before the last dot of the word that is being typed.
    pub(super) receiver: &'t str,
    /// The words of the line behind the place.
    pub(super) behind: Vec<Token<'t>>,
}

impl<'t> Context<'t> {
    /// The context of a byte of a text. `facts` are clauses of tenants.
    pub(super) fn at(text: &'t str, offset: usize, facts: &[String]) -> Self {
        let (before, behind) = text.split_at_checked(offset).unwrap_or((text, ""));
        let mut words = tokens(before);
        let mut context = Context {
            place: Place::Nothing,
            statement: "",
            clauses: Vec::new(),
            typed: offset..offset,
            string: None,
            receiver: "",
            behind: Vec::new(),
        };
        let last = words.pop_if(|last| last.end() == offset && is_being_typed(last));
        let mut behind = behind;
        if let Some(last) = &last {
            match last.kind {
                Kind::Comment => return context,
                Kind::String => {
                    context.typed = last.inside()..offset;
                    context.string = last.text.chars().next();
                    // The string's own end is not among the words behind it.
                    behind = behind
                        .split_once(|letter| Some(letter) == context.string)
                        .map_or(behind, |(_, rest)| rest);
                }
                _ => {
                    context.typed = last.start..offset;
                    context.receiver = last.text.rsplit_once('.').map_or("", |(before, _)| before);
                }
            }
        }
        context.behind = tokens(behind.lines().next().unwrap_or_default());
        words.retain(|word| word.kind != Kind::Comment);
        let begins_line = match &last {
            Some(last) => last.first.is_some(),
            None => before
                .rsplit('\n')
                .next()
                .is_none_or(|line| line.trim().is_empty()),
        };
        context.find(&words, begins_line, facts);
        context
    }

    fn find(&mut self, words: &[Token<'t>], begins_line: bool, facts: &[String]) {
        let Some(start) = statement_start(words) else {
            self.place = Place::Statement;
            return;
        };
        let Some((keyword, rest)) = words.get(start..).and_then(<[_]>::split_first) else {
            return;
        };
        let Some(statement) = vocabulary::statement(keyword.text) else {
            return;
        };
        self.statement = statement.word;
        let is_free = begins_line && rest.last().is_none_or(|last| !last.joins()) && self.string.is_none();
        if WITHOUT_BLOCK.contains(&statement.word) {
            self.place = match is_free && !rest.is_empty() {
                true => Place::Statement,
                false => without_block(statement.word, rest),
            };
            return;
        }
        match rest
            .iter()
            .position(|word| word.text == "{" && word.kind == Kind::Open)
        {
            None => self.place = Place::Nothing,
            Some(open) => self.in_block(rest.get(open + 1..).unwrap_or_default(), facts),
        }
    }

    fn in_block(&mut self, words: &[Token<'t>], facts: &[String]) {
        let mut depth = 0_usize;
        let mut clause: Option<(&'t str, usize)> = None;
        for (at, word) in words.iter().enumerate() {
            match word.kind {
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => {
                    self.place = Place::Statement;
                    return;
                }
                Kind::Close => depth -= 1,
                Kind::Word if depth == 0 && self.begins_clause(words, at, clause, facts) => {
                    clause = Some((word.text, at));
                    self.clauses.push(word.text);
                }
                _ => {}
            }
        }
        self.place = match clause {
            None => Place::Clause,
            Some((clause, at)) => {
                let before = words.get(at + 1..).unwrap_or_default().to_vec();
                match CONDITIONS.contains(&clause) {
                    true => Place::Condition { clause, before },
                    false => Place::Value { clause, before },
                }
            }
        };
    }

    /// Whether a word of a block begins a clause: it is a keyword, and the clause before it has a value.
    fn begins_clause(
        &self,
        words: &[Token<'t>],
        at: usize,
        clause: Option<(&str, usize)>,
        facts: &[String],
    ) -> bool {
        let Some(word) = words.get(at) else { return false };
        let is_keyword = clauses_of(self.statement)
            .iter()
            .any(|known| known.word == word.text)
            || (self.statement == "tenant" && facts.iter().any(|fact| fact == word.text));
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        let is_owed = clause.is_some_and(|(_, keyword)| keyword + 1 == at)
            || before.is_some_and(|before| before.joins() || ["by", "on"].contains(&before.text));
        is_keyword && !is_owed
    }
}

/// Whether a word that ends at the place is still being typed.
fn is_being_typed(last: &Token<'_>) -> bool {
    match last.kind {
        Kind::Word | Kind::Comment => true,
        Kind::String => !last.is_closed(),
        _ => false,
    }
}

/// The word that begins the statement at the end of the words.
fn statement_start(words: &[Token<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut start = None;
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        let is_free = before.is_none_or(|before| !before.joins());
        let begins = match word.first {
            // At the beginning of a line a statement begins whatever is open before.
            Some(true) => true,
            Some(false) => depth == 0,
            None => depth == 0 && before.is_none_or(|before| before.text == "}"),
        };
        if word.kind == Kind::Word && begins && is_free && vocabulary::statement(word.text).is_some() {
            start = Some(at);
            depth = 0;
        }
        match word.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    start
}

/// A place in a statement that holds no block.
fn without_block<'t>(statement: &'static str, rest: &[Token<'t>]) -> Place<'t> {
    let before = rest.to_vec();
    match (statement, rest) {
        ("let", [_, _, value @ ..]) => Place::Condition {
            clause: "let",
            before: value.to_vec(),
        },
        ("let", _) | (_, []) => Place::Nothing,
        _ => Place::Value {
            clause: statement,
            before,
        },
    }
}
