//! Where a body in chunks ends, read as strictly as the HTTP library reads it: what it refuses ends the connection.

/// A body in chunks, as far as it has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Chunks {
    /// A chunk's size begins.
    #[default]
    Start,
    /// So large is the chunk by the digits so far.
    Size(u64),
    /// Blanks behind the size.
    Blank(u64),
    /// What stands behind the size and means nothing here.
    Extension(u64),
    /// The line of the size is about to end.
    SizeEnd(u64),
    /// So many bytes of the chunk are still to come.
    Data(u64),
    /// The line end behind the chunk's bytes.
    DataEnd,
    DataEndLine,
    /// Behind the last chunk or a trailer: another trailer, or the end.
    Last,
    Trailer,
    TrailerEnd,
    LastEnd,
}

/// What some bytes of a body in chunks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// The body goes on behind them.
    Part(Chunks),
    /// The body ends before this offset.
    End(usize),
    /// No chunks.
    Broken,
}

impl Chunks {
    /// Takes in more of the body.
    pub(super) fn read(mut self, bytes: &[u8]) -> Read {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if let Chunks::Data(left) = self {
                let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - at);
                at += here;
                self = match left - here as u64 {
                    0 => Chunks::DataEnd,
                    left => Chunks::Data(left),
                };
                continue;
            }
            at += 1;
            if (self, *byte) == (Chunks::LastEnd, b'\n') {
                return Read::End(at);
            }
            match self.step(*byte) {
                Some(next) => self = next,
                None => return Read::Broken,
            }
        }
        Read::Part(self)
    }

    /// What follows a byte beside the chunks' own; `None` where it cannot stand there.
    fn step(self, byte: u8) -> Option<Chunks> {
        Some(match (self, byte) {
            (Chunks::Start, _) => Chunks::Size(digit(byte)?),
            (Chunks::Size(size) | Chunks::Blank(size) | Chunks::Extension(size), b'\r') => {
                Chunks::SizeEnd(size)
            }
            (Chunks::Size(size) | Chunks::Blank(size), b' ' | b'\t') => Chunks::Blank(size),
            (Chunks::Size(size) | Chunks::Blank(size), b';') => Chunks::Extension(size),
            (Chunks::Size(size), _) => Chunks::Size(size.checked_mul(16)?.checked_add(digit(byte)?)?),
            (Chunks::Extension(_), b'\n') => return None,
            (Chunks::Extension(size), _) => Chunks::Extension(size),
            (Chunks::SizeEnd(0), b'\n') => Chunks::Last,
            (Chunks::SizeEnd(size), b'\n') => Chunks::Data(size),
            (Chunks::DataEnd, b'\r') => Chunks::DataEndLine,
            (Chunks::DataEndLine, b'\n') => Chunks::Start,
            (Chunks::Last, b'\r') => Chunks::LastEnd,
            (Chunks::Trailer, b'\r') => Chunks::TrailerEnd,
            (Chunks::Last | Chunks::Trailer, _) => Chunks::Trailer,
            (Chunks::TrailerEnd, b'\n') => Chunks::Last,
            _ => return None,
        })
    }
}

fn digit(byte: u8) -> Option<u64> {
    char::from(byte).to_digit(16).map(u64::from)
}
