//! The syntax tree: what was written, with spans, before any name is looked up.

use crate::cel::{BinaryOperator, Literal};
use crate::source::{FileId, Span};
use smallvec::{SmallVec, smallvec};

/// One parsed file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The file that the text is in.
    pub file: FileId,
    /// Statements that parsed, in the order of the text.
    pub statements: Vec<Statement>,
    /// Names that statements which did not parse would have declared: their uses are not unknown names.
    pub broken: Vec<Word>,
    /// Comments, from `#` to before the line's end, in the order of the text.
    pub comments: Vec<Span>,
}

/// A piece of text with its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word {
    /// The text; escapes decoded and quotes removed where it stood in quotes.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// One statement of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The whole statement.
    pub span: Span,
    /// What kind of statement it is, and its parts.
    pub kind: StatementKind,
}

/// The kinds of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementKind {
    /// `provider`, `model`, `pool`, `tenant`, `guard`, `route`, `assert`, `assume`, `test` with a name, and `defaults`
    /// without one: a block of clauses.
    Block(Block),
    /// `tenants from "file.csv"`.
    TenantsFrom {
        /// The path as written.
        path: Word,
    },
    /// `use "path"`.
    Use {
        /// The path as written.
        path: Word,
    },
    /// `fact NAME TYPE from SOURCE default VALUE`: what follows the name is cut into clauses `type`, `from` and
    /// `default`.
    Fact {
        /// The fact's name.
        name: Word,
        /// The clauses `type` (`string`, … or `one of […]`), `from` and `default`, as far as they were written.
        clauses: Vec<Clause>,
    },
    /// `let NAME = EXPRESSION`.
    Let {
        /// The name.
        name: Word,
        /// What it stands for.
        value: Expression,
    },
}

/// The statements that hold a block of clauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockKind {
    /// Where models are served.
    Provider,
    /// A model at a provider.
    Model,
    /// Several models behind one name.
    Pool,
    /// A caller and its facts.
    Tenant,
    /// A rule for every attempt.
    Guard,
    /// A rule that picks targets.
    Route,
    /// What holds where nothing else is said.
    Defaults,
    /// What holds of every attempt.
    Assert,
    /// What holds of every request.
    Assume,
    /// A request and what is expected of its decision.
    Test,
}

impl BlockKind {
    /// The keyword of the statement.
    pub fn keyword(self) -> &'static str {
        match self {
            BlockKind::Provider => "provider",
            BlockKind::Model => "model",
            BlockKind::Pool => "pool",
            BlockKind::Tenant => "tenant",
            BlockKind::Guard => "guard",
            BlockKind::Route => "route",
            BlockKind::Defaults => "defaults",
            BlockKind::Assert => "assert",
            BlockKind::Assume => "assume",
            BlockKind::Test => "test",
        }
    }

    /// The words behind which a condition stands in such a block.
    pub fn condition_words(self) -> &'static [&'static str] {
        match self {
            BlockKind::Guard => &["when", "require"],
            BlockKind::Route => &["when"],
            BlockKind::Assert => &["when", "that"],
            BlockKind::Assume => &["that"],
            _ => &[],
        }
    }
}

/// A keyword, a name, and clauses in braces.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The statement's keyword.
    pub kind: BlockKind,
    /// Where the keyword stands.
    pub keyword: Span,
    /// The name; `None` only for `defaults`.
    pub name: Option<Word>,
    /// The clauses in the order of the text.
    pub clauses: Vec<Clause>,
}

/// One clause of a block: its keyword and what stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// The keyword, such as `target`.
    pub keyword: Word,
    /// What stands behind the keyword; empty where `expression` is there.
    pub items: Vec<Item>,
    /// The condition of `when`, `require` and `that`.
    pub expression: Option<Box<Expression>>,
    /// Keyword and all that belongs to it.
    pub span: Span,
}

/// A value or a word within a clause.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of items.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// A run of letters, digits, `_`, `-`, `.`: a name, a keyword, a number (`403`, `128k`), a duration (`5s`), a date.
    Bare(String),
    /// A string, decoded.
    Quoted(String),
    /// The number behind a `$`, as written.
    Money(String),
    /// The number before a `%`, as written.
    Percent(String),
    /// `[…]`: entries of one or more items each.
    List(Vec<Vec<Item>>),
    /// `{…}`: items.
    Braces(Vec<Item>),
}

/// A CEL expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands, enclosing parentheses left out.
    pub span: Span,
}

impl Expression {
    /// The parts that it is directly made of, in the order of the text.
    pub fn children(&self) -> SmallVec<[&Expression; 3]> {
        match &self.kind {
            ExpressionKind::Literal(_) | ExpressionKind::Identifier(_) | ExpressionKind::Message { .. } => {
                SmallVec::new()
            }
            ExpressionKind::Select { operand, .. }
            | ExpressionKind::Not(operand)
            | ExpressionKind::Negate(operand) => smallvec![operand.as_ref()],
            ExpressionKind::Index { operand, index } => smallvec![operand.as_ref(), index.as_ref()],
            ExpressionKind::Call {
                receiver, arguments, ..
            } => receiver.iter().map(AsRef::as_ref).chain(arguments).collect(),
            ExpressionKind::List(parts) | ExpressionKind::And(parts) | ExpressionKind::Or(parts) => {
                parts.iter().collect()
            }
            ExpressionKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            ExpressionKind::Binary { left, right, .. } => smallvec![left.as_ref(), right.as_ref()],
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => smallvec![condition.as_ref(), then.as_ref(), otherwise.as_ref()],
        }
    }

    /// Shows the expression and all its parts to `visit`, each before its own parts, in the order of the text.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Expression)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }
}

/// The forms of CEL expressions. Macros are calls, not expanded.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    /// A literal.
    Literal(Literal),
    /// A name; a leading dot is kept (`.name`).
    Identifier(String),
    /// `operand.field`.
    Select {
        /// What is selected from.
        operand: Box<Expression>,
        /// The field.
        field: Word,
    },
    /// `operand[index]`.
    Index {
        /// What is indexed.
        operand: Box<Expression>,
        /// The index.
        index: Box<Expression>,
    },
    /// `function(…)`, `receiver.function(…)`, and macros of the same forms.
    Call {
        /// What stands before the dot.
        receiver: Option<Box<Expression>>,
        /// The function's name.
        function: Word,
        /// The arguments.
        arguments: Vec<Expression>,
    },
    /// `[…]`.
    List(Vec<Expression>),
    /// `{key: value, …}`.
    Map(Vec<(Expression, Expression)>),
    /// `Name{field: value}`; parsed so that it can be refused by name.
    Message {
        /// The message's name.
        name: Word,
        /// Its fields and their values.
        fields: Vec<(Word, Expression)>,
    },
    /// `!operand`.
    Not(Box<Expression>),
    /// `-operand`, where it is not part of a number.
    Negate(Box<Expression>),
    /// Two or more operands of `&&`.
    And(Vec<Expression>),
    /// Two or more operands of `||`.
    Or(Vec<Expression>),
    /// A relation or arithmetic of two operands.
    Binary {
        /// The operator.
        operator: BinaryOperator,
        /// Where the operator stands.
        operator_span: Span,
        /// The left operand.
        left: Box<Expression>,
        /// The right operand.
        right: Box<Expression>,
    },
    /// `condition ? then : otherwise`.
    Conditional {
        /// What decides.
        condition: Box<Expression>,
        /// The value where it is true.
        then: Box<Expression>,
        /// The value where it is false.
        otherwise: Box<Expression>,
    },
}
