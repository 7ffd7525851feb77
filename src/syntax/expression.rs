//! Expressions: the grammar's flat list of operands and operators, climbed to a tree. Only brackets recurse, and their
//! depth was checked before.

use super::ast::{Expression, ExpressionKind, Word};
use super::bounds::{MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_NODES};
use super::grammar::{Match, Rule};
use super::literal::{self, BadLiteral};
use super::place::Place;
use super::words::{is_cel_keyword, is_reserved};
use crate::cel::{BinaryOperator, Literal};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Builds the tree of one match of `expression`; `None` where it told an error.
pub(super) fn build(place: Place, matched: Match<'_>, errors: &mut Vec<Diagnostic>) -> Option<Expression> {
    let span = place.span(&matched);
    let known = errors.len();
    let mut builder = Builder {
        place,
        errors,
        nodes: 0,
        too_deep: false,
    };
    let node = builder.expression(matched);
    let (nodes, too_deep) = (builder.nodes, builder.too_deep);
    if too_deep {
        errors.push(
            Diagnostic::error(Code::TOO_DEEP, "an expression is too deep")
                .at(
                    span,
                    format!("more than {MAX_EXPRESSION_DEPTH} operations, one within the other"),
                )
                .help("give parts of it names with `let`"),
        );
    } else if nodes > MAX_EXPRESSION_NODES {
        errors.push(
            Diagnostic::error(Code::TOO_LARGE, "an expression is too large")
                .at(
                    span,
                    format!("{nodes} operands and operators; at most {MAX_EXPRESSION_NODES} fit"),
                )
                .help("compare with a list (`x in [\"a\", \"b\"]`), whose literals do not count"),
        );
    }
    (errors.len() == known).then_some(node.expression)
}

/// A built expression on its way up.
struct Node {
    expression: Expression,
    /// Where it stands, parentheses included.
    outer: Span,
    /// Nodes to its deepest leaf.
    depth: usize,
    /// A chain of `&&` or `||` that still grows: not in parentheses.
    growing: bool,
}

/// What a postfix may stand behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// A name or a selected name: it may be called.
    Name,
    /// A field in backticks.
    Escaped,
    Other,
}

struct Builder<'e> {
    place: Place,
    errors: &'e mut Vec<Diagnostic>,
    nodes: usize,
    too_deep: bool,
}

/// A sign before an operand.
#[derive(Clone, Copy)]
struct Prefix {
    negate: bool,
    span: Span,
}

