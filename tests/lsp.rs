//! `repoint lsp` as an editor meets it: over standard input and output, message by message.

use std::fs;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use lsp_server::{Message, Notification, Request, RequestId, Response};
use lsp_types::{DocumentChanges, OneOf, PublishDiagnosticsParams, TextEdit, WorkspaceEdit};
use serde_json::{Value, json};

struct Editor {
    child: Child,
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
    root: PathBuf,
    next: i32,
    /// What the server said beside diagnostics and answers.
    messages: Vec<String>,
}

impl Editor {
    fn open(root: &Path, args: &[&str], settings: Value) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_repoint"))
            .arg("lsp")
            .args(args)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut editor = Self {
            to: BufWriter::new(child.stdin.take().expect("a pipe")),
            from: BufReader::new(child.stdout.take().expect("a pipe")),
            child,
            root: root.to_owned(),
            next: 0,
            messages: Vec::new(),
        };
        let answer = editor.ask(
            "initialize",
            json!({
                "processId": null,
                "rootUri": null,
                "workspaceFolders": [{"uri": editor.uri(""), "name": "x"}],
                "capabilities": {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}},
                "initializationOptions": settings,
            }),
        );
        assert_eq!(answer["capabilities"]["textDocumentSync"], 1);
        assert_eq!(answer["capabilities"]["positionEncoding"], "utf-16");
        assert_eq!(answer["serverInfo"]["name"], "repoint");
        editor.tell("initialized", json!({}));
        editor
    }

    fn uri(&self, file: &str) -> String {
        let path = format!("{}/{file}", self.root.display());
        format!(
            "file://{}",
            path.trim_end_matches('/')
                .replace(' ', "%20")
                .replace('é', "%C3%A9")
        )
    }

    fn send(&mut self, message: Message) {
        message.write(&mut self.to).expect("the server reads");
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(Message::Notification(Notification::new(
            method.to_owned(),
            params,
        )));
    }

    fn receive(&mut self) -> Message {
        Message::read(&mut self.from)
            .expect("a message")
            .expect("the server goes on")
    }

    /// Sends a request; gives what it is answered.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = RequestId::from(self.next);
        self.send(Message::Request(Request::new(
            id.clone(),
            method.to_owned(),
            params,
        )));
        loop {
            match self.receive() {
                Message::Response(response) if response.id == id => {
                    let result = response.response_result;
                    return result.unwrap_or_else(|error| panic!("{method}: {}", error.message));
                }
                other => self.heard(other),
            }
        }
    }

    fn heard(&mut self, message: Message) {
        match message {
            Message::Request(request) => {
                self.messages.push(request.method);
                self.send(Message::Response(Response::new_ok(request.id, Value::Null)));
            }
            Message::Notification(told) => self
                .messages
                .push(format!("{} {}", told.method, told.params)),
            Message::Response(_) => {}
        }
    }

    /// The next diagnostics: of which file, and `line:column-line:column code message` each.
    fn diagnostics(&mut self) -> (String, Vec<String>) {
        loop {
            match self.receive() {
                Message::Notification(told) if told.method == "textDocument/publishDiagnostics" => {
                    let params: PublishDiagnosticsParams =
                        serde_json::from_value(told.params).expect("diagnostics");
                    let shown = params.diagnostics.iter().map(|it| {
                        let (start, end) = (it.range.start, it.range.end);
                        let code = match &it.code {
                            Some(lsp_types::NumberOrString::String(code)) => code.as_str(),
                            _ => "",
                        };
                        format!(
                            "{}:{}-{}:{} {code} {}",
                            start.line, start.character, end.line, end.character, it.message
                        )
                    });
                    return (params.uri.as_str().to_owned(), shown.collect());
                }
                other => self.heard(other),
            }
        }
    }

    fn type_text(&mut self, file: &str, version: i32, text: &str) {
        let (method, params) = if version == 1 {
            let document = json!({
                "uri": self.uri(file), "languageId": "x", "version": version, "text": text,
            });
            ("textDocument/didOpen", json!({"textDocument": document}))
        } else {
            let document = json!({"uri": self.uri(file), "version": version});
            (
                "textDocument/didChange",
                json!({"textDocument": document, "contentChanges": [{"text": text}]}),
            )
        };
        self.tell(method, params);
    }

    fn actions(&mut self, file: &str, only: Option<&str>) -> Vec<Value> {
        let place = json!({"line": 0, "character": 0});
        let mut context = json!({"diagnostics": []});
        if let Some(only) = only {
            context["only"] = json!([only]);
        }
        let answer = self.ask(
            "textDocument/codeAction",
            json!({
                "textDocument": {"uri": self.uri(file)},
                "range": {"start": place, "end": place},
                "context": context,
            }),
        );
        answer.as_array().expect("a list").clone()
    }

    fn close(mut self) -> Vec<String> {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        let status = self.child.wait().expect("it ends");
        assert!(status.success(), "{status}");
        self.messages
    }
}

