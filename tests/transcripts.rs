//! What commands say, one after the other: scenes in `tests/FOLDER/scenes.toml`, each a small tree and commands. The
//! transcript of a scene is `snapshots/FOLDER-NAME.snap`.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scenes {
    scene: Vec<Scene>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scene {
    name: String,
    /// A folder of `tests` that is copied first.
    copy: Option<String>,
    /// Files, by their names.
    #[serde(default)]
    write: BTreeMap<String, String>,
    /// Lines of `sh`, in whose path `repoint` is.
    run: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = FOLDERS.iter().flat_map(|folder| {
        let file = format!("tests/{folder}/scenes.toml");
        let text = fs::read_to_string(root().join(&file)).expect("the scenes are there");
        let scenes: Scenes =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        scenes.scene.into_iter().map(move |scene| {
            let name = format!("{folder}-{}", scene.name);
            Trial::test(name.clone(), move || played(&scene, &name))
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// Folders with scenes.
const FOLDERS: [&str; 2] = ["audit", "reports"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn played(scene: &Scene, name: &str) -> Result<(), Failed> {
    let dir = tempfile::tempdir()?;
    let real = dir.path().canonicalize()?;
    if let Some(folder) = &scene.copy {
        copy(&root().join("tests").join(folder), &real)?;
    }
    for (name, text) in &scene.write {
        let file = real.join(name);
        fs::create_dir_all(file.parent().ok_or("a file is in a folder")?)?;
        fs::write(file, text)?;
    }
    let program = PathBuf::from(assert_cmd::cargo::cargo_bin!("repoint"));
    let bin = program.parent().ok_or("the program is in no folder")?;
    let path = format!("{}:{}", bin.display(), std::env::var("PATH")?);
    let sh = |line: &str| {
        Command::new("sh")
            // Both streams in the order of a terminal.
            .args(["-c", &format!("exec 2>&1\n{line}")])
            .current_dir(&real)
            .env("PATH", &path)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
    };
    sh(
        "git init -q . && git add -A && git -c user.name=a -c user.email=a@example.org commit -qm a",
    )?;
    let mut transcript = String::new();
    for line in &scene.run {
        let output = sh(line)?;
        writeln!(transcript, "$ {line}")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let text = text.replace(&*real.to_string_lossy(), "TREE");
        for line in text.split_inclusive('\n') {
            // The summary ends in the time that the run took.
            match line.strip_prefix("searched ").and_then(|_| line.rfind(';')) {
                Some(end) => writeln!(transcript, "{}", &line[..end])?,
                None => transcript.push_str(line),
            }
        }
        let status = output.status.code().ok_or("it was killed")?;
        writeln!(transcript, "(exit status {status})\n")?;
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, transcript));
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry?;
        let is_output = entry
            .path()
            .iter()
            .any(|part| part == ".repoint" || part == "__pycache__");
        if is_output || !entry.file_type().is_file() {
            continue;
        }
        let target = to.join(entry.path().strip_prefix(from)?);
        fs::create_dir_all(target.parent().ok_or("a file is in a folder")?)?;
        fs::copy(entry.path(), target)?;
    }
    Ok(())
}
