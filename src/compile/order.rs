//! Which files a policy has, in load order: the operator's files in turn, each used file just before the one that uses
//! it, each file once.

use super::{FileError, Files};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::StatementKind;
use crate::syntax::{self, bounds::MAX_FILE_BYTES};
use std::collections::BTreeMap;

/// Most files of a policy, tables included.
pub(super) const MAX_FILES: usize = 1_024;

/// Most bytes of a policy, tables included.
pub(super) const MAX_POLICY_BYTES: usize = 128 << 20;

/// One file that was read.
#[derive(Debug)]
pub(super) struct Text {
    /// Its name.
    pub(super) name: String,
    /// What is in it.
    pub(super) text: String,
}

/// Where a file is named: by which file, and at which bytes of it.
#[derive(Clone, Debug)]
struct Mention {
    file: String,
    start: usize,
    end: usize,
}

/// A finding about files. Its place is known by name until all files have their ids.
struct Finding {
    diagnostic: Diagnostic,
    at: Option<Mention>,
    refused: Option<Refused>,
}

/// A file that was found and is no text of a policy: what can be shown of it, and where it goes wrong.
struct Refused {
    name: String,
    text: String,
    offset: usize,
    label: &'static str,
}

/// All files, and what was found while reading them.
#[derive(Default)]
pub(super) struct Order {
    /// The files in load order.
    pub(super) texts: Vec<Text>,
    /// Bytes read so far.
    pub(super) bytes: usize,
    /// Files read so far.
    pub(super) count: usize,
    /// Whether every file that is named could be read.
    pub(super) all_files: bool,
    findings: Vec<Finding>,
}

/// A file whose `use`d files are being read.
struct Open {
    text: Text,
    uses: std::vec::IntoIter<(String, Mention)>,
}

impl Order {
    /// Reads the operator's files and those that they use.
    pub(super) fn read(files: &mut dyn Files) -> Order {
        let mut order = Order {
            all_files: true,
            ..Order::default()
        };
        let roots = match files.roots() {
            Ok(roots) => roots,
            Err(error) => {
                order.unreadable(&error, None);
                return order;
            }
        };
        let mut seen = BTreeMap::new();
        for root in roots {
            order.read_with_uses(root, files, &mut seen);
        }
        order
    }

    /// Reads one of the operator's files. `seen` says of each file whether it is done with.
    fn read_with_uses(&mut self, root: String, files: &mut dyn Files, seen: &mut BTreeMap<String, bool>) {
        let mut open: Vec<Open> = Vec::new();
        let mut next = Some((root, None));
        loop {
            if let Some((name, mention)) = next.take() {
                match seen.get(&name) {
                    Some(true) => {}
                    Some(false) => self.circle(&name, &open, mention),
                    None => {
                        let opened = self.open(name.clone(), mention, files);
                        seen.insert(name, opened.is_none());
                        open.extend(opened);
                    }
                }
            }
            let Some(current) = open.last_mut() else { return };
            if let Some((name, mention)) = current.uses.next() {
                next = Some((name, Some(mention)));
            } else if let Some(done) = open.pop() {
                seen.insert(done.text.name.clone(), true);
                self.texts.push(done.text);
            }
        }
    }

