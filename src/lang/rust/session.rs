//! Rust at work on one tree: which crates a file is part of, and one plan for all of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::analysis::{AnalysisContext, Reading, read, read_markdown};
use super::facts;
use super::gate::{Cfg, Gate};
use super::manifest::{Edition, Externs, Krate, Package, TargetKind};
use super::moved::{MovedCrates, shows_glob};
use super::placement::{Crates, Place, Placement};
use super::resolve::{CrateContext, ModuleTree, Reach, What};
use super::settings::Settings;
use super::targets;
use crate::facts::{FileFacts, Seen};
use crate::finding::{Code, Finding, Level};
use crate::lang::plan_builder::{PlanBuilder, contradiction};
use crate::lang::{Doubt, RewriteOptions, Session, SourceError};
use crate::mapping::{Action, Rename, Table};
use crate::path::Segment;
use crate::plan::{Analysis, Plan, Reference};
use crate::project::{Places, Prefilter, Project};

/// Lines at the top of a file in which a comment may say that it is generated.
const GENERATED_LINES: usize = 5;

/// Rust at work on one tree.
pub struct RustSession<'a> {
    table: &'a Table,
    crates: Arc<Crates>,
    tree: ModuleTree,
    words: Prefilter,
    /// Modules that paths of rules lie in: a glob import of one may bring their last names.
    parents: FxHashSet<Segment>,
    /// Files of modules that get another parent, with something that leads elsewhere afterwards.
    moved: Places,
    moved_crates: MovedCrates,
    options: &'a RewriteOptions,
    settings: Settings,
    /// Names that uses may take.
    new_names: FxHashSet<Segment>,
}

impl<'a> RustSession<'a> {
    /// Starts on a tree.
    pub fn new(project: &Project, table: &'a Table, options: &'a RewriteOptions) -> Self {
        let crates = Arc::new(Crates::new(project.root()));
        let mut words = Vec::new();
        let mut parents = FxHashSet::default();
        for rule in table.rules() {
            let to = match &rule.action {
                Action::Move(to) => Some(to),
                _ => None,
            };
            for path in [Some(&rule.from), to].into_iter().flatten() {
                words.push(path.last());
                if let [.., parent, _] = path.segments() {
                    parents.insert(parent.clone());
                }
            }
        }
        Self {
            table,
            tree: ModuleTree::new(Arc::clone(&crates)),
            crates,
            words: Prefilter::of_names(words.into_iter().map(|name| name.as_str())),
            moved: Places::new(super::moved::places(table), project.root()),
            moved_crates: MovedCrates::of(table),
            parents,
            settings: Settings::of(options),
            options,
            new_names: new_names(table),
        }
    }
}

/// The last names of new paths, of rules that ask for uses to be renamed.
fn new_names(table: &Table) -> FxHashSet<Segment> {
    let renaming = table
        .rules()
        .iter()
        .filter(|rule| rule.rename == Rename::Uses);
    let targets = renaming.filter_map(|rule| match &rule.action {
        Action::Move(to) => Some(to.last().clone()),
        _ => None,
    });
    targets.collect()
}

