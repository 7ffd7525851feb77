//! `--from PROGRAM`: ready maps for what other programs log, by their published formats.
//!
//! - LiteLLM: rows of its table `LiteLLM_SpendLogs`, as `/spend/logs` gives them or as CSV of the database.
//! - OpenRouter: the activity export in CSV, one generation a row.
//! - Envoy: access logs in JSON with the field names of Envoy Gateway and Envoy AI Gateway.
//! - nginx: access logs in JSON (`log_format … escape=json`) whose fields are named as the variables in them.
//! - OpenTelemetry: spans of the semantic conventions for generative AI, as OTLP in JSON lines (the collector's file
//!   exporter) or one span a line.

use super::mapping::{Entry, Mapping, Role, find_role};
use super::reading::{Origin, Reading, Translation, Words};
use super::unit::Unit;
use crate::facts::Register;
use std::str::FromStr;

/// A program whose logs have a ready map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Importer {
    /// LiteLLM's spend logs.
    LiteLlm,
    /// OpenRouter's activity export.
    OpenRouter,
    /// Envoy's access log.
    Envoy,
    /// nginx's access log.
    Nginx,
    /// Spans of OpenTelemetry.
    OpenTelemetry,
}

/// A line of a ready map.
enum Line {
    /// The name is in this column.
    Column(&'static str, &'static str),
    /// The name is a number of this unit in this column.
    Timed(&'static str, Unit, &'static str),
    /// The name is the time between two columns.
    Between(&'static str, &'static str, &'static str),
    /// `api` is this column, translated; what cannot be is of a kind that no policy decides.
    Kind(&'static str, Words),
}

use Line::{Between, Column, Kind, Timed};

const LITELLM: &[Line] = &[
    Kind("call_type", call_type),
    Column("now", "startTime"),
    Between("ms", "startTime", "endTime"),
    Between("first_token_ms", "startTime", "completionStartTime"),
    Column("tenant", "metadata.user_api_key_team_alias"),
    Column("tenant", "team_id"),
    Column("user", "end_user"),
    Column("user", "user"),
    Column("tags", "request_tags"),
    Column("model", "model_group"),
    Column("model", "model"),
    Column("target", "model"),
    Column("status", "status"),
    Column("tokens", "prompt_tokens"),
    Column("output", "completion_tokens"),
    Column(
        "cached",
        "metadata.usage_object.prompt_tokens_details.cached_tokens",
    ),
    Column(
        "cached",
        "metadata.additional_usage_values.cache_read_input_tokens",
    ),
];

const OPENROUTER: &[Line] = &[
    Column("now", "created_at"),
    Column("ms", "generation_time_ms"),
    Column("first_token_ms", "time_to_first_token_ms"),
    Column("tenant", "api_key_name"),
    Column("user", "user"),
    Column("model", "model_permaslug"),
    Column("target", "model_permaslug"),
    Column("stream", "streamed"),
    Column("tokens", "tokens_prompt"),
    Column("output", "tokens_completion"),
    Column("cached", "tokens_cached"),
];

const ENVOY: &[Line] = &[
    Kind("x-envoy-origin-path", path),
    Kind("path", path),
    Column("now", "start_time"),
    Column("ms", "duration"),
    Column("model", "genai_model_name"),
    Column("target", "genai_model_name_override"),
    Column("target", "genai_model_name"),
    Column("status", "response_code"),
    Column("tokens", "genai_tokens_input"),
    Column("output", "genai_tokens_output"),
];

const NGINX: &[Line] = &[
    Kind("request", request),
    Kind("request_uri", path),
    Kind("uri", path),
    Column("now", "msec"),
    Column("now", "time_iso8601"),
    Column("now", "time_local"),
    Column("now", "@timestamp"),
    Timed("ms", Unit::Seconds, "request_time"),
    Column("tenant", "remote_user"),
    Column("status", "status"),
];

const OPENTELEMETRY: &[Line] = &[
    Kind("attributes.gen_ai.operation.name", operation),
    Timed("now", Unit::Nanoseconds, "startTimeUnixNano"),
    Column("now", "start_time"),
    Between("ms", "startTimeUnixNano", "endTimeUnixNano"),
    Between("ms", "start_time", "end_time"),
    Timed(
        "first_token_ms",
        Unit::Seconds,
        "attributes.gen_ai.response.time_to_first_chunk",
    ),
    Column("tenant", "resource.attributes.service.name"),
    Column("user", "attributes.user.id"),
    Column("user", "attributes.enduser.id"),
    Column("model", "attributes.gen_ai.request.model"),
    Column("target", "attributes.gen_ai.response.model"),
    Column("target", "attributes.gen_ai.request.model"),
    Column("max_tokens", "attributes.gen_ai.request.max_tokens"),
    Column("stream", "attributes.gen_ai.request.stream"),
    Column("tokens", "attributes.gen_ai.usage.input_tokens"),
    Column("tokens", "attributes.gen_ai.usage.prompt_tokens"),
    Column("output", "attributes.gen_ai.usage.output_tokens"),
    Column("output", "attributes.gen_ai.usage.completion_tokens"),
    Column("cached", "attributes.gen_ai.usage.cache_read.input_tokens"),
];

impl Importer {
    /// All of them.
    pub const ALL: [Importer; 5] = [
        Importer::LiteLlm,
        Importer::OpenRouter,
        Importer::Envoy,
        Importer::Nginx,
        Importer::OpenTelemetry,
    ];

    /// The name in `--from`.
    pub fn name(self) -> &'static str {
        match self {
            Importer::LiteLlm => "litellm",
            Importer::OpenRouter => "openrouter",
            Importer::Envoy => "envoy",
            Importer::Nginx => "nginx",
            Importer::OpenTelemetry => "otel",
        }
    }

    fn lines(self) -> &'static [Line] {
        match self {
            Importer::LiteLlm => LITELLM,
            Importer::OpenRouter => OPENROUTER,
            Importer::Envoy => ENVOY,
            Importer::Nginx => NGINX,
            Importer::OpenTelemetry => OPENTELEMETRY,
        }
    }

