//! One editor's session: what it has open, what it can do, and what it is told.

use super::background::{Background, Found, Outcome};
use super::buffers::Buffers;
use super::edits::{self, Changes};
use super::home::Home;
use super::lens::Traffic;
use super::options::Options;
use super::places::name_of;
use super::policies::{Policies, Shown, State};
use super::positions::Encoding;
use lsp_server::{Message, Notification, Request, RequestId};
use lsp_types as lsp;
use serde_json::json;

/// What the editor can do, as far as it matters here.
#[derive(Clone, Copy, Debug, Default)]
struct Abilities {
    versioned_changes: bool,
    refreshes_lenses: bool,
    watches_files: bool,
}

/// A session.
#[derive(Debug)]
pub(super) struct Session {
    encoding: Encoding,
    abilities: Abilities,
    traffic: Option<Traffic>,
    buffers: Buffers,
    policies: Policies,
    background: Option<Background>,
    outgoing: Vec<Message>,
    asked: i32,
}

impl Session {
    /// A session with an editor that says this of itself.
    pub(super) fn new(params: &lsp::InitializeParams, background: Option<Background>) -> Self {
        let general = params.capabilities.general.as_ref();
        let offered = general.and_then(|general| general.position_encodings.as_deref());
        let (options, trouble) =
            match Options::read(params.initialization_options.clone(), folder(params).as_deref()) {
                Ok(options) => (options, None),
                Err(trouble) => (Options::default(), Some(trouble)),
            };
        let (policy, traffic) = (options.policy_paths(), options.traffic_paths());
        let mut session = Session {
            encoding: Encoding::agreed(offered),
            abilities: abilities(&params.capabilities),
            traffic: (!traffic.is_empty()).then(|| Traffic {
                paths: traffic,
                map: options.map.texts().to_vec(),
            }),
            buffers: Buffers::default(),
            policies: Policies::new((!policy.is_empty()).then(|| Home::at(policy))),
            background,
            outgoing: Vec::new(),
            asked: 0,
        };
        if let Some(trouble) = trouble {
            session.tell(lsp::MessageType::WARNING, &trouble);
        }
        session
    }

    /// How columns are counted.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Whether rules can be counted.
    pub(super) fn has_traffic(&self) -> bool {
        self.traffic.is_some()
    }

