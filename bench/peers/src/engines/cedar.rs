//! `cedar-policy`: a `permit` for each rule, with the tenant as principal, which is what Cedar narrows by best. It has no
//! order: the smallest of the policies that permitted is the answer.

use super::Engine;
use crate::workload::{LIMIT, Request, TAG, Workload};
use cedar_policy::{
    Authorizer, Context, Entities, EntityId, EntityTypeName, EntityUid, PolicySet, Request as Asked,
    RestrictedExpression,
};

pub(super) struct Cedar {
    policies: PolicySet,
    authorizer: Authorizer,
    entities: Entities,
    tenant: EntityTypeName,
    action: EntityUid,
    resource: EntityUid,
}

/// The policies.
pub(super) fn text(workload: &Workload) -> String {
    (0..workload.rules)
        .map(Workload::tenant)
        .map(|tenant| {
            format!(
                "permit(principal == Tenant::\"{tenant}\", action, resource)\n\
                 when {{ context.tokens < {LIMIT} && context.tags.contains(\"{TAG}\") }};\n"
            )
        })
        .collect()
}

impl Cedar {
    pub(super) fn load(text: &str) -> Cedar {
        Cedar {
            policies: text.parse().expect("policies"),
            authorizer: Authorizer::new(),
            entities: Entities::empty(),
            tenant: "Tenant".parse().expect("a type's name"),
            action: "Action::\"route\"".parse().expect("an action"),
            resource: "Model::\"any\"".parse().expect("a resource"),
        }
    }

    fn asked(&self, request: &Request) -> Asked {
        let tags = request
            .tags
            .iter()
            .map(|tag| RestrictedExpression::new_string((*tag).to_owned()));
        let context = Context::from_pairs([
            (
                "tokens".to_owned(),
                RestrictedExpression::new_long(request.tokens),
            ),
            ("tags".to_owned(), RestrictedExpression::new_set(tags)),
        ])
        .expect("a context");
        let principal = EntityUid::from_type_name_and_id(self.tenant.clone(), EntityId::new(&request.tenant));
        Asked::new(
            principal,
            self.action.clone(),
            self.resource.clone(),
            context,
            None,
        )
        .expect("a request")
    }
}

impl Engine for Cedar {
    fn name(&self) -> &'static str {
        "`cedar-policy` 4.14, tenant as principal"
    }

    fn decide(&mut self, request: &Request) -> Option<usize> {
        let asked = self.asked(request);
        let answer = self
            .authorizer
            .is_authorized(&asked, &self.policies, &self.entities);
        // Parsed policies are called `policy0` and so on, in their order.
        answer
            .diagnostics()
            .reason()
            .filter_map(|id| AsRef::<str>::as_ref(id).strip_prefix("policy")?.parse().ok())
            .min()
    }
}
