//! The interpreter's environment: the standard library of CEL, and functions of our own in the places where the
//! `cel` crate does not do what CEL's specification says. `docs/language-cel.md` lists them.

use super::order;
use super::stack::with_room;
use super::text_set::TextSet;
use crate::cel::pattern;
use crate::cel::time::parse_duration;
use crate::facts::Timestamp;
use cel_interpreter::common::traits::Container;
use cel_interpreter::common::types::{
    CelBool, CelDuration, CelInt, CelString, CelTimestamp, DURATION_TYPE, INT_TYPE, MAP_TYPE, STRING_TYPE,
    TIMESTAMP_TYPE, Type,
};
use cel_interpreter::common::value::{CowVal, StaticVal, Val};
use cel_interpreter::{Env, ExecutionError, IdedExpr};
use regex::Regex;
use std::any::Any;
use std::sync::{Arc, LazyLock};

/// `matches` with RE2's syntax: of a string and a ready pattern or its text.
pub(super) const MATCHES: &str = "__matches";

/// `getMilliseconds()` that gives the part of a second for durations too.
pub(super) const GET_MILLISECONDS: &str = "__getMilliseconds";

/// `duration` of a string, exact and strict.
pub(super) const DURATION: &str = "__duration";

/// `timestamp` of a string, strict.
pub(super) const TIMESTAMP: &str = "__timestamp";

/// `has` of a map and the name of a field.
pub(super) const HAS: &str = "__has";

/// Most levels of nesting that the interpreter's parser takes; ours are bounded before.
const PARSER_DEPTH: u16 = 1024;

static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib().with_optional_support(false);
    // Declaring fails only for a name and signature declared before; `__…` is ours alone.
    let declared = [
        env.add_overload(
            MATCHES,
            "matches_text",
            vec![STRING_TYPE, STRING_TYPE],
            matches_text,
        ),
        env.add_member_overload(
            MATCHES,
            "text_matches",
            STRING_TYPE,
            vec![STRING_TYPE],
            matches_text,
        ),
        env.add_member_overload(
            MATCHES,
            "text_matches_pattern",
            STRING_TYPE,
            vec![PATTERN_TYPE.to_owned()],
            matches_pattern,
        ),
        env.add_member_overload(
            GET_MILLISECONDS,
            "of_timestamp",
            TIMESTAMP_TYPE,
            vec![],
            milliseconds,
        ),
        env.add_member_overload(
            GET_MILLISECONDS,
            "of_duration",
            DURATION_TYPE,
            vec![],
            milliseconds,
        ),
        env.add_overload(DURATION, "of_text", vec![STRING_TYPE], duration),
        env.add_overload(DURATION, "of_itself", vec![DURATION_TYPE], duration),
        env.add_overload(TIMESTAMP, "of_text", vec![STRING_TYPE], timestamp),
        env.add_overload(TIMESTAMP, "of_seconds", vec![INT_TYPE], timestamp),
        env.add_overload(TIMESTAMP, "of_itself", vec![TIMESTAMP_TYPE], timestamp),
        env.add_overload(HAS, "in_map", vec![MAP_TYPE, STRING_TYPE], has),
        order::declare(&mut env),
    ];
    debug_assert!(declared.iter().all(Result::is_ok));
    Arc::new(env)
});

/// The one environment that all programs run in.
pub(super) fn environment() -> &'static Arc<Env> {
    &ENVIRONMENT
}

/// Parses text in the interpreter's dialect, of an expression of so many levels; an error is one line.
pub(super) fn parse(text: &str, levels: usize) -> Result<IdedExpr, String> {
    let parser = environment().parser().max_recursion_depth(PARSER_DEPTH);
    let parse = || with_room(levels, || parser.parse(text));
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(parse))
        .map_err(|_| "the interpreter's parser failed".to_owned())?
        .map_err(|errors| match errors.errors.first() {
            Some(error) => error.msg.lines().next().unwrap_or_default().to_owned(),
            None => "it is not CEL".to_owned(),
        })
}

type Arguments<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Outcome<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;

/// The argument of a function, of the type that it was declared for.
fn argument<'a, 'b, 'v, T>(arguments: &'a Arguments<'b, 'v>, index: usize) -> Result<&'a T, ExecutionError>
where
    T: cel_interpreter::common::value::FromVal<'a, 'v>,
{
    arguments
        .get(index)
        .and_then(|argument| T::from_val(argument.as_ref()))
        .ok_or_else(ExecutionError::missing_argument_or_target)
}

