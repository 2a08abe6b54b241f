//! From what was written on the command line to what a run needs: the project, its configuration,
//! the tables in force, the files. Everything that is wrong is said before anything is done.

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use super::args::{AuditArgs, FileArgs, RuleArgs, RunArgs};
use super::console::Console;
use super::output_file;
use super::report::Chosen;
use super::report_args::FormatArg;
use crate::config::{self, Config, Overrides, Reading, Settings};
use crate::document::Problems;
use crate::file::NamedBy;
use crate::lang::{Language, RewriteOptions, registry};
use crate::mapping::{MappingSource, Table, Tables, load};
use crate::output::place::shown;
use crate::path::SYNTAXES;
use crate::project::{
    CONFIG_NAME, Configured, Globs, Project, Section, WalkOptions, configured_at,
};
use crate::transaction::STATE_FOLDER;
use crate::usecase::audit::{Question, Wanted};
use crate::usecase::homes::{self, Homes};
use crate::usecase::{Conflicts, Input, Loaded, Place, RuleChoice, Run, read_baseline};

/// Why nothing is done.
pub(super) enum Refusal {
    /// Documents are wrong: mapping tables, or the configuration.
    Wrong(Vec<Problems>),
    /// Something else is.
    Other(anyhow::Error),
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl Place {
    /// Finds the project of `paths` (absolute; without any, that around the current directory), and reads
    /// its configuration or the one that is named.
    pub(super) fn find(paths: &[PathBuf], config: Option<&Path>) -> Result<Self, Refusal> {
        let cwd = current_dir()?;
        let located = Project::of(paths, &cwd, config).map_err(anyhow::Error::from)?;
        let project = located.project;
        let (found, by) = match config {
            Some(file) => (named_configurations(&cwd.join(file)), NamedBy::Person),
            None => (located.configured, NamedBy::Tree),
        };
        let found = config::only(found).map_err(|error| Refusal::Wrong(vec![error]))?;
        let config = match &found {
            Some(configured) => {
                if by == NamedBy::Tree {
                    stays_inside(&configured.file, &project, "--config")?;
                }
                let reading = Reading {
                    name: configured
                        .file
                        .strip_prefix(&cwd)
                        .unwrap_or(&configured.file),
                    by,
                    root: project.root(),
                    languages: registry(),
                };
                Config::read(configured, &reading).map_err(|error| Refusal::Wrong(vec![error]))?
            }
            None => Config::default(),
        };
        let config_folder = config.folder().unwrap_or(project.root()).to_owned();
        Ok(Self {
            cwd,
            project,
            config,
            config_folder,
        })
    }

    /// Says what is odd about the configuration.
    pub(super) fn say_warnings(&self, console: &Console) {
        for warning in &self.config.warnings {
            console.warning(&warning.render(console.colored()));
        }
    }

    /// The tables that are named, else those of the configuration, else those in `mappings/`.
    pub(super) fn sources(&self, named: &[String]) -> Result<Vec<MappingSource>, Refusal> {
        let default = [String::from("mappings")];
        let root = self.project.root();
        let (names, base) = match &self.config.mappings {
            _ if !named.is_empty() => (named, &*self.cwd),
            Some(listed) => (listed.value.as_slice(), &*self.config_folder),
            None if root.join("mappings").is_dir() => (&default[..], root),
            None => return Err(no_rules(root).into()),
        };
        let mut sources = Vec::new();
        let mut errors = Vec::new();
        for name in names {
            if name == "-" && !named.is_empty() {
                sources.push(stdin_table()?);
                continue;
            }
            let resolved = if named.is_empty() {
                MappingSource::listed(name, base, root)
            } else {
                MappingSource::resolve(name, base)
            };
            match resolved {
                Ok(found) => sources.extend(found),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() {
            Ok(sources)
        } else {
            Err(Refusal::Wrong(errors))
        }
    }
}

/// A table on standard input. A second `-` finds it at its end.
fn stdin_table() -> anyhow::Result<MappingSource> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .read_to_string(&mut text)
        .context("the table on standard input cannot be read")?;
    Ok(MappingSource::Toml {
        file: PathBuf::from("<stdin>"),
        text,
    })
}

fn current_dir() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("the current directory cannot be found")
}

/// The configurations in a file (absolute) that a person named. One that cannot be read, or lacks its
/// section, stands for itself: whoever reads it says so.
fn named_configurations(file: &Path) -> Vec<Configured> {
    match configured_at(file) {
        Ok(found) if !found.is_empty() => found,
        _ => vec![Configured {
            file: file.to_owned(),
            section: Section::of_file(file)[0],
        }],
    }
}

/// What is at `path`, which the tree itself brings, may be no link that leads out of the project.
fn stays_inside(path: &Path, project: &Project, option: &str) -> anyhow::Result<()> {
    match path.canonicalize() {
        Ok(real) if !real.starts_with(project.root()) => bail!(
            "{}: is a link that leads out of the project, to {real}; name it with {option} {real}",
            shown(path),
            real = shown(&real)
        ),
        // What leads nowhere is said by who reads it.
        _ => Ok(()),
    }
}

fn no_rules(root: &Path) -> anyhow::Error {
    anyhow!(
        "there are no rules: name a mapping table with --mapping, say a rule with --move OLD=NEW, \
         list tables as `mappings = [...]` in {CONFIG_NAME}, or put them into {}",
        root.join("mappings").display()
    )
}

/// The baseline of the project, if there is one.
pub(super) fn baseline(place: &Place, conflicts: Conflicts) -> Result<Option<Loaded>, Refusal> {
    read_baseline(place, conflicts).map_err(|error| Refusal::Wrong(vec![error]))
}

/// Loads sources, and says what is odd about them.
pub(super) fn load_tables(sources: &[MappingSource], console: &Console) -> Result<Tables, Refusal> {
    let tables = load(sources, SYNTAXES).map_err(|errors| Refusal::Wrong(vec![errors]))?;
    for warning in tables.warnings() {
        console.warning(&warning.render(console.colored()));
    }
    Ok(tables)
}

impl Run {
    /// Makes a run of the arguments.
    pub(super) fn resolve(args: &RunArgs, console: &Console) -> Result<Self, Refusal> {
        let takes_table = args.rules.mappings.iter().any(|name| name == "-");
        let takes_text = args.paths.iter().any(|path| path.as_os_str() == "-");
        if takes_table && takes_text {
            return Err(anyhow!(
                "standard input is the table (`-m -`) or the text (`-`), not both"
            )
            .into());
        }
        let place = Place::find(&paths_of(args)?, args.rules.config.as_deref())?;
        place.say_warnings(console);
        let settings = Settings::of(&place.config, overrides(args));
        let rules = rules(&args.rules, &place, console)?;
        let walk = walk_options(&args.files, &settings, &place, console)?;
        let input = input(args, &place)?;
        let roots = args.rewrite.roots.iter().map(|root| place.cwd.join(root));
        let rewrite = RewriteOptions {
            strings: settings.strings.value,
            docs: settings.docs.value,
            mentions: settings.mentions.value,
            roots: roots.collect(),
            sections: place.config.tables(),
        };
        if let Some(missing) = rewrite.roots.iter().find(|root| !root.is_dir()) {
            return Err(anyhow!("--root {}: no such folder", missing.display()).into());
        }
        let (rules, homes) = with_homes(rules, &args.rules, &place, &rewrite, &walk)?;
        let Rules {
            languages,
            tables,
            names,
            ..
        } = rules;
        if tables.is_empty() {
            let language = args.rules.lang.as_deref().unwrap_or("any language");
            return Err(anyhow!("there are no rules for {language} in the mapping tables").into());
        }
        let folder = args.state.state_dir.as_ref();
        let folder = folder.map_or_else(
            || place.project.root().join(STATE_FOLDER),
            |folder| place.cwd.join(folder),
        );
        let output = &args.output;
        let chosen = formats(
            &output.formats,
            output.output_file.as_deref(),
            &place,
            &folder,
        )?;
        console.detail(&format!(
            "project root: {}",
            console.shown(place.project.root())
        ));
        Ok(Self {
            place,
            languages,
            tables,
            names,
            rewrite,
            walk,
            input,
            format: chosen.bare.unwrap_or_default(),
            reports: chosen.files,
            output_file: args.output.output_file.clone(),
            strict: settings.strict.value,
            statistics: args.output.statistics,
            exit_zero: args.output.exit_zero,
            is_narrowed: args.rules.lang.is_some()
                || !args.files.include.is_empty()
                || !args.files.exclude.is_empty(),
            baseline: None,
            chosen: RuleChoice::default(),
            homes,
            tells_homes: false,
        })
    }
}

/// The formats that were asked for, once each of their files may be written.
pub(super) fn formats(
    args: &[FormatArg],
    output_file: Option<&Path>,
    place: &Place,
    state: &Path,
) -> anyhow::Result<Chosen> {
    let chosen = Chosen::of(args, output_file, &place.cwd)?;
    if let Some(file) = output_file {
        output_file::check(
            &place.cwd.join(file),
            "--output-file",
            &place.project,
            state,
        )?;
    }
    for (format, file) in &chosen.files {
        let option = format!("--output-format {}=", format.name());
        output_file::check(file, &option, &place.project, state)?;
    }
    Ok(chosen)
}

/// What an audit needs.
pub(super) struct Audited {
    pub(super) place: Place,
    pub(super) languages: Vec<&'static dyn Language>,
    pub(super) rewrite: RewriteOptions,
    pub(super) walk: WalkOptions,
    pub(super) question: Question,
}

impl Audited {
    /// Makes it of the arguments. What is no file or folder is the name of a symbol.
    pub(super) fn resolve(args: &AuditArgs, console: &Console) -> Result<Self, Refusal> {
        if args.files.partition.is_some() || args.files.stdin_filename.is_some() {
            return Err(anyhow!(
                "an audit reads the whole project: leave out --partition and --stdin-filename"
            )
            .into());
        }
        let cwd = current_dir()?;
        let mut paths = Vec::new();
        let mut symbols = Vec::new();
        for text in &args.symbols {
            let path = cwd.join(text);
            if let Ok(real) = path.canonicalize() {
                paths.push(path);
                symbols.push(Wanted::At(real));
            } else if text.contains(std::path::MAIN_SEPARATOR) {
                return Err(anyhow!("{text}: no such file or folder").into());
            } else {
                symbols.push(Wanted::Named(text.clone()));
            }
        }
        let place = Place::find(&paths, args.config.as_deref())?;
        place.say_warnings(console);
        // The project itself is everything.
        let root = place.project.root();
        if symbols.contains(&Wanted::At(root.to_owned())) {
            symbols.clear();
        }
        let settings = Settings::of(
            &place.config,
            Overrides {
                include: args.files.include.clone(),
                exclude: args.files.exclude.clone(),
                max_file_size: args.files.max_file_size,
                ..Overrides::default()
            },
        );
        let walk = walk_options(&args.files, &settings, &place, console)?;
        let rewrite = RewriteOptions {
            roots: args.roots.iter().map(|root| place.cwd.join(root)).collect(),
            sections: place.config.tables(),
            ..RewriteOptions::default()
        };
        if let Some(missing) = rewrite.roots.iter().find(|root| !root.is_dir()) {
            return Err(anyhow!("--root {}: no such folder", missing.display()).into());
        }
        let asked = |language: &str| args.lang.as_deref().is_none_or(|only| only == language);
        let languages = registry().iter().copied();
        Ok(Self {
            languages: languages
                .filter(|language| asked(language.syntax().language))
                .collect(),
            rewrite,
            walk,
            question: Question {
                symbols,
                all: args.all,
            },
            place,
        })
    }
}

/// What is in force.
struct Rules {
    languages: Vec<&'static dyn Language>,
    sources: Vec<MappingSource>,
    tables: Vec<Table>,
    names: Vec<String>,
}

fn rules(args: &RuleArgs, place: &Place, console: &Console) -> Result<Rules, Refusal> {
    let only_moves = args.mappings.is_empty() && !args.moves.is_empty();
    let mut sources = if only_moves || args.mappings.is_empty() && has_homes_alone(place) {
        Vec::new()
    } else {
        place.sources(&args.mappings)?
    };
    sources.extend(args.moves.iter().map(|text| MappingSource::Move {
        text: text.clone(),
        language: args.lang.clone(),
    }));
    let loaded = load_tables(&sources, console)?;
    for mapping in loaded.mappings() {
        console.detail(&format!(
            "mapping: {} ({})",
            mapping.file.display(),
            mapping.name
        ));
    }
    let mappings = loaded.mappings().iter().map(|mapping| mapping.name.clone());
    let names = mappings.chain(args.moves.iter().cloned()).collect();
    let asked = |language: &str| args.lang.as_deref().is_none_or(|only| only == language);
    let tables: Vec<Table> = loaded
        .into_tables()
        .into_iter()
        .filter(|table| asked(table.syntax().language) && !table.is_empty())
        .collect();
    let languages = registry()
        .iter()
        .copied()
        .filter(|language| asked(language.syntax().language))
        .collect();
    Ok(Rules {
        languages,
        sources,
        tables,
        names,
    })
}

/// Whether the only rules of a project are its homes.
fn has_homes_alone(place: &Place) -> bool {
    let config = &place.config;
    !config.homes.is_empty()
        && config.mappings.is_none()
        && !place.project.root().join("mappings").is_dir()
}

/// Adds the rules of the homes, which are in force with the tables of the configuration: tables of the command line
/// stand in their place.
fn with_homes(
    rules: Rules,
    args: &RuleArgs,
    place: &Place,
    rewrite: &RewriteOptions,
    walk: &WalkOptions,
) -> Result<(Rules, Homes), Refusal> {
    let is_replaced = !args.mappings.is_empty() || !args.moves.is_empty();
    if place.config.homes.is_empty() || is_replaced {
        return Ok((rules, Homes::default()));
    }
    // They are judged over the whole project, whatever part of it the command line asks for.
    let settings = Settings::of(&place.config, Overrides::default());
    let root = place.project.root();
    let walk = WalkOptions {
        include: Globs::compile(root, &settings.include.value).map_err(anyhow::Error::from)?,
        exclude: Globs::compile(root, &settings.exclude.value).map_err(anyhow::Error::from)?,
        partition: None,
        progress: None,
        ..walk.clone()
    };
    let mut homes = homes::homes(place, &rules.languages, &rules.tables, rewrite, &walk)
        .map_err(anyhow::Error::from)?;
    let mut sources = rules.sources;
    sources.extend(
        std::mem::take(&mut homes.sources)
            .into_iter()
            .map(MappingSource::Home),
    );
    let loaded = load(&sources, SYNTAXES).map_err(|errors| Refusal::Wrong(vec![errors]))?;
    let asked = |language: &str| args.lang.as_deref().is_none_or(|only| only == language);
    let tables = loaded.into_tables().into_iter();
    let tables = tables.filter(|table| asked(table.syntax().language) && !table.is_empty());
    let rules = Rules {
        tables: tables.collect(),
        languages: rules.languages,
        names: rules.names,
        sources,
    };
    Ok((rules, homes))
}

/// What the command line says over the configuration.
fn overrides(args: &RunArgs) -> Overrides {
    Overrides {
        include: args.files.include.clone(),
        exclude: args.files.exclude.clone(),
        max_file_size: args.files.max_file_size,
        strings: args.rewrite.strings.map(Into::into),
        docs: args.rewrite.docs(),
        mentions: args.rewrite.mentions(),
        strict: args.rewrite.strict(),
    }
}

fn walk_options(
    args: &FileArgs,
    settings: &Settings,
    place: &Place,
    console: &Console,
) -> anyhow::Result<WalkOptions> {
    let root = place.project.root();
    Ok(WalkOptions {
        no_ignore: args.no_ignore,
        hidden: args.hidden,
        include: Globs::compile(root, &settings.include.value).map_err(anyhow::Error::from)?,
        exclude: Globs::compile(root, &settings.exclude.value).map_err(anyhow::Error::from)?,
        max_file_size: settings.max_file_size.value,
        threads: threads(args.threads),
        partition: args.partition,
        progress: Some(console.searched()),
    })
}

/// More threads than these only cost their stacks.
fn threads(asked: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    asked.min(cores * 4)
}

/// The paths (absolute) that a run is about, of which the project is asked. A text on standard input is
/// about the file that it is called.
fn paths_of(args: &RunArgs) -> anyhow::Result<Vec<PathBuf>> {
    let cwd = current_dir()?;
    let is_stdin = |path: &PathBuf| path.as_os_str() == "-";
    let name = args.files.stdin_filename.iter();
    let name = name.filter(|_| args.paths.iter().any(is_stdin));
    let named = args.paths.iter().filter(|path| !is_stdin(path));
    Ok(named.chain(name).map(|path| cwd.join(path)).collect())
}

fn input(args: &RunArgs, place: &Place) -> anyhow::Result<Input> {
    let name = args.files.stdin_filename.as_deref();
    match args.paths.as_slice() {
        [only] if only.as_os_str() == "-" => {
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .context("standard input cannot be read")?;
            let path = place.cwd.join(name.unwrap_or(Path::new("<stdin>")));
            Ok(Input::Text { path, bytes })
        }
        paths if paths.iter().any(|path| path.as_os_str() == "-") => {
            bail!("`-` is standard input and must be the only path")
        }
        _ if name.is_some() => {
            bail!("--stdin-filename names the text on standard input: give `-` as the path")
        }
        paths => Ok(Input::Paths(
            paths.iter().map(|path| place.cwd.join(path)).collect(),
        )),
    }
}
