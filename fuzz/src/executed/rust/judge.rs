//! Rewrites a program, and compiles it before and after: after, the old paths are gone.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use anyhow::Context;
use regex::{Captures, Regex};
use repoint::engine::Engine;
use repoint::finding::Level;
use repoint::lang::{Ahead, RewriteOptions, registry};
use repoint::mapping::{MappingSource, load};
use repoint::path::SYNTAXES;
use repoint::project::{Prefilter, Project, Sources, WalkOptions, discover};
use tempfile::TempDir;

use super::super::{Fault, Files, Verdict};
use super::world::{Layout, Relocation, World};

/// Says that the program itself is at fault; in every message that does.
const DEFECT: &str = "this is a defect of repoint";

const MANIFEST: &str = "Cargo.toml";

/// Folders for one program at a time.
pub struct Judge {
    folder: TempDir,
    rustc: PathBuf,
}

/// What a run of repoint came to.
struct Applied {
    files: Files,
    has_errors: bool,
    said: Vec<String>,
    failure: Option<String>,
    changed: bool,
}

/// Which of both states is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Whole,
    Gone,
}

impl Judge {
    pub fn open() -> anyhow::Result<Self> {
        // The compiler itself, not what chooses one each time.
        let root = Command::new("rustc")
            .args(["--print", "sysroot"])
            .output()
            .context("cannot run rustc")?;
        let root = String::from_utf8(root.stdout)?;
        Ok(Self {
            folder: tempfile::tempdir()?,
            rustc: Path::new(root.trim()).join("bin/rustc"),
        })
    }

    pub fn verdict(&self, world: &World, files: &Files) -> anyhow::Result<Verdict> {
        // Made small by a line, the manifest would mean something else, and still compile.
        if files.get(MANIFEST) != world.files.get(MANIFEST) {
            return Ok(Verdict::Idle("another manifest".to_owned()));
        }
        if !files.values().all(|text| is_balanced(text)) {
            return Ok(Verdict::Idle("no program".to_owned()));
        }
        // Made small, it may have lost what moves.
        let is_there = |its: &Relocation| {
            let marked = |text: &String| {
                text.lines()
                    .any(|line| line.trim_end().ends_with(&its.mark))
            };
            files.get(&its.declared_in).is_some_and(marked)
        };
        if !world.relocation.as_ref().is_none_or(is_there) {
            return Ok(Verdict::Idle("nothing moves".to_owned()));
        }
        // Made small, it often is no program any more; as generated, it mostly is, and then what it
        // was before matters only for what goes wrong after.
        if files != &world.files
            && let Some(idle) = self.idle(world, files)?
        {
            return Ok(idle);
        }
        let verdict = self.after(world, files)?;
        match verdict {
            Verdict::Fault(_) | Verdict::Left(_) if files == &world.files => {
                Ok(self.idle(world, files)?.unwrap_or(verdict))
            }
            _ => Ok(verdict),
        }
    }

    /// Says so if the program does not compile by itself.
    fn idle(&self, world: &World, files: &Files) -> anyhow::Result<Option<Verdict>> {
        // The new paths are not there yet where a file is only moved.
        let error = self.compile(world, files, State::Whole)?;
        Ok(error.map(|error| Verdict::Idle(format!("does not compile: {}", kind_of(&error)))))
    }

