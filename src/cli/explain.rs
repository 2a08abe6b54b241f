//! `repoint explain`: what a code, an exit status or an error of a table means.

use anyhow::anyhow;

use super::args::ExplainArgs;
use super::console::Console;
use super::resolve::Refusal;
use super::stdout::Output;
use crate::explain;
use crate::usecase::Exit;

/// Prints the explanation, or the list of all.
pub(super) fn run(args: &ExplainArgs, console: &Console) -> Result<Exit, Refusal> {
    let text = match &args.code {
        None => explain::list(),
        Some(code) => match explain::explain(code) {
            Some(text) => wrapped(&text),
            None => {
                let help = explain::meant(code).map_or_else(
                    || "`repoint explain` lists what can be explained".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                return Err(anyhow!(
                    "`{code}` is no code, exit status or error of a table; {help}"
                )
                .into());
            }
        },
    };
    let mut out = Output::open(None, console)?;
    out.write(|out| writeln!(out, "{}", text.trim_end()))?;
    out.flush()?;
    if args.code.is_none() {
        console.note("`repoint explain CODE` says more");
    }
    Ok(Exit::Clean)
}

/// How wide a line may be.
const WIDTH: usize = 80;

/// Breaks long lines at blanks; what is indented stays.
fn wrapped(text: &str) -> String {
    let mut result = String::new();
    for line in text.lines() {
        let mut width = 0;
        if line.starts_with(' ') {
            result.push_str(line);
        } else {
            for word in line.split_whitespace() {
                let len = word.chars().count();
                if width > 0 && width + 1 + len > WIDTH {
                    result.push('\n');
                    width = 0;
                } else if width > 0 {
                    result.push(' ');
                    width += 1;
                }
                result.push_str(word);
                width += len;
            }
        }
        result.push('\n');
    }
    result
}
