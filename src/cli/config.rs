//! `repoint config`: what is in force, and where each value comes from.

use super::args::ConfigArgs;
use super::console::Console;
use super::resolve::Refusal;
use super::stdout::Output;
use crate::config::{Overrides, Settings, json_schema};
use crate::lang::registry;
use crate::output::configuration::InForce;
use crate::usecase::{Exit, Place};

/// Prints it on standard output.
pub(super) fn run(args: &ConfigArgs, console: &Console) -> Result<Exit, Refusal> {
    let mut out = Output::open(None, console)?;
    if args.schema {
        out.write(|out| write!(out, "{}", json_schema(registry())))?;
        out.flush()?;
        return Ok(Exit::Clean);
    }
    let cwd = std::env::current_dir().map_err(anyhow::Error::new)?;
    let paths: Vec<_> = args.paths.iter().map(|path| cwd.join(path)).collect();
    let place = Place::find(&paths, args.config.as_deref())?;
    place.say_warnings(console);
    let settings = Settings::of(&place.config, Overrides::default());
    let root = place.project.root();
    let has_folder = root.join("mappings").is_dir();
    let in_force = InForce {
        root,
        name: place
            .config
            .configured
            .as_ref()
            .map(|at| console.shown(&at.file)),
        config: &place.config,
        settings: &settings,
        mappings: has_folder
            .then(|| "mappings".to_owned())
            .into_iter()
            .collect(),
    };
    out.write(|out| match args.json {
        true => in_force.json(out),
        false => write!(out, "{}", in_force.text()),
    })?;
    out.flush()?;
    Ok(Exit::Clean)
}
