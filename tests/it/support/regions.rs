//! What `diff` tells in JSON, read as someone does who has nothing else: which requests a region has, what it tells of them,
//! and whether its example shows that.

use super::decisions::{Told, told};
use super::requests::Request;
use pointsman::compile::compile_text;
use pointsman::decide::{GivenOrders, decide};
use pointsman::facts::json::from_json;
use pointsman::facts::{ANONYMOUS, Builtin, Definition, Facts, Origin, Value};
use pointsman::model::{Named, RouteId, glob_fits};
use pointsman::tree::Tree;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Whether the example of a region can come, is of the region, and is decided by both policies as the region tells.
pub(crate) fn shown(old: &Tree, new: &Tree, region: &Json) -> Result<(), String> {
    let Some([before, now]) = reproduced(old, new, region)? else {
        return Ok(());
    };
    let Some(request) = Request::of([&before, &now], [old, new]) else {
        return Err(format!("the example is no request that can come: {region}"));
    };
    if !contains(region, &request, old, new) {
        return Err(format!("the example is not of its region: {region}"));
    }
    Ok(())
}

/// The facts of a region's example for each policy, where these decide it as the region tells; `None` for a region of
/// requests that are not let in.
pub(crate) fn reproduced(old: &Tree, new: &Tree, region: &Json) -> Result<Option<[Facts; 2]>, String> {
    if region["from"].get("admission").is_some() {
        return Ok(None);
    }
    let read = |tree: &Tree, facts: &Json| {
        from_json(&tree.policy().facts, facts).map_err(|errors| format!("{}: {region}", errors.join("; ")))
    };
    let before = read(old, region.get("example_old").unwrap_or(&region["example"]))?;
    let now = read(new, &region["example"])?;
    let seed = region["seed"].as_str().map(|seed| u64::from_str_radix(seed, 16));
    let seed = seed.and_then(Result::ok).ok_or("the example has no seed")?;
    let told = |tree, facts: &Facts| {
        let mut orders = orders(tree, region);
        Some(told(tree, &decide(tree, facts, seed, &mut orders)))
    };
    let (was, is) = (told(old, &before), told(new, &now));
    if was == is || region["reproduced"] != true {
        return Err(format!("the example is not decided otherwise: {region}"));
    }
    if !tells(region, &was, &is) {
        return Err(format!(
            "the example is decided otherwise than told: {region}\n{was:?}\n{is:?}"
        ));
    }
    Ok(Some([before, now]))
}

/// What a region's example says of live state.
fn orders(tree: &Tree, region: &Json) -> GivenOrders {
    let policy = tree.policy();
    let mut given = GivenOrders::default();
    for (pool, members) in region
        .get("orders")
        .and_then(Json::as_object)
        .into_iter()
        .flatten()
    {
        let find = |name: &Json| policy.find_named(name.as_str().unwrap());
        let Some(Named::Pool(pool)) = policy.find_named(pool) else {
            continue;
        };
        let models = members
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|name| match find(name) {
                Some(Named::Model(model)) => Some(model),
                _ => None,
            });
        given.0.insert(pool, models.collect());
    }
    given
}

/// Whether a region tells that a request goes from one decision to another.
pub(crate) fn tells(region: &Json, was: &Option<Told>, is: &Option<Told>) -> bool {
    // Where caps vary, none is told: each is the same before and after.
    let same_cap = || match (was, is) {
        (Some(was), Some(is)) => was.max_tokens == is.max_tokens,
        _ => true,
    };
    let capped = region["from"].get("max_tokens").is_some() || same_cap();
    capped && tells_end(&region["from"], was) && tells_end(&region["to"], is)
}

fn tells_end(end: &Json, told: &Option<Told>) -> bool {
    let Some(told) = told else {
        return end["admission"].as_str().is_some_and(|said| said != "let in");
    };
    if end.get("admission").is_some() {
        return end["admission"] == "let in";
    }
    let denied = match &told.denied {
        Some((by, status, message)) => {
            let told = &end["denied"];
            told["by"] == by.as_str() && told["status"] == *status && told["message"] == message.as_str()
        }
        None => end["denied"].is_null() && end["error"] == json!(told.error),
    };
    let listed = |target: &String| {
        end["targets"]
            .as_array()
            .is_some_and(|all| all.contains(&json!(target)))
    };
    let targets = match end.get("plans").and_then(Json::as_array) {
        // A pick decides which of the targets share their vectors with the first.
        Some(_) if end.get("shares_vectors").is_some() => told.targets.iter().all(listed),
        Some(plans) => plans.iter().any(|plan| is_drawn(plan, &told.targets)),
        None => end["targets"] == json!(told.targets),
    };
    let caps = end.get("max_tokens");
    let capped = caps.is_none_or(|cap| *cap == json!(told.max_tokens));
    denied && targets && end["route"] == json!(told.route) && capped
}

