//! The one adapter to the CEL interpreter: what goes beyond native predicates is compiled here and run over facts
//! that are borrowed, not copied.

use super::cel_text::{Constant, ProgramText};
use super::dialect::{self, Pattern, Texts};
use super::stack::with_room;
use super::subject::Subject;
use super::target::TargetView;
use super::text_set::TextSet;
use crate::cel::Literal;
use crate::facts::{FactId, Facts, Timestamp, Value};
use crate::model::{AttemptAttribute, TargetAttribute};
use cel_interpreter::common::types::{
    CelBool, CelBytes, CelDouble, CelDuration, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString,
    CelTimestamp, CelUInt,
};
use cel_interpreter::common::value::{CowVal, Val};
use cel_interpreter::context::VariableResolver;
use cel_interpreter::{Context, IdedExpr};
use smallvec::SmallVec;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

/// A condition that the interpreter evaluates.
#[derive(Debug)]
pub(super) struct Program {
    expression: IdedExpr,
    constants: Vec<Box<dyn Val>>,
    facts: Vec<FactId>,
    levels: usize,
    number: Option<u32>,
}

impl Program {
    /// Compiles a condition of so many levels. An error says in one line what is not taken.
    pub(super) fn compile(source: &ProgramText, levels: usize) -> Result<Program, String> {
        Ok(Program {
            expression: dialect::parse(&source.text, levels)?,
            levels,
            constants: source.constants.iter().map(constant).collect::<Result<_, _>>()?,
            facts: source.facts.clone(),
            number: None,
        })
    }

    /// The same program as one of a policy's, by its number among the distinct ones.
    pub(super) fn numbered(self, number: u32) -> Program {
        Program {
            number: Some(number),
            ..self
        }
    }

    /// Its number among the distinct programs of a policy; `None` for one that is no part of a condition.
    pub(super) fn number(&self) -> Option<u32> {
        self.number
    }

    /// Whether the condition holds. Conditions are total, so that an error should not happen; should it, whoever asks
    /// takes the safe side: a route's `when` does not match, a guard's and an assert's `when` do, a
    /// `require`, what an assert promises and an assumption do not hold.
    pub(super) fn truth(&self, facts: &Facts, subject: Subject<'_>) -> Result<bool, String> {
        let names = Names {
            program: self,
            facts,
            subject,
            made: (0..2 * self.facts.len()).map(|_| OnceLock::new()).collect(),
        };
        let mut context = Context::with_env(Arc::clone(dialect::environment()));
        context.set_variable_resolver(&names);
        let evaluate = || {
            let value = cel_interpreter::Value::resolve_val(&self.expression, &context)
                .map_err(|error| error.to_string())?;
            let truth = value.downcast_ref::<CelBool>().map(|truth| *truth.inner());
            truth.ok_or_else(|| "a condition that is neither true nor false".to_owned())
        };
        catch_unwind(AssertUnwindSafe(|| with_room(self.levels, evaluate)))
            .map_err(|_| "the interpreter failed".to_owned())?
    }
}

/// What the names of a program stand for while it runs.
struct Names<'a> {
    program: &'a Program,
    facts: &'a Facts,
    subject: Subject<'a>,
    /// The lists and maps of facts, then the keys of maps, made of borrowed strings where they are first asked for: a
    /// name within a macro is asked for at every step.
    made: SmallVec<[OnceLock<Box<dyn Val + 'a>>; 4]>,
}

impl<'a> Names<'a> {
    fn fact<'b>(&'b self, index: usize) -> Option<CowVal<'b, 'b>> {
        let value = self.facts.get(*self.program.facts.get(index)?)?;
        match value {
            Value::StringList(_) | Value::StringMap(_) => self.once(index, || fact_value(value)),
            _ => Some(CowVal::Owned(fact_value(value))),
        }
    }

    fn keys<'b>(&'b self, index: usize) -> Option<CowVal<'b, 'b>> {
        match self.facts.get(*self.program.facts.get(index)?)? {
            Value::StringMap(entries) => {
                self.once(self.program.facts.len() + index, || texts(entries.keys()))
            }
            _ => None,
        }
    }

    fn once<'b>(&'b self, place: usize, make: impl FnOnce() -> Box<dyn Val + 'a>) -> Option<CowVal<'b, 'b>> {
        Some(CowVal::Borrowed(self.made.get(place)?.get_or_init(make).as_ref()))
    }
}

