//! What is known of a stream after each of its events, and what of it the client gets.

use super::clock;
use crate::wire::events::Event;
use crate::wire::exchange::Exchange;
use crate::wire::json::Json;
use crate::wire::openai::{ErrorFields, Usage, is_done};
use crate::wire::request::Scanned;
use crate::wire::signals::{SignalReader, Signals};
use crate::wire::translate::StreamTranslator;

/// Stands in the place of an event that was no JSON.
const LEFT_OUT: &[u8] = b": pointsman left out an event that was not JSON\n\n";

/// Most choices whose ends are told apart.
const MAX_CHOICES: u64 = 64;

/// A stream up to now.
#[derive(Debug)]
pub(super) struct StreamState {
    /// Whether any event brought content.
    pub(super) content: bool,
    /// Whether the provider's filter ended a choice.
    pub(super) filtered: bool,
    /// Whether events were left out.
    pub(super) damaged: bool,
    pub(super) usage: Option<Usage>,
    done: bool,
    finished: u64,
    choices: u64,
    /// Whether counts that stand alone are kept from the client, who did not ask for them.
    hides_usage: bool,
    /// Whether a line feed at the next event's start ends one that was kept from the client.
    ends_hidden: bool,
    reader: SignalReader,
    /// Where the provider speaks another protocol than the client.
    translator: Option<StreamTranslator>,
}

/// What one event means for the stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// It goes on.
    Pass,
    /// It has broken, says the provider.
    Error(ErrorFields),
    /// Its data is no JSON.
    NotJson,
}

impl StreamState {
    /// The start of a stream that answers this request. `hides_usage` keeps from the client what it did not ask for.
    pub(super) fn new(exchange: Exchange, scanned: &Scanned, request: &[u8], hides_usage: bool) -> Self {
        StreamState {
            content: false,
            filtered: false,
            damaged: false,
            usage: None,
            done: false,
            finished: 0,
            choices: scanned.choices.clamp(1, MAX_CHOICES),
            hides_usage,
            ends_hidden: false,
            reader: SignalReader::new(exchange.upstream),
            translator: StreamTranslator::new(exchange, request, clock::seconds()),
        }
    }

    /// Takes in an event and adds what the client gets for it.
    pub(super) fn read(&mut self, event: &Event, out: &mut Vec<u8>) -> Meaning {
        let Ok(signals) = self.reader.read(event) else {
            return Meaning::NotJson;
        };
        if let Some(error) = signals.error {
            return Meaning::Error(error);
        }
        self.note(&signals);
        match &mut self.translator {
            Some(translator) => translator.translate(event, signals.usage, out),
            None => self.pass(&event.bytes, self.hides_usage && signals.counts_alone, out),
        }
        Meaning::Pass
    }

    /// Passes the bytes of an event on, or hides them. Where the bytes were cut between a carriage return and its line
    /// feed, the line feed stands at the start of the event behind, but belongs to the one before.
    fn pass(&mut self, bytes: &[u8], hides: bool, out: &mut Vec<u8>) {
        let (line_feed, rest) = match bytes.strip_prefix(b"\n") {
            Some(rest) => (&b"\n"[..], rest),
            None => (&[][..], bytes),
        };
        if !self.ends_hidden {
            out.extend_from_slice(line_feed);
        }
        if !hides {
            out.extend_from_slice(rest);
        }
        self.ends_hidden = hides && bytes.ends_with(b"\r");
    }

    fn note(&mut self, signals: &Signals) {
        self.content |= signals.content;
        self.filtered |= signals.filtered;
        self.finished |= signals.finished;
        self.done |= signals.done;
        self.usage = signals.usage.or(self.usage);
    }

    /// Adds what the client's protocol ends with, where the stream was translated and has ended well.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if let Some(translator) = &mut self.translator {
            translator.finish(out);
        }
    }

    /// Whether an event is more than the beginning of one that the stream's end has cut.
    pub(super) fn is_readable(event: &Event) -> bool {
        let is_json = |data: &[u8]| {
            Json::new(data)
                .and_then(|mut json| json.skip().and_then(|_| json.end()))
                .is_ok()
        };
        event
            .data
            .as_ref()
            .is_none_or(|data| is_done(data) || is_json(data))
    }

    /// Notes that an event was left out, and tells what stands in its place.
    pub(super) fn leave_out(&mut self) -> &'static [u8] {
        self.damaged = true;
        LEFT_OUT
    }

    /// Whether the stream has said that it is over.
    pub(super) fn done(&self) -> bool {
        self.done
    }

    /// Whether every choice has ended, so that only token counts and the stream's own end can follow.
    pub(super) fn finished(&self) -> bool {
        u64::from(self.finished.count_ones()) >= self.choices
    }
}
