//! Failures that are rehearsed: `--failing MODEL` and `--outage MODEL=FROM..TO`.

use super::moment;
use crate::diagnostic::did_you_mean;
use crate::facts::Timestamp;
use crate::model::{ModelId, Policy};

/// What stands before the name of a provider, all of whose models fail.
const PROVIDER: &str = "provider ";

/// From when, to before when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    from: Timestamp,
    to: Timestamp,
}

/// Who fails, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    Model(String),
    Provider(String),
}

/// The failures that are rehearsed, by names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rehearsal {
    failing: Vec<(Who, Option<Window>)>,
}

impl Rehearsal {
    /// Reads what was given for `--failing` and `--outage`, against the policies that decide. Errors are one line each.
    pub fn parse(failing: &[String], outages: &[String], policies: &[&Policy]) -> Result<Self, Vec<String>> {
        let mut rehearsal = Rehearsal::default();
        let mut errors = Vec::new();
        let failing = failing
            .iter()
            .map(|text| (text, who(text, policies).map(|who| (who, None))));
        let failing =
            failing.map(|(text, read)| read.map_err(|reason| format!("`--failing {text}`: {reason}")));
        let outages = outages
            .iter()
            .map(|text| outage(text, policies).map_err(|reason| format!("`--outage {text}`: {reason}")));
        for read in failing.chain(outages) {
            match read {
                Ok(entry) => rehearsal.failing.push(entry),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            Ok(rehearsal)
        } else {
            Err(errors)
        }
    }

    /// The rehearsed failures of a policy's models.
    pub(super) fn of(&self, policy: &Policy) -> Rehearsed {
        let mut windows = Vec::new();
        for (id, model) in (0_u32..).map(ModelId).zip(&policy.models) {
            let provider = policy.provider(model.provider);
            for (who, window) in &self.failing {
                let meant = match who {
                    Who::Model(name) => *name == model.name,
                    Who::Provider(name) => provider.is_some_and(|provider| provider.name == *name),
                };
                if meant {
                    windows.push((id, *window));
                }
            }
        }
        Rehearsed { windows }
    }
}

/// The rehearsed failures of one policy's models.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rehearsed {
    windows: Vec<(ModelId, Option<Window>)>,
}

impl Rehearsed {
    pub(super) fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// Whether the target fails at this time; where a record has none, only what fails at any time does.
    pub(super) fn fails(&self, target: ModelId, ts: Option<Timestamp>) -> bool {
        self.windows.iter().any(|(id, window)| {
            *id == target
                && window.is_none_or(|window| ts.is_some_and(|ts| window.from <= ts && ts < window.to))
        })
    }
}

fn outage(text: &str, policies: &[&Policy]) -> Result<(Who, Option<Window>), String> {
    let (name, times) = text
        .rsplit_once('=')
        .ok_or_else(|| "it is `MODEL=FROM..TO`".to_owned())?;
    let who = who(name, policies)?;
    let (from, to) = times
        .split_once("..")
        .ok_or_else(|| "it is `MODEL=FROM..TO`".to_owned())?;
    let window = Window {
        from: time(from)?,
        to: time(to)?,
    };
    if window.from >= window.to {
        return Err(format!("`{from}` is not before `{to}`"));
    }
    Ok((who, Some(window)))
}

fn time(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    moment::parse(text).ok_or_else(|| format!("`{text}` is no time such as `2026-11-20T12:00:00Z`"))
}

fn who(text: &str, policies: &[&Policy]) -> Result<Who, String> {
    let text = text.trim();
    if let Some(name) = text.strip_prefix(PROVIDER).map(str::trim) {
        let known = || {
            policies
                .iter()
                .flat_map(|policy| &policy.providers)
                .map(|provider| provider.name.as_str())
        };
        return known_as("provider", name, known).map(Who::Provider);
    }
    let known = || {
        policies
            .iter()
            .flat_map(|policy| &policy.models)
            .map(|model| model.name.as_str())
    };
    known_as("model", text, known).map(Who::Model)
}

fn known_as<'p, I: Iterator<Item = &'p str>>(
    kind: &str,
    name: &str,
    known: impl Fn() -> I,
) -> Result<String, String> {
    if known().any(|other| other == name) {
        return Ok(name.to_owned());
    }
    let hint =
        did_you_mean(name, known()).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    Err(format!("no policy has a {kind} `{name}`{hint}"))
}
