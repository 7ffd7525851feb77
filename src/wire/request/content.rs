//! Messages: how many, how much text, which images, and what the last user said.

use super::super::json::{Json, Kind, Text};
use super::super::tokens::TextStatistics;
use super::MAX_PROMPT_BYTES;
use super::error::ScanError;
use super::fields::{Seen, expect, string};
use std::fmt::Arguments;

/// Parts of a message whose payload is no text.
const PAYLOADS: [&str; 9] = [
    "image_url",
    "input_image",
    "image",
    "input_audio",
    "audio",
    "video_url",
    "video",
    "file",
    "source",
];

/// Types of parts that are images.
const IMAGE_TYPES: [&str; 3] = ["image_url", "input_image", "image"];

/// Reads messages one after the other.
pub(super) struct Messages<'a, 's> {
    statistics: &'s mut TextStatistics,
    prompt_wanted: bool,
    last_user: Vec<Text<'a>>,
}

/// What is known of one part of a message's content.
#[derive(Default)]
struct Part {
    seen: Seen,
    has_type: bool,
    image_type: bool,
    image_payload: bool,
    /// Whether it holds what a tool answered.
    results: bool,
}

impl<'a, 's> Messages<'a, 's> {
    pub(super) fn new(statistics: &'s mut TextStatistics, prompt_wanted: bool) -> Self {
        Messages {
            statistics,
            prompt_wanted,
            last_user: Vec::new(),
        }
    }

    /// Text of the last user message, its parts one on a line, cut at [`MAX_PROMPT_BYTES`].
    pub(super) fn prompt(&self) -> String {
        let mut prompt = String::new();
        for (index, text) in self.last_user.iter().enumerate() {
            let line_end = (index > 0).then_some('\n');
            for character in line_end.into_iter().chain(text.chars()) {
                if prompt.len() + character.len_utf8() > MAX_PROMPT_BYTES {
                    return prompt;
                }
                prompt.push(character);
            }
        }
        prompt
    }

    /// Reads what a response is asked with: a text of the user, or a list of items.
    pub(super) fn items(&mut self, json: &mut Json<'a>) -> Result<(), ScanError> {
        let offset = json.position();
        match json.kind()? {
            Kind::String => {
                self.statistics.messages += 1;
                let mut texts = Vec::new();
                self.text(json.string()?, &mut texts);
                self.last_user = texts;
                Ok(())
            }
            Kind::Array => json.array(|json, index| self.entry(json, format_args!("input[{index}]"), true)),
            other => {
                let expected = "a string or a list of items";
                Err(ScanError::wrong_type("input", expected, other, offset))
            }
        }
    }

    /// Reads the message at this position of the list.
    pub(super) fn message(&mut self, json: &mut Json<'a>, index: usize) -> Result<(), ScanError> {
        self.statistics.messages += 1;
        self.entry(json, format_args!("messages[{index}]"), false)
    }

    /// Reads a message, or another item of a response's input: of these, one with a role is a turn. Where it stands is put
    /// into words only where something is wrong.
    fn entry(&mut self, json: &mut Json<'a>, path: Arguments<'_>, is_item: bool) -> Result<(), ScanError> {
        expect(json, Kind::Object, "an object", path)?;
        let mut seen = Seen::default();
        let mut from_user = false;
        let mut results = false;
        let mut texts = Vec::new();
        json.object(|json, key| match key.decode().as_ref() {
            "role" => {
                seen.note(0, "role", format_args!("{path}."), key.span.start)?;
                self.statistics.messages += u64::from(is_item);
                if !json.null()? {
                    from_user = string(json, format_args!("{path}.role"))?.decode() == "user";
                }
                Ok(())
            }
            "content" => {
                seen.note(1, "content", format_args!("{path}."), key.span.start)?;
                results = self.content(json, format_args!("{path}.content"), &mut texts)?;
                Ok(())
            }
            // What a tool answered may hold images.
            "output" if is_item && json.kind()? != Kind::Object => self
                .content(json, format_args!("{path}.output"), &mut Vec::new())
                .map(drop),
            "encrypted_content" if is_item => json.skip().map(drop).map_err(ScanError::from),
            _ => count_strings(json, self.statistics),
        })?;
        // Results of tools alone are no prompt.
        if from_user && self.prompt_wanted && !(texts.is_empty() && results) {
            self.last_user = texts;
        }
        Ok(())
    }

    /// Reads texts that stand above the dialogue.
    pub(super) fn instructions(&mut self, json: &mut Json<'a>, path: &str) -> Result<(), ScanError> {
        self.content(json, format_args!("{path}"), &mut Vec::new())
            .map(drop)
    }

