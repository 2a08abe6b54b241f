//! From sources to one table a language, or to everything that is wrong with them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_spanned::Spanned;

use super::check::{self, Draft};
use super::diagnostic::{MappingError, MappingErrors, Place, Source};
use super::read::{self, Read, Written};
use super::rows::{Row, Target};
use super::rule::{Action, Origin, Rename, Rule};
use super::schema::nearest;
use super::source::MappingSource;
use super::table::Table;
use super::written_path::{kind_named, read_name, read_path};
use crate::path::{Namespaces, SymbolPath, Syntax};

/// What was loaded: a table for each language that has rules.
#[derive(Debug, Default)]
pub struct Tables {
    tables: Vec<Table>,
    mappings: Vec<Mapping>,
    warnings: Vec<MappingError>,
}

/// The head of a mapping file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The file, as it was named or found.
    pub file: PathBuf,
    /// What the table is called.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// The language of its paths.
    pub language: &'static str,
    /// How many rules it holds, each of `names` counted.
    pub rules: usize,
}

impl Tables {
    /// The tables, in the order in which their languages are known.
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// The tables alone.
    pub fn into_tables(self) -> Vec<Table> {
        self.tables
    }

    /// The table of a language, if it has rules.
    pub fn of(&self, language: &str) -> Option<&Table> {
        self.tables
            .iter()
            .find(|table| table.syntax().language == language)
    }

    /// The files that the tables were made of, in order.
    pub fn mappings(&self) -> &[Mapping] {
        &self.mappings
    }

    /// What is odd about the rules, but no error.
    pub fn warnings(&self) -> &[MappingError] {
        &self.warnings
    }
}

/// Loads all sources together: later ones may override rules of earlier ones. `known` are the
/// languages that there are.
///
/// # Errors
/// Everything that is wrong, files in order, lines in order.
pub fn load(
    sources: &[MappingSource],
    known: &[&'static Syntax],
) -> Result<Tables, MappingErrors> {
    let mut loader = Loader {
        known,
        drafts: known.iter().map(|_| Vec::new()).collect(),
        lost: known.iter().map(|_| false).collect(),
        errors: Vec::new(),
        mappings: Vec::new(),
    };
    let mut names = Vec::new();
    for source in sources {
        let before = loader.errors.len();
        let source = match source {
            MappingSource::Toml { file, text } => {
                let source = Source::file(file.clone(), text.clone());
                loader.file(&source);
                source
            }
            MappingSource::Move { text, language } => {
                let source = Source::command_line(text.clone());
                loader.move_text(&source, language.as_deref());
                source
            }
        };
        loader.errors[before..].sort_by_key(MappingError::position);
        names.push(source.name.clone());
    }
    let mut tables = Vec::new();
    let mut warnings = Vec::new();
    let mut errors = loader.errors;
    for ((syntax, drafts), lost) in known.iter().zip(loader.drafts).zip(loader.lost) {
        if drafts.is_empty() {
            continue;
        }
        if let Some(table) = check::table(syntax, drafts, lost, &mut errors, &mut warnings) {
            tables.push(table);
        }
    }
    // Errors of form were found file by file, those between rules later.
    let order = |error: &MappingError| {
        let file = error.file().unwrap_or(Path::new("--move"));
        names.iter().position(|name| name == file)
    };
    errors.sort_by_cached_key(|error| (order(error), error.position()));
    warnings.sort_by_cached_key(|warning| (order(warning), warning.position()));
    MappingErrors::unless(
        errors,
        Tables {
            tables,
            mappings: loader.mappings,
            warnings,
        },
    )
}

/// Tables of rules `old` to `new`, as `--move` gives them.
///
/// # Errors
/// See [`load`].
pub fn from_moves(
    moves: &[(&str, &str)],
    known: &[&'static Syntax],
) -> Result<Tables, MappingErrors> {
    let only = match known {
        [only] => Some(only.language.to_owned()),
        _ => None,
    };
    let sources: Vec<_> = moves
        .iter()
        .map(|(old, new)| MappingSource::Move {
            text: format!("{old}={new}"),
            language: only.clone(),
        })
        .collect();
    load(&sources, known)
}

struct Loader<'a> {
    known: &'a [&'static Syntax],
    /// Rules of each known language.
    drafts: Vec<Vec<Draft>>,
    /// Whether a rule of the language could not be read.
    lost: Vec<bool>,
    errors: Vec<MappingError>,
    mappings: Vec<Mapping>,
}

