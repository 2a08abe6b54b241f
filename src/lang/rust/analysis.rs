//! One text from parse to plan, with the doctests inside it.

use std::ops::Range;
use std::path::Path;

use rustc_hash::FxHashSet;

use super::at::At;
use super::gate::{Cfg, Gate};
use super::manifest::Krate;
use super::parse::parse_file;
use super::resolve::{CrateContext, LeafKind, ModuleTree, Resolver, TYPE};
use super::rewrite::{Decisions, Rewrite, SiteIndex, absolute_paths};
use super::settings::Settings;
use super::visit::{Doctest, Found, Walker};
use crate::file;
use crate::finding::{Code, Finding, Level};
use crate::lang::plan_builder::{PlanBuilder, Refusal, Subject};
use crate::lang::suppression::Suppressions;
use crate::lang::{RewriteOptions, SourceError};
use crate::mapping::{Outcome, Table};
use crate::outline::{Binding, Declared, Meaning, Outline};
use crate::path::{Namespaces, RUST, Segment};
use crate::project::Prefilter;
use crate::text::{Edit, Embedded};

/// What every text of a session is analysed with.
#[derive(Clone, Copy)]
pub struct AnalysisContext<'a> {
    /// The rules.
    pub table: &'a Table,
    /// Modules in other files.
    pub tree: &'a ModuleTree,
    /// The last names of old and of new paths: documentation without one of them is not read.
    pub words: &'a Prefilter,
    /// How far a rewrite goes.
    pub options: &'a RewriteOptions,
    /// What the configuration says.
    pub settings: &'a Settings,
    /// Names that uses may take: the last ones of new paths, of rules that ask for that.
    pub new_names: &'a FxHashSet<Segment>,
}

/// What is known of a text, in its own bytes.
#[derive(Debug, Default)]
pub struct Reading {
    /// How it is now.
    pub outline: Outline,
    /// What should become of it.
    pub draft: PlanBuilder,
    /// Some path in it starts at `crate`, `self` or `super`.
    pub has_relative: bool,
}

/// Reads one text that stands at `home`. `doctests` is the crate that its doctests are in.
///
/// # Errors
/// It cannot be parsed.
pub fn read(
    text: &str,
    home: CrateContext<'_>,
    doctests: Option<&Krate>,
    setting: AnalysisContext<'_>,
) -> Result<Reading, SourceError> {
    let file = parse_file(text)?;
    // The two lifetimes of a resolver are one: it lives no longer than what it borrows.
    let resolver = Resolver::new(home, setting.table, setting.tree);
    let found = Walker::walk(&resolver, text, &file, &setting);
    let kept = Suppressions::of(text, "//");
    let rewrite = Rewrite {
        text,
        resolver: &resolver,
        found: &found,
        kept: &kept,
        options: setting.options,
        settings: setting.settings,
        index: SiteIndex::default(),
    };
    check(&resolver)?;
    let mut draft = PlanBuilder::default();
    let decisions = rewrite.run(&mut draft);
    check(&resolver)?;
    rewrite.texts(&mut draft);
    notes(&rewrite, &mut draft);
    let mut reading = Reading {
        outline: outline(&rewrite, &decisions, &draft),
        draft,
        has_relative: has_relative(&found),
    };
    for (number, doctest) in found.doctests.iter().enumerate() {
        read_doctest(
            number,
            doctest,
            &resolver,
            doctests,
            setting,
            text,
            &mut reading,
        );
    }
    reading.draft.findings.extend(kept.unused());
    Ok(reading)
}

/// Whether all that was asked of the resolver was answered.
///
/// # Errors
/// It was asked too much.
pub fn check(resolver: &Resolver<'_>) -> Result<(), SourceError> {
    if !resolver.is_exhausted() {
        return Ok(());
    }
    Err(SourceError {
        message:
            "has so many names, and globs of so many modules of the tree that may bring them, that \
                  what the names mean would take too long to tell; leave it out with --exclude"
                .to_owned(),
        offset: None,
    })
}

fn has_relative(found: &Found) -> bool {
    let is_relative = |name: Option<&Segment>| {
        name.is_some_and(|name| matches!(name.as_str(), "crate" | "self" | "super"))
    };
    found.uses.iter().any(|site| match &site.meaning {
        Meaning::Path(path) | Meaning::Own(path) | Meaning::Opaque(path) => {
            path.len() > 1 && is_relative(path.first())
        }
    }) || found.scopes.iter().any(|(_, scope)| {
        scope
            .names
            .leaves
            .iter()
            .any(|leaf| is_relative(leaf.written.segments.first()))
    })
}

