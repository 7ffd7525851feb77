//! The language's own words, each with one line for people: statements, clauses, and what CEL adds.

use crate::model::{FailureClass, Function, Macro, TargetAttribute};

/// A word and what there is to say of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word {
    /// The word.
    pub(super) word: &'static str,
    /// One line.
    pub(super) about: &'static str,
}

/// A clause of a statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClauseWord {
    /// The keyword.
    pub(super) word: &'static str,
    /// How it is written.
    pub(super) form: &'static str,
    /// One line.
    pub(super) about: &'static str,
    /// Whether it may stand more than once.
    pub(super) repeats: bool,
}

macro_rules! words {
    ($($word:literal $about:literal;)*) => {
        &[$(Word { word: $word, about: $about }),*]
    };
}

macro_rules! clauses {
    ($($word:literal $($again:literal)? => $form:literal, $about:literal;)*) => {
        &[$(ClauseWord { word: $word, form: $form, about: $about, repeats: clauses!(@ $($again)?) }),*]
    };
    (@) => { false };
    (@ $again:literal) => { true };
}

/// The statements, in the order in which policies have them.
pub(super) const STATEMENTS: &[Word] = words! {
    "provider" "Where models are served: protocol, address and key.";
    "model" "A model at a provider: what a request can be sent to.";
    "pool" "Several models behind one name.";
    "fact" "A fact of requests beside the built-in ones, read from tenant, header or metadata.";
    "tenant" "A caller: its keys and its facts.";
    "tenants" "Callers in a table, one a row: `tenants from \"file.csv\"`.";
    "guard" "A rule for every attempt: all guards that match apply, in any order.";
    "let" "A name for an expression, seen in all files.";
    "route" "A rule that picks targets: the first that matches wins, the last one has no `when`.";
    "assert" "What holds for every attempt that a decision can lead to; proved when the policy loads.";
    "assume" "What holds of every request; proofs may rest on it, and a request that breaks it is refused.";
    "test" "A request and what is expected of its decision.";
    "defaults" "What holds where routes, models and providers say nothing.";
    "use" "Another file of the policy, placed just before this one: `use \"path\"`.";
};

const PROVIDER: &[ClauseWord] = clauses! {
    "protocol" => "protocol openai", "How the provider is spoken to: `openai`, `anthropic`, `gemini` or `simulated`.";
    "url" => "url \"https://…\"", "The base address; may hold `{model}` and a query.";
    "key" => "key env \"NAME\"", "Where the key stands: `env \"NAME\"` or `file \"path\"`; `in header \"…\"` where it is not the protocol's own.";
    "header" "+" => "header \"name\" \"value\"", "A header sent with every request.";
    "forward" => "forward [\"x-…\"]", "Client headers that are passed on.";
    "region" => "region \"eu\"", "The region of its models, where they do not say otherwise.";
    "tags" => "tags [\"…\"]", "Tags of its models, before their own.";
    "timeout" => "timeout first-token 5s total 60s", "Bounds on the phases of an attempt.";
    "breaker" => "breaker 5 in 30s open 10s", "After how many failures in a row, in what time, a target is left alone, and for how long; or `off`.";
    "check" => "check \"GET /health\" every 10s", "A call that asks the provider whether it is well.";
    "latency" => "latency 20ms", "Of a simulated provider: the time until the headers.";
    "first-token" => "first-token 120ms", "Of a simulated provider: the time from the headers to the first token.";
    "rate" => "rate 80 tokens per second", "Of a simulated provider: how fast it answers.";
    "fault" "+" => "fault rate-limit 5%", "Of a simulated provider: a share of the requests that fails, and how.";
};

