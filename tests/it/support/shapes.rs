//! Good answers in the shapes of the providers' endpoints.

/// OpenAI's embeddings: one vector, in base64 as official clients ask for it; the upstream's name is the model's.
pub(crate) fn embeddings(name: &str) -> String {
    // 1.0 and -0.5 as little-endian floats.
    format!(
        r#"{{"object":"list","data":[{{"object":"embedding","index":0,"embedding":"AACAPwAAAL8="}}],"model":"{name}","usage":{{"prompt_tokens":3,"total_tokens":3}}}}"#
    )
}
