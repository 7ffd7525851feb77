//! The top level of a body.

use super::super::endpoint::Endpoint;
use super::super::json::{Json, Kind, Text};
use super::super::tokens::TextStatistics;
use super::content::{self, Messages, count_all_strings};
use super::error::{Problem, ScanError};
use super::fields::{Seen, boolean, cap, expect, held, held_string, string};
use super::{Cap, CapField, MAX_ENTRIES, Scanned, StreamUsage, Wanted};
use std::collections::BTreeSet;
use std::fmt::{Arguments, Display};

/// The keys of the body that facts and guards can read, and `n`.
const KEYS: [&str; 19] = [
    "model",
    "stream",
    "stream_options",
    "user",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "response_format",
    "n",
    "tools",
    "functions",
    "messages",
    "metadata",
    "input",
    "system",
    "output_config",
    "output_format",
    "instructions",
    "text",
];

/// Reads a request's body.
///
/// # Errors
/// Text that is not one JSON object, a key twice that a fact or guard can read, a value of a wrong type or outside its
/// range, no model.
pub fn scan(body: &[u8], wanted: &Wanted<'_>) -> Result<Scanned, ScanError> {
    read(body, wanted).map_err(|error| error.located(body))
}

fn read(body: &[u8], wanted: &Wanted<'_>) -> Result<Scanned, ScanError> {
    let mut json = Json::new(body)?;
    expect(&mut json, Kind::Object, "an object", "")?;
    let mut reader = Reader {
        wanted,
        seen: Seen::default(),
        found: Scanned {
            endpoint: wanted.endpoint,
            object_start: json.position() + 1,
            choices: 1,
            text: TextStatistics::new(wanted.tokens),
            ..Scanned::default()
        },
    };
    json.object(|json, key| reader.entry(json, &key))?;
    json.end()?;
    if reader.found.model.is_empty() {
        return Err(ScanError::new(
            "model",
            Problem::Missing,
            reader.found.model_span.start,
        ));
    }
    Ok(reader.found)
}

struct Reader<'w> {
    wanted: &'w Wanted<'w>,
    seen: Seen,
    found: Scanned,
}

