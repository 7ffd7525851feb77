//! Split invariance: a golden stream cut at any byte gives the client the same bytes, and the record the same counts,
//! passed through and translated, with every kind of line end.

use super::bench::Bench;
use super::fake::{bytes, events};
use crate::engine::Outcome;
use crate::model::Protocol;
use crate::wire::endpoint::Endpoint;
use crate::wire::openai::Usage;

const CHAT: &str = include_str!("../../../tests/cases/golden/chat.sse");
const RESPONSES: &str = include_str!("../../../tests/cases/golden/responses.sse");
const MESSAGES: &str = include_str!("../../../tests/cases/golden/messages.sse");
const GENERATED: &str = include_str!("../../../tests/cases/golden/generate.sse");

/// A client's endpoint, and a provider that streams.
#[derive(Clone, Copy, Debug)]
struct Way {
    endpoint: Endpoint,
    protocol: fn() -> Protocol,
    stream: &'static str,
}

fn openai() -> Protocol {
    Protocol::OpenAi
}

fn anthropic() -> Protocol {
    Protocol::Anthropic
}

fn gemini() -> Protocol {
    Protocol::Gemini
}

const fn way(endpoint: Endpoint, protocol: fn() -> Protocol, stream: &'static str) -> Way {
    Way {
        endpoint,
        protocol,
        stream,
    }
}

const PASSED: [Way; 3] = [
    way(Endpoint::Chat, openai, CHAT),
    way(Endpoint::Responses, openai, RESPONSES),
    way(Endpoint::Messages, anthropic, MESSAGES),
];

const TRANSLATED: [Way; 6] = [
    way(Endpoint::Messages, openai, CHAT),
    way(Endpoint::Chat, anthropic, MESSAGES),
    way(Endpoint::Responses, anthropic, MESSAGES),
    way(Endpoint::Chat, gemini, GENERATED),
    way(Endpoint::Responses, gemini, GENERATED),
    way(Endpoint::Messages, gemini, GENERATED),
];

impl Way {
    /// What the client gets of these pieces, and the counts.
    async fn seen(self, pieces: &[&[u8]], accounts: bool) -> (String, Option<Usage>) {
        let steps = pieces.iter().map(|piece| bytes(piece.to_vec())).collect();
        let mut bench = Bench::new(true, vec![vec![events(steps)]]);
        bench.body = r#"{"model":"asked","stream":true,"max_tokens":9,"messages":[],"input":"a"}"#.to_owned();
        bench.accounts = accounts;
        bench.endpoint = self.endpoint;
        bench.protocol = (self.protocol)();
        let (seen, _) = bench.run().await;
        assert_eq!(seen.outcome(), Outcome::Ok, "{self:?}: {}", seen.body);
        (without_time(&seen.body), seen.report.usage)
    }

    /// Cuts the stream in two at every `step`th byte, and into pieces of one, two and three bytes.
    async fn cut_anywhere(self, text: &str, step: usize, accounts: bool) -> String {
        let text = text.as_bytes();
        let whole = self.seen(&[text], accounts).await;
        assert_eq!(
            whole.1.map(|usage| (usage.input, usage.cached, usage.output)),
            Some((100, 60, 9))
        );
        for at in (1..text.len()).step_by(step) {
            let (before, behind) = text.split_at(at);
            let seen = self.seen(&[before, behind], accounts).await;
            assert_eq!(seen, whole, "{:?} cut at {at}", self.endpoint);
        }
        for size in [1, 2, 3] {
            let pieces: Vec<&[u8]> = text.chunks(size).collect();
            assert_eq!(self.seen(&pieces, accounts).await, whole, "pieces of {size}");
        }
        whole.0
    }
}

/// Translated answers carry the time at which they were made.
fn without_time(text: &str) -> String {
    let mut parts = text.split("\"created");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |done, part| {
        let rest = part.trim_start_matches(|letter: char| letter != ',' && letter != '}');
        format!("{done}\"created{rest}")
    })
}

#[tokio::test(start_paused = true)]
async fn what_is_passed_on_is_the_same_wherever_it_is_cut() {
    for way in PASSED {
        assert_eq!(
            way.cut_anywhere(way.stream, 1, false).await,
            without_time(way.stream)
        );
        for line_end in ["\r\n", "\r"] {
            let text = format!("\u{feff}{}", way.stream.replace('\n', line_end));
            assert_eq!(way.cut_anywhere(&text, 3, false).await, without_time(&text));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn counts_are_kept_from_the_client_wherever_the_stream_is_cut() {
    for line_end in ["\n", "\r\n", "\r"] {
        let text = CHAT.replace('\n', line_end);
        let blank = line_end.repeat(2);
        let shown: Vec<&str> = text
            .split(&blank)
            .filter(|event| !event.contains("\"usage\""))
            .collect();
        let seen = PASSED[0].cut_anywhere(&text, 1, true).await;
        assert_eq!(seen, shown.join(&blank));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_translated_is_the_same_wherever_it_is_cut() {
    for way in TRANSLATED {
        way.cut_anywhere(way.stream, 1, false).await;
        let text = way.stream.replace('\n', "\r\n");
        way.cut_anywhere(&text, 7, false).await;
    }
}
