//! What can answer requests: providers, models at them, pools of models.

use super::breaker::Breaker;
use super::failure::FailureClass;
use super::policy::Timeouts;
use crate::facts::{Demand, Demands, FactId};
use crate::quantity::{Share, TokenPrice};
use crate::source::Span;
use std::time::Duration;

/// Index of a provider in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProviderId(pub u32);

/// Index of a model in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelId(pub u32);

/// Index of a pool in its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolId(pub u32);

/// What a name of the models' and pools' name space stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// A model.
    Model(ModelId),
    /// A pool.
    Pool(PoolId),
}

/// How a provider is spoken to.
#[derive(Clone, Debug, PartialEq)]
pub enum Protocol {
    /// OpenAI's HTTP interface, which many servers speak.
    OpenAi,
    /// Anthropic's HTTP interface.
    Anthropic,
    /// Google's HTTP interface to Gemini.
    Gemini,
    /// The built-in provider that answers as an LLM would, without a network.
    Simulated(SimulatedBehaviour),
}

impl Protocol {
    /// The names of all protocols.
    pub const NAMES: [&str; 4] = ["openai", "anthropic", "gemini", "simulated"];

    /// The protocol's name in policies and `target.protocol`.
    pub fn name(&self) -> &'static str {
        match self {
            Protocol::OpenAi => "openai",
            Protocol::Anthropic => "anthropic",
            Protocol::Gemini => "gemini",
            Protocol::Simulated(_) => "simulated",
        }
    }

    /// Whether requests of this `api` pass to it without translation.
    pub fn is_native(&self, api: &str) -> bool {
        match self {
            Protocol::OpenAi => matches!(api, "chat" | "responses" | "embeddings"),
            Protocol::Anthropic => api == "messages",
            Protocol::Gemini => false,
            Protocol::Simulated(_) => true,
        }
    }

    /// What stands in the way of a request of this `api` with these demands, if anything does.
    pub fn obstacle(&self, api: &str, demands: Demands) -> Option<Obstacle> {
        if self.is_native(api) {
            return None;
        }
        if api == "embeddings" {
            return Some(Obstacle::Api);
        }
        demands
            .iter()
            .find(|demand| !self.expresses(*demand))
            .map(Obstacle::Demand)
    }

    /// Whether its providers count tokens when they are asked to. For the others that is done here.
    pub fn counts_tokens(&self) -> bool {
        matches!(self, Protocol::Anthropic | Protocol::Simulated(_))
    }

    /// Whether a translation into this protocol can express what not every protocol can.
    fn expresses(&self, demand: Demand) -> bool {
        match self {
            Protocol::OpenAi => matches!(demand, Demand::ImageLinks | Demand::JsonMode | Demand::Counting),
            Protocol::Anthropic => matches!(demand, Demand::ImageLinks | Demand::Counting),
            Protocol::Gemini => matches!(demand, Demand::JsonMode | Demand::Counting),
            Protocol::Simulated(_) => true,
        }
    }
}

/// Why a protocol cannot carry a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It has nothing like the endpoint that was called.
    Api,
    /// It cannot express this.
    Demand(Demand),
}

/// How a simulated provider behaves.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulatedBehaviour {
    /// Time until the headers of an answer.
    pub latency: Duration,
    /// Time from the headers to the first token.
    pub first_token: Duration,
    /// Tokens a second after the first one; `None` sends all at once.
    pub rate: Option<f64>,
    /// Which share of the requests fails, and how.
    pub faults: Vec<SimulatedFault>,
}

/// A share of the requests to a simulated provider that fails in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SimulatedFault {
    /// How the requests fail.
    pub class: FailureClass,
    /// How many of them.
    pub share: Share,
}

/// Where a secret stands; never the secret itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialSource {
    /// An environment variable of this name.
    Environment(String),
    /// A file at this path, as written in the policy.
    File(String),
}

/// A provider's key: where it stands and in which header it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Where the key stands.
    pub source: CredentialSource,
    /// The header that carries the bare key; `None` for the protocol's own way (`authorization: Bearer …`).
    pub header: Option<String>,
    /// Where the policy says so.
    pub span: Span,
}

/// A call that asks a provider whether it is well, whatever its models do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// The path at the provider's host, with a `/` before it; may have a query.
    pub path: String,
    /// How often it is asked.
    pub every: Duration,
}

/// Where models are served.
#[derive(Clone, Debug, PartialEq)]
pub struct Provider {
    /// The policy's name of the provider.
    pub name: String,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// The base URL; may hold `{model}` and a query. Empty for a simulated provider.
    pub url: String,
    /// The key, where there is one.
    pub credential: Option<Credential>,
    /// Headers sent with every request, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Client headers passed on, names in lower case.
    pub forward: Vec<String>,
    /// Region of its models, where they do not say otherwise.
    pub region: Option<String>,
    /// Tags of its models, before their own.
    pub tags: Vec<String>,
    /// Timeouts of attempts at it.
    pub timeouts: Timeouts,
    /// The circuit breakers of its models, where they do not say otherwise.
    pub breaker: Option<Breaker>,
    /// How it is asked whether it is well, where it is.
    pub check: Option<HealthCheck>,
    /// Where the policy declares it (its name).
    pub span: Span,
}

