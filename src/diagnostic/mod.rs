//! A diagnostic as data: what is wrong, where, and what to do; rendered elsewhere for people and machines.
//!
//! Wording: one line, lower case, user input in backticks, no type names of the program. The message says what is
//! wrong, the primary label what was found there, each help line one thing to do.

mod apply;
mod codes;
mod excerpt;
mod explanation;
mod fix;
mod meant;
mod render;
mod sarif;

pub use apply::{apply, safe_fixes};
pub use codes::{Code, REGISTER};
pub use explanation::{Example, ExampleKind, Explanation, code_of};
pub use fix::{Applicability, Edit, Fix};
pub use meant::{Meant, did_you_mean, meant};
pub use render::{one_line, render_human, render_json};
pub use sarif::render_sarif;

use crate::source::Span;

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never changes an exit code.
    Info,
    /// The policy loads; `--deny warnings` refuses it.
    Warning,
    /// The policy does not load.
    Error,
}

impl Severity {
    /// The word for it in messages and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A place and what there is to say of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The text underlined.
    pub span: Span,
    /// What stands beside the underline; may be empty.
    pub text: String,
}

/// A request that shows what is found: decided again, it does what is said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The facts that differ from those of an empty request, as `explain --facts` takes them.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// The seed that splits and picks are drawn from, as `explain --seed` takes it.
    pub seed: u64,
    /// The orders of pools that pick by live state, where other orders than the seed's are needed: pools and their members,
    /// by name, as `explain --orders` takes them.
    pub orders: Vec<(String, Vec<String>)>,
}

/// One finding about a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    code: Code,
    severity: Severity,
    message: String,
    primary: Option<Label>,
    secondary: Vec<Label>,
    help: Vec<String>,
    fixes: Vec<Fix>,
    request: Option<Box<Request>>,
}

impl Diagnostic {
    /// An error of this code.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning of this code.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// An info of this code.
    pub fn info(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Info, message)
    }

    fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            severity,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
            request: None,
        }
    }

    /// Sets the place that the diagnostic is about, and what was found there.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.primary = Some(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Gives it another code, where a closer look says more exactly what it is.
    #[must_use]
    pub fn with_code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    /// Adds another place that matters, such as a first definition.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds one thing to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a change of text that would settle it. Several are ways to choose from, the likeliest first.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// Adds the request that shows it. For machines: what people are to read of it stands in `help`.
    #[must_use]
    pub fn shown_by(mut self, request: Request) -> Self {
        self.request = Some(Box::new(request));
        self
    }

    /// The same finding with another weight.
    #[must_use]
    pub fn weighing(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong, in one line.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The place that it is about; `None` for what concerns a whole file or policy.
    pub fn primary(&self) -> Option<&Label> {
        self.primary.as_ref()
    }

    /// Other places that matter.
    pub fn secondary(&self) -> &[Label] {
        &self.secondary
    }

    /// What to do, one sentence each.
    pub fn help_lines(&self) -> &[String] {
        &self.help
    }

    /// Changes of text that would settle it, the likeliest first.
    pub fn fixes(&self) -> &[Fix] {
        &self.fixes
    }

    /// The request that shows it, where there is one.
    pub fn request(&self) -> Option<&Request> {
        self.request.as_deref()
    }
}

/// Whether any of the diagnostics is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// Sorts diagnostics as people read them: by file and place, those without a place first, errors before the rest.
pub fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by_key(|diagnostic| {
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        (place, std::cmp::Reverse(diagnostic.severity), diagnostic.code)
    });
}

#[cfg(test)]
mod tests;