/// Reads a Markdown file: its examples are doctests, all else is prose.
pub fn read_markdown(
    text: &str,
    home: CrateContext<'_>,
    doctests: Option<&Krate>,
    setting: AnalysisContext<'_>,
) -> Reading {
    let resolver = Resolver::new(home, setting.table, setting.tree);
    let mut reading = Reading::default();
    for (number, doctest) in super::docs::parse_markdown(text)
        .doctests
        .into_iter()
        .enumerate()
    {
        let doctest = Doctest {
            code: doctest.code,
            edition: doctest.edition,
            gate: Gate::default(),
        };
        read_doctest(
            number,
            &doctest,
            &resolver,
            doctests,
            setting,
            text,
            &mut reading,
        );
    }
    reading
}

/// The outline of what was walked.
fn outline(rewrite: &Rewrite<'_, '_>, decisions: &Decisions, draft: &PlanBuilder) -> Outline {
    let mut outline = Outline {
        uses: rewrite.found.uses.clone(),
        places: rewrite.found.places.clone(),
        ..Outline::default()
    };
    for &index in &draft.staying_uses {
        if let Some(site) = outline.uses.get_mut(index) {
            site.stays = true;
        }
    }
    for (id, scope) in rewrite.found.scopes.iter() {
        for (ordinal, leaf) in scope.names.leaves.iter().enumerate() {
            // It binds nothing.
            if leaf.kind == LeafKind::Empty {
                continue;
            }
            let decision = decisions.get((id, ordinal));
            let mut binding: Binding = rewrite.binding(id, leaf, &[]);
            binding.meaning = match decision.and_then(|decision| decision.old.clone()) {
                Some(path) => Meaning::Path(path),
                None => Meaning::Opaque(leaf.written.segments.clone()),
            };
            // Whether a rule moves it is the language's word: what it leaves, stays.
            binding.stays = decision.is_none_or(|decision| decision.stays());
            outline.bindings.push(binding);
        }
        let mut defined: Vec<Segment> = scope
            .names
            .iter()
            .filter(|(_, entry)| !matches!(entry.what, super::resolve::What::Import(_)))
            .map(|(name, _)| name.clone())
            .collect();
        defined.sort();
        if !defined.is_empty() {
            outline
                .definitions
                .entry(scope.key.to_string())
                .or_default()
                .extend(defined);
        }
    }
    outline
}

/// Findings about text that is no code here.
fn notes(rewrite: &Rewrite<'_, '_>, draft: &mut PlanBuilder) {
    let found = rewrite.found;
    for at in &found.includes {
        let message = "the included file is not read as part of this one";
        draft
            .findings
            .push(note(Code::Include, at.range(), message));
    }
    for (at, module, file) in &found.named_files {
        refuse_named_file(rewrite, at, module, file, draft);
    }
    for (at, _) in files_left_behind(rewrite) {
        let message = "the file is looked for beside this one, which moves to another folder";
        let help = "write the path anew, or move that file too";
        draft.findings.push(Finding {
            help: Some(help.to_owned()),
            ..note(Code::Include, at.range(), message)
        });
    }
    for at in &found.doc_strings {
        mention(rewrite, at.range(), draft);
    }
    if rewrite.options.mentions {
        for range in &found.doc_mentions {
            mention(rewrite, range.clone(), draft);
        }
    }
    for (at, file) in &found.doc_files {
        included_text(rewrite, at.range(), file, draft);
    }
    for (at, text, scope) in &found.odd_strings {
        rewrite.odd_string(at.range(), text, *scope, draft);
    }
}

