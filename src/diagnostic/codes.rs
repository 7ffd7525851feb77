//! The register of diagnostic codes. A code is never reused and never changes its meaning.
//!
//! Ranges: `P1…` text and bounds, `P2…` names, `P3…` types and totality, `P4…` clauses and values, `P5…` routes and
//! guards, `P6…` lints, `P7…` files, tables and secrets. What each means at length stands in `explanations/`.

use std::fmt;

/// A stable code such as `P201` and a short title of what it stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    id: &'static str,
    title: &'static str,
    text: &'static str,
}

impl Code {
    /// The code as users see and search it, such as `P201`.
    pub fn id(self) -> &'static str {
        self.id
    }

    /// What the code stands for, in a few words.
    pub fn title(self) -> &'static str {
        self.title
    }

    /// Its file in `explanations/`.
    pub(super) fn text(self) -> &'static str {
        self.text
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

macro_rules! register {
    ($($name:ident = $id:literal, $title:literal;)*) => {
        impl Code {
            $(#[doc = $title] pub const $name: Code = Code {
                id: $id,
                title: $title,
                text: include_str!(concat!("explanations/", $id, ".md")),
            };)*
        }

        /// Every code, in order.
        pub const REGISTER: &[Code] = &[$(Code::$name),*];
    };
}

register! {
    SYNTAX = "P101", "text that is not of the language";
    UNCLOSED = "P102", "a bracket or string that is not closed";
    TOO_LARGE = "P103", "a file, statement or expression beyond its bound";
    TOO_DEEP = "P104", "nesting beyond its bound";
    NOT_UTF8 = "P105", "a file that is not UTF-8";
    NOT_YET = "P106", "a statement or clause of a later version";
    FOREIGN_OPERATOR = "P107", "an operator of another language";
    TYPOGRAPHIC_QUOTE = "P108", "a quote that word processors put in";

    UNKNOWN_NAME = "P201", "a name that nothing declares";
    DUPLICATE_NAME = "P202", "a name declared twice";
    CYCLE = "P203", "declarations that go in a circle";
    RESERVED_NAME = "P204", "a name that cannot be used here";

    TYPE_MISMATCH = "P301", "an expression of another type than its place wants";
    UNKNOWN_FUNCTION = "P302", "a function or macro that does not exist";
    MAY_FAIL = "P303", "an expression that could fail while a request waits";
    BAD_PATTERN = "P304", "a regular expression that does not compile";
    IMPOSSIBLE_VALUE = "P305", "a value that the fact can never have";
    UNSUPPORTED_CEL = "P306", "a form of CEL that is not supported";

    UNKNOWN_CLAUSE = "P401", "a clause that the statement does not have";
    DUPLICATE_CLAUSE = "P402", "a clause that stands twice";
    MISSING_CLAUSE = "P403", "a clause that the statement needs";
    BAD_VALUE = "P404", "a value that the clause does not take";
    DUPLICATE_ENTRY = "P405", "an entry that stands twice";
    AMBIGUOUS_NAME = "P406", "a served name that two models or pools claim";
    LITERAL_SECRET = "P407", "a secret written into the policy";

    NO_FINAL_ROUTE = "P501", "no last route that takes every request";
    ROUTE_AFTER_FINAL = "P502", "a route behind the last one";
    SPLIT_SUM = "P503", "shares that do not sum to 100 %";
    NO_TARGET_LEFT = "P504", "a guard that leaves a request without any target";
    MISSING_ATTRIBUTE = "P505", "a model without an attribute that a guard reads";
    REPEATED_TARGET = "P506", "a target written twice in a route";
    ASSERT_REFUTED = "P507", "an assert that some attempt breaks";
    ASSERT_UNKNOWN = "P508", "an assert that could not be decided";
    TEST_FAILED = "P509", "a test that does not hold";

    UNUSED = "P601", "a name that nothing uses";
    CONSTANT_CONDITION = "P602", "a condition that is always true or always false";
    MAY_LEAVE_NO_TARGET = "P603", "a guard that may leave a route without any target";
    CLAIMED_FACT = "P604", "a decision that rests on what the client claims";
    INTERPRETED = "P605", "a condition that runs in the interpreter";
    WITHOUT_EFFECT = "P606", "a setting that has no effect";
    UNREACHED_RULE = "P607", "a rule that no request reaches";
    INCAPABLE_TARGET = "P608", "a target that can take no request of its route";
    ONE_FAILURE_DOMAIN = "P609", "targets that fail together";
    PARTLY_SHADOWED = "P610", "a rule of which earlier ones take a part";
    REDUNDANT_RULE = "P611", "a rule whose removal changes nothing";
    BOUNDARY_GAP = "P612", "a gap between the ranges of two rules";
    PROVED_UNDER_ASSUMPTIONS = "P613", "a proof that rests on assumptions";
    UNPROVED = "P614", "a proof that did not end in time";
    LOOKALIKE_NAMES = "P615", "names that are easily taken for each other";
    DECEPTIVE_CHARACTER = "P616", "a character that is not what it looks like, or cannot be seen";
    UNSTABLE_SPLIT_KEY = "P617", "a split by what changes from request to request";
    COARSE_SPLIT_KEY = "P618", "a split by what has too few values for its shares";
    COSTLY_CONDITION = "P619", "a condition that costs much at each request";
    NATIVE_FORM = "P620", "a condition that has an equivalent native form";
    TIME_TRAP = "P621", "a part of a moment counted otherwise than CEL counts it";
    FIXED_OFFSET = "P622", "a distance from UTC that knows no daylight saving";

    UNREADABLE_FILE = "P701", "a file that cannot be read";
    EMPTY_POLICY = "P702", "a policy without any statement";
    BAD_TABLE = "P703", "a table of tenants with a wrong header or row";
    UNRESOLVED_SECRET = "P704", "a secret that cannot be resolved";
    OPEN_POLICY = "P705", "a policy for everyone on an address that others can reach";
    EMPTY_FILE = "P706", "a file without any text";
}
