//! What a request and an answer say, in no protocol's form: translations read one form into it and write another from
//! it. What has no place here cannot be translated, and is a demand of the request or a loss that the documents name.

use super::super::node::Node;
use super::super::openai::Usage;
use crate::facts::Demands;

/// A request for an answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Request {
    /// What stands above the dialogue, in its order.
    pub(super) system: Vec<String>,
    /// The dialogue; neighbours of one role are one turn.
    pub(super) turns: Vec<Turn>,
    pub(super) tools: Vec<Tool>,
    pub(super) tool_choice: Option<ToolChoice>,
    /// Whether several tools may be called at once.
    pub(super) parallel_tools: Option<bool>,
    /// The smallest cap on output tokens.
    pub(super) max_tokens: Option<u64>,
    pub(super) temperature: Option<Node>,
    pub(super) top_p: Option<Node>,
    pub(super) top_k: Option<Node>,
    /// Texts that end the answer.
    pub(super) stop: Vec<String>,
    pub(super) format: Option<Format>,
    pub(super) effort: Option<Effort>,
    /// The end user's name.
    pub(super) user: Option<String>,
    pub(super) stream: bool,
    /// What not every protocol can express.
    pub(super) demands: Demands,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The user, and the results of tools.
    User,
    /// The model.
    Assistant,
}

/// What one side says until the other does.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Turn {
    pub(super) role: Role,
    pub(super) parts: Vec<Part>,
}

/// A part of a turn or of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Text(String),
    Image(Source),
    /// A document, such as a PDF, with its name.
    Document(Source, Option<String>),
    Thinking {
        text: String,
        /// The provider's seal; only the provider that made it takes it back.
        signature: String,
    },
    ToolCall(ToolCall),
    ToolResult {
        id: String,
        text: String,
        is_error: bool,
    },
    /// The model declines.
    Refusal(String),
}

/// Where bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// In the request, as base64.
    Base64 { media_type: String, data: String },
    /// At a URL.
    Link(String),
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ToolCall {
    pub(super) id: String,
    pub(super) name: String,
    /// JSON as the model wrote it.
    pub(super) arguments: String,
}

/// A tool that may be called.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tool {
    pub(super) name: String,
    pub(super) description: Option<String>,
    /// A JSON schema; `null` where there is none.
    pub(super) parameters: Node,
    pub(super) strict: Option<bool>,
}

/// Whether tools are called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ToolChoice {
    Auto,
    None,
    /// At least one.
    Any,
    /// This one.
    Named(String),
}

/// The form of the answer's text.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Format {
    /// JSON of any kind.
    Json,
    /// JSON of a schema.
    Schema {
        name: Option<String>,
        description: Option<String>,
        schema: Node,
        strict: Option<bool>,
    },
}

/// How much the model thinks before it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effort {
    None,
    Low,
    Medium,
    High,
    ExtraHigh,
}

/// Why an answer ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    End,
    /// At a text of `stop`, where the provider tells which.
    Sequence(String),
    Length,
    Tools,
    Filtered,
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) id: String,
    pub(super) model: String,
    pub(super) parts: Vec<Part>,
    pub(super) stop: Stop,
    pub(super) usage: Option<Usage>,
}

/// A piece of a streamed answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Start {
        id: String,
        model: String,
    },
    Text(String),
    Refusal(String),
    Thinking(String),
    /// The seal of the thinking before it.
    Signature(String),
    /// A call begins; `call` tells it from others of the answer.
    ToolStart {
        call: u64,
        id: String,
        name: String,
    },
    ToolArguments {
        call: u64,
        text: String,
    },
    Stop(Stop),
    /// Counts as far as they are known; later ones take the place of earlier ones.
    Usage(Usage),
}

impl Request {
    /// Adds a part to the dialogue; neighbours of one role are one turn.
    pub(super) fn say(&mut self, role: Role, part: Part) {
        match self.turns.last_mut() {
            Some(turn) if turn.role == role => turn.parts.push(part),
            _ => self.turns.push(Turn {
                role,
                parts: vec![part],
            }),
        }
    }

    /// What stands above the dialogue as one text.
    pub(super) fn system_text(&self) -> Option<String> {
        (!self.system.is_empty()).then(|| self.system.join("\n\n"))
    }

    /// Whether the client has begun the answer.
    pub(super) fn is_begun(&self) -> bool {
        self.turns.last().is_some_and(|turn| turn.role == Role::Assistant)
    }
}

impl Source {
    /// The source of a URL; `data:…;base64,…` holds the bytes itself.
    pub(super) fn of_url(url: &str) -> Source {
        let inner = url.strip_prefix("data:").and_then(|rest| rest.split_once(','));
        match inner.and_then(|(head, data)| Some((head.strip_suffix(";base64")?, data))) {
            Some((media_type, data)) => Source::Base64 {
                media_type: media_type.to_owned(),
                data: data.to_owned(),
            },
            None => Source::Link(url.to_owned()),
        }
    }

    /// The source as a URL.
    pub(super) fn to_url(&self) -> String {
        match self {
            Source::Base64 { media_type, data } => format!("data:{media_type};base64,{data}"),
            Source::Link(url) => url.clone(),
        }
    }
}

impl Answer {
    /// The answer's text, its parts joined; `None` where it has none.
    pub(super) fn text(&self) -> Option<String> {
        join(&self.parts, |part| match part {
            Part::Text(text) => Some(text),
            _ => None,
        })
    }

    /// What the model thought.
    pub(super) fn thinking(&self) -> Option<String> {
        join(&self.parts, |part| match part {
            Part::Thinking { text, .. } => Some(text),
            _ => None,
        })
    }

    /// How the model declines.
    pub(super) fn refusal(&self) -> Option<String> {
        join(&self.parts, |part| match part {
            Part::Refusal(text) => Some(text),
            _ => None,
        })
    }
}

fn join(parts: &[Part], pick: impl Fn(&Part) -> Option<&String>) -> Option<String> {
    let texts: Vec<&str> = parts.iter().filter_map(pick).map(String::as_str).collect();
    (!texts.is_empty()).then(|| texts.concat())
}
