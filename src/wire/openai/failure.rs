//! Errors to failure classes: by code, else by status, else by the providers' known texts.

use super::error::ErrorFields;
use crate::model::FailureClass;

/// Codes and types that say that the prompt does not fit.
const CONTEXT_CODES: [&str; 4] = [
    "context_length_exceeded",
    "exceed_context_size_error",
    "context_window_exceeded",
    "model_max_prompt_tokens_exceeded",
];

/// Texts that say so, in lower case: OpenAI and vLLM, llama.cpp, Anthropic, Mistral, Groq, Gemini, Ollama.
const CONTEXT_TEXTS: [&str; 13] = [
    "maximum context length",
    "context length exceeded",
    "exceeds the context length",
    "exceeds the available context size",
    "exceeds the context window",
    "maximum model length",
    "prompt is too long",
    "input is too long",
    "too large for model with",
    "reduce the length of the messages",
    "input token count exceeds",
    "exceeds the maximum number of tokens allowed",
    "longer than the model's context length",
];

/// Codes and types of content filters.
const FILTER_CODES: [&str; 6] = [
    "content_filter",
    "content_policy_violation",
    "responsibleaipolicyviolation",
    "moderation_blocked",
    "invalid_prompt",
    "data_inspection_failed",
];

/// Texts of content filters, in lower case: Azure, OpenAI, OpenRouter.
const FILTER_TEXTS: [&str; 6] = [
    "content management policy",
    "content_filter",
    "content filter",
    "our safety system",
    "violating our usage policy",
    "requires moderation",
];

/// Codes and types that say that an account has no money or no quota left.
const QUOTA_CODES: [&str; 9] = [
    "insufficient_quota",
    "quota_exceeded",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "insufficient_balance",
    "insufficient_credits",
    "insufficient_funds",
    "exceeded_current_quota_error",
];

/// Codes and types of too many requests.
const RATE_CODES: [&str; 6] = [
    "rate_limit_exceeded",
    "rate_limit_error",
    "rate_limit_reached_error",
    "too_many_requests",
    "requests",
    "tokens",
];

/// Codes and types of a server that has too much to do.
const OVERLOAD_CODES: [&str; 5] = [
    "overloaded_error",
    "overloaded",
    "engine_overloaded_error",
    "service_unavailable",
    "service_unavailable_error",
];

/// What Gemini says of a key that it does not know, with a status of 400.
const KEY_REFUSED: &str = "api_key_invalid";

/// Codes and types of a key that is not taken.
const AUTH_CODES: [&str; 6] = [
    KEY_REFUSED,
    "invalid_api_key",
    "authentication_error",
    "invalid_authentication_error",
    "permission_error",
    "permission_denied",
];

/// Codes and types of a request that is to blame itself.
const REQUEST_CODES: [&str; 4] = [
    "invalid_request_error",
    "badrequesterror",
    "not_found_error",
    "model_not_found",
];

/// The class of an answer whose status is not one of success.
pub fn class_of_status(status: u16, error: &ErrorFields) -> FailureClass {
    let texts_count = matches!(status, 400 | 403 | 413 | 422 | 451 | 500);
    if let Some(class) = class_of_content(error, texts_count) {
        return class;
    }
    let quota = has_code(error, &QUOTA_CODES);
    match status {
        402 => FailureClass::Quota,
        429 | 403 if quota => FailureClass::Quota,
        429 => FailureClass::RateLimit,
        503 | 529 => FailureClass::Overload,
        _ if has_code(error, &["overloaded_error"]) => FailureClass::Overload,
        401 | 403 => FailureClass::Auth,
        400 if has_code(error, &[KEY_REFUSED]) => FailureClass::Auth,
        408 => FailureClass::Server,
        400..=499 => FailureClass::BadRequest,
        _ => FailureClass::Server,
    }
}

/// The class of an error that came with a status of success: in a stream or in a body.
pub fn class_of_error(error: &ErrorFields) -> FailureClass {
    if let Some(class) = class_of_content(error, true) {
        return class;
    }
    let by_code = [
        (&QUOTA_CODES[..], FailureClass::Quota),
        (&RATE_CODES[..], FailureClass::RateLimit),
        (&OVERLOAD_CODES[..], FailureClass::Overload),
        (&AUTH_CODES[..], FailureClass::Auth),
    ];
    if let Some((_, class)) = by_code.into_iter().find(|(codes, _)| has_code(error, codes)) {
        return class;
    }
    match error.status() {
        Some(status) => class_of_status(status, error),
        None if has_code(error, &REQUEST_CODES) => FailureClass::BadRequest,
        None => FailureClass::Server,
    }
}

fn class_of_content(error: &ErrorFields, by_text: bool) -> Option<FailureClass> {
    let message = error.message.to_lowercase();
    let says = |texts: &[&str]| by_text && texts.iter().any(|text| message.contains(text));
    if has_code(error, &CONTEXT_CODES) || says(&CONTEXT_TEXTS) {
        return Some(FailureClass::ContextLength);
    }
    if has_code(error, &FILTER_CODES) || says(&FILTER_TEXTS) {
        return Some(FailureClass::ContentFilter);
    }
    None
}

fn has_code(error: &ErrorFields, codes: &[&str]) -> bool {
    [&error.code, &error.kind, &error.inner_code]
        .into_iter()
        .any(|code| codes.iter().any(|known| code.eq_ignore_ascii_case(known)))
}