    fn open(&mut self, name: String, mention: Option<Mention>, files: &mut dyn Files) -> Option<Open> {
        let bytes = match self.bytes_of(&name, files) {
            Ok(bytes) => bytes,
            Err(diagnostic) => {
                let refused = (diagnostic.code() == Code::TOO_LARGE).then(|| Refused {
                    name,
                    text: String::new(),
                    offset: 0,
                    label: "not read",
                });
                self.missing(*diagnostic, mention, refused);
                return None;
            }
        };
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                self.not_utf8(name, &error, mention);
                return None;
            }
        };
        if is_blank(&text) {
            let message = format!("`{name}` is empty");
            let refused = Refused {
                name,
                text,
                offset: 0,
                label: "nothing stands here",
            };
            self.missing(
                Diagnostic::error(Code::EMPTY_FILE, message)
                    .help("remove the file, or put a comment into it if it is meant to be empty"),
                mention,
                Some(refused),
            );
            return None;
        }
        let uses = uses(&name, &text, files);
        Some(Open {
            text: Text { name, text },
            uses: uses.into_iter(),
        })
    }

    fn not_utf8(&mut self, name: String, error: &std::string::FromUtf8Error, mention: Option<Mention>) {
        let offset = error.utf8_error().valid_up_to();
        let read = error.as_bytes().get(..offset).unwrap_or_default();
        let line = 1 + memchr::memchr_iter(b'\n', read).count();
        let message = format!("`{name}` is not UTF-8: byte {offset}, in line {line}");
        let refused = Refused {
            name,
            text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
            offset,
            label: "this byte",
        };
        self.missing(
            Diagnostic::error(Code::NOT_UTF8, message).help("save it as UTF-8"),
            mention,
            Some(refused),
        );
    }

    /// The bytes of a file within the bounds of the policy.
    pub(super) fn bytes_of(&mut self, name: &str, files: &mut dyn Files) -> Result<Vec<u8>, Box<Diagnostic>> {
        if self.count == MAX_FILES {
            let message = format!("the policy has more than {MAX_FILES} files");
            return Err(Box::new(Diagnostic::error(Code::TOO_LARGE, message)));
        }
        self.count += 1;
        let bytes = files.read(name).map_err(|error| Box::new(unreadable(&error)))?;
        self.bytes = self.bytes.saturating_add(bytes.len());
        if bytes.len() > MAX_FILE_BYTES {
            let message = format!("`{name}` is larger than {} MiB", MAX_FILE_BYTES >> 20);
            return Err(Box::new(Diagnostic::error(Code::TOO_LARGE, message)));
        }
        if self.bytes > MAX_POLICY_BYTES {
            let message = format!(
                "with `{name}` the policy is larger than {} MiB",
                MAX_POLICY_BYTES >> 20
            );
            return Err(Box::new(Diagnostic::error(Code::TOO_LARGE, message)));
        }
        Ok(bytes)
    }

    fn unreadable(&mut self, error: &FileError, mention: Option<Mention>) {
        self.missing(unreadable(error), mention, None);
    }

    fn missing(&mut self, diagnostic: Diagnostic, at: Option<Mention>, refused: Option<Refused>) {
        self.all_files = false;
        self.findings.push(Finding {
            diagnostic,
            at,
            refused,
        });
    }

    /// Reports that `name` is used on the way that began with it.
    fn circle(&mut self, name: &str, open: &[Open], mention: Option<Mention>) {
        let chain = open.iter().map(|open| open.text.name.as_str());
        let mut chain: Vec<String> = chain
            .skip_while(|file| *file != name)
            .map(|file| format!("`{file}`"))
            .collect();
        chain.push(format!("`{name}`"));
        let message = format!("files use each other in a circle: {}", chain.join(" → "));
        self.findings.push(Finding {
            diagnostic: Diagnostic::error(Code::CYCLE, message)
                .help("move what both need into a third file, and use that"),
            at: mention,
            refused: None,
        });
    }

    /// The findings, in their places where the files with these ids were read, else in the refused files, which
    /// become sources for that.
    pub(super) fn findings(
        &mut self,
        ids: &BTreeMap<&str, FileId>,
        sources: &mut SourceMap,
    ) -> Vec<Diagnostic> {
        let findings = std::mem::take(&mut self.findings).into_iter();
        findings
            .map(|finding| {
                let place = finding
                    .at
                    .and_then(|at| Some(Span::new(*ids.get(at.file.as_str())?, at.start, at.end)));
                match (place, finding.refused) {
                    (Some(span), _) => finding.diagnostic.at(span, "used here"),
                    (None, Some(refused)) => {
                        let file = sources.add(refused.name, refused.text);
                        let span = Span::new(file, refused.offset, refused.offset);
                        finding.diagnostic.at(span, refused.label)
                    }
                    (None, None) => finding.diagnostic,
                }
            })
            .collect()
    }
}

/// The finding about a file that cannot be read.
fn unreadable(error: &FileError) -> Diagnostic {
    let message = format!("cannot read `{}`: {}", error.path, error.reason);
    Diagnostic::error(Code::UNREADABLE_FILE, message)
}

/// Whether nothing stands in a text, a byte order mark aside.
fn is_blank(text: &str) -> bool {
    text.trim_start_matches('\u{feff}').trim().is_empty()
}

/// The files that a text uses, in order, each with its place.
fn uses(name: &str, text: &str, files: &mut dyn Files) -> Vec<(String, Mention)> {
    if !mentions_use(text) {
        return Vec::new();
    }
    // Files get their ids in load order, which is not known before the `use`s are: this reading is for them alone.
    let scratch = SourceMap::new().add(name, "");
    let (document, _) = syntax::parse(scratch, text);
    let paths = document
        .statements
        .into_iter()
        .filter_map(|statement| match statement.kind {
            StatementKind::Use { path } => Some(path),
            _ => None,
        });
    paths
        .map(|path| {
            let range = path.span.range();
            let mention = Mention {
                file: name.to_owned(),
                start: range.start,
                end: range.end,
            };
            (files.resolve(name, &path.text), mention)
        })
        .collect()
}

/// Whether the word `use` stands in a text, be it in a comment.
fn mentions_use(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte));
    memchr::memmem::find_iter(bytes, b"use").any(|at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before));
        !is_word(before) && !is_word(bytes.get(at + 3))
    })
}