impl Builder<'_> {
    /// The tree of a match of `expression`.
    fn expression(&mut self, matched: Match<'_>) -> Node {
        let mut chain = Chain::default();
        let mut choices: Vec<(Node, Node)> = Vec::new();
        let mut condition: Option<Node> = None;
        let mut prefixes: Vec<Prefix> = Vec::new();
        let mut parts = matched.into_inner().peekable();
        while let Some(part) = parts.next() {
            match part.as_rule() {
                Rule::prefix => prefixes.push(Prefix {
                    negate: part.as_str() == "-",
                    span: self.place.span(&part),
                }),
                Rule::operator => {
                    let operator = Operator::of(part.as_str());
                    self.reduce(&mut chain, operator.rank());
                    chain.operators.push((operator, self.place.span(&part)));
                }
                Rule::question => condition = Some(self.close(&mut chain)),
                Rule::colon => {
                    let then = self.close(&mut chain);
                    if let Some(condition) = condition.take() {
                        choices.push((condition, then));
                    }
                }
                _ => {
                    let mut last = Last::Other;
                    let mut node = self.primary(part, &mut prefixes, &mut last);
                    while let Some(postfix) = parts.next_if(|part| is_postfix(part.as_rule())) {
                        node = self.postfix(node, postfix, &mut last);
                    }
                    let node = self.apply(node, &mut prefixes);
                    chain.operands.push(node);
                }
            }
        }
        let mut node = self.close(&mut chain);
        for (condition, then) in choices.into_iter().rev() {
            node = self.conditional(condition, then, node);
        }
        node
    }

    fn primary(&mut self, part: Match<'_>, prefixes: &mut Vec<Prefix>, last: &mut Last) -> Node {
        let mut span = self.place.span(&part);
        let kind = match part.as_rule() {
            Rule::parenthesised => {
                return match part.into_inner().next() {
                    Some(inner) => Node {
                        outer: span,
                        growing: false,
                        ..self.expression(inner)
                    },
                    None => self.leaf(ExpressionKind::Literal(Literal::Null), span),
                };
            }
            Rule::string => ExpressionKind::Literal(self.literal(literal::string(part.as_str()), span)),
            Rule::number => {
                let sign = prefixes
                    .pop_if(|sign| sign.negate && !part.as_str().ends_with(['u', 'U']))
                    .map(|sign| sign.span);
                let value = self.literal(literal::number(part.as_str(), sign.is_some()), span);
                span = sign.map_or(span, |sign| sign.to(span));
                ExpressionKind::Literal(value)
            }
            Rule::list_literal => return self.list(part, span),
            Rule::map_literal => return self.map(part, span),
            _ => return self.name(part.as_str(), span, last),
        };
        self.leaf(kind, span)
    }

    fn name(&mut self, text: &str, span: Span, last: &mut Last) -> Node {
        let kind = match text {
            "true" => ExpressionKind::Literal(Literal::Bool(true)),
            "false" => ExpressionKind::Literal(Literal::Bool(false)),
            "null" => ExpressionKind::Literal(Literal::Null),
            _ => {
                *last = Last::Name;
                if is_reserved(text.trim_start_matches('.')) {
                    self.errors.push(
                        Diagnostic::error(Code::RESERVED_NAME, format!("`{text}` is a reserved word of CEL"))
                            .at(span, "cannot be a name")
                            .help("use another name"),
                    );
                }
                ExpressionKind::Identifier(text.to_owned())
            }
        };
        self.leaf(kind, span)
    }

    fn literal(&mut self, decoded: Result<Literal, BadLiteral>, span: Span) -> Literal {
        decoded.unwrap_or_else(|bad| {
            self.errors.push(bad_literal(bad, span));
            Literal::Null
        })
    }

    fn postfix(&mut self, node: Node, part: Match<'_>, last: &mut Last) -> Node {
        let outer = node.outer.to(self.place.span(&part));
        let was = std::mem::replace(last, Last::Other);
        match part.as_rule() {
            Rule::selector => {
                let written = part.as_str();
                let field = Word {
                    text: written.trim_matches('`').to_owned(),
                    span: self.place.span(&part),
                };
                if is_cel_keyword(written) {
                    self.errors.push(
                        Diagnostic::error(
                            Code::RESERVED_NAME,
                            format!("`{written}` is a reserved word of CEL"),
                        )
                        .at(field.span, "cannot be a field")
                        .help(format!("write `[\"{written}\"]`")),
                    );
                }
                *last = if written.starts_with('`') {
                    Last::Escaped
                } else {
                    Last::Name
                };
                let depth = node.depth + 1;
                let operand = Box::new(node.expression);
                self.node(ExpressionKind::Select { operand, field }, outer, depth)
            }
            Rule::index => {
                let index = self.only(part);
                let depth = node.depth.max(index.depth) + 1;
                let kind = ExpressionKind::Index {
                    operand: Box::new(node.expression),
                    index: Box::new(index.expression),
                };
                self.node(kind, outer, depth)
            }
            Rule::arguments => self.call(node, part, was, outer),
            _ => self.message(node, part, was, outer),
        }
    }

    fn call(&mut self, node: Node, part: Match<'_>, last: Last, outer: Span) -> Node {
        let called = node.outer;
        // The name becomes the call's own node.
        self.nodes = self.nodes.saturating_sub(1);
        let (receiver, function, mut depth) = match node.expression.kind {
            ExpressionKind::Identifier(text) if last == Last::Name => (None, Word { text, span: called }, 0),
            ExpressionKind::Select { operand, field } if last == Last::Name => {
                (Some(operand), field, node.depth - 1)
            }
            _ => {
                if !self.too_deep {
                    self.errors.push(
                        Diagnostic::error(Code::SYNTAX, "only a function can be called")
                            .at(outer, "this is no function's name")
                            .help("write an operator before the parenthesis, or leave it out"),
                    );
                }
                return self.leaf(ExpressionKind::Literal(Literal::Null), outer);
            }
        };
        let arguments = part
            .into_inner()
            .map(|argument| self.expression(argument))
            .map(|argument| {
                depth = depth.max(argument.depth);
                argument.expression
            })
            .collect();
        let kind = ExpressionKind::Call {
            receiver,
            function,
            arguments,
        };
        self.node(kind, outer, depth + 1)
    }

    fn message(&mut self, node: Node, part: Match<'_>, last: Last, outer: Span) -> Node {
        let name = message_name(&node.expression).filter(|_| last == Last::Name);
        let Some(text) = name else {
            if self.too_deep {
                return self.leaf(ExpressionKind::Literal(Literal::Null), outer);
            }
            self.errors.push(
                Diagnostic::error(Code::SYNTAX, "a map cannot stand behind a value")
                    .at(self.place.span(&part), "an operator is missing before this")
                    .help("write an operator between the two"),
            );
            return self.leaf(ExpressionKind::Literal(Literal::Null), outer);
        };
        for field in part
            .into_inner()
            .filter(|field| field.as_rule() == Rule::expression)
        {
            self.expression(field);
        }
        let name = Word {
            text,
            span: node.outer,
        };
        self.node(ExpressionKind::Message { name }, outer, 1)
    }

    fn list(&mut self, part: Match<'_>, span: Span) -> Node {
        let mut depth = 0;
        let elements = part
            .into_inner()
            .map(|element| {
                let before = self.nodes;
                let node = self.expression(element);
                if matches!(node.expression.kind, ExpressionKind::Literal(_)) {
                    self.nodes = before;
                }
                depth = depth.max(node.depth);
                node.expression
            })
            .collect();
        self.node(ExpressionKind::List(elements), span, depth + 1)
    }

    fn map(&mut self, part: Match<'_>, span: Span) -> Node {
        let mut depth = 0;
        let mut parts = part
            .into_inner()
            .filter(|part| part.as_rule() == Rule::expression);
        let mut entries = Vec::new();
        while let (Some(key), Some(value)) = (parts.next(), parts.next()) {
            let (key, value) = (self.expression(key), self.expression(value));
            depth = depth.max(key.depth).max(value.depth);
            entries.push((key.expression, value.expression));
        }
        self.node(ExpressionKind::Map(entries), span, depth + 1)
    }

    fn only(&mut self, part: Match<'_>) -> Node {
        let span = self.place.span(&part);
        match part.into_inner().next() {
            Some(inner) => self.expression(inner),
            None => self.leaf(ExpressionKind::Literal(Literal::Null), span),
        }
    }

    /// Applies the signs before an operand, the innermost first.
    fn apply(&mut self, mut node: Node, prefixes: &mut Vec<Prefix>) -> Node {
        let first = prefixes.first().is_some_and(|sign| sign.negate);
        if let Some(other) = prefixes.iter().find(|sign| sign.negate != first) {
            self.errors.push(
                Diagnostic::error(Code::SYNTAX, "`!` and `-` cannot stand beside each other")
                    .at(other.span, "the other sign")
                    .help("put parentheses around the inner one"),
            );
        }
        while let Some(sign) = prefixes.pop() {
            let outer = sign.span.to(node.outer);
            let depth = node.depth + 1;
            let operand = Box::new(node.expression);
            let kind = if sign.negate {
                ExpressionKind::Negate(operand)
            } else {
                ExpressionKind::Not(operand)
            };
            node = self.node(kind, outer, depth);
        }
        node
    }

    /// Joins operands while the operator between them binds at least as tight as `rank`.
    fn reduce(&mut self, chain: &mut Chain, rank: u8) {
        while let Some((operator, span)) = chain.operators.pop_if(|(operator, _)| operator.rank() >= rank) {
            let (Some(right), Some(left)) = (chain.operands.pop(), chain.operands.pop()) else {
                return;
            };
            let node = self.join(operator, span, left, right);
            chain.operands.push(node);
        }
    }

    /// Joins all that is left of a chain.
    fn close(&mut self, chain: &mut Chain) -> Node {
        self.reduce(chain, 0);
        match chain.operands.pop() {
            Some(node) => node,
            None => self.leaf(ExpressionKind::Literal(Literal::Null), self.place.start()),
        }
    }

    fn join(&mut self, operator: Operator, operator_span: Span, left: Node, right: Node) -> Node {
        let outer = left.outer.to(right.outer);
        let depth = left.depth.max(right.depth) + 1;
        let kind = match operator {
            Operator::Binary(operator) => ExpressionKind::Binary {
                operator,
                operator_span,
                left: Box::new(left.expression),
                right: Box::new(right.expression),
            },
            Operator::And | Operator::Or => return self.extend(operator, left, right, outer),
        };
        self.node(kind, outer, depth)
    }

    /// Adds an operand to a chain of `&&` or `||`, or begins one.
    fn extend(&mut self, operator: Operator, mut left: Node, right: Node, outer: Span) -> Node {
        let depth = left.depth.max(right.depth + 1);
        match (&mut left.expression.kind, operator) {
            (ExpressionKind::And(operands), Operator::And) | (ExpressionKind::Or(operands), Operator::Or)
                if left.growing && depth <= MAX_EXPRESSION_DEPTH =>
            {
                operands.push(right.expression);
                left.expression.span = outer;
                Node { outer, depth, ..left }
            }
            _ => {
                let depth = left.depth.max(right.depth) + 1;
                let operands = vec![left.expression, right.expression];
                let kind = if operator == Operator::And {
                    ExpressionKind::And(operands)
                } else {
                    ExpressionKind::Or(operands)
                };
                Node {
                    growing: true,
                    ..self.node(kind, outer, depth)
                }
            }
        }
    }

    fn conditional(&mut self, condition: Node, then: Node, otherwise: Node) -> Node {
        let outer = condition.outer.to(otherwise.outer);
        let depth = condition.depth.max(then.depth).max(otherwise.depth) + 1;
        let kind = ExpressionKind::Conditional {
            condition: Box::new(condition.expression),
            then: Box::new(then.expression),
            otherwise: Box::new(otherwise.expression),
        };
        self.node(kind, outer, depth)
    }

    fn leaf(&mut self, kind: ExpressionKind, span: Span) -> Node {
        self.node(kind, span, 1)
    }

    /// A node, unless it is too deep: then a leaf in its place, so that no tree is deeper than the bound.
    fn node(&mut self, mut kind: ExpressionKind, span: Span, mut depth: usize) -> Node {
        self.nodes += 1;
        if depth > MAX_EXPRESSION_DEPTH {
            self.too_deep = true;
            kind = ExpressionKind::Literal(Literal::Null);
            depth = 1;
        }
        Node {
            expression: Expression { kind, span },
            outer: span,
            depth,
            growing: false,
        }
    }
}

