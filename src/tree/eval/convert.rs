//! Values of an evaluation to and from the interpreter's.

use super::value::EvalValue;
use crate::facts::Timestamp;
use cel_interpreter::common::types::{
    CelBool, CelBytes, CelDouble, CelDuration, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString,
    CelTimestamp, CelType, CelUInt,
};
use cel_interpreter::common::value::Val;
use std::cmp::Ordering;
use std::collections::HashMap;

/// The interpreter's value; `None` where a map has a key that CEL's maps cannot have.
pub(super) fn to_interpreter(value: &EvalValue) -> Option<Box<dyn Val>> {
    Some(match value {
        EvalValue::Null => Box::new(CelNull),
        EvalValue::Bool(truth) => Box::new(CelBool::from(*truth)),
        EvalValue::Int(number) => Box::new(CelInt::from(*number)),
        EvalValue::Uint(number) => Box::new(CelUInt::from(*number)),
        EvalValue::Double(number) => Box::new(CelDouble::from(*number)),
        EvalValue::String(text) => Box::new(CelString::from(text.clone())),
        EvalValue::Bytes(bytes) => Box::new(CelBytes::from(bytes.clone())),
        EvalValue::Timestamp(moment) => {
            let moment = chrono::DateTime::from_timestamp(moment.seconds(), moment.nanoseconds())?;
            Box::new(CelTimestamp::from(moment.fixed_offset()))
        }
        EvalValue::Duration(nanoseconds) => {
            Box::new(CelDuration::from(chrono::TimeDelta::nanoseconds(*nanoseconds)))
        }
        EvalValue::Type(name) => Box::new(CelType::new(name.clone())),
        EvalValue::List(items) => {
            let items: Option<Vec<_>> = items.iter().map(to_interpreter).collect();
            Box::new(CelList::from(items?))
        }
        EvalValue::Map(entries) => {
            let entries: Option<HashMap<_, _>> = entries
                .iter()
                .map(|(key, value)| Some((key_to_interpreter(key)?, to_interpreter(value)?)))
                .collect();
            Box::new(CelMap::from(entries?))
        }
    })
}

fn key_to_interpreter(key: &EvalValue) -> Option<CelMapKey<'static>> {
    Some(match key {
        EvalValue::Bool(truth) => CelMapKey::Bool(CelBool::from(*truth)),
        EvalValue::Int(number) => CelMapKey::Int(CelInt::from(*number)),
        EvalValue::Uint(number) => CelMapKey::UInt(CelUInt::from(*number)),
        EvalValue::String(text) => CelMapKey::String(CelString::from(text.clone())),
        _ => return None,
    })
}

/// The value that the interpreter came to; an error names a type that has no literal.
pub(super) fn from_interpreter(value: &dyn Val) -> Result<EvalValue, String> {
    scalar(value).map_or_else(|| collection(value), Ok)
}

fn scalar(value: &dyn Val) -> Option<EvalValue> {
    let found = if value.downcast_ref::<CelNull>().is_some() {
        EvalValue::Null
    } else if let Some(truth) = value.downcast_ref::<CelBool>() {
        EvalValue::Bool(*truth.inner())
    } else if let Some(number) = value.downcast_ref::<CelInt>() {
        EvalValue::Int(*number.inner())
    } else if let Some(number) = value.downcast_ref::<CelUInt>() {
        EvalValue::Uint(*number.inner())
    } else if let Some(number) = value.downcast_ref::<CelDouble>() {
        EvalValue::Double(*number.inner())
    } else if let Some(text) = value.downcast_ref::<CelString>() {
        EvalValue::String(text.inner().to_owned())
    } else if let Some(bytes) = value.downcast_ref::<CelBytes>() {
        EvalValue::Bytes(bytes.inner().to_vec())
    } else if let Some(moment) = value.downcast_ref::<CelTimestamp>() {
        let moment = moment.inner();
        EvalValue::Timestamp(Timestamp::new(
            moment.timestamp(),
            moment.timestamp_subsec_nanos(),
        )?)
    } else if let Some(length) = value.downcast_ref::<CelDuration>() {
        EvalValue::Duration(length.inner().num_nanoseconds()?)
    } else if let Some(name) = value.downcast_ref::<CelType>() {
        EvalValue::Type(name.name().to_owned())
    } else {
        return None;
    };
    Some(found)
}

fn collection(value: &dyn Val) -> Result<EvalValue, String> {
    if let Some(list) = value.downcast_ref::<CelList>() {
        let items = list.inner().iter().map(|item| from_interpreter(item.as_ref()));
        return Ok(EvalValue::List(items.collect::<Result<_, _>>()?));
    }
    let Some(map) = value.downcast_ref::<CelMap>() else {
        return Err(format!(
            "a value of type `{}` cannot be shown",
            value.get_type().name()
        ));
    };
    let entries = map.inner().iter().map(|(key, value)| {
        let value = from_interpreter(value.as_ref())?;
        Ok((key_from_interpreter(key), value))
    });
    let mut entries = entries.collect::<Result<Vec<_>, String>>()?;
    // The interpreter's maps have no order.
    entries.sort_by(|(left, _), (right, _)| key_order(left, right));
    Ok(EvalValue::Map(entries))
}

fn key_from_interpreter(key: &CelMapKey<'_>) -> EvalValue {
    match key {
        CelMapKey::Bool(truth) => EvalValue::Bool(*truth.inner()),
        CelMapKey::Int(number) => EvalValue::Int(*number.inner()),
        CelMapKey::UInt(number) => EvalValue::Uint(*number.inner()),
        CelMapKey::String(text) => EvalValue::String(text.inner().to_owned()),
    }
}

/// Bools before ints before uints before strings, each in their own order.
fn key_order(left: &EvalValue, right: &EvalValue) -> Ordering {
    match (left, right) {
        (EvalValue::Bool(left), EvalValue::Bool(right)) => left.cmp(right),
        (EvalValue::Int(left), EvalValue::Int(right)) => left.cmp(right),
        (EvalValue::Uint(left), EvalValue::Uint(right)) => left.cmp(right),
        (EvalValue::String(left), EvalValue::String(right)) => left.cmp(right),
        _ => rank(left).cmp(&rank(right)),
    }
}

fn rank(key: &EvalValue) -> u8 {
    match key {
        EvalValue::Bool(_) => 0,
        EvalValue::Int(_) => 1,
        EvalValue::Uint(_) => 2,
        _ => 3,
    }
}
