//! Good answers in the shapes of the providers' endpoints.

/// OpenAI's embeddings: one vector, in base64 as official clients ask for it; the upstream's name is the model's.
pub(crate) fn embeddings(name: &str) -> String {
    // 1.0 and -0.5 as little-endian floats.
    format!(
        r#"{{"object":"list","data":[{{"object":"embedding","index":0,"embedding":"AACAPwAAAL8="}}],"model":"{name}","usage":{{"prompt_tokens":3,"total_tokens":3}}}}"#
    )
}

/// An answer of Anthropic's messages whose text, or call of a tool, says so.
pub(crate) fn message(name: &str) -> String {
    let (content, stop) = match name {
        "claude-tools" => (
            r#"[{"type":"text","text":"Both:"},{"type":"tool_use","id":"t1","name":"weather","input":{"city":"Ulm"}},
                {"type":"tool_use","id":"t2","name":"weather","input":{"city":"Bonn"}}]"#
                .to_owned(),
            "tool_use",
        ),
        "claude-json" => (
            r#"[{"type":"text","text":"{\"city\":\"Ulm\",\"degrees\":7}"}]"#.to_owned(),
            "end_turn",
        ),
        name => (
            format!(r#"[{{"type":"text","text":"answer of {name}"}}]"#),
            "end_turn",
        ),
    };
    format!(
        r#"{{"id":"msg_1","type":"message","role":"assistant","model":"{name}","content":{content},"stop_reason":"{stop}","stop_sequence":null,
            "usage":{{"input_tokens":10,"cache_read_input_tokens":60,"cache_creation_input_tokens":30,"output_tokens":9}}}}"#
    )
}

