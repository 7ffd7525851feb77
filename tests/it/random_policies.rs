//! Random policies with many ordered rules, drawn from bytes: rules as people write them, any other condition, and some
//! that cannot be evaluated for every request, which no checked policy has.

use crate::expressions::Choices;
use pointsman::cel::{BinaryOperator as Op, Literal};
use pointsman::facts::{Builtin, Facts, Register, Value};
use pointsman::model::{
    Assume, Choice, Denial, Expression, ExpressionKind as Kind, Fallback, Guard, GuardEffect, Let, Model,
    ModelId, Named, Pick, Policy, Pool, PoolId, Protocol, Provider, ProviderId, Route, RouteAction, Routing,
    Split, SplitArm, SplitKey, Target, TargetAttribute, Timeouts, Type,
};
use pointsman::quantity::Share;
use pointsman::source::{SourceMap, Span};

const NAMES: [&str; 12] = [
    "t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "big", "gold", "a", "",
];
const NUMBERS: [i64; 9] = [-1, 0, 1, 7, 300, 301, 9000, 1 << 40, i64::MAX];

/// Most kinds of a condition's parts.
const PARTS: usize = 14;

fn span() -> Span {
    Span::new(SourceMap::new().add("random.policy", ""), 0, 0)
}

/// What most rules of one policy have in common.
struct Theme {
    parts: Vec<usize>,
}

impl Theme {
    fn draw(choices: &mut Choices<'_>) -> Theme {
        let count = 1 + choices.pick(4);
        Theme {
            parts: (0..count).map(|_| choices.pick(PARTS)).collect(),
        }
    }

    fn part(&self, choices: &mut Choices<'_>) -> usize {
        match choices.pick(4) {
            0 => choices.pick(PARTS),
            _ => choices.one_of(&self.parts),
        }
    }
}

/// A policy of up to some hundred rules.
pub(crate) fn policy(choices: &mut Choices<'_>) -> Policy {
    let lets = (0..3)
        .map(|index| Let {
            name: format!("let_{index}"),
            value: choices.binding(),
            span: span(),
        })
        .collect();
    let theme = Theme::draw(choices);
    let (guard_count, route_count) = (
        choices.one_of(&[0, 1, 5, 20, 70]),
        choices.one_of(&[1, 3, 20, 60, 200]),
    );
    let assumes = (0..choices.pick(2)).map(|_| assume(choices)).collect();
    let guards = (0..guard_count).map(|_| guard(choices, &theme)).collect();
    let mut routes: Vec<Route> = (0..route_count).map(|_| route(choices, &theme)).collect();
    routes.push(last(choices));
    Policy {
        lets,
        providers: vec![provider()],
        models: ["m0", "m1", "m2"].map(model).into(),
        pools: vec![
            pool("pool", Pick::Random, &[0, 1]),
            pool("order", Pick::First, &[2, 0]),
        ],
        assumes,
        guards,
        routes,
        ..Policy::default()
    }
}

/// Facts that rules of such a policy speak of.
pub(crate) fn facts(choices: &mut Choices<'_>, register: &Register) -> Facts {
    let mut facts = choices.facts(register);
    let mut set = |fact: Builtin, value| facts.set(fact.into(), value).expect("a value of the fact's type");
    for fact in [Builtin::Tenant, Builtin::Tier, Builtin::Model, Builtin::User] {
        set(fact, Value::String(choices.one_of(&NAMES).to_owned()));
    }
    set(
        Builtin::Requested,
        Value::String(choices.one_of(&["", "m0", "pool", "none"]).to_owned()),
    );
    let tags = (0..choices.pick(5)).map(|_| choices.one_of(&NAMES).to_owned());
    set(Builtin::Tags, Value::StringList(tags.collect()));
    set(Builtin::Tokens, Value::Int(choices.one_of(&NUMBERS[1..8])));
    facts
}

fn bool_of(choices: &Choices<'_>, kind: Kind) -> Expression {
    choices.make(kind, Type::Bool)
}

fn binary(choices: &Choices<'_>, operator: Op, left: Expression, right: Expression) -> Expression {
    let kind = Kind::Binary {
        operator,
        left: Box::new(left),
        right: Box::new(right),
    };
    bool_of(choices, kind)
}

fn text_fact(choices: &mut Choices<'_>) -> Expression {
    let fact = choices.one_of(&[
        Builtin::Tenant,
        Builtin::Tenant,
        Builtin::Tier,
        Builtin::Model,
        Builtin::User,
    ]);
    choices.make(Kind::Fact(fact.into()), Type::String)
}