impl Reader<'_> {
    fn entry(&mut self, json: &mut Json<'_>, key: &Text<'_>) -> Result<(), ScanError> {
        let name = key.decode();
        let known = (0..).zip(KEYS).find(|(_, known)| *known == name);
        let Some((position, name)) = known.filter(|(_, name)| self.reads(name)) else {
            json.skip()?;
            return Ok(());
        };
        self.seen.note(position, name, "", key.span.start)?;
        if let Some(field) = cap_field(name) {
            let (value, span) = cap(json, name)?;
            self.found.caps.push(Cap { field, value, span });
            return Ok(());
        }
        if name == "stream_options" {
            self.found.stream_usage = stream_usage(json)?;
            return Ok(());
        }
        if json.null()? {
            return Ok(());
        }
        match name {
            "model" => {
                let text = string(json, name)?;
                self.found.model = held(&text, name)?;
                self.found.model_span = text.span;
            }
            "stream" => self.found.stream = boolean(json, name)?,
            "user" => self.found.user = Some(held_string(json, name)?),
            "response_format" | "output_format" => self.format(json, name)?,
            "output_config" => self.format_within(json, name)?,
            "system" | "instructions" => self.system(json, name)?,
            "text" => self.format_within(json, name)?,
            "n" => self.found.choices = choices(json)?,
            "tools" | "functions" => self.tools(json, name)?,
            "messages" => self.messages(json)?,
            "input" if self.found.endpoint == Endpoint::Responses => self.items(json)?,
            "input" => content::texts_to_embed(json, &mut self.found.text)?,
            _ => self.metadata(json)?,
        }
        Ok(())
    }

    /// Whether a key means something to the endpoint that was called.
    fn reads(&self, key: &str) -> bool {
        let is_message = matches!(self.found.endpoint, Endpoint::Messages | Endpoint::CountTokens);
        match key {
            "input" => matches!(self.found.endpoint, Endpoint::Embeddings | Endpoint::Responses),
            "instructions" | "text" => self.found.endpoint == Endpoint::Responses,
            "system" | "output_config" | "output_format" => is_message,
            "user" | "response_format" | "n" | "stream_options" | "functions" => !is_message,
            _ => true,
        }
    }

    /// The user of a message stands in its metadata.
    fn names_user(&self, key: &str) -> bool {
        key == "user_id" && matches!(self.found.endpoint, Endpoint::Messages | Endpoint::CountTokens)
    }

    /// Reads the form that is asked for, which stands under `path`.
    fn format(&mut self, json: &mut Json<'_>, path: &str) -> Result<(), ScanError> {
        expect(json, Kind::Object, "an object", path)?;
        let mut seen = Seen::default();
        let asks_for_json = &mut self.found.json;
        json.object(|json, key| {
            if key.decode() != "type" {
                json.skip()?;
                return Ok(());
            }
            seen.note(0, "type", format_args!("{path}."), key.span.start)?;
            if !json.null()? {
                let kind = string(json, format_args!("{path}.type"))?.decode();
                *asks_for_json |= kind == "json_object" || kind == "json_schema";
            }
            Ok(())
        })
    }

    /// Reads the form that is asked for, which stands under `format` within `path`.
    fn format_within(&mut self, json: &mut Json<'_>, path: &str) -> Result<(), ScanError> {
        expect(json, Kind::Object, "an object", path)?;
        let mut seen = Seen::default();
        json.object(|json, key| {
            if key.decode() != "format" {
                json.skip()?;
                return Ok(());
            }
            seen.note(0, "format", format_args!("{path}."), key.span.start)?;
            match json.null()? {
                true => Ok(()),
                false => self.format(json, &format!("{path}.format")),
            }
        })
    }

    /// Instructions above the dialogue.
    fn system(&mut self, json: &mut Json<'_>, path: &str) -> Result<(), ScanError> {
        Messages::new(&mut self.found.text, false).instructions(json, path)
    }

    /// What a response is asked with: a text, or items, of which messages are turns.
    fn items(&mut self, json: &mut Json<'_>) -> Result<(), ScanError> {
        let mut messages = Messages::new(&mut self.found.text, self.wanted.prompt);
        messages.items(json)?;
        self.found.prompt = messages.prompt();
        self.found.turns = self.found.text.messages;
        self.found.images = self.found.text.images;
        Ok(())
    }

    fn tools(&mut self, json: &mut Json<'_>, key: &str) -> Result<(), ScanError> {
        expect(json, Kind::Array, "a list", key)?;
        let Scanned { tools, text, .. } = &mut self.found;
        json.array(|json, _| {
            *tools += 1;
            count_all_strings(json, text)
        })
    }

    fn messages(&mut self, json: &mut Json<'_>) -> Result<(), ScanError> {
        expect(json, Kind::Array, "a list of messages", "messages")?;
        let mut messages = Messages::new(&mut self.found.text, self.wanted.prompt);
        json.array(|json, index| messages.message(json, index))?;
        self.found.prompt = messages.prompt();
        self.found.turns = self.found.text.messages;
        self.found.images = self.found.text.images;
        Ok(())
    }

    fn metadata(&mut self, json: &mut Json<'_>) -> Result<(), ScanError> {
        expect(json, Kind::Object, "an object", "metadata")?;
        let mut seen = BTreeSet::new();
        json.object(|json, key| {
            let name = key.decode();
            let path = format_args!("metadata.{name}");
            if seen.len() >= MAX_ENTRIES {
                return Err(ScanError::new("metadata", Problem::TooMany, key.span.start));
            }
            if !seen.insert(name.clone().into_owned()) {
                return Err(ScanError::new(path, Problem::Duplicate, key.span.start));
            }
            self.metadata_entry(json, &name, path)
        })
    }

    fn metadata_entry(
        &mut self,
        json: &mut Json<'_>,
        name: &str,
        path: Arguments<'_>,
    ) -> Result<(), ScanError> {
        if self.names_user(name) && json.kind()? != Kind::Null {
            let user = held_string(json, path)?;
            if self.wanted.metadata.contain(name) {
                self.found.metadata.insert(name.to_owned(), user.clone());
            }
            self.found.user = Some(user);
            return Ok(());
        }
        let wanted = self.wanted.metadata.contain(name);
        let tags = name == "tags" && (self.wanted.tags || wanted);
        if !wanted && !tags || json.kind()? == Kind::Null {
            json.skip()?;
            return Ok(());
        }
        let value = if tags {
            let tags = tag_list(json, path)?;
            let joined = tags.join(",");
            if self.wanted.tags {
                self.found.tags = tags;
            }
            joined
        } else {
            held_string(json, path)?
        };
        if wanted {
            self.found.metadata.insert(name.to_owned(), value);
        }
        Ok(())
    }
}