impl Loader<'_> {
    fn index_of(&self, language: &str) -> Option<usize> {
        self.known.iter().position(|s| s.language == language)
    }

    fn languages(&self) -> String {
        let names: Vec<_> = self
            .known
            .iter()
            .map(|s| format!("`{}`", s.language))
            .collect();
        names.join(" or ")
    }

    fn file(&mut self, source: &Arc<Source>) {
        let Written {
            head,
            moves,
            removes,
            keeps,
            lost,
        } = read::read(source, &mut self.errors);
        let Some(head) = head else {
            // Its language is unknown, so no table is whole.
            self.lost.fill(true);
            return;
        };
        let Some(index) = self.index_of(head.language.get_ref()) else {
            let language = head.language.get_ref();
            let near = nearest(language, self.known.iter().map(|s| s.language));
            let help = near.map(|near| format!("did you mean `{near}`?"));
            self.errors.push(
                MappingError::at(
                    Place::new(source, head.language.span()),
                    format!("unknown language `{language}`"),
                )
                .help(format!("expected {}", self.languages()))
                .help_if(help),
            );
            self.lost.fill(true);
            return;
        };
        let mut rows: Vec<Read<Row>> = Vec::new();
        rows.extend(moves.into_iter().map(Row::read));
        rows.extend(removes.into_iter().map(Row::read));
        rows.extend(keeps.into_iter().map(Row::read));
        if rows.is_empty() && !lost {
            self.errors.push(
                MappingError::whole(Some(&source.name), "the table has no rule")
                    .help("add a `[[move]]`, a `[[remove]]` or a `[[keep]]`"),
            );
        }
        rows.sort_by_key(|row| row.rule.path.span().start);
        let mut maker = Maker {
            known: self.known,
            syntax: self.known[index],
            source,
            rename: head.rename,
            drafts: &mut self.drafts[index],
            errors: &mut self.errors,
            lost,
        };
        let before = maker.drafts.len();
        for row in rows {
            maker.row(row);
        }
        self.lost[index] |= maker.lost;
        self.mappings.push(Mapping {
            file: source.name.clone(),
            name: head.name,
            description: head.description,
            language: self.known[index].language,
            rules: self.drafts[index].len() - before,
        });
    }

    fn move_text(&mut self, source: &Arc<Source>, language: Option<&str>) {
        let text = source.text.as_str();
        let everything = || Place::new(source, 0..text.len());
        // A separator of several characters (`::`) belongs to one language; a dot to many.
        let told = self
            .known
            .iter()
            .position(|s| s.separator.len() > 1 && text.contains(s.separator));
        let index = match language {
            Some(language) => self.index_of(language).ok_or_else(|| {
                MappingError::at(everything(), format!("unknown language `{language}`"))
                    .help(format!("expected {}", self.languages()))
            }),
            None => told.ok_or_else(|| {
                MappingError::at(everything(), "the language of the paths cannot be told")
                    .help(format!("give `--lang` {}", self.languages()))
            }),
        };
        let index = match index {
            Ok(index) => index,
            Err(error) => {
                self.errors.push(error);
                self.lost.fill(true);
                return;
            }
        };
        let Some((old, new)) = text.split_once('=') else {
            self.errors.push(
                MappingError::at(everything(), "expected `OLD=NEW`, found no `=`")
                    .help("write the old path, `=`, the new path"),
            );
            self.lost[index] = true;
            return;
        };
        let mut maker = Maker {
            known: self.known,
            syntax: self.known[index],
            source,
            rename: None,
            drafts: &mut self.drafts[index],
            errors: &mut self.errors,
            lost: false,
        };
        let old = Spanned::new(0..old.len(), old.to_owned());
        let new = Spanned::new(text.len() - new.len()..text.len(), new.to_owned());
        maker.row(Read {
            rule: Row::simple_move(old, new),
            whole: true,
        });
        self.lost[index] |= maker.lost;
    }
}

/// Makes rules of the rows of one source.
struct Maker<'a> {
    known: &'a [&'static Syntax],
    syntax: &'static Syntax,
    source: &'a Arc<Source>,
    rename: Option<Rename>,
    drafts: &'a mut Vec<Draft>,
    errors: &'a mut Vec<MappingError>,
    lost: bool,
}

