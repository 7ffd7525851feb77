//! The whole policy: statements in, the checked policy and everything found out.

use super::conditions::Conditions;
use super::fact::Term;
use super::lints::{self, Sound};
use super::names::{Names, refuse_reserved};
use super::report::Report;
use super::route::Surroundings;
use super::statements::{Callers, Statements};
use super::table::{Reader, Table};
use super::tenant::SeenKeys;
use super::{defaults, fact, guard, lets, model, pool, promise, provider, route, serving, tenant, test_case};
use crate::diagnostic::{self, Code, Diagnostic, Severity};
use crate::facts::Register;
use crate::model::{
    AssertId, AssumeId, GuardId, Model, ModelId, Named, Policy, PoolId, Provider, ProviderId, RouteId,
    Served, TenantId, TestCase, TestId,
};
use crate::source::Span;
use crate::syntax::ast::{Block, Document, Word};
use std::collections::BTreeMap;

/// Words that a `target` reads otherwise than as a name.
const TARGET_WORDS: [&str; 4] = ["requested", "split", "hedge", "on"];

/// What a policy is made of.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The parsed files in load order.
    pub documents: &'a [Document],
    /// The tables of tenants, each by the place where the policy writes its path.
    pub tables: &'a BTreeMap<Span, Table>,
    /// Whether all statements are there; false where an error in some, or in a file, is reported already.
    pub complete: bool,
    /// Whether all files and tables are there. Where they are not, names that they may declare are not called unknown.
    pub all_files: bool,
}

/// Checks a policy: the policy where nothing is wrong with it but that a final route may be missing, and everything
/// found, sorted.
pub fn check(input: Input<'_>) -> (Option<Policy>, Vec<Diagnostic>) {
    let statements = Statements::of(input.documents);
    let mut checker = Checker::new(&statements, input);
    let policy = checker.policy();
    let mut diagnostics = checker.report.into_diagnostics();
    diagnostic::sort(&mut diagnostics);
    diagnostics.dedup();
    let fatal =
        |found: &Diagnostic| found.severity() == Severity::Error && found.code() != Code::NO_FINAL_ROUTE;
    let sound = input.complete && !diagnostics.iter().any(fatal);
    (sound.then_some(policy), diagnostics)
}

/// All name spaces.
struct Spaces {
    terms: Names<Term>,
    providers: Names<ProviderId>,
    named: Names<Named>,
    tenants: Names<TenantId>,
    guards: Names<GuardId>,
    routes: Names<RouteId>,
    asserts: Names<AssertId>,
    assumes: Names<AssumeId>,
    tests: Names<TestId>,
}

struct Checker<'a> {
    statements: &'a Statements<'a>,
    input: Input<'a>,
    report: Report,
    spaces: Spaces,
    sound: Sound,
}

impl<'a> Checker<'a> {
    fn new(statements: &'a Statements<'a>, input: Input<'a>) -> Self {
        let mut spaces = Spaces {
            terms: Names::new("fact or `let`"),
            providers: Names::new("provider"),
            named: Names::new("model or pool"),
            tenants: Names::new("tenant"),
            guards: Names::new("guard"),
            routes: Names::new("route"),
            asserts: Names::new("assert"),
            assumes: Names::new("assumption"),
            tests: Names::new("test"),
        };
        let broken = input.documents.iter().flat_map(|document| &document.broken);
        for name in broken {
            spaces.providers.expect(name);
            spaces.named.expect(name);
            spaces.routes.expect(name);
            spaces.terms.expect(name);
        }
        if !input.all_files {
            spaces.providers.open();
            spaces.named.open();
            spaces.routes.open();
            spaces.terms.open();
        }
        Checker {
            statements,
            input,
            report: Report::default(),
            spaces,
            sound: Sound::default(),
        }
    }

    fn policy(&mut self) -> Policy {
        self.declare();
        let mut policy = Policy {
            facts: self.facts(),
            defaults: self.defaults(),
            ..Policy::default()
        };
        policy.providers = self.providers();
        policy.models = self.models(&policy.providers);
        policy.pools = self.pools(&policy.facts);
        serving::refuse_ties(&policy.models, &policy.pools, &mut self.report);
        policy.served = Served::new(&policy.models, &policy.pools);
        policy.tenants = self.tenants(&policy.facts);
        self.rules(&mut policy);
        policy.tests = self.tests(&policy);
        self.lint(&policy);
        policy
    }