const MODEL: &[ClauseWord] = clauses! {
    "provider" => "provider NAME", "Where the model is served.";
    "name" => "name \"…\"", "The provider's name of the model; the policy's, where left out.";
    "serves" => "serves [\"…\"]", "What clients may call it by, names and globs; its own name where left out, `[]` hides it.";
    "context" => "context 128k", "The context window in tokens; where left out nothing is restricted.";
    "max-output" => "max-output 16k", "The longest completion in tokens.";
    "price" => "price input $0.15 output $0.60", "USD per million tokens: `input`, `cached`, `cache-write`, `output`.";
    "region" => "region \"eu\"", "Where it answers from; the provider's where left out.";
    "tags" => "tags [\"…\"]", "Tags, behind the provider's.";
    "can" => "can [tools, vision, json]", "What it can do beyond plain text; where left out nothing is restricted.";
    "vectors" => "vectors \"NAME\"", "The space of its embeddings: models of one name can stand in for each other.";
    "timeout" => "timeout first-token 5s total 60s", "Bounds on the phases of an attempt.";
    "breaker" => "breaker 5 in 30s open 10s", "After how many failures in a row, in what time, a target is left alone, and for how long; or `off`.";
};

const POOL: &[ClauseWord] = clauses! {
    "pick" => "pick least-busy", "How members are ordered for a request.";
    "members" => "members [a, b]", "The models, with weights where they are drawn by weight: `[a 3, b 1]`.";
    "serves" => "serves [\"…\"]", "What clients may call it by; its own name where left out.";
};

const TENANT: &[ClauseWord] = clauses! {
    "key" "+" => "key NAME sha256 \"…\"", "A key: `sha256 \"…\"` or `env \"NAME\"`, `until` a date where it ends.";
    "tier" => "tier \"gold\"", "The fact `tier` of its requests.";
    "region" => "region \"eu\"", "The fact `region` of its requests.";
    "tags" => "tags [\"…\"]", "Tags that only tenants have: clients cannot claim them.";
};

const GUARD: &[ClauseWord] = clauses! {
    "when" => "when CONDITION", "Of which requests it speaks; of all, where left out.";
    "require" "+" => "require CONDITION", "What holds of every target, over facts and `target.*`; others leave the plan.";
    "deny" => "deny 403 \"…\"", "The request is refused with this status and message.";
    "set" "+" => "set max_tokens at most 1000", "Lowers the cap on completion tokens.";
    "record" => "record no content", "Keeps prompts and answers out of the records of its requests, whatever their routes say.";
};

const ROUTE: &[ClauseWord] = clauses! {
    "when" => "when CONDITION", "Which requests it takes; all that are left, where left out.";
    "deny" => "deny 403 \"…\"", "The requests are refused with this status and message.";
    "target" => "target NAME", "A model, a pool, `requested`, `split by FACT { a 90% b 10% }` or `hedge [a, b] after 800ms`.";
    "shadow" => "shadow NAME 5%", "A copy of this share of requests goes to the model too; its answer is recorded and never returned.";
    "fallback" "+" => "fallback [a, b] on [CLASS]", "Where to go after a failure of these classes.";
    "retry" => "retry 1 on [CLASS]", "How often the same target is asked again, after which failures.";
    "timeout" => "timeout first-token 5s total 60s", "Bounds: `connect`, `headers`, `first-token`, `idle`, `total`.";
    "commit" => "commit first-content", "Until when failures are rescued: `first-content`, `after D`, `complete`.";
    "attempts" => "attempts 5", "Most attempts of one request, all together.";
    "record" => "record content redact [email, phone, card, key]", "Its records hold what was said: `up to` so many bytes (`64k`), without what `redact` lists: words known by their form, and patterns in quotes.";
};

const DEFAULTS: &[ClauseWord] = clauses! {
    "fallback" => "fallback on [CLASS]", "The failures after which a fallback without `on` is taken.";
    "retry" => "retry 1 on [CLASS]", "How often the same target is asked again, after which failures.";
    "attempts" => "attempts 5", "Most attempts of one request, all together.";
    "timeout" => "timeout connect 5s total 10m", "Bounds: `connect`, `headers`, `first-token`, `idle`, `total`.";
    "commit" => "commit first-content", "Until when failures are rescued: `first-content`, `after D`, `complete`.";
    "breaker" => "breaker 5 in 30s open 10s", "After how many failures in a row, in what time, a target is left alone, and for how long; or `off`.";
    "tokenizer" => "tokenizer estimate", "How tokens are counted: `estimate`, or exactly by `o200k` or `cl100k`.";
    "hold" => "hold 8M", "Most bytes held back before the commit.";
};