impl Session for RustSession<'_> {
    fn analyze(&self, file: &Path, text: &str) -> Result<Analysis, SourceError> {
        // Parsing takes a hundred times as long as this look. At a place that moves the text tells nothing: once it is
        // rewritten, no word may be left of what made it a candidate.
        let is_moved = || self.may_move(file);
        let may_show =
            || self.moved_crates.may_hold(file) && shows_glob(text) && self.is_of_moved_crate(file);
        let matters = self.words.contains_any(text)
            || globs_one_of(text, &self.parents)
            || may_show()
            || is_moved();
        if !matters {
            return Ok(Analysis::default());
        }
        let analysis = self.analyze_places(file, text);
        // Every parse leaves its source in a map of the thread, and no span is in use any more.
        proc_macro2::extra::invalidate_current_thread_spans();
        analysis
    }

    fn doubts(&self, rules: &[usize]) -> Vec<Doubt> {
        targets::doubts(&self.crates, self.table, rules)
    }

    /// A source that several files declare by `#[path]`, and these.
    fn together(&self, file: &Path) -> Vec<PathBuf> {
        let Ok(placement) = self.crates.shared(file) else {
            return Vec::new();
        };
        let Placement::Places(places) = &*placement else {
            return Vec::new();
        };
        let mut declaring: Vec<&Path> = places.iter().filter_map(Place::declared_by).collect();
        declaring.sort();
        declaring.dedup();
        // What a library and a program of one package both declare lies where both look for it.
        if declaring.len() < 2 || !places.iter().any(Place::is_elsewhere) {
            return Vec::new();
        }
        declaring.into_iter().map(Path::to_owned).collect()
    }

    fn facts(&self, file: &Path, text: &str) -> Result<FileFacts, SourceError> {
        let facts = self.facts_of(file, text);
        proc_macro2::extra::invalidate_current_thread_spans();
        facts
    }

    fn place(&self, file: &Path) -> Option<usize> {
        super::moved::set_of(self.may_move(file), self.moved_crates.may_hold(file))
    }

    fn remarks(&self) -> Vec<String> {
        self.crates.remarks()
    }
}

