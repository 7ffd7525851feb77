//! Writes typed expressions as canonical CEL: for people, and in the dialect that the interpreter is given.
//!
//! For the interpreter every name is replaced by one that cannot be shadowed (`f3` a fact, `t4` an attribute of the
//! target, `p0` one of an attempt, `v_x` a macro's variable), `let`s are written out, and what need not be parsed or computed again for each
//! request (lists of literals, patterns, durations, time stamps) becomes a constant `c0`, `c1`, …

use super::key_order::iterates_unordered;
use crate::cel::time::parse_duration;
use crate::cel::{BinaryOperator, Literal, quote};
use crate::facts::{FactId, Timestamp};
use crate::model::{
    AttemptAttribute, Expression, ExpressionKind, Function, Macro, Policy, TargetAttribute, Type,
};
use std::fmt::Write;

/// How tightly an expression's outermost operator binds.
mod binding {
    pub(super) const CONDITIONAL: u8 = 0;
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const RELATION: u8 = 3;
    pub(super) const SUM: u8 = 4;
    pub(super) const PRODUCT: u8 = 5;
    pub(super) const UNARY: u8 = 6;
    pub(super) const PRIMARY: u8 = 7;
}

/// A value that the interpreter is handed ready-made.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    /// A list of literals of one type.
    List(Vec<Literal>),
    /// Strings that are only looked up.
    Texts(Vec<String>),
    /// A regular expression in RE2's syntax.
    Pattern(String),
    /// A length of time in nanoseconds.
    Duration(i64),
    /// A moment.
    Timestamp(Timestamp),
}

/// An expression in the interpreter's dialect.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct ProgramText {
    /// The CEL text.
    pub(super) text: String,
    /// What `c0`, `c1`, … stand for.
    pub(super) constants: Vec<Constant>,
    /// The facts that `f0`, `f1`, … stand for, and `k0`, `k1`, … for the sorted keys of.
    pub(super) facts: Vec<FactId>,
}

/// The expression as people write it, on one line.
pub(super) fn for_people(expression: &Expression, policy: &Policy) -> String {
    written(expression, policy, false)
}

/// The same with `let`s written out, so that equal texts mean the same in any policy.
pub(super) fn written_out(expression: &Expression, policy: &Policy) -> String {
    written(expression, policy, true)
}

fn written(expression: &Expression, policy: &Policy, opens_lets: bool) -> String {
    let mut writer = Writer {
        policy,
        out: String::new(),
        program: None,
        opens_lets,
    };
    writer.expression(expression, binding::CONDITIONAL);
    writer.out
}

/// The expression in the interpreter's dialect. An error says, in words, what the interpreter cannot do.
pub(super) fn for_interpreter(expression: &Expression, policy: &Policy) -> Result<ProgramText, String> {
    if iterates_unordered(expression, policy) {
        return Err(
            "the order of a map's keys is not defined where the map is not a fact or a literal".to_owned(),
        );
    }
    let mut writer = Writer {
        policy,
        out: String::new(),
        program: Some(ProgramText::default()),
        opens_lets: true,
    };
    writer.expression(expression, binding::CONDITIONAL);
    let program = writer.program.unwrap_or_default();
    Ok(ProgramText {
        text: writer.out,
        ..program
    })
}

struct Writer<'a> {
    policy: &'a Policy,
    out: String,
    /// What the interpreter's names stand for, as far as known; `None` where the text is for people.
    program: Option<ProgramText>,
    /// Whether `let`s are written out.
    opens_lets: bool,
}

