//! Conditions with every name resolved and every part typed. All of them are total: evaluating one cannot fail.

use super::promise::AttemptAttribute;
use crate::cel::{BinaryOperator, Literal};
use crate::facts::FactId;
use crate::source::Span;
use smallvec::{SmallVec, smallvec};
use std::fmt;

/// Index of a `let` in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LetId(pub u32);

/// The type of an expression, as far as conditions can have it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// `null`.
    Null,
    /// Truth.
    Bool,
    /// Signed, 64 bits.
    Int,
    /// Unsigned, 64 bits.
    Uint,
    /// IEEE 754, 64 bits.
    Double,
    /// Text.
    String,
    /// Bytes.
    Bytes,
    /// A moment.
    Timestamp,
    /// A length of time.
    Duration,
    /// A list of one element type; the element type of `[]` is `Null`.
    List(Box<Type>),
    /// A map from one type to one type.
    Map(Box<Type>, Box<Type>),
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::Uint => f.write_str("uint"),
            Type::Double => f.write_str("double"),
            Type::String => f.write_str("string"),
            Type::Bytes => f.write_str("bytes"),
            Type::Timestamp => f.write_str("timestamp"),
            Type::Duration => f.write_str("duration"),
            Type::List(element) => write!(f, "list({element})"),
            Type::Map(key, value) => write!(f, "map({key}, {value})"),
        }
    }
}

impl From<crate::facts::Type> for Type {
    fn from(ty: crate::facts::Type) -> Type {
        match ty {
            crate::facts::Type::String => Type::String,
            crate::facts::Type::Int => Type::Int,
            crate::facts::Type::Bool => Type::Bool,
            crate::facts::Type::StringList => Type::List(Box::new(Type::String)),
            crate::facts::Type::StringMap => Type::Map(Box::new(Type::String), Box::new(Type::String)),
            crate::facts::Type::Timestamp => Type::Timestamp,
        }
    }
}

/// A typed, total expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Its type.
    pub ty: Type,
    /// Where it stands in the policy.
    pub span: Span,
}

impl Expression {
    /// The parts that it is directly made of, in the order of the text.
    pub fn children(&self) -> SmallVec<[&Expression; 3]> {
        match &self.kind {
            ExpressionKind::Literal(_)
            | ExpressionKind::Fact(_)
            | ExpressionKind::Let(_)
            | ExpressionKind::Target(_)
            | ExpressionKind::Attempt(_)
            | ExpressionKind::Variable(_) => SmallVec::new(),
            ExpressionKind::Not(operand) | ExpressionKind::Negate(operand) => smallvec![operand.as_ref()],
            ExpressionKind::And(parts) | ExpressionKind::Or(parts) | ExpressionKind::List(parts) => {
                parts.iter().collect()
            }
            ExpressionKind::Binary { left, right, .. } => smallvec![left.as_ref(), right.as_ref()],
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => smallvec![condition.as_ref(), then.as_ref(), otherwise.as_ref()],
            ExpressionKind::Call { arguments, .. } => arguments.iter().collect(),
            ExpressionKind::Comprehension { range, steps, .. } => {
                std::iter::once(range.as_ref()).chain(steps).collect()
            }
            ExpressionKind::Entry { map, key } => smallvec![map.as_ref(), key.as_ref()],
            ExpressionKind::Has { map, .. } => smallvec![map.as_ref()],
            ExpressionKind::Element { list, index } => smallvec![list.as_ref(), index.as_ref()],
            ExpressionKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
        }
    }

    /// Shows the expression and all its parts to `visit`, each before its own parts, in the order of the text. The
    /// values of `let`s that it names are not gone into.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Expression)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }
}

/// An attribute of a target, in scope in `require`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetAttribute {
    /// The policy's name of the model.
    Model,
    /// The provider's name of the model.
    Name,
    /// The policy's name of the provider.
    Provider,
    /// The provider's protocol.
    Protocol,
    /// The region.
    Region,
    /// The tags.
    Tags,
    /// What it can do.
    Can,
    /// The context window in tokens.
    Context,
    /// USD per million prompt tokens.
    PriceInput,
    /// USD per million completion tokens.
    PriceOutput,
}