    /// The messages that are to be sent, in order.
    pub(super) fn take_outgoing(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.outgoing)
    }

    /// Asks the editor to tell of files that change on disk.
    pub(super) fn initialized(&mut self) {
        if !self.abilities.watches_files {
            return;
        }
        let watchers = ["**/*.policy", "**/*.csv"].map(|glob| json!({"globPattern": glob}));
        self.ask(
            "client/registerCapability",
            json!({"registrations": [{
                "id": "files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": {"watchers": watchers},
            }]}),
        );
    }

    /// A text is opened.
    pub(super) fn open(&mut self, document: lsp::TextDocumentItem) {
        let name = self.buffers.open(document.uri, document.version, document.text);
        self.policies.touch(&name);
    }

    /// A text is changed.
    pub(super) fn change(&mut self, params: lsp::DidChangeTextDocumentParams) {
        let document = params.text_document;
        let changed = self.buffers.change(
            &document.uri,
            document.version,
            params.content_changes,
            self.encoding,
        );
        if let Some(name) = changed {
            self.policies.touch(&name);
        }
    }

    /// A text is closed: from now on its file counts.
    pub(super) fn close(&mut self, uri: &lsp::Uri) {
        let name = self.buffers.close(uri);
        self.policies.touch(&name);
        let taken_back = self.policies.sweep(&self.buffers);
        self.show(taken_back);
    }

    /// Files on disk may have changed.
    pub(super) fn files_changed(&mut self) {
        self.policies.touch_all();
    }

    /// Whether something has changed that nothing was said of yet.
    pub(super) fn is_dirty(&self) -> bool {
        self.policies.is_dirty()
    }

    /// Compiles what has changed and tells what was found; what takes longer follows from the background.
    pub(super) fn refresh(&mut self) {
        let (shown, jobs) = self
            .policies
            .refresh(&self.buffers, self.encoding, self.traffic.as_ref());
        self.show(shown);
        for job in jobs {
            if let Some(background) = &self.background {
                background.take(job);
            }
        }
    }

    /// Takes what the background found; what is no longer true is dropped.
    pub(super) fn take(&mut self, outcome: Outcome) {
        let Some(state) = self.policies.at(&outcome.home) else {
            return;
        };
        match outcome.found {
            Found::Findings(more) => {
                if state.found(outcome.generation, more) {
                    let shown = state.changes(&self.buffers, self.encoding);
                    self.show(shown);
                }
            }
            Found::Counts(Ok(counts)) => {
                if state.counted(outcome.generation, counts) && self.abilities.refreshes_lenses {
                    self.ask("workspace/codeLens/refresh", serde_json::Value::Null);
                }
            }
            Found::Counts(Err(reason)) => {
                // Said once: the next edit will not mend the traffic.
                self.traffic = None;
                self.tell(
                    lsp::MessageType::WARNING,
                    &format!("no requests are counted: {reason}"),
                );
            }
        }
    }

    /// The policy of a file, compiled as it is now.
    pub(super) fn policy(&mut self, uri: &lsp::Uri) -> Option<(String, &State)> {
        if self.is_dirty() {
            self.refresh();
        }
        let name = name_of(uri);
        let state = self.policies.of(&name)?;
        Some((name, state))
    }

    /// What it takes to write changes down.
    pub(super) fn changes(&self) -> Changes<'_> {
        Changes {
            buffers: &self.buffers,
            encoding: self.encoding,
            versioned: self.abilities.versioned_changes,
        }
    }

    /// The policy of a file and what it takes to write changes of it down.
    pub(super) fn policy_and_changes(&mut self, uri: &lsp::Uri) -> Option<(String, &State, Changes<'_>)> {
        if self.is_dirty() {
            self.refresh();
        }
        let name = name_of(uri);
        let state = self.policies.of(&name)?;
        Some((name, state, self.changes()))
    }

    fn show(&mut self, shown: Vec<Shown>) {
        for Shown { name, findings } in shown {
            let Some(uri) = edits::uri(&self.buffers, &name) else {
                continue;
            };
            let version = self.buffers.of(&name).map(|buffer| buffer.version);
            let params = lsp::PublishDiagnosticsParams::new(uri, findings, version);
            self.notify("textDocument/publishDiagnostics", params);
        }
    }

    fn tell(&mut self, typ: lsp::MessageType, message: &str) {
        let message = message.to_owned();
        self.notify("window/showMessage", lsp::ShowMessageParams { typ, message });
    }

    fn notify(&mut self, method: &str, params: impl serde::Serialize) {
        let params = serde_json::to_value(params).unwrap_or_default();
        let method = method.to_owned();
        self.outgoing.push(Notification { method, params }.into());
    }

    /// Asks something whose answer does not matter.
    fn ask(&mut self, method: &str, params: serde_json::Value) {
        self.asked = self.asked.wrapping_add(1);
        let request = Request {
            id: RequestId::from(self.asked),
            method: method.to_owned(),
            params,
        };
        self.outgoing.push(request.into());
    }
}

fn abilities(capabilities: &lsp::ClientCapabilities) -> Abilities {
    let workspace = capabilities.workspace.as_ref();
    let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
    let lens = workspace.and_then(|workspace| workspace.code_lens.as_ref());
    let watched = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
    Abilities {
        versioned_changes: edit.and_then(|edit| edit.document_changes).unwrap_or_default(),
        refreshes_lenses: lens.and_then(|lens| lens.refresh_support).unwrap_or_default(),
        watches_files: watched
            .and_then(|watched| watched.dynamic_registration)
            .unwrap_or_default(),
    }
}

/// The folder that the editor has open.
#[allow(
    deprecated,
    reason = "editors that know no workspace folders say it the old way"
)]
fn folder(params: &lsp::InitializeParams) -> Option<String> {
    let folders = params.workspace_folders.as_deref().unwrap_or_default();
    let first = folders.first().map(|folder| &folder.uri);
    first
        .or(params.root_uri.as_ref())
        .map(name_of)
        .or_else(|| params.root_path.clone())
}