/// What a model can do beyond plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Call tools.
    Tools,
    /// See images.
    Vision,
    /// Structured output.
    Json,
    /// Embeddings.
    Embeddings,
}

impl Capability {
    /// All capabilities.
    pub const ALL: [Capability; 4] = [
        Capability::Tools,
        Capability::Vision,
        Capability::Json,
        Capability::Embeddings,
    ];

    /// The word in `can` and `target.can`.
    pub fn name(self) -> &'static str {
        match self {
            Capability::Tools => "tools",
            Capability::Vision => "vision",
            Capability::Json => "json",
            Capability::Embeddings => "embeddings",
        }
    }
}

/// Prices of a model's tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// Of a prompt token.
    pub input: TokenPrice,
    /// Of a prompt token read from the provider's cache; as `input` where left out.
    pub cached: Option<TokenPrice>,
    /// Of a prompt token written to the provider's cache; as `input` where left out.
    pub cache_write: Option<TokenPrice>,
    /// Of a completion token.
    pub output: TokenPrice,
}

/// A model at a provider: what a request can be sent to.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The policy's name of the model.
    pub name: String,
    /// Where it is served.
    pub provider: ProviderId,
    /// The provider's name of it.
    pub upstream_name: String,
    /// Exact names that clients may call it by.
    pub serves: Vec<String>,
    /// Globs (`*` stands for any run of characters) that clients' names may match.
    pub serves_globs: Vec<String>,
    /// Largest prompt in tokens; `None` restricts nothing.
    pub context: Option<u64>,
    /// Largest completion in tokens.
    pub max_output: Option<u64>,
    /// Prices, where known.
    pub price: Option<Price>,
    /// The region it answers from: its own, else its provider's.
    pub region: Option<String>,
    /// Its provider's tags, then its own.
    pub tags: Vec<String>,
    /// What it can do; `None` restricts nothing.
    pub can: Option<Vec<Capability>>,
    /// The name of the space that its embeddings lie in, where the policy gives one: models of one name can stand in
    /// for each other.
    pub vectors: Option<String>,
    /// Timeouts of attempts at it, over its provider's.
    pub timeouts: Timeouts,
    /// Its circuit breaker; `None` leaves its provider's in force.
    pub breaker: Option<Breaker>,
    /// Where the policy declares it (its name).
    pub span: Span,
}

impl Model {
    /// Whether embeddings of this model and of the other lie in one space, so that an index may hold both.
    pub fn shares_vectors(&self, other: &Model) -> bool {
        let named = self.vectors.is_some() && self.vectors == other.vectors;
        named || self.upstream_name == other.upstream_name
    }
}

/// How a pool orders its members for one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pick {
    /// As written.
    First,
    /// Each member in turn is first: live state.
    RoundRobin,
    /// Drawn from the seed.
    Random,
    /// Drawn from the seed by weight.
    Weighted,
    /// The fewest requests in flight first: live state.
    LeastBusy,
    /// The lowest recent time to the first token first: live state.
    Fastest,
    /// The lowest price of the request first.
    Cheapest,
    /// By a stable hash, so that requests of one value of the fact stay on one member.
    Sticky(FactId),
    /// Requests whose prompts begin alike stay on one member while it is not overloaded: live state.
    Prefix,
}

impl Pick {
    /// All ways to pick that are one word.
    pub const WORDS: [Pick; 8] = [
        Pick::First,
        Pick::RoundRobin,
        Pick::Random,
        Pick::Weighted,
        Pick::LeastBusy,
        Pick::Fastest,
        Pick::Cheapest,
        Pick::Prefix,
    ];

    /// The first word in policies.
    pub fn name(self) -> &'static str {
        match self {
            Pick::First => "first",
            Pick::RoundRobin => "round-robin",
            Pick::Random => "random",
            Pick::Weighted => "weighted",
            Pick::LeastBusy => "least-busy",
            Pick::Fastest => "fastest",
            Pick::Cheapest => "cheapest",
            Pick::Sticky(_) => "sticky",
            Pick::Prefix => "prefix",
        }
    }

    /// Whether the order asks for live state, and so is handed in and recorded.
    pub fn is_live(self) -> bool {
        matches!(
            self,
            Pick::RoundRobin | Pick::LeastBusy | Pick::Fastest | Pick::Prefix
        )
    }

    /// Whether the order is drawn from the seed.
    pub fn is_drawn(self) -> bool {
        matches!(self, Pick::Random | Pick::Weighted)
    }
}

/// Several models behind one name.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// The policy's name of the pool.
    pub name: String,
    /// How its members are ordered.
    pub pick: Pick,
    /// Its members with their weights (1 where none is written), each once, at least one.
    pub members: Vec<(ModelId, u32)>,
    /// Exact names that clients may call it by.
    pub serves: Vec<String>,
    /// Globs that clients' names may match.
    pub serves_globs: Vec<String>,
    /// Where the policy declares it (its name).
    pub span: Span,
}