impl RustSession<'_> {
    /// Whether the file may move itself: by its path, or where a module around it lies elsewhere because of a
    /// `#[path]`.
    fn may_move(&self, file: &Path) -> bool {
        self.moved.hold(file) || self.moved.may_hold(file) && self.is_in_moved_module(file)
    }

    /// Whether the file is part of a crate of which rules move something: a glob of its own modules may then
    /// bring less.
    fn is_of_moved_crate(&self, file: &Path) -> bool {
        let Ok(placement) = self.crates.place(file) else {
            return false;
        };
        match &*placement {
            Placement::Places(places) => places.iter().any(|place| {
                let name = place.krate.name.as_ref();
                name.is_some_and(|name| self.moved_crates.contains(name))
            }),
            Placement::Orphan { .. } => false,
        }
    }

    fn is_in_moved_module(&self, file: &Path) -> bool {
        let Ok(placement) = self.crates.place(file) else {
            return false;
        };
        let Placement::Places(places) = &*placement else {
            return false;
        };
        places.iter().any(|place| {
            let names: Vec<&str> = place.module.iter().map(Segment::as_str).collect();
            self.moved.hold_names(&names)
        })
    }

    fn placement(&self, file: &Path) -> Result<Arc<Placement>, SourceError> {
        self.crates.place(file).map_err(|error| SourceError {
            message: error.to_string(),
            offset: None,
        })
    }

    /// A file of several places is read at the one that people use: in the library.
    fn facts_of(&self, file: &Path, text: &str) -> Result<FileFacts, SourceError> {
        match &*self.placement(file)? {
            Placement::Places(places) => {
                let mut places: Vec<&Place> = places.iter().collect();
                let is_library = |place: &Place| {
                    matches!(place.krate.kind, TargetKind::Lib | TargetKind::ProcMacro)
                };
                places.sort_by_key(|place| !is_library(place));
                let Some(place) = places.first() else {
                    return Ok(FileFacts::default());
                };
                let library = self.crates.library_of(file);
                let own = facts::Own {
                    paths: self.paths(&places),
                    seen: self.seen(place),
                };
                let home = self.home(place, file, library.as_deref());
                let mut facts = facts::of(text, home, &own, self.setting())?;
                if place.krate.name.is_none() {
                    facts.rename_root(&root_name(&place.krate), &self.program_name(&place.krate));
                }
                Ok(facts)
            }
            Placement::Orphan {
                edition, externs, ..
            } => {
                if file.extension().is_some_and(|extension| extension == "md") {
                    return Ok(FileFacts::default());
                }
                let home = orphan(*edition, externs.as_ref());
                let facts = facts::of(text, home, &facts::Own::default(), self.setting());
                // As a plan has it: what is in no module tree may be no source at all.
                Ok(facts.unwrap_or_default())
            }
        }
    }

    /// The paths of a file at these places, each once.
    fn paths(&self, places: &[&Place]) -> Vec<Vec<Segment>> {
        let mut paths: Vec<Vec<Segment>> = Vec::new();
        for place in places {
            let path = [&[self.program_name(&place.krate)], place.module.as_slice()].concat();
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        paths
    }

    /// The first name of paths in a crate: of one that nobody imports from, a name that no other crate has.
    fn program_name(&self, krate: &Krate) -> Segment {
        krate.name.clone().unwrap_or_else(|| {
            let root = self.crates.root();
            let file = krate.root.strip_prefix(root).unwrap_or(&krate.root);
            Segment::new(format!("{}@{}", root_name(krate), file.display()))
        })
    }

    /// Who sees the module of a file, as its `mod` item says, if that is found.
    fn seen(&self, place: &Place) -> Seen {
        let parent = place.module.split_last();
        let names = parent.and_then(|(name, parent)| {
            let names = self.tree.module(&place.krate, parent)?;
            Some((name, names))
        });
        let Some((name, names)) = names else {
            return Seen::Everywhere;
        };
        let declared = names.get(name).iter();
        let declared = declared.filter(|entry| entry.what == What::Module);
        match declared
            .map(|entry| entry.reach)
            .max_by_key(|reach| *reach as u8)
        {
            None | Some(Reach::Public) => Seen::Everywhere,
            // Which of the restricted ones it is nobody kept.
            Some(Reach::Restricted) => Seen::InCrate,
            Some(Reach::Private) => Seen::Within(0),
        }
    }

    fn analyze_places(&self, file: &Path, text: &str) -> Result<Analysis, SourceError> {
        let placement = self.placement(file)?;
        match &*placement {
            Placement::Places(places) => {
                let may_name = |place: &Place| self.moved_crates.may_be_named(&place.krate, text);
                if !places.iter().any(may_name) && !self.may_move(file) {
                    return Ok(Analysis::default());
                }
                let mut readings = self.read_places(&distinct(places), file, text)?;
                // Another crate may include the file by `#[path]`. That costs a look at every file
                // of the project, so it is only asked where the answer matters.
                let matters = readings
                    .iter()
                    .any(|reading| reading.has_relative && !reading.draft.references.is_empty());
                if matters
                    && let Ok(shared) = self.crates.shared(file)
                    && let Placement::Places(all) = &*shared
                    && distinct(all).len() > readings.len()
                {
                    readings = self.read_places(&distinct(all), file, text)?;
                }
                let mut reading = self.agreed(readings);
                self.note_package(places, &mut reading);
                finish(text, reading)
            }
            Placement::Orphan {
                package,
                edition,
                externs,
            } => {
                if file.extension().is_some_and(|extension| extension == "md") {
                    return self.analyze_markdown(text, *edition, package.as_deref());
                }
                self.analyze_orphan(text, *edition, externs.as_ref())
            }
        }
    }

    fn read_places(
        &self,
        places: &[&Place],
        file: &Path,
        text: &str,
    ) -> Result<Vec<Reading>, SourceError> {
        places
            .iter()
            .map(|place| self.read_place(place, file, text))
            .collect()
    }

    /// Notes that a rule may mean another package of the same library name.
    fn note_package(&self, places: &[Place], reading: &mut Reading) {
        let Some(name) = places.first().and_then(|place| place.krate.name.as_ref()) else {
            return;
        };
        let own = |reference: &&Reference| {
            let rule = &self.table.rules()[reference.rule];
            rule.from.first() == name && rule.package.is_none()
        };
        let Some(reference) = reading.draft.references.iter().find(own) else {
            return;
        };
        let packages = self.crates.packages_with_lib_name(name);
        if packages.len() > 1 {
            reading.draft.findings.push(Finding {
                code: Code::AmbiguousPackage,
                level: Level::Note,
                range: reference.range.clone(),
                path: Some(reference.path.clone()),
                successor: reference.successor.clone(),
                message: format!(
                    "the packages {} have the same library name",
                    packages.join(", ")
                ),
                help: Some("say `package = \"...\"` in the rule".to_owned()),
                rule: Some(reference.rule),
            });
        }
    }

    fn setting(&self) -> AnalysisContext<'_> {
        AnalysisContext {
            table: self.table,
            tree: &self.tree,
            words: &self.words,
            options: self.options,
            settings: &self.settings,
            new_names: &self.new_names,
        }
    }

    fn read_place(&self, place: &Place, file: &Path, text: &str) -> Result<Reading, SourceError> {
        let doctests = Crates::doctest_krate(place);
        let library = self.crates.library_of(file);
        let home = self.home(place, file, library.as_deref());
        read(text, home, Some(&doctests), self.setting())
    }

    /// Where a file stands that is at this place.
    fn home<'p>(
        &self,
        place: &'p Place,
        file: &'p Path,
        library: Option<&'p Krate>,
    ) -> CrateContext<'p> {
        let krate = &*place.krate;
        let mut home = home_in(krate, place.module.clone());
        (home.gate, home.no_prelude) = self.tree.around(krate, &place.module);
        if is_for_tests(krate.kind) {
            home.gate = home.gate.with(Cfg::test());
        }
        home.file = Some(file);
        home.library = library;
        home
    }

    /// A Markdown file: its examples name the package's library as any user does.
    fn analyze_markdown(
        &self,
        text: &str,
        edition: Edition,
        package: Option<&Package>,
    ) -> Result<Analysis, SourceError> {
        let krate = package
            .and_then(Package::library)
            .map(|library| library.doctest());
        let home = CrateContext {
            krate: krate.as_ref(),
            root: Segment::new_static("crate"),
            module: Vec::new(),
            edition,
            externs: krate.as_ref().and_then(|krate| krate.externs.as_ref()),
            dev_externs: None,
            library: None,
            gate: Gate::of([Cfg::test()]),
            no_prelude: false,
            file: None,
        };
        finish(
            text,
            read_markdown(text, home, krate.as_ref(), self.setting()),
        )
    }

    /// A file in no module tree: only what is absolute can be told.
    fn analyze_orphan(
        &self,
        text: &str,
        edition: Edition,
        externs: Option<&Externs>,
    ) -> Result<Analysis, SourceError> {
        let home = orphan(edition, externs);
        let remark = |code, message: &str| Finding {
            code,
            level: Level::Note,
            range: 0..0,
            path: None,
            successor: None,
            message: message.to_owned(),
            help: None,
            rule: None,
        };
        match read(text, home, None, self.setting()) {
            Ok(mut reading) => {
                if reading.has_relative || !reading.draft.references.is_empty() {
                    let message = "this file is in no module tree: only absolute paths count";
                    reading.draft.findings.push(remark(Code::Orphan, message));
                }
                finish(text, reading)
            }
            Err(error) => Ok(Analysis {
                plan: Plan {
                    findings: vec![remark(
                        Code::NoSource,
                        &format!("this file is in no module tree and {}", error.message),
                    )],
                    ..Plan::default()
                },
                ..Analysis::default()
            }),
        }
    }

    /// One reading of a file that several crates or modules include, if they agree.
    fn agreed(&self, mut readings: Vec<Reading>) -> Reading {
        let mut first = readings.swap_remove(0);
        let agree = readings
            .iter()
            .all(|other| other.draft.edits == first.draft.edits);
        if agree {
            return first;
        }
        for other in readings {
            for reference in other.draft.references {
                if !first.draft.references.contains(&reference) {
                    first.draft.references.push(reference);
                }
            }
        }
        refuse_all(
            &mut first.draft,
            Code::SharedFile,
            "this file is part of several crates, and the path does not mean the same in all of them",
            "move the file or rewrite it by hand",
        );
        first
    }
}