    /// What becomes of a program that compiles by itself.
    fn after(&self, world: &World, files: &Files) -> anyhow::Result<Verdict> {
        let relocated = |files: &Files| match &world.relocation {
            Some(relocation) => relocation.apply(files),
            None => files.clone(),
        };
        let tree = match world.layout {
            Layout::Moved => relocated(files),
            Layout::Shim | Layout::Left => files.clone(),
        };
        let applied = self.apply(world, &tree)?;
        let fault = |kind: String, more: &str, after: &Files| {
            let text = format!(
                "{more}\n{}\n{}",
                applied.said.join("\n"),
                changed(&tree, after)
            );
            let kind = match world.layout {
                Layout::Shim => kind,
                Layout::Left => format!("a file to be moved: {kind}"),
                Layout::Moved => format!("a moved file: {kind}"),
            };
            Ok(Verdict::Fault(Fault { kind, text }))
        };
        if let Some(failure) = &applied.failure {
            if failure.contains(DEFECT) {
                return Ok(Verdict::Left(failure.clone()));
            }
            return fault(format!("failed: {failure}"), "", &applied.files);
        }
        let again = self.apply(world, &applied.files)?;
        if again.changed || again.failure.is_some() {
            return fault("a second run changes it".to_owned(), "", &again.files);
        }
        if let Some((was, is)) = comments_differ(&tree, &applied.files) {
            let more = format!("only before: {was:?}; only after: {is:?}");
            return fault("comments".to_owned(), &more, &applied.files);
        }
        if applied.has_errors {
            if world.layout == Layout::Shim
                && let Some(error) = self.compile(world, &applied.files, State::Whole)?
            {
                let kind = format!("told, with both paths: {}", kind_of(&error));
                return fault(kind, &error, &applied.files);
            }
            return Ok(Verdict::Told("error"));
        }
        let after = match world.layout {
            Layout::Left => relocated(&applied.files),
            Layout::Shim | Layout::Moved => applied.files.clone(),
        };
        if let Some(error) = self.compile(world, &after, State::Gone)? {
            // A trait that nothing names comes by a glob, and a review says so at the glob.
            if error.contains("items from traits can only be used if the trait is in scope")
                && applied
                    .said
                    .iter()
                    .any(|said| said.contains("Review[glob]"))
            {
                return Ok(Verdict::Told("glob"));
            }
            let how = if applied.changed { "" } else { "silent: " };
            return fault(format!("{how}{}", kind_of(&error)), &error, &applied.files);
        }
        Ok(if applied.changed {
            Verdict::Same
        } else {
            Verdict::Unchanged
        })
    }

    fn empty(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = self.folder.path().join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir(&folder)?;
        Ok(folder.canonicalize()?)
    }

    // ---- repoint ----

    fn apply(&self, world: &World, files: &Files) -> anyhow::Result<Applied> {
        let root = self.empty("tree")?;
        for (name, text) in files.iter().filter(|(name, _)| !name.starts_with("deps/")) {
            write(&root, name, text)?;
        }
        let source = MappingSource::Toml {
            file: PathBuf::from("table.toml"),
            text: world.table(),
        };
        let tables = load(&[source], SYNTAXES)
            .map_err(|error| anyhow::anyhow!("{error:?}\n{}", world.table()))?
            .into_tables();
        let project = Project::at(root.clone());
        let options = RewriteOptions::default();
        let engine = Engine::open(registry(), &tables, &project, &options, root.clone());
        let walk = WalkOptions {
            threads: 1,
            ..WalkOptions::default()
        };
        let prefilter = Prefilter::new(&engine.anchors());
        let place_filters = engine.place_filters();
        let is_source = |path: &Path| engine.is_source(path);
        let sources = Sources {
            by_place: Some(&|file| engine.by_place(file, &place_filters)),
            ..Sources::named_so(&is_source)
        };
        let paths = std::slice::from_ref(&root);
        let walked = discover(paths, &project, &walk, sources, &prefilter);
        let ahead: Vec<Ahead<'_>> = walked
            .candidates
            .iter()
            .map(|candidate| Ahead {
                file: &candidate.path,
                bytes: None,
            })
            .collect();
        engine.survey(&ahead, &walk)?;
        let mut applied = Applied {
            files: files.clone(),
            has_errors: false,
            said: Vec::new(),
            failure: None,
            changed: false,
        };
        engine.run(&walked.candidates, &walk, |report| {
            let name = report.display.display().to_string();
            if let Some(failure) = report.failure {
                applied.said.push(format!("{name}: {}", failure.message));
                applied.failure.get_or_insert(failure.message);
            }
            for finding in &report.plan.findings {
                applied.has_errors |= finding.level == Level::Error;
                applied.said.push(format!(
                    "{name}: {:?}[{}]: {} ({})",
                    finding.level,
                    finding.code.as_str(),
                    finding.message,
                    report
                        .source
                        .text()
                        .get(finding.range.clone())
                        .unwrap_or_default(),
                ));
            }
            if let Some(text) = report.rewritten {
                applied.changed = true;
                let text = String::from_utf8_lossy(&text).into_owned();
                applied.files.insert(name, text);
            }
            ControlFlow::Continue(())
        })?;
        Ok(applied)
    }

    // ---- rustc ----

