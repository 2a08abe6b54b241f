//! From a configuration as written to one in which every value means something. All that is wrong is
//! reported; what is wrong is left out.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_spanned::Spanned;

use super::read::Written;
use super::schema::List;
use super::{Config, Said, SaidTable};
use crate::document::{Place, Problem, Source, kind_of, nearest};
use crate::lang::Strings;
use crate::project::{Configured, Globs};

/// Checks values, and keeps what is wrong with them.
pub(super) struct Checker<'a> {
    source: &'a Arc<Source>,
    /// What paths are relative to.
    pub(super) folder: &'a Path,
    /// What globs are relative to.
    root: &'a Path,
    errors: &'a mut Vec<Problem>,
    warnings: Vec<Problem>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(
        source: &'a Arc<Source>,
        folder: &'a Path,
        root: &'a Path,
        errors: &'a mut Vec<Problem>,
    ) -> Self {
        Self {
            source,
            folder,
            root,
            errors,
            warnings: Vec::new(),
        }
    }

    pub(super) fn config(&mut self, written: Written, configured: &Configured) -> Config {
        let head = written.head;
        let max_file_size = head.max_file_size.as_ref().and_then(|size| self.size(size));
        let strings = head.strings.as_ref().and_then(|word| {
            let words = [
                ("known", Strings::Known),
                ("all", Strings::All),
                ("off", Strings::Off),
            ];
            self.choice("strings", word, &words)
        });
        let include = self.globs(head.include.as_ref()).map(|(texts, _)| texts);
        let exclude = self.globs(head.exclude.as_ref()).map(|(texts, _)| texts);
        let sections = written.sections.into_iter();
        let sections = sections
            .map(|(name, read)| (name, self.table(read.span, &read.keys, read.table)))
            .collect();
        let migrate = written.migrate.map(|read| self.migrate(read.table));
        Config {
            configured: Some(configured.clone()),
            mappings: self.plain(head.mappings),
            include: self.said(head.include.as_ref(), include),
            exclude: self.said(head.exclude.as_ref(), exclude),
            max_file_size: self.said(head.max_file_size.as_ref(), max_file_size),
            strings: self.said(head.strings.as_ref(), strings),
            docs: self.plain(head.docs),
            mentions: self.plain(head.mentions),
            strict: self.plain(head.strict),
            scopes: self.scopes(written.scopes),
            gates: self.gates(written.gates),
            homes: self.homes(written.homes),
            migrate: migrate.unwrap_or_default(),
            sections,
            warnings: std::mem::take(&mut self.warnings),
        }
    }

    pub(super) fn place(&self, span: Range<usize>) -> Place {
        Place::new(self.source, span)
    }

    /// An error at a place, that is not reported yet.
    pub(super) fn at(&self, span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem::at(self.place(span), message)
    }

    /// Reports an error.
    pub(super) fn problem(&mut self, problem: Problem) {
        self.errors.push(problem);
    }

    /// Reports an error of which nothing more is to be said.
    pub(super) fn wrong(&mut self, span: Range<usize>, message: impl Into<String>) {
        let problem = self.at(span, message);
        self.problem(problem);
    }

    /// Reports what is no error.
    pub(super) fn warn(&mut self, problem: Problem) {
        self.warnings.push(problem.warning());
    }

    /// The line, from 1, where something is written.
    pub(super) fn line<T>(&self, at: &Spanned<T>) -> usize {
        self.source.line(at.span().start)
    }

    /// A checked value with the line of what was written.
    pub(super) fn said<W, T>(
        &self,
        written: Option<&Spanned<W>>,
        value: Option<T>,
    ) -> Option<Said<T>> {
        let line = self.line(written?);
        value.map(|value| Said { value, line })
    }

    /// What a table means, with the lines of what was written.
    pub(super) fn table<T>(
        &self,
        span: Range<usize>,
        keys: &BTreeMap<String, Range<usize>>,
        value: T,
    ) -> SaidTable<T> {
        let line =
            |(key, span): (&String, &Range<usize>)| (key.clone(), self.source.line(span.start));
        SaidTable {
            value,
            line: self.source.line(span.start),
            keys: keys.iter().map(line).collect(),
        }
    }

    /// A value that needs no check.
    pub(super) fn plain<T>(&self, written: Option<Spanned<T>>) -> Option<Said<T>> {
        written.map(|written| Said {
            line: self.line(&written),
            value: written.into_inner(),
        })
    }

    /// Reports names that an earlier table of the kind has.
    pub(super) fn each_name_once<'n>(
        &mut self,
        kind: &str,
        names: impl Iterator<Item = &'n Spanned<String>>,
    ) {
        let mut seen: HashMap<&str, Range<usize>> = HashMap::new();
        for name in names {
            if let Some(first) = seen.get(name.get_ref().as_str()) {
                let problem = self
                    .at(
                        name.span(),
                        format!("there is another {kind} called `{}`", name.get_ref()),
                    )
                    .related([self.place(first.clone()).label("the first one")])
                    .help("give one of them another name");
                self.problem(problem);
            } else {
                seen.insert(name.get_ref(), name.span());
            }
        }
    }

    /// A name that can be shown on a line and typed.
    pub(super) fn name(&mut self, kind: &str, name: &Spanned<String>) -> Option<String> {
        let text = name.get_ref();
        let wrong = if text.trim().is_empty() {
            "is empty"
        } else if text.trim() != text || text.chars().any(char::is_control) {
            "starts or ends with a space, or holds a control character"
        } else if text.starts_with('-') {
            "starts with a dash, as options do"
        } else {
            return Some(text.clone());
        };
        self.wrong(name.span(), format!("`name`: the name of a {kind} {wrong}"));
        None
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &str,
        word: &Spanned<String>,
        words: &[(&str, T)],
    ) -> Option<T> {
        let found = words.iter().find(|(name, _)| name == word.get_ref());
        if found.is_none() {
            let names: Vec<_> = words.iter().map(|(name, _)| format!("`{name}`")).collect();
            let (last, first) = names.split_last()?;
            let message = format!(
                "`{key}`: expected {} or {last}, found `{}`",
                first.join(", "),
                word.get_ref()
            );
            let near = nearest(word.get_ref(), words.iter().map(|(name, _)| *name));
            let problem = self.at(word.span(), message);
            self.problem(problem.help_if(near.map(|near| format!("did you mean `{near}`?"))));
        }
        found.map(|(_, value)| *value)
    }

    /// One pattern of files.
    pub(super) fn glob(&mut self, text: &Spanned<String>) -> Option<Globs> {
        match Globs::compile(self.root, std::slice::from_ref(text.get_ref())) {
            Ok(globs) => Some(globs),
            Err(error) => {
                self.wrong(text.span(), error.to_string());
                None
            }
        }
    }

    /// Patterns of files, as written and together; `None` if one is wrong.
    pub(super) fn globs(&mut self, list: Option<&List>) -> Option<(Vec<String>, Globs)> {
        let list = list.map_or(&[][..], |list| list.get_ref());
        let wrong = list.iter().filter(|text| self.glob(text).is_none()).count();
        if wrong > 0 {
            return None;
        }
        let texts: Vec<String> = list.iter().map(|text| text.get_ref().clone()).collect();
        let globs = Globs::compile(self.root, &texts).ok()?;
        Some((texts, globs))
    }

    /// Words of a list, none of them empty.
    pub(super) fn words(&mut self, key: &str, list: Option<&List>) -> Option<Vec<String>> {
        let mut words = Vec::new();
        let mut is_fine = true;
        for word in list.map_or(&[][..], |list| list.get_ref()) {
            if word.get_ref().trim().is_empty() {
                self.wrong(
                    word.span(),
                    format!("`{key}`: expected a word, it is empty"),
                );
                is_fine = false;
            }
            words.push(word.get_ref().clone());
        }
        is_fine.then_some(words)
    }

    /// A path, from the folder of the configuration.
    pub(super) fn path(&mut self, key: &str, text: &Spanned<String>) -> Option<PathBuf> {
        if text.get_ref().is_empty() || text.get_ref().contains('\0') {
            self.wrong(
                text.span(),
                format!("`{key}`: expected a path; `.` is the folder of this file"),
            );
            return None;
        }
        let path = Path::new(text.get_ref());
        // `.` at the end is the folder itself.
        Some(self.folder.join(path).components().collect())
    }

    /// A time that is not zero.
    pub(super) fn duration(&mut self, key: &str, text: &Spanned<String>) -> Option<Duration> {
        let help = "write a number and its unit, such as `90s`, `5m` or `1h 30m`";
        let problem = match humantime::parse_duration(text.get_ref()) {
            Ok(duration) if !duration.is_zero() => return Some(duration),
            Ok(_) => self.at(text.span(), format!("`{key}`: expected a time above 0")),
            Err(error) => self.at(text.span(), format!("`{key}`: expected a time: {error}")),
        };
        self.problem(problem.help(help));
        None
    }

    /// A regular expression; the place is that of what is wrong inside of it, as far as that is known.
    pub(super) fn regex(&mut self, key: &str, text: &Spanned<String>) -> Option<regex::Regex> {
        match regex::Regex::new(text.get_ref()) {
            Ok(regex) => Some(regex),
            Err(error) => {
                // The last line of a syntax error says what is wrong, those above draw where.
                let error = error.to_string();
                let last = error.lines().last().unwrap_or_default();
                let why = last.strip_prefix("error: ").unwrap_or(last);
                let message = format!("`{key}`: expected a regular expression: {why}");
                let problem = self.at(text.span(), message);
                self.problem(problem.help(
                    "write `\\` before characters that stand for themselves, in single quotes",
                ));
                None
            }
        }
    }

    fn size(&mut self, size: &Spanned<toml::Value>) -> Option<u64> {
        let read = match size.get_ref() {
            toml::Value::Integer(bytes) => {
                u64::try_from(*bytes).map_err(|_| "it is negative".to_owned())
            }
            toml::Value::String(text) => {
                grep_cli::parse_human_readable_size(text).map_err(|error| error.to_string())
            }
            other => Err(format!("this is {}", kind_of(other.type_str()))),
        };
        match read {
            Ok(bytes) => Some(bytes),
            Err(why) => {
                let message = format!(
                    "`max-file-size`: expected bytes, or a number with a suffix K, M or G: {why}"
                );
                self.wrong(size.span(), message);
                None
            }
        }
    }
}
