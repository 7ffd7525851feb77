//! The rules and the requests that all engines get.

/// Tokens from which on no rule takes a request.
pub(crate) const LIMIT: i64 = 9_000;

/// The tag that every rule asks for.
pub(crate) const TAG: &str = "a";

/// Rules `tenant == "t17" && tokens < 9000 && "a" in tags`, each on its tenant.
pub(crate) struct Workload {
    pub(crate) rules: usize,
}

/// What a request says.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) tenant: String,
    pub(crate) tokens: i64,
    pub(crate) tags: Vec<&'static str>,
}

impl Workload {
    pub(crate) fn new(rules: usize) -> Workload {
        Workload { rules }
    }

    /// The tenant of a rule.
    pub(crate) fn tenant(rule: usize) -> String {
        format!("t{rule}")
    }

    fn matching(rule: usize) -> Request {
        Request {
            tenant: Workload::tenant(rule),
            tokens: 812,
            tags: vec!["vip", TAG],
        }
    }

    /// The request that is timed: the last rule takes it.
    pub(crate) fn last(&self) -> Request {
        Workload::matching(self.rules - 1)
    }

    /// Requests that the first, a middle or the last rule takes, and such that none takes, each for another reason.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let middle = Workload::matching(self.rules / 2);
        vec![
            Workload::matching(0),
            middle.clone(),
            self.last(),
            Workload::matching(self.rules),
            Request {
                tokens: LIMIT,
                ..middle.clone()
            },
            Request {
                tokens: LIMIT - 1,
                ..middle.clone()
            },
            Request {
                tags: vec!["vip"],
                ..middle.clone()
            },
            Request {
                tags: Vec::new(),
                ..middle
            },
        ]
    }

    /// The rule that takes a request, read off the names alone.
    pub(crate) fn answer(&self, request: &Request) -> Option<usize> {
        let rule: usize = request.tenant.strip_prefix('t')?.parse().ok()?;
        let holds = rule < self.rules && request.tokens < LIMIT && request.tags.contains(&TAG);
        holds.then_some(rule)
    }
}