impl VariableResolver for Names<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let (kind, index) = variable.split_at_checked(1)?;
        let index: usize = index.parse().ok()?;
        match kind {
            "f" => self.fact(index),
            "k" => self.keys(index),
            "c" => Some(CowVal::Borrowed(self.program.constants.get(index)?.as_ref())),
            "t" => attribute_value(self.subject.target?, *TargetAttribute::ALL.get(index)?),
            "p" => {
                let attribute = AttemptAttribute::ALL.get(index)?;
                self.subject.target?;
                Some(CowVal::Owned(match attribute {
                    AttemptAttribute::Position => Box::new(CelInt::from(self.subject.position)),
                    AttemptAttribute::Fallbacks => texts(self.subject.fallbacks.iter()),
                }))
            }
            _ => None,
        }
    }
}

fn texts<'a>(items: impl Iterator<Item = &'a String>) -> Box<dyn Val + 'a> {
    let items: Vec<Box<dyn Val + 'a>> = items.map(|item| text(item)).collect();
    Box::new(CelList::from(items))
}

fn text(text: &str) -> Box<dyn Val + '_> {
    Box::new(CelString::from(text))
}

/// A fact as the interpreter sees it; strings are borrowed.
fn fact_value(value: &Value) -> Box<dyn Val + '_> {
    match value {
        Value::String(value) => text(value),
        Value::Int(number) => Box::new(CelInt::from(*number)),
        Value::Bool(truth) => Box::new(CelBool::from(*truth)),
        Value::StringList(items) => texts(items.iter()),
        Value::StringMap(entries) => {
            let entries: std::collections::HashMap<CelMapKey<'_>, Box<dyn Val + '_>> = entries
                .iter()
                .map(|(key, value)| (CelMapKey::String(CelString::from(key.as_str())), text(value)))
                .collect();
            Box::new(CelMap::from(entries))
        }
        Value::Timestamp(moment) => timestamp(*moment),
    }
}

fn timestamp<'a>(moment: Timestamp) -> Box<dyn Val + 'a> {
    let moment = chrono::DateTime::from_timestamp(moment.seconds(), moment.nanoseconds()).unwrap_or_default();
    Box::new(CelTimestamp::from(moment.fixed_offset()))
}

fn attribute_value(target: &TargetView, attribute: TargetAttribute) -> Option<CowVal<'_, '_>> {
    Some(CowVal::Owned(match attribute {
        TargetAttribute::Tags | TargetAttribute::Can => texts(target.list(attribute).iter()),
        TargetAttribute::Context => Box::new(CelInt::from(target.context())),
        TargetAttribute::PriceInput | TargetAttribute::PriceOutput => {
            Box::new(CelDouble::from(target.price(attribute)))
        }
        _ => text(target.text(attribute)),
    }))
}

fn constant(constant: &Constant) -> Result<Box<dyn Val>, String> {
    Ok(match constant {
        Constant::List(items) => Box::new(CelList::from(items.iter().map(literal).collect::<Vec<_>>())),
        Constant::Texts(texts) => Box::new(Texts(Arc::new(TextSet::new(texts.iter().map(String::as_str))))),
        Constant::Pattern(pattern) => Box::new(Pattern::new(pattern)?),
        Constant::Duration(nanoseconds) => {
            Box::new(CelDuration::from(chrono::TimeDelta::nanoseconds(*nanoseconds)))
        }
        Constant::Timestamp(moment) => timestamp(*moment),
    })
}

fn literal(literal: &Literal) -> Box<dyn Val> {
    match literal {
        Literal::Null => Box::new(CelNull),
        Literal::Bool(truth) => Box::new(CelBool::from(*truth)),
        Literal::Int(number) => Box::new(CelInt::from(*number)),
        Literal::Uint(number) => Box::new(CelUInt::from(*number)),
        Literal::Double(number) => Box::new(CelDouble::from(*number)),
        Literal::String(value) => Box::new(CelString::from(value.clone())),
        Literal::Bytes(bytes) => Box::new(CelBytes::from(bytes.clone())),
    }
}
