//! The two policies of a day: one that serves from its morning, and the edit that serves from its middle.

use crate::support::upstream::Upstream;
use pointsman::tree::PolicyHash;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// Who calls; of a tenant its name is its key. The last one is suspended.
pub(super) const TENANTS: [&str; 5] = ["acme", "globex", "initech", "hooli", "umbrella"];

/// What clients ask for; the last one is nobody's name.
pub(super) const MODELS: [&str; 9] = [
    "answers", "drawn", "busy", "turns", "quick", "sticky", "hedged", "copied", "unknown",
];

/// What an upstream does with every request, and the models that meet it.
const BEHAVIOURS: [&str; 9] = [
    "healthy",
    "status-500",
    "status-429",
    "reset",
    "html",
    "cut-json",
    "dies-before-content",
    "dies-after-content",
    "error-in-stream",
];

const RULES: &str = r#"
provider steady { protocol simulated latency 1ms region "us" }
provider shaky  { protocol simulated latency 1ms fault server 20% fault rate-limit 10% fault truncated 5% fault empty 5% region "us" }
model steady { provider steady price input $0.15 cached $0.075 output $0.60 }
model shaky  { provider shaky price input $0.20 output $0.80 breaker off }
model far    { provider shaky region "eu" price input $3 output $6 }
model vectors-a { provider p-status-500 price input $0.02 output $0 vectors "v" can [embeddings] }
model vectors-b { provider p-healthy price input $0.03 output $0 vectors "v" can [embeddings] }

pool drawn  { pick random members [m-status-429, m-reset, m-html, steady, shaky] }
pool busy   { pick least-busy members [shaky, far, m-reset] }
pool turns  { pick round-robin members [steady, m-cut-json, m-dies-before-content] }
pool quick  { pick fastest members [shaky, steady, m-healthy] }
pool sticky { pick sticky by user members [steady, shaky, m-healthy, m-error-in-stream] }

fact tier one of ["free", "pro", "gold"] from tenant default "free"
fact team string from header "x-team" default ""
let long = tokens > 60

guard in-europe { when region == "eu" require target.region == "eu" }
guard suspended { when tenant == "umbrella" deny 403 "this account is suspended" }
guard short     { when tier == "free" set max_tokens at most 100 }
"#;

const MORNING: &str = r#"
guard red { when team == "red" require target.model != "shaky" }
route vectors { when api == "embeddings" target vectors-a fallback vectors-b }
route answers { when model == "answers" target split by user { m-healthy 40% drawn 30% m-dies-after-content 20% m-status-500 10% } fallback [busy, steady] on [server, rate-limit] fallback steady }
route drawn   { when model == "drawn" target drawn fallback m-healthy retry 1 on [rate-limit] }
route busy    { when model == "busy" && !long target busy fallback steady }
route turns   { when model == "turns" target turns fallback m-healthy commit complete }
route quick   { when model == "quick" target quick fallback steady }
route sticky  { when model == "sticky" target sticky fallback m-healthy }
route hedged  { when model == "hedged" target hedge [shaky, turns] after 1ms fallback [steady, far] }
route copied  { when model == "copied" target shaky shadow m-healthy 80% fallback m-healthy }
route unknown { when model == "unknown" && stream target requested }
route broken  { when model == "unknown" && tokens > 40 target m-html fallback m-status-500 }
route rest    { target split by request { shaky 50% far 50% } fallback m-healthy }
"#;

const EVENING: &str = r#"
guard no-copies { when model == "copied" && team == "blue" deny 429 "not in the evening" }
route vectors { when api == "embeddings" target vectors-b }
route gold    { when tier == "gold" && turns > 0 target split by user { m-healthy 90% sticky 10% } fallback steady }
route answers { when model == "answers" target split by user { steady 10% m-cut-json 90% } fallback [drawn, m-healthy] retry 0 on [connect] }
route long    { when long target m-dies-after-content fallback m-healthy commit complete }
route rest    { target split by request { busy 34.5% quick 65.5% } fallback [turns, m-healthy] }
"#;

/// A policy in a folder of its own.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) folder: PathBuf,
    pub(super) text: String,
    /// Its hash, as records have it.
    pub(super) hash: String,
}

impl Policy {
    fn new(folder: PathBuf, text: String) -> Self {
        fs::create_dir(&folder).unwrap();
        let hash = PolicyHash::of([text.as_bytes()]).to_string();
        let policy = Policy { folder, text, hash };
        policy.write_to(&policy.folder);
        policy
    }

    /// Lets a folder hold this policy and nothing else.
    pub(super) fn write_to(&self, folder: &Path) {
        fs::write(folder.join("all.policy"), &self.text).unwrap();
    }
}

/// The policies of the morning and of the evening, in front of an upstream.
pub(super) fn policies(folder: &Path, upstream: &Upstream) -> [Policy; 2] {
    let mut catalog = String::new();
    for behaviour in BEHAVIOURS {
        let is_european = matches!(behaviour, "healthy" | "status-500");
        let region = if is_european { "eu" } else { "us" };
        catalog.push_str(&format!(
            "provider p-{behaviour} {{ protocol openai url \"{}\" region \"{region}\" }}\n\
             model m-{behaviour} {{ provider p-{behaviour} price input $0.30 output $0.90 }}\n",
            upstream.url(behaviour)
        ));
    }
    for (number, tenant) in TENANTS.iter().enumerate() {
        let key = Sha256::digest(tenant.as_bytes());
        let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        let tier = ["gold", "pro", "free"][number % 3];
        let region = if *tenant == "globex" { "region \"eu\"" } else { "" };
        catalog.push_str(&format!(
            "tenant {tenant} {{ key k sha256 \"{key}\" tier \"{tier}\" {region} }}\n"
        ));
    }
    [("morning", MORNING), ("evening", EVENING)]
        .map(|(name, rules)| Policy::new(folder.join(name), format!("{catalog}{RULES}{rules}")))
}
