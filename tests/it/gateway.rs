//! The proxy and its admin listener over HTTP, in front of simulated providers.

use pointsman::gateway::{
    self, Contents, Followed, Gateway, Listener, Metrics, Policies, Preparation, Shadows,
};
use pointsman::reload::{Attempt, Holder, Pace, Source, watch};
use pointsman::settings::{RecordFlags, ServeFlags};
use pointsman::traffic::{self, Writer};
use pointsman::verify::Unproved;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::fs;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

const CATALOG: &str = r#"
provider near { protocol simulated  region "eu" }
provider far { protocol simulated  region "us" }
provider broken { protocol simulated  region "us"  fault server 100% }
provider slow { protocol simulated  region "us"  rate 20 tokens per second }
model near-model { provider near  context 1000  can [tools]  price input $1 output $2 }
model far-model { provider far  can [] }
model broken-model { provider broken }
model slow-model { provider slow }
"#;

const TENANTS: &str = r#"
fact tier one of ["free", "gold"] from tenant default "free"
fact team one of ["red", "blue"] from header "x-team" default "red"
fact depth int from metadata "depth" default 0
tenant acme {
  key ci sha256 "2c70e12b7a0646f92279f427c7b38e7334d8e5389cff167a1dc30e73f826b683"
  tier "gold"
  tags ["vip"]
}
tenant globex {
  key ci sha256 "9400f1b21cb527d7fa3d3eabba93557a18ebe7a2ca4e471cfe5e4c5b4ca7f767"
  region "eu"
}
"#;

/// The clear text of the tenants' keys.
const ACME: &str = "key";
const GLOBEX: &str = "19";

struct Running {
    url: String,
    admin: String,
    gateway: Arc<Gateway>,
    client: Client,
    _directory: tempfile::TempDir,
}

impl Running {
    async fn start(policy: &str) -> Self {
        Self::start_with(policy, |_| {}).await
    }

    async fn start_with(policy: &str, tweak: impl FnOnce(&mut ServeFlags)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.policy");
        fs::write(&path, policy).unwrap();
        let mut flags = ServeFlags {
            policy: vec![path],
            listen: "127.0.0.1:0".to_owned(),
            admin: "127.0.0.1:0".to_owned(),
            admin_token: None,
            tls_cert: None,
            tls_key: None,
            upstream_ca: None,
            anonymous: false,
            shadow: Vec::new(),
            record: RecordFlags::default(),
            drain_timeout: "1m".to_owned(),
            body_limit: "1M".to_owned(),
            proof_budget: "1m".to_owned(),
            unproved: Unproved::Refuse,
        };
        tweak(&mut flags);
        let settings = flags.settle().unwrap();
        let preparation = Arc::new(Preparation::new(settings.clone()).unwrap());
        let source = Source::new(settings.policy.clone(), settings.proving, preparation);
        let Attempt { result, state } = source.load();
        let ready = result.unwrap_or_else(|rejected| panic!("{:#?}", rejected.diagnostics));
        let holder = Arc::new(Holder::new(ready));
        let followed = Followed {
            reload: watch(source, Arc::clone(&holder), state, Pace::default()),
            holder,
        };
        let records = settings
            .recording
            .as_ref()
            .map(|recording| Arc::new(Writer::start(traffic::Settings::new(&recording.directory)).unwrap()));
        let gateway = Arc::new(Gateway {
            policies: Arc::new(Policies::new(followed, None)),
            candidate: None,
            metrics: Metrics::new(),
            shadows: Shadows::default(),
            contents: Contents::default(),
            records,
            admin_access: settings.admin_access.clone(),
            body_limit: settings.body_limit,
            stop: CancellationToken::new(),
        });
        let proxy = gateway::bind("--listen", settings.listen).await.unwrap();
        let admin = gateway::bind("--admin", settings.admin).await.unwrap();
        let (proxy, admin) = (Listener::new(proxy, None), Listener::new(admin, None));
        let (url, admin_url) = (proxy.url().unwrap(), admin.url().unwrap());
        let stop = gateway.stop.clone();
        let answers = gateway::Proxy::new(Arc::clone(&gateway));
        tokio::spawn(gateway::serve(proxy, answers, stop, std::future::pending()));
        let router = gateway::admin_router(Arc::clone(&gateway));
        let never = CancellationToken::new();
        tokio::spawn(gateway::serve(admin, router, never, std::future::pending()));
        let _ = rustls::crypto::ring::default_provider().install_default();
        Running {
            url,
            admin: admin_url,
            gateway,
            client: Client::builder().no_proxy().build().unwrap(),
            _directory: directory,
        }
    }

