//! What git says of real trees, with the real git.
//!
//! Neither the user's nor the machine's configuration has a say, but where a test gives one.

mod hostile;
mod names;
mod repositories;
mod states;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::super::Repository;
use super::process::Git;
use super::{GitStatusError, State, Status, by_repository, uncommitted_by};

/// A folder that is gone after the test. Names are from it, with `/`.
struct Tree {
    _folder: TempDir,
    root: PathBuf,
    git: Git,
}

/// The environment of a user who configured nothing.
fn environment() -> Vec<(OsString, OsString)> {
    let plain = |name: &str| !name.starts_with("GIT_");
    std::env::vars_os()
        .filter(|(name, _)| name.to_str().is_none_or(plain))
        .chain([
            ("GIT_CONFIG_GLOBAL".into(), "/dev/null".into()),
            ("GIT_CONFIG_NOSYSTEM".into(), "1".into()),
        ])
        .collect()
}

impl Tree {
    fn empty() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self {
            root: folder.path().canonicalize().expect("it exists"),
            _folder: folder,
            git: Git {
                program: "git".into(),
                inherited: environment(),
            },
        }
    }

    /// A repository whose only commit holds these files, each with its own name as content.
    fn committed(files: &[&str]) -> Self {
        let tree = Self::empty();
        tree.init(".");
        for file in files {
            tree.write(file, file);
        }
        tree.git(".", &["add", "."]);
        tree.commit(".");
        tree
    }

    fn init(&self, folder: &str) {
        fs::create_dir_all(self.path(folder)).expect("made");
        self.git(folder, &["init", "-q", "-b", "main"]);
    }

    fn commit(&self, folder: &str) {
        self.git(folder, &["commit", "-q", "--allow-empty", "-m", "m"]);
    }

    fn path(&self, name: &str) -> PathBuf {
        match name {
            "." => self.root.clone(),
            name => self.root.join(name),
        }
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is below the root")).expect("made");
        fs::write(path, content).expect("written");
    }

    /// Gives a file another time than the index knows of.
    fn touch(&self, name: &str) {
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1 << 30);
        let file = fs::File::options().append(true).open(self.path(name));
        file.and_then(|file| file.set_modified(long_ago))
            .expect("set");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("it is there")
    }

    #[track_caller]
    fn git(&self, folder: &str, arguments: &[&str]) -> String {
        let (success, output) = self.try_git(folder, arguments);
        assert!(success, "{arguments:?}: {output}");
        output
    }

    fn try_git(&self, folder: &str, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("git")
            .env_clear()
            .envs(environment())
            .current_dir(self.path(folder))
            .args(["-c", "user.name=n", "-c", "user.email=e@example.org"])
            .args(["-c", "protocol.file.allow=always"])
            .args(arguments)
            .output()
            .expect("git runs");
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        (output.status.success(), text)
    }

    /// One more variable of the environment that the product gets.
    fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.git.inherited.retain(|(known, _)| known != name);
        self.git.inherited.push((name.into(), value.into()));
    }

    fn ask_paths(&self, paths: &[PathBuf]) -> Result<Status, GitStatusError> {
        uncommitted_by(&self.git, paths)
    }

    fn ask(&self, names: &[&str]) -> Result<Status, GitStatusError> {
        let paths: Vec<_> = names.iter().map(|name| self.path(name)).collect();
        self.ask_paths(&paths)
    }

    /// The files with changes among these.
    #[track_caller]
    fn states(&self, names: &[&str]) -> Vec<(String, State)> {
        let status = self.ask(names).expect("git answers");
        assert!(!status.without_git);
        let name = |path: &Path| {
            let name = path.strip_prefix(&self.root).expect("as it was asked for");
            name.to_string_lossy().into_owned()
        };
        let states = status.uncommitted.iter();
        states.map(|one| (name(&one.path), one.state)).collect()
    }

    /// The state of one file.
    #[track_caller]
    fn state(&self, name: &str) -> Option<State> {
        self.states(&[name]).pop().map(|(_, state)| state)
    }
}

/// A command for a configuration, that leaves `ran` behind if it runs.
fn leaving(ran: &Path) -> String {
    format!("echo ran >'{}'; cat #", ran.display())
}

impl Tree {
    /// Writes a program. Another process makes the file: while a thread of this one starts a
    /// process, that holds all files that are open here, and what is open for writing cannot be run.
    #[cfg(unix)]
    fn write_program(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt;

        let draft = format!("{name}.draft");
        self.write(&draft, &format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(self.path(&draft), fs::Permissions::from_mode(0o755)).expect("set");
        let copied = Command::new("cp")
            .arg("-p")
            .args([self.path(&draft), self.path(name)])
            .status();
        assert!(copied.expect("cp runs").success());
        fs::remove_file(self.path(&draft)).expect("removed");
    }
}
