//! From sources to one table a language, or to everything that is wrong with them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_spanned::Spanned;

use super::check::{self, RuleDecl};
use super::example::Example;
use super::make::Maker;
use super::read::{self, Written};
use super::rows::{Row, Target};
use super::rule::Origin;
use super::source::{HomeSource, MappingSource};
use super::table::Table;
use crate::document::{Place, Problem, Problems, Read, Source, nearest};
use crate::path::Syntax;

/// What was loaded: a table for each language that has rules.
#[derive(Debug, Default)]
pub struct Tables {
    tables: Vec<Table>,
    mappings: Vec<Mapping>,
    examples: Vec<Example>,
    warnings: Vec<Problem>,
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

    /// What the tables say that they do, in the order of the files.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// What is odd about the rules, but no error.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }
}

/// Loads all sources together: later ones may override rules of earlier ones. `known` are the
/// languages that there are.
///
/// # Errors
/// Everything that is wrong, files in order, lines in order.
pub fn load(sources: &[MappingSource], known: &[&'static Syntax]) -> Result<Tables, Problems> {
    let mut loader = Loader {
        known,
        decls: known.iter().map(|_| Vec::new()).collect(),
        lost: known.iter().map(|_| false).collect(),
        errors: Vec::new(),
        mappings: Vec::new(),
        examples: Vec::new(),
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
            MappingSource::Home(home) => loader.home(home),
        };
        loader.errors[before..].sort_by_key(Problem::position);
        names.push(source.name.clone());
    }
    let mut tables = Vec::new();
    let mut warnings = Vec::new();
    let mut errors = loader.errors;
    for ((syntax, decls), lost) in known.iter().zip(loader.decls).zip(loader.lost) {
        if decls.is_empty() {
            continue;
        }
        if let Some(table) = check::table(syntax, decls, lost, &mut errors, &mut warnings) {
            tables.push(table);
        }
    }
    // Errors of form were found file by file, those between rules later.
    let order = |error: &Problem| {
        let file = error.file().unwrap_or(Path::new("--move"));
        names.iter().position(|name| name == file)
    };
    errors.sort_by_cached_key(|error| (order(error), error.position()));
    warnings.sort_by_cached_key(|warning| (order(warning), warning.position()));
    Problems::unless(
        errors,
        Tables {
            tables,
            mappings: loader.mappings,
            examples: loader.examples,
            warnings,
        },
    )
}