    /// Whether a line of which nothing says its kind is none that a policy decides: most spans are not.
    pub(super) fn needs_kind(self) -> bool {
        self == Importer::OpenTelemetry
    }

    /// Adds what the ready map says of names that are not mapped by hand.
    pub(super) fn complete(self, mapping: &mut Mapping, registers: &[&Register]) {
        let by_hand: Vec<String> = mapping.columns.iter().map(|column| column.name.clone()).collect();
        let named = mapping.entries.len();
        for line in self.lines() {
            let is_in_the_way = line.columns().iter().any(|column| {
                let within = |outer: &str, inner: &str| {
                    inner
                        .strip_prefix(outer)
                        .is_some_and(|rest| rest.starts_with('.'))
                };
                by_hand
                    .iter()
                    .any(|other| within(other, column) || within(column, other))
            });
            let Some(role) = find_role(line.name(), registers).filter(|_| !is_in_the_way) else {
                continue;
            };
            if mapping.entries.iter().take(named).all(|entry| entry.role != role) {
                let reading = line.reading(mapping);
                add(mapping, role, reading);
            }
        }
    }
}

/// Adds a reading behind those that the name has.
fn add(mapping: &mut Mapping, role: Role, reading: Reading) {
    match mapping.entries.iter_mut().find(|entry| entry.role == role) {
        Some(entry) => entry.readings.push(reading),
        None => mapping.entries.push(Entry::new(role, vec![reading])),
    }
}

impl FromStr for Importer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Importer::ALL.into_iter().find(|importer| importer.name() == text);
        found.ok_or_else(|| {
            let names = Importer::ALL.map(Importer::name).join("`, `");
            format!("there are `{names}`")
        })
    }
}

impl Line {
    fn name(&self) -> &'static str {
        match self {
            Column(name, _) | Timed(name, _, _) | Between(name, _, _) => name,
            Kind(_, _) => "api",
        }
    }

    fn columns(&self) -> Vec<&'static str> {
        match self {
            Column(_, column) | Timed(_, _, column) | Kind(column, _) => vec![column],
            Between(_, from, to) => vec![from, to],
        }
    }

    fn reading(&self, mapping: &mut Mapping) -> Reading {
        let origin = match *self {
            Between(_, from, to) => Origin::Between(mapping.column(from, true), mapping.column(to, true)),
            Column(_, column) | Timed(_, _, column) | Kind(column, _) => {
                Origin::Column(mapping.column(column, true))
            }
        };
        let (unit, words) = match self {
            Timed(_, unit, _) => (Some(*unit), None),
            Kind(_, words) => (None, Some(Translation(*words))),
            Column(_, _) | Between(_, _, _) => (None, None),
        };
        Reading {
            unit,
            words,
            dash_is_nothing: true,
            ..Reading::plain(origin)
        }
    }
}

/// LiteLLM's calls: the names of its functions, plain and asynchronous.
fn call_type(name: &str) -> Option<&'static str> {
    match name
        .strip_prefix('a')
        .filter(|rest| !rest.starts_with("nthropic"))
        .unwrap_or(name)
    {
        "completion" | "text_completion" => Some("chat"),
        "responses" => Some("responses"),
        "anthropic_messages" => Some("messages"),
        "embedding" => Some("embeddings"),
        _ => None,
    }
}

/// OpenTelemetry's `gen_ai.operation.name`.
fn operation(name: &str) -> Option<&'static str> {
    match name {
        "chat" | "text_completion" | "generate_content" => Some("chat"),
        "embeddings" => Some("embeddings"),
        _ => None,
    }
}

/// The path of a request, its query aside.
fn path(path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    let ends = [
        ("/completions", "chat"),
        ("/responses", "responses"),
        ("/messages", "messages"),
        ("/embeddings", "embeddings"),
    ];
    ends.into_iter()
        .find_map(|(end, api)| path.ends_with(end).then_some(api))
}

/// The first line of a request: `POST /v1/chat/completions HTTP/1.1`.
fn request(line: &str) -> Option<&'static str> {
    path(line.split(' ').nth(1)?)
}
