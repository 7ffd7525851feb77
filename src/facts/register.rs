//! Which facts there are: the built-in ones and those that a policy declares.

use super::value::{Timestamp, Type, Value};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// The value of the fact `tenant` where a policy declares no tenants; no tenant can have this name.
pub const ANONYMOUS: &str = "anonymous";

/// Index of a fact in its [`Register`]; the built-in facts come first, in the order of [`Builtin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(u16);

impl FactId {
    /// The position of the fact in its register, from 0.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl From<Builtin> for FactId {
    fn from(builtin: Builtin) -> FactId {
        FactId(builtin as u16)
    }
}

/// Whether a client can choose the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// From the authenticated key's tenant, or observed by the gateway itself.
    Verified,
    /// From header, body or a claimed tag: a client can lie.
    Claimed,
}

/// Where a fact's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Built in; how it is observed is the gateway's affair.
    Builtin(Builtin),
    /// A clause of its name in the caller's tenant.
    Tenant,
    /// A request header, its name in lower case.
    Header(String),
    /// A key of the body's `metadata`.
    Metadata(String),
}

/// The facts that every policy has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Builtin {
    /// The authenticated key's tenant; `anonymous` where the policy declares none.
    Tenant,
    /// The tenant's tier.
    Tier,
    /// The tenant's region.
    Region,
    /// The body's `user`, else the key's name.
    User,
    /// The tenant's tags, then those that the client claims.
    Tags,
    /// The model asked for, as written.
    Model,
    /// The policy's model or pool that serves the name asked for, else empty.
    Requested,
    /// `chat`, `responses`, `messages`, `embeddings`.
    Api,
    /// Estimated input tokens.
    Tokens,
    /// The smallest output cap in the body, 0 if none.
    MaxTokens,
    /// Whether a stream was asked for.
    Stream,
    /// Whether structured output was asked for.
    Json,
    /// Number of tools.
    Tools,
    /// Number of images.
    Images,
    /// Number of messages.
    Turns,
    /// Request headers in lower case, without credentials.
    Headers,
    /// The body's metadata.
    Metadata,
    /// Text of the last user message, cut at 32 KiB.
    Prompt,
    /// When the request arrived, cut to milliseconds.
    Now,
}

impl Builtin {
    /// All built-in facts, in the order of their ids.
    pub const ALL: [Builtin; 19] = [
        Builtin::Tenant,
        Builtin::Tier,
        Builtin::Region,
        Builtin::User,
        Builtin::Tags,
        Builtin::Model,
        Builtin::Requested,
        Builtin::Api,
        Builtin::Tokens,
        Builtin::MaxTokens,
        Builtin::Stream,
        Builtin::Json,
        Builtin::Tools,
        Builtin::Images,
        Builtin::Turns,
        Builtin::Headers,
        Builtin::Metadata,
        Builtin::Prompt,
        Builtin::Now,
    ];

    /// The fact's name in conditions.
    pub fn name(self) -> &'static str {
        match self {
            Builtin::Tenant => "tenant",
            Builtin::Tier => "tier",
            Builtin::Region => "region",
            Builtin::User => "user",
            Builtin::Tags => "tags",
            Builtin::Model => "model",
            Builtin::Requested => "requested",
            Builtin::Api => "api",
            Builtin::Tokens => "tokens",
            Builtin::MaxTokens => "max_tokens",
            Builtin::Stream => "stream",
            Builtin::Json => "json",
            Builtin::Tools => "tools",
            Builtin::Images => "images",
            Builtin::Turns => "turns",
            Builtin::Headers => "headers",
            Builtin::Metadata => "metadata",
            Builtin::Prompt => "prompt",
            Builtin::Now => "now",
        }
    }

    /// The fact's type.
    pub fn ty(self) -> Type {
        match self {
            Builtin::Tenant
            | Builtin::Tier
            | Builtin::Region
            | Builtin::User
            | Builtin::Model
            | Builtin::Requested
            | Builtin::Api
            | Builtin::Prompt => Type::String,
            Builtin::Tags => Type::StringList,
            Builtin::Tokens | Builtin::MaxTokens | Builtin::Tools | Builtin::Images | Builtin::Turns => {
                Type::Int
            }
            Builtin::Stream | Builtin::Json => Type::Bool,
            Builtin::Headers | Builtin::Metadata => Type::StringMap,
            Builtin::Now => Type::Timestamp,
        }
    }

    /// Whether a client can choose the value. `tags` hold both kinds and count as claimed.
    pub fn provenance(self) -> Provenance {
        match self {
            Builtin::Tenant | Builtin::Tier | Builtin::Region | Builtin::Now | Builtin::Api => {
                Provenance::Verified
            }
            _ => Provenance::Claimed,
        }
    }

    /// The range of an int fact; a request outside of it is refused.
    pub fn range(self) -> Option<RangeInclusive<i64>> {
        match self {
            Builtin::Tokens | Builtin::MaxTokens => Some(0..=1 << 40),
            Builtin::Tools | Builtin::Images | Builtin::Turns => Some(0..=1 << 31),
            _ => None,
        }
    }

    /// The values that a string fact can have, where there are few.
    pub fn one_of(self) -> Option<&'static [&'static str]> {
        match self {
            Builtin::Api => Some(&["chat", "responses", "messages", "embeddings"]),
            _ => None,
        }
    }

    fn default(self) -> Value {
        match self {
            Builtin::Api => Value::String("chat".to_owned()),
            Builtin::Now => Value::Timestamp(Timestamp::EPOCH),
            other => other.ty().empty(),
        }
    }
}