    fn chat(&self, key: &str, body: &Value) -> RequestBuilder {
        self.raw(key, body.to_string())
    }

    fn raw(&self, key: &str, body: impl Into<reqwest::Body>) -> RequestBuilder {
        self.client
            .post(format!("{}/v1/chat/completions", self.url))
            .header("authorization", format!("Bearer {key}"))
            .body(body)
    }

    async fn ask_admin(&self, path: &str) -> Response {
        self.client
            .get(format!("{}{path}", self.admin))
            .send()
            .await
            .unwrap()
    }
}

fn message(model: &str) -> Value {
    json!({"model": model, "messages": [{"role": "user", "content": "hello"}]})
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response
        .headers()
        .get(name)
        .map(|value| value.to_str().unwrap())
        .unwrap_or_default()
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// The error's code and message.
async fn error_of(response: Response) -> (StatusCode, Value, String) {
    let status = response.status();
    let error = json_of(response).await["error"].clone();
    let message = error["message"].as_str().unwrap().to_owned();
    (status, error["code"].clone(), message)
}

fn with_tenants(rules: &str) -> String {
    format!("{CATALOG}{TENANTS}{rules}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_says_how_it_came_about() {
    let running = Running::start(&format!("{CATALOG}route all {{ target near-model }}")).await;
    let response = running
        .chat("any", &message("whatever"))
        .header("x-request-id", "my.own-id_1")
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-request-id"), "my.own-id_1");
    assert_eq!(header(&response, "x-pointsman-route"), "all");
    assert_eq!(header(&response, "x-pointsman-target"), "near-model");
    assert_eq!(header(&response, "x-pointsman-attempts"), "1");
    assert_eq!(header(&response, "x-pointsman-failures"), "");
    let hash = running.gateway.policies.served().tree.hash().short();
    assert_eq!(header(&response, "x-pointsman-policy"), hash);
    assert!(header(&response, "content-type").starts_with("application/json"));
    let answer = json_of(response).await;
    assert!(
        !answer["choices"][0]["message"]["content"]
            .as_str()
            .unwrap()
            .is_empty()
    );
    let again = running
        .chat("any", &message("whatever"))
        .header("x-request-id", "not one!")
        .send()
        .await
        .unwrap();
    assert!(header(&again, "x-request-id").starts_with("req-"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_ends_as_the_protocol_has_it() {
    let running = Running::start(&format!("{CATALOG}route all {{ target near-model }}")).await;
    let mut body = message("whatever");
    body["stream"] = true.into();
    let response = running.chat("any", &body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(header(&response, "content-type").starts_with("text/event-stream"));
    assert_eq!(header(&response, "cache-control"), "no-cache");
    assert_eq!(header(&response, "x-accel-buffering"), "no");
    assert_eq!(header(&response, "x-pointsman-target"), "near-model");
    let text = response.text().await.unwrap();
    assert!(text.trim_end().ends_with("data: [DONE]"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_attempt_is_told_of_and_followed_by_the_fallback() {
    let rules = "route all { target broken-model fallback near-model retry 0 on [server] }";
    let running = Running::start(&format!("{CATALOG}{rules}")).await;
    let response = running.chat("any", &message("whatever")).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-pointsman-target"), "near-model");
    assert_eq!(header(&response, "x-pointsman-attempts"), "2");
    assert_eq!(header(&response, "x-pointsman-failures"), "broken-model=server");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_tenants_may_call() {
    let running = Running::start(&with_tenants("route all { target near-model }")).await;
    for key in ["", "wrong-key-of-mine"] {
        let response = running.chat(key, &message("x")).send().await.unwrap();
        assert_eq!(header(&response, "www-authenticate"), "Bearer");
        assert!(!header(&response, "x-pointsman-policy").is_empty());
        let (status, code, message) = error_of(response).await;
        assert_eq!((status.as_u16(), code), (401, "invalid_api_key".into()));
        assert!(!message.contains("wrong-key-of-mine"));
    }
    for key in [ACME, GLOBEX] {
        let response = running.chat(key, &message("x")).send().await.unwrap();
        assert_eq!(response.status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_or_header_that_does_not_fit_is_named() {
    let rules =
        "route red { when team == \"red\" && depth == 0 target near-model }\nroute all { target far-model }";
    let running = Running::start(&with_tenants(rules)).await;
    for (body, expected) in [
        ("{\"model\": \"x\", ", "not JSON"),
        ("[]", "an object"),
        ("{\"messages\": []}", "`model`"),
        ("{\"model\": \"x\", \"model\": \"y\"}", "twice"),
        ("{\"model\": \"x\", \"max_tokens\": 1.5}", "`max_tokens`"),
        (
            "{\"model\": \"x\", \"metadata\": {\"depth\": \"deep\"}}",
            "`depth` must be an int",
        ),
    ] {
        let response = running.raw(ACME, body).send().await.unwrap();
        let (status, _, message) = error_of(response).await;
        assert_eq!(status, 400, "{body}");
        assert!(message.contains(expected), "{body}: {message}");
    }
    let response = running
        .chat(ACME, &message("x"))
        .header("x-team", "green")
        .send()
        .await
        .unwrap();
    let (status, _, text) = error_of(response).await;
    assert_eq!(status, 400);
    assert_eq!(text, "the header `x-team` must be one of \"red\", \"blue\"");
    let response = running
        .chat(ACME, &message("x"))
        .header("x-team", "red")
        .header("x-team", "blue")
        .send()
        .await
        .unwrap();
    let (status, _, text) = error_of(response).await;
    assert_eq!(status, 400);
    assert!(
        text.contains("`x-team` stands twice") && text.contains("one of \"red\", \"blue\""),
        "{text}"
    );
    let response = running
        .chat(ACME, &message("x"))
        .header("x-team", "blue")
        .send()
        .await
        .unwrap();
    assert_eq!(header(&response, "x-pointsman-route"), "all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenants_tag_cannot_be_claimed() {
    let rules = "route vip { when \"vip\" in tags target near-model }\n\
                 route beta { when \"beta\" in tags target far-model }\n\
                 route all { target near-model }";
    let running = Running::start(&with_tenants(rules)).await;
    for (key, tags, route) in [
        (ACME, "", "vip"),
        (GLOBEX, "vip", "all"),
        (GLOBEX, " beta , vip", "beta"),
    ] {
        let response = running
            .chat(key, &message("x"))
            .header("x-pointsman-tags", tags)
            .send()
            .await
            .unwrap();
        assert_eq!(header(&response, "x-pointsman-route"), route, "{tags}");
    }
    let mut body = message("x");
    body["metadata"] = json!({"tags": "vip"});
    let response = running.chat(GLOBEX, &body).send().await.unwrap();
    assert_eq!(header(&response, "x-pointsman-route"), "all");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_say_why_and_that_a_repeat_is_useless() {
    let rules = "model plain-model { provider near  can [] }\n\
                 provider elsewhere { protocol anthropic  url \"http://127.0.0.1:9\" }\n\
                 model translated { provider elsewhere  serves []  region \"eu\" }\n\
                 route translated { when model == \"other\" target translated }\n\
                 guard residency { when region == \"eu\" require target.region == \"eu\" }\n\
                 guard closed { when model == \"forbidden\" deny 403 \"not for you\" }\n\
                 route far { when model == \"far\" target far-model fallback plain-model }\n\
                 route gone { when model == \"gone\" deny 410 \"moved away\" }\n\
                 route near { when model == \"near\" target near-model }\n\
                 route named { target requested }";
    let running = Running::start(&with_tenants(rules)).await;
    let tools = json!({"model": "far", "messages": [], "tools": [{"type": "function"}]});
    let long = json!({"model": "near", "messages": [{"role": "user", "content": "word ".repeat(5000)}]});
    let several = json!({"model": "other", "messages": [], "n": 2});
    for (key, body, status, code, text) in [
        (ACME, message("forbidden"), 403, "denied", "not for you"),
        (ACME, message("gone"), 410, "denied", "moved away"),
        (GLOBEX, tools.clone(), 503, "no_eligible_target", "`residency`"),
        (ACME, tools, 400, "no_capable_target", "no model"),
        (ACME, several, 400, "no_capable_target", "several choices (`n`)"),
        (ACME, long, 400, "context_length_exceeded", "tokens"),
        (
            ACME,
            message("near-modle"),
            404,
            "model_not_found",
            "did you mean `near-model`",
        ),
        (
            GLOBEX,
            message("far-model"),
            404,
            "model_not_found",
            "`far-model`",
        ),
    ] {
        let response = running.chat(key, &body).send().await.unwrap();
        assert_eq!(header(&response, "x-should-retry"), "false");
        assert_eq!(header(&response, "x-pointsman-attempts"), "0");
        let (found, found_code, message) = error_of(response).await;
        assert_eq!((found.as_u16(), found_code), (status, code.into()), "{message}");
        assert!(message.contains(text), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_assumption_is_a_403_that_names_it() {
    let directory = tempfile::tempdir().unwrap();
    let rules = "assume few-turns { that turns < 3 }\n\
                 assume no-images { that images == 0 }\n\
                 guard closed { when model == \"forbidden\" deny 429 \"not for you\" }\n\
                 route all { target near-model }";
    let running = Running::start_with(&with_tenants(rules), |flags| {
        flags.record.directory = Some(directory.path().to_path_buf());
    })
    .await;
    let turn = json!({"role": "user", "content": "hello"});
    let long = json!({"model": "forbidden", "messages": [turn, turn, turn]});
    let response = running.chat(ACME, &long).send().await.unwrap();
    assert_eq!(header(&response, "x-should-retry"), "false");
    assert_eq!(header(&response, "x-pointsman-attempts"), "0");
    let (status, code, text) = error_of(response).await;
    assert_eq!((status.as_u16(), code), (403, "assumption_broken".into()));
    assert_eq!(text, "the request breaks the policy's assumption `few-turns`");
    let short = running.chat(ACME, &message("x")).send().await.unwrap();
    assert_eq!(short.status(), 200);
    short.bytes().await.unwrap();
    let models = running.client.get(format!("{}/v1/models", running.url));
    assert_eq!(models.bearer_auth(ACME).send().await.unwrap().status(), 200);
    running.gateway.settled(Duration::from_secs(5)).await;
    running.gateway.records.as_ref().unwrap().close().unwrap();
    let lines = records(directory.path());
    assert_eq!(lines[0]["outcome"], "denied");
    assert_eq!(lines[0]["decision"]["denied"], "few-turns");
    assert_eq!(lines[0]["decision"]["status"], 403);
    assert_eq!(lines[0]["facts"]["turns"], 3);
    assert_eq!(lines[1]["outcome"], "ok");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paths_methods_and_sizes_have_bounds() {
    let running = Running::start(&format!("{CATALOG}route all {{ target near-model }}")).await;
    let response = running.raw("any", vec![b' '; 1_000_001]).send().await.unwrap();
    let (status, _, text) = error_of(response).await;
    assert_eq!(status, 413);
    assert!(
        text.contains("1000000") && text.contains("--body-limit"),
        "{text}"
    );
    for (path, status) in [
        ("/v1/chat/completions", 405),
        ("/v1/completions", 404),
        ("/", 404),
        ("/v1/chat/completions/", 404),
    ] {
        let response = running
            .client
            .get(format!("{}{path}", running.url))
            .send()
            .await
            .unwrap();
        assert!(!header(&response, "x-request-id").is_empty());
        let (found, _, _) = error_of(response).await;
        assert_eq!(found, status, "{path}");
    }
}

/// What the proxy sends back to these bytes before the connection ends or half a second is over; `body` follows them
/// in a second step, as far as it is taken.
async fn exchange(running: &Running, head: &str, body: &[u8]) -> String {
    let address = running.url.trim_start_matches("http://");
    let (mut read, mut write) = TcpStream::connect(address).await.unwrap().into_split();
    write.write_all(head.as_bytes()).await.unwrap();
    write.write_all(body).await.unwrap();
    let mut seen = Vec::new();
    let reading = async {
        let mut chunk = [0; 4096];
        while let Ok(length @ 1..) = read.read(&mut chunk).await {
            seen.extend_from_slice(&chunk[..length]);
        }
    };
    let _ = tokio::time::timeout(Duration::from_millis(500), reading).await;
    String::from_utf8(seen).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_reaches_a_client_that_still_sends_its_body() {
    let running = Running::start(&with_tenants("route all { target near-model }")).await;
    let head = |path: &str, header: &str, length: usize| {
        format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n{header}\r\n\r\n")
    };
    let chat = "/v1/chat/completions";
    let length = 16 << 20;
    let body = vec![b' '; length];
    for (path, header, status) in [
        (chat, "x-a: b", 401),
        (chat, "authorization: Bearer key\r\ncontent-encoding: br", 415),
        (chat, "authorization: Bearer key", 413),
        ("/v1/elsewhere", "x-a: b", 404),
        ("/v1/models", "x-a: b", 405),
    ] {
        let seen = exchange(&running, &head(path, header, length), &body).await;
        assert!(
            seen.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path} {header}: {seen}"
        );
        let at_once = exchange(&running, &head(path, header, length), b"").await;
        assert!(
            at_once.starts_with(&format!("HTTP/1.1 {status} ")),
            "{path} {header}"
        );
    }
    let expecting = head(chat, "expect: 100-continue", length);
    let seen = exchange(&running, &expecting, b"").await;
    assert!(
        seen.starts_with("HTTP/1.1 401 ") && !seen.contains("100 Continue"),
        "{seen}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_of_models_is_the_callers() {
    let rules = "guard residency { when region == \"eu\" require target.region == \"eu\" }\nroute all { target requested }";
    let running = Running::start(&with_tenants(rules)).await;
    let list = async |key: &str| {
        let response = running
            .client
            .get(format!("{}/v1/models", running.url))
            .header("authorization", format!("Bearer {key}"))
            .send()
            .await
            .unwrap();
        let list = json_of(response).await;
        let ids: Vec<String> = list["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|model| model["id"].as_str().unwrap().to_owned())
            .collect();
        ids
    };
    assert_eq!(list(GLOBEX).await, ["near-model"]);
    assert_eq!(
        list(ACME).await,
        ["near-model", "far-model", "broken-model", "slow-model"]
    );
    let one = async |key: &str, name: &str| {
        let call = running
            .client
            .get(format!("{}/v1/models/{name}", running.url))
            .header("authorization", format!("Bearer {key}"));
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, json_of(answer).await)
    };
    let (status, model) = one(ACME, "far-model").await;
    assert_eq!(
        (status, &model["id"], &model["object"]),
        (200, &json!("far-model"), &json!("model"))
    );
    for (key, name) in [(GLOBEX, "far-model"), (ACME, "far-mode"), (ACME, "a/b")] {
        let (status, error) = one(key, name).await;
        assert_eq!(
            (status, &error["error"]["code"]),
            (404, &json!("model_not_found")),
            "{name}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operators_see_the_policy_the_targets_and_the_counts() {
    let running = Running::start(&format!("{CATALOG}route all {{ target near-model }}")).await;
    running
        .chat("any", &message("x"))
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    running.gateway.settled(Duration::from_secs(5)).await;
    for path in ["/healthz", "/policy", "/nothing"] {
        let answer = running.ask_admin(path).await;
        assert!(header(&answer, "x-request-id").starts_with("req-"), "{path}");
        assert_eq!(header(&answer, "x-pointsman-policy").len(), 12, "{path}");
    }
    assert_eq!(running.ask_admin("/healthz").await.status(), 200);
    assert_eq!(running.ask_admin("/readyz").await.status(), 200);
    let metrics = running.ask_admin("/metrics").await.text().await.unwrap();
    for line in [
        "# TYPE pointsman_requests_total counter",
        "# TYPE pointsman_request_duration_seconds histogram",
        "pointsman_requests_total{route=\"all\",outcome=\"ok\"} 1",
        "pointsman_attempts_total{target=\"near-model\",class=\"ok\"} 1",
        "pointsman_requests_in_flight 0",
        "pointsman_reloads_total{result=\"bad\"} 0",
        "pointsman_request_duration_seconds_count{route=\"all\"} 1",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    assert!(
        !metrics.contains("# EOF") && !metrics.contains("# UNIT"),
        "{metrics}"
    );
    let policy = json_of(running.ask_admin("/policy").await).await;
    assert_eq!(policy["generation"], 1);
    assert_eq!(policy["hash"].as_str().unwrap().len(), 64);
    assert_eq!(policy["last_failed_load"], Value::Null);
    let targets = json_of(running.ask_admin("/targets").await).await;
    assert_eq!(targets["targets"][0]["target"], "near-model");
    assert_eq!(targets["targets"][0]["in_flight"], 0);
    let reload = |method| {
        running
            .client
            .request(method, format!("{}/policy/reload", running.admin))
            .send()
    };
    assert_eq!(reload(reqwest::Method::GET).await.unwrap().status(), 405);
    let reloaded = json_of(reload(reqwest::Method::POST).await.unwrap()).await;
    assert_eq!(reloaded["generation"], 2);
    let explain = async |body: &'static str| {
        let request = running.client.post(format!("{}/explain", running.admin));
        request.body(body).send().await.unwrap()
    };
    assert_eq!(explain("{\"tier\": \"gold\"}").await.status(), 200);
    let (status, _, text) = error_of(explain("{\"teir\": \"gold\"}").await).await;
    assert_eq!(status, 400);
    assert!(text.contains("`teir`") && text.contains("`tier`"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_token_only_loopback_names_may_ask() {
    let running = Running::start(&format!("{CATALOG}route all {{ target near-model }}")).await;
    let ask = |path: &str, host: &str| {
        running
            .client
            .get(format!("{}{path}", running.admin))
            .header("host", host)
            .send()
    };
    assert_eq!(ask("/policy", "evil.example.com").await.unwrap().status(), 403);
    assert_eq!(ask("/policy", "localhost:9090").await.unwrap().status(), 200);
    assert_eq!(ask("/healthz", "evil.example.com").await.unwrap().status(), 200);
    let page = running
        .client
        .post(format!("{}/policy/reload", running.admin))
        .header("origin", "https://evil.example.com");
    assert_eq!(page.send().await.unwrap().status(), 403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_token_only_its_bearer_may_ask() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    fs::write(&path, "a long admin token\n").unwrap();
    let running = Running::start_with(&format!("{CATALOG}route all {{ target near-model }}"), |flags| {
        flags.admin_token = Some(format!("file:{}", path.display()));
    })
    .await;
    assert_eq!(running.ask_admin("/policy").await.status(), 401);
    assert_eq!(running.ask_admin("/metrics").await.status(), 200);
    let ask = |token: &str| {
        running
            .client
            .get(format!("{}/policy", running.admin))
            .header("authorization", format!("Bearer {token}"))
            .send()
    };
    assert_eq!(ask("another token").await.unwrap().status(), 401);
    assert_eq!(ask("a long admin token").await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_lets_streams_end() {
    let running = Running::start(&format!("{CATALOG}route all {{ target slow-model }}")).await;
    let mut body = message("x");
    body["stream"] = true.into();
    body["max_tokens"] = 10.into();
    let response = running.chat("any", &body).send().await.unwrap();
    running.gateway.stop.cancel();
    assert_eq!(running.ask_admin("/readyz").await.status(), 503);
    let text = response.text().await.unwrap();
    assert!(text.trim_end().ends_with("data: [DONE]"), "{text}");
    let late = Client::builder().no_proxy().build().unwrap();
    let late = late.get(format!("{}/v1/models", running.url)).send().await;
    assert!(late.is_err_and(|error| error.is_connect()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_recorded_without_keys() {
    let directory = tempfile::tempdir().unwrap();
    let rules = "guard closed { when model == \"forbidden\" deny 403 \"not for you\" }\nroute all { target near-model }";
    let running = Running::start_with(&with_tenants(rules), |flags| {
        flags.record.directory = Some(directory.path().to_path_buf());
        flags.record.headers = vec!["X-Team".to_owned()];
    })
    .await;
    for model in ["x", "forbidden"] {
        let request = running.chat(ACME, &message(model)).header("x-team", "blue");
        request.send().await.unwrap().bytes().await.unwrap();
    }
    running.gateway.settled(Duration::from_secs(5)).await;
    running.gateway.records.as_ref().unwrap().close().unwrap();
    let lines = records(directory.path());
    assert_eq!(lines.len(), 2);
    let (first, second) = (&lines[0], &lines[1]);
    assert_eq!(first["v"], 1);
    assert_eq!(first["facts"]["tenant"], "acme");
    assert_eq!(first["facts"]["headers"], json!({"x-team": "blue"}));
    assert_eq!(first["decision"]["route"], "all");
    assert_eq!(first["attempts"][0]["target"], "near-model");
    assert_eq!(first["attempts"][0]["status"], 200);
    assert_eq!(first["outcome"], "ok");
    assert!(first["cost_usd"].is_string(), "{first}");
    assert_eq!(second["outcome"], "denied");
    assert_eq!(second["decision"]["denied"], "closed");
    assert_eq!(second["attempts"], json!([]));
    let text = format!("{lines:?}");
    assert!(!text.contains("Bearer") && !text.contains("hello"), "{text}");
}

/// The records in a directory, in order.
fn records(directory: &std::path::Path) -> Vec<Value> {
    let mut lines = Vec::new();
    for source in traffic::sources(&[directory.display().to_string()]).unwrap() {
        for block in source.open(&Arc::default()).unwrap() {
            for line in String::from_utf8(block.bytes.to_vec()).unwrap().lines() {
                lines.push(serde_json::from_str(line).unwrap());
            }
        }
    }
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_two_lengths_ends_its_connection() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let running = Running::start(&format!("{CATALOG}route all {{ target near-model }}")).await;
    let address = running.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n\
         0\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: {address}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_string(&mut answer));
    read.await.expect("the connection is closed").unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert_eq!(
        answer.matches("HTTP/1.1").count(),
        1,
        "a smuggled request was answered: {answer}"
    );
    assert!(answer.contains("connection: close"), "{answer}");
}