impl TargetAttribute {
    /// All attributes.
    pub const ALL: [TargetAttribute; 10] = [
        TargetAttribute::Model,
        TargetAttribute::Name,
        TargetAttribute::Provider,
        TargetAttribute::Protocol,
        TargetAttribute::Region,
        TargetAttribute::Tags,
        TargetAttribute::Can,
        TargetAttribute::Context,
        TargetAttribute::PriceInput,
        TargetAttribute::PriceOutput,
    ];

    /// The attribute as it is written behind `target.`.
    pub fn path(self) -> &'static str {
        match self {
            TargetAttribute::Model => "model",
            TargetAttribute::Name => "name",
            TargetAttribute::Provider => "provider",
            TargetAttribute::Protocol => "protocol",
            TargetAttribute::Region => "region",
            TargetAttribute::Tags => "tags",
            TargetAttribute::Can => "can",
            TargetAttribute::Context => "context",
            TargetAttribute::PriceInput => "price.input",
            TargetAttribute::PriceOutput => "price.output",
        }
    }

    /// The attribute's type.
    pub fn ty(self) -> Type {
        match self {
            TargetAttribute::Tags | TargetAttribute::Can => Type::List(Box::new(Type::String)),
            TargetAttribute::Context => Type::Int,
            TargetAttribute::PriceInput | TargetAttribute::PriceOutput => Type::Double,
            _ => Type::String,
        }
    }
}

/// The standard functions and methods of CEL that conditions may call; methods count their receiver as the first
/// argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// `size(x)`, `x.size()`.
    Size,
    /// `s.contains(t)`.
    Contains,
    /// `s.startsWith(t)`.
    StartsWith,
    /// `s.endsWith(t)`.
    EndsWith,
    /// `s.matches("…")`: the pattern is a literal, in RE2's syntax.
    Matches,
    /// `t.getFullYear()` and its like; the second argument is a literal time zone.
    GetFullYear,
    /// Month, 0 to 11.
    GetMonth,
    /// Day of the month, 1 to 31.
    GetDate,
    /// Day of the month, 0 to 30.
    GetDayOfMonth,
    /// Day of the week, 0 (Sunday) to 6.
    GetDayOfWeek,
    /// Day of the year, 0 to 365.
    GetDayOfYear,
    /// Hour; of a duration, all of it in hours.
    GetHours,
    /// Minute; of a duration, all of it in minutes.
    GetMinutes,
    /// Second; of a duration, all of it in seconds.
    GetSeconds,
    /// Millisecond.
    GetMilliseconds,
    /// `int(x)`.
    Int,
    /// `uint(x)`.
    Uint,
    /// `double(x)`.
    Double,
    /// `string(x)`.
    String,
    /// `bytes(x)`.
    Bytes,
    /// `bool(x)`.
    Bool,
    /// `timestamp("…")` of a literal.
    Timestamp,
    /// `duration("…")` of a literal.
    Duration,
}

impl Function {
    /// All functions.
    pub const ALL: [Function; 23] = [
        Function::Size,
        Function::Contains,
        Function::StartsWith,
        Function::EndsWith,
        Function::Matches,
        Function::GetFullYear,
        Function::GetMonth,
        Function::GetDate,
        Function::GetDayOfMonth,
        Function::GetDayOfWeek,
        Function::GetDayOfYear,
        Function::GetHours,
        Function::GetMinutes,
        Function::GetSeconds,
        Function::GetMilliseconds,
        Function::Int,
        Function::Uint,
        Function::Double,
        Function::String,
        Function::Bytes,
        Function::Bool,
        Function::Timestamp,
        Function::Duration,
    ];

