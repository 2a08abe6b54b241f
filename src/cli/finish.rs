//! What comes after the last file of a run.

use std::io::{self, Write};

use super::console::Console;
use crate::output::{Format, Renderer, statistics};
use crate::usecase::{Run, Tally};

/// Lets a renderer print what comes after the last file, and prints the counts of each rule for people, if
/// that was asked for.
///
/// # Errors
/// Those of `out`.
pub(super) fn finish(
    tally: &Tally,
    run: &Run,
    renderer: &mut dyn Renderer,
    console: &Console,
    out: &mut dyn Write,
) -> io::Result<()> {
    for failed in console.failures() {
        renderer.failure(&failed, out)?;
    }
    let rules = if run.statistics {
        tally.by_rule(run)
    } else {
        Vec::new()
    };
    renderer.summary(&tally.summary, &rules, out)?;
    if run.statistics && run.format != Format::JsonLines {
        console.say(statistics::table(rules.iter().copied()).trim_end());
    }
    renderer.finish(out)
}