fn name(choices: &mut Choices<'_>) -> Expression {
    let name = choices.one_of(&NAMES);
    choices.literal(name)
}

fn tags(choices: &Choices<'_>) -> Expression {
    choices.make(
        Kind::Fact(Builtin::Tags.into()),
        Type::List(Box::new(Type::String)),
    )
}

fn number(choices: &mut Choices<'_>) -> Expression {
    let number = choices.one_of(&NUMBERS);
    choices.make(Kind::Literal(Literal::Int(number)), Type::Int)
}

fn int_fact(choices: &mut Choices<'_>) -> Expression {
    let fact = choices.one_of(&[Builtin::Tokens, Builtin::Tokens, Builtin::Turns]);
    choices.make(Kind::Fact(fact.into()), Type::Int)
}

/// A condition: parts joined, at times turned round.
fn condition(choices: &mut Choices<'_>, theme: &Theme) -> Expression {
    let mut parts: Vec<Expression> = (0..=choices.pick(3))
        .map(|_| {
            let kind = theme.part(choices);
            part(choices, kind)
        })
        .collect();
    match (parts.len(), choices.pick(8)) {
        (1, _) => parts.swap_remove(0),
        (_, 0) => bool_of(choices, Kind::Or(parts)),
        (_, 1) => {
            let all = bool_of(choices, Kind::And(parts));
            bool_of(choices, Kind::Not(Box::new(all)))
        }
        _ => bool_of(choices, Kind::And(parts)),
    }
}

/// A part of a condition, of one of so many kinds.
fn part(choices: &mut Choices<'_>, kind: usize) -> Expression {
    match kind {
        0..=2 => {
            let operator = choices.one_of(&[Op::Equal, Op::Equal, Op::Equal, Op::NotEqual]);
            let (fact, name) = (text_fact(choices), name(choices));
            binary(choices, operator, fact, name)
        }
        3 => {
            let names = (0..choices.pick(11)).map(|_| name(choices)).collect();
            let (fact, ty) = (text_fact(choices), Type::List(Box::new(Type::String)));
            let list = choices.make(Kind::List(names), ty);
            binary(choices, Op::In, fact, list)
        }
        4 | 5 => {
            let (name, tags) = (name(choices), tags(choices));
            binary(choices, Op::In, name, tags)
        }
        6 | 7 => {
            let operator = choices.one_of(&[
                Op::Less,
                Op::LessOrEqual,
                Op::Greater,
                Op::GreaterOrEqual,
                Op::Equal,
                Op::NotEqual,
            ]);
            let (fact, number) = (int_fact(choices), number(choices));
            binary(choices, operator, fact, number)
        }
        8 => {
            let kind = choices.pick(PARTS);
            let operand = match kind {
                8 => bool_of(choices, Kind::Fact(Builtin::Stream.into())),
                kind => part(choices, kind),
            };
            bool_of(choices, Kind::Not(Box::new(operand)))
        }
        9 => {
            let operands = (0..2).map(|_| {
                let (fact, name) = (text_fact(choices), name(choices));
                binary(choices, Op::Equal, fact, name)
            });
            let operands = operands.collect();
            bool_of(choices, Kind::Or(operands))
        }
        10 => entry(choices),
        11 => joined(choices),
        12 => match choices.named(&Type::Bool) {
            Some(named) => named,
            None => bool_of(choices, Kind::Fact(Builtin::Stream.into())),
        },
        _ => choices.truth(2),
    }
}

/// `headers["x-team"] == "…"`, which fails without the header.
fn entry(choices: &mut Choices<'_>) -> Expression {
    let ty = Type::Map(Box::new(Type::String), Box::new(Type::String));
    let entry = Kind::Entry {
        map: Box::new(choices.make(Kind::Fact(Builtin::Headers.into()), ty)),
        key: Box::new(choices.literal("x-team")),
    };
    let entry = choices.make(entry, Type::String);
    let other = choices.literal("gold");
    binary(choices, Op::Equal, entry, other)
}

/// `tenant + tags[0] == "…"`, which runs in the interpreter and fails without tags.
fn joined(choices: &mut Choices<'_>) -> Expression {
    let zero = choices.make(Kind::Literal(Literal::Int(0)), Type::Int);
    let element = Kind::Element {
        list: Box::new(tags(choices)),
        index: Box::new(zero),
    };
    let joined = Kind::Binary {
        operator: Op::Add,
        left: Box::new(text_fact(choices)),
        right: Box::new(choices.make(element, Type::String)),
    };
    let joined = choices.make(joined, Type::String);
    let name = name(choices);
    binary(choices, Op::Equal, joined, name)
}

