//! Refusals by status: each status, codes that say more, and `Retry-After` in its forms.

use super::{Fault, answer, both, error, json};

pub(super) fn statuses() -> Vec<Fault> {
    let plain = [
        302, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 418, 422, 425, 429, 451, 500, 501, 502,
        503, 504, 507, 520, 529, 599,
    ];
    plain
        .into_iter()
        .map(|status| {
            let body = error(&format!("upstream says {status}"), "upstream", "");
            both(format!("status-{status}"), vec![json(status, "", &body)])
        })
        .collect()
}

pub(super) fn codes() -> Vec<Fault> {
    let coded = |name: &str, status, message: &str, code: &str| {
        both(
            name,
            vec![json(status, "", &error(message, "invalid_request_error", code))],
        )
    };
    vec![
        coded("context-by-code", 400, "no", "context_length_exceeded"),
        coded(
            "context-by-text",
            400,
            "This model's maximum context length is 8192 tokens",
            "",
        ),
        coded("filter-by-code", 400, "no", "content_filter"),
        coded("quota-429", 429, "no", "insufficient_quota"),
        coded("quota-403", 403, "no", "billing_hard_limit_reached"),
        coded("overloaded-500", 500, "no", "overloaded_error"),
        both(
            "error-without-json",
            vec![answer(500, "content-type: text/html\r\n", "<html>oops</html>")],
        ),
        both("error-without-body", vec![answer(503, "", "")]),
    ]
}

/// `Retry-After` in its forms; the route repeats once.
pub(super) fn waits() -> Vec<Fault> {
    let forms = [
        ("zero", "retry-after: 0"),
        ("fraction", "retry-after: 0.02"),
        ("milliseconds", "retry-after-ms: 20"),
        ("unit", "retry-after: 20ms"),
        ("past-date", "retry-after: Sun, 06 Nov 1994 08:49:37 GMT"),
        ("rfc-850-date", "retry-after: Sunday, 06-Nov-94 08:49:37 GMT"),
        ("asctime-date", "retry-after: Sun Nov  6 08:49:37 1994"),
        ("reset-header", "x-ratelimit-reset-requests: 20ms"),
        ("negative", "retry-after: -30"),
        ("garbage", "retry-after: soon"),
        ("long", "retry-after: 1m30s"),
        ("future-date", "retry-after: Fri, 06 Nov 2099 08:49:37 GMT"),
        ("huge", "retry-after: 99999999999999999999999"),
    ];
    forms
        .into_iter()
        .map(|(name, header)| {
            let body = error("slow down", "requests", "rate_limit_exceeded");
            both(
                format!("wait-{name}"),
                vec![json(429, &format!("{header}\r\n"), &body)],
            )
        })
        .collect()
}