    /// What rustc says, if it refuses.
    fn compile(
        &self,
        world: &World,
        files: &Files,
        state: State,
    ) -> anyhow::Result<Option<String>> {
        let root = self.empty("compiled")?;
        let out = self.empty("out")?;
        for (name, text) in files {
            write(&root, name, &asserted(text))?;
        }
        let mut known: Vec<String> = Vec::new();
        let targets = [
            ("deps/new.rs", "new", "lib"),
            ("deps/old.rs", "old", "lib"),
            ("src/lib.rs", "krate", "lib"),
            ("src/main.rs", "main", "bin"),
            ("tests/t.rs", "t", "bin"),
            ("examples/e.rs", "e", "bin"),
        ];
        for (file, name, kind) in targets {
            if !files.contains_key(file) {
                continue;
            }
            let is_dep = file.starts_with("deps/");
            let mut rustc = Command::new(&self.rustc);
            rustc
                .args(["--emit", "metadata", "--cap-lints", "allow"])
                .args(["--color", "never", "--crate-type", kind])
                .args(["--crate-name", name, "--edition"])
                .arg(if is_dep {
                    "2021".to_owned()
                } else {
                    world.edition.to_string()
                })
                .arg("--out-dir")
                .arg(&out)
                .arg("-L")
                .arg(&out);
            if state == State::Gone {
                rustc.args(["--cfg", "gone"]);
            }
            if world.with_feature {
                rustc.args(["--cfg", "feature=\"x\""]);
            }
            for extern_ in &known {
                rustc.arg("--extern").arg(extern_);
            }
            let output = rustc
                .arg(file)
                .current_dir(&root)
                .stdin(Stdio::null())
                .output()
                .context("cannot run rustc")?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                return Ok(Some(said));
            }
            let local = world.externs.iter().find(|(_, krate)| krate == name);
            let local = match local {
                Some((local, _)) if !is_dep || name == "old" => local,
                _ => name,
            };
            known.push(format!("{local}={}/lib{name}.rmeta", out.display()));
        }
        Ok(None)
    }
}

/// Whether braces are: what is made smaller often is not even that.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0;
    for byte in text.bytes() {
        depth += i32::from(byte == b'{') - i32::from(byte == b'}');
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

fn write(root: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let file = root.join(name);
    fs::create_dir_all(file.parent().unwrap_or(root))?;
    fs::write(file, text)?;
    Ok(())
}

/// With an assertion in the place of each documented link.
fn asserted(text: &str) -> String {
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        let link = r"(?m)^/// See \[(?:`(.*?)`|this|(.*?))\](?:\((.*?)\))?, so (.*)\.$";
        Regex::new(link).expect("a pattern")
    });
    LINK.replace_all(text, |found: &Captures<'_>| {
        let path = [3, 1, 2].into_iter().find_map(|at| found.get(at));
        let path = path.map_or("", |path| path.as_str());
        let claim = found[4].replacen('@', path, 1);
        format!("const _: () = assert!({claim});")
    })
    .into_owned()
}

/// Comments that are there before and not after, and the other way round.
fn comments_differ(before: &Files, after: &Files) -> Option<(Vec<String>, Vec<String>)> {
    static COMMENT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)/\* c\d+ \*/|// c\d+ *$").expect("a pattern"));
    let count = |files: &Files| {
        let mut comments: BTreeMap<String, i64> = BTreeMap::new();
        for text in files.values() {
            for found in COMMENT.find_iter(text) {
                *comments
                    .entry(found.as_str().trim_end().to_owned())
                    .or_default() += 1;
            }
        }
        comments
    };
    let (was, is) = (count(before), count(after));
    let more = |one: &BTreeMap<String, i64>, two: &BTreeMap<String, i64>| -> Vec<String> {
        let differs = |(text, count): &(&String, &i64)| two.get(*text).unwrap_or(&0) < *count;
        one.iter()
            .filter(differs)
            .map(|(text, _)| text.clone())
            .collect()
    };
    (was != is).then(|| (more(&was, &is), more(&is, &was)))
}

/// The first error without its names.
fn kind_of(said: &str) -> String {
    static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new("`[^`]*`").expect("a pattern"));
    let first = said.lines().find(|line| line.starts_with("error"));
    let first = first.unwrap_or("says nothing");
    NAME.replace_all(first, "`_`").into_owned()
}

/// The files that a rewrite changed, as they are now.
fn changed(before: &Files, after: &Files) -> String {
    let mut text = String::new();
    for (name, now) in after {
        if before.get(name) != Some(now) {
            text.push_str(&format!("\n# after: {name}\n{now}"));
        }
    }
    text
}
