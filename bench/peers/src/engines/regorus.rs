//! `regorus`: the rules as a chain of `else`, which keeps their order, and as data under the tenant's name, as one
//! writes Rego for speed.

use super::Engine;
use crate::workload::{LIMIT, Request, TAG, Workload};
use regorus::Value;

pub(super) struct Regorus {
    name: &'static str,
    engine: regorus::Engine,
}

/// Rules that ask the data.
const ON_DATA: &str = "package rules\n\nroute := rule.route if {\n  some rule in data.tenants[input.tenant]\n  \
                       input.tokens < rule.limit\n  rule.tag in input.tags\n}\n";

/// The chain of `else`, a rule a line: a policy may have 20,000 lines.
pub(super) fn chain(workload: &Workload) -> String {
    let mut text = String::from("package rules\n\n");
    for rule in 0..workload.rules {
        let head = if rule == 0 { "route" } else { "else" };
        let tenant = Workload::tenant(rule);
        text.push_str(&format!(
            "{head} := {rule} if {{ input.tenant == \"{tenant}\"; input.tokens < {LIMIT}; \"{TAG}\" in input.tags }}\n"
        ));
    }
    text
}

/// The data, as JSON.
pub(super) fn table(workload: &Workload) -> String {
    let entries: Vec<String> = (0..workload.rules)
        .map(|rule| {
            let tenant = Workload::tenant(rule);
            format!("\"{tenant}\":[{{\"route\":{rule},\"limit\":{LIMIT},\"tag\":\"{TAG}\"}}]")
        })
        .collect();
    format!("{{\"tenants\":{{{}}}}}", entries.join(","))
}

impl Regorus {
    pub(super) fn chain(rules: String) -> Regorus {
        Regorus::load("`regorus` 0.14, `else` chain", rules, "{}")
    }

    pub(super) fn table(data: &str) -> Regorus {
        Regorus::load("`regorus`, rules as keyed data", ON_DATA.to_owned(), data)
    }

    fn load(name: &'static str, rules: String, data: &str) -> Regorus {
        let mut engine = regorus::Engine::new();
        // Its limits on the length of a policy's text are for texts of strangers.
        engine.clear_policy_length_config();
        engine.add_policy("rules.rego".to_owned(), rules).expect("rules");
        engine.add_data_json(data).expect("data");
        // The first evaluation prepares the rules.
        engine.set_input(Value::new_object());
        let _ = engine
            .eval_rule("data.rules.route".to_owned())
            .expect("an answer");
        Regorus { name, engine }
    }
}

impl Engine for Regorus {
    fn name(&self) -> &'static str {
        self.name
    }

    fn decide(&mut self, request: &Request) -> Option<usize> {
        let mut input = Value::new_object();
        let fields = input.as_object_mut().expect("an object");
        fields.insert("tenant".into(), request.tenant.as_str().into());
        fields.insert("tokens".into(), request.tokens.into());
        let tags: Vec<Value> = request.tags.iter().map(|tag| (*tag).into()).collect();
        fields.insert("tags".into(), tags.into());
        self.engine.set_input(input);
        let answer = self
            .engine
            .eval_rule("data.rules.route".to_owned())
            .expect("an answer");
        let rule = answer.as_u64().ok()?;
        usize::try_from(rule).ok()
    }
}
