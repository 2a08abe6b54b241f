//! A line-based language for tests of the engine.
//!
//! `use a::B;` and `use a::B as C;` import, `a::B` uses, `def X` defines, `?` is no toy, `panic`
//! panics, `deep N` recurses N times, `grow` is rewritten anew by each run: a defect. `once` has a
//! comment inserted at the top, `# ...`, and `~latin-1` there is the file's encoding. A file whose name starts with
//! `ahead` is attempted by the survey, and stands unless its name has `doubted` in it.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::lang::{Ahead, Attempt, Language, RewriteOptions, Session, SourceError};
use crate::mapping::{Outcome, Table, from_moves};
use crate::outline::{Binding, Meaning, Use};
use crate::path::{Known, Namespaces, RUST, Segment, SymbolPath, Syntax};
use crate::plan::{Analysis, Reference};
use crate::project::{Anchor, Project, WalkOptions};
use crate::text::{Edit, Edits, Encoding};
use crate::tokens::{Kind, Token, Tokens};

pub struct FakeLanguage;

/// The table, the names of the files that it was told of ahead, and how many texts it was asked about.
struct Work<'a>(&'a Table, Mutex<Vec<String>>, AtomicUsize);

/// A table of moves.
pub fn table(moves: &[(&str, &str)]) -> Table {
    let tables = from_moves(moves, &[&RUST]).expect("a table");
    tables.into_tables().remove(0)
}

impl Language for FakeLanguage {
    fn syntax(&self) -> &'static Syntax {
        &RUST
    }

    fn is_source(&self, path: &Path, _: &RewriteOptions) -> bool {
        path.extension().is_some_and(|extension| extension == "toy")
    }

    fn comment_sign(&self) -> &'static str {
        "#"
    }

    fn anchors_of_stars(&self) -> Vec<Anchor> {
        Vec::new()
    }

    fn anchors(&self, _: &Table) -> Vec<Anchor> {
        Vec::new()
    }

    /// `~latin-1` at the start says so.
    fn encoding_of(&self, _: &Path, bytes: &[u8]) -> Result<Encoding, SourceError> {
        Ok(match bytes.starts_with(b"~latin-1\n") {
            true => Encoding::LATIN_1,
            false => Encoding::UTF_8,
        })
    }

    /// Lines are imports or comments as a whole, else words and dots; `pass` is a filler.
    fn tokens(&self, _: &Path, text: &str) -> Tokens {
        tokens(text)
    }

    fn open<'a>(
        &'a self,
        _: &'a Project,
        table: &'a Table,
        _: &'a RewriteOptions,
    ) -> Box<dyn Session + 'a> {
        Box::new(Work(table, Mutex::default(), AtomicUsize::new(0)))
    }
}

/// The tokens of a text of the fake language.
pub fn tokens(text: &str) -> Tokens {
    let mut tokens = Tokens::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.trim_end().len();
        start += line.len();
        let first = line.split_whitespace().next().unwrap_or_default();
        match first {
            "use" => tokens.code.push(Token::new(Kind::Import, range)),
            // What `once` inserts.
            "#" if line == "# once\n" => {}
            "#" => tokens.code.push(Token::new(Kind::Comment, range)),
            "#!" => tokens.code.push(Token::new(Kind::Directive, range)),
            "once" | "grow" => {}
            _ => words(text, range, &mut tokens.code),
        }
    }
    tokens
}

/// The words and dots of a line.
fn words(text: &str, line: std::ops::Range<usize>, tokens: &mut Vec<Token>) {
    let mut at = line.start;
    while at < line.end {
        let rest = &text[at..line.end];
        let word = rest
            .find(|c: char| c != '_' && !c.is_alphanumeric())
            .unwrap_or(rest.len());
        let (kind, len) = match &rest[..word] {
            "" if rest.starts_with("::") => (Kind::Dot, 2),
            "" => (Kind::Other, rest.chars().next().map_or(1, char::len_utf8)),
            "pass" => (Kind::Filler, word),
            _ => (Kind::Name, word),
        };
        if !rest.starts_with(' ') {
            tokens.push(Token::new(kind, at..at + len));
        }
        at += len;
    }
}

fn is_ahead(file: &Path) -> bool {
    let name = file.file_name().map(|name| name.to_string_lossy());
    name.is_some_and(|name| name.starts_with("ahead"))
}

