//! Answers that are composed here, in the form of the endpoint that was called: what simulated providers say.

use super::super::endpoint::Endpoint;
use super::super::node::object;
use super::super::openai::Usage;
use super::neutral::{Answer, Part, Piece, Stop};
use super::stream::Writer;
use super::write_answer;

/// An answer in words.
#[derive(Clone, Debug)]
pub struct Composition<'a> {
    /// The answer's id.
    pub id: &'a str,
    /// The model's name.
    pub model: &'a str,
    /// When it is made, in seconds since 1970.
    pub created: u64,
    /// What is said, token by token.
    pub tokens: &'a [&'a str],
    /// Whether a cap ended it.
    pub cut: bool,
    /// The counts.
    pub usage: Usage,
}

/// The events of a streamed answer.
#[derive(Clone, Debug)]
pub struct ComposedStream {
    /// What comes before any content.
    pub opening: Vec<u8>,
    /// The events of each token.
    pub tokens: Vec<Vec<u8>>,
    /// The end.
    pub closing: Vec<u8>,
}

impl Composition<'_> {
    fn stop(&self) -> Stop {
        match self.cut {
            true => Stop::Length,
            false => Stop::End,
        }
    }

    /// The whole body; `request` is the client's. `None` for an endpoint whose answers have no words.
    pub fn whole(&self, endpoint: Endpoint, request: &[u8]) -> Option<String> {
        if endpoint == Endpoint::CountTokens {
            return Some(token_count(self.usage.input));
        }
        let text = (!self.tokens.is_empty()).then(|| Part::Text(self.tokens.concat()));
        let answer = Answer {
            id: self.id.to_owned(),
            model: self.model.to_owned(),
            parts: text.into_iter().collect(),
            stop: self.stop(),
            usage: Some(self.usage),
        };
        Some(write_answer(endpoint, &answer, request, self.created)?.to_string())
    }

    /// The events; `request` is the client's body. `None` for an endpoint that has no streams.
    pub fn stream(&self, endpoint: Endpoint, request: &[u8]) -> Option<ComposedStream> {
        let mut writer = Writer::new(endpoint, request, self.created)?;
        let mut events = |pieces: &[Piece]| {
            let mut out = Vec::new();
            pieces.iter().for_each(|piece| writer.write(piece, &mut out));
            out
        };
        let before = Usage {
            output: 0,
            ..self.usage
        };
        let start = Piece::Start {
            id: self.id.to_owned(),
            model: self.model.to_owned(),
        };
        let opening = events(&[Piece::Usage(before), start]);
        let say = |token: &&str| Piece::Text((*token).to_owned());
        let tokens = self.tokens.iter().map(|token| events(&[say(token)])).collect();
        let mut closing = events(&[Piece::Stop(self.stop()), Piece::Usage(self.usage)]);
        writer.finish(&mut closing);
        Some(ComposedStream {
            opening,
            tokens,
            closing,
        })
    }
}

/// The body that tells so many tokens of a prompt, as messages count them.
pub fn token_count(tokens: u64) -> String {
    object!({ "input_tokens": tokens }).to_string()
}