/// The events of such an answer; `claude-breaks-…` end early: with an error before or after content, or with nothing.
pub(crate) fn message_events(name: &str) -> String {
    let event = |kind: &str, rest: &str| format!("event: {kind}\ndata: {{\"type\":\"{kind}\"{rest}}}\n\n");
    let start = event(
        "message_start",
        &format!(
            r#","message":{{"id":"msg_1","type":"message","role":"assistant","model":"{name}","content":[],"stop_reason":null,"stop_sequence":null,"usage":{{"input_tokens":10,"cache_read_input_tokens":60,"cache_creation_input_tokens":30,"output_tokens":1}}}}"#
        ),
    );
    let begin = |index: usize, block: &str| {
        event(
            "content_block_start",
            &format!(r#","index":{index},"content_block":{block}"#),
        )
    };
    let delta = |index: usize, delta: &str| {
        event(
            "content_block_delta",
            &format!(r#","index":{index},"delta":{delta}"#),
        )
    };
    let end = |index: usize| event("content_block_stop", &format!(r#","index":{index}"#));
    let stop = |reason: &str| {
        event(
            "message_delta",
            &format!(
                r#","delta":{{"stop_reason":"{reason}","stop_sequence":null}},"usage":{{"output_tokens":9}}"#
            ),
        ) + &event("message_stop", "")
    };
    let overloaded = event(
        "error",
        r#","error":{"type":"overloaded_error","message":"Overloaded"}"#,
    );
    let opening = start + &event("ping", "") + &begin(0, r#"{"type":"text","text":""}"#);
    let said = delta(
        0,
        &format!(r#"{{"type":"text_delta","text":"answer of {name}"}}"#),
    );
    let call = |index: usize, id: &str, city: &str| {
        let block = format!(r#"{{"type":"tool_use","id":"{id}","name":"weather","input":{{}}}}"#);
        let input = format!(r#"{{"type":"input_json_delta","partial_json":"{{\"city\":\"{city}\"}}"}}"#);
        begin(index, &block) + &delta(index, &input) + &end(index)
    };
    match name {
        "claude-breaks-before" => opening + &overloaded,
        "claude-breaks-after" => opening + &said + &overloaded,
        "claude-breaks-off" => opening + &said,
        "claude-tools" => {
            opening + &said + &end(0) + &call(1, "t1", "Ulm") + &call(2, "t2", "Bonn") + &stop("tool_use")
        }
        _ => opening + &said + &end(0) + &stop("end_turn"),
    }
}

/// A completion with two calls of a tool at once.
pub(crate) fn completion_with_tools() -> &'static str {
    r#"{"id":"chatcmpl-1","object":"chat.completion","created":1700000000,"model":"gpt-tools","choices":[{"index":0,
        "message":{"role":"assistant","content":null,"tool_calls":[
          {"id":"t1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Ulm\"}"}},
          {"id":"t2","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Bonn\"}"}}]},
        "finish_reason":"tool_calls"}],
        "usage":{"prompt_tokens":100,"completion_tokens":9,"total_tokens":109,"prompt_tokens_details":{"cached_tokens":60}}}"#
}

/// The chunks of the same.
pub(crate) fn completion_events_with_tools() -> String {
    let chunk = |rest: &str| {
        format!(
            "data: {{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"gpt-tools\",{rest}}}\n\n"
        )
    };
    let delta = |delta: &str, finish: &str| {
        chunk(&format!(
            r#""choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]"#
        ))
    };
    let call = |index: usize, id: &str, city: &str| {
        let begun = format!(
            r#"{{"tool_calls":[{{"index":{index},"id":"{id}","type":"function","function":{{"name":"weather","arguments":""}}}}]}}"#
        );
        let rest = format!(
            r#"{{"tool_calls":[{{"index":{index},"function":{{"arguments":"{{\"city\":\"{city}\"}}"}}}}]}}"#
        );
        delta(&begun, "null") + &delta(&rest, "null")
    };
    delta(r#"{"role":"assistant","content":null}"#, "null")
        + &call(0, "t1", "Ulm")
        + &call(1, "t2", "Bonn")
        + &delta("{}", r#""tool_calls""#)
        + &chunk(
            r#""choices":[],"usage":{"prompt_tokens":100,"completion_tokens":9,"total_tokens":109,"prompt_tokens_details":{"cached_tokens":60}}"#,
        )
        + "data: [DONE]\n\n"
}

/// A response of OpenAI's whose text says so.
pub(crate) fn response(name: &str) -> String {
    format!(
        r#"{{"id":"resp_1","object":"response","created_at":1700000000,"status":"completed","error":null,"incomplete_details":null,"model":"{name}","output":[{{"id":"msg_1","type":"message","status":"completed","role":"assistant","content":[{{"type":"output_text","text":"answer of {name}","annotations":[]}}]}}],"parallel_tool_calls":true,"tool_choice":"auto","tools":[],"usage":{{"input_tokens":11,"input_tokens_details":{{"cached_tokens":0}},"output_tokens":7,"output_tokens_details":{{"reasoning_tokens":0}},"total_tokens":18}}}}"#
    )
}

/// The events of such a response.
pub(crate) fn response_events(name: &str) -> String {
    let whole = response(name);
    let begun = whole
        .replace(
            r#""status":"completed","error""#,
            r#""status":"in_progress","error""#,
        )
        .replace(
            &whole[whole.find(r#","output":["#).unwrap()..whole.find(r#","parallel"#).unwrap()],
            r#","output":[]"#,
        );
    let item = r#"{"id":"msg_1","type":"message","status":"in_progress","role":"assistant","content":[]}"#;
    let done = &whole[whole.find(r#"{"id":"msg_1""#).unwrap()..whole.find(r#"],"parallel"#).unwrap()];
    let place = r#""item_id":"msg_1","output_index":0,"content_index":0"#;
    let part = |text: &str| format!(r#"{{"type":"output_text","text":"{text}","annotations":[]}}"#);
    let text = format!("answer of {name}");
    [
        ("response.created", format!(r#""response":{begun}"#)),
        (
            "response.output_item.added",
            format!(r#""output_index":0,"item":{item}"#),
        ),
        (
            "response.content_part.added",
            format!(r#"{place},"part":{}"#, part("")),
        ),
        (
            "response.output_text.delta",
            format!(r#"{place},"delta":"{text}","logprobs":[]"#),
        ),
        (
            "response.output_text.done",
            format!(r#"{place},"text":"{text}","logprobs":[]"#),
        ),
        (
            "response.content_part.done",
            format!(r#"{place},"part":{}"#, part(&text)),
        ),
        (
            "response.output_item.done",
            format!(r#""output_index":0,"item":{done}"#),
        ),
        ("response.completed", format!(r#""response":{whole}"#)),
    ]
    .into_iter()
    .enumerate()
    .map(|(sequence, (kind, rest))| {
        format!("event: {kind}\ndata: {{\"type\":\"{kind}\",\"sequence_number\":{sequence},{rest}}}\n\n")
    })
    .collect()
}

/// Content that Gemini generates: a text, or two calls of a tool at once; an event of a stream is the same.
pub(crate) fn generated(name: &str) -> String {
    let parts = match name {
        "gemini-tools" => {
            r#"[{"functionCall":{"name":"weather","args":{"city":"Ulm"}}},{"functionCall":{"name":"weather","args":{"city":"Bonn"}}}]"#
                .to_owned()
        }
        name => format!(r#"[{{"text":"answer of {name}"}}]"#),
    };
    format!(
        r#"{{"responseId":"g1","modelVersion":"{name}","candidates":[{{"content":{{"role":"model","parts":{parts}}},"finishReason":"STOP","index":0}}],"usageMetadata":{{"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":5,"thoughtsTokenCount":4}}}}"#
    )
}