/// Whether targets are a plan in which lists stand for their entries in any order.
fn is_drawn(plan: &Json, targets: &[String]) -> bool {
    let mut rest = targets;
    for step in plan["targets"].as_array().unwrap() {
        let members: Vec<&Json> = step
            .as_array()
            .map_or(vec![step], |members| members.iter().collect());
        let Some((own, others)) = rest.split_at_checked(members.len()) else {
            return false;
        };
        if !own.iter().all(|target| members.contains(&&json!(target))) {
            return false;
        }
        rest = others;
    }
    rest.is_empty()
}

/// Whether nothing is drawn or picked of what a region tells, so that each of its requests is decided otherwise.
pub(crate) fn is_certain(region: &Json) -> bool {
    ["from", "to"]
        .iter()
        .all(|end| region[*end].get("plans").is_none())
}

/// Whether a request is one of a region's.
pub(crate) fn contains(region: &Json, request: &Request, old: &Tree, new: &Tree) -> bool {
    let names = region.get("tenants").and_then(Json::as_array);
    let open = [old, new].iter().all(|tree| tree.policy().tenants.is_empty());
    let name = match request.own.get("tenant") {
        Some(Value::String(name)) if open => name,
        _ if open => ANONYMOUS,
        _ => &request.tenant,
    };
    match names {
        Some(names) if !names.contains(&json!(name)) => return false,
        // Of callers who are not declared it is of the one that says nothing.
        Some(_) if open && ![old, new].iter().all(|tree| says_nothing(request, tree)) => return false,
        None if !is_alike(request, old, new) => return false,
        _ => {}
    }
    let seen = Seen {
        request,
        old,
        new,
        alike: names.is_none(),
    };
    let others = region.get("or").and_then(Json::as_array).into_iter().flatten();
    let mut places = [&region["facts"]].into_iter().chain(others);
    places.any(|place| {
        place
            .as_object()
            .unwrap()
            .iter()
            .all(|(name, set)| seen.is_in(name, set))
    })
}

/// Whether what a caller of a policy without tenants says is what holds of one that says nothing.
fn says_nothing(request: &Request, tree: &Tree) -> bool {
    let register = &tree.policy().facts;
    request.own.iter().all(|(name, value)| {
        let definition = register.find(name).and_then(|id| register.get(id));
        name == "tenant" || definition.is_none_or(|known| known.default == *value)
    })
}

/// Whether both policies see the same caller; of others a region says so.
fn is_alike(request: &Request, old: &Tree, new: &Tree) -> bool {
    let [Some(before), Some(now)] = [old, new].map(|tree| request.facts(tree)) else {
        return false;
    };
    let tags = [(old, &before), (new, &now)].map(|(tree, facts)| {
        let reserved = tree.policy().reserved_tags();
        let own = facts.list(Builtin::Tags.into()).iter();
        own.filter(|tag| reserved.contains(tag.as_str()))
            .cloned()
            .collect::<Vec<String>>()
    });
    let said = |definition: &Definition| match definition.origin {
        Origin::Builtin(Builtin::Tenant | Builtin::Tier | Builtin::Region) | Origin::Tenant => true,
        Origin::Builtin(_) | Origin::Header(_) | Origin::Metadata(_) => false,
    };
    let register = &new.policy().facts;
    let mut facts = old
        .policy()
        .facts
        .definitions()
        .filter(|(_, definition)| said(definition));
    tags[0] == tags[1]
        && facts.all(|(id, definition)| {
            register
                .find(&definition.name)
                .is_none_or(|other| before.get(id) == now.get(other))
        })
}

/// A request as regions speak of it.
struct Seen<'r> {
    request: &'r Request,
    old: &'r Tree,
    new: &'r Tree,
    /// Whether both policies see the caller alike.
    alike: bool,
}