/// A text after the edits of an action, as an editor makes them.
fn edited(text: &str, action: &Value, version: i32) -> String {
    let edit: WorkspaceEdit = serde_json::from_value(action["edit"].clone()).expect("an edit");
    let Some(DocumentChanges::Edits(documents)) = edit.document_changes else {
        panic!("{edit:?}");
    };
    let [document] = documents.as_slice() else {
        panic!("one file");
    };
    assert_eq!(document.text_document.version, Some(version));
    let mut edits: Vec<TextEdit> = document
        .edits
        .iter()
        .map(|edit| match edit {
            OneOf::Left(edit) => edit.clone(),
            OneOf::Right(edit) => edit.text_edit.clone(),
        })
        .collect();
    edits
        .sort_by_key(|edit| std::cmp::Reverse((edit.range.start.line, edit.range.start.character)));
    let offset = |place: lsp_types::Position| {
        let lines = text.split_inclusive('\n');
        let start: usize = lines.clone().take(place.line as usize).map(str::len).sum();
        let mut units = 0;
        let rest = text[start..].char_indices();
        let at = rest.take_while(|(_, c)| {
            let before = units < place.character as usize;
            units += c.len_utf16();
            before
        });
        start + at.last().map_or(0, |(at, c)| at + c.len_utf8())
    };
    let mut text = text.to_owned();
    for edit in &edits {
        text.replace_range(
            offset(edit.range.start)..offset(edit.range.end),
            &edit.new_text,
        );
    }
    text
}

/// A project with a table and a file of a thousand lines, in a folder whose name has to be escaped.
fn project() -> (tempfile::TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder
        .path()
        .canonicalize()
        .expect("it is there")
        .join("a é");
    fs::create_dir_all(root.join("mappings")).expect("folders");
    let table = "language = \"python\"\nname = \"t\"\n[moves]\n\"old.X\" = \"new.X\"\n";
    fs::write(root.join("mappings/t.toml"), table).expect("written");
    // No configuration: the folder alone says where the project is.
    let mut text = String::from("é = '\u{1f980}'; from old import X\nimport old\n\n");
    for line in 0..1000 {
        text.push_str(&format!("def f{line}(): return X({line})\n"));
    }
    text.push_str("x = '\u{1f980}', old.X\n");
    fs::write(root.join("app.py"), &text).expect("written");
    (folder, root, text)
}

const FIRST: &str = "0:26-0:27 deprecated `old.X` is deprecated (use `new.X`)";
const LAST: &str = "1003:10-1003:15 deprecated `old.X` is deprecated (use `new.X`)";

#[test]
fn an_editor_is_served() {
    let (_folder, root, text) = project();
    let mut editor = Editor::open(&root, &[], Value::Null);
    editor.type_text("app.py", 1, &text);
    let (uri, told) = editor.diagnostics();
    assert_eq!(uri, editor.uri("app.py"));
    assert_eq!(told, [FIRST, LAST]);

    // Many changes at once, of which the last one counts, in time.
    let more = format!("{text}from old import X as Y\n");
    for version in 2..10 {
        editor.type_text("app.py", version, &text);
    }
    let started = Instant::now();
    editor.type_text("app.py", 10, &more);
    let mut told = editor.diagnostics().1;
    while told.len() < 3 {
        told = editor.diagnostics().1;
    }
    let took = started.elapsed();
    assert_eq!(
        told[2],
        "1004:16-1004:17 deprecated `old.X` is deprecated (use `new.X`)"
    );
    println!("diagnostics after {took:?}");
    let limit = if cfg!(debug_assertions) { 3000 } else { 100 };
    assert!(took < Duration::from_millis(limit), "{took:?}");

    // One action, and it gives what `apply` gives.
    let actions = editor.actions("app.py", None);
    assert_eq!(actions.len(), 1);
    assert_eq!(
        actions[0]["title"],
        "Rewrite the deprecated paths of this file (3 references)"
    );
    assert_eq!(actions[0]["kind"], "quickfix");
    let after = edited(&more, &actions[0], 10);
    let on_save = editor.actions("app.py", Some("source.fixAll"));
    assert_eq!(on_save[0]["kind"], "source.fixAll.repoint");
    assert_eq!(editor.actions("app.py", Some("refactor")), [Value::Null; 0]);
    fs::write(root.join("app.py"), &more).expect("saved");
    let applied = Command::new(env!("CARGO_BIN_EXE_repoint"))
        .args(["apply", "-q"])
        .current_dir(&root)
        .status()
        .expect("it runs");
    assert!(applied.success());
    let there = fs::read_to_string(root.join("app.py")).expect("the file");
    assert_ne!(there, more);
    assert_eq!(after, there);

    // Once the editor has made the edits nothing is left to be said or done.
    editor.type_text("app.py", 11, &after);
    assert_eq!(editor.diagnostics().1, [""; 0]);
    assert_eq!(editor.actions("app.py", None), [Value::Null; 0]);

    editor.tell(
        "textDocument/didClose",
        json!({"textDocument": {"uri": editor.uri("app.py")}}),
    );
    assert_eq!(editor.diagnostics().1, [""; 0]);
    let said = editor.close();
    assert_eq!(said, ["client/registerCapability"]);
}