    /// Reads a content; whether it holds results of tools.
    fn content(
        &mut self,
        json: &mut Json<'a>,
        path: Arguments<'_>,
        texts: &mut Vec<Text<'a>>,
    ) -> Result<bool, ScanError> {
        let offset = json.position();
        let mut results = false;
        match json.kind()? {
            Kind::Null => {
                json.skip()?;
            }
            Kind::String => {
                let text = json.string()?;
                self.text(text, texts);
            }
            Kind::Array => json.array(|json, index| {
                results |= self.part(json, format_args!("{path}[{index}]"), texts)?;
                Ok::<(), ScanError>(())
            })?,
            other => {
                return Err(ScanError::wrong_type(
                    path,
                    "a string or a list of parts",
                    other,
                    offset,
                ));
            }
        }
        Ok(results)
    }

    fn text(&mut self, text: Text<'a>, texts: &mut Vec<Text<'a>>) {
        self.statistics.add_escaped(&text);
        if self.prompt_wanted {
            texts.push(text);
        }
    }

    /// Reads a part. Whether it is the result of a tool.
    fn part(
        &mut self,
        json: &mut Json<'a>,
        path: Arguments<'_>,
        texts: &mut Vec<Text<'a>>,
    ) -> Result<bool, ScanError> {
        let offset = json.position();
        match json.kind()? {
            Kind::Object => {}
            Kind::String => {
                let text = json.string()?;
                self.text(text, texts);
                return Ok(false);
            }
            other => return Err(ScanError::wrong_type(path, "an object", other, offset)),
        }
        let mut part = Part::default();
        json.object(|json, key| self.part_entry(json, &key, &mut part, path, texts))?;
        let is_image = part.image_type || (!part.has_type && part.image_payload);
        self.statistics.images += u64::from(is_image);
        Ok(part.results)
    }

    fn part_entry(
        &mut self,
        json: &mut Json<'a>,
        key: &Text<'a>,
        part: &mut Part,
        path: Arguments<'_>,
        texts: &mut Vec<Text<'a>>,
    ) -> Result<(), ScanError> {
        let name = key.decode();
        let position = match name.as_ref() {
            "type" => 0,
            "text" => 1,
            // What a tool answered may hold images.
            "content" if json.kind()? != Kind::Object => {
                part.results = true;
                return self
                    .content(json, format_args!("{path}.content"), &mut Vec::new())
                    .map(drop);
            }
            other if PAYLOADS.contains(&other) => {
                part.image_payload |= IMAGE_TYPES.contains(&other);
                json.skip()?;
                return Ok(());
            }
            _ => return count_strings(json, self.statistics),
        };
        let offset = json.position();
        part.seen
            .note(position, &name, format_args!("{path}."), key.span.start)?;
        match json.kind()? {
            Kind::String => {}
            Kind::Null => return json.skip().map(drop).map_err(ScanError::from),
            other => {
                let key = format_args!("{path}.{name}");
                return Err(ScanError::wrong_type(key, "a string", other, offset));
            }
        }
        let text = json.string()?;
        if position == 0 {
            part.has_type = true;
            part.image_type = IMAGE_TYPES.contains(&text.decode().as_ref());
        } else {
            self.text(text, texts);
        }
        Ok(())
    }
}

/// Counts the text of all strings in the next value, those in keys left out.
fn count_strings(json: &mut Json<'_>, statistics: &mut TextStatistics) -> Result<(), ScanError> {
    if !statistics.counts_text() {
        return json.skip().map(drop).map_err(ScanError::from);
    }
    match json.kind()? {
        Kind::String => {
            statistics.add_escaped(&json.string()?);
            Ok(())
        }
        Kind::Array => json.array(|json, _| count_strings(json, statistics)),
        Kind::Object => json.object(|json, _| count_strings(json, statistics)),
        _ => {
            json.skip()?;
            Ok(())
        }
    }
}

/// Counts what is to be embedded: a text, a list of them, or tokens by their numbers, each of which counts one.
pub(super) fn texts_to_embed(json: &mut Json<'_>, statistics: &mut TextStatistics) -> Result<(), ScanError> {
    let offset = json.position();
    match json.kind()? {
        Kind::String => count_strings(json, statistics),
        Kind::Array => json.array(|json, _| texts_to_embed(json, statistics)),
        Kind::Number => {
            json.number()?;
            statistics.given += 1;
            Ok(())
        }
        other => {
            let expected = "a string, or a list of strings or tokens";
            Err(ScanError::wrong_type("input", expected, other, offset))
        }
    }
}

/// Counts the text of all strings in the next value and of all keys, as definitions of tools are read.
pub(super) fn count_all_strings(
    json: &mut Json<'_>,
    statistics: &mut TextStatistics,
) -> Result<(), ScanError> {
    match json.kind()? {
        Kind::Array => json.array(|json, _| count_all_strings(json, statistics)),
        Kind::Object => json.object(|json, key| {
            statistics.add_escaped(&key);
            count_all_strings(json, statistics)
        }),
        _ => count_strings(json, statistics),
    }
}
