//! Messages to what is to be done about them, and the order in which a session goes.

use super::background::Background;
use super::frames::refusal;
use super::requests;
use super::session::Session;
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response};
use lsp_types as lsp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// How far a session has come.
#[derive(Debug)]
pub(super) enum Stage {
    /// Nothing but `initialize` is answered; the background to come is held.
    Waiting(Option<Background>),
    /// Everything is answered.
    Running(Box<Session>),
    /// Nothing but `exit` is heeded.
    ShutDown,
}

/// Answers a request.
pub(super) fn request(stage: &mut Stage, request: Request) -> Message {
    match (&mut *stage, request.method.as_str()) {
        (Stage::Waiting(background), "initialize") => {
            let params: lsp::InitializeParams = match serde_json::from_value(request.params) {
                Ok(params) => params,
                Err(error) => return refusal(request.id, ErrorCode::InvalidParams, error.to_string()),
            };
            let session = Session::new(&params, background.take());
            let result = capabilities(&session);
            *stage = Stage::Running(Box::new(session));
            answer(request.id, result)
        }
        (Stage::Waiting(_), _) => refusal(
            request.id,
            ErrorCode::ServerNotInitialized,
            "`initialize` has to come first",
        ),
        (Stage::Running(_), "shutdown") => {
            *stage = Stage::ShutDown;
            answer(request.id, serde_json::Value::Null)
        }
        (Stage::Running(_), "initialize") | (Stage::ShutDown, _) => {
            refusal(request.id, ErrorCode::InvalidRequest, "the session is past this")
        }
        (Stage::Running(session), _) => question(session, request),
    }
}

fn question(session: &mut Session, request: Request) -> Message {
    let Request { id, method, params } = request;
    let asked = Asked { id, params };
    match method.as_str() {
        "textDocument/hover" => asked.told(|params| requests::hover(session, params)),
        "textDocument/definition" => asked.told(|params: lsp::GotoDefinitionParams| {
            requests::definition(session, &params.text_document_position_params)
        }),
        "textDocument/references" => asked.told(|params| requests::references(session, &params)),
        "textDocument/documentHighlight" => asked.told(|params: lsp::DocumentHighlightParams| {
            requests::highlights(session, &params.text_document_position_params)
        }),
        "textDocument/documentSymbol" => {
            asked.told(|params: lsp::DocumentSymbolParams| requests::symbols(session, &params.text_document))
        }
        "textDocument/completion" => asked.told(|params: lsp::CompletionParams| {
            requests::complete(session, &params.text_document_position)
        }),
        "textDocument/prepareRename" => {
            asked.tried(|params: lsp::TextDocumentPositionParams| requests::prepare_rename(session, &params))
        }
        "textDocument/rename" => asked.tried(|params| requests::rename(session, &params)),
        "textDocument/codeAction" => asked.told(|params| requests::code_actions(session, &params)),
        "textDocument/formatting" => asked
            .tried(|params: lsp::DocumentFormattingParams| requests::format(session, &params.text_document)),
        "textDocument/codeLens" => {
            asked.told(|params: lsp::CodeLensParams| requests::lenses(session, &params.text_document))
        }
        _ => refusal(
            asked.id,
            ErrorCode::MethodNotFound,
            format!("`{method}` is not supported"),
        ),
    }
}

/// A question with its parameters.
struct Asked {
    id: RequestId,
    params: serde_json::Value,
}

impl Asked {
    /// Answers with what `find` finds.
    fn told<P: DeserializeOwned, R: Serialize>(self, find: impl FnOnce(P) -> Option<R>) -> Message {
        self.tried(|params| Ok(find(params)))
    }

    /// Answers with what `find` finds, or with why it cannot be done.
    fn tried<P: DeserializeOwned, R: Serialize>(
        self,
        find: impl FnOnce(P) -> Result<Option<R>, String>,
    ) -> Message {
        match serde_json::from_value(self.params).map(find) {
            Ok(Ok(found)) => answer(self.id, found),
            Ok(Err(reason)) => refusal(self.id, ErrorCode::RequestFailed, reason),
            Err(error) => refusal(self.id, ErrorCode::InvalidParams, error.to_string()),
        }
    }
}

fn answer(id: RequestId, result: impl Serialize) -> Message {
    match serde_json::to_value(result) {
        Ok(result) => Response {
            id,
            response_result: Ok(result),
        }
        .into(),
        Err(error) => refusal(id, ErrorCode::InternalError, error.to_string()),
    }
}

/// Heeds a notification; one that cannot be read is passed over.
pub(super) fn notification(session: &mut Session, notification: Notification) {
    let params = notification.params;
    match notification.method.as_str() {
        "initialized" => session.initialized(),
        "textDocument/didOpen" => read(params, |params: lsp::DidOpenTextDocumentParams| {
            session.open(params.text_document);
        }),
        "textDocument/didChange" => read(params, |params| session.change(params)),
        "textDocument/didClose" => read(params, |params: lsp::DidCloseTextDocumentParams| {
            session.close(&params.text_document.uri);
        }),
        "textDocument/didSave" | "workspace/didChangeWatchedFiles" => session.files_changed(),
        _ => {}
    }
}

fn read<P: DeserializeOwned>(params: serde_json::Value, heed: impl FnOnce(P)) {
    if let Ok(params) = serde_json::from_value(params) {
        heed(params);
    }
}

fn capabilities(session: &Session) -> lsp::InitializeResult {
    let sync = lsp::TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(lsp::TextDocumentSyncKind::INCREMENTAL),
        save: Some(lsp::TextDocumentSyncSaveOptions::Supported(true)),
        ..lsp::TextDocumentSyncOptions::default()
    };
    lsp::InitializeResult {
        server_info: Some(lsp::ServerInfo {
            name: "pointsman".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
        capabilities: lsp::ServerCapabilities {
            position_encoding: Some(session.encoding().kind()),
            text_document_sync: Some(sync.into()),
            hover_provider: Some(true.into()),
            definition_provider: Some(lsp::OneOf::Left(true)),
            references_provider: Some(lsp::OneOf::Left(true)),
            document_highlight_provider: Some(lsp::OneOf::Left(true)),
            document_symbol_provider: Some(lsp::OneOf::Left(true)),
            completion_provider: Some(lsp::CompletionOptions {
                trigger_characters: Some([".", "\"", "[", " "].map(str::to_owned).into()),
                ..lsp::CompletionOptions::default()
            }),
            rename_provider: Some(lsp::OneOf::Right(lsp::RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: lsp::WorkDoneProgressOptions::default(),
            })),
            code_action_provider: Some(
                lsp::CodeActionOptions {
                    code_action_kinds: Some(vec![lsp::CodeActionKind::QUICKFIX]),
                    ..lsp::CodeActionOptions::default()
                }
                .into(),
            ),
            document_formatting_provider: Some(lsp::OneOf::Left(true)),
            code_lens_provider: session.has_traffic().then_some(lsp::CodeLensOptions {
                resolve_provider: Some(false),
            }),
            ..lsp::ServerCapabilities::default()
        },
    }
}