/// Refuses a module that moves to another parent where `#[path]` names its file: nothing but this tells that the file
/// moves, so it was no candidate, and what it says with `super` stays.
fn refuse_named_file(
    rewrite: &Rewrite<'_, '_>,
    at: &At,
    module: &[Segment],
    file: &str,
    draft: &mut PlanBuilder,
) {
    let table = rewrite.resolver.table;
    let Outcome::Moves(to) = table.resolve(module, TYPE) else {
        return;
    };
    let new = to.to.segments();
    if new[0] != module[0] || new[..new.len() - 1] == module[..module.len() - 1] {
        return;
    }
    let folder = rewrite.resolver.home.file.and_then(Path::parent);
    let text = folder.and_then(|folder| file::read_to_string(&folder.join(file)).ok());
    if !text.is_some_and(|text| text.contains("super")) || rewrite.kept.keeps(at.range().start) {
        return;
    }
    let subject = Subject {
        range: at.range(),
        path: module,
        to: Some(new),
        rule: to.first.index,
    };
    let message = format!("`{file}`, which `#[path]` names, says `super`: that is not rewritten");
    let refusal = Refusal::new(Code::Unresolved, message)
        .help("write those paths from `crate::`, or move the file to where the module lies");
    draft.refused(&subject, refusal, table);
}

/// Files that code of a module reads by a relative path which leads elsewhere once the module moves.
fn files_left_behind<'f>(rewrite: &'f Rewrite<'_, '_>) -> impl Iterator<Item = &'f (At, String)> {
    let found = rewrite.found;
    let home = match found.files.is_empty() {
        true => None,
        false => rewrite.resolver.displacement(&found.scopes, 0),
    };
    let parent = |module: &[Segment]| module[..module.len().saturating_sub(1)].to_vec();
    let home = home.filter(|home| !home.is_there && parent(&home.old) != parent(&home.new));
    // What lies below the module that the rule names goes with its folder.
    let is_top = home.as_ref().is_some_and(|home| {
        let rule = &rewrite.resolver.table.rules()[home.rule];
        rule.from.segments().len() == home.old.len()
    });
    let files = found.files.iter().filter(move |_| home.is_some());
    files.filter(move |(_, file)| {
        let path = Path::new(file);
        path.is_relative() && (is_top || path.starts_with(".."))
    })
}

fn note(code: Code, range: Range<usize>, message: &str) -> Finding {
    Finding {
        code,
        level: Level::Note,
        range,
        path: None,
        successor: None,
        message: message.to_owned(),
        help: None,
        rule: None,
    }
}

/// Notes a file that is documentation of this one and mentions a deprecated path.
fn included_text(
    rewrite: &Rewrite<'_, '_>,
    range: Range<usize>,
    file: &str,
    draft: &mut PlanBuilder,
) {
    let folder = rewrite.resolver.home.file.and_then(|file| file.parent());
    let text = folder.and_then(|folder| file::read_to_string(&folder.join(file)).ok());
    let mut paths = absolute_paths(text.as_deref().unwrap_or_default()).into_iter();
    let table = rewrite.resolver.table;
    let moves =
        |path: &[Segment]| matches!(table.resolve(path, Namespaces::ALL), Outcome::Moves(_));
    if paths.any(|(_, path)| moves(&path)) {
        let message = format!("`{file}` mentions a deprecated path; --docs rewrites its examples");
        draft.findings.push(note(Code::Doc, range, &message));
    }
}

/// Notes deprecated paths in a stretch of documentation that is not rewritten.
fn mention(rewrite: &Rewrite<'_, '_>, range: Range<usize>, draft: &mut PlanBuilder) {
    let Some(text) = rewrite.text.get(range.clone()) else {
        return;
    };
    let table = rewrite.resolver.table;
    for (at, mut path) in absolute_paths(text) {
        if path[0] == "crate" {
            path[0] = rewrite.resolver.home.root.clone();
        }
        let Outcome::Moves(to) = table.resolve(&path, Namespaces::ALL) else {
            continue;
        };
        draft.findings.push(Finding {
            path: Some(crate::lang::plan_builder::show(&path, &RUST)),
            successor: Some(to.to.display(&RUST).to_string()),
            rule: Some(to.first.index),
            ..note(
                Code::Doc,
                range.start + at.start..range.start + at.end,
                "a deprecated path in documentation that is not rewritten",
            )
        });
    }
}