fn guard(choices: &mut Choices<'_>, theme: &Theme) -> Guard {
    let when = (choices.pick(8) != 0).then(|| condition(choices, theme));
    let effects = (0..=choices.pick(2)).map(|_| effect(choices)).collect();
    Guard {
        name: "guard".to_owned(),
        when,
        effects,
        span: span(),
    }
}

fn effect(choices: &mut Choices<'_>) -> GuardEffect {
    match choices.pick(8) {
        0 => GuardEffect::Deny(denial(choices)),
        1..=4 => {
            let kind = Kind::Target(TargetAttribute::Model);
            let (model, name) = (
                choices.make(kind, Type::String),
                choices.one_of(&["m0", "m1", "m2"]),
            );
            let operator = choices.one_of(&[Op::NotEqual, Op::NotEqual, Op::Equal]);
            let name = choices.literal(name);
            GuardEffect::Require(binary(choices, operator, model, name))
        }
        _ => GuardEffect::MaxTokensAtMost(1 + choices.pick(100) as i64),
    }
}

fn denial(choices: &mut Choices<'_>) -> Denial {
    Denial {
        status: choices.one_of(&[400, 403, 429]),
        message: "no".to_owned(),
    }
}

fn assume(choices: &mut Choices<'_>) -> Assume {
    let (fact, name) = (text_fact(choices), name(choices));
    Assume {
        name: "assumption".to_owned(),
        that: binary(choices, Op::NotEqual, fact, name),
        span: span(),
    }
}

fn route(choices: &mut Choices<'_>, theme: &Theme) -> Route {
    Route {
        name: "route".to_owned(),
        when: Some(condition(choices, theme)),
        action: action(choices),
        span: span(),
    }
}

fn last(choices: &mut Choices<'_>) -> Route {
    Route {
        name: "default".to_owned(),
        when: None,
        action: action(choices),
        span: span(),
    }
}

fn action(choices: &mut Choices<'_>) -> RouteAction {
    let target = match choices.pick(8) {
        0 => return RouteAction::Deny(denial(choices)),
        1 => Target::Requested(span()),
        2 => Target::Split(split(choices)),
        _ => Target::Named(choice(choices)),
    };
    let fallbacks = (0..choices.pick(3)).map(|_| Fallback {
        choices: vec![choice(choices)],
        on: None,
        span: span(),
    });
    RouteAction::Send(Box::new(Routing {
        target,
        fallbacks: fallbacks.collect(),
        shadow: None,
        retry: None,
        timeouts: Timeouts::default(),
        commit: None,
        attempts: None,
        content: None,
    }))
}

fn choice(choices: &mut Choices<'_>) -> Choice {
    let named = choices.one_of(&[
        Named::Model(ModelId(0)),
        Named::Model(ModelId(1)),
        Named::Model(ModelId(2)),
        Named::Pool(PoolId(0)),
        Named::Pool(PoolId(1)),
    ]);
    Choice { named, span: span() }
}

fn split(choices: &mut Choices<'_>) -> Split {
    let by = choices.one_of(&[SplitKey::Fact(Builtin::User.into()), SplitKey::Request]);
    let share = choices.one_of(&[0, 1000, 5000, 10_000]);
    let arms = [share, Share::WHOLE - share].map(|share| SplitArm {
        choice: choice(choices),
        share: Share::from_basis_points(share).expect("a share"),
    });
    Split {
        by,
        arms: arms.into(),
        span: span(),
    }
}

fn provider() -> Provider {
    Provider {
        name: "vllm".to_owned(),
        protocol: Protocol::OpenAi,
        url: String::new(),
        credential: None,
        headers: Vec::new(),
        forward: Vec::new(),
        region: None,
        tags: Vec::new(),
        timeouts: Timeouts::default(),
        breaker: None,
        check: None,
        span: span(),
    }
}

fn model(name: &str) -> Model {
    Model {
        name: name.to_owned(),
        provider: ProviderId(0),
        upstream_name: name.to_owned(),
        serves: Vec::new(),
        serves_globs: Vec::new(),
        context: (name == "m1").then_some(8000),
        max_output: None,
        price: None,
        region: None,
        tags: Vec::new(),
        can: None,
        vectors: None,
        timeouts: Timeouts::default(),
        breaker: None,
        span: span(),
    }
}

fn pool(name: &str, pick: Pick, members: &[u32]) -> Pool {
    Pool {
        name: name.to_owned(),
        pick,
        members: members.iter().map(|member| (ModelId(*member), 1)).collect(),
        serves: Vec::new(),
        serves_globs: Vec::new(),
        span: span(),
    }
}