fn matches_text<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let text: &CelString<'_> = argument(&arguments, 0)?;
    let pattern: &CelString<'_> = argument(&arguments, 1)?;
    let regex = pattern::compile(pattern.inner())
        .map_err(|error| ExecutionError::function_error("matches", error))?;
    Ok(CowVal::owned(CelBool::from(regex.is_match(text.inner()))))
}

fn matches_pattern<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let text: &CelString<'_> = argument(&arguments, 0)?;
    let pattern: &Pattern = argument(&arguments, 1)?;
    Ok(CowVal::owned(CelBool::from(pattern.0.is_match(text.inner()))))
}

fn has<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let [map, field] = arguments.as_slice() else {
        return Err(ExecutionError::missing_argument_or_target());
    };
    let map = map
        .as_container()
        .ok_or_else(ExecutionError::missing_argument_or_target)?;
    Ok(CowVal::owned(CelBool::from(map.contains(field.as_ref())?)))
}

fn milliseconds<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let value = match argument::<CelTimestamp>(&arguments, 0) {
        Ok(moment) => i64::from(moment.inner().timestamp_subsec_millis()),
        Err(_) => argument::<CelDuration>(&arguments, 0)?.inner().num_milliseconds() % 1000,
    };
    Ok(CowVal::owned(CelInt::from(value)))
}

fn duration<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let length = match argument::<CelDuration>(&arguments, 0) {
        Ok(length) => *length.inner(),
        Err(_) => {
            let text: &CelString<'_> = argument(&arguments, 0)?;
            let nanoseconds = parse_duration(text.inner()).ok_or_else(|| {
                ExecutionError::function_error("duration", format!("`{}` is not a duration", text.inner()))
            })?;
            chrono::TimeDelta::nanoseconds(nanoseconds)
        }
    };
    Ok(CowVal::owned(CelDuration::from(length)))
}

fn timestamp<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let moment = if let Ok(moment) = argument::<CelTimestamp>(&arguments, 0) {
        *moment.inner()
    } else if let Ok(seconds) = argument::<CelInt>(&arguments, 0) {
        moment(Timestamp::new(*seconds.inner(), 0), || {
            "a moment out of range".to_owned()
        })?
    } else {
        let text: &CelString<'_> = argument(&arguments, 0)?;
        // RFC 3339 lets `T` be another character; CEL's implementations do not.
        let strict = text.inner().as_bytes().get(10) == Some(&b'T') && !text.inner().ends_with('z');
        let parsed = Timestamp::parse(text.inner()).filter(|_| strict);
        moment(parsed, || {
            format!("`{}` is no moment of RFC 3339, or out of range", text.inner())
        })?
    };
    Ok(CowVal::owned(CelTimestamp::from(moment)))
}

fn moment(
    moment: Option<Timestamp>,
    otherwise: impl FnOnce() -> String,
) -> Result<chrono::DateTime<chrono::FixedOffset>, ExecutionError> {
    moment
        .and_then(|moment| chrono::DateTime::from_timestamp(moment.seconds(), moment.nanoseconds()))
        .map(|moment| moment.fixed_offset())
        .ok_or_else(|| ExecutionError::function_error("timestamp", otherwise()))
}

static PATTERN_TYPE: Type = Type::new_unspecified_type("pattern");

/// A compiled regular expression, as a value that only `__matches` takes.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern in RE2's syntax; an error says why not.
    pub(super) fn new(text: &str) -> Result<Pattern, String> {
        pattern::compile(text)
            .map(Pattern)
            .map_err(|error| error.to_string())
    }
}

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        &PATTERN_TYPE
    }

    fn cel_type() -> &'static Type {
        &PATTERN_TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}

static TEXTS_TYPE: Type = Type::new_unspecified_type("texts");

/// A set of strings, as a value that stands only to the right of `in`.
#[derive(Clone, Debug)]
pub(super) struct Texts(pub(super) Arc<TextSet>);

impl Val for Texts {
    fn get_type(&self) -> &Type {
        &TEXTS_TYPE
    }

    fn cel_type() -> &'static Type {
        &TEXTS_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v> {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Texts {}

impl Container for Texts {
    fn contains(&self, value: &dyn Val) -> Result<bool, ExecutionError> {
        Ok(value
            .downcast_ref::<CelString>()
            .is_some_and(|text| self.0.contains(text.inner())))
    }
}