impl Maker<'_> {
    fn place(&self, range: std::ops::Range<usize>) -> Place {
        Place::new(self.source, range)
    }

    fn path(&mut self, text: &Spanned<String>, kind: &mut Option<Namespaces>) -> Option<SymbolPath> {
        let written = read_path(text, self.syntax, self.source, self.errors)?;
        if let Some(told) = written.kind {
            if kind.is_some_and(|kind| !kind.meets(told)) {
                self.errors.push(
                    MappingError::at(
                        self.place(text.span()),
                        "`kind` contradicts the colon, which says that the path is an object",
                    )
                    .help("write the path without a colon, or leave `kind` out"),
                );
            }
            kind.get_or_insert(told);
        }
        Some(written.path)
    }

    fn kind(&mut self, text: &Spanned<String>) -> Option<Namespaces> {
        let name = text.get_ref();
        let kind = kind_named(self.syntax, name);
        if kind.is_none() {
            let language = self.syntax.language;
            let owner = self.known.iter().find(|s| s.kinds.contains(&name.as_str()));
            let message = match owner {
                Some(other) => format!("`{name}` is a kind of {}, not of {language}", other.language),
                None => format!("unknown kind `{name}`"),
            };
            let kinds: Vec<_> = self.syntax.kinds.iter().map(|k| format!("`{k}`")).collect();
            let help = match nearest(name, self.syntax.kinds.iter().copied()) {
                Some(near) if owner.is_none() => format!("did you mean `{near}`?"),
                _ => format!("the kinds of {language} are {}", kinds.join(", ")),
            };
            self.errors
                .push(MappingError::at(self.place(text.span()), message).help(help));
        }
        kind
    }

    /// Makes the rules of one row; what is wrong with it is reported, and it is lost.
    fn row(&mut self, Read { rule: row, whole }: Read<Row>) {
        let before = self.errors.len();
        let mut kind = row.kind.as_ref().and_then(|text| self.kind(text));
        let from = self.path(&row.path, &mut kind);
        let (action, target) = match &row.target {
            Target::Stays => (Some(Action::Keep), None),
            Target::Gone => (Some(Action::Remove), None),
            Target::Moves { to, alternatives } => match (to, alternatives) {
                (Some(to), None) => {
                    let path = self.path(to, &mut kind);
                    (path.map(Action::Move), Some(to.span()))
                }
                (None, Some(list)) => {
                    let paths: Vec<_> = list
                        .get_ref()
                        .iter()
                        .filter_map(|text| self.path(text, &mut kind))
                        .collect();
                    if list.get_ref().is_empty() && whole {
                        self.errors.push(
                            MappingError::at(self.place(list.span()), "`alternatives` is empty")
                                .help("a path without a successor is a `[[remove]]`"),
                        );
                    }
                    (Some(Action::Alternatives(paths)), Some(list.span()))
                }
                (Some(_), Some(list)) => {
                    self.errors.push(
                        MappingError::at(
                            self.place(list.span()),
                            "a rule has either `to` or `alternatives`",
                        )
                        .help("leave one of them out"),
                    );
                    (None, None)
                }
                (None, None) => {
                    if whole {
                        self.errors.push(
                            MappingError::at(self.place(row.path.span()), "the rule needs `to`")
                                .help(
                                    "a path with several possible successors has `alternatives`, \
                                     one without is a `[[remove]]`",
                                ),
                        );
                    }
                    (None, None)
                }
            },
        };
        let names = row.names.as_ref().map(|list| {
            if list.get_ref().is_empty() && whole {
                self.errors.push(
                    MappingError::at(self.place(list.span()), "`names` is empty")
                        .help("leave it out to speak of all that lies below the path"),
                );
            }
            let mut names = Vec::new();
            for text in list.get_ref() {
                let name = read_name(text, self.syntax, self.source, self.errors);
                names.extend(name.map(|name| (name, text.span())));
            }
            names
        });
        let (Some(from), Some(action)) = (from, action) else {
            self.lost = true;
            return;
        };
        if !whole || self.errors.len() > before {
            self.lost = true;
            return;
        }
        let kinds = kind.unwrap_or(Namespaces::ALL);
        match names {
            None => {
                let at = self.place(row.path.span());
                self.draft(&row, from, action, kinds, at, target);
            }
            Some(names) => {
                for (name, span) in names {
                    let action = match &action {
                        Action::Move(to) => Action::Move(to.child(name.clone())),
                        Action::Alternatives(paths) => Action::Alternatives(
                            paths.iter().map(|path| path.child(name.clone())).collect(),
                        ),
                        other => other.clone(),
                    };
                    let at = self.place(span);
                    self.draft(&row, from.child(name), action, kinds, at, target.clone());
                }
            }
        }
    }

    fn draft(
        &mut self,
        row: &Row,
        from: SymbolPath,
        action: Action,
        kinds: Namespaces,
        at: Place,
        target: Option<std::ops::Range<usize>>,
    ) {
        let origin = if self.source.command_line {
            Origin::CommandLine
        } else {
            Origin::File {
                file: self.source.name.clone(),
                line: self.source.line(at.range.start),
                range: at.range.clone(),
            }
        };
        let id = row
            .id
            .clone()
            .unwrap_or_else(|| from.display(self.syntax).to_string());
        let rule = Rule {
            id,
            from,
            action,
            kinds,
            exact: row.exact,
            rename: row.rename.or(self.rename).unwrap_or_default(),
            note: row.note.clone(),
            review: row.review.clone(),
            url: row.url.clone(),
            since: row.since.clone(),
            requires: row.requires.clone(),
            package: row.package.clone(),
            origin,
        };
        self.drafts.push(Draft {
            rule,
            target: target.map_or_else(|| at.clone(), |range| self.place(range)),
            at,
            overrides: row.overrides,
            implied: false,
        });
    }
}