fn cap_field(name: &str) -> Option<CapField> {
    match name {
        "max_tokens" => Some(CapField::MaxTokens),
        "max_completion_tokens" => Some(CapField::MaxCompletionTokens),
        "max_output_tokens" => Some(CapField::MaxOutputTokens),
        _ => None,
    }
}

/// What `stream_options` say of the counts at the stream's end.
fn stream_usage(json: &mut Json<'_>) -> Result<StreamUsage, ScanError> {
    match json.kind()? {
        Kind::Null => return Ok(StreamUsage::NoOptions(json.skip()?)),
        Kind::Object => {}
        _ => {
            json.skip()?;
            return Ok(StreamUsage::Settled);
        }
    }
    let start = json.position() + 1;
    let (mut empty, mut said) = (true, None);
    json.object(|json, key| {
        empty = false;
        let kind = json.kind()?;
        let span = json.skip()?;
        if key.decode() == "include_usage" {
            said = Some(match (&said, kind) {
                (None, Kind::False | Kind::Null) => StreamUsage::Declined(span),
                _ => StreamUsage::Settled,
            });
        }
        Ok::<(), ScanError>(())
    })?;
    Ok(said.unwrap_or(StreamUsage::Unsaid { start, empty }))
}

/// How many answers are asked for. No fact is made of it, so that any other value is the upstream's affair.
fn choices(json: &mut Json<'_>) -> Result<u64, ScanError> {
    if json.kind()? != Kind::Number {
        json.skip()?;
        return Ok(1);
    }
    Ok(json.number()?.parse().unwrap_or(1).max(1))
}

/// Tags: a list of strings, or one string with commas. Blanks around a tag and empty tags are dropped.
fn tag_list(json: &mut Json<'_>, path: impl Display + Copy) -> Result<Vec<String>, ScanError> {
    let offset = json.position();
    let mut tags: Vec<String> = Vec::new();
    match json.kind()? {
        Kind::String => tags.extend(held_string(json, path)?.split(',').map(str::to_owned)),
        Kind::Array => json.array(|json, index| {
            if index >= MAX_ENTRIES {
                return Err(ScanError::new(path, Problem::TooMany, offset));
            }
            tags.push(held_string(json, format_args!("{path}[{index}]"))?);
            Ok(())
        })?,
        other => {
            return Err(ScanError::wrong_type(
                path,
                "a string or a list of strings",
                other,
                offset,
            ));
        }
    }
    if tags.len() > MAX_ENTRIES {
        return Err(ScanError::new(path, Problem::TooMany, offset));
    }
    let trimmed = tags.iter().map(|tag| tag.trim());
    Ok(trimmed.filter(|tag| !tag.is_empty()).map(str::to_owned).collect())
}
