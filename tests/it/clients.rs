//! More official clients: OpenAI's for Node against targets of every protocol, and Google's types, which what we send to
//! Gemini and what stands in for its answers must fit.

use crate::protocols::{BOTH, NAMES, Scene};
use crate::support::{client, node, python, shapes};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_client_gets_answers_of_every_protocol() {
    let scene = Scene::start(&NAMES, BOTH).await;
    let tools =
        json!([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]);
    let with_tools = json!({"tools": tools});
    let calls = json!([
        {"kind": "chat", "model": "gpt"},
        {"kind": "chat", "model": "claude"},
        {"kind": "chat", "model": "gemini"},
        {"kind": "stream", "model": "gpt"},
        {"kind": "stream", "model": "claude"},
        {"kind": "stream", "model": "gemini"},
        {"kind": "chat", "model": "gpt-tools", "body": with_tools},
        {"kind": "stream", "model": "gpt-tools", "body": with_tools},
        {"kind": "chat", "model": "claude-tools", "body": with_tools},
        {"kind": "stream", "model": "claude-tools", "body": with_tools},
        {"kind": "parsed", "model": "claude-json"},
        {"kind": "response", "model": "gpt"},
        {"kind": "response", "model": "claude"},
        {"kind": "response-stream", "model": "gpt"},
        {"kind": "response-stream", "model": "gemini"},
        {"kind": "embedding", "model": "gpt"},
        {"kind": "chat", "model": "refuses"},
        {"kind": "stream", "model": "claude-breaks-off"},
        {"kind": "response-stream", "model": "claude-breaks-off"},
        {"kind": "chat", "model": "gpt", "body": {"messages": {}}},
    ]);
    let (url, text) = (scene.proxy.url.clone(), calls.to_string());
    let output = tokio::task::spawn_blocking(move || node::run(&url, &text)).await;
    let seen: Vec<Value> = serde_json::from_str(&output.unwrap()).unwrap();
    let answers = ["answer of gpt", "answer of claude", "answer of gemini"];
    for (index, answer) in answers.iter().enumerate() {
        assert_eq!(
            (&seen[index]["text"], &seen[index]["finish"]),
            (&json!(answer), &json!("stop"))
        );
        assert_eq!(
            (&seen[3 + index]["said"], &seen[3 + index]["finish"]),
            (&json!(answer), &json!("stop"))
        );
    }
    let called = json!([
        ["t1", "weather", "{\"city\":\"Ulm\"}"],
        ["t2", "weather", "{\"city\":\"Bonn\"}"]
    ]);
    for answer in &seen[6..10] {
        assert_eq!(
            (&answer["tools"], &answer["finish"]),
            (&called, &json!("tool_calls"))
        );
    }
    assert_eq!(seen[10]["parsed"], json!({"city": "Ulm", "degrees": 7}));
    for (answer, text) in seen[11..15]
        .iter()
        .zip([answers[0], answers[1], answers[0], answers[2]])
    {
        assert_eq!(
            (&answer["text"], &answer["status"]),
            (&json!(text), &json!("completed"))
        );
    }
    assert_eq!(seen[13]["said"], answers[0]);
    assert_eq!(seen[14]["said"], answers[2]);
    let vector = seen[15]["vectors"][0].as_array().unwrap().iter();
    assert_eq!(
        vector.map(|part| part.as_f64().unwrap()).collect::<Vec<_>>(),
        [1.0, -0.5]
    );
    assert_eq!(
        (&seen[16]["error"], &seen[16]["status"]),
        (&json!("InternalServerError"), &json!(500))
    );
    assert_eq!(
        (&seen[17]["error"], &seen[17]["code"]),
        (&json!("APIError"), &json!("upstream_truncated"))
    );
    assert_eq!(seen[18]["code"], "upstream_truncated", "{}", seen[18]);
    assert_eq!(
        (&seen[19]["error"], &seen[19]["status"]),
        (&json!("BadRequestError"), &json!(400))
    );
}

/// Requests that use what chats, responses and messages can ask of Gemini.
fn asked_of_gemini() -> Vec<(&'static str, Value)> {
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    let image = "data:image/png;base64,iVBORw0KGgo=";
    let tools = json!([{"type": "function", "function": {"name": "weather", "description": "tells", "parameters": schema}}]);
    vec![
        (
            "chat/completions",
            json!({"model": "gemini", "temperature": 0.5, "top_p": 0.9, "stop": ["a", "b"], "max_completion_tokens": 50, "seed": 7,
                "messages": [
                    {"role": "system", "content": "be short"},
                    {"role": "user", "content": [{"type": "text", "text": "what is this?"}, {"type": "image_url", "image_url": {"url": image}}]},
                    {"role": "assistant", "content": "a picture", "tool_calls": [{"id": "t1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Ulm\"}"}}]},
                    {"role": "tool", "tool_call_id": "t1", "content": "rain"},
                    {"role": "user", "content": "and now?"}
                ],
                "tools": tools, "tool_choice": "auto", "reasoning_effort": "low"}),
        ),
        (
            "chat/completions",
            json!({"model": "gemini", "messages": [{"role": "user", "content": "hi"}], "tools": tools,
                "tool_choice": {"type": "function", "function": {"name": "weather"}}}),
        ),
        (
            "chat/completions",
            json!({"model": "gemini", "messages": [{"role": "user", "content": "hi"}],
                "response_format": {"type": "json_schema", "json_schema": {"name": "w", "schema": schema, "strict": true}}}),
        ),
        (
            "chat/completions",
            json!({"model": "gemini", "messages": [{"role": "user", "content": "hi"}], "response_format": {"type": "json_object"}}),
        ),
        (
            "messages",
            json!({"model": "gemini", "max_tokens": 9, "system": "be short", "top_k": 5,
                "thinking": {"type": "enabled", "budget_tokens": 2048},
                "messages": [{"role": "user", "content": "hi"}],
                "tools": [{"name": "weather", "description": "tells", "input_schema": schema}], "tool_choice": {"type": "any"}}),
        ),
        (
            "responses",
            json!({"model": "gemini", "instructions": "be short", "input": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}],
                "tools": [{"type": "function", "name": "weather", "parameters": schema}], "max_output_tokens": 9}),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_to_gemini_and_comes_from_it_fits_googles_types() {
    let scene = Scene::start(&NAMES, BOTH).await;
    let asked = asked_of_gemini();
    for (path, body) in &asked {
        for stream in [false, true] {
            let mut body = body.clone();
            body["stream"] = stream.into();
            let call = client()
                .post(format!("{}/v1/{path}", scene.proxy.url))
                .body(body.to_string());
            let answer = call.send().await.unwrap();
            let status = answer.status();
            assert_eq!(status, 200, "{path}: {}", answer.text().await.unwrap());
        }
    }
    let requests: Vec<Value> = scene
        .upstream
        .seen()
        .iter()
        .map(|seen| serde_json::from_slice(&seen.body).unwrap())
        .collect();
    assert_eq!(requests.len(), 2 * asked.len());
    let answers: Vec<Value> = ["gemini", "gemini-tools"]
        .map(|name| serde_json::from_str(&shapes::generated(name)).unwrap())
        .to_vec();
    let held = json!({"requests": requests, "answers": answers}).to_string();
    let output = tokio::task::spawn_blocking(move || python::run("gemini.py", &[&held])).await;
    let counts: Value = serde_json::from_str(&output.unwrap()).unwrap();
    assert_eq!(counts, json!({"requests": 12, "answers": 2}));
}
