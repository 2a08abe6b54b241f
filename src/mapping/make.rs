//! From rows as written to rules: paths are read, `names` are spelled out, defaults filled in.

use std::ops::Range;
use std::sync::Arc;

use serde_spanned::Spanned;

use super::check::RuleDecl;
use super::rows::{Row, Target};
use super::rule::{Action, Origin, Rename, Rule};
use super::several::Names;
use super::version::Version;
use super::written_path::{kind_named, read_name, read_path};
use crate::document::{Place, Problem, Read, Source, nearest};
use crate::path::{Namespaces, Segment, SymbolPath, Syntax};

/// Makes rules of the rows of one source.
pub(super) struct Maker<'a> {
    pub(super) known: &'a [&'static Syntax],
    pub(super) syntax: &'static Syntax,
    pub(super) source: &'a Arc<Source>,
    pub(super) rename: Option<Rename>,
    pub(super) word: Option<String>,
    pub(super) decls: &'a mut Vec<RuleDecl>,
    pub(super) errors: &'a mut Vec<Problem>,
    /// A row could not be made into rules.
    pub(super) lost: bool,
}

impl Maker<'_> {
    fn place(&self, range: Range<usize>) -> Place {
        Place::new(self.source, range)
    }

    fn path(
        &mut self,
        text: &Spanned<String>,
        kind: &mut Option<Namespaces>,
    ) -> Option<(SymbolPath, Option<usize>)> {
        let written = read_path(text, self.syntax, self.source, self.errors)?;
        if let Some(told) = written.kind {
            if kind.is_some_and(|kind| !kind.meets(told)) {
                let what = match written.module {
                    Some(_) => "an object",
                    None => "a module",
                };
                self.errors.push(
                    Problem::at(
                        self.place(text.span()),
                        format!("`kind` contradicts the colon, which says that the path is {what}"),
                    )
                    .help("write the path without a colon, or leave `kind` out"),
                );
            }
            kind.get_or_insert(told);
        }
        Some((written.path, written.module))
    }

    fn kind(&mut self, text: &Spanned<String>) -> Option<Namespaces> {
        let name = text.get_ref();
        let kind = kind_named(self.syntax, name);
        if kind.is_none() {
            let language = self.syntax.language;
            let owner = self.known.iter().find(|s| s.kinds.contains(&name.as_str()));
            let message = match owner {
                Some(other) => format!(
                    "`{name}` is a kind of {}, not of {language}",
                    other.language
                ),
                None => format!("unknown kind `{name}`"),
            };
            let kinds: Vec<_> = self.syntax.kinds.iter().map(|k| format!("`{k}`")).collect();
            let help = match nearest(name, self.syntax.kinds.iter().copied()) {
                Some(near) if owner.is_none() => format!("did you mean `{near}`?"),
                _ => format!("the kinds of {language} are {}", kinds.join(", ")),
            };
            self.errors
                .push(Problem::at(self.place(text.span()), message).help(help));
        }
        kind
    }

    /// Makes the rules of one row; what is wrong with it is reported, and it is lost.
    pub(super) fn row(&mut self, read: Read<Row>) {
        let (row, whole) = (read.table, read.is_whole);
        if row.is_list && !self.list_fits(&row, whole) {
            self.lost = true;
            return;
        }
        let mut paths = row.paths.iter();
        if let Some(first) = paths.next() {
            let before = self.errors.len();
            self.rule(&row, first, whole);
            // What the others share with it was said once.
            let is_sound = self.errors.len() == before;
            for path in paths {
                if is_sound {
                    self.rule(&row, path, whole);
                } else {
                    read_path(path, self.syntax, self.source, self.errors);
                }
            }
        }
    }

    /// Whether a list of old paths fits the other keys of the rule.
    fn list_fits(&mut self, row: &Row, whole: bool) -> bool {
        let wrong = |message: &str, help: &str| Some((message.to_owned(), help.to_owned()));
        let has_alternatives = matches!(
            row.target,
            Target::Moves {
                alternatives: Some(_),
                ..
            }
        );
        let problem = match row.paths.as_slice() {
            [] if !whole => return false,
            [] => wrong("`from` is empty", "name at least one old path"),
            _ if row.names.is_some() => wrong(
                "a list in `from` does not go with `names`",
                "write the whole paths into the list, or one rule a path",
            ),
            _ if has_alternatives => wrong(
                "a list in `from` goes with one `to`, not with `alternatives`",
                "write one rule a path",
            ),
            _ => None,
        };
        if let Some((message, help)) = problem {
            let place = self.place(row.span.clone());
            self.errors.push(Problem::at(place, message).help(help));
            return false;
        }
        true
    }

    /// Makes the rules of one old path of a row.
    fn rule(&mut self, row: &Row, old: &Spanned<String>, whole: bool) {
        let before = self.errors.len();
        let mut kind = row.kind.as_ref().and_then(|text| self.kind(text));
        let from = self.path(old, &mut kind).map(|(path, _)| path);
        let mut target_module = None;
        let (action, targets) = match &row.target {
            Target::Stays => (Some(Action::Keep), Vec::new()),
            Target::Gone => (Some(Action::Remove), Vec::new()),
            Target::Moves { to, alternatives } => match (to, alternatives) {
                (Some(to), None) => {
                    let path = self.path(to, &mut kind).map(|(path, module)| {
                        target_module = module;
                        Action::Move(path)
                    });
                    (path, vec![to.span()])
                }
                (None, Some(list)) => {
                    let paths: Vec<_> = list
                        .get_ref()
                        .iter()
                        .filter_map(|text| self.path(text, &mut kind))
                        .map(|(path, _)| path)
                        .collect();
                    if list.get_ref().is_empty() && whole {
                        self.errors.push(
                            Problem::at(self.place(list.span()), "`alternatives` is empty")
                                .help("a path without a successor is a `[[remove]]`"),
                        );
                    }
                    (
                        Some(Action::Alternatives(paths)),
                        list.get_ref().iter().map(Spanned::span).collect(),
                    )
                }
                (Some(_), Some(list)) => {
                    self.errors.push(
                        Problem::at(
                            self.place(list.span()),
                            "a rule has either `to` or `alternatives`",
                        )
                        .help("leave one of them out"),
                    );
                    (None, Vec::new())
                }
                (None, None) => {
                    if whole {
                        self.errors.push(
                            Problem::at(self.place(old.span()), "the rule needs `to`").help(
                                "a path with several possible successors has `alternatives`, \
                                     one without is a `[[remove]]`",
                            ),
                        );
                    }
                    (None, Vec::new())
                }
            },
        };
        let available = row.available.as_ref().and_then(|text| self.version(text));
        let names = row.names.as_ref().map(|list| {
            if list.get_ref().is_empty() && whole {
                self.errors.push(
                    Problem::at(self.place(list.span()), "`names` is empty")
                        .help("leave it out to speak of all that lies below the path"),
                );
            }
            let moves_to_one = matches!(action, Some(Action::Move(_)) | None);
            if matches!(list.get_ref(), Names::Renamed(_)) && !moves_to_one {
                self.errors.push(
                    Problem::at(
                        self.place(list.span()),
                        "new names go with `to` alone, not with `alternatives`, `[[remove]]` or `[[keep]]`",
                    )
                    .help("write the names as a list, `[\"A\", \"B\"]`"),
                );
            }
            self.names(list.get_ref())
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
                let at = self.place(old.span());
                let kinds = (kinds, target_module);
                self.decl(row, from, action, kinds, available, at, &targets);
            }
            Some(names) => {
                for (name, span, new) in names {
                    let action = match &action {
                        Action::Move(to) => Action::Move(to.child(new.clone())),
                        Action::Alternatives(paths) => Action::Alternatives(
                            paths.iter().map(|path| path.child(name.clone())).collect(),
                        ),
                        other => other.clone(),
                    };
                    let at = self.place(span);
                    let from = from.child(name);
                    let kinds = (kinds, target_module);
                    self.decl(row, from, action, kinds, available, at, &targets);
                }
            }
        }
    }

    /// Each name, where it is written, and its new one.
    fn names(&mut self, names: &Names) -> Vec<(Segment, Range<usize>, Segment)> {
        let mut read = |text| read_name(text, self.syntax, self.source, self.errors);
        match names {
            Names::Same(names) => names
                .iter()
                .filter_map(|text| {
                    let name = read(text)?;
                    Some((name.clone(), text.span(), name))
                })
                .collect(),
            Names::Renamed(names) => names
                .iter()
                .filter_map(|(old, new)| {
                    let (name, to) = (read(old), read(new));
                    Some((name?, old.span(), to?))
                })
                .collect(),
        }
    }

    /// The version that `available` names.
    fn version(&mut self, text: &Spanned<String>) -> Option<Version> {
        let place = self.place(text.span());
        if !self.syntax.has_versions {
            let language = self.syntax.language;
            self.errors.push(
                Problem::at(
                    place,
                    format!("`available` means nothing to the rules of {language}"),
                )
                .help("leave it out: only a package of Rust says which version it is for"),
            );
            return None;
        }
        let version = Version::parse(text.get_ref());
        if version.is_none() {
            self.errors.push(
                Problem::at(place, format!("`{}` is no version", text.get_ref()))
                    .help("write one to three numbers with points between, as in \"1.81\""),
            );
        }
        version
    }

    #[expect(clippy::too_many_arguments, reason = "a rule has that many parts")]
    fn decl(
        &mut self,
        row: &Row,
        from: SymbolPath,
        action: Action,
        (kinds, target_module): (Namespaces, Option<usize>),
        available: Option<Version>,
        at: Place,
        targets: &[Range<usize>],
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
            target_module,
            kinds,
            exact: row.exact,
            rename: row.rename.or(self.rename).unwrap_or_default(),
            note: row.note.clone(),
            word: self.word.clone(),
            review: row.review.clone(),
            url: row.url.clone(),
            since: row.since.clone(),
            available,
            requires: row.requires.clone(),
            package: row.package.clone(),
            origin,
        };
        self.decls.push(RuleDecl {
            rule,
            targets: targets
                .iter()
                .map(|range| self.place(range.clone()))
                .collect(),
            at,
            overrides: row.overrides,
            implied: false,
        });
    }
}