/// One fact: its name, type, where it comes from and what it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The name in conditions: a CEL identifier.
    pub name: String,
    /// The type.
    pub ty: Type,
    /// Where the value comes from.
    pub origin: Origin,
    /// The value where the request has none; of the fact's type.
    pub default: Value,
    /// All values that the fact can have, where that is known; the default is one of them.
    pub one_of: Option<Vec<String>>,
    /// The range of an int fact.
    pub range: RangeInclusive<i64>,
}

impl Definition {
    /// Whether a client can choose the value.
    pub fn provenance(&self) -> Provenance {
        match &self.origin {
            Origin::Builtin(builtin) => builtin.provenance(),
            Origin::Tenant => Provenance::Verified,
            Origin::Header(_) | Origin::Metadata(_) => Provenance::Claimed,
        }
    }
}

/// All facts of a policy: the built-in ones, then the declared ones in order of their declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    definitions: Vec<Definition>,
    by_name: BTreeMap<String, FactId>,
}

impl Default for Register {
    fn default() -> Self {
        Self::new()
    }
}

impl Register {
    /// The built-in facts alone.
    pub fn new() -> Self {
        let mut register = Register {
            definitions: Vec::new(),
            by_name: BTreeMap::new(),
        };
        for builtin in Builtin::ALL {
            register.push(Definition {
                name: builtin.name().to_owned(),
                ty: builtin.ty(),
                origin: Origin::Builtin(builtin),
                default: builtin.default(),
                one_of: builtin
                    .one_of()
                    .map(|values| values.iter().map(|value| (*value).to_owned()).collect()),
                range: builtin.range().unwrap_or(i64::MIN..=i64::MAX),
            });
        }
        register
    }

    /// Declares one more fact and returns its id; `None` where the name is taken, the default is of another type, or
    /// there are 65,536 facts already.
    pub fn declare(&mut self, definition: Definition) -> Option<FactId> {
        if self.by_name.contains_key(&definition.name) || definition.default.ty() != definition.ty {
            return None;
        }
        u16::try_from(self.definitions.len()).ok()?;
        Some(self.push(definition))
    }

    /// Narrows a built-in string fact (`tier`, `region`) to a list of values and a default among them.
    pub fn narrow(&mut self, builtin: Builtin, one_of: Option<Vec<String>>, default: String) {
        if let Some(definition) = self.definitions.get_mut(FactId::from(builtin).index())
            && definition.ty == Type::String
        {
            definition.one_of = one_of;
            definition.default = Value::String(default);
        }
    }

    fn push(&mut self, definition: Definition) -> FactId {
        let id = FactId(u16::try_from(self.definitions.len()).unwrap_or(u16::MAX));
        self.by_name.insert(definition.name.clone(), id);
        self.definitions.push(definition);
        id
    }

    /// The id of a fact by its name.
    pub fn find(&self, name: &str) -> Option<FactId> {
        self.by_name.get(name).copied()
    }

    /// The id of a fact by its name, looked for at this position first: where names come in the register's order, as in
    /// records, it is there.
    pub fn find_at(&self, position: usize, name: &str) -> Option<FactId> {
        match self.definitions.get(position) {
            Some(definition) if definition.name == name => u16::try_from(position).ok().map(FactId),
            _ => self.find(name),
        }
    }

    /// The definition of a fact; `None` for an id of another register.
    pub fn get(&self, id: FactId) -> Option<&Definition> {
        self.definitions.get(id.index())
    }

    /// All facts in the order of their ids.
    pub fn definitions(&self) -> impl Iterator<Item = (FactId, &Definition)> {
        self.definitions
            .iter()
            .enumerate()
            .map(|(index, definition)| (FactId(u16::try_from(index).unwrap_or(u16::MAX)), definition))
    }

    /// Number of facts.
    pub fn len(&self) -> usize {
        self.definitions.len()
    }

    /// Never true: the built-in facts are always there.
    pub fn is_empty(&self) -> bool {
        self.definitions.is_empty()
    }
}
