//! Random well-typed, total conditions and facts, drawn from bytes: the same bytes draw the same.

use pointsman::cel::{BinaryOperator as Op, Literal};
use pointsman::facts::{Builtin, Facts, Register, Timestamp, Value};
use pointsman::model::{
    AttemptAttribute, Expression, ExpressionKind as Kind, Function, LetId, Macro,
    TargetAttribute as Attribute, Type,
};
use pointsman::source::{SourceMap, Span};

const TEXTS: [&str; 8] = ["", "a", "free", "gold", "x-team", "Müller", "a\nb\"c\\", "𝒳"];
const KEYS: [&str; 3] = ["x-team", "a", "free"];
const PATTERNS: [&str; 6] = ["^a", "o+l", r"\d", r"\bx\b", "(?i)FREE|gold", r"[^\w]"];
const ZONES: [&str; 3] = ["UTC", "Europe/Berlin", "-03:30"];

/// Where a condition stands, and so what it may read beside facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a route's `when`: nothing.
    Route,
    /// In a guard's `require`: `target.*`.
    Require,
    /// In an assert's `that`: `target.*`, `position`, `fallbacks`.
    Assert,
    /// In an assumption: nothing.
    Assume,
}

/// Bytes turned into choices; without bytes left the first choice is taken.
pub(crate) struct Choices<'a> {
    bytes: std::slice::Iter<'a, u8>,
    span: Span,
    place: Place,
    lets: Vec<Type>,
    /// The variables of the macros around what is drawn.
    variables: Vec<(String, Type)>,
}

