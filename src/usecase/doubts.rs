//! What looks like a mistake after a run: a rule that matched nothing, a target that is not there, a run
//! that read no file. Each is a warning; with `--strict` an error.

use super::files::Tally;
use super::listener::Listener;
use super::run::{Input, Run};
use crate::engine::{Active, Engine};
use crate::lang::Doubt;
use crate::mapping::{Action, Origin, Rule, Table, builtin};
use crate::output::place::shown;
use crate::output::summary::counted;

/// Says every doubt, and how many there are.
pub fn say(run: &Run, engine: &Engine<'_>, tally: &Tally, listener: &dyn Listener) -> usize {
    let mut doubts = Vec::new();
    doubts.extend(nothing_read(run, tally));
    for active in engine.active() {
        let rules = active.table().rules();
        let counts = tally
            .rules
            .get(active.name())
            .map_or(&[][..], Vec::as_slice);
        let (used, unused): (Vec<usize>, Vec<usize>) =
            (0..counts.len()).partition(|index| counts[*index].references > 0);
        doubts.extend(of_rules(active, &used));
        if is_expected_to_match(run, tally) {
            doubts.extend(unmatched(rules, &unused));
        }
    }
    for doubt in &doubts {
        if run.strict {
            listener.error(doubt);
        } else {
            listener.warn(doubt);
        }
    }
    doubts.len()
}

/// What is odd about the rules of these indices, seen from the tree: a line each.
pub fn of_rules(active: &Active<'_>, indices: &[usize]) -> Vec<String> {
    let line = |doubt: Doubt| {
        let rule = doubt.rule.and_then(|rule| active.table().rules().get(rule));
        let place = rule.map_or(String::new(), |rule| format!("{}: ", origin(rule)));
        format!("{place}{}", doubt.message)
    };
    active.doubts(indices).into_iter().map(line).collect()
}

/// Says that no rule matched anything, where something was to be rewritten. It is no failure with
/// `--strict` either: the second run of a migration ends so. `check` on a clean tree is silent.
pub fn say_nothing_matched(run: &Run, tally: &Tally, listener: &dyn Listener) {
    let summary = &tally.summary;
    let is_clean = summary.rewritten + summary.left + summary.failed == 0 && summary.searched > 0;
    let has_typed = run
        .tables
        .iter()
        .flat_map(Table::rules)
        .any(|rule| !is_built_in(rule));
    let Input::Paths(paths) = &run.input else {
        return;
    };
    if is_clean
        && has_typed
        && run.walk.partition.is_none()
        && paths.iter().any(|path| path.is_dir())
    {
        listener.warn(
            "no rule matched anything: all is rewritten already, or the old paths are spelled another way",
        );
    }
}

fn nothing_read(run: &Run, tally: &Tally) -> Option<String> {
    let Input::Paths(paths) = &run.input else {
        return None;
    };
    let is_empty = tally.summary.searched == 0 && tally.summary.failed == 0;
    (is_empty && run.walk.partition.is_none() && paths.iter().any(|path| path.is_dir())).then(|| {
        "no file was read: the paths hold no source of the rules' languages, or ignore files and \
         --include leave all of them out"
            .to_owned()
    })
}

/// Whether a rule without a reference is odd. In a share of the files, in files that were picked and after
/// all was rewritten it is not.
fn is_expected_to_match(run: &Run, tally: &Tally) -> bool {
    let Input::Paths(paths) = &run.input else {
        return false;
    };
    let any = tally.summary.rewritten + tally.summary.left > 0;
    any && run.chosen.is_all()
        && run.walk.partition.is_none()
        && tally.summary.failed == 0
        && paths.iter().any(|path| path.is_dir())
}

/// One sentence about all rules that matched nothing. Those of built-in tables are for every project, and
/// most of them match nothing in any.
fn unmatched(rules: &[Rule], unused: &[usize]) -> Option<String> {
    let is_typed = |rule: &&Rule| {
        rule.action != Action::Keep && !is_built_in(rule) && !follows_another(rule, rules)
    };
    let unused: Vec<&Rule> = unused
        .iter()
        .filter_map(|index| rules.get(*index))
        .filter(is_typed)
        .collect();
    let named: Vec<String> = unused
        .iter()
        .take(NAMED)
        .map(|rule| format!("`{}` ({})", rule.id, origin(rule)))
        .collect();
    let more = match unused.len() - named.len() {
        0 => String::new(),
        more => format!(" and {}", counted(more, "other")),
    };
    (!named.is_empty()).then(|| {
        format!(
            "{} matched nothing: {}{more}; check the spelling of the old path (--statistics lists all rules)",
            counted(unused.len(), "rule"),
            named.join(", ")
        )
    })
}

/// So many rules are named.
const NAMED: usize = 5;

/// Whether nobody wrote the rule for this tree.
fn is_built_in(rule: &Rule) -> bool {
    matches!(&rule.origin, Origin::Home { .. })
        || matches!(&rule.origin, Origin::File { file, .. } if builtin(&file.to_string_lossy()).is_some())
}

/// Whether the rule goes on where another one ends: its matches count for that one.
fn follows_another(rule: &Rule, rules: &[Rule]) -> bool {
    rules.iter().any(|other| match &other.action {
        Action::Move(to) => to.segments().starts_with(rule.from.segments()),
        _ => false,
    })
}

fn origin(rule: &Rule) -> String {
    match &rule.origin {
        Origin::File { file, line, .. } | Origin::Home { file, line } => {
            format!("{}:{line}", shown(file))
        }
        Origin::CommandLine => "--move".to_owned(),
    }
}