    /// Declares what other statements refer to by name, whatever their order.
    fn declare(&mut self) {
        let (statements, report) = (self.statements, &mut self.report);
        for (index, name) in names_of(&statements.providers) {
            self.spaces.providers.declare(name, ProviderId(index), report);
        }
        let models = names_of(&statements.models).map(|(index, name)| (Named::Model(ModelId(index)), name));
        let pools = names_of(&statements.pools).map(|(index, name)| (Named::Pool(PoolId(index)), name));
        for (id, name) in models.chain(pools) {
            refuse_reserved(
                name,
                "model or pool",
                &TARGET_WORDS,
                "`target` gives the word a meaning of its own",
                report,
            );
            self.spaces.named.declare(name, id, report);
        }
        for (index, name) in names_of(&statements.guards) {
            self.spaces.guards.declare(name, GuardId(index), report);
        }
        for (index, name) in names_of(&statements.routes) {
            self.spaces.routes.declare(name, RouteId(index), report);
        }
        for (index, name) in names_of(&statements.asserts) {
            self.spaces.asserts.declare(name, AssertId(index), report);
        }
        for (index, name) in names_of(&statements.assumes) {
            self.spaces.assumes.declare(name, AssumeId(index), report);
        }
        for (index, name) in names_of(&statements.tests) {
            self.spaces.tests.declare(name, TestId(index), report);
        }
    }

    fn facts(&mut self) -> Register {
        let mut register = Register::new();
        for declaration in &self.statements.facts {
            fact::fact(
                *declaration,
                &mut register,
                &mut self.spaces.terms,
                &mut self.report,
            );
        }
        for (index, binding) in self.statements.lets.iter().enumerate() {
            fact::refuse_name(binding.name, "`let`", &mut self.report);
            self.spaces
                .terms
                .declare(binding.name, Term::Let(index), &mut self.report);
        }
        register
    }

    fn defaults(&mut self) -> crate::model::Defaults {
        let mut blocks = self.statements.defaults.iter();
        let Some(first) = blocks.next() else {
            return crate::model::Defaults::default();
        };
        for again in blocks {
            self.report.push(
                Diagnostic::error(Code::DUPLICATE_NAME, "`defaults` stands twice")
                    .at(again.keyword, "again here")
                    .also(first.keyword, "first here")
                    .help("write one `defaults` for the whole policy"),
            );
            defaults::defaults(again, &mut self.report);
        }
        defaults::defaults(first, &mut self.report)
    }

    fn providers(&mut self) -> Vec<Provider> {
        let blocks = self.statements.providers.iter();
        blocks
            .map(|block| {
                let before = self.report.errors();
                let provider = provider::provider(block, &mut self.report);
                self.sound.providers.push(self.report.errors() == before);
                provider
            })
            .collect()
    }

    fn models(&mut self, providers: &[Provider]) -> Vec<Model> {
        let blocks = self.statements.models.iter();
        blocks
            .map(|block| {
                let before = self.report.errors();
                let model = model::model(block, &mut self.spaces.providers, providers, &mut self.report);
                self.sound.models.push(self.report.errors() == before);
                model
            })
            .collect()
    }

    fn pools(&mut self, register: &Register) -> Vec<crate::model::Pool> {
        let blocks = self.statements.pools.iter();
        blocks
            .map(|block| {
                let before = self.report.errors();
                let mut facts = pool::Facts {
                    register,
                    terms: &mut self.spaces.terms,
                };
                let pool = pool::pool(block, &mut self.spaces.named, &mut facts, &mut self.report);
                self.sound.pools.push(self.report.errors() == before);
                pool
            })
            .collect()
    }

    fn tenants(&mut self, register: &Register) -> Vec<crate::model::Tenant> {
        let mut tenants = Vec::new();
        let mut seen = SeenKeys::default();
        for callers in &self.statements.callers {
            match callers {
                Callers::One(block) => {
                    let id = TenantId(u32::try_from(tenants.len()).unwrap_or(u32::MAX));
                    if let Some(name) = &block.name {
                        let why = "it stands for callers where no tenant is declared";
                        refuse_reserved(name, "tenant", &[tenant::ANONYMOUS], why, &mut self.report);
                        self.spaces.tenants.declare(name, id, &mut self.report);
                    }
                    tenants.push(tenant::tenant(block, register, &mut seen, &mut self.report));
                }
                Callers::Table(path) => {
                    let Some(table) = self.input.tables.get(&path.span) else {
                        self.spaces.tenants.open();
                        continue;
                    };
                    let before = self.report.errors();
                    let mut reader = Reader {
                        path,
                        register,
                        names: &mut self.spaces.tenants,
                        seen: &mut seen,
                        report: &mut self.report,
                    };
                    tenants.extend(reader.tenants(table, tenants.len()));
                    if self.report.errors() > before {
                        self.spaces.tenants.open();
                    }
                }
            }
        }
        tenants
    }

