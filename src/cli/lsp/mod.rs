//! `repoint lsp`: diagnostics in an editor, and one action that rewrites the file, over standard input and output.
//!
//! A text is planned and verified as `repoint apply` would, with what is on disk around it, so the action gives the
//! same text. Hover, completion and renaming are the business of a language's own server.

mod answer;
mod position;
mod project;
mod uri;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Context;
use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument,
    DidOpenTextDocument, DidSaveTextDocument, Notification as _, PublishDiagnostics, ShowMessage,
};
use lsp_types::request::{CodeActionRequest, RegisterCapability, Request as _};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProviderCapability,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWatchedFilesRegistrationOptions, DidCloseTextDocumentParams,
    DidOpenTextDocumentParams, FileSystemWatcher, GlobPattern, InitializeParams, MessageType,
    PublishDiagnosticsParams, Registration, RegistrationParams, ServerCapabilities, ServerInfo,
    ShowMessageParams, TextDocumentSyncCapability, TextDocumentSyncKind, Uri,
};
use serde_json::{Value, json};

use self::answer::{Answer, answer};
use self::position::Units;
use self::project::{EditorSettings, load};
use super::args::LspArgs;
use super::console::Console;
use super::resolve::Refusal;
use crate::usecase::{Exit, Run};

/// What changes on disk and matters here.
const WATCHED: [&str; 5] = [
    "**/*.toml",
    "**/*.py",
    "**/*.pyi",
    "**/*.rs",
    "**/.gitignore",
];

/// A text that is open in the editor.
struct Document {
    file: PathBuf,
    text: String,
    version: i32,
}

struct Server<'a> {
    args: &'a LspArgs,
    console: &'a Console,
    connection: &'a Connection,
    units: Units,
    folder: PathBuf,
    settings: EditorSettings,
    /// What is in force; `None` where that is wrong, which was said.
    run: Option<Run>,
    /// By their URIs.
    documents: BTreeMap<String, Document>,
}

/// Serves until the editor says that it ends.
pub(super) fn run(args: &LspArgs, console: &Console) -> Result<Exit, Refusal> {
    let (connection, threads) = Connection::stdio();
    let served = serve(args, console, &connection);
    // The threads end when nobody can send any more.
    drop(connection);
    served?;
    threads.join().context("standard input or output failed")?;
    Ok(Exit::Clean)
}

fn serve(args: &LspArgs, console: &Console, connection: &Connection) -> anyhow::Result<()> {
    let (id, params) = connection.initialize_start()?;
    let params: InitializeParams = serde_json::from_value(params).context("initialize")?;
    let general = params.capabilities.general.as_ref();
    let offered = general.and_then(|general| general.position_encodings.as_deref());
    let units = Units::of(offered);
    connection.initialize_finish(
        id,
        json!({
            "capabilities": capabilities(units),
            "serverInfo": ServerInfo {
                name: "repoint".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            },
        }),
    )?;
    let folder = folder_of(&params)?;
    // Editors start a server anywhere; the project is that of their folder.
    std::env::set_current_dir(&folder)
        .with_context(|| format!("{}: cannot be entered", console.shown(&folder)))?;
    let mut server = Server {
        args,
        console,
        connection,
        units,
        folder,
        settings: settings_of(params.initialization_options.as_ref()),
        run: None,
        documents: BTreeMap::new(),
    };
    let workspace = params.capabilities.workspace.as_ref();
    let watches = workspace.and_then(|workspace| workspace.did_change_watched_files);
    if watches.and_then(|it| it.dynamic_registration) == Some(true) {
        server.watch()?;
    }
    server.reload()?;
    server.listen()
}

fn capabilities(units: Units) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(units.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Kind(TextDocumentSyncKind::FULL)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, answer::fix_all()]),
            ..CodeActionOptions::default()
        })),
        ..ServerCapabilities::default()
    }
}