/// Tables of rules `old` to `new`, as `--move` gives them.
///
/// # Errors
/// See [`load`].
pub fn from_moves(moves: &[(&str, &str)], known: &[&'static Syntax]) -> Result<Tables, Problems> {
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
    decls: Vec<Vec<RuleDecl>>,
    /// Whether a rule of the language could not be read.
    lost: Vec<bool>,
    errors: Vec<Problem>,
    mappings: Vec<Mapping>,
    examples: Vec<Example>,
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
            pairs,
            examples,
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
                Problem::at(
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
        rows.extend(pairs.into_iter().map(|(old, new)| Read {
            span: old.span(),
            table: Row::simple_move(old, new),
            is_whole: true,
            keys: BTreeMap::new(),
        }));
        rows.extend(removes.into_iter().map(Row::read));
        rows.extend(keeps.into_iter().map(Row::read));
        if rows.is_empty() && !lost {
            self.errors.push(
                Problem::whole(Some(&source.name), "the table has no rule")
                    .help("add a `[[move]]`, a `[moves]`, a `[[remove]]` or a `[[keep]]`"),
            );
        }
        rows.sort_by_key(|row| row.table.span.start);
        let mut maker = Maker {
            known: self.known,
            syntax: self.known[index],
            source,
            rename: head.rename,
            word: head.word,
            decls: &mut self.decls[index],
            errors: &mut self.errors,
            lost,
        };
        let before = maker.decls.len();
        for row in rows {
            maker.row(row);
        }
        let lost = maker.lost;
        self.lost[index] |= lost;
        let language = self.known[index].language;
        self.examples
            .extend(Example::all(examples, source, language, &mut self.errors));
        self.mappings.push(Mapping {
            file: source.name.clone(),
            name: head.name,
            description: head.description,
            language,
            rules: self.decls[index].len() - before,
        });
    }

    /// The home stays, and each other path moves to it.
    fn home(&mut self, home: &HomeSource) -> Arc<Source> {
        let paths = std::iter::once(&home.home).chain(&home.others);
        let text: String = paths.flat_map(|path| [path, "\n"]).collect();
        let source = Source::file(home.origin.0.clone(), text);
        let Some(index) = self.index_of(&home.language) else {
            return source;
        };
        let decls = &mut self.decls[index];
        let before = decls.len();
        let mut maker = Maker {
            known: self.known,
            syntax: self.known[index],
            source: &source,
            rename: None,
            word: None,
            decls,
            errors: &mut self.errors,
            lost: false,
        };
        let target = Spanned::new(0..home.home.len(), home.home.clone());
        let stays = Row {
            exact: true,
            id: Some(HomeSource::id(&home.home)),
            ..Row::plain(target.clone(), Target::Stays)
        };
        let mut start = home.home.len() + 1;
        let mut rows = vec![stays];
        for other in &home.others {
            let path = Spanned::new(start..start + other.len(), other.clone());
            start += other.len() + 1;
            rows.push(Row::simple_move(path, target.clone()));
        }
        for row in rows {
            let row = Row {
                package: home.package.clone(),
                ..row
            };
            maker.row(Read {
                span: row.span.clone(),
                table: row,
                is_whole: true,
                keys: BTreeMap::new(),
            });
        }
        self.lost[index] |= maker.lost;
        let (file, line) = &home.origin;
        for decl in &mut self.decls[index][before..] {
            decl.rule.origin = Origin::Home {
                file: file.clone(),
                line: *line,
            };
        }
        source
    }

    fn move_text(&mut self, source: &Arc<Source>, language: Option<&str>) {
        let text = source.text.as_str();
        let everything = || Place::new(source, 0..text.len());
        // A separator of several characters (`::`) belongs to one language; a dot to many.
        let told = self
            .known
            .iter()
            .position(|s| s.separator.len() > 1 && text.contains(s.separator));
        // Where no language writes `::` it is the one with a dot, if there is a dot.
        let told = told.or_else(|| {
            let mut dotted = self
                .known
                .iter()
                .enumerate()
                .filter(|(_, s)| s.separator == ".");
            let (index, _) = dotted.next().filter(|_| text.contains('.'))?;
            dotted.next().is_none().then_some(index)
        });
        let index = match language {
            Some(language) => self.index_of(language).ok_or_else(|| {
                Problem::at(everything(), format!("unknown language `{language}`"))
                    .help(format!("expected {}", self.languages()))
            }),
            None => told.ok_or_else(|| {
                Problem::at(everything(), "the language of the paths cannot be told")
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
                Problem::at(everything(), "expected `OLD=NEW`, found no `=`")
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
            word: None,
            decls: &mut self.decls[index],
            errors: &mut self.errors,
            lost: false,
        };
        // Blanks around the sign are nobody's names.
        let old = trimmed(old, 0);
        let new = trimmed(new, text.len() - new.len());
        maker.row(Read {
            table: Row::simple_move(old, new),
            span: 0..text.len(),
            is_whole: true,
            keys: BTreeMap::new(),
        });
        self.lost[index] |= maker.lost;
    }
}

/// A part of a text, which starts at a byte of it, without the blanks around.
fn trimmed(part: &str, start: usize) -> Spanned<String> {
    let word = part.trim();
    let start = start + part.len() - part.trim_start().len();
    Spanned::new(start..start + word.len(), word.to_owned())
}