impl Writer<'_> {
    fn for_interpreter(&self) -> bool {
        self.program.is_some()
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn constant(&mut self, constant: Constant) {
        let constants = &mut self.program.get_or_insert_default().constants;
        let _ = write!(self.out, "c{}", place(constants, constant));
    }

    /// Writes an expression, in parentheses where it binds less than `needed`.
    fn expression(&mut self, expression: &Expression, needed: u8) {
        if let ExpressionKind::Let(id) = &expression.kind
            && self.opens_lets
            && let Some(binding) = self.policy.binding(*id)
        {
            return self.expression(&binding.value, needed);
        }
        let parentheses = binding_of(expression) < needed;
        if parentheses {
            self.push("(");
        }
        self.bare(expression);
        if parentheses {
            self.push(")");
        }
    }

    fn bare(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::Literal(literal) => self.push(&literal.to_string()),
            ExpressionKind::Fact(fact) => self.fact(*fact),
            ExpressionKind::Let(id) => {
                let name = self.policy.binding(*id).map(|binding| binding.name.clone());
                self.push(&name.unwrap_or_default());
            }
            ExpressionKind::Target(attribute) => self.attribute(*attribute),
            ExpressionKind::Attempt(attribute) => self.attempt(*attribute),
            ExpressionKind::Variable(name) => self.variable(name),
            ExpressionKind::Not(operand) => self.unary("!", operand),
            ExpressionKind::Negate(operand) => self.unary("-", operand),
            ExpressionKind::And(operands) => self.joined(operands, " && ", binding::RELATION),
            ExpressionKind::Or(operands) => self.joined(operands, " || ", binding::AND),
            ExpressionKind::Binary { .. } => self.chain(expression),
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                self.expression(condition, binding::OR);
                self.push(" ? ");
                self.expression(then, binding::OR);
                self.push(" : ");
                self.expression(otherwise, binding::CONDITIONAL);
            }
            ExpressionKind::Call { function, arguments } => self.call(*function, arguments),
            ExpressionKind::Comprehension {
                kind,
                range,
                variable,
                steps,
            } => self.comprehension(*kind, range, variable, steps),
            ExpressionKind::Entry {
                map: from,
                key: index,
            }
            | ExpressionKind::Element { list: from, index } => {
                self.expression(from, binding::PRIMARY);
                self.push("[");
                self.expression(index, binding::CONDITIONAL);
                self.push("]");
            }
            ExpressionKind::Has { map, key } => {
                if self.for_interpreter() {
                    self.push("(");
                    self.push(&quote(key));
                    self.push(" in ");
                    self.expression(map, binding::SUM);
                } else {
                    self.push("has(");
                    self.expression(map, binding::PRIMARY);
                    let _ = write!(self.out, ".{key}");
                }
                self.push(")");
            }
            ExpressionKind::List(items) => match literals(items) {
                Some(literals) if self.for_interpreter() => self.constant(Constant::List(literals)),
                _ => {
                    self.push("[");
                    self.joined(items, ", ", binding::CONDITIONAL);
                    self.push("]");
                }
            },
            ExpressionKind::Map(entries) => {
                self.push("{");
                for (index, (key, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        self.push(", ");
                    }
                    self.expression(key, binding::CONDITIONAL);
                    self.push(": ");
                    self.expression(value, binding::CONDITIONAL);
                }
                self.push("}");
            }
        }
    }

    fn fact(&mut self, fact: FactId) {
        if let Some(program) = &mut self.program {
            let _ = write!(self.out, "f{}", place(&mut program.facts, fact));
        } else if let Some(definition) = self.policy.facts.get(fact) {
            self.out.push_str(&definition.name);
        }
    }

    fn attribute(&mut self, attribute: TargetAttribute) {
        if self.for_interpreter() {
            let _ = write!(self.out, "t{}", attribute as u8);
        } else {
            let _ = write!(self.out, "target.{}", attribute.path());
        }
    }

    fn attempt(&mut self, attribute: AttemptAttribute) {
        if self.for_interpreter() {
            let _ = write!(self.out, "p{}", attribute as u8);
        } else {
            self.push(attribute.name());
        }
    }

    fn variable(&mut self, name: &str) {
        if self.for_interpreter() {
            self.push("v_");
        }
        self.push(name);
    }

    fn unary(&mut self, operator: &str, operand: &Expression) {
        self.push(operator);
        self.expression(operand, binding::PRIMARY);
    }

    fn joined(&mut self, operands: &[Expression], separator: &str, needed: u8) {
        for (index, operand) in operands.iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            self.expression(operand, needed);
        }
    }

    /// A chain of operators that nests to the left, without recursing along it.
    fn chain(&mut self, expression: &Expression) {
        let mut steps = Vec::new();
        let mut base = expression;
        let mut needed = 0;
        while let ExpressionKind::Binary {
            operator,
            left,
            right,
        } = &base.kind
            && binding_of(base) >= needed
        {
            needed = binding_of(base);
            steps.push((*operator, right));
            base = left;
        }
        self.expression(base, needed);
        while let Some((operator, right)) = steps.pop() {
            let _ = write!(self.out, " {} ", operator.symbol());
            match (operator, texts(right)) {
                (BinaryOperator::In, Some(texts)) if self.for_interpreter() => {
                    self.constant(Constant::Texts(texts));
                }
                _ => self.expression(right, operator_binding(operator) + 1),
            }
        }
    }

    fn call(&mut self, function: Function, arguments: &[Expression]) {
        if self.for_interpreter() && self.mended_call(function, arguments) {
            return;
        }
        match arguments {
            [receiver, rest @ ..] if function.is_method() => {
                self.expression(receiver, binding::PRIMARY);
                let _ = write!(self.out, ".{}(", function.name());
                self.joined(rest, ", ", binding::CONDITIONAL);
            }
            _ => {
                let _ = write!(self.out, "{}(", function.name());
                self.joined(arguments, ", ", binding::CONDITIONAL);
            }
        }
        self.push(")");
    }

    /// Calls in which the interpreter differs from the specification, or that are better done once.
    fn mended_call(&mut self, function: Function, arguments: &[Expression]) -> bool {
        let literal = arguments.last().and_then(|argument| match &argument.kind {
            ExpressionKind::Literal(Literal::String(text)) => Some(text),
            _ => None,
        });
        match (function, arguments, literal) {
            (Function::Matches, [receiver, _], Some(pattern)) => {
                self.expression(receiver, binding::PRIMARY);
                let _ = write!(self.out, ".{}(", super::dialect::MATCHES);
                self.constant(Constant::Pattern(pattern.clone()));
                self.push(")");
            }
            (Function::GetMilliseconds, [receiver], _) => {
                self.expression(receiver, binding::PRIMARY);
                let _ = write!(self.out, ".{}()", super::dialect::GET_MILLISECONDS);
            }
            (Function::Duration, [_], Some(text)) => match parse_duration(text) {
                Some(nanoseconds) => self.constant(Constant::Duration(nanoseconds)),
                None => return false,
            },
            (Function::Timestamp, [_], Some(text)) => match Timestamp::parse(text) {
                Some(moment) => self.constant(Constant::Timestamp(moment)),
                None => return false,
            },
            _ => return false,
        }
        true
    }

    fn comprehension(&mut self, kind: Macro, range: &Expression, variable: &str, steps: &[Expression]) {
        if self.for_interpreter() && matches!(range.ty, Type::Map(..)) {
            self.keys(range);
        } else {
            self.expression(range, binding::PRIMARY);
        }
        let _ = write!(self.out, ".{}(", kind.name());
        self.variable(variable);
        self.push(", ");
        self.joined(steps, ", ", binding::CONDITIONAL);
        self.push(")");
    }

    /// A map's keys as a list in a fixed order: those of a fact sorted, those of a literal as written.
    fn keys(&mut self, map: &Expression) {
        match &map.kind {
            ExpressionKind::Let(id) => {
                if let Some(binding) = self.policy.binding(*id) {
                    self.keys(&binding.value);
                }
            }
            ExpressionKind::Fact(fact) => {
                let facts = &mut self.program.get_or_insert_default().facts;
                let _ = write!(self.out, "k{}", place(facts, *fact));
            }
            ExpressionKind::Map(entries) => {
                self.push("[");
                for (index, (key, _)) in entries.iter().enumerate() {
                    if index > 0 {
                        self.push(", ");
                    }
                    self.expression(key, binding::CONDITIONAL);
                }
                self.push("]");
            }
            ExpressionKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                self.push("(");
                self.expression(condition, binding::OR);
                self.push(" ? ");
                self.keys(then);
                self.push(" : ");
                self.keys(otherwise);
                self.push(")");
            }
            _ => self.expression(map, binding::PRIMARY),
        }
    }
}