impl Seen<'_> {
    fn is_in(&self, name: &str, set: &Json) -> bool {
        if name == "conditions" {
            let mut conditions = set.as_array().unwrap().iter();
            return conditions.all(|condition| self.holds(condition.as_str().unwrap()));
        }
        let set = set.as_object().unwrap();
        if name == "tags" {
            return self.has(set);
        }
        let value = self.value(name);
        if let Some(present) = set.get("present")
            && *present != json!(value.is_some())
        {
            return false;
        }
        match value {
            Some(Value::Int(number)) => {
                let end = |name: &str| set.get(name).and_then(Json::as_i64);
                end("from").is_none_or(|from| from <= number) && end("to").is_none_or(|to| number <= to)
            }
            Some(Value::Bool(truth)) => set["is"] == truth,
            Some(Value::String(text)) => is_one_of(&text, set),
            // Of what is not sent a region says only that.
            None => set.keys().all(|key| key == "present"),
            Some(other) => panic!("no region of the tests speaks of {other:?}"),
        }
    }

    /// What the request says of a fact; `None` where it is not sent.
    fn value(&self, name: &str) -> Option<Value> {
        let admitted = [self.new, self.old].into_iter().find_map(|tree| {
            let register = &tree.policy().facts;
            let definition = register.find(name).and_then(|id| register.get(id))?;
            let facts = self.request.facts(tree)?;
            Some((definition.clone(), facts.get(register.find(name)?)?.clone()))
        });
        let (definition, value) = admitted.unwrap();
        match &definition.origin {
            Origin::Header(sent) | Origin::Metadata(sent) => self
                .request
                .sent
                .get(sent)
                .cloned()
                .or_else(|| self.default(name)),
            _ => Some(value),
        }
    }

    /// The default of a fact, where both policies have the same or only one has the fact.
    fn default(&self, name: &str) -> Option<Value> {
        let of = |tree: &Tree| {
            let register = &tree.policy().facts;
            Some(register.get(register.find(name)?)?.default.clone())
        };
        match (of(self.old), of(self.new)) {
            (Some(old), Some(new)) => (old == new).then_some(new),
            (old, new) => old.or(new),
        }
    }

    /// Tags are those that either policy sees; of a caller that is another to the new policy, those that are claimed.
    fn has(&self, set: &Map<String, Json>) -> bool {
        let mut tags = self.request.claimed.clone();
        if self.alike {
            let seen = [self.old, self.new].into_iter().filter_map(|tree| {
                let facts = self.request.facts(tree)?;
                Some(facts.list(Builtin::Tags.into()).to_vec())
            });
            tags = seen.flatten().collect();
        }
        let words = |key: &str| {
            set[key]
                .as_array()
                .unwrap()
                .iter()
                .map(|tag| tag.as_str().unwrap().to_owned())
        };
        words("has").all(|tag| tags.contains(&tag)) && !words("lacks").any(|tag| tags.contains(&tag))
    }

    /// Whether a condition that is of several facts holds: asked of a policy that asks nothing else.
    fn holds(&self, condition: &str) -> bool {
        let probe = probe(condition);
        probe.route_matches(RouteId(0), &self.request.facts(&probe).unwrap())
    }
}

/// A policy that asks one condition, and nothing else.
fn probe(condition: &str) -> Arc<Tree> {
    static KNOWN: Mutex<BTreeMap<String, Arc<Tree>>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap();
    let compiled = known.entry(condition.to_owned()).or_insert_with(|| {
        let text = format!(
            "provider p {{ protocol simulated }} model m {{ provider p }} \
             route probe {{ when {condition} target m }} route rest {{ target m }}"
        );
        let probe = compile_text(&text);
        Arc::new(
            probe
                .unwrap_or_else(|rejected| panic!("{condition}: {:#?}", rejected.diagnostics))
                .tree,
        )
    });
    compiled.clone()
}

fn is_one_of(text: &str, set: &Map<String, Json>) -> bool {
    let listed = |key: &str| {
        set.get(key)
            .and_then(Json::as_array)
            .map(|words| words.contains(&json!(text)))
    };
    let also = set.get("also").and_then(Json::as_array).into_iter().flatten();
    listed("in") != Some(false)
        && listed("not_in") != Some(true)
        && also.into_iter().all(|test| passes(text, test.as_str().unwrap()))
}

/// Whether a string passes a test in words.
fn passes(text: &str, test: &str) -> bool {
    if let Some(test) = test.strip_prefix("not ") {
        return !passes(text, test);
    }
    let (words, operand) = test.rsplit_once(' ').unwrap();
    let quoted = || serde_json::from_str::<String>(operand).unwrap();
    match words {
        "like" => glob_fits(operand, text),
        "starting with" => text.starts_with(&quoted()),
        "ending with" => text.ends_with(&quoted()),
        "containing" => text.contains(&quoted()),
        _ => panic!("no test of the tests: {test}"),
    }
}