/// Whether the text seems to have a glob import of one of these modules: `module::*` or
/// `module::{..*..}`.
fn globs_one_of(text: &str, modules: &FxHashSet<Segment>) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), "::").any(|at| {
        let behind = text[at + 2..].trim_start();
        let has_star = match behind.as_bytes().first() {
            Some(b'*') => true,
            Some(b'{') => behind
                .split(';')
                .next()
                .is_some_and(|item| item.contains('*')),
            _ => false,
        };
        let before = text[..at].trim_end();
        let is_part = |c: char| c == '_' || c.is_alphanumeric();
        has_star && modules.contains(before.rsplit(|c| !is_part(c)).next().unwrap_or_default())
    })
}

/// Places in which the text can mean different things: a file that every test of a package includes
/// is read once.
fn distinct(places: &[Place]) -> Vec<&Place> {
    let mut distinct: Vec<&Place> = Vec::new();
    for place in places {
        let same = |other: &&Place| {
            let (a, b) = (&other.krate, &place.krate);
            other.module == place.module
                && a.name == b.name
                && a.edition == b.edition
                && a.externs == b.externs
                && a.dev_externs == b.dev_externs
                && a.required_features == b.required_features
                && (a.root == b.root || a.name.is_none())
        };
        if !distinct.iter().any(same) {
            distinct.push(place);
        }
    }
    distinct
}

