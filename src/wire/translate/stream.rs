//! The events of a stream, translated one by one.

use super::super::endpoint::Endpoint;
use super::super::events::{BYTE_ORDER_MARK, Event};
use super::super::exchange::Exchange;
use super::super::node::Node;
use super::super::openai::{self, Usage};
use super::in_turn::InTurn;
use super::neutral::Piece;
use super::{chat, generate, messages, responses};

/// Translates one stream.
#[derive(Clone, Debug)]
pub struct StreamTranslator {
    reader: Reader,
    /// Where calls may come at once.
    in_turn: Option<InTurn>,
    writer: Writer,
}

/// Reads the provider's events.
#[derive(Clone, Debug)]
enum Reader {
    Chat(chat::ChunkReader),
    Messages(messages::EventReader),
    Generate(generate::ContentReader),
}

/// Writes the client's events.
#[derive(Clone, Debug)]
pub(super) enum Writer {
    Chat(chat::ChunkWriter),
    Messages(messages::EventWriter),
    Responses(responses::EventWriter),
}

impl StreamTranslator {
    /// At the start of a stream; `None` where nothing is translated. `request` is the client's body, and `created` the
    /// time in seconds since 1970.
    pub fn new(exchange: Exchange, request: &[u8], created: u64) -> Option<Self> {
        if !exchange.translates() {
            return None;
        }
        let reader = match exchange.upstream {
            Endpoint::Chat => Reader::Chat(chat::ChunkReader::default()),
            Endpoint::Messages => Reader::Messages(messages::EventReader::default()),
            Endpoint::Generate => Reader::Generate(generate::ContentReader::default()),
            Endpoint::Responses | Endpoint::Embeddings | Endpoint::CountTokens => return None,
        };
        let writer = Writer::new(exchange.client, request, created)?;
        Some(StreamTranslator {
            in_turn: matches!(reader, Reader::Chat(_)).then(InTurn::default),
            reader,
            writer,
        })
    }

    /// Translates an event that is no error, with the counts that are known after it. Comments pass as they are.
    pub fn translate(&mut self, event: &Event, usage: Option<Usage>, out: &mut Vec<u8>) {
        let Some(data) = &event.data else {
            if event.name.is_empty() {
                comment(&event.bytes, out);
            }
            return;
        };
        if openai::is_done(data) {
            return;
        }
        let Ok(data) = Node::parse(data) else { return };
        let mut pieces: Vec<Piece> = usage.map(Piece::Usage).into_iter().collect();
        match &mut self.reader {
            Reader::Chat(reader) => reader.read(&data, &mut pieces),
            Reader::Messages(reader) => reader.read(&data, &mut pieces),
            Reader::Generate(reader) => reader.read(&data, &mut pieces),
        }
        if let Some(in_turn) = &mut self.in_turn {
            let came = std::mem::take(&mut pieces);
            came.into_iter()
                .for_each(|piece| in_turn.take(piece, &mut pieces));
        }
        pieces.iter().for_each(|piece| self.writer.write(piece, out));
    }

    /// Writes the end of a stream that has ended well.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        let mut pieces = Vec::new();
        if let Some(in_turn) = &mut self.in_turn {
            in_turn.finish(&mut pieces);
        }
        pieces.iter().for_each(|piece| self.writer.write(piece, out));
        self.writer.finish(out);
    }
}

/// Passes a comment on, whose line ends may have been cut in two; blank lines alone are none.
fn comment(bytes: &[u8], out: &mut Vec<u8>) {
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes).trim_ascii();
    if !text.is_empty() {
        out.extend_from_slice(text);
        out.extend_from_slice(b"\n\n");
    }
}

impl Writer {
    /// At the start of a stream for a client of this endpoint, whose request had this body; `None` where it has none.
    pub(super) fn new(endpoint: Endpoint, request: &[u8], created: u64) -> Option<Self> {
        Some(match endpoint {
            Endpoint::Chat => {
                let asked = Node::parse(request).unwrap_or_default();
                let show_usage = asked.get("stream_options").get("include_usage").truth() == Some(true);
                Writer::Chat(chat::ChunkWriter::new(created, show_usage))
            }
            Endpoint::Messages => Writer::Messages(messages::EventWriter::default()),
            Endpoint::Responses => {
                let asked = Node::parse(request).unwrap_or_default();
                Writer::Responses(responses::EventWriter::new(responses::Echo::new(&asked, created)))
            }
            Endpoint::Embeddings | Endpoint::CountTokens | Endpoint::Generate => return None,
        })
    }

    /// Writes the end of a stream that has ended well.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        match self {
            Writer::Chat(writer) => writer.finish(out),
            Writer::Messages(writer) => writer.finish(out),
            Writer::Responses(writer) => writer.finish(out),
        }
    }

    /// Writes a piece.
    pub(super) fn write(&mut self, piece: &Piece, out: &mut Vec<u8>) {
        match self {
            Writer::Chat(writer) => writer.write(piece, out),
            Writer::Messages(writer) => writer.write(piece, out),
            Writer::Responses(writer) => writer.write(piece, out),
        }
    }
}