    /// `let`s, guards, routes, asserts and assumptions.
    fn rules(&mut self, policy: &mut Policy) {
        let facts = self.statements.facts.iter().map(|fact| fact.name);
        let broken: Vec<String> = facts
            .filter(|name| self.spaces.terms.find(&name.text) == Some(Term::BrokenFact))
            .chain(self.input.documents.iter().flat_map(|document| &document.broken))
            .map(|name| name.text.clone())
            .collect();
        let report = &mut self.report;
        let mut conditions = Conditions::new(
            &policy.facts,
            &mut self.spaces.terms,
            broken,
            self.input.all_files,
        );
        policy.lets = lets::lets(&self.statements.lets, &mut conditions, report);
        for block in &self.statements.guards {
            let before = report.errors();
            policy.guards.push(guard::guard(block, &mut conditions, report));
            self.sound.guards.push(report.errors() == before);
        }
        let mut around = Surroundings {
            conditions: &mut conditions,
            named: &mut self.spaces.named,
            defaults: &policy.defaults,
        };
        let mut routes = Vec::with_capacity(self.statements.routes.len());
        for block in &self.statements.routes {
            let before = report.errors();
            let route = route::route(block, &mut around, report);
            let conditional = block.clauses.iter().any(|clause| clause.keyword.text == "when");
            routes.push((route, conditional));
            self.sound.routes.push(report.errors() == before);
        }
        route::refuse_open_end(&routes, self.input.complete, report);
        policy.routes = routes.into_iter().map(|(route, _)| route).collect();
        let asserts = self.statements.asserts.iter();
        policy.asserts = asserts
            .filter_map(|block| promise::assert(block, &mut conditions, report))
            .collect();
        let assumes = self.statements.assumes.iter();
        policy.assumes = assumes
            .filter_map(|block| promise::assume(block, &mut conditions, report))
            .collect();
    }

    fn tests(&mut self, policy: &Policy) -> Vec<TestCase> {
        let around = test_case::Surroundings {
            policy,
            terms: &self.spaces.terms,
            providers: &self.spaces.providers,
            named: &self.spaces.named,
            tenants: &self.spaces.tenants,
            routes: &self.spaces.routes,
        };
        let blocks = self.statements.tests.iter();
        blocks
            .map(|block| test_case::test(block, around, &mut self.report))
            .collect()
    }

    /// What can only be said of the policy as a whole.
    fn lint(&mut self, policy: &Policy) {
        let report = &mut self.report;
        let closed = !self.spaces.tenants.is_open() && self.input.complete;
        lints::closed_world(policy, closed, report);
        lints::constant_conditions(policy, report);
        lints::claimed_facts(policy, report);
        lints::missing_attributes(policy, &self.sound, report);
        // Where there are errors, what looks unused may only be misspelt elsewhere.
        if self.input.complete && report.errors() == 0 {
            let spaces = lints::Usage {
                terms: &self.spaces.terms,
                providers: &self.spaces.providers,
                named: &self.spaces.named,
                documents: self.input.documents,
            };
            lints::unused(policy, &spaces, report);
            lints::one_failure_domain(policy, &self.sound, report);
            lints::split_keys(policy, closed, report);
            self.hygiene(policy);
        }
    }

    /// What is easily misread in what was written, and what can be written more plainly.
    fn hygiene(&mut self, policy: &Policy) {
        let (statements, report) = (self.statements, &mut self.report);
        lints::lookalike_names("the fact or `let`", self.spaces.terms.all(), report);
        lints::lookalike_names("the provider", self.spaces.providers.all(), report);
        lints::lookalike_names("the model or pool", self.spaces.named.all(), report);
        lints::lookalike_names("the tenant", self.spaces.tenants.all(), report);
        lints::lookalike_names("the guard", self.spaces.guards.all(), report);
        lints::lookalike_names("the route", self.spaces.routes.all(), report);
        for fact in &statements.facts {
            let definition = policy
                .facts
                .find(&fact.name.text)
                .and_then(|id| policy.facts.get(id));
            let values = definition.and_then(|definition| definition.one_of.as_ref());
            let values = values.into_iter().flatten();
            let values = values.map(|value| (value.as_str(), fact.name.span));
            lints::lookalike_names("the value", values, report);
        }
        lints::deceptive_characters(statements, report);
        lints::time_traps(statements.conditions(), report);
        lints::costly_conditions(statements.conditions(), report);
        let documents = self.input.documents.iter();
        let comments: Vec<Span> = documents
            .flat_map(|document| document.comments.iter().copied())
            .collect();
        lints::native_forms(statements.conditions(), &comments, report);
    }
}

/// The names of blocks with their places.
fn names_of<'a>(blocks: &[&'a Block]) -> impl Iterator<Item = (u32, &'a Word)> {
    (0u32..)
        .zip(blocks)
        .filter_map(|(index, block)| Some((index, block.name.as_ref()?)))
}
