//! Parts of moments and durations, and the zones that they are read in.

use super::checker::Checker;
use super::interval::Interval;
use super::typed::Typed;
use crate::cel::Literal;
use crate::cel::time::TimeZone;
use crate::check::names::suggest_text;
use crate::diagnostic::{Code, Diagnostic, meant};
use crate::model::time::field_range;
use crate::model::{Function, Type};

/// The range of a part of a moment or duration; `None` where the type has no such part.
pub(super) fn part_range(function: Function, ty: &Type) -> Option<Interval> {
    match (function, ty) {
        (function, Type::Timestamp) => field_range(function)
            .map(|range| Interval::new(i128::from(*range.start()), i128::from(*range.end()))),
        (Function::GetHours, Type::Duration) => Interval::DURATION.divide(Interval::of(3_600_000_000_000i64)),
        (Function::GetMinutes, Type::Duration) => Interval::DURATION.divide(Interval::of(60_000_000_000i64)),
        (Function::GetSeconds, Type::Duration) => Interval::DURATION.divide(Interval::of(1_000_000_000i64)),
        (Function::GetMilliseconds, Type::Duration) => Interval::DURATION.divide(Interval::of(1_000_000i64)),
        _ => None,
    }
}

impl Checker<'_> {
    /// Sees that a zone is a literal that names one.
    pub(super) fn zone(&mut self, subject: &Typed, zone: &Typed) -> Option<()> {
        if *subject.ty() == Type::Duration {
            return self.refuse(
                Diagnostic::error(Code::TYPE_MISMATCH, "a duration has no time zone")
                    .at(zone.span(), "a zone")
                    .help("leave the zone out"),
            );
        }
        match zone.literal() {
            Some(Literal::String(text)) if TimeZone::parse(text).is_some() => Some(()),
            Some(Literal::String(text)) => {
                let names = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
                let diagnostic =
                    Diagnostic::error(Code::BAD_VALUE, format!("there is no time zone `{text}`"))
                        .at(zone.span(), "not a zone");
                let diagnostic = suggest_text(diagnostic, zone.span(), meant(text, names));
                self.refuse(diagnostic.help("write a name of the IANA database or a distance from UTC: `\"Europe/Paris\"`, `\"+05:30\"`"))
            }
            _ => self.refuse(
                Diagnostic::error(Code::UNSUPPORTED_CEL, "a time zone must be a literal string")
                    .at(zone.span(), "not known before a request is there")
                    .help("write the zone itself: `now.getHours(\"Europe/Paris\")`"),
            ),
        }
    }
}
