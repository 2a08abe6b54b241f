//! What is in force in the folder that an editor has open: the project, its tables and options.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::super::args::{LspArgs, RunArgs, StringsArg};
use super::super::console::Console;
use super::super::resolve::Refusal;
use crate::engine::{Engine, FileReport};
use crate::lang::Ahead;
use crate::project::Prefilter;
use crate::text::Source;
use crate::usecase::Run;

/// What the editor says, beside the command line: its settings under `repoint`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct EditorSettings {
    /// As `--mapping`; in place of those of the command line.
    pub mappings: Option<Vec<String>>,
    /// As `--strings`.
    pub strings: Option<String>,
    /// As `--config`.
    pub config: Option<PathBuf>,
}

/// Reads all of it anew.
///
/// # Errors
/// What `repoint check` would refuse.
pub(super) fn load(
    args: &LspArgs,
    folder: &Path,
    settings: &EditorSettings,
    console: &Console,
) -> Result<Run, Refusal> {
    let mut run: RunArgs = args.run.clone();
    if run.paths.iter().all(|path| path.as_os_str() == ".") {
        run.paths = vec![folder.to_owned()];
    }
    if let Some(mappings) = &settings.mappings {
        // Names of an editor are relative to what it has open.
        let named = |name: &String| {
            let file = folder.join(name);
            if file.exists() {
                file.to_string_lossy().into_owned()
            } else {
                name.clone()
            }
        };
        run.rules.mappings = mappings.iter().map(named).collect();
    }
    if let Some(config) = &settings.config {
        run.rules.config = Some(folder.join(config));
    }
    if let Some(strings) = &settings.strings {
        use clap::ValueEnum as _;
        let which = StringsArg::from_str(strings, true).map_err(|_| {
            anyhow::anyhow!("strings: expected known, all or off, found `{strings}`")
        })?;
        run.rewrite.strings = Some(which);
    }
    Run::resolve(&run, console)
}

/// Plans and verifies a text as the content of a file (absolute), as `repoint apply FILE` would if it were saved.
/// The engine is a new one each time: what it knows of other files is what is on disk now. `None` if the file is
/// none of the project's sources, or is left out by its configuration.
pub(super) fn analyze<T>(
    run: &Run,
    file: &Path,
    text: &str,
    told: impl FnOnce(&FileReport, &[crate::mapping::Rule]) -> T,
) -> anyhow::Result<Option<T>> {
    let root = run.place.project.root();
    let real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    if !real.starts_with(root) || run.walk.exclude.matches_around(&real) {
        return Ok(None);
    }
    let engine = Engine::open(
        &run.languages,
        &run.tables,
        &run.place.project,
        &run.rewrite,
        run.place.cwd.clone(),
    );
    let Some(active) = engine.language_of(file).filter(|_| engine.is_source(file)) else {
        return Ok(None);
    };
    let bytes = encoded(&run.languages, file, text);
    // The editor hands on characters; nothing that the file cannot hold is planned.
    let Some(bytes) = bytes else {
        return Ok(None);
    };
    let filters = engine.place_filters();
    let by_place = engine.by_place(file, &filters);
    let prefilter = Prefilter::new(&engine.anchors());
    let may_matter = prefilter.matches_everything()
        || prefilter.matches(&bytes)
        || by_place.is_some_and(|filter| filter.matches(&bytes));
    if !may_matter || bytes.len() as u64 > run.walk.max_file_size {
        let report = FileReport {
            path: file.to_owned(),
            display: file.to_owned(),
            source: Source::of_text(text.to_owned()),
            plan: crate::plan::Plan::default(),
            rewritten: None,
            failure: None,
        };
        return Ok(Some(told(&report, active.table().rules())));
    }
    let ahead = Ahead {
        file,
        bytes: Some(&bytes),
    };
    engine.survey(&[ahead], &run.walk)?;
    let report = engine.bytes(file, bytes.clone())?;
    Ok(Some(told(&report, active.table().rules())))
}

/// The bytes that the file would have, in the encoding that its text asks for.
fn encoded(
    languages: &[&'static dyn crate::lang::Language],
    file: &Path,
    text: &str,
) -> Option<Vec<u8>> {
    let options = crate::lang::RewriteOptions::default();
    let language = languages
        .iter()
        .find(|language| language.is_source(file, &options));
    // The words that name an encoding are ASCII in all of them.
    let encoding = language.and_then(|language| language.encoding_of(file, text.as_bytes()).ok());
    match encoding {
        Some(encoding) => encoding.encode(text).ok(),
        None => Some(text.as_bytes().to_vec()),
    }
}
