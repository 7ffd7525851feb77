//! This project: a route for each rule, and one that takes the rest. A decision is a whole plan with its fallbacks.

use super::Engine;
use crate::workload::{LIMIT, Request, TAG, Workload};
use pointsman::compile::compile_text;
use pointsman::decide::{NoOrders, decide};
use pointsman::facts::{Builtin, Facts, Value};
use pointsman::tree::Tree;

pub(super) struct Pointsman {
    tree: Tree,
    rules: usize,
}

/// The policy: rules of about 180 bytes.
pub(super) fn text(workload: &Workload) -> String {
    let mut text = String::from(
        "provider main { protocol simulated }\nmodel small { provider main context 128k }\n\
         model large { provider main context 1M }\n",
    );
    for rule in 0..workload.rules {
        let tenant = Workload::tenant(rule);
        text.push_str(&format!(
            "# the rule of customer number {rule}\nroute customer-{rule} {{\n  \
             when     tenant == \"{tenant}\" && tokens < {LIMIT} && \"{TAG}\" in tags\n  target   small\n  \
             fallback large on [context-length, rate-limit]\n  retry    1 on [connect]\n}}\n"
        ));
    }
    text + "route default { target small }\n"
}

impl Pointsman {
    pub(super) fn load(text: &str) -> Pointsman {
        let tree = compile_text(text).expect("the policy compiles").tree;
        let rules = tree.policy().routes.len() - 1;
        Pointsman { tree, rules }
    }

    fn facts(&self, request: &Request) -> Facts {
        let mut facts = Facts::empty(&self.tree.policy().facts);
        let tags = request.tags.iter().map(|tag| (*tag).to_owned()).collect();
        let values = [
            (Builtin::Tenant, Value::String(request.tenant.clone())),
            (Builtin::Tokens, Value::Int(request.tokens)),
            (Builtin::Tags, Value::StringList(tags)),
        ];
        for (fact, value) in values {
            facts.set(fact.into(), value).expect("a value of the fact's type");
        }
        facts
    }
}

impl Engine for Pointsman {
    fn name(&self) -> &'static str {
        "pointsman"
    }

    fn decide(&mut self, request: &Request) -> Option<usize> {
        let decision = decide(&self.tree, &self.facts(request), 1, &mut NoOrders);
        let route = decision.route?.0 as usize;
        (route < self.rules).then_some(route)
    }
}
