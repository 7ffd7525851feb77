//! Laws over random policies and facts: no draw and no pick is missed, and a test tells what `decide` decides.

use super::super::case::Case;
use super::super::course::{Course, Lot, explore};
use super::super::judge::Judge;
use super::super::order::agree;
use super::*;
use crate::decide::tests::fixture::{Fixture, text};
use crate::decide::{NoOrders, Orders, Outcome, decide, decide_with_draws};
use crate::facts::{Builtin, FactId, Facts, Value};
use crate::model::{
    ClassSet, Expectation, ExpectationKind, Failing, Given, Membership, ModelId, Named, Pick, PoolId,
    RouteAction, RouteId, TestCase,
};
use crate::source::{SourceMap, Span};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn span() -> Span {
    Span::new(SourceMap::new().add("test.policy", ""), 0, 0)
}

fn expect(kind: ExpectationKind) -> Expectation {
    Expectation { kind, span: span() }
}

fn test_case(given: Vec<Given>, failing: Vec<Failing>, expect: Vec<Expectation>) -> TestCase {
    TestCase {
        name: "it".to_owned(),
        given,
        failing,
        expect,
        span: span(),
    }
}

const NAMES: [&str; 7] = ["a", "b", "c", "d", "p", "q", "r"];

/// A small policy: four models, of which some are in the EU, three pools, one route.
#[derive(Clone, Debug)]
struct Small {
    pools: [(Pick, Vec<usize>); 3],
    target: Result<usize, (usize, usize)>,
    fallbacks: Vec<(Vec<usize>, usize)>,
    residency: bool,
    failing: Vec<usize>,
}

fn small() -> impl Strategy<Value = Small> {
    let pool = || {
        let members = prop::sample::subsequence(vec![0usize, 1, 2, 3], 1..=3).prop_shuffle();
        (prop::sample::select(Pick::WORDS.to_vec()), members)
    };
    let target = prop_oneof![
        (0..NAMES.len()).prop_map(Ok),
        prop::sample::subsequence((0..NAMES.len()).collect::<Vec<_>>(), 2)
            .prop_map(|arms| Err((arms[0], arms[1]))),
    ];
    let clause = (prop::collection::vec(0..NAMES.len(), 1..3), 0usize..3);
    (
        [pool(), pool(), pool()],
        target,
        prop::collection::vec(clause, 0..3),
        any::<bool>(),
        prop::sample::subsequence(vec![0usize, 1, 2, 3], 0..=4),
    )
        .prop_map(|(pools, target, fallbacks, residency, failing)| Small {
            pools,
            target,
            fallbacks,
            residency,
            failing,
        })
}

fn fixture(small: &Small) -> Fixture {
    let mut fixture = Fixture::new();
    for (name, region) in [("a", "us"), ("b", "eu"), ("c", "eu"), ("d", "eu")] {
        fixture.model(name, region);
    }
    for (name, (pick, members)) in ["p", "q", "r"].into_iter().zip(&small.pools) {
        let members: Vec<(&str, u32)> = members.iter().map(|member| (NAMES[*member], 1)).collect();
        fixture.pool(name, *pick, &members);
    }
    if small.residency {
        let require = fixture.only_region("eu");
        fixture.guard("residency", None, vec![require]);
    }
    let target = match small.target {
        Ok(name) => fixture.to(NAMES[name]),
        Err((one, other)) => fixture.split(&[(NAMES[one], "60"), (NAMES[other], "40")]),
    };
    let clauses: Vec<Vec<&str>> = small
        .fallbacks
        .iter()
        .map(|(names, _)| names.iter().map(|name| NAMES[*name]).collect())
        .collect();
    let clauses: Vec<&[&str]> = clauses.iter().map(Vec::as_slice).collect();
    fixture.last_route(target, &clauses);
    if let RouteAction::Send(routing) = &mut fixture.policy.routes[0].action {
        for (fallback, (_, class)) in routing.fallbacks.iter_mut().zip(&small.fallbacks) {
            fallback.on = [None, Some("server"), Some("rate-limit")][*class].map(ClassSet::from_name);
        }
    }
    fixture
}

/// Hands in an order for each pool.
struct All(BTreeMap<PoolId, Vec<ModelId>>);

impl Orders for All {
    fn order(&mut self, pool: PoolId) -> Option<Vec<ModelId>> {
        self.0.get(&pool).cloned()
    }

    fn drawn(&mut self, pool: PoolId) -> Option<Vec<ModelId>> {
        self.order(pool)
    }
}

fn permutations(items: &[ModelId]) -> Vec<Vec<ModelId>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (at, first) in items.iter().enumerate() {
        let mut rest = items.to_vec();
        rest.remove(at);
        for mut tail in permutations(&rest) {
            tail.insert(0, *first);
            all.push(tail);
        }
    }
    all
}

