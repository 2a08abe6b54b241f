//! The help of `-h`: of each command what is needed first, on a screen of 80 by 24. All of it is in `--help`.
//!
//! What is not listed here does not show in `-h`, so a new option needs nothing.

use std::ffi::OsString;

use clap::Command;

/// The commands whose options do not fit, and those options that are shown: by their ids, with a short text.
const SHOWN: &[(&str, &[(&str, &str)])] = &[
    ("diff", RUN),
    ("apply", RUN),
    ("check", RUN),
    ("baseline", RUN),
    ("migrate", MIGRATE),
    ("status", RUN),
    ("lsp", RUN),
    (
        "undo",
        &[
            ("force", "Overwrite files that were edited since"),
            ("three_way", "Merge where a file was edited since"),
            ("partial", "Restore the others although some cannot be"),
        ],
    ),
    (
        "audit",
        &[
            ("all", "List every copy, and what tests and examples define"),
            ("unused", "Only modules that hand on and that nobody uses"),
            (
                "emit_mapping",
                "Print a table that moves every use to one path",
            ),
            ("output_format", "How it is printed"),
        ],
    ),
    (
        "run",
        &[
            ("tags", "Gates with this tag; repeatable"),
            ("skip_tags", "No gates with this tag; repeatable"),
            ("phase", "Compare with what is expected in this phase"),
        ],
    ),
];

const RUN: &[(&str, &str)] = &[
    ("mappings", "A table: a file, a folder, a built-in name"),
    ("moves", "A rule on the spot, as old.Foo=new.Bar"),
    ("lang", "Only this language"),
    ("include", "Only files that match; repeatable"),
    ("exclude", "No files that match; repeatable"),
    ("output_format", "How findings are printed"),
    ("statistics", "Count references, a row a rule"),
    // Of single commands.
    ("exit_code", "Exit 1 if there is a diff or an error"),
    ("allow_dirty", "Rewrite what is in no commit, too"),
    ("no_baseline", "Every reference fails"),
    ("prune", "Only shrink"),
    ("accept_new", "Take in what is new, too"),
    ("format", "How it is printed"),
];

const MIGRATE: &[(&str, &str)] = &[
    ("mappings", "A table: a file, a folder, a built-in name"),
    ("phase", "One phase alone"),
    ("plan", "Print batches, units and gates; run nothing"),
    ("goes_on", "Go on with what was interrupted"),
    ("abort", "Take all of it back"),
    ("commit", "One git commit a batch"),
    ("tags", "Only gates with this tag; repeatable"),
    ("allow_dirty", "Rewrite what is in no commit, too"),
];

/// Commands that the list of all has no room for.
const RARE: &[&str] = &["completions", "man", "lsp", "recover"];

/// Whether `-h` was asked for, not `--help`.
pub(super) fn is_asked(args: &[OsString]) -> bool {
    let words = args.iter().take_while(|word| *word != "--");
    let mut words = words.filter_map(|word| word.to_str());
    words.any(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('h'))
}

/// The command with no more in its help, and in that of all below it, than a screen takes.
pub(super) fn cut(command: Command) -> Command {
    command
        .about("Rewrite deprecated import paths to their one home")
        .disable_help_subcommand(true)
        .mut_subcommands(|below| {
            let is_rare = RARE.contains(&below.get_name());
            shortened(below).hide(is_rare)
        })
        .mut_args(|arg| {
            // Of the program itself: how messages look, for all commands.
            arg.hide_short_help(true)
        })
}

fn shortened(command: Command) -> Command {
    let shown = SHOWN.iter().find(|(name, _)| *name == command.get_name());
    let command = match shown {
        Some((_, shown)) => command.mut_args(|arg| {
            let text = shown.iter().find(|(id, _)| arg.get_id() == *id);
            match text {
                Some((_, text)) => {
                    let takes_one = arg.get_action().takes_values();
                    let arg = arg.help(*text).help_heading("Options");
                    arg.hide_possible_values(takes_one)
                }
                None if arg.is_positional() => arg,
                None => arg.hide_short_help(true),
            }
        }),
        None => command,
    };
    command.mut_subcommands(shortened)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn help_of(command: &mut Command, name: &str, found: &mut Vec<(String, String)>) {
        found.push((name.to_owned(), command.render_help().to_string()));
        let names: Vec<String> = command
            .get_subcommands()
            .map(|it| it.get_name().to_owned())
            .collect();
        for below in names.iter().filter(|it| *it != "help") {
            if let Some(command) = command.find_subcommand_mut(below) {
                help_of(command, &format!("{name} {below}"), found);
            }
        }
    }

    #[test]
    fn short_help_fits_a_screen() {
        let mut all = cut(super::super::command()).term_width(80);
        all.build();
        let mut found = Vec::new();
        help_of(&mut all, "repoint", &mut found);
        assert!(found.len() > 20);
        let mut wrong = Vec::new();
        for (name, help) in &found {
            let (lines, width) = (
                help.lines().count(),
                help.lines()
                    .map(|line| line.chars().count())
                    .max()
                    .unwrap_or(0),
            );
            if lines > 24 || width > 80 {
                wrong.push(format!("{name}: {lines} lines, {width} wide\n{help}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        // What is shown exists, or it is a slip here.
        let shown = found
            .iter()
            .any(|(name, help)| name == "repoint diff" && help.contains("--move"));
        assert!(shown);
    }

    #[test]
    fn which_help_is_asked_for() {
        let asked = |words: &[&str]| {
            let words: Vec<OsString> = words.iter().map(OsString::from).collect();
            is_asked(&words)
        };
        assert!(asked(&["repoint", "-h"]));
        assert!(asked(&["repoint", "diff", "-qh"]));
        assert!(!asked(&["repoint", "--help"]));
        assert!(!asked(&["repoint", "diff", "--", "-h"]));
    }
}
