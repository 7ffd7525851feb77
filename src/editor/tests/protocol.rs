//! Whole sessions over streams in memory: the order of things, and what is no message.

use super::super::serve;
use serde_json::{Value, json};
use std::io::Cursor;

/// Runs a session over these messages; what was answered, and whether it ended as it should.
fn session(messages: &[Value]) -> (Vec<Value>, bool) {
    let frames: Vec<String> = messages
        .iter()
        .map(|message| framed(&message.to_string()))
        .collect();
    session_of_bytes(frames.concat().into_bytes())
}

fn framed(body: &str) -> String {
    format!("Content-Length: {}\r\n\r\n{body}", body.len())
}

fn session_of_bytes(bytes: Vec<u8>) -> (Vec<Value>, bool) {
    let mut output = Vec::new();
    let orderly = serve(Cursor::new(bytes), &mut output).unwrap();
    let text = String::from_utf8(output).unwrap();
    let mut answers = Vec::new();
    let mut rest = text.as_str();
    while let Some((head, behind)) = rest.split_once("\r\n\r\n") {
        let length: usize = head.rsplit(": ").next().unwrap().parse().unwrap();
        answers.push(serde_json::from_str(&behind[..length]).unwrap());
        rest = &behind[length..];
    }
    (answers, orderly)
}

fn request(id: u32, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

fn notice(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

fn initialize() -> Value {
    request(
        1,
        "initialize",
        json!({"capabilities": {"general": {"positionEncodings": ["utf-16", "utf-8"]}}}),
    )
}

const FILE: &str = "file:///no/such/directory/a.policy";

fn open(text: &str) -> Value {
    let document = json!({"uri": FILE, "languageId": "policy", "version": 1, "text": text});
    notice("textDocument/didOpen", json!({"textDocument": document}))
}

#[test]
fn a_session_goes_as_the_protocol_has_it() {
    let (answers, orderly) = session(&[
        request(7, "textDocument/hover", json!({})),
        initialize(),
        notice("initialized", json!({})),
        request(2, "initialize", json!({"capabilities": {}})),
        request(3, "no/such/method", json!({})),
        request(4, "shutdown", Value::Null),
        request(5, "textDocument/hover", json!({})),
        notice("exit", Value::Null),
    ]);
    assert!(orderly);
    let shown: Vec<(Value, Value)> = answers
        .iter()
        .map(|answer| (answer["id"].clone(), answer["error"]["code"].clone()))
        .collect();
    assert_eq!(
        shown,
        [
            (json!(7), json!(-32002)),
            (json!(1), Value::Null),
            (json!(2), json!(-32600)),
            (json!(3), json!(-32601)),
            (json!(4), Value::Null),
            (json!(5), json!(-32600)),
        ]
    );
    assert_eq!(answers[1]["result"]["capabilities"]["positionEncoding"], "utf-8");
}

#[test]
fn who_hangs_up_or_exits_without_goodbye_is_told_apart() {
    assert!(!session(&[initialize()]).1);
    assert!(!session(&[initialize(), notice("exit", Value::Null)]).1);
    assert!(session(&[initialize(), request(2, "shutdown", Value::Null)]).1);
}

#[test]
fn what_is_no_message_is_answered_and_passed_over() {
    let mut bytes = framed(&initialize().to_string()).into_bytes();
    for body in ["{", "[1, 2]", "null", "{\"jsonrpc\":\"2.0\"}", "\u{0}\u{0}"] {
        bytes.extend(framed(body).into_bytes());
    }
    // Parameters of the wrong kind, in all that is understood.
    for (id, method) in (10..).zip([
        "hover",
        "definition",
        "references",
        "documentHighlight",
        "documentSymbol",
        "completion",
        "prepareRename",
        "rename",
        "formatting",
        "codeAction",
        "codeLens",
    ]) {
        let wrong = request(
            id,
            &format!("textDocument/{method}"),
            json!([1, {"textDocument": 2}]),
        );
        bytes.extend(framed(&wrong.to_string()).into_bytes());
    }
    for method in ["didOpen", "didChange", "didClose", "didSave"] {
        bytes.extend(framed(&notice(&format!("textDocument/{method}"), json!("x")).to_string()).into_bytes());
    }
    bytes.extend(framed(&request(99, "shutdown", Value::Null).to_string()).into_bytes());
    let (answers, orderly) = session_of_bytes(bytes);
    assert!(orderly);
    let malformed = answers
        .iter()
        .filter(|answer| answer["error"]["code"] == -32700)
        .count();
    let refused = answers
        .iter()
        .filter(|answer| answer["error"]["code"] == -32602)
        .count();
    assert_eq!((malformed, refused, answers.len()), (5, 11, 18), "{answers:#?}");
}

#[test]
fn findings_come_before_the_answer_to_a_later_question() {
    let (answers, _) = session(&[
        initialize(),
        open("let a = nowhere"),
        request(
            2,
            "textDocument/documentSymbol",
            json!({"textDocument": {"uri": FILE}}),
        ),
    ]);
    let shown = answers
        .iter()
        .position(|answer| answer["method"] == "textDocument/publishDiagnostics");
    let answered = answers.iter().position(|answer| answer["id"] == 2);
    assert!(shown.unwrap() < answered.unwrap(), "{answers:#?}");
    assert_eq!(answers[answered.unwrap()]["result"][0]["name"], "a");
}

#[test]
fn questions_about_unknown_files_are_answered_with_nothing() {
    let at = json!({"textDocument": {"uri": FILE}, "position": {"line": 0, "character": 0}});
    let (answers, _) = session(&[initialize(), request(2, "textDocument/hover", at)]);
    assert_eq!(answers[1]["result"], Value::Null);
}

#[test]
fn options_that_cannot_be_read_are_told() {
    let params = json!({"capabilities": {}, "initializationOptions": {"traffic": 3}});
    let (answers, _) = session(&[request(1, "initialize", params)]);
    let told = answers
        .iter()
        .find(|answer| answer["method"] == "window/showMessage")
        .unwrap();
    assert!(
        told["params"]["message"]
            .as_str()
            .unwrap()
            .starts_with("the initialisation options cannot be read")
    );
}