/// Whether the dev-dependencies are there for this kind of target.
fn is_for_tests(kind: TargetKind) -> bool {
    matches!(
        kind,
        TargetKind::Example | TargetKind::Test | TargetKind::Bench
    )
}

/// Where a file in no module tree stands.
fn orphan(edition: Edition, externs: Option<&Externs>) -> CrateContext<'_> {
    CrateContext {
        krate: None,
        root: Segment::new_static("crate"),
        module: Vec::new(),
        edition,
        externs,
        dev_externs: None,
        library: None,
        gate: Gate::of([Cfg::test()]),
        no_prelude: false,
        file: None,
    }
}

/// The first name of paths in this crate.
fn root_name(krate: &Krate) -> Segment {
    krate.name.clone().unwrap_or(Segment::new_static("crate"))
}

/// Where a file of this crate stands.
fn home_in(krate: &Krate, module: Vec<Segment>) -> CrateContext<'_> {
    CrateContext {
        krate: Some(krate),
        root: root_name(krate),
        module,
        edition: krate.edition,
        externs: krate.externs.as_ref(),
        dev_externs: krate.dev_externs.as_ref(),
        library: None,
        gate: Gate::default(),
        no_prelude: false,
        file: None,
    }
}

/// Takes all edits back: each reference becomes an error with this code.
fn refuse_all(draft: &mut PlanBuilder, code: Code, message: &str, help: &str) {
    draft.edits.clear();
    draft.declared.clear();
    draft.restated.clear();
    draft
        .findings
        .retain(|finding| finding.level != Level::Review);
    for reference in &mut draft.references {
        if !reference.rewritten {
            continue;
        }
        reference.rewritten = false;
        draft.findings.push(Finding {
            code,
            level: Level::Error,
            range: reference.range.clone(),
            path: Some(reference.path.clone()),
            successor: reference.successor.clone(),
            message: message.to_owned(),
            help: Some(help.to_owned()),
            rule: Some(reference.rule),
        });
    }
}

/// Makes a plan of what was read.
fn finish(text: &str, mut reading: Reading) -> Result<Analysis, SourceError> {
    if is_generated(text) {
        refuse_all(
            &mut reading.draft,
            Code::Generated,
            "the file says that it is generated",
            "change the generator and run it again",
        );
    }
    reading
        .draft
        .finish(reading.outline, text)
        .map_err(contradiction)
}

/// Whether a comment in the first lines holds the marker of generated files.
fn is_generated(text: &str) -> bool {
    text.lines().take(GENERATED_LINES).any(|line| {
        let line = line.trim_start();
        (line.starts_with("//") || line.starts_with("/*") || line.starts_with('*'))
            && line.contains("@generated")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn glob_imports_are_seen_in_the_text() {
        let modules: FxHashSet<Segment> = [Segment::new("a")].into_iter().collect();
        for text in [
            "use old::a::*;",
            "use old::{b, a::*};",
            "use old::a :: { b, * };",
            "use old::a::{\n    b,\n    *,\n};",
            "use r#a::*;",
        ] {
            assert!(globs_one_of(text, &modules), "{text}");
        }
        for text in [
            "use data::*;",
            "use old::a::b;",
            "use old::a::{b, c}; fn f(x: *const u8) {}",
            "a::b * c",
            "use old::ab::*;",
            "",
        ] {
            assert!(!globs_one_of(text, &modules), "{text}");
        }
    }
}
