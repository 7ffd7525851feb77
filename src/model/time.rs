//! Parts of moments: how far each of them counts.

use super::expression::Function;
use std::ops::RangeInclusive;

/// The values that a part of a moment can have, as in `now.getHours()`; `None` for functions that read none. A zone
/// west of Greenwich may still be in the year before the first, one in the east in the year after the last.
pub fn field_range(function: Function) -> Option<RangeInclusive<i64>> {
    match function {
        Function::GetFullYear => Some(0..=10_000),
        Function::GetMonth => Some(0..=11),
        Function::GetDate => Some(1..=31),
        Function::GetDayOfMonth => Some(0..=30),
        Function::GetDayOfWeek => Some(0..=6),
        Function::GetDayOfYear => Some(0..=365),
        Function::GetHours => Some(0..=23),
        Function::GetMinutes | Function::GetSeconds => Some(0..=59),
        Function::GetMilliseconds => Some(0..=999),
        _ => None,
    }
}

/// How a part of a moment is counted where people get it wrong, in one line.
pub fn field_hint(function: Function) -> Option<&'static str> {
    Some(match function {
        Function::GetMonth => "months count from 0 (January) to 11 (December)",
        Function::GetDayOfWeek => "days of the week count from 0 (Sunday) to 6 (Saturday)",
        Function::GetDayOfMonth => "`getDayOfMonth` counts from 0 to 30; `getDate` counts from 1 to 31",
        Function::GetDate => "`getDate` counts from 1 to 31; `getDayOfMonth` counts from 0 to 30",
        Function::GetDayOfYear => "days of the year count from 0 (1 January) to 365",
        Function::GetHours => "hours count from 0 (midnight) to 23",
        Function::GetMinutes => "minutes count from 0 to 59",
        Function::GetSeconds => "seconds count from 0 to 59",
        Function::GetMilliseconds => "milliseconds count from 0 to 999",
        _ => return None,
    })
}