/// The index of an item in a list of such, where it is added if it is new.
fn place<T: PartialEq>(items: &mut Vec<T>, item: T) -> usize {
    let known = items.iter().position(|known| *known == item);
    known.unwrap_or_else(|| {
        items.push(item);
        items.len() - 1
    })
}

fn operator_binding(operator: BinaryOperator) -> u8 {
    match operator {
        BinaryOperator::Add | BinaryOperator::Subtract => binding::SUM,
        BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Remainder => binding::PRODUCT,
        _ => binding::RELATION,
    }
}

fn binding_of(expression: &Expression) -> u8 {
    match &expression.kind {
        ExpressionKind::Conditional { .. } => binding::CONDITIONAL,
        ExpressionKind::Or(_) => binding::OR,
        ExpressionKind::And(_) => binding::AND,
        ExpressionKind::Binary { operator, .. } => operator_binding(*operator),
        ExpressionKind::Not(_) | ExpressionKind::Negate(_) => binding::UNARY,
        ExpressionKind::Literal(Literal::Int(number)) if *number < 0 => binding::UNARY,
        ExpressionKind::Literal(Literal::Double(number)) if number.is_sign_negative() => binding::UNARY,
        _ => binding::PRIMARY,
    }
}

/// The literals of a list of nothing else.
fn literals(items: &[Expression]) -> Option<Vec<Literal>> {
    items
        .iter()
        .map(|item| match &item.kind {
            ExpressionKind::Literal(literal) => Some(literal.clone()),
            _ => None,
        })
        .collect()
}

/// The strings of a list literal of nothing else.
fn texts(list: &Expression) -> Option<Vec<String>> {
    let ExpressionKind::List(items) = &list.kind else {
        return None;
    };
    items
        .iter()
        .map(|item| match &item.kind {
            ExpressionKind::Literal(Literal::String(text)) => Some(text.clone()),
            _ => None,
        })
        .collect()
}
