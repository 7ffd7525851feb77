//! What a code means, at length: the texts in `explanations/`, one file a code, cut into their parts.
//!
//! A file has a heading with code and title, a line `Severity: …`, what the code means, `## Why it matters`, `## Wrong`
//! and `## Right` with an example each. An example in a `policy` block is a whole policy, of which loading it says the
//! code; in a `text` block it is shown and not checked.

use super::Severity;
use super::codes::{Code, REGISTER};
use super::meant::did_you_mean;

/// What a code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The code.
    pub code: Code,
    /// How much its findings weigh.
    pub severity: Severity,
    /// What it says.
    pub meaning: &'static str,
    /// Why it is said.
    pub why: &'static str,
    /// Where it is said.
    pub wrong: Example,
    /// The same, and nothing to say.
    pub right: Example,
}

/// An example of a wrong or right policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Example {
    /// What can be done with it.
    pub kind: ExampleKind,
    /// The text, lines ended.
    pub text: &'static str,
}

/// What can be done with an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExampleKind {
    /// A whole policy: loading it shows what is said.
    Policy,
    /// Something else, such as commands: it is shown only.
    Text,
}

impl Explanation {
    /// The explanation of a code.
    pub fn of(code: Code) -> Self {
        let (head, body) = code
            .text()
            .split_once("\n\n## Why it matters\n\n")
            .unwrap_or_default();
        let (why, examples) = body.split_once("\n\n## Wrong\n\n").unwrap_or_default();
        let (wrong, right) = examples.split_once("\n\n## Right\n\n").unwrap_or_default();
        let (severity, meaning) = head
            .split_once("Severity: ")
            .and_then(|(_, rest)| rest.split_once("\n\n"))
            .unwrap_or_default();
        Explanation {
            code,
            severity: match severity {
                "info" => Severity::Info,
                "warning" => Severity::Warning,
                _ => Severity::Error,
            },
            meaning,
            why,
            wrong: Example::of(wrong),
            right: Example::of(right),
        }
    }

    /// The explanation as its author wrote it, in Markdown.
    pub fn markdown(&self) -> &'static str {
        self.code.text()
    }
}

impl Example {
    /// The example of a fenced block.
    fn of(block: &'static str) -> Self {
        let (kind, text) = block
            .trim_end()
            .strip_prefix("```")
            .and_then(|block| block.strip_suffix("```"))
            .and_then(|block| block.split_once('\n'))
            .unwrap_or_default();
        Example {
            kind: match kind {
                "policy" => ExampleKind::Policy,
                _ => ExampleKind::Text,
            },
            text,
        }
    }
}

/// The code that users know as `id`, in letters of either case.
///
/// # Errors
///
/// There is none: the one that was probably meant, where there is one.
pub fn code_of(id: &str) -> Result<Code, Option<Code>> {
    let of = |id: &str| {
        let mut codes = REGISTER.iter().copied();
        codes.find(|code| code.id().eq_ignore_ascii_case(id))
    };
    let ids = REGISTER.iter().map(|code| code.id());
    of(id).ok_or_else(|| did_you_mean(&id.to_ascii_uppercase(), ids).and_then(of))
}