impl Session for Work<'_> {
    /// A file named `boom.toy` makes it panic.
    fn survey(&self, ahead: &[Ahead<'_>], _: &WalkOptions, attempt: Attempt<'_>) {
        ahead
            .iter()
            .filter(|ahead| is_ahead(ahead.file))
            .for_each(attempt);
        let names = ahead.iter().filter_map(|ahead| ahead.file.file_name());
        let names: Vec<_> = names.map(|name| name.to_string_lossy()).collect();
        assert!(!names.contains(&"boom.toy".into()), "toy survey");
        let mut told = self.1.lock().expect("nobody panics with it");
        told.push(names.join(" "));
    }

    fn remarks(&self) -> Vec<String> {
        let mut told = self.1.lock().expect("nobody panics with it").clone();
        if told.iter().any(|names| is_ahead(Path::new(names))) {
            told.push(format!("analyzed {}", self.2.load(Ordering::Relaxed)));
        }
        told
    }

    fn stands(&self, file: &Path) -> bool {
        is_ahead(file) && !file.to_string_lossy().contains("doubted")
    }

    fn analyze(&self, _: &Path, text: &str) -> Result<Analysis, SourceError> {
        self.2.fetch_add(1, Ordering::Relaxed);
        let mut analysis = Analysis::default();
        let mut edits = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let at = start;
            start += line.len();
            let line = line.trim_end();
            match line.split_once(' ').unwrap_or((line, "")) {
                ("" | "~latin-1", _) => {}
                ("#" | "#!" | "pass", _) => {}
                ("once", _) if !text.starts_with('#') => edits.push(Edit::insert(0, "# once\n")),
                ("once", _) => {}
                ("?", _) => {
                    return Err(SourceError {
                        message: "expected toy".to_owned(),
                        offset: Some(at),
                    });
                }
                ("panic", _) => panic!("toy panic"),
                ("deep", levels) => {
                    descend(levels.parse().expect("a number"));
                }
                ("grow", _) => edits.push(Edit::insert(at, "grow\n")),
                ("def", name) => analysis
                    .outline
                    .definitions
                    .entry(String::new())
                    .or_default()
                    .push(name.into()),
                ("use", rest) => self.import(&mut analysis, &mut edits, rest, at + 4),
                _ => self.mention(&mut analysis, &mut edits, line, at),
            }
        }
        analysis.plan.edits = Edits::new(edits, text).expect("edits of lines");
        Ok(analysis)
    }
}

impl Work<'_> {
    fn import(&self, analysis: &mut Analysis, edits: &mut Vec<Edit>, rest: &str, at: usize) {
        let clause = rest.trim_end_matches(';');
        let (path, name) = clause.split_once(" as ").unwrap_or_else(|| {
            let last = clause.rfind("::").map_or(0, |at| at + 2);
            (clause, &clause[last..])
        });
        let (meaning, new) = self.reference(analysis, edits, path, at);
        if path == clause
            && let Some(new) = new
            && new.last() != name
        {
            edits.push(Edit::insert(at + path.len(), format!(" as {name}")));
        }
        analysis.outline.bindings.push(Binding {
            scope: String::new(),
            name: name.into(),
            visibility: String::new(),
            condition: String::new(),
            meaning,
            namespaces: Namespaces::ALL,
            known: Known::NOTHING,
            stays: false,
        });
    }

    fn mention(&self, analysis: &mut Analysis, edits: &mut Vec<Edit>, path: &str, at: usize) {
        let (meaning, _) = self.reference(analysis, edits, path, at);
        analysis.outline.uses.push(Use {
            meaning,
            namespaces: Namespaces::ALL,
            known: Known::NOTHING,
            stays: false,
            range: Some(at..at + path.len()),
        });
    }

    fn reference(
        &self,
        analysis: &mut Analysis,
        edits: &mut Vec<Edit>,
        path: &str,
        at: usize,
    ) -> (Meaning, Option<SymbolPath>) {
        let segments: Vec<Segment> = path.split("::").map(Segment::new).collect();
        let mut new = None;
        if let Outcome::Moves(moved) = self.0.resolve(&segments, Namespaces::ALL) {
            let successor = moved.to.display(&RUST).to_string();
            edits.push(Edit::replace(at..at + path.len(), successor.clone()));
            analysis.plan.references.push(Reference {
                range: at..at + path.len(),
                path: path.to_owned(),
                successor: Some(successor),
                rule: moved.first.index,
                rewritten: true,
            });
            new = Some(moved.to);
        }
        (Meaning::Path(segments), new)
    }
}

/// Uses some hundred bytes of stack a level.
fn descend(levels: usize) -> usize {
    let pad = std::hint::black_box([levels; 32]);
    if levels == 0 {
        return 0;
    }
    descend(levels - 1) + pad[levels % 32].min(1)
}
