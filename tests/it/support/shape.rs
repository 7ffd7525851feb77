//! The same content as each endpoint has it.

/// The endpoint whose shape content has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shape {
    Chat,
    Responses,
    Embeddings,
    Messages,
    /// Gemini's, whose path names model and way.
    Gemini,
}

impl Shape {
    pub(crate) const ALL: [Shape; 5] = [
        Shape::Chat,
        Shape::Responses,
        Shape::Embeddings,
        Shape::Messages,
        Shape::Gemini,
    ];

    /// The shape that a path asks for.
    pub(crate) fn of(path: &str) -> Self {
        match path {
            path if path.ends_with("/responses") => Shape::Responses,
            path if path.ends_with("/embeddings") => Shape::Embeddings,
            path if path.ends_with("/messages") => Shape::Messages,
            path if path.contains("enerateContent") => Shape::Gemini,
            _ => Shape::Chat,
        }
    }

    /// The event that says who speaks, without any content.
    pub(crate) fn role(self) -> String {
        match self {
            Shape::Responses => response("response.created", "in_progress", "", "null"),
            Shape::Messages => {
                let start = format!(r#","message":{}"#, envelope("", "null"));
                let block = r#","index":0,"content_block":{"type":"text","text":""}"#;
                typed("message_start", &start) + &typed("content_block_start", block)
            }
            Shape::Gemini => candidate("", ""),
            _ => delta(r#"{"role":"assistant","content":""}"#, "null"),
        }
    }

    /// An event with text.
    pub(crate) fn text(self, text: &str) -> String {
        match self {
            Shape::Responses => {
                format!(
                    r#"data: {{"type":"response.output_text.delta","item_id":"m","output_index":0,"content_index":0,"delta":"{text}"}}"#
                ) + "\n\n"
            }
            Shape::Messages => typed(
                "content_block_delta",
                &format!(r#","index":0,"delta":{{"type":"text_delta","text":"{text}"}}"#),
            ),
            Shape::Gemini => candidate(&format!(r#"{{"text":"{text}"}}"#), ""),
            _ => delta(&format!(r#"{{"content":"{text}"}}"#), "null"),
        }
    }

    /// The event that ends the answer: `stop` or `content_filter`.
    pub(crate) fn finish(self, reason: &str) -> String {
        match (self, reason) {
            (Shape::Responses, "stop") => response("response.completed", "completed", "", "null"),
            (Shape::Responses, reason) => response(
                "response.incomplete",
                "incomplete",
                "",
                &format!(r#"{{"reason":"{reason}"}}"#),
            ),
            (Shape::Messages, reason) => typed(
                "message_delta",
                &format!(
                    r#","delta":{{"stop_reason":"{}","stop_sequence":null}},"usage":{{"output_tokens":7}}"#,
                    stop_reason(reason)
                ),
            ),
            (Shape::Gemini, reason) => candidate("", &finish_reason(reason)),
            _ => delta("{}", &format!("\"{reason}\"")),
        }
    }

    /// What stands behind a stream's last event; nothing where that is the end.
    pub(crate) fn done(self) -> &'static str {
        match self {
            Shape::Responses | Shape::Gemini => "",
            Shape::Messages => "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
            _ => "data: [DONE]\n\n",
        }
    }

    /// A whole answer; `content` is JSON.
    pub(crate) fn whole(self, content: &str, finish: &str) -> String {
        match self {
            Shape::Chat => format!(
                r#"{{"id":"c","object":"chat.completion","choices":[{{"index":0,"message":{{"role":"assistant","content":{content}}},"finish_reason":"{finish}"}}],"usage":{{"prompt_tokens":11,"completion_tokens":7}}}}"#
            ),
            Shape::Responses => {
                let (status, details) = match finish {
                    "stop" => ("completed", "null".to_owned()),
                    reason => ("incomplete", format!(r#"{{"reason":"{reason}"}}"#)),
                };
                let output = match content {
                    "null" => String::new(),
                    text => format!(
                        r#"{{"type":"message","role":"assistant","content":[{{"type":"output_text","text":{text}}}]}}"#
                    ),
                };
                object(status, &output, &details)
            }
            Shape::Messages => {
                let content = match content {
                    "null" => String::new(),
                    text => format!(r#"{{"type":"text","text":{text}}}"#),
                };
                envelope(&content, &format!("\"{}\"", stop_reason(finish)))
            }
            Shape::Gemini => {
                let part = match content {
                    "null" => String::new(),
                    text => format!(r#"{{"text":{text}}}"#),
                };
                generated(&part, &finish_reason(finish))
            }
            Shape::Embeddings => {
                let data = match content {
                    "null" | "\"\"" => "",
                    _ => r#"{"object":"embedding","index":0,"embedding":[0.5,0.25]}"#,
                };
                // What is cut within its content is so here too.
                let end = if content.len() > 1 && content.starts_with('"') && !content.ends_with('"') {
                    ""
                } else {
                    r#"],"model":"m","usage":{"prompt_tokens":11,"total_tokens":11}}"#
                };
                format!(r#"{{"object":"list","data":[{data}{end}"#)
            }
        }
    }
}

fn delta(delta: &str, finish: &str) -> String {
    format!(
        r#"data: {{"id":"c","object":"chat.completion.chunk","choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]}}"#
    ) + "\n\n"
}

/// A reason to finish as Gemini has it, behind its key.
fn finish_reason(finish: &str) -> String {
    let reason = match finish {
        "stop" => "STOP",
        "content_filter" => "SAFETY",
        other => other,
    };
    format!(r#","finishReason":"{reason}""#)
}

fn generated(part: &str, finish: &str) -> String {
    format!(
        r#"{{"candidates":[{{"content":{{"role":"model","parts":[{part}]}}{finish},"index":0}}],"usageMetadata":{{"promptTokenCount":11,"candidatesTokenCount":7}},"modelVersion":"x","responseId":"g"}}"#
    )
}

fn candidate(part: &str, finish: &str) -> String {
    format!("data: {}\n\n", generated(part, finish))
}

/// A stop reason as messages have it.
fn stop_reason(finish: &str) -> &str {
    match finish {
        "stop" => "end_turn",
        "content_filter" => "refusal",
        other => other,
    }
}

fn envelope(content: &str, stop: &str) -> String {
    format!(
        r#"{{"id":"m","type":"message","role":"assistant","model":"x","content":[{content}],"stop_reason":{stop},"stop_sequence":null,"usage":{{"input_tokens":11,"output_tokens":7}}}}"#
    )
}

fn typed(kind: &str, rest: &str) -> String {
    format!("event: {kind}\ndata: {{\"type\":\"{kind}\"{rest}}}\n\n")
}

fn object(status: &str, output: &str, details: &str) -> String {
    format!(
        r#"{{"id":"r","object":"response","status":"{status}","incomplete_details":{details},"output":[{output}],"usage":{{"input_tokens":11,"output_tokens":7}}}}"#
    )
}

fn response(kind: &str, status: &str, output: &str, details: &str) -> String {
    let response = object(status, output, details);
    format!("data: {{\"type\":\"{kind}\",\"response\":{response}}}\n\n")
}
