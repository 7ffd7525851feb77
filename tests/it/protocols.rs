//! Every endpoint through official clients and the real binary, against upstreams that speak the providers' shapes.

use crate::support::proxy::Proxy;
use crate::support::upstream::Upstream;
use crate::support::{client, header, python, shapes};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// A proxy in front of an upstream that records what it sees.
pub(crate) struct Scene {
    pub(crate) proxy: Proxy,
    pub(crate) upstream: Upstream,
    _directory: tempfile::TempDir,
}

impl Scene {
    /// Serves a policy in which `{name}` stands for the URL of the upstream that behaves so.
    pub(crate) async fn start(behaviours: &[&str], policy: &str) -> Self {
        let upstream = Upstream::start().await;
        let directory = tempfile::tempdir().unwrap();
        let mut policy = policy.to_owned();
        for behaviour in behaviours {
            policy = policy.replace(&format!("{{{behaviour}}}"), &upstream.url(behaviour));
        }
        let path: PathBuf = directory.path().join("a.policy");
        fs::write(&path, policy).unwrap();
        let proxy = Proxy::start(&path, &[]);
        Scene {
            proxy,
            upstream,
            _directory: directory,
        }
    }

    /// Runs a script of the official clients with these calls; gives what a program that uses them sees.
    async fn run(&self, script: &'static str, calls: &Value) -> Value {
        let (url, calls) = (self.proxy.url.clone(), calls.to_string());
        let output = tokio::task::spawn_blocking(move || python::run(script, &[&url, &calls]));
        serde_json::from_str(&output.await.unwrap()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn embeddings_never_leave_their_space() {
    let policy = r#"
        provider down { protocol openai url "{status-500}" }
        provider up { protocol openai url "{good}" }
        provider rehearsal { protocol simulated }
        model small { provider down name "e-small" vectors "e" }
        model other { provider up name "e-other" }
        model twin { provider up name "e-twin" vectors "e" }
        model imagined { provider rehearsal }
        route rehearsed { when model == "imagined" target imagined }
        route all { target small fallback [other, twin] retry 0 on [server] }
    "#;
    let scene = Scene::start(&["status-500", "good"], policy).await;
    let calls = json!([{"model": "x"}, {"model": "imagined", "input": ["a", "b"]}]);
    let seen = scene.run("embed.py", &calls).await;
    assert_eq!(seen[0]["vectors"], json!([[1.0, -0.5]]));
    assert_eq!(seen[0]["tokens"], 3);
    assert_eq!(seen[0]["target"], "twin");
    assert_eq!(seen[0]["failures"], "small=server");
    let called = scene.upstream.seen();
    let paths: Vec<&str> = called.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(paths, ["/v1/embeddings", "/v1/embeddings"]);
    let body: Value = serde_json::from_slice(&called[1].body).unwrap();
    assert_eq!(
        (&body["model"], &body["input"]),
        (&json!("e-twin"), &json!("a text"))
    );
    let vectors = seen[1]["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 2);
    assert_ne!(vectors[0], vectors[1]);
}

/// Providers of both protocols, good and broken, and a route that leads to what was asked for.
pub(crate) const BOTH: &str = r#"
    provider gpt { protocol openai url "{gpt}" }
    provider gpt-tools { protocol openai url "{gpt-tools}" }
    provider claude { protocol anthropic url "{claude}" }
    provider claude-tools { protocol anthropic url "{claude-tools}" }
    provider claude-json { protocol anthropic url "{claude-json}" }
    provider claude-breaks-before { protocol anthropic url "{claude-breaks-before}" }
    provider claude-breaks-after { protocol anthropic url "{claude-breaks-after}" }
    provider claude-breaks-off { protocol anthropic url "{claude-breaks-off}" }
    provider gemini { protocol gemini url "{gemini}" }
    provider gemini-tools { protocol gemini url "{gemini-tools}" }
    provider refuses { protocol anthropic url "{status-500}" }
    provider here { protocol simulated }
    model gpt { provider gpt }
    model gpt-tools { provider gpt-tools }
    model claude { provider claude }
    model claude-tools { provider claude-tools }
    model claude-json { provider claude-json }
    model claude-breaks-before { provider claude-breaks-before }
    model claude-breaks-after { provider claude-breaks-after }
    model claude-breaks-off { provider claude-breaks-off }
    model gemini { provider gemini }
    model gemini-tools { provider gemini-tools }
    model refuses { provider refuses }
    model here { provider here }
    guard long { when user == "long" set max_tokens at most 7 }
    route rescued { when "rescue" in headers target claude-breaks-before fallback gpt retry 0 on [server] }
    route named { when requested != "" target requested retry 0 on [server] }
    route default { target here }
"#;

pub(crate) const NAMES: [&str; 11] = [
    "gpt",
    "gpt-tools",
    "claude",
    "claude-tools",
    "claude-json",
    "claude-breaks-before",
    "claude-breaks-after",
    "claude-breaks-off",
    "gemini",
    "gemini-tools",
    "status-500",
];

fn tool() -> Value {
    json!([{"name": "weather", "description": "tells", "input_schema": {"type": "object"}}])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_anthropic_client_gets_answers_of_both_protocols() {
    let scene = Scene::start(&NAMES, BOTH).await;
    let mut calls = Vec::new();
    for model in ["claude", "gpt", "here", "claude-tools", "gpt-tools"] {
        for stream in [false, true] {
            calls.push(json!({"model": model, "stream": stream, "body": {"tools": tool()}}));
        }
    }
    calls.push(json!({"model": "claude", "count": true}));
    let seen = scene.run("messages.py", &json!(calls)).await;
    let whole: Vec<&Value> = seen.as_array().unwrap().iter().step_by(2).take(5).collect();
    let streams: Vec<&Value> = seen.as_array().unwrap().iter().skip(1).step_by(2).collect();
    for (index, text) in ["answer of claude", "answer of gpt"].into_iter().enumerate() {
        assert_eq!(
            (&whole[index]["text"], &streams[index]["text"]),
            (&json!(text), &json!(text))
        );
        assert_eq!(
            (&whole[index]["stop"], &streams[index]["stop"]),
            (&json!("end_turn"), &json!("end_turn"))
        );
    }
    assert!(whole[2]["text"].as_str().unwrap().contains("simulated"), "{seen}");
    assert_eq!(whole[2], streams[2]);
    let called = json!([["t1", "weather", {"city": "Ulm"}], ["t2", "weather", {"city": "Bonn"}]]);
    for answer in whole[3..].iter().chain(&streams[3..]) {
        assert_eq!(
            (&answer["tools"], &answer["stop"]),
            (&called, &json!("tool_use")),
            "{seen}"
        );
        assert_eq!(
            (&answer["cached"], &answer["output"]),
            (&json!(60), &json!(9)),
            "{seen}"
        );
    }
    assert_eq!(seen[10]["input"], 42);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_openai_client_gets_answers_of_both_protocols() {
    let scene = Scene::start(&NAMES, BOTH).await;
    let tools =
        json!([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]);
    let usage = json!({"include_usage": true});
    let calls = json!([
        {"model": "claude"},
        {"model": "claude", "stream": true, "body": {"stream_options": usage}},
        {"model": "claude-tools", "body": {"tools": tools}},
        {"model": "claude-tools", "stream": true, "body": {"tools": tools, "stream_options": usage}},
        {"model": "gpt-tools", "stream": true, "body": {"tools": tools}},
        {"model": "claude-json", "schema": true},
        {"model": "claude", "body": {"n": 2}},
        {"model": "claude", "body": {"user": "long"}},
    ]);
    let seen = scene.run("converse.py", &calls).await;
    for answer in [&seen[0], &seen[1]] {
        assert_eq!(answer["text"], "answer of claude", "{seen}");
        assert_eq!(
            (&answer["finish"], &answer["input"]),
            (&json!("stop"), &json!(100)),
            "{seen}"
        );
    }
    let called = json!([
        ["t1", "weather", "{\"city\":\"Ulm\"}"],
        ["t2", "weather", "{\"city\":\"Bonn\"}"]
    ]);
    for answer in [&seen[2], &seen[3], &seen[4]] {
        assert_eq!(
            (&answer["tools"], &answer["finish"]),
            (&called, &json!("tool_calls")),
            "{seen}"
        );
        assert_eq!(answer["cached"], 60, "{seen}");
    }
    assert_eq!(seen[5]["parsed"], json!({"city": "Ulm", "degrees": 7}), "{seen}");
    assert_eq!(seen[6]["code"], "no_capable_target", "{seen}");
    let sent: Value = serde_json::from_slice(&scene.upstream.seen().last().unwrap().body).unwrap();
    assert_eq!(sent["max_tokens"], 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_of_one_protocol_are_not_touched() {
    let scene = Scene::start(&NAMES, BOTH).await;
    let client = client();
    let body = "{ \"model\" : \"claude\", \"max_tokens\":5,\n \"messages\":[{\"role\":\"user\",\"content\":\"\\u00fc\"}] }";
    let answer = client
        .post(format!("{}/v1/messages", scene.proxy.url))
        .header("x-api-key", "of-the-caller")
        .header("anthropic-version", "2024-01-01")
        .body(body)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.unwrap(), shapes::message("claude"));
    let seen = scene.upstream.seen();
    assert_eq!(String::from_utf8_lossy(&seen[0].body), body);
    assert_eq!(seen[0].path, "/v1/messages");
    assert_eq!(seen[0].header("anthropic-version"), Some("2024-01-01"));
    assert_eq!(seen[0].header("x-api-key"), None);
    let streamed = body.replace("\"max_tokens\":5", "\"max_tokens\":5,\"stream\":true");
    let answer = client
        .post(format!("{}/v1/messages", scene.proxy.url))
        .body(streamed);
    let text = answer.send().await.unwrap().text().await.unwrap();
    assert_eq!(text, shapes::message_events("claude"));
    assert_eq!(
        scene.upstream.seen()[1].header("anthropic-version"),
        Some("2023-06-01")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_come_in_the_clients_protocol() {
    let scene = Scene::start(&NAMES, BOTH).await;
    let ask = |model: &str, stream: bool| json!({"model": model, "stream": stream});
    let calls = json!([
        ask("refuses", false),
        ask("claude-breaks-before", true),
        ask("claude-breaks-after", true),
        ask("claude-breaks-off", true),
        {"model": "gpt", "count": true},
        {"model": "gpt", "body": {"messages": {}}},
    ]);
    let seen = scene.run("messages.py", &calls).await;
    assert_eq!(seen[0]["error"], "InternalServerError", "{seen}");
    assert_eq!(seen[1]["type"], "overloaded_error", "{seen}");
    assert_eq!(seen[2]["type"], "overloaded_error", "{seen}");
    assert_eq!(
        (&seen[3]["type"], &seen[3]["code"]),
        (&json!("api_error"), &json!("upstream_truncated"))
    );
    // Where the protocol has nothing for it, the count is the estimate.
    assert_eq!(seen[4]["input"], 11, "{seen}");
    assert_eq!(
        (&seen[5]["error"], &seen[5]["type"]),
        (&json!("BadRequestError"), &json!("invalid_request_error"))
    );
    let seen = scene
        .run(
            "converse.py",
            &json!([
                ask("refuses", false),
                ask("claude-breaks-before", true),
                ask("claude-breaks-off", true),
            ]),
        )
        .await;
    let message = seen[0]["message"].as_str().unwrap();
    assert!(message.contains("upstream says 500"), "{seen}");
    assert_eq!(seen[1]["error"], "InternalServerError", "{seen}");
    assert_eq!(
        (&seen[2]["error"], &seen[2]["code"]),
        (&json!("APIError"), &json!("upstream_truncated")),
        "{seen}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_fails_before_content_is_rescued_by_another_protocol() {
    let scene = Scene::start(&NAMES, BOTH).await;
    for path in ["chat/completions", "messages"] {
        let answer = client()
            .post(format!("{}/v1/{path}", scene.proxy.url))
            .header("rescue", "1")
            .body(r#"{"model":"x","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"hi"}]}"#)
            .send()
            .await
            .unwrap();
        assert_eq!(header(&answer, "x-pointsman-target"), "gpt");
        assert_eq!(
            header(&answer, "x-pointsman-failures"),
            "claude-breaks-before=overload"
        );
        let text = answer.text().await.unwrap();
        let end = match path {
            "messages" => "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
            _ => "data: [DONE]\n\n",
        };
        assert!(text.ends_with(end), "{text}");
        assert!(!text.contains("claude"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn responses_come_from_every_protocol() {
    let scene = Scene::start(&NAMES, BOTH).await;
    let tools = json!([{"type": "function", "name": "weather", "parameters": {"type": "object"}}]);
    let mut calls = Vec::new();
    for model in ["gpt", "claude", "gemini", "here", "claude-tools"] {
        for stream in [false, true] {
            calls.push(json!({"model": model, "stream": stream, "body": {"tools": tools}}));
        }
    }
    calls.push(json!({"model": "claude", "body": {"previous_response_id": "r"}}));
    calls.push(json!({"model": "claude-breaks-off", "stream": true}));
    let seen = scene.run("respond.py", &json!(calls)).await;
    for (index, text) in ["answer of gpt", "answer of claude", "answer of gemini"]
        .into_iter()
        .enumerate()
    {
        for answer in [&seen[2 * index], &seen[2 * index + 1]] {
            assert_eq!(
                (&answer["text"], &answer["status"]),
                (&json!(text), &json!("completed")),
                "{seen}"
            );
        }
    }
    assert!(seen[6]["text"].as_str().unwrap().contains("simulated"), "{seen}");
    assert_eq!(seen[6], seen[7]);
    let called = json!([
        ["t1", "weather", "{\"city\":\"Ulm\"}"],
        ["t2", "weather", "{\"city\":\"Bonn\"}"]
    ]);
    for answer in [&seen[8], &seen[9]] {
        assert_eq!(
            (&answer["tools"], &answer["input"]),
            (&called, &json!(100)),
            "{seen}"
        );
    }
    assert_eq!(seen[10]["code"], "no_capable_target", "{seen}");
    assert_eq!(seen[11]["code"], "upstream_truncated", "{seen}");
    let paths: Vec<String> = scene.upstream.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(
        paths[..6],
        [
            "/v1/responses",
            "/v1/responses",
            "/v1/messages",
            "/v1/messages",
            "/v1/models/gemini:generateContent",
            "/v1/models/gemini:streamGenerateContent?alt=sse"
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gemini_answers_chats_and_messages() {
    let scene = Scene::start(&NAMES, BOTH).await;
    let tools =
        json!([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]);
    let calls = json!([
        {"model": "gemini"},
        {"model": "gemini", "stream": true},
        {"model": "gemini-tools", "body": {"tools": tools}},
        {"model": "gemini-tools", "stream": true, "body": {"tools": tools}},
    ]);
    let seen = scene.run("converse.py", &calls).await;
    for answer in [&seen[0], &seen[1]] {
        assert_eq!(
            (&answer["text"], &answer["finish"]),
            (&json!("answer of gemini"), &json!("stop")),
            "{seen}"
        );
    }
    assert_eq!(
        (&seen[0]["cached"], &seen[0]["output"]),
        (&json!(60), &json!(9)),
        "{seen}"
    );
    for answer in [&seen[2], &seen[3]] {
        assert_eq!(
            (&answer["tools"][1][1], &answer["finish"]),
            (&json!("weather"), &json!("tool_calls")),
            "{seen}"
        );
        assert_eq!(answer["tools"][1][2], "{\"city\":\"Bonn\"}", "{seen}");
    }
    let seen = scene
        .run(
            "messages.py",
            &json!([{"model": "gemini"}, {"model": "gemini", "stream": true}]),
        )
        .await;
    assert_eq!(seen[0], seen[1]);
    assert_eq!(
        (&seen[0]["text"], &seen[0]["output"]),
        (&json!("answer of gemini"), &json!(9)),
        "{seen}"
    );
}
