//! From what was written on the command line to what a run needs: the project, its configuration,
//! the tables in force, the files. Everything that is wrong is said before anything is done.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, anyhow, bail};

use super::args::{FileArgs, RuleArgs, RunArgs};
use super::console::Console;
use super::output_file;
use crate::config::{Config, MAX_FILE_SIZE};
use crate::document::Problems;
use crate::file::NamedBy;
use crate::lang::{Language, RewriteOptions, registry};
use crate::mapping::{MappingSource, Table, Tables, load};
use crate::output::place::shown;
use crate::path::SYNTAXES;
use crate::project::{CONFIG_NAME, Globs, Project, WalkOptions};
use crate::transaction::STATE_FOLDER;
use crate::usecase::{Input, Place, Run};

/// Why nothing is done.
pub(super) enum Refusal {
    /// Mapping tables are wrong.
    Mapping(Vec<Problems>),
    /// Something else is.
    Other(anyhow::Error),
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl Place {
    /// Finds the project around the current directory, and reads its configuration or `config`.
    pub fn find(config: Option<&Path>) -> anyhow::Result<Self> {
        let cwd = std::env::current_dir().context("the current directory cannot be found")?;
        let project = Project::discover(&cwd, config);
        let file = match config {
            Some(file) => Some(cwd.join(file)),
            None => Some(project.root().join(CONFIG_NAME)).filter(|f| f.symlink_metadata().is_ok()),
        };
        let by = if config.is_some() {
            NamedBy::Person
        } else {
            NamedBy::Tree
        };
        let config = match &file {
            Some(file) => {
                if by == NamedBy::Tree {
                    stays_inside(file, &project, "--config")?;
                }
                Config::read(file, by, &names_of(registry()))?
            }
            None => Config::default(),
        };
        for language in registry() {
            let name = language.syntax().language;
            if let (Some(section), Some(file)) = (config.sections.get(name), &file) {
                language
                    .check_settings(section)
                    .map_err(|message| anyhow!("{}: [{name}]: {message}", file.display()))?;
            }
        }
        let config_folder = file
            .as_deref()
            .and_then(Path::parent)
            .unwrap_or(project.root())
            .to_owned();
        Ok(Self {
            cwd,
            project,
            config,
            config_folder,
        })
    }

    /// The tables that are named, else those of the configuration, else those in `mappings/`.
    pub(super) fn sources(&self, named: &[String]) -> Result<Vec<MappingSource>, Refusal> {
        let default = [String::from("mappings")];
        let root = self.project.root();
        let (names, base) = match &self.config.mappings {
            _ if !named.is_empty() => (named, &*self.cwd),
            Some(listed) => (listed.as_slice(), &*self.config_folder),
            None if root.join("mappings").is_dir() => (&default[..], root),
            None => return Err(no_rules(root).into()),
        };
        let mut sources = Vec::new();
        let mut errors = Vec::new();
        for name in names {
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
            Err(Refusal::Mapping(errors))
        }
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

/// Loads sources, and says what is odd about them.
pub(super) fn load_tables(sources: &[MappingSource], console: &Console) -> Result<Tables, Refusal> {
    let tables = load(sources, SYNTAXES).map_err(|errors| Refusal::Mapping(vec![errors]))?;
    for warning in tables.warnings() {
        console.warning(&warning.render(console.colored()));
    }
    Ok(tables)
}

impl Run {
    /// Makes a run of the arguments.
    pub(super) fn resolve(args: &RunArgs, console: &Console) -> Result<Self, Refusal> {
        let place = Place::find(args.rules.config.as_deref())?;
        let Rules {
            languages,
            tables,
            names,
        } = rules(&args.rules, &place, console)?;
        let walk = walk_options(&args.files, &place, console)?;
        let input = input(args, &place)?;
        let roots = args.rewrite.roots.iter().map(|root| place.cwd.join(root));
        let rewrite = RewriteOptions {
            strings: args.rewrite.strings.into(),
            docs: args.rewrite.docs,
            mentions: args.rewrite.mentions,
            roots: roots.collect(),
            sections: place.config.sections.clone(),
        };
        if let Some(missing) = rewrite.roots.iter().find(|root| !root.is_dir()) {
            return Err(anyhow!("--root {}: no such folder", missing.display()).into());
        }
        if let Some(file) = &args.output.output_file {
            let folder = args.state.state_dir.as_ref();
            let folder = folder.map_or_else(
                || place.project.root().join(STATE_FOLDER),
                |folder| place.cwd.join(folder),
            );
            output_file::check(&place.cwd.join(file), &place.project, &folder)?;
        }
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
            format: args.output.output_format,
            output_file: args.output.output_file.clone(),
            strict: args.rewrite.strict,
            statistics: args.output.statistics,
            exit_zero: args.output.exit_zero,
        })
    }
}

/// What is in force.
struct Rules {
    languages: Vec<&'static dyn Language>,
    tables: Vec<Table>,
    names: Vec<String>,
}

fn rules(args: &RuleArgs, place: &Place, console: &Console) -> Result<Rules, Refusal> {
    let only_moves = args.mappings.is_empty() && !args.moves.is_empty();
    let mut sources = if only_moves {
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
    if tables.is_empty() {
        let language = args.lang.as_deref().unwrap_or("any language");
        return Err(anyhow!("there are no rules for {language} in the mapping tables").into());
    }
    let languages = registry()
        .iter()
        .copied()
        .filter(|language| asked(language.syntax().language))
        .collect();
    Ok(Rules {
        languages,
        tables,
        names,
    })
}

fn walk_options(args: &FileArgs, place: &Place, console: &Console) -> anyhow::Result<WalkOptions> {
    let root = place.project.root();
    let config = &place.config;
    let include = if args.include.is_empty() {
        Globs::compile(root, &config.include)?
    } else {
        Globs::compile(root, &args.include)?
    };
    let exclude: Vec<String> = config
        .exclude
        .iter()
        .chain(&args.exclude)
        .cloned()
        .collect();
    Ok(WalkOptions {
        no_ignore: args.no_ignore,
        hidden: args.hidden,
        include,
        exclude: Globs::compile(root, &exclude)?,
        max_file_size: args
            .max_file_size
            .or(config.max_file_size)
            .unwrap_or(MAX_FILE_SIZE),
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

fn names_of(languages: &[&'static dyn Language]) -> Vec<&'static str> {
    languages
        .iter()
        .map(|language| language.syntax().language)
        .collect()
}
