//! Conditions of policies: what each comes to, natively or in the interpreter, how it is traced, what it reads.

use pointsman::compile::{Rejected, compile_text};
use pointsman::facts::json::from_json;
use pointsman::facts::{FactId, Facts, Value};
use pointsman::model::{AssertId, GuardId, ModelId, Named, RouteId};
use pointsman::tree::{Attempt, ConditionTrace, Tree};
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The rest of a policy around the statements that a test is about.
const AROUND: &str = r#"
provider p { protocol simulated }
model m {
  provider p
  context  8k
  price    input $0.15 output $0.60
  region   "eu"
  tags     ["fast"]
  can      [tools]
}
fact team string from header "x-team" default ""
route default { target m }
"#;

fn compile(statements: &str) -> Result<Tree, String> {
    let text = format!("{statements}\n{AROUND}");
    compile_text(&text)
        .map(|compiled| compiled.tree)
        .map_err(|rejected| messages(&rejected))
}

fn messages(rejected: &Rejected) -> String {
    let messages = rejected
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.message().to_owned());
    messages.collect::<Vec<_>>().join("\n")
}

fn route(condition: &str) -> Tree {
    compile(&format!("route tested {{ when {condition} target m }}"))
        .unwrap_or_else(|messages| panic!("{condition}: {messages}"))
}

fn facts(tree: &Tree) -> Facts {
    let facts = json!({
        "tenant": "acme", "tier": "gold", "region": "eu", "user": "ü𝒳", "tags": ["vip", "beta"], "model": "gpt-4o",
        "tokens": 812, "max_tokens": 100, "stream": true, "turns": 3,
        "headers": {"x-team": "blue", "x-hops": "2"}, "metadata": {}, "team": "blue",
        "prompt": "please translate order A-17", "now": "2026-11-20T23:30:15.250Z",
    });
    from_json(&tree.policy().facts, &facts).expect("facts of the policy")
}

fn id_of(tree: &Tree, fact: &str) -> FactId {
    tree.policy().facts.find(fact).expect("a fact")
}