const ASSERT: &[ClauseWord] = clauses! {
    "when" => "when CONDITION", "Of which requests it speaks; of all, where left out.";
    "that" => "that CONDITION", "What holds of each attempt: over facts, `target.*`, `position` and `fallbacks`.";
};

const ASSUME: &[ClauseWord] = clauses! {
    "that" => "that CONDITION", "What holds of every request.";
};

const TEST: &[ClauseWord] = clauses! {
    "given" => "given { tier \"free\" tokens 900 }", "The request's facts; the others follow from them or take their defaults.";
    "failing" "+" => "failing [NAME]", "What fails while the plan is carried out: models, pools, `provider NAME`.";
    "expect" => "expect { route NAME target NAME }", "What is expected of the decision: `route`, `target`, `fallback`, `deny`, `skipped`, `cost at most`.";
};

const FACT: &[ClauseWord] = clauses! {
    "type" => "string", "`string`, `int`, `bool`, `list(string)` or `one of [\"…\"]`.";
    "from" => "from header \"x-…\"", "Where it is read: `tenant`, `header \"…\"`, `metadata \"…\"`.";
    "default" => "default \"\"", "The value of a request that has none.";
};

/// The clauses of a statement.
pub(super) fn clauses_of(statement: &str) -> &'static [ClauseWord] {
    match statement {
        "provider" => PROVIDER,
        "model" => MODEL,
        "pool" => POOL,
        "tenant" => TENANT,
        "guard" => GUARD,
        "route" => ROUTE,
        "defaults" => DEFAULTS,
        "assert" => ASSERT,
        "assume" => ASSUME,
        "test" => TEST,
        "fact" => FACT,
        _ => &[],
    }
}

/// What a statement's keyword announces.
pub(super) fn statement(word: &str) -> Option<&'static Word> {
    STATEMENTS.iter().find(|known| known.word == word)
}

/// A clause by its keyword.
pub(super) fn clause(statement: &str, word: &str) -> Option<&'static ClauseWord> {
    clauses_of(statement).iter().find(|known| known.word == word)
}

/// Whether a word means something in a block: as a name it is better put in quotes.
pub(super) fn is_word(word: &str) -> bool {
    const OTHERS: [&str; 14] = [
        "in",
        "is",
        "not",
        "on",
        "by",
        "at",
        "most",
        "split",
        "requested",
        "hedge",
        "cost",
        "skipped",
        "route",
        "provider",
    ];
    let mut blocks = STATEMENTS.iter().filter(|known| known.word != "fact");
    OTHERS.contains(&word) || blocks.any(|known| clause(known.word, word).is_some())
}

/// What a built-in fact is, in one line.
pub(super) fn fact(name: &str) -> &'static str {
    match name {
        "tenant" => "The authenticated key's tenant; `anonymous` where the policy declares none.",
        "tier" => "The tenant's tier.",
        "region" => "The tenant's region.",
        "user" => "The body's `user`, else the key's name.",
        "tags" => "The tenant's tags, then those that the client claims.",
        "model" => "The model asked for, as written.",
        "requested" => "The policy's model or pool that serves the name asked for, else empty.",
        "api" => "Which interface the client speaks.",
        "tokens" => "Estimated input tokens.",
        "max_tokens" => "The smallest output cap in the body, 0 if none.",
        "stream" => "Whether a stream was asked for.",
        "json" => "Whether structured output was asked for.",
        "tools" => "Number of tools.",
        "images" => "Number of images.",
        "turns" => "Number of messages.",
        "headers" => "Request headers, names in lower case, without credentials.",
        "metadata" => "The body's metadata.",
        "prompt" => "Text of the last user message, cut at 32 KiB.",
        "now" => "When the request arrived, in UTC, cut to milliseconds.",
        _ => "",
    }
}

