//! Words of a policy described for people, in Markdown.

use super::analysis::Analysis;
use super::names::{Domain, Mention, Space, What};
use super::vocabulary;
use crate::facts::{Builtin, Definition, Origin, Provenance, Register, Type, Value};
use crate::model::{Model, Policy, Pool, TargetAttribute};
use crate::syntax::ast::{Block, BlockKind, StatementKind};

/// What there is to say of a word; `None` for a name that nothing declares.
pub(super) fn describe(analysis: &Analysis, mention: &Mention) -> Option<String> {
    match &mention.what {
        What::Name { space, name, .. } => named(analysis, *space, name),
        What::Statement(word) => {
            vocabulary::statement(word).map(|known| format!("`{}`: {}", known.word, known.about))
        }
        What::Clause(statement, word) => vocabulary::clause(statement, word)
            .map(|known| format!("```policy\n{}\n```\n{}", known.form, known.about)),
        What::Function(name) => {
            vocabulary::function(name).map(|(form, about)| format!("```cel\n{form}\n```\n{about}"))
        }
        What::Attribute(attribute) => Some(format!(
            "`target.{}`: {}\n\n{}",
            attribute.path(),
            attribute.ty(),
            vocabulary::attribute(*attribute)
        )),
        What::Value(domain, text) => Some(value(domain, text)),
        What::File(path) => Some(format!("the file `{path}`")),
    }
}

/// What a name stands for.
pub(super) fn named(analysis: &Analysis, space: Space, name: &str) -> Option<String> {
    match space {
        Space::Term => term(analysis, name),
        Space::Target => target(analysis, name),
        Space::Tenant => tenant(analysis, name),
        _ => block(analysis, space, name),
    }
}

fn term(analysis: &Analysis, name: &str) -> Option<String> {
    let declared = analysis.index().statement(Space::Term, name);
    if let Some((_, statement)) = declared
        && let StatementKind::Let { value, .. } = &statement.kind
    {
        let (file, _) = declared?;
        let text = analysis.index().text(file, value.span.range());
        let known = analysis.policy().into_iter().flat_map(|policy| &policy.lets);
        let ty = known
            .into_iter()
            .find(|binding| binding.name == name)
            .map(|binding| format!(": {}", binding.value.ty))
            .unwrap_or_default();
        return Some(format!("`let {name}`{ty}\n\n```cel\n{text}\n```"));
    }
    let built_in = Register::new();
    let find = |register: &Register| {
        let id = register.find(name)?;
        register.get(id).map(fact)
    };
    analysis
        .policy()
        .and_then(|policy| find(&policy.facts))
        .or_else(|| find(&built_in))
        .or_else(|| {
            // The policy never loaded since the fact was written: what is written is all there is to say.
            let (file, statement) = declared?;
            let text = analysis.index().text(file, statement.span.range());
            Some(format!("```policy\n{text}\n```"))
        })
}

/// A fact: its type, where it comes from, and what it can be.
fn fact(definition: &Definition) -> String {
    let mut text = format!("fact `{}`: {}", definition.name, definition.ty);
    let about = match &definition.origin {
        Origin::Builtin(builtin) => vocabulary::fact(builtin.name()).to_owned(),
        Origin::Tenant => "From the authenticated key's tenant.".to_owned(),
        Origin::Header(name) => format!("From the header `{name}`."),
        Origin::Metadata(key) => format!("From `{key}` in the body's `metadata`."),
    };
    text.push_str(&format!("\n\n{about}"));
    text.push_str(match (definition.provenance(), &definition.origin) {
        (_, Origin::Builtin(Builtin::Tags)) => {
            "\n\n*Partly claimed*: clients can add tags that no tenant has."
        }
        (Provenance::Verified, _) => "\n\n*Verified*: a client cannot choose it.",
        (Provenance::Claimed, _) => "\n\n*Claimed*: a client can choose it.",
    });
    if let Some(values) = &definition.one_of {
        let values: Vec<String> = values.iter().map(|value| format!("`{value:?}`")).collect();
        text.push_str(&format!("\n\nOne of {}.", values.join(", ")));
    }
    if definition.ty == Type::Int && *definition.range.start() != i64::MIN {
        let (low, high) = (definition.range.start(), definition.range.end());
        text.push_str(&format!("\n\nFrom {low} to {high}."));
    }
    if !matches!(definition.origin, Origin::Builtin(_)) || definition.one_of.is_some() {
        text.push_str(&format!("\n\nDefault {}.", default(&definition.default)));
    }
    text
}

fn default(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`{text:?}`"),
        Value::Int(number) => format!("`{number}`"),
        Value::Bool(truth) => format!("`{truth}`"),
        Value::StringList(texts) => format!("`{texts:?}`"),
        _ => "empty".to_owned(),
    }
}