    /// The function's name in CEL.
    pub fn name(self) -> &'static str {
        match self {
            Function::Size => "size",
            Function::Contains => "contains",
            Function::StartsWith => "startsWith",
            Function::EndsWith => "endsWith",
            Function::Matches => "matches",
            Function::GetFullYear => "getFullYear",
            Function::GetMonth => "getMonth",
            Function::GetDate => "getDate",
            Function::GetDayOfMonth => "getDayOfMonth",
            Function::GetDayOfWeek => "getDayOfWeek",
            Function::GetDayOfYear => "getDayOfYear",
            Function::GetHours => "getHours",
            Function::GetMinutes => "getMinutes",
            Function::GetSeconds => "getSeconds",
            Function::GetMilliseconds => "getMilliseconds",
            Function::Int => "int",
            Function::Uint => "uint",
            Function::Double => "double",
            Function::String => "string",
            Function::Bytes => "bytes",
            Function::Bool => "bool",
            Function::Timestamp => "timestamp",
            Function::Duration => "duration",
        }
    }

    /// Whether CEL writes it as a method (`x.f(…)`); `size` and `matches` may be either, and are printed as a method
    /// only in the second case.
    pub fn is_method(self) -> bool {
        !matches!(
            self,
            Function::Size
                | Function::Int
                | Function::Uint
                | Function::Double
                | Function::String
                | Function::Bytes
                | Function::Bool
                | Function::Timestamp
                | Function::Duration
        )
    }
}

/// The macros over lists and maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Macro {
    /// `e.all(x, p)`.
    All,
    /// `e.exists(x, p)`.
    Exists,
    /// `e.exists_one(x, p)`.
    ExistsOne,
    /// `e.filter(x, p)`.
    Filter,
    /// `e.map(x, t)` and, with two steps, `e.map(x, p, t)`.
    Map,
}

impl Macro {
    /// All macros.
    pub const ALL: [Macro; 5] = [
        Macro::All,
        Macro::Exists,
        Macro::ExistsOne,
        Macro::Filter,
        Macro::Map,
    ];

    /// The macro's name in CEL.
    pub fn name(self) -> &'static str {
        match self {
            Macro::All => "all",
            Macro::Exists => "exists",
            Macro::ExistsOne => "exists_one",
            Macro::Filter => "filter",
            Macro::Map => "map",
        }
    }
}

/// The forms of typed expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpressionKind {
    /// A literal.
    Literal(Literal),
    /// A fact of the request.
    Fact(FactId),
    /// A `let`.
    Let(LetId),
    /// An attribute of the target at hand.
    Target(TargetAttribute),
    /// What an assert asks of the attempt at hand beside its target.
    Attempt(AttemptAttribute),
    /// The variable of an enclosing macro.
    Variable(String),
    /// `!operand`.
    Not(Box<Expression>),
    /// `-operand`.
    Negate(Box<Expression>),
    /// Two or more operands of `&&`.
    And(Vec<Expression>),
    /// Two or more operands of `||`.
    Or(Vec<Expression>),
    /// A relation or arithmetic.
    Binary {
        /// The operator.
        operator: BinaryOperator,
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
    /// A function or method; the receiver is the first argument.
    Call {
        /// The function.
        function: Function,
        /// Receiver and arguments.
        arguments: Vec<Expression>,
    },
    /// A macro over a list or a map's keys.
    Comprehension {
        /// Which one.
        kind: Macro,
        /// What is gone through.
        range: Box<Expression>,
        /// The variable's name.
        variable: String,
        /// One step, or filter and step.
        steps: Vec<Expression>,
    },
    /// `map["key"]` or `map.key`: the checker has seen that the key is there.
    Entry {
        /// The map.
        map: Box<Expression>,
        /// The key.
        key: Box<Expression>,
    },
    /// `has(map.key)`.
    Has {
        /// The map.
        map: Box<Expression>,
        /// The key.
        key: String,
    },
    /// `list[index]`: the checker has seen that the index is within.
    Element {
        /// The list.
        list: Box<Expression>,
        /// The index.
        index: Box<Expression>,
    },
    /// `[…]`.
    List(Vec<Expression>),
    /// `{key: value, …}`.
    Map(Vec<(Expression, Expression)>),
}
