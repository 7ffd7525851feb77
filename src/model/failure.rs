//! Classes of failures, as routes name them.

use std::fmt;

/// Why an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FailureClass {
    /// DNS, refused, TLS, connect timeout, lost before the first byte of the answer.
    Connect,
    /// No headers in time.
    TimeoutHeaders,
    /// No content in time.
    TimeoutFirstToken,
    /// Silence within the answer.
    TimeoutIdle,
    /// The request's whole time is over; cannot be rescued.
    TimeoutTotal,
    /// 429.
    RateLimit,
    /// 402, or 429 or 403 with a quota code.
    Quota,
    /// 503, 529, `overloaded_error`.
    Overload,
    /// Other 5xx, 408, a 200 that is neither JSON nor an event stream.
    Server,
    /// 401, 403.
    Auth,
    /// The prompt does not fit.
    ContextLength,
    /// The provider refused the content.
    ContentFilter,
    /// Other 4xx.
    BadRequest,
    /// Success without text, tool call, reasoning or refusal.
    Empty,
    /// Anything that ends before its end.
    Truncated,
}

impl FailureClass {
    /// All classes, in the order of the language's table.
    pub const ALL: [FailureClass; 15] = [
        FailureClass::Connect,
        FailureClass::TimeoutHeaders,
        FailureClass::TimeoutFirstToken,
        FailureClass::TimeoutIdle,
        FailureClass::TimeoutTotal,
        FailureClass::RateLimit,
        FailureClass::Quota,
        FailureClass::Overload,
        FailureClass::Server,
        FailureClass::Auth,
        FailureClass::ContextLength,
        FailureClass::ContentFilter,
        FailureClass::BadRequest,
        FailureClass::Empty,
        FailureClass::Truncated,
    ];

    /// The class's name in policies, headers, records and metrics.
    pub fn name(self) -> &'static str {
        match self {
            FailureClass::Connect => "connect",
            FailureClass::TimeoutHeaders => "timeout.headers",
            FailureClass::TimeoutFirstToken => "timeout.first-token",
            FailureClass::TimeoutIdle => "timeout.idle",
            FailureClass::TimeoutTotal => "timeout.total",
            FailureClass::RateLimit => "rate-limit",
            FailureClass::Quota => "quota",
            FailureClass::Overload => "overload",
            FailureClass::Server => "server",
            FailureClass::Auth => "auth",
            FailureClass::ContextLength => "context-length",
            FailureClass::ContentFilter => "content-filter",
            FailureClass::BadRequest => "bad-request",
            FailureClass::Empty => "empty",
            FailureClass::Truncated => "truncated",
        }
    }

    /// The class of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of failure classes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClassSet(u16);

impl ClassSet {
    /// No class.
    pub const EMPTY: ClassSet = ClassSet(0);

    /// The classes that a name in a list stands for: one class, or for `timeout` all four; empty for an unknown name.
    pub fn from_name(name: &str) -> Self {
        FailureClass::ALL
            .into_iter()
            .filter(|class| {
                class.name() == name || (name == "timeout" && class.name().starts_with("timeout."))
            })
            .collect()
    }

    /// Whether the class is in the set.
    pub fn contains(self, class: FailureClass) -> bool {
        self.0 & (1 << class as u16) != 0
    }

    /// All classes that are in one of the two sets.
    #[must_use]
    pub fn union(self, other: ClassSet) -> ClassSet {
        ClassSet(self.0 | other.0)
    }

    /// Whether no class is in the set.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The classes in the set, in the order of the language's table.
    pub fn iter(self) -> impl Iterator<Item = FailureClass> {
        FailureClass::ALL
            .into_iter()
            .filter(move |class| self.contains(*class))
    }
}

impl FromIterator<FailureClass> for ClassSet {
    fn from_iter<I: IntoIterator<Item = FailureClass>>(classes: I) -> Self {
        ClassSet(classes.into_iter().fold(0, |set, class| set | 1 << class as u16))
    }
}
