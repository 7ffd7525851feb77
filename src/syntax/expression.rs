//! Expressions: the grammar's flat list of operands and operators, climbed to a tree. Only brackets recurse, and their
//! depth was checked before.

use super::ast::{Expression, ExpressionKind, Word};
use super::bounds::{MAX_EXPRESSION_DEPTH, MAX_EXPRESSION_NODES};
use super::grammar::{Match, Rule};
use super::literal::{self, BadLiteral};
use super::nodes::{Chain, Node, Nodes, Operator};
use super::place::Place;
use super::words::{is_cel_keyword, is_reserved};
use crate::cel::Literal;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;

/// Builds the tree of one match of `expression`; `None` where it told an error.
pub(super) fn build(place: Place, matched: Match<'_>, errors: &mut Vec<Diagnostic>) -> Option<Expression> {
    let span = place.span(&matched);
    let known = errors.len();
    let mut builder = Builder {
        place,
        errors,
        nodes: Nodes::default(),
    };
    let node = builder.expression(matched);
    let Nodes { count, too_deep } = builder.nodes;
    if too_deep {
        errors.push(
            Diagnostic::error(Code::TOO_DEEP, "an expression is too deep")
                .at(
                    span,
                    format!("more than {MAX_EXPRESSION_DEPTH} operations, one within the other"),
                )
                .help("give parts of it names with `let`"),
        );
    } else if count > MAX_EXPRESSION_NODES {
        errors.push(
            Diagnostic::error(Code::TOO_LARGE, "an expression is too large")
                .at(
                    span,
                    format!("{count} operands and operators; at most {MAX_EXPRESSION_NODES} fit"),
                )
                .help("compare with a list (`x in [\"a\", \"b\"]`), whose literals do not count"),
        );
    }
    (errors.len() == known).then_some(node.expression)
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
    nodes: Nodes,
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
                    chain.reduce(&mut self.nodes, operator.rank());
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
            node = self.nodes.conditional(condition, then, node);
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
                    None => self.nodes.leaf(ExpressionKind::Literal(Literal::Null), span),
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
        self.nodes.leaf(kind, span)
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
        self.nodes.leaf(kind, span)
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
                let field = self.field(&part);
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
                self.nodes
                    .node(ExpressionKind::Select { operand, field }, outer, depth)
            }
            Rule::index => {
                let index = self.only(part);
                let depth = node.depth.max(index.depth) + 1;
                let kind = ExpressionKind::Index {
                    operand: Box::new(node.expression),
                    index: Box::new(index.expression),
                };
                self.nodes.node(kind, outer, depth)
            }
            Rule::arguments => self.call(node, part, was, outer),
            _ => self.message(node, part, was, outer),
        }
    }

    /// The name of a field, without the backticks that it may stand in.
    fn field(&self, part: &Match<'_>) -> Word {
        Word {
            text: part.as_str().trim_matches('`').to_owned(),
            span: self.place.span(part),
        }
    }

    fn call(&mut self, node: Node, part: Match<'_>, last: Last, outer: Span) -> Node {
        let called = node.outer;
        // The name becomes the call's own node.
        self.nodes.count = self.nodes.count.saturating_sub(1);
        let (receiver, function, mut depth) = match node.expression.kind {
            ExpressionKind::Identifier(text) if last == Last::Name => (None, Word { text, span: called }, 0),
            ExpressionKind::Select { operand, field } if last == Last::Name => {
                (Some(operand), field, node.depth - 1)
            }
            _ => {
                if !self.nodes.too_deep {
                    self.errors.push(
                        Diagnostic::error(Code::SYNTAX, "only a function can be called")
                            .at(outer, "this is no function's name")
                            .help("write an operator before the parenthesis, or leave it out"),
                    );
                }
                return self.nodes.leaf(ExpressionKind::Literal(Literal::Null), outer);
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
        self.nodes.node(kind, outer, depth + 1)
    }

    fn message(&mut self, node: Node, part: Match<'_>, last: Last, outer: Span) -> Node {
        let name = message_name(&node.expression).filter(|_| last == Last::Name);
        let Some(text) = name else {
            if self.nodes.too_deep {
                return self.nodes.leaf(ExpressionKind::Literal(Literal::Null), outer);
            }
            self.errors.push(
                Diagnostic::error(Code::SYNTAX, "a map cannot stand behind a value")
                    .at(self.place.span(&part), "an operator is missing before this")
                    .help("write an operator between the two"),
            );
            return self.nodes.leaf(ExpressionKind::Literal(Literal::Null), outer);
        };
        let mut depth = 0;
        let mut parts = part.into_inner().filter(|part| part.as_rule() != Rule::colon);
        let mut fields = Vec::new();
        while let (Some(field), Some(value)) = (parts.next(), parts.next()) {
            let field = self.field(&field);
            let value = self.expression(value);
            depth = depth.max(value.depth);
            fields.push((field, value.expression));
        }
        let name = Word {
            text,
            span: node.outer,
        };
        let kind = ExpressionKind::Message { name, fields };
        self.nodes.node(kind, outer, depth + 1)
    }

    fn list(&mut self, part: Match<'_>, span: Span) -> Node {
        let mut depth = 0;
        let elements = part
            .into_inner()
            .map(|element| {
                let before = self.nodes.count;
                let node = self.expression(element);
                if matches!(node.expression.kind, ExpressionKind::Literal(_)) {
                    self.nodes.count = before;
                }
                depth = depth.max(node.depth);
                node.expression
            })
            .collect();
        self.nodes.node(ExpressionKind::List(elements), span, depth + 1)
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
        self.nodes.node(ExpressionKind::Map(entries), span, depth + 1)
    }

    fn only(&mut self, part: Match<'_>) -> Node {
        let span = self.place.span(&part);
        match part.into_inner().next() {
            Some(inner) => self.expression(inner),
            None => self.nodes.leaf(ExpressionKind::Literal(Literal::Null), span),
        }
    }

    /// The tree of all that a chain holds.
    fn close(&mut self, chain: &mut Chain) -> Node {
        match chain.close(&mut self.nodes) {
            Some(node) => node,
            None => self
                .nodes
                .leaf(ExpressionKind::Literal(Literal::Null), self.place.start()),
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
            node = self.nodes.node(kind, outer, depth);
        }
        node
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
        ExpressionKind::Select { operand, field } if !is_escaped(field) => {
            message_name(operand).map(|name| format!("{name}.{}", field.text))
        }
        _ => None,
    }
}

/// Whether a field stands in backticks.
fn is_escaped(field: &Word) -> bool {
    field.span.range().len() != field.text.len()
}

/// What is wrong with a literal, placed.
pub(super) fn bad_literal(bad: BadLiteral, span: Span) -> Diagnostic {
    let start = span.start as usize;
    let place = Span::new(span.file, start + bad.range.start, start + bad.range.end);
    Diagnostic::error(Code::SYNTAX, bad.message)
        .at(place, "cannot be read")
        .help(bad.help)
}