/// The folder that the editor has open, else the current one.
fn folder_of(params: &InitializeParams) -> anyhow::Result<PathBuf> {
    let folders = params.workspace_folders.iter().flatten();
    let mut named = folders.filter_map(|folder| uri::file_of(folder.uri.as_str()));
    #[expect(deprecated, reason = "older editors say nothing else")]
    let root = params.root_uri.as_ref();
    let root = root.and_then(|root| uri::file_of(root.as_str()));
    match named.next().or(root) {
        Some(folder) => Ok(folder),
        None => std::env::current_dir().context("the current directory cannot be found"),
    }
}

/// The settings under `repoint`, or all of them if there is no such key.
fn settings_of(said: Option<&Value>) -> EditorSettings {
    let own = said.map(|said| said.get("repoint").unwrap_or(said));
    let read = own.and_then(|own| serde_json::from_value(own.clone()).ok());
    read.unwrap_or_default()
}

impl Server<'_> {
    fn listen(&mut self) -> anyhow::Result<()> {
        while let Ok(message) = self.connection.receiver.recv() {
            let mut changed = BTreeSet::new();
            let mut next = Some(message);
            // While a person types, only the last text of what has arrived matters.
            while let Some(message) = next {
                match message {
                    Message::Request(request) => {
                        if self.connection.handle_shutdown(&request)? {
                            return Ok(());
                        }
                        self.request(request)?;
                    }
                    Message::Notification(notification) => {
                        self.notification(notification, &mut changed)?;
                    }
                    Message::Response(_) => {}
                }
                next = self.connection.receiver.try_recv().ok();
            }
            for uri in changed {
                self.publish(&uri)?;
            }
        }
        Ok(())
    }

    fn request(&mut self, request: Request) -> anyhow::Result<()> {
        let response = if request.method == CodeActionRequest::METHOD {
            match serde_json::from_value::<CodeActionParams>(request.params) {
                Ok(params) => Response::new_ok(request.id, self.action(&params)?),
                Err(error) => refused(
                    request.id,
                    lsp_server::ErrorCode::InvalidParams,
                    error.to_string(),
                ),
            }
        } else {
            let message = format!("{}: not served here", request.method);
            refused(request.id, lsp_server::ErrorCode::MethodNotFound, message)
        };
        self.connection.sender.send(Message::Response(response))?;
        Ok(())
    }

    fn action(&mut self, params: &CodeActionParams) -> anyhow::Result<Value> {
        let uri = &params.text_document.uri;
        let actions = match self.answer(uri.as_str())? {
            Some((answer, version)) => answer.action(uri, version, params),
            None => None,
        };
        Ok(serde_json::to_value(Vec::from_iter(actions))?)
    }

    fn notification(
        &mut self,
        notification: Notification,
        changed: &mut BTreeSet<String>,
    ) -> anyhow::Result<()> {
        let params = notification.params;
        match notification.method.as_str() {
            DidOpenTextDocument::METHOD => {
                let Ok(params) = serde_json::from_value::<DidOpenTextDocumentParams>(params) else {
                    return Ok(());
                };
                let document = params.text_document;
                let uri = document.uri.as_str().to_owned();
                if let Some(file) = uri::file_of(&uri) {
                    let document = Document {
                        file,
                        text: document.text,
                        version: document.version,
                    };
                    self.documents.insert(uri.clone(), document);
                    changed.insert(uri);
                }
            }
            DidChangeTextDocument::METHOD => {
                let Ok(params) = serde_json::from_value::<DidChangeTextDocumentParams>(params)
                else {
                    return Ok(());
                };
                let uri = params.text_document.uri.as_str();
                // Whole texts were asked for; the last one counts.
                if let (Some(document), Some(change)) = (
                    self.documents.get_mut(uri),
                    params.content_changes.into_iter().next_back(),
                ) {
                    document.text = change.text;
                    document.version = params.text_document.version;
                    changed.insert(uri.to_owned());
                }
            }
            DidCloseTextDocument::METHOD => {
                let Ok(params) = serde_json::from_value::<DidCloseTextDocumentParams>(params)
                else {
                    return Ok(());
                };
                let uri = params.text_document.uri;
                self.documents.remove(uri.as_str());
                changed.remove(uri.as_str());
                self.send::<PublishDiagnostics>(PublishDiagnosticsParams::new(
                    uri,
                    Vec::new(),
                    None,
                ))?;
            }
            DidSaveTextDocument::METHOD => changed.extend(self.documents.keys().cloned()),
            DidChangeWatchedFiles::METHOD => {
                let read = serde_json::from_value::<DidChangeWatchedFilesParams>(params);
                let events = read.map(|params| params.changes).unwrap_or_default();
                let is_table = |uri: &str| uri.ends_with(".toml") || uri.ends_with(".gitignore");
                if events.iter().any(|event| is_table(event.uri.as_str())) {
                    self.reload()?;
                }
                changed.extend(self.documents.keys().cloned());
            }
            DidChangeConfiguration::METHOD => {
                if let Ok(params) = serde_json::from_value::<DidChangeConfigurationParams>(params) {
                    self.settings = settings_of(Some(&params.settings));
                    self.reload()?;
                    changed.extend(self.documents.keys().cloned());
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads the project anew; what is wrong with it is shown, and then nothing is diagnosed.
    fn reload(&mut self) -> anyhow::Result<()> {
        self.run = match load(self.args, &self.folder, &self.settings, self.console) {
            Ok(run) => Some(run),
            Err(refusal) => {
                let message = match refusal {
                    Refusal::Wrong(problems) => {
                        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
                        lines.join("\n")
                    }
                    Refusal::Other(error) => format!("{error:#}"),
                };
                self.say(format!("repoint: {message}"))?;
                None
            }
        };
        Ok(())
    }

    fn say(&self, message: String) -> anyhow::Result<()> {
        self.send::<ShowMessage>(ShowMessageParams {
            typ: MessageType::WARNING,
            message,
        })
    }

    fn send<N: lsp_types::notification::Notification>(
        &self,
        params: N::Params,
    ) -> anyhow::Result<()> {
        let notification = Notification::new(N::METHOD.to_owned(), params);
        self.connection
            .sender
            .send(Message::Notification(notification))?;
        Ok(())
    }

    fn watch(&self) -> anyhow::Result<()> {
        let watchers = WATCHED.map(|glob| FileSystemWatcher {
            glob_pattern: GlobPattern::String(glob.to_owned()),
            kind: None,
        });
        let options = DidChangeWatchedFilesRegistrationOptions {
            watchers: watchers.to_vec(),
        };
        let params = RegistrationParams {
            registrations: vec![Registration {
                id: "files".to_owned(),
                method: DidChangeWatchedFiles::METHOD.to_owned(),
                register_options: Some(serde_json::to_value(options)?),
            }],
        };
        let id = RequestId::from("watch".to_owned());
        let request = Request::new(id, RegisterCapability::METHOD.to_owned(), params);
        self.connection.sender.send(Message::Request(request))?;
        Ok(())
    }

    /// What is to be said of a document as it is now, and the version of that; `None` if it is nobody's.
    fn answer(&self, uri: &str) -> anyhow::Result<Option<(Answer, i32)>> {
        let (Some(run), Some(document)) = (&self.run, self.documents.get(uri)) else {
            return Ok(None);
        };
        let units = self.units;
        let told = project::analyze(run, &document.file, &document.text, |report, rules| {
            answer(report, rules, &document.text, units)
        })?;
        Ok(told.map(|answer| (answer, document.version)))
    }

    fn publish(&self, uri: &str) -> anyhow::Result<()> {
        let Some(document) = self.documents.get(uri) else {
            return Ok(());
        };
        let answer = self.answer(uri)?;
        let diagnostics = answer.map(|(answer, _)| answer.diagnostics);
        let Ok(uri) = uri.parse::<Uri>() else {
            return Ok(());
        };
        self.send::<PublishDiagnostics>(PublishDiagnosticsParams::new(
            uri,
            diagnostics.unwrap_or_default(),
            Some(document.version),
        ))
    }
}

fn refused(id: RequestId, code: lsp_server::ErrorCode, message: String) -> Response {
    Response::new_err(id, code as i32, message)
}
