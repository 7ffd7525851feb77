//! What a request asks of a protocol beyond what every protocol has. It is no fact of the language: conditions cannot
//! read it. Targets whose protocol lacks it leave the plan.

/// Something that not every protocol can express.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Demand {
    /// More than one answer.
    Choices,
    /// Probabilities of tokens.
    Logprobs,
    /// Tokens made more or less likely.
    LogitBias,
    /// Sound, in or out.
    Audio,
    /// Files that the provider keeps, or that it is to fetch.
    Files,
    /// Images that the provider is to fetch.
    ImageLinks,
    /// Images in the results of tools.
    ToolImages,
    /// Tools that the provider carries out itself.
    HostedTools,
    /// Answers that the provider keeps, or continues.
    State,
    /// JSON without a schema.
    JsonMode,
    /// An answer that the client has begun.
    Prefill,
    /// A count of tokens in the place of an answer.
    Counting,
    /// Calls of functions in the form that was before tools.
    OlderCalls,
    /// Fields, parts or values that are not known here.
    Unknown,
}

impl Demand {
    /// All of them.
    pub const ALL: [Demand; 14] = [
        Demand::Choices,
        Demand::Logprobs,
        Demand::LogitBias,
        Demand::Audio,
        Demand::Files,
        Demand::ImageLinks,
        Demand::ToolImages,
        Demand::HostedTools,
        Demand::State,
        Demand::JsonMode,
        Demand::Prefill,
        Demand::Counting,
        Demand::OlderCalls,
        Demand::Unknown,
    ];

    /// The word for it in records and reasons.
    pub fn name(self) -> &'static str {
        match self {
            Demand::Choices => "several choices",
            Demand::Logprobs => "logprobs",
            Demand::LogitBias => "logit bias",
            Demand::Audio => "audio",
            Demand::Files => "files of the provider",
            Demand::ImageLinks => "images by link",
            Demand::ToolImages => "images in tool results",
            Demand::HostedTools => "hosted tools",
            Demand::State => "kept answers",
            Demand::JsonMode => "json without a schema",
            Demand::Prefill => "a begun answer",
            Demand::Counting => "counting of tokens",
            Demand::OlderCalls => "function calls of the older form",
            Demand::Unknown => "what is not known here",
        }
    }

    /// The demand of this name.
    pub fn from_name(name: &str) -> Option<Demand> {
        Self::ALL.into_iter().find(|demand| demand.name() == name)
    }

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demands(u32);

impl Demands {
    /// None.
    pub const NONE: Demands = Demands(0);

    /// Adds one.
    pub fn insert(&mut self, demand: Demand) {
        self.0 |= demand.bit();
    }

    /// Whether one is among them.
    pub fn contains(self, demand: Demand) -> bool {
        self.0 & demand.bit() != 0
    }

    /// All of them as one number: a bit for each, in the order of [`Demand::ALL`].
    pub fn bits(self) -> u32 {
        self.0
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All that are among them, in the order of [`Demand::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Demand> {
        Demand::ALL
            .into_iter()
            .filter(move |demand| self.contains(*demand))
    }
}

impl FromIterator<Demand> for Demands {
    fn from_iter<I: IntoIterator<Item = Demand>>(demands: I) -> Self {
        let mut all = Demands::NONE;
        demands.into_iter().for_each(|demand| all.insert(demand));
        all
    }
}