#[test]
fn conditions_without_an_interpreter() {
    let table = [
        (r#"tenant == "acme""#, true),
        (r#""acme" != tenant"#, false),
        (r#"tenant < "b" && tenant >= "acme""#, true),
        ("stream", true),
        ("stream == json", false),
        ("!json && (tokens > 10000 || images == 0)", true),
        ("812 <= tokens", true),
        ("tokens * 2 + max_tokens - turns == 1721", true),
        ("tokens / 100 == 8 && tokens % 100 == 12 && -tokens == -812", true),
        ("tokens in [1, 812, 9000]", true),
        ("turns in [1, 2]", false),
        (r#"tier in ["free", "pro"]"#, false),
        (
            r#"tier in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "gold"]"#,
            true,
        ),
        (r#""vip" in tags"#, true),
        (r#"tier in ["pro", model] || model in [tier, model]"#, true),
        (r#"tags == ["vip", "beta"] && tags != ["beta", "vip"]"#, true),
        (
            r#"size(tags) == 2 && size(user) == 2 && size(headers) == 2"#,
            true,
        ),
        (r#""x-team" in headers && headers["x-team"] == "blue""#, true),
        (r#"has(metadata.project)"#, false),
        (
            r#"has(metadata.project) && metadata.project.startsWith("a")"#,
            false,
        ),
        (r#"team == "blue""#, true),
        (
            r#"prompt.contains("translate") && prompt.startsWith("please") && prompt.endsWith("17")"#,
            true,
        ),
        (r#"prompt.contains(tenant) || tenant.contains("cm")"#, true),
        (r#"prompt.matches(r"\bA-\d+$")"#, true),
        (r#"(stream ? tokens : turns) == 812"#, true),
        (r#"(json ? tier : region) == "eu""#, true),
        ("json ? false : tokens > 1", true),
        ("double(tokens) / 8.0 > 101.4 && tokens < 812.5", true),
        (r#"size(tags) > 0 && tags[0] == "vip""#, true),
        (r#"tags.exists(tag, tag.startsWith("be"))"#, true),
        (r#"tags.all(tag, tag in ["vip", "beta", "x"])"#, true),
        (r#"tags.exists(tag, tag == tenant)"#, false),
        (r#"tags.exists(tag, tag.matches("^v"))"#, true),
        (r#"tenant + "/" + tier == "acme/gold""#, true),
        ("now.getHours() == 23 && now.getMilliseconds() == 250", true),
        (
            r#"now.getDayOfWeek("Europe/Berlin") == 6 && now.getHours("+05:30") == 5"#,
            true,
        ),
        (
            r#"now > timestamp("2026-11-20T00:00:00Z") + duration("23h30m")"#,
            true,
        ),
        (r#"now <= timestamp("2026-11-20T23:30:15.25Z")"#, true),
        ("string(tokens) == \"812\"", true),
        (
            r#"tags.exists(tag, ["v", "b"].exists(part, tag.startsWith(part) && tag != tenant))"#,
            true,
        ),
        (
            r#"["acme", model].all(name, name in tags || name == tenant)"#,
            false,
        ),
        (r#"tags.exists_one(tag, tag.size() == 3)"#, true),
        (
            "[8, 800, 9000].exists(limit, tokens > limit && turns * limit > tokens)",
            true,
        ),
        (
            "headers.exists(key, key.startsWith(\"x-\") && headers[key] == team)",
            true,
        ),
        (r#"size(tags.filter(tag, tag.contains("e"))) == 1"#, true),
        (r#"tags.filter(tag, tag != "vip").all(tag, tag == "beta")"#, true),
        (
            r#"(tenant + ":" + string(turns) + string(stream)) < "acme:3u""#,
            true,
        ),
        (
            "int(now) == 1795217415 && (duration(\"90m\") + duration(\"1s\")).getMinutes() == 90",
            true,
        ),
        (
            "(stream ? duration(\"1h\") : duration(\"0\")).getHours() == 1 && bool(stream)",
            true,
        ),
    ];
    for (condition, outcome) in table {
        let tree = route(condition);
        assert_eq!(
            tree.route_matches(RouteId(0), &facts(&tree)),
            outcome,
            "{condition}"
        );
        assert_eq!(tree.interpreted().count(), 0, "{condition} is native");
    }
}

#[test]
fn conditions_in_the_interpreter() {
    let table = [
        (r#"headers.map(key, key) == ["x-hops", "x-team"]"#, true),
        (r#"{"b": 1, "a": 2}.map(key, key) == ["b", "a"]"#, true),
        (r#"tags.map(tag, tag + "!") == ["vip!", "beta!"]"#, true),
        (r#"tags.filter(tag, tag != "vip") == ["beta"]"#, true),
        (
            r#"tags.exists(tag, tags.map(other, other + tag).size() == 2)"#,
            true,
        ),
        (r#"size(tags + ["x"]) == 3"#, true),
        ("string(now) == \"2026-11-20T23:30:15.25Z\"", true),
    ];
    for (condition, outcome) in table {
        let tree = route(condition);
        assert_eq!(
            tree.route_matches(RouteId(0), &facts(&tree)),
            outcome,
            "{condition}"
        );
        assert!(tree.interpreted().count() > 0, "{condition} is interpreted");
    }
}

#[test]
fn only_the_smallest_condition_is_interpreted() {
    let tree = route(r#"tier == "gold" && (tags.map(tag, tag) == ["vip"] || tokens > 5)"#);
    let spans: Vec<_> = tree
        .interpreted()
        .map(|span| tree.sources().text(span).to_owned())
        .collect();
    assert_eq!(spans, [r#"tags.map(tag, tag) == ["vip"]"#]);
}

#[test]
fn requires_read_the_target() {
    let table = [
        (r#"target.region == region && "tools" in target.can"#, true),
        ("target.price.input < 0.2 && target.price.output >= 0.6", true),
        ("target.context > tokens * 10", false),
        (
            r#"target.model == "m" && target.name == "m" && target.provider == "p""#,
            true,
        ),
        (
            r#"target.protocol == "simulated" && target.tags == ["fast"]"#,
            true,
        ),
        (r#"target.tags.exists(tag, tag + "er" == "faster")"#, true),
    ];
    for (condition, outcome) in table {
        let tree = compile(&format!(
            "guard tested {{ when tier != \"\" require {condition} }}"
        ))
        .expect(condition);
        assert_eq!(
            tree.guard_allows(GuardId(0), &facts(&tree), ModelId(0)),
            outcome,
            "{condition}"
        );
    }
}

#[test]
fn asserts_read_the_attempt() {
    let fallbacks = ["m".to_owned(), "n".to_owned()];
    let table = [
        ("position == 1 && size(fallbacks) == 2", true),
        (r#"fallbacks == ["m", "n"] && "n" in fallbacks"#, true),
        (r#"size(fallbacks) > 0 && fallbacks[0] == "n""#, false),
        (r#"fallbacks.exists(name, name.endsWith("n"))"#, true),
        ("fallbacks.all(name, name in fallbacks && position < 1)", false),
        (r#"target.region == region && position + tokens > 800"#, true),
        ("[position].exists(place, place == 1)", true),
    ];
    for (that, outcome) in table {
        let tree = compile(&format!(
            "provider q {{ protocol simulated }} model n {{ provider q region \"us\" }}\n\
             route more {{ when stream target n }}\n\
             assert tested {{ when tier == \"gold\" that {that} }}"
        ))
        .unwrap_or_else(|messages| panic!("{that}: {messages}"));
        let facts = facts(&tree);
        let model = tree.policy().find_named("m");
        let Some(Named::Model(target)) = model else {
            panic!("{model:?}")
        };
        let attempt = Attempt {
            target,
            position: 1,
            fallbacks: &fallbacks,
        };
        let id = AssertId(0);
        assert_eq!(tree.assert_holds(id, &facts, attempt), outcome, "{that}");
        assert!(tree.assert_applies(id, &facts));
        assert!(!tree.assert_applies(id, &Facts::empty(&tree.policy().facts)));
        assert!(!tree.assert_holds(AssertId(1), &facts, attempt));
        assert_eq!(tree.interpreted().count(), 0, "no request waits for {that}");
        assert!(
            !tree.required().conditions.contains(&id_of(&tree, "tokens")),
            "{that}"
        );
    }
}

#[test]
fn asserts_are_traced_with_the_attempt() {
    let tree = compile(r#"assert a { when stream that position == 0 || "m" in fallbacks }"#).unwrap();
    let facts = facts(&tree);
    let attempt = Attempt {
        target: ModelId(0),
        position: 1,
        fallbacks: &[],
    };
    insta::assert_snapshot!(format!(
        "{}{}",
        shown(&tree.trace_assert_when(AssertId(0), &facts)),
        shown(&tree.trace_assert(AssertId(0), &facts, attempt)),
    ));
}

#[test]
fn names_stand_for_their_value_wherever_they_are() {
    let tree = compile(
        r#"
        let vips  = ["acme", "initech"]
        let vip   = tenant in vips
        let large = tokens * 2
        let who   = vip ? tenant : "nobody"
        route tested { when vip && large > 1600 && who == "acme" && tags.exists(tag, tag == "beta" && vip) target m }
        "#,
    )
    .expect("a policy");
    assert!(tree.route_matches(RouteId(0), &facts(&tree)));
}

fn shown(trace: &ConditionTrace) -> String {
    let mut out = format!("{}\n", trace.outcome);
    for part in &trace.parts {
        let outcome = part
            .outcome
            .map_or("not looked at".to_owned(), |outcome| outcome.to_string());
        let values: Vec<String> = part
            .values
            .iter()
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        let _ = writeln!(out, "  {} -> {outcome} [{}]", part.text, values.join(", "));
    }
    out
}

#[test]
fn traces_name_what_decided() {
    let tree = compile(
        r#"
        let heavy = tokens > 100000 || images > 4
        guard near { when "x-team" in headers require target.region == region && target.price.input < 0.1 && stream }
        route tested { when !heavy && (tier == "free" || has(headers.x) ? stream : "beta" in tags) && json || team == "red" target m }
        "#,
    )
    .expect("a policy");
    let facts = facts(&tree);
    insta::assert_snapshot!(format!(
        "{}{}{}",
        shown(&tree.trace_guard(GuardId(0), &facts)),
        shown(&tree.trace_require(GuardId(0), &facts, ModelId(0))),
        shown(&tree.trace_route(RouteId(0), &facts)),
    ));
}

#[test]
fn what_a_policy_reads_is_known() {
    let tree = compile(
        r#"
        let unused = prompt == "secret"
        let named  = turns > 3
        guard g { when "x-a" in headers require target.region == region }
        assume a { that stream || size(prompt) < 100 }
        assert b { when tier == "gold" that target.region == region && max_tokens > 0 }
        test "c" { given { user "u" } expect { route default } }
        route one { when has(metadata.project) && named target m }
        route two { when team == "a" target split by user { m 100% } }
        "#,
    )
    .expect("a policy");
    let required = tree.required();
    let names = |facts: &BTreeSet<FactId>| -> Vec<String> {
        let definitions = facts.iter().filter_map(|fact| tree.policy().facts.get(*fact));
        definitions.map(|definition| definition.name.clone()).collect()
    };
    let expected = [
        "tenant", "region", "user", "api", "tokens", "stream", "json", "tools", "images", "turns", "headers",
        "metadata", "prompt", "team",
    ];
    assert_eq!(names(&required.facts), expected);
    let in_conditions = [
        "region", "stream", "turns", "headers", "metadata", "prompt", "team",
    ];
    assert_eq!(names(&required.conditions), in_conditions);
    assert_eq!(required.headers.iter().collect::<Vec<_>>(), ["x-a", "x-team"]);
    assert_eq!(required.metadata.iter().collect::<Vec<_>>(), ["project"]);
    assert!(!required.all_headers && !required.all_metadata);
    assert!(route("size(headers) > 2").required().all_headers);
}

#[test]
fn conditions_are_bounded_with_their_names_written_out() {
    let mut doubling = String::from("let l0 = tokens > 1\n");
    for index in 1..40 {
        let _ = writeln!(doubling, "let l{index} = l{0} && !l{0}", index - 1);
    }
    let message =
        compile(&format!("{doubling} route r {{ when l39 target m }}")).expect_err("2⁴⁰ comparisons");
    assert!(message.contains("the bounds are 65536 and 512"), "{message}");

    let mut nested = String::from("let l0 = tokens > 1\n");
    for index in 1..600 {
        let _ = writeln!(nested, "let l{index} = !l{}", index - 1);
    }
    let message = compile(&format!("{nested} route r {{ when l599 target m }}")).expect_err("600 levels");
    assert!(message.contains("the bounds are 65536 and 512"), "{message}");

    let terms = vec!["tags"; 200].join(" + ");
    let both = format!("let half = {terms}\n route r {{ when half + half + {terms} == [] target m }}");
    let message = compile(&both).expect_err("a long chain for the interpreter");
    assert!(message.contains("only the interpreter"), "{message}");
}

#[test]
fn a_list_of_a_hundred_thousand_costs_one_look_up() {
    let items: Vec<String> = (0..100_000).map(|index| format!("\"t{index}\"")).collect();
    let tree = compile(&format!(
        "let vips = [{}]\n route r {{ when tenant in vips || tags.exists(tag, tag in vips) target m }}",
        items.join(", ")
    ))
    .expect("a policy");
    let mut facts = facts(&tree);
    assert!(!tree.route_matches(RouteId(0), &facts));
    let tags = tree.policy().facts.find("tags").expect("a fact");
    facts
        .set(tags, Value::StringList(vec!["t99999".to_owned()]))
        .expect("a list");
    assert!(tree.route_matches(RouteId(0), &facts));
}
