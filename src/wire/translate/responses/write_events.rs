//! The events of a streamed response, written.

use super::super::super::node::{Node, object};
use super::super::super::openai::Usage;
use super::super::neutral::{Piece, Stop};
use super::super::write_event;
use super::echo::Echo;
use super::item::Item;

/// Writes the events of one stream.
#[derive(Clone, Debug)]
pub(in crate::wire::translate) struct EventWriter {
    echo: Echo,
    /// The number of the next event.
    sequence: u64,
    /// The items that have ended.
    output: Vec<Node>,
    /// The item that is said, and the number that its call came with.
    open: Option<(Item, Option<u64>)>,
    stop: Option<Stop>,
    usage: Option<Usage>,
}

impl EventWriter {
    /// The start of a stream.
    pub(in crate::wire::translate) fn new(echo: Echo) -> Self {
        EventWriter {
            echo,
            sequence: 0,
            output: Vec::new(),
            open: None,
            stop: None,
            usage: None,
        }
    }

    /// Writes a piece.
    pub(in crate::wire::translate) fn write(&mut self, piece: &Piece, out: &mut Vec<u8>) {
        let text = String::new();
        match piece {
            Piece::Start { id, model } => {
                self.echo.answered_by(id, model);
                for kind in ["response.created", "response.in_progress"] {
                    let response = self.echo.response(Vec::new(), None, None);
                    self.event(kind, object!({ "response": response }), out);
                }
            }
            Piece::Text(said) => self.say(Item::Message { text }, said, out),
            Piece::Refusal(said) => self.say(Item::Refusal { text }, said, out),
            Piece::Thinking(said) => self.say(Item::Reasoning { text }, said, out),
            Piece::ToolStart { call, id, name } => {
                let item = Item::Call {
                    id: id.clone(),
                    name: name.clone(),
                    arguments: text,
                };
                self.begin(item, Some(*call), out);
            }
            Piece::ToolArguments { call, text } => {
                if self.open.as_ref().is_some_and(|(_, open)| *open == Some(*call)) {
                    self.delta(text, out);
                }
            }
            Piece::Stop(stop) => {
                self.close(out);
                self.stop = Some(stop.clone());
            }
            Piece::Usage(usage) => self.usage = Some(*usage),
            Piece::Signature(_) => {}
        }
    }

    /// Writes the end of a stream that has ended well.
    pub(in crate::wire::translate) fn finish(&mut self, out: &mut Vec<u8>) {
        self.close(out);
        let stop = self.stop.take().unwrap_or(Stop::End);
        let response = self.echo.response(self.output.clone(), Some(&stop), self.usage);
        let kind = match stop {
            Stop::Length | Stop::Filtered => "response.incomplete",
            _ => "response.completed",
        };
        self.event(kind, object!({ "response": response }), out);
    }

    /// Adds to the item that is open, where it is of this kind, else begins one.
    fn say(&mut self, item: Item, text: &str, out: &mut Vec<u8>) {
        let goes_on = self
            .open
            .as_ref()
            .is_some_and(|(open, _)| std::mem::discriminant(open) == std::mem::discriminant(&item));
        if !goes_on {
            self.begin(item, None, out);
        }
        self.delta(text, out);
    }

    fn begin(&mut self, item: Item, call: Option<u64>, out: &mut Vec<u8>) {
        self.close(out);
        let id = item.id(self.echo.id(), self.output.len());
        let added = object!({ "output_index": self.output.len(), "item": item.node(&id, false) });
        self.event("response.output_item.added", added, out);
        if let Some(part) = item.part() {
            self.part("added", &item, &id, part, out);
        }
        self.open = Some((item, call));
    }

    fn delta(&mut self, text: &str, out: &mut Vec<u8>) {
        let Some((mut item, call)) = self.open.take() else {
            return;
        };
        item.text().push_str(text);
        let id = item.id(self.echo.id(), self.output.len());
        let mut fields = self.place(&item, &id);
        fields.put("delta", text);
        if matches!(item, Item::Message { .. }) {
            fields.put("logprobs", Vec::new());
        }
        self.event(&format!("{}.delta", name(&item)), fields, out);
        self.open = Some((item, call));
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        let Some((mut item, _)) = self.open.take() else {
            return;
        };
        let id = item.id(self.echo.id(), self.output.len());
        let mut fields = self.place(&item, &id);
        let text = item.text().clone();
        match item {
            Item::Call { .. } => fields.put("arguments", text),
            Item::Refusal { .. } => fields.put("refusal", text),
            Item::Message { .. } | Item::Reasoning { .. } => fields.put("text", text),
        }
        if matches!(item, Item::Message { .. }) {
            fields.put("logprobs", Vec::new());
        }
        self.event(&format!("{}.done", name(&item)), fields, out);
        if let Some(part) = item.part() {
            self.part("done", &item, &id, part, out);
        }
        let whole = item.node(&id, true);
        let done = object!({ "output_index": self.output.len(), "item": &whole });
        self.event("response.output_item.done", done, out);
        self.output.push(whole);
    }

    /// Where within the response something is said.
    fn place(&self, item: &Item, id: &str) -> Node {
        let mut place = object!({ "item_id": id, "output_index": self.output.len() });
        match item {
            Item::Reasoning { .. } => place.put("summary_index", 0_u64),
            Item::Message { .. } | Item::Refusal { .. } => place.put("content_index", 0_u64),
            Item::Call { .. } => {}
        }
        place
    }

    fn part(&mut self, what: &str, item: &Item, id: &str, part: Node, out: &mut Vec<u8>) {
        let kind = match item {
            Item::Reasoning { .. } => "reasoning_summary_part",
            _ => "content_part",
        };
        let mut fields = self.place(item, id);
        fields.put("part", part);
        self.event(&format!("response.{kind}.{what}"), fields, out);
    }

    fn event(&mut self, kind: &str, fields: Node, out: &mut Vec<u8>) {
        let mut event = object!({ "type": kind, "sequence_number": self.sequence });
        for (key, value) in fields.entries() {
            event.put(key, value);
        }
        self.sequence += 1;
        write_event(kind, &event, out);
    }
}

/// The beginning of the names of the events that say an item's text.
fn name(item: &Item) -> &'static str {
    match item {
        Item::Message { .. } => "response.output_text",
        Item::Refusal { .. } => "response.refusal",
        Item::Reasoning { .. } => "response.reasoning_summary_text",
        Item::Call { .. } => "response.function_call_arguments",
    }
}