/// Every way that the request can go: all orders of all pools, and a seed for either arm.
fn every_course(tree: &Tree, facts: &Facts) -> Vec<Course> {
    let mut handed = vec![BTreeMap::new()];
    for (index, pool) in (0u32..).zip(&tree.policy().pools) {
        let members: Vec<ModelId> = pool.members.iter().map(|(model, _)| *model).collect();
        let mut more = Vec::new();
        for orders in &handed {
            for order in permutations(&members) {
                let mut orders: BTreeMap<PoolId, Vec<ModelId>> = orders.clone();
                orders.insert(PoolId(index), order);
                more.push(orders);
            }
        }
        handed = more;
    }
    let arm = |seed| {
        decide_with_draws(tree, facts, seed, &mut NoOrders)
            .1
            .split
            .map(|split| split.chosen)
    };
    let mut seeds = BTreeMap::new();
    for seed in 0..40 {
        seeds.entry(arm(seed)).or_insert(seed);
    }
    let mut courses = Vec::new();
    for seed in seeds.into_values() {
        for orders in &handed {
            let (decision, draws) = decide_with_draws(tree, facts, seed, &mut All(orders.clone()));
            courses.push(Course {
                lot: Lot::default(),
                decision,
                draws,
            });
        }
    }
    courses
}