impl<'a> Choices<'a> {
    /// Choices from these bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let span = Span::new(SourceMap::new().add("random.policy", ""), 0, 0);
        Choices {
            bytes: bytes.iter(),
            span,
            place: Place::Route,
            lets: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// What is drawn from now on stands here.
    pub(crate) fn stand(&mut self, place: Place) {
        self.place = place;
    }

    fn has_target(&self) -> bool {
        matches!(self.place, Place::Require | Place::Assert)
    }

    /// A number below `of`.
    pub(crate) fn pick(&mut self, of: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % of
    }

    /// One of these.
    pub(crate) fn one_of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.pick(items.len())]
    }

    /// An expression of this form and type.
    pub(crate) fn make(&self, kind: Kind, ty: Type) -> Expression {
        Expression {
            kind,
            ty,
            span: self.span,
        }
    }

    /// A `let` of some type, which conditions drawn later can name.
    pub(crate) fn binding(&mut self) -> Expression {
        let value = match self.pick(4) {
            0 => self.truth(2),
            1 => self.int(2),
            2 => self.text(2),
            _ => self.list(2),
        };
        self.lets.push(value.ty.clone());
        value
    }

    /// A `let` of this type, where there is one.
    pub(crate) fn named(&mut self, ty: &Type) -> Option<Expression> {
        let fitting: Vec<usize> = (0..self.lets.len())
            .filter(|index| self.lets[*index] == *ty)
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let id = LetId(self.one_of(&fitting) as u32);
        Some(self.make(Kind::Let(id), ty.clone()))
    }

    /// A variable of this type that no macro further within hides.
    fn variable(&mut self, ty: &Type) -> Option<Expression> {
        let named = |name: &str| self.variables.iter().rev().find(|known| known.0 == name);
        let fitting: Vec<String> = (self.variables.iter())
            .filter(|(name, _)| named(name).is_some_and(|known| known.1 == *ty))
            .map(|(name, _)| name.clone())
            .collect();
        if fitting.is_empty() {
            return None;
        }
        let name = fitting[self.pick(fitting.len())].clone();
        Some(self.make(Kind::Variable(name), ty.clone()))
    }

    /// A condition of at most this depth.
    pub(crate) fn truth(&mut self, depth: usize) -> Expression {
        let kind = match self.pick(if depth == 0 { 4 } else { 28 }) {
            0 => Kind::Literal(Literal::Bool(self.pick(2) == 1)),
            1 => Kind::Fact(self.one_of(&[Builtin::Stream, Builtin::Json]).into()),
            2 => {
                let key = self.one_of(&KEYS).to_owned();
                Kind::Has {
                    map: Box::new(self.map()),
                    key,
                }
            }
            3 => match self.named(&Type::Bool) {
                Some(named) => return named,
                None => Kind::Literal(Literal::Bool(true)),
            },
            4 => Kind::Not(Box::new(self.truth(depth - 1))),
            5 | 6 => Kind::And((0..2 + self.pick(2)).map(|_| self.truth(depth - 1)).collect()),
            7 | 8 => Kind::Or((0..2 + self.pick(2)).map(|_| self.truth(depth - 1)).collect()),
            9 => return self.conditional(depth, Type::Bool, Self::truth),
            10 | 11 => self.relation(Self::int, depth - 1),
            12 | 13 => self.relation(Self::text, depth - 1),
            14 => self.relation(Self::truth, depth - 1),
            15 => self.relation(Self::double, depth - 1),
            16 => {
                let operator = self.one_of(&[Op::Equal, Op::NotEqual]);
                self.binary(operator, Self::list, Self::list, depth - 1)
            }
            17 => self.binary(Op::In, Self::text, Self::list, depth - 1),
            18 => self.binary(Op::In, Self::text, |choices, _| choices.map(), depth - 1),
            19 => self.binary(Op::In, Self::int, Self::literal_ints, depth - 1),
            20 => {
                let function = self.one_of(&[Function::Contains, Function::StartsWith, Function::EndsWith]);
                Kind::Call {
                    function,
                    arguments: vec![self.text(depth - 1), self.text(depth - 1)],
                }
            }
            21 => {
                let pattern = self.one_of(&PATTERNS);
                Kind::Call {
                    function: Function::Matches,
                    arguments: vec![self.text(depth - 1), self.literal(pattern)],
                }
            }
            22 => self.macro_over_list(depth - 1),
            23 => {
                let operator = self.one_of(&[Op::Less, Op::Equal, Op::GreaterOrEqual]);
                self.binary(
                    operator,
                    |choices, _| choices.moment(),
                    |choices, _| choices.moment(),
                    depth,
                )
            }
            24 => {
                let operator = self.one_of(&[Op::Less, Op::Equal]);
                self.binary(operator, |choices, _| choices.clock(), Self::int, depth - 1)
            }
            25 | 26 => self.relation(Self::joined, depth - 1),
            _ => self.relation(Self::length, depth - 1),
        };
        self.make(kind, Type::Bool)
    }

    /// A string put together.
    fn joined(&mut self, depth: usize) -> Expression {
        let kind = match self.pick(4) {
            0 => return self.text(depth),
            1 => self.binary(Op::Add, Self::joined_at_most, Self::joined_at_most, depth),
            picked => Kind::Call {
                function: Function::String,
                arguments: vec![if picked == 2 {
                    self.int(depth)
                } else {
                    self.truth(depth)
                }],
            },
        };
        self.make(kind, Type::String)
    }

    fn joined_at_most(&mut self, depth: usize) -> Expression {
        if depth == 0 {
            self.text(0)
        } else {
            self.joined(depth - 1)
        }
    }

    /// A length of time.
    fn length(&mut self, depth: usize) -> Expression {
        let kind = match self.pick(if depth == 0 { 1 } else { 3 }) {
            0 => {
                let text = self.one_of(&["0", "1h30m", "-1.5s", "999ms", "-25h"]);
                Kind::Call {
                    function: Function::Duration,
                    arguments: vec![self.literal(text)],
                }
            }
            1 => {
                let operator = self.one_of(&[Op::Add, Op::Subtract]);
                self.binary(operator, Self::length, Self::length, depth - 1)
            }
            _ => return self.conditional(depth, Type::Duration, Self::length),
        };
        self.make(kind, Type::Duration)
    }

    fn binary(
        &mut self,
        operator: Op,
        left: impl FnOnce(&mut Self, usize) -> Expression,
        right: impl FnOnce(&mut Self, usize) -> Expression,
        depth: usize,
    ) -> Kind {
        Kind::Binary {
            operator,
            left: Box::new(left(self, depth)),
            right: Box::new(right(self, depth)),
        }
    }

    fn relation(&mut self, side: fn(&mut Self, usize) -> Expression, depth: usize) -> Kind {
        let operator = self.one_of(&[
            Op::Equal,
            Op::NotEqual,
            Op::Less,
            Op::LessOrEqual,
            Op::Greater,
            Op::GreaterOrEqual,
        ]);
        self.binary(operator, side, side, depth)
    }

    fn conditional(
        &mut self,
        depth: usize,
        ty: Type,
        side: fn(&mut Self, usize) -> Expression,
    ) -> Expression {
        let kind = Kind::Conditional {
            condition: Box::new(self.truth(depth - 1)),
            then: Box::new(side(self, depth - 1)),
            otherwise: Box::new(side(self, depth - 1)),
        };
        self.make(kind, ty)
    }

    /// A string.
    pub(crate) fn literal(&self, text: &str) -> Expression {
        self.make(Kind::Literal(Literal::String(text.to_owned())), Type::String)
    }

    fn number(&mut self) -> Expression {
        let number = self.one_of(&[0, 1, 2, 7, -1, 300, 9000, 1 << 40]);
        self.make(Kind::Literal(Literal::Int(number)), Type::Int)
    }

    fn literal_ints(&mut self, _: usize) -> Expression {
        let items = (0..self.pick(12)).map(|_| self.number()).collect();
        self.make(Kind::List(items), Type::List(Box::new(Type::Int)))
    }

    /// An int far from the ends of 64 bits: sums of little, products and quotients by small literals.
    fn int(&mut self, depth: usize) -> Expression {
        let kind = match self.pick(if depth == 0 { 4 } else { 16 }) {
            0 => match self.variable(&Type::Int) {
                Some(variable) => return variable,
                None => return self.number(),
            },
            1 | 2 => Kind::Fact(
                self.one_of(&[Builtin::Tokens, Builtin::Turns, Builtin::MaxTokens])
                    .into(),
            ),
            3 if self.place == Place::Assert && self.pick(2) == 1 => {
                Kind::Attempt(AttemptAttribute::Position)
            }
            3 if self.has_target() => Kind::Target(Attribute::Context),
            3 => match self.named(&Type::Int) {
                Some(named) => return named,
                None => return self.number(),
            },
            4 => Kind::Negate(Box::new(self.int(depth - 1))),
            5..=7 => {
                let operator = self.one_of(&[Op::Add, Op::Subtract]);
                self.binary(operator, Self::int, Self::int, depth - 1)
            }
            8 => {
                let operator = self.one_of(&[Op::Multiply, Op::Divide, Op::Remainder]);
                let factor = Kind::Literal(Literal::Int(self.one_of(&[1, 2, 3, -3])));
                let factor = self.make(factor, Type::Int);
                self.binary(operator, Self::int, |_, _| factor, depth - 1)
            }
            9 => return self.conditional(depth, Type::Int, Self::int),
            10 => return self.size(|choices| choices.text(depth - 1)),
            11 => return self.size(|choices| choices.list(depth - 1)),
            12 => return self.size(Self::map),
            13 => return self.size(|choices| choices.filtered(depth - 1)),
            14 => Kind::Call {
                function: self.one_of(&[
                    Function::GetHours,
                    Function::GetSeconds,
                    Function::GetMilliseconds,
                ]),
                arguments: vec![self.length(depth - 1)],
            },
            _ => Kind::Call {
                function: Function::Int,
                arguments: vec![self.moment()],
            },
        };
        self.make(kind, Type::Int)
    }

    fn size(&mut self, of: impl FnOnce(&mut Self) -> Expression) -> Expression {
        let kind = Kind::Call {
            function: Function::Size,
            arguments: vec![of(self)],
        };
        self.make(kind, Type::Int)
    }

    fn double(&mut self, depth: usize) -> Expression {
        let kind = match self.pick(if depth == 0 { 2 } else { 6 }) {
            0 => Kind::Literal(Literal::Double(self.one_of(&[0.0, 0.15, -2.5, 1e300, 9000.0]))),
            1 if self.has_target() => {
                Kind::Target(self.one_of(&[Attribute::PriceInput, Attribute::PriceOutput]))
            }
            1 => Kind::Literal(Literal::Double(3.0)),
            2 => Kind::Negate(Box::new(self.double(depth - 1))),
            3 => return self.int(depth - 1),
            4 => {
                let operator = self.one_of(&[Op::Add, Op::Subtract, Op::Multiply, Op::Divide]);
                let divisor = self.make(Kind::Literal(Literal::Double(0.5)), Type::Double);
                let left = self.double(0);
                self.binary(operator, |_, _| left, |_, _| divisor, 0)
            }
            _ => Kind::Call {
                function: Function::Double,
                arguments: vec![self.int(depth - 1)],
            },
        };
        self.make(kind, Type::Double)
    }

    fn text(&mut self, depth: usize) -> Expression {
        let kind = match self.pick(if depth == 0 { 5 } else { 8 }) {
            0 | 1 => {
                if let Some(variable) = self.variable(&Type::String) {
                    return variable;
                }
                let text = self.one_of(&TEXTS);
                return self.literal(text);
            }
            2 => Kind::Fact(self.one_of(&[Builtin::Tenant, Builtin::Tier]).into()),
            3 if self.has_target() => {
                Kind::Target(self.one_of(&[Attribute::Model, Attribute::Region, Attribute::Protocol]))
            }
            4 => match self.named(&Type::String) {
                Some(named) => return named,
                None => return self.literal("gold"),
            },
            3 | 5 => return self.guarded_entry(),
            6 if depth > 0 => return self.conditional(depth, Type::String, Self::text),
            _ => return self.guarded_element(),
        };
        self.make(kind, Type::String)
    }

    /// `key in map ? map[key] : "none"`
    fn guarded_entry(&mut self) -> Expression {
        let (map, key) = (self.map(), self.one_of(&KEYS));
        let is_there = Kind::Binary {
            operator: Op::In,
            left: Box::new(self.literal(key)),
            right: Box::new(map.clone()),
        };
        let entry = Kind::Entry {
            map: Box::new(map),
            key: Box::new(self.literal(key)),
        };
        let kind = Kind::Conditional {
            condition: Box::new(self.make(is_there, Type::Bool)),
            then: Box::new(self.make(entry, Type::String)),
            otherwise: Box::new(self.literal("none")),
        };
        self.make(kind, Type::String)
    }

    /// `size(tags) > 0 ? tags[0] : ""`
    fn guarded_element(&mut self) -> Expression {
        let tags = self.make(
            Kind::Fact(Builtin::Tags.into()),
            Type::List(Box::new(Type::String)),
        );
        let zero = self.make(Kind::Literal(Literal::Int(0)), Type::Int);
        let is_there = Kind::Binary {
            operator: Op::Greater,
            left: Box::new(self.size(|_| tags.clone())),
            right: Box::new(zero.clone()),
        };
        let element = Kind::Element {
            list: Box::new(tags),
            index: Box::new(zero),
        };
        let kind = Kind::Conditional {
            condition: Box::new(self.make(is_there, Type::Bool)),
            then: Box::new(self.make(element, Type::String)),
            otherwise: Box::new(self.literal("")),
        };
        self.make(kind, Type::String)
    }

    fn list(&mut self, depth: usize) -> Expression {
        let ty = Type::List(Box::new(Type::String));
        let kind = match self.pick(if depth == 0 { 4 } else { 6 }) {
            0 => Kind::Fact(Builtin::Tags.into()),
            1 | 2 => Kind::List((0..self.pick(12)).map(|_| self.text(0)).collect()),
            3 if self.place == Place::Assert && self.pick(2) == 1 => {
                Kind::Attempt(AttemptAttribute::Fallbacks)
            }
            3 if self.has_target() => Kind::Target(self.one_of(&[Attribute::Tags, Attribute::Can])),
            3 => match self.named(&ty) {
                Some(named) => return named,
                None => Kind::Fact(Builtin::Tags.into()),
            },
            4 => return self.conditional(depth, ty, Self::list),
            _ => Kind::List((0..self.pick(4)).map(|_| self.text(depth - 1)).collect()),
        };
        self.make(kind, ty)
    }

    fn map(&mut self) -> Expression {
        let fact = self.one_of(&[Builtin::Headers, Builtin::Metadata]);
        let ty = Type::Map(Box::new(Type::String), Box::new(Type::String));
        self.make(Kind::Fact(fact.into()), ty)
    }

    fn macro_over_list(&mut self, depth: usize) -> Kind {
        let kind = self.one_of(&[Macro::All, Macro::Exists, Macro::ExistsOne]);
        let range = match self.pick(6) {
            0 => self.map(),
            1 => self.literal_ints(0),
            2 if depth > 0 => self.filtered(depth - 1),
            _ => self.list(depth),
        };
        self.comprehension(kind, range, depth)
    }

    /// What a condition on its strings leaves of a list.
    fn filtered(&mut self, depth: usize) -> Expression {
        let range = self.list(depth);
        let ty = range.ty.clone();
        let kind = self.comprehension(Macro::Filter, range, depth);
        self.make(kind, ty)
    }

    fn comprehension(&mut self, kind: Macro, range: Expression, depth: usize) -> Kind {
        // The variable takes the name of a fact, on purpose.
        let variable = self.one_of(&["tag", "tenant", "x"]).to_owned();
        let item = match &range.ty {
            Type::List(item) => (**item).clone(),
            _ => Type::String,
        };
        self.variables.push((variable.clone(), item));
        let step = self.truth(depth);
        self.variables.pop();
        Kind::Comprehension {
            kind,
            range: Box::new(range),
            variable,
            steps: vec![step],
        }
    }

    fn moment(&mut self) -> Expression {
        if self.pick(2) == 0 {
            return self.make(Kind::Fact(Builtin::Now.into()), Type::Timestamp);
        }
        let text = self.one_of(&["2026-11-20T12:00:00Z", "1970-01-01T00:00:00.5Z"]);
        let kind = Kind::Call {
            function: Function::Timestamp,
            arguments: vec![self.literal(text)],
        };
        self.make(kind, Type::Timestamp)
    }

    fn clock(&mut self) -> Expression {
        let function = self.one_of(&[
            Function::GetHours,
            Function::GetDayOfWeek,
            Function::GetMilliseconds,
        ]);
        let mut arguments = vec![self.moment()];
        if function != Function::GetMilliseconds && self.pick(2) == 0 {
            let zone = self.one_of(&ZONES);
            arguments.push(self.literal(zone));
        }
        self.make(Kind::Call { function, arguments }, Type::Int)
    }

    /// Facts of a request.
    pub(crate) fn facts(&mut self, register: &Register) -> Facts {
        let mut facts = Facts::empty(register);
        let text = |choices: &mut Self| choices.one_of(&TEXTS).to_owned();
        let values = [
            (Builtin::Tenant, Value::String(text(self))),
            (Builtin::Tier, Value::String(text(self))),
            (
                Builtin::Tags,
                Value::StringList((0..self.pick(4)).map(|_| text(self)).collect()),
            ),
            (Builtin::Stream, Value::Bool(self.pick(2) == 1)),
            (Builtin::Json, Value::Bool(self.pick(2) == 1)),
            (
                Builtin::Tokens,
                Value::Int(self.one_of(&[0, 1, 7, 300, 9000, 1 << 40])),
            ),
            (Builtin::Turns, Value::Int(self.one_of(&[0, 1, 7, 1 << 31]))),
            (Builtin::Headers, self.entries()),
            (Builtin::Metadata, self.entries()),
            (Builtin::Now, Value::Timestamp(self.arrival())),
        ];
        for (fact, value) in values {
            facts.set(fact.into(), value).expect("a value of the fact's type");
        }
        facts
    }

    fn entries(&mut self) -> Value {
        let entries =
            (0..self.pick(3)).map(|_| (self.one_of(&KEYS).to_owned(), self.one_of(&TEXTS).to_owned()));
        Value::StringMap(entries.collect())
    }

    fn arrival(&mut self) -> Timestamp {
        let seconds = self.one_of(&[0, 1_795_176_000, 1_234_567_890]);
        Timestamp::new(seconds, 500_000_000).expect("a moment of this era")
    }
}
