//! What of conditions reads the prompt, and decisions where only that is known of one.

use crate::compile::compile_text;
use crate::decide::{Decision, NoOrders, decide, decide_with_trace};
use crate::facts::{Builtin, Facts, Value};
use crate::tree::Tree;

const POLICY: &str = r#"
provider here { protocol simulated }
model a { provider here }
model b { provider here }

let secret = prompt.contains("secret")
let length = size(prompt)

guard careful { when tokens > 10 || secret require target.model == "b" || tokens == 7 }
guard denied  { when prompt in ["no", "never"] deny 403 "no" }
assume short { that length < 100 }
route secret { when secret && model == "x" target a fallback b }
route asked  { when model == "y" ? prompt.matches("^[a-z]+$") : size(prompt) > 20 target a fallback b }
route tagged { when tags.exists(tag, prompt.startsWith(tag)) target split by request { a 50% b 50% } fallback b }
route mapped { when [prompt].map(text, text + "!") == ["hello!"] target b }
route rest   { target b fallback a }
"#;

const PROMPTS: [&str; 8] = [
    "",
    "hello",
    "secret",
    "a secret with some more words",
    "no",
    "vip: hi",
    "words without a number or an end",
    "a prompt of more than a hundred characters, which is more than the policy takes for granted of the prompts it gets",
];

fn tree(text: &str) -> Tree {
    compile_text(text).unwrap().tree
}

fn requests(tree: &Tree) -> Vec<Facts> {
    let mut requests = Vec::new();
    for prompt in PROMPTS {
        for (model, tokens) in [("x", 3), ("y", 7), ("z", 30)] {
            let mut facts = Facts::empty(&tree.policy().facts);
            let values = [
                (Builtin::Prompt, Value::String(prompt.to_owned())),
                (Builtin::Model, Value::String(model.to_owned())),
                (Builtin::Tokens, Value::Int(tokens)),
                (Builtin::Tags, Value::StringList(vec!["vip".to_owned()])),
            ];
            for (fact, value) in values {
                facts.set(fact.into(), value).unwrap();
            }
            requests.push(facts);
        }
    }
    requests
}

/// The facts of a request with what conditions make of its prompt in the place of the prompt.
fn without_prompt(tree: &Tree, facts: &Facts) -> Facts {
    let outcomes = tree.prompt_outcomes(facts);
    let known = |part: &str| {
        outcomes
            .iter()
            .find(|(text, _)| *text == part)
            .map(|(_, outcome)| *outcome)
    };
    let mut facts = facts.clone();
    facts
        .set(Builtin::Prompt.into(), Value::String(String::new()))
        .unwrap();
    facts.know_of_prompt(tree.prompted().map(known));
    facts
}

fn decided(tree: &Tree, facts: &Facts) -> Decision {
    decide(tree, facts, 5, &mut NoOrders)
}

#[test]
fn the_parts_of_conditions_that_read_the_prompt_are_known_by_their_texts() {
    let tree = tree(POLICY);
    let texts: Vec<&str> = tree.prompted().collect();
    insta::assert_snapshot!(texts.join("\n"));
    assert!(tree.is_prompted_whole());
}

#[test]
fn a_decision_needs_no_prompt_where_it_is_known_what_conditions_make_of_it() {
    let tree = tree(POLICY);
    for facts in requests(&tree) {
        let whole = decided(&tree, &facts);
        let known = without_prompt(&tree, &facts);
        assert_eq!(decided(&tree, &known), whole, "{facts:?}");
        let (traced, trace) = decide_with_trace(&tree, &known, 5, &mut NoOrders);
        assert_eq!(traced, whole, "{facts:?}");
        let with_prompt = decide_with_trace(&tree, &facts, 5, &mut NoOrders).1;
        let outcomes = |trace: &crate::decide::Trace| -> Vec<Option<bool>> {
            let conditions = trace.routes.iter().filter_map(|route| route.condition.as_ref());
            let parts = conditions.flat_map(|condition| &condition.parts);
            parts.map(|part| part.outcome).collect()
        };
        assert_eq!(outcomes(&trace), outcomes(&with_prompt), "{facts:?}");
    }
}

#[test]
fn what_is_made_of_the_prompt_for_each_target_is_not_known() {
    let policy = r#"
        provider here { protocol simulated }
        model a { provider here }
        guard named { require prompt.contains(target.model) || prompt == "any" }
        route rest { target a }
    "#;
    let tree = tree(policy);
    assert_eq!(tree.prompted().collect::<Vec<_>>(), [r#"prompt == "any""#]);
    assert!(!tree.is_prompted_whole());
}

#[test]
fn long_parts_are_known_by_their_hash() {
    let items: Vec<String> = (0..100).map(|number| format!("\"text {number}\"")).collect();
    let rule = format!(
        "route listed {{ when prompt in [{}] target a }}",
        items.join(", ")
    );
    let policy = format!(
        "provider here {{ protocol simulated }} model a {{ provider here }} {rule} route rest {{ target a }}"
    );
    let tree = tree(&policy);
    let texts: Vec<&str> = tree.prompted().collect();
    assert!(
        texts[0].starts_with("sha256:") && texts[0].len() == 71,
        "{texts:?}"
    );
}
