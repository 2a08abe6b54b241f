//! `repoint completions` and `repoint man`: made of the same source as the help.

use anyhow::{Context, anyhow};

use super::args::{CompletionsArgs, ManArgs, command};
use super::console::Console;
use super::resolve::Refusal;
use super::stdout::Output;
use crate::usecase::Exit;

/// Prints the script.
pub(super) fn completions(args: &CompletionsArgs, console: &Console) -> Result<Exit, Refusal> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), "repoint", &mut script);
    let mut out = Output::open(None, console)?;
    out.write(|out| out.write_all(&script))?;
    out.flush()?;
    Ok(Exit::Clean)
}

/// Prints the page of the program, or writes that of each command into a folder.
pub(super) fn pages(args: &ManArgs, console: &Console) -> Result<Exit, Refusal> {
    let Some(folder) = &args.output_dir else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command())
            .render(&mut page)
            .context("the page cannot be made")?;
        let mut out = Output::open(None, console)?;
        out.write(|out| out.write_all(&page))?;
        out.flush()?;
        return Ok(Exit::Clean);
    };
    if !folder.is_dir() {
        return Err(anyhow!("{}: no such folder", console.shown(folder)).into());
    }
    clap_mangen::generate_to(command(), folder)
        .with_context(|| format!("{}: cannot be written", console.shown(folder)))?;
    console.summary(&format!(
        "wrote repoint.1 and a page a command into {}",
        console.shown(folder)
    ));
    Ok(Exit::Clean)
}
