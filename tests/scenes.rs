//! What a person sees of `repoint migrate` and `repoint status`: scenes in `tests/migrate/scenes.toml`, each a
//! small tree, gates and commands. The transcript of a scene is `snapshots/scene-NAME.snap`, with a mark in the
//! place of times. `tests/migrate.rs` says what becomes of the tree.
#![cfg(unix)]

#[path = "migrate/town.rs"]
mod town;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::LazyLock;

use libtest_mimic::{Arguments, Failed, Trial};
use regex::Regex;
use serde::Deserialize;
use town::Town;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenes {
    scene: Vec<Scene>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scene {
    name: String,
    /// How many files there are with a reference.
    files: usize,
    /// What `repoint.toml` says but for the table.
    config: String,
    /// Sets of files that break the gate `sh gate.sh` together.
    #[serde(default)]
    breaks: Vec<Vec<usize>>,
    /// More files, by their names.
    #[serde(default)]
    write: BTreeMap<String, String>,
    /// Lines of `sh`, in whose path `repoint` is.
    run: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let text = fs::read_to_string(root().join("tests/migrate/scenes.toml"));
    let scenes: Scenes = toml::from_str(&text.expect("the scenes are there"))
        .unwrap_or_else(|error| panic!("tests/migrate/scenes.toml: {error}"));
    let trials = scenes.scene.into_iter().map(|scene| {
        let name = scene.name.clone();
        Trial::test(name, move || played(&scene))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn played(scene: &Scene) -> Result<(), Failed> {
    let town = Town::new(scene.files, &scene.config);
    for (name, text) in &scene.write {
        town.write(name, text);
    }
    let sets: Vec<&[usize]> = scene.breaks.iter().map(Vec::as_slice).collect();
    town.breaks(&sets);
    town.write(".gitignore", ".repoint\n__pycache__\n");
    town.commit();
    let program = PathBuf::from(assert_cmd::cargo::cargo_bin!("repoint"));
    let bin = program.parent().ok_or("the program is in no folder")?;
    let path = std::env::var("PATH")?;
    let mut transcript = String::new();
    for line in &scene.run {
        let output = Command::new("sh")
            // Both streams in the order of a terminal.
            .args(["-c", &format!("exec 2>&1\n{line}")])
            .current_dir(&town.root)
            .env("PATH", format!("{}:{path}", bin.display()))
            .envs([
                ("GIT_AUTHOR_NAME", "a"),
                ("GIT_AUTHOR_EMAIL", "a@example.org"),
                ("GIT_COMMITTER_NAME", "a"),
                ("GIT_COMMITTER_EMAIL", "a@example.org"),
            ])
            .output()?;
        writeln!(transcript, "$ {line}")?;
        transcript.push_str(&without_times(
            &String::from_utf8_lossy(&output.stdout),
            &town,
        ));
        let status = output.status.code().ok_or("it was killed")?;
        writeln!(transcript, "(exit status {status})\n")?;
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("scene-{}", scene.name), transcript));
    Ok(())
}

/// Times, dates and the folder of the town are no part of a snapshot.
fn without_times(text: &str, town: &Town) -> String {
    static TIMES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b\d+(\.\d+)? ?m?s\b|\b\d+m \d\ds\b|\b\d+h \d\dm\b").expect("a pattern")
    });
    static DATES: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(Z| UTC)?").expect("a pattern")
    });
    static COMMITS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\b[0-9a-f]{7,40}\b").expect("a pattern"));
    // The change of a gate that took a second on a busy machine.
    static CHANGES: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r" \([+-]\d+%\)").expect("a pattern"));
    let text = text.replace(&*town.root.to_string_lossy(), "TOWN");
    let text = DATES.replace_all(&text, "DATE");
    let text = TIMES.replace_all(&text, "TIME");
    let text = CHANGES.replace_all(&text, "");
    COMMITS.replace_all(&text, "COMMIT").into_owned()
}