fn target(analysis: &Analysis, name: &str) -> Option<String> {
    let written = analysis.index().block(Space::Target, name)?;
    let policy = analysis.policy();
    let known = policy.and_then(|policy| {
        let model = policy.models.iter().find(|model| model.name == name);
        let pool = policy.pools.iter().find(|pool| pool.name == name);
        match written.kind {
            BlockKind::Model => model.map(|known| model_lines(policy, known)),
            _ => pool.map(|known| pool_lines(policy, known)),
        }
    });
    let head = format!("{} `{name}`", written.kind.keyword());
    Some(match known {
        Some(lines) => format!("{head}\n\n{}", lines.join("  \n")),
        None => with_text(analysis, &head, Space::Target, name),
    })
}

fn model_lines(policy: &Policy, model: &Model) -> Vec<String> {
    let provider = policy
        .provider(model.provider)
        .map_or("", |provider| provider.name.as_str());
    let mut lines = vec![format!("`{}` at provider `{provider}`", model.upstream_name)];
    lines.extend(model.context.map(|tokens| format!("context {tokens} tokens")));
    lines.extend(model.region.as_ref().map(|region| format!("region `{region}`")));
    lines.extend(model.price.map(|price| {
        let [input, output] = [price.input, price.output].map(|price| price.times(1_000_000));
        format!("price ${input} input, ${output} output, per million tokens")
    }));
    lines.extend(model.can.as_ref().map(|can| {
        let words: Vec<&str> = can.iter().map(|capability| capability.name()).collect();
        format!("can [{}]", words.join(", "))
    }));
    if !model.tags.is_empty() {
        lines.push(format!("tags [{}]", model.tags.join(", ")));
    }
    lines.push(served(&model.serves, &model.serves_globs));
    lines
}

fn pool_lines(policy: &Policy, pool: &Pool) -> Vec<String> {
    let members = pool.members.iter().filter_map(|(id, weight)| {
        let name = &policy.model(*id)?.name;
        Some(match weight {
            1 => format!("`{name}`"),
            weight => format!("`{name}` ({weight})"),
        })
    });
    vec![
        format!("members {}", members.collect::<Vec<_>>().join(", ")),
        format!("pick {}", policy.pick_words(pool.pick)),
        served(&pool.serves, &pool.serves_globs),
    ]
}

fn served(names: &[String], globs: &[String]) -> String {
    let all: Vec<String> = names
        .iter()
        .chain(globs)
        .map(|name| format!("`{name}`"))
        .collect();
    match all.is_empty() {
        true => "hidden from clients".to_owned(),
        false => format!("serves {}", all.join(", ")),
    }
}

fn tenant(analysis: &Analysis, name: &str) -> Option<String> {
    let policy = analysis.policy();
    let known = policy.and_then(|policy| policy.tenants.iter().find(|tenant| tenant.name == name));
    let Some((policy, tenant)) = policy.zip(known) else {
        return block(analysis, Space::Tenant, name);
    };
    let facts = tenant.facts.iter().filter_map(|(id, value)| {
        let fact = &policy.facts.get(*id)?.name;
        Some(format!("{fact} {}", default(value)))
    });
    let mut lines: Vec<String> = facts.collect();
    if !tenant.tags.is_empty() {
        lines.push(format!("tags [{}]", tenant.tags.join(", ")));
    }
    Some(format!("tenant `{name}`\n\n{}", lines.join("  \n")))
}

fn block(analysis: &Analysis, space: Space, name: &str) -> Option<String> {
    let written: &Block = analysis.index().block(space, name)?;
    let head = format!("{} `{name}`", written.kind.keyword());
    Some(with_text(analysis, &head, space, name))
}

/// The head, and the statement as it is written. A provider's may name secrets' places, never secrets.
fn with_text(analysis: &Analysis, head: &str, space: Space, name: &str) -> String {
    let index = analysis.index();
    match index.statement(space, name) {
        Some((file, statement)) => {
            let text = index.text(file, statement.span.range());
            format!("{head}\n\n```policy\n{text}\n```")
        }
        None => head.to_owned(),
    }
}

fn value(domain: &Domain, text: &str) -> String {
    match domain {
        Domain::Fact(name) => format!("`{text:?}`: a value of `{name}`"),
        Domain::Attribute(attribute) => {
            let one = match attribute {
                TargetAttribute::Tags | TargetAttribute::Can => "an element",
                _ => "a value",
            };
            format!("`{text:?}`: {one} of `target.{}`", attribute.path())
        }
        Domain::Fallbacks => format!("`{text:?}`: a target"),
    }
}