/// What an attribute of targets is, in one line.
pub(super) fn attribute(attribute: TargetAttribute) -> &'static str {
    match attribute {
        TargetAttribute::Model => "The policy's name of the model.",
        TargetAttribute::Name => "The provider's name of the model.",
        TargetAttribute::Provider => "The policy's name of the provider.",
        TargetAttribute::Protocol => "The provider's protocol.",
        TargetAttribute::Region => "Where the model answers from.",
        TargetAttribute::Tags => "The provider's tags, then the model's.",
        TargetAttribute::Can => "What the model can do.",
        TargetAttribute::Context => "The context window in tokens.",
        TargetAttribute::PriceInput => "USD per million prompt tokens.",
        TargetAttribute::PriceOutput => "USD per million completion tokens.",
    }
}

/// How a function or macro is called, and what it gives.
pub(super) fn function(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "size" => ("size(x)", "Length of a string, list or map."),
        "contains" => ("s.contains(t)", "Whether a text stands in another."),
        "startsWith" => ("s.startsWith(t)", "Whether a text begins with another."),
        "endsWith" => ("s.endsWith(t)", "Whether a text ends with another."),
        "matches" => (
            "s.matches(\"…\")",
            "Whether a regular expression finds something; the pattern is a literal.",
        ),
        "getFullYear" => ("t.getFullYear()", "Year."),
        "getMonth" => ("t.getMonth()", "Month, 0 (January) to 11."),
        "getDate" => ("t.getDate()", "Day of the month, 1 to 31."),
        "getDayOfMonth" => ("t.getDayOfMonth()", "Day of the month, 0 to 30."),
        "getDayOfWeek" => ("t.getDayOfWeek()", "Day of the week, 0 (Sunday) to 6."),
        "getDayOfYear" => ("t.getDayOfYear()", "Day of the year, 0 to 365."),
        "getHours" => ("t.getHours()", "Hour, 0 to 23; of a duration all of it in hours."),
        "getMinutes" => (
            "t.getMinutes()",
            "Minute, 0 to 59; of a duration all of it in minutes.",
        ),
        "getSeconds" => (
            "t.getSeconds()",
            "Second, 0 to 59; of a duration all of it in seconds.",
        ),
        "getMilliseconds" => ("t.getMilliseconds()", "Millisecond, 0 to 999."),
        "int" => ("int(x)", "A whole number."),
        "uint" => ("uint(x)", "A whole number without sign."),
        "double" => ("double(x)", "A number with a point."),
        "string" => ("string(x)", "A text."),
        "bytes" => ("bytes(x)", "Bytes."),
        "bool" => ("bool(x)", "True or false."),
        "timestamp" => ("timestamp(\"…\")", "A moment, from a literal."),
        "duration" => ("duration(\"…\")", "A span of time, from a literal."),
        "all" => (
            "list.all(x, CONDITION)",
            "Whether a condition holds for every element.",
        ),
        "exists" => (
            "list.exists(x, CONDITION)",
            "Whether a condition holds for an element.",
        ),
        "exists_one" => (
            "list.exists_one(x, CONDITION)",
            "Whether a condition holds for exactly one element.",
        ),
        "filter" => (
            "list.filter(x, CONDITION)",
            "The elements for which a condition holds.",
        ),
        "map" => ("list.map(x, VALUE)", "A list of what is made of each element."),
        "has" => ("has(map.key)", "Whether a map has a key."),
        _ => return None,
    })
}

/// Functions that stand alone, and those behind a dot.
pub(super) fn functions(behind_dot: bool) -> Vec<&'static str> {
    let methods = Function::ALL.into_iter().filter(|function| function.is_method());
    match behind_dot {
        true => methods
            .map(Function::name)
            .chain(["size"])
            .chain(Macro::ALL.into_iter().map(Macro::name))
            .collect(),
        false => Function::ALL
            .into_iter()
            .filter(|function| !function.is_method())
            .map(Function::name)
            .chain(["has"])
            .collect(),
    }
}

/// The classes of failures, and the word for all time-outs.
pub(super) fn classes() -> impl Iterator<Item = &'static str> {
    FailureClass::ALL
        .into_iter()
        .map(FailureClass::name)
        .chain(["timeout"])
}
