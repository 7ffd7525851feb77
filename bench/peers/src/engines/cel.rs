//! The `cel` crate: programs compiled once, one environment that all requests share, the rules in a loop.

use super::Engine;
use crate::workload::{LIMIT, Request, TAG, Workload};
use cel::{Context, Env, Program, Value};
use std::sync::Arc;

pub(super) struct Cel {
    environment: Arc<Env>,
    rules: Vec<Program>,
}

/// One expression a rule.
pub(super) fn texts(workload: &Workload) -> Vec<String> {
    (0..workload.rules)
        .map(Workload::tenant)
        .map(|tenant| format!("tenant == \"{tenant}\" && tokens < {LIMIT} && \"{TAG}\" in tags"))
        .collect()
}

impl Cel {
    pub(super) fn load(texts: &[String]) -> Cel {
        let rules = texts
            .iter()
            .map(|text| Program::compile(text).expect("an expression"))
            .collect();
        Cel {
            environment: Arc::new(Env::stdlib()),
            rules,
        }
    }
}

impl Engine for Cel {
    fn name(&self) -> &'static str {
        "`cel` 0.15, rules in a loop"
    }

    fn decide(&mut self, request: &Request) -> Option<usize> {
        let mut context = Context::with_env(Arc::clone(&self.environment));
        context.add_variable_from_value("tenant", request.tenant.as_str());
        context.add_variable_from_value("tokens", request.tokens);
        context.add_variable_from_value("tags", request.tags.clone());
        self.rules
            .iter()
            .position(|rule| matches!(rule.execute(&context), Ok(Value::Bool(true))))
    }
}