/// Operands and operators that wait for what follows.
#[derive(Default)]
struct Chain {
    operands: Vec<Node>,
    operators: Vec<(Operator, Span)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Or,
    And,
    Binary(BinaryOperator),
}

impl Operator {
    fn of(text: &str) -> Self {
        match text {
            "||" => Operator::Or,
            "&&" => Operator::And,
            "==" => Operator::Binary(BinaryOperator::Equal),
            "!=" => Operator::Binary(BinaryOperator::NotEqual),
            "<" => Operator::Binary(BinaryOperator::Less),
            "<=" => Operator::Binary(BinaryOperator::LessOrEqual),
            ">" => Operator::Binary(BinaryOperator::Greater),
            ">=" => Operator::Binary(BinaryOperator::GreaterOrEqual),
            "+" => Operator::Binary(BinaryOperator::Add),
            "-" => Operator::Binary(BinaryOperator::Subtract),
            "*" => Operator::Binary(BinaryOperator::Multiply),
            "/" => Operator::Binary(BinaryOperator::Divide),
            "%" => Operator::Binary(BinaryOperator::Remainder),
            _ => Operator::Binary(BinaryOperator::In),
        }
    }

    /// How tight it binds, from 1.
    fn rank(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Binary(operator) => rank(operator),
        }
    }
}

/// How tight an operator of two operands binds: relations 3, sums 4, products 5.
pub(super) fn rank(operator: BinaryOperator) -> u8 {
    match operator {
        BinaryOperator::Add | BinaryOperator::Subtract => 4,
        BinaryOperator::Multiply | BinaryOperator::Divide | BinaryOperator::Remainder => 5,
        _ => 3,
    }
}

fn is_postfix(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::selector | Rule::arguments | Rule::index | Rule::fields
    )
}

/// The dotted name that an expression is, if it is one.
fn message_name(expression: &Expression) -> Option<String> {
    match &expression.kind {
        ExpressionKind::Identifier(name) => Some(name.clone()),
        ExpressionKind::Select { operand, field } => {
            message_name(operand).map(|name| format!("{name}.{}", field.text))
        }
        _ => None,
    }
}

/// What is wrong with a literal, placed.
pub(super) fn bad_literal(bad: BadLiteral, span: Span) -> Diagnostic {
    let start = span.start as usize;
    let place = Span::new(span.file, start + bad.range.start, start + bad.range.end);
    Diagnostic::error(Code::SYNTAX, bad.message)
        .at(place, "cannot be read")
        .help(bad.help)
}