#[test]
fn files_and_settings_that_change_count_at_once() {
    let (_folder, root, text) = project();
    let mut editor = Editor::open(&root, &[], json!({"strings": "known"}));
    editor.type_text("app.py", 1, &text);
    assert_eq!(editor.diagnostics().1, [FIRST, LAST]);

    // The table changes on disk.
    let table = "language = \"python\"\nname = \"t\"\n[moves]\n\"old.X\" = \"newer.X\"\n";
    fs::write(root.join("mappings/t.toml"), table).expect("written");
    let changed =
        |editor: &Editor, file: &str| json!({"changes": [{"uri": editor.uri(file), "type": 2}]});
    editor.tell(
        "workspace/didChangeWatchedFiles",
        changed(&editor, "mappings/t.toml"),
    );
    assert_eq!(
        editor.diagnostics().1[0],
        "0:26-0:27 deprecated `old.X` is deprecated (use `newer.X`)"
    );

    // A table that is wrong is said, and nothing is diagnosed until it is right.
    fs::write(root.join("mappings/t.toml"), "language = \"python\"\n").expect("written");
    editor.tell(
        "workspace/didChangeWatchedFiles",
        changed(&editor, "mappings/t.toml"),
    );
    assert_eq!(editor.diagnostics().1, [""; 0]);
    let said = editor.messages.join("\n");
    assert!(
        said.contains("window/showMessage") && said.contains("t.toml"),
        "{said}"
    );
    fs::write(root.join("mappings/t.toml"), table).expect("written");
    editor.tell(
        "workspace/didChangeWatchedFiles",
        changed(&editor, "mappings/t.toml"),
    );
    assert_eq!(editor.diagnostics().1.len(), 2);

    // The settings of the editor.
    let other = "language = \"python\"\nname = \"o\"\n[[remove]]\npath = \"old.X\"\n";
    fs::write(root.join("other.toml"), other).expect("written");
    let settings = json!({"settings": {"repoint": {"mappings": ["other.toml"]}}});
    editor.tell("workspace/didChangeConfiguration", settings);
    assert_eq!(
        editor.diagnostics().1[0],
        "0:26-0:27 removed it is deprecated and has no successor"
    );
    assert_eq!(editor.actions("app.py", None), [Value::Null; 0]);

    // What is no source, and what does not parse.
    editor.tell(
        "workspace/didChangeConfiguration",
        json!({"settings": null}),
    );
    assert_eq!(editor.diagnostics().1.len(), 2);
    editor.type_text("notes.txt", 1, "from old import X\n");
    assert_eq!(editor.diagnostics().1, [""; 0]);
    editor.type_text("broken.py", 1, "from old import X\nx = = 1\n");
    let told = editor.diagnostics().1;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("is not valid Python"), "{told:?}");
    editor.close();
}

#[test]
fn requests_that_are_not_served_are_refused_and_nothing_ends() {
    let (_folder, root, text) = project();
    let mut editor = Editor::open(&root, &[], Value::Null);
    let id = RequestId::from("odd".to_owned());
    let odd = Request::new(id.clone(), "textDocument/hover".to_owned(), json!({}));
    editor.send(Message::Request(odd));
    let refused = loop {
        match editor.receive() {
            Message::Response(response) if response.id == id => break response,
            other => editor.heard(other),
        }
    };
    assert!(
        format!("{refused:?}").contains("not served here"),
        "{refused:?}"
    );
    editor.tell("textDocument/didOpen", json!({"nonsense": 1}));
    editor.tell("$/setTrace", json!({"value": "off"}));
    editor.type_text("app.py", 1, &text);
    assert_eq!(editor.diagnostics().1.len(), 2);
    editor.close();
}
