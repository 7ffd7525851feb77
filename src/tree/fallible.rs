//! Which conditions could fail. The checker has shown that none does; where one nevertheless did, what is read before it
//! and what after would make a difference.

use super::predicate::{Choose, Double, List, Number, Text, Truth};

/// Most nodes that are looked at; a larger condition counts as one that can fail.
const MOST_LOOKED_AT: usize = 1_024;

impl Truth {
    /// Whether evaluating it over the facts of a request could fail.
    pub(super) fn can_fail(&self) -> bool {
        Walk(MOST_LOOKED_AT).truth(self)
    }
}

/// The operands of a chain with those in front that cannot fail, each kind in its order. They cost least, and an
/// operand that cannot be evaluated does not matter where another settles the outcome: so CEL has it, too.
pub(super) fn sound_first(operands: Box<[Truth]>) -> Box<[Truth]> {
    let mut operands = operands.into_vec();
    // Stable.
    operands.sort_by_cached_key(Truth::can_fail);
    operands.into()
}

/// How many more nodes are looked at.
struct Walk(usize);

impl Walk {
    fn is_over(&mut self) -> bool {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                false
            }
            None => true,
        }
    }

    fn truth(&mut self, truth: &Truth) -> bool {
        if self.is_over() {
            return true;
        }
        match truth {
            Truth::Constant(_)
            | Truth::Fact(_)
            | Truth::TextIs(..)
            | Truth::NumberIs(..)
            | Truth::FactHolds(..) => false,
            Truth::Not(operand) => self.truth(operand),
            Truth::Shared(shared) => self.truth(shared),
            Truth::Prompted(_, truth) => self.truth(truth),
            Truth::All(operands) | Truth::Any(operands) => operands.iter().any(|operand| self.truth(operand)),
            Truth::Choose(choose) => self.choose(choose, Walk::truth),
            Truth::Truths(_, pair) => self.truth(&pair.0) || self.truth(&pair.1),
            Truth::Numbers(_, pair) => self.number(&pair.0) || self.number(&pair.1),
            Truth::Doubles(_, pair) => self.double(&pair.0) || self.double(&pair.1),
            Truth::Lists { pair, .. } => self.list(&pair.0) || self.list(&pair.1),
            Truth::NumberIn(pair) => self.number(&pair.0),
            Truth::TextIn(pair) => self.text(&pair.0),
            Truth::ListHolds(pair) => self.list(&pair.0) || self.text(&pair.1),
            Truth::HasKey(_, key) => self.text(key),
            Truth::Texts(_, pair)
            | Truth::Contains(pair)
            | Truth::StartsWith(pair)
            | Truth::EndsWith(pair) => self.text(&pair.0) || self.text(&pair.1),
            Truth::ContainsLiteral(pair) => self.text(&pair.0),
            Truth::Matches(pair) => self.text(&pair.0),
            _ => true,
        }
    }

    fn choose<T>(&mut self, choose: &Choose<T>, mut part: impl FnMut(&mut Self, &T) -> bool) -> bool {
        self.truth(&choose.condition) || part(self, &choose.then) || part(self, &choose.otherwise)
    }

    fn number(&mut self, number: &Number) -> bool {
        if self.is_over() {
            return true;
        }
        match number {
            Number::Constant(_) | Number::Fact(_) | Number::MapSize(_) => false,
            Number::TextSize(text) => self.text(text),
            Number::ListSize(list) => self.list(list),
            Number::Choose(choose) => self.choose(choose, Walk::number),
            Number::Shared(shared) => self.number(shared),
            // Arithmetic can leave 64 bits.
            _ => true,
        }
    }

    fn double(&mut self, double: &Double) -> bool {
        match double {
            Double::Constant(_) => false,
            Double::Number(number) => self.number(number),
            _ => true,
        }
    }

    fn text(&mut self, text: &Text) -> bool {
        if self.is_over() {
            return true;
        }
        match text {
            Text::Constant(_) | Text::Fact(_) => false,
            Text::Choose(choose) => self.choose(choose, Walk::text),
            Text::Shared(shared) => self.text(shared),
            // A key or an element can be absent.
            _ => true,
        }
    }

    fn list(&mut self, list: &List) -> bool {
        if self.is_over() {
            return true;
        }
        match list {
            List::Fact(_) => false,
            List::Of(texts) => texts.iter().any(|text| self.text(text)),
            List::Choose(choose) => self.choose(choose, Walk::list),
            List::Shared(shared) => self.list(shared),
            _ => true,
        }
    }
}
