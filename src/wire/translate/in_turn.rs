//! Calls one after the other. Chat completions may tell of several calls at once; where blocks follow each other, a call
//! waits until the arguments of the one before it are whole.

use super::neutral::Piece;

/// Most bytes of pieces that wait; beyond, they go on as they came.
const MOST_HELD: usize = 1024 * 1024;

/// Lets the pieces of a call follow each other.
#[derive(Clone, Debug, Default)]
pub(super) struct InTurn {
    /// The call that is told, and how far its arguments have come.
    open: Option<(u64, Arguments)>,
    held: Vec<Piece>,
    held_bytes: usize,
}

/// How far the arguments of a call have come: an object of JSON.
#[derive(Clone, Copy, Debug, Default)]
struct Arguments {
    depth: usize,
    in_text: bool,
    escaped: bool,
    is_whole: bool,
}

impl Arguments {
    fn read(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_text => self.escaped = true,
                b'"' => self.in_text = !self.in_text,
                _ if self.in_text => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.is_whole |= self.depth == 0;
                }
                _ => {}
            }
        }
    }
}

impl InTurn {
    /// Takes a piece, and hands on what may be told now.
    pub(super) fn take(&mut self, piece: Piece, out: &mut Vec<Piece>) {
        match &piece {
            Piece::Start { .. } | Piece::Usage(_) => return out.push(piece),
            Piece::Stop(_) => {
                self.finish(out);
                return out.push(piece);
            }
            Piece::ToolArguments { call, text } => {
                if let Some((open, arguments)) = &mut self.open
                    && open == call
                {
                    arguments.read(text);
                    out.push(piece);
                    return self.release(out);
                }
            }
            _ => {}
        }
        if self.open.is_some_and(|(_, arguments)| !arguments.is_whole) {
            self.held_bytes += size(&piece);
            self.held.push(piece);
            if self.held_bytes > MOST_HELD {
                self.finish(out);
            }
            return;
        }
        if let Piece::ToolStart { call, .. } = &piece {
            self.open = Some((*call, Arguments::default()));
        }
        out.push(piece);
    }

    /// Hands on what waits, whatever has come.
    pub(super) fn finish(&mut self, out: &mut Vec<Piece>) {
        while !self.held.is_empty() {
            self.open = None;
            self.release(out);
        }
    }

    /// Hands on what waits for arguments that are whole now.
    fn release(&mut self, out: &mut Vec<Piece>) {
        if self.open.is_some_and(|(_, arguments)| !arguments.is_whole) {
            return;
        }
        self.held_bytes = 0;
        for piece in std::mem::take(&mut self.held) {
            self.take(piece, out);
        }
    }
}

fn size(piece: &Piece) -> usize {
    match piece {
        Piece::ToolStart { id, name, .. } => id.len() + name.len(),
        Piece::ToolArguments { text, .. } | Piece::Text(text) | Piece::Thinking(text) => text.len(),
        Piece::Refusal(text) | Piece::Signature(text) => text.len(),
        Piece::Start { .. } | Piece::Stop(_) | Piece::Usage(_) => 0,
    }
}