fn expectations(policy: &crate::model::Policy, names: &[usize]) -> Vec<ExpectationKind> {
    let names: Vec<Named> = names
        .iter()
        .map(|name| policy.find_named(NAMES[*name]).unwrap())
        .collect();
    let first: Vec<Named> = names.first().copied().into_iter().collect();
    vec![
        ExpectationKind::Target(Membership::Is(first)),
        ExpectationKind::Target(Membership::In(names.clone())),
        ExpectationKind::Target(Membership::NotIn(names.clone())),
        ExpectationKind::Fallback(Membership::Is(names.clone())),
        ExpectationKind::Fallback(Membership::Is(Vec::new())),
        ExpectationKind::Fallback(Membership::In(names.clone())),
        ExpectationKind::Fallback(Membership::NotIn(names)),
        ExpectationKind::Route(RouteId(0)),
        ExpectationKind::Deny(503),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn what_holds_for_the_ways_gone_holds_for_all(
        small in small(),
        names in prop::sample::subsequence((0..NAMES.len()).collect::<Vec<_>>(), 1..=4).prop_shuffle(),
    ) {
        let mut fixture = fixture(&small);
        let failing = small.failing.iter().map(|model| ModelId(u32::try_from(*model).unwrap()));
        let failing: Vec<Failing> = failing.map(|model| Failing::Named(Named::Model(model))).collect();
        let kinds = expectations(&fixture.policy, &names);
        let expected = kinds.iter().cloned().map(expect).collect();
        fixture.policy.tests = vec![test_case(Vec::new(), failing, expected)];
        let tree = fixture.tree();
        let case = Case::new(&tree, &tree.policy().tests[0]);
        let mut gone = Vec::new();
        explore(&case, &mut |course: &Course| {
            gone.push(kinds.iter().map(|kind| Judge::new(&case, course).judge(kind).is_ok()).collect::<Vec<_>>());
        }).unwrap();
        let all = every_course(&tree, &case.facts);
        for (at, kind) in kinds.iter().enumerate() {
            let holds = gone.iter().all(|verdicts| verdicts[at]);
            let broken = all.iter().find(|course| Judge::new(&case, course).judge(kind).is_err());
            prop_assert_eq!(
                holds, broken.is_none(),
                "{:?}: {:?}", kind, broken.map(|course| &course.decision)
            );
        }
        let report = run(&tree, Options::default());
        let failed = kinds.iter().enumerate().filter(|(at, _)| !gone.iter().all(|verdicts| verdicts[*at]));
        prop_assert_eq!(report.tests[0].failures.len(), failed.count());
    }

    #[test]
    fn groups_agree_where_an_order_of_one_is_an_order_of_the_other(
        one in groups(), other in groups(),
    ) {
        let orders = |groups: &[Vec<ModelId>]| -> Vec<Vec<ModelId>> {
            groups.iter().fold(vec![Vec::new()], |orders, group| {
                let longer = |order: &Vec<ModelId>| -> Vec<Vec<ModelId>> {
                    permutations(group).into_iter().map(|tail| [order.clone(), tail].concat()).collect()
                };
                orders.iter().flat_map(longer).collect()
            })
        };
        let shared = orders(&one).iter().any(|order| orders(&other).contains(order));
        prop_assert_eq!(agree(&one, &other), shared);
        prop_assert_eq!(agree(&other, &one), shared);
        prop_assert!(agree(&one, &one));
    }

    #[test]
    fn a_test_of_what_is_decided_holds_and_of_anything_else_does_not(
        tenant in prop::sample::select(vec!["", "acme", "globex"]),
        tier in prop::sample::select(vec!["free", "pro", "gold"]),
        region in prop::sample::select(vec!["", "eu"]),
        team in prop::sample::select(vec!["none", "red"]),
        api in prop::sample::select(vec!["chat", "responses"]),
        model in prop::sample::select(vec!["", "gpt-mini", "spare", "nothing"]),
        user in "[a-z]{1,4}",
        grade in 0i64..3,
        tokens in prop::sample::select(vec![0i64, 999, 1001]),
    ) {
        // Pools that take their written order, so that there is one decision.
        let policy = POLICY.replace("pick least-busy", "pick first").replace("pick random", "pick first");
        let policy = format!("{policy} test \"it\" {{ expect {{ route default }} }}");
        let tree = tree(&policy);
        let facts = &tree.policy().facts;
        let id = |name: &str| facts.find(name).unwrap();
        let given: Vec<(FactId, Value)> = vec![
            (Builtin::Tenant.into(), text(tenant)),
            (id("tier"), text(tier)),
            (Builtin::Region.into(), text(region)),
            (id("team"), text(team)),
            (Builtin::Api.into(), text(api)),
            (Builtin::Model.into(), text(model)),
            (Builtin::Requested.into(), text(match model { "gpt-mini" => "mini", "spare" => "spare", _ => "" })),
            (Builtin::User.into(), text(&user)),
            (id("grade"), Value::Int(grade)),
            (Builtin::Tokens.into(), Value::Int(tokens)),
        ];
        let mut all = Facts::empty(facts);
        for (fact, value) in &given {
            all.set(*fact, value.clone()).unwrap();
        }
        let decision = decide(&tree, &all, 3, &mut NoOrders);
        let mut right: Vec<ExpectationKind> = Vec::new();
        let mut wrong: Vec<ExpectationKind> = Vec::new();
        for index in 0..u32::try_from(tree.policy().routes.len()).unwrap() {
            let kinds = if decision.route == Some(RouteId(index)) { &mut right } else { &mut wrong };
            kinds.push(ExpectationKind::Route(RouteId(index)));
        }
        let models = (0..4).map(ModelId);
        let skipped: Vec<ModelId> = decision.skipped.iter().map(|skipped| skipped.target).collect();
        right.push(ExpectationKind::Skipped(skipped.clone()));
        wrong.extend(models.clone().filter(|model| !skipped.contains(model)).map(|model| {
            ExpectationKind::Skipped(vec![model])
        }));
        if let Outcome::Plan(plan) = &decision.outcome {
            let named: Vec<Named> = plan.targets.iter().map(|model| Named::Model(*model)).collect();
            right.push(ExpectationKind::Target(Membership::Is(vec![named[0]])));
            right.push(ExpectationKind::Fallback(Membership::Is(named[1..].to_vec())));
            wrong.push(ExpectationKind::Fallback(Membership::Is(named.clone())));
            wrong.push(ExpectationKind::Target(Membership::NotIn(vec![named[0]])));
            wrong.push(ExpectationKind::Deny(403));
            for other in models.filter(|model| plan.targets[0] != *model) {
                wrong.push(ExpectationKind::Target(Membership::Is(vec![Named::Model(other)])));
            }
        } else {
            wrong.extend(models.map(|model| ExpectationKind::Target(Membership::Is(vec![Named::Model(model)]))));
            wrong.push(ExpectationKind::Fallback(Membership::Is(Vec::new())));
            wrong.push(ExpectationKind::Deny(599));
        }
        let mut changed = tree.policy().clone();
        let given: Vec<Given> = given
            .into_iter()
            .map(|(fact, value)| Given { fact, value, span: span() })
            .collect();
        let tests = right.iter().chain(&wrong).cloned();
        changed.tests = tests.map(|kind| test_case(given.clone(), Vec::new(), vec![expect(kind)])).collect();
        let tree = Tree::new(changed, tree.sources().clone(), *tree.hash()).unwrap();
        let report = run(&tree, Options::default());
        for (at, test) in report.tests.iter().enumerate() {
            prop_assert_eq!(test.passed(), at < right.len(), "{:?}", test.failures);
        }
    }
}

/// Four targets in groups.
fn groups() -> impl Strategy<Value = Vec<Vec<ModelId>>> {
    (
        Just([0u32, 1, 2, 3].map(ModelId).to_vec()).prop_shuffle(),
        prop::collection::vec(any::<bool>(), 4),
        0usize..=4,
    )
        .prop_map(|(models, ends, length)| {
            let mut groups: Vec<Vec<ModelId>> = Vec::new();
            for (model, starts) in models.into_iter().zip(ends).take(length) {
                match groups.last_mut() {
                    Some(group) if !starts => group.push(model),
                    _ => groups.push(vec![model]),
                }
            }
            groups
        })
}