/// Reads the code of a doctest as the crate of its own that rustdoc makes of it.
fn read_doctest(
    number: usize,
    doctest: &Doctest,
    outer: &Resolver<'_>,
    krate: Option<&Krate>,
    setting: AnalysisContext<'_>,
    text: &str,
    reading: &mut Reading,
) {
    let code = &doctest.code;
    if !setting.words.contains_any(code.text()) {
        return;
    }
    let edition = doctest.edition.unwrap_or(outer.home.edition);
    let home = || CrateContext {
        krate: krate.or(outer.home.krate),
        root: Segment::new_static("crate"),
        module: Vec::new(),
        edition,
        externs: krate.map_or(outer.home.externs, |krate| krate.externs.as_ref()),
        dev_externs: krate.and_then(|krate| krate.dev_externs.as_ref()),
        library: outer.home.library,
        gate: doctest.gate.with(Cfg::test()),
        no_prelude: false,
        file: None,
    };
    // rustdoc puts code without a `main` into one.
    let wrapped = code.wrapped("fn main() {\n", "\n}\n");
    let has_main = code.text().contains("fn main");
    let mut inner = None;
    for embedded in if has_main {
        [code, &wrapped]
    } else {
        [&wrapped, code]
    } {
        if let Ok(read) = read(embedded.text(), home(), None, setting) {
            inner = Some((embedded, read));
            break;
        }
    }
    let Some((embedded, inner)) = inner else {
        unreadable_doctest(doctest, setting.table, text, reading);
        return;
    };
    adopt(number, embedded, inner, reading);
}

/// Takes over what was found in embedded text.
fn adopt(number: usize, embedded: &Embedded, inner: Reading, reading: &mut Reading) {
    let outer_edits: Option<Vec<Vec<Edit>>> = inner
        .draft
        .edits
        .iter()
        .map(|edit| embedded.outer_edits(edit))
        .collect();
    let prefix = |scope: &str| format!("doctest {number}: {scope}");
    let place = |range: &Range<usize>| {
        embedded
            .outer_range(range.clone())
            .or_else(|| embedded.outer_range(range.start..range.start))
            .or_else(|| {
                embedded
                    .pieces()
                    .first()
                    .map(|piece| piece.outer..piece.outer)
            })
    };
    let Some(outer_edits) = outer_edits else {
        // An edit of the wrapper: nothing in the snippet asks for one.
        return;
    };
    let uses = inner.outline.uses.into_iter();
    reading.outline.uses.extend(uses.map(|mut usage| {
        usage.range = usage.range.as_ref().and_then(place);
        usage
    }));
    let places = inner.outline.places.iter();
    reading.outline.places.extend(places.filter_map(place));
    reading
        .outline
        .bindings
        .extend(inner.outline.bindings.into_iter().map(|mut binding| {
            binding.scope = prefix(&binding.scope);
            binding
        }));
    for (scope, names) in inner.outline.definitions {
        reading.outline.definitions.insert(prefix(&scope), names);
    }
    reading
        .draft
        .declared
        .extend(
            inner
                .draft
                .declared
                .into_iter()
                .map(|declared| match declared {
                    Declared::Added(mut binding) => {
                        binding.scope = prefix(&binding.scope);
                        Declared::Added(binding)
                    }
                    Declared::Removed(mut binding) => {
                        binding.scope = prefix(&binding.scope);
                        Declared::Removed(binding)
                    }
                }),
        );
    reading
        .draft
        .edits
        .extend(outer_edits.into_iter().flatten());
    for mut reference in inner.draft.references {
        if let Some(range) = place(&reference.range) {
            reference.range = range;
            reading.draft.references.push(reference);
        }
    }
    for mut restated in inner.draft.restated {
        if let Some(range) = place(&restated.range) {
            restated.range = range;
            reading.draft.restated.push(restated);
        }
    }
    for mut finding in inner.draft.findings {
        if let Some(range) = place(&finding.range) {
            finding.range = range;
            reading.draft.findings.push(finding);
        }
    }
}

/// A doctest that does not parse: paths in it are mentions.
fn unreadable_doctest(doctest: &Doctest, table: &Table, text: &str, reading: &mut Reading) {
    for piece in doctest.code.pieces() {
        let range = piece.outer..piece.outer + piece.len;
        let Some(line) = text.get(range.clone()) else {
            continue;
        };
        for (at, path) in absolute_paths(line) {
            let Outcome::Moves(to) = table.resolve(&path, Namespaces::ALL) else {
                continue;
            };
            reading.draft.findings.push(Finding {
                path: Some(crate::lang::plan_builder::show(&path, &RUST)),
                successor: Some(to.to.display(&RUST).to_string()),
                rule: Some(to.first.index),
                ..note(
                    Code::Doc,
                    range.start + at.start..range.start + at.end,
                    "a deprecated path in an example that cannot be parsed",
                )
            });
        }
    }
}
