//! Starting git, so that it reads and does nothing else.
//!
//! - **It runs no command that the repository's files name.** Whoever unpacks an archive has its
//!   `.git/config` too. Such commands are `core.fsmonitor`, the filter drivers (`clean`,
//!   `process`) that attributes choose, and what a fetch of missing objects would start. Each is
//!   turned off. Filters that the user or the system configured run: they are theirs. Without a
//!   filter of its own a repository's file may count as changed when it was only touched, never as
//!   unchanged when git does not hold its bytes. Hooks, pagers, editors and drivers of diffs are
//!   not reached by `git status --porcelain`, nor is a submodule that is left out; the hook for a
//!   changed index is not, since the index is not written.
//! - **It writes nothing**, not even a fresher index: no optional locks.
//! - **It speaks of this work tree**, whatever the environment says: see [`MISLEADING`].
//! - **Its configuration counts** where it decides what a change is (`core.autocrlf`,
//!   `core.fileMode`, `core.excludesFile`, ...). What only decides what is shown and how
//!   (`status.showUntrackedFiles`, `status.relativePaths`, `core.quotePath`, `status.renames`,
//!   colours, columns) has no say.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use bstr::ByteSlice;

use super::super::git_folder;
use super::GitStatusError;

/// Variables that git does not get to see.
///
/// A hook that runs this program, or a shell, has some of them set for another repository, and each
/// tells git where a part of *the* repository is or how its objects are to be seen. That of each
/// file is found from the file instead, as git does with submodules (`git rev-parse
/// --local-env-vars`). Variables with configuration (`GIT_CONFIG_COUNT`, `GIT_CONFIG_PARAMETERS`,
/// `GIT_CONFIG_GLOBAL`, ...) stay: they are the user's and hold in every repository, such as
/// `safe.directory` on a build server. `GIT_INDEX_FILE` is on its own: [`index_file`].
const MISLEADING: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_INTERNAL_SUPER_PREFIX",
    INDEX_FILE,
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_ATTR_SOURCE",
    // The file that `git config` reads instead of all others.
    "GIT_CONFIG",
    // How pathspecs are read; each of them is written with its own magic.
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    // Where standard output and error go, on Windows.
    "GIT_REDIRECT_STDOUT",
    "GIT_REDIRECT_STDERR",
];

/// The variable that names the index.
const INDEX_FILE: &str = "GIT_INDEX_FILE";

/// A variable of our own, that is empty: what a setting that is turned off is set to.
const NOTHING: &str = "REPOINT_NOTHING";

/// A git to ask.
pub(super) struct Git {
    /// Its name or path; a name is looked up in `PATH` of the environment below.
    pub(super) program: OsString,
    /// The environment that this program got.
    pub(super) inherited: Vec<(OsString, OsString)>,
}

/// What the folder that looks like a work tree's root is to git.
pub(super) enum Reading {
    /// As it looks.
    WorkTree(WorkTree),
    /// Its files are in no work tree: a bare repository, or one whose work tree is elsewhere.
    NoWorkTree,
    /// There is no git to tell.
    NoGit,
}

/// A work tree, and what must be known of it before its status can be asked for and understood.
#[derive(Debug)]
pub(super) struct WorkTree {
    pub(super) root: PathBuf,
    /// The root's name from git's own root, with a `/` at the end; nearly always empty.
    pub(super) prefix: Vec<u8>,
    /// `core.ignoreCase`: the same letters in another case are the same name.
    pub(super) ignore_case: bool,
    /// `core.precomposeUnicode`: names are compared composed (macOS).
    pub(super) precompose: bool,
    /// Keys of the repository's own filter drivers.
    filters: Vec<Vec<u8>>,
}

impl Git {
    /// The one that `PATH` of this process names.
    pub(super) fn in_path() -> Self {
        // By its path it is started without a copy of this process, which costs more than git takes: a
        // name would have to be looked up after the environment was changed.
        let program = which::which("git").map_or_else(|_| "git".into(), PathBuf::into_os_string);
        Self {
            program,
            inherited: env::vars_os().collect(),
        }
    }

    /// Asks what the folder is to git, and for its configuration.
    pub(super) fn read(&self, root: &Path) -> Result<Reading, GitStatusError> {
        let arguments = ["rev-parse", "--is-inside-work-tree", "--show-prefix"];
        let Some(place) = self.run(root, &mut self.command(root, arguments))? else {
            return Ok(Reading::NoGit);
        };
        // The name of a folder may have line ends too.
        let place = place.strip_suffix(b"\n").unwrap_or(&place);
        let prefix = match place.split_once_str("\n") {
            Some((b"true", prefix)) => prefix.to_vec(),
            Some((b"false", _)) => return Ok(Reading::NoWorkTree),
            _ => {
                return Err(GitStatusError::NotUnderstood {
                    root: root.to_owned(),
                    text: printable(&place.to_str_lossy()),
                });
            }
        };
        let arguments = ["config", "--list", "--show-scope", "-z"];
        let Some(list) = self.run(root, &mut self.command(root, arguments))? else {
            return Ok(Reading::NoGit);
        };
        let mut tree = WorkTree {
            root: root.to_owned(),
            prefix,
            ignore_case: false,
            precompose: false,
            filters: Vec::new(),
        };
        tree.configure(&list);
        Ok(Reading::WorkTree(tree))
    }

    /// What `git status` prints of these files and folders, named from the root; of all if there
    /// are none.
    pub(super) fn status(
        &self,
        tree: &WorkTree,
        pathspecs: &[&[u8]],
    ) -> Result<Vec<u8>, GitStatusError> {
        let mut command = self.command(&tree.root, []);
        for filter in &tree.filters {
            // Unlike `-c`, it takes a key with a `=` in it, which a driver's name may have. Git takes
            // nothing for no command, and for false.
            let key = filter.as_slice();
            command.arg(to_argument(
                &[b"--config-env=", key, b"=", NOTHING.as_bytes()].concat(),
            ));
        }
        command.args([
            "status",
            "--porcelain=v2",
            "-z",
            "--untracked-files=all",
            "--ignored=matching",
            "--ignore-submodules=all",
            "--no-renames",
            "--",
        ]);
        self.answer(tree, command, pathspecs)
    }

    /// What `git ls-files` prints of the index, with the bits of each entry, below these files and
    /// folders.
    pub(super) fn index(
        &self,
        tree: &WorkTree,
        pathspecs: &[&[u8]],
    ) -> Result<Vec<u8>, GitStatusError> {
        let mut command = self.command(&tree.root, []);
        command.args(["ls-files", "-v", "--stage", "--full-name", "-z", "--"]);
        self.answer(tree, command, pathspecs)
    }

    fn answer(
        &self,
        tree: &WorkTree,
        mut command: Command,
        pathspecs: &[&[u8]],
    ) -> Result<Vec<u8>, GitStatusError> {
        let magic: &[u8] = if tree.ignore_case {
            b":(literal,icase)"
        } else {
            b":(literal)"
        };
        for pathspec in pathspecs {
            command.arg(to_argument(&[magic, pathspec].concat()));
        }
        let output = self.run(&tree.root, &mut command)?;
        // It was there a moment ago.
        output.ok_or_else(|| GitStatusError::NotStarted {
            root: tree.root.clone(),
            source: io::ErrorKind::NotFound.into(),
        })
    }

    /// The bytes of an object: of a file at a revision, or of the revision itself.
    pub(super) fn object(
        &self,
        root: &Path,
        revision: &str,
        name: Option<&Path>,
    ) -> Option<Vec<u8>> {
        let mut object = OsString::from(revision);
        let kind = match name {
            Some(name) => {
                object.push(":");
                // As git names it from its root, not from here.
                object.push("./");
                object.push(name);
                "blob"
            }
            None => "commit",
        };
        let mut command = self.command(root, ["cat-file", kind]);
        let output = command.arg(object).output().ok()?;
        output.status.success().then_some(output.stdout)
    }

    fn command<const N: usize>(&self, root: &Path, arguments: [&str; N]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            .envs(self.environment(root))
            // Not as the current folder: a `PATH` with a `.` would find a git in the repository.
            .arg("-C")
            .arg(root)
            .args(["-c", "core.fsmonitor=false"])
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    fn environment(&self, root: &Path) -> Vec<(OsString, OsString)> {
        let misleading = |name: &OsStr| MISLEADING.iter().any(|known| name == *known);
        let value = |name: &str| self.inherited.iter().find(|(known, _)| known == name);
        let index = value(INDEX_FILE).and_then(|(_, value)| index_file(root, Path::new(value)));
        let kept = self.inherited.iter().filter(|(name, _)| !misleading(name));
        let mut environment: Vec<_> = kept.cloned().collect();
        environment.extend(index.map(|index| (INDEX_FILE.into(), index.into())));
        environment.extend(
            [
                ("GIT_OPTIONAL_LOCKS", "0"),
                // A partial clone would fetch what it misses; older gits know the second only, by
                // which no transport is allowed.
                ("GIT_NO_LAZY_FETCH", "1"),
                ("GIT_ALLOW_PROTOCOL", ""),
                (NOTHING, ""),
            ]
            .map(|(name, value)| (name.into(), value.into())),
        );
        environment
    }

    /// Standard output, or nothing if there is no such program.
    fn run(&self, root: &Path, command: &mut Command) -> Result<Option<Vec<u8>>, GitStatusError> {
        match command.output() {
            Ok(output) if output.status.success() => Ok(Some(output.stdout)),
            Ok(output) => Err(GitStatusError::Failed {
                root: root.to_owned(),
                message: message(&output),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(GitStatusError::NotStarted {
                root: root.to_owned(),
                source,
            }),
        }
    }
}

impl WorkTree {
    /// Reads what `git config --list --show-scope -z` prints: `SCOPE\0KEY\nVALUE\0`, where a key
    /// without a value means true. Section and last name of a key come in lower case; the last of
    /// several values counts.
    fn configure(&mut self, list: &[u8]) {
        let mut fields = list.split_str("\0");
        while let (Some(scope), Some(setting)) = (fields.next(), fields.next()) {
            let (key, value) = setting.split_once_str("\n").unwrap_or((setting, b"true"));
            match key {
                b"core.ignorecase" => self.ignore_case = is_true(value),
                b"core.precomposeunicode" => self.precompose = is_true(value),
                key if is_filter(key) && !is_the_user_s(scope) => self.filters.push(key.to_vec()),
                _ => {}
            }
        }
        self.filters.sort_unstable();
        self.filters.dedup();
    }
}

/// Whether the setting says how content is filtered before it is compared.
fn is_filter(key: &[u8]) -> bool {
    key.starts_with(b"filter.")
        && [".clean", ".process", ".required"]
            .iter()
            .any(|name| key.ends_with(name.as_bytes()))
}

/// Whether the setting comes from elsewhere than from files of the repository.
fn is_the_user_s(scope: &[u8]) -> bool {
    matches!(scope, b"system" | b"global" | b"command")
}

/// As git reads a boolean (git-config(1), "Values").
fn is_true(value: &[u8]) -> bool {
    let value = value.to_ascii_lowercase();
    let number = || value.to_str().ok()?.parse::<i64>().ok();
    matches!(value.as_slice(), b"true" | b"yes" | b"on") || number().is_some_and(|n| n != 0)
}

/// The index that a hook of this very repository was given, absolute. `git commit --all` and `git
/// commit FILE` prepare the next index beside the real one and name it to their hooks: what it holds
/// is what will be committed. An index elsewhere is of another repository or for some purpose that
/// has nothing to do with the user's files, and the ordinary one is asked.
fn index_file(root: &Path, value: &Path) -> Option<PathBuf> {
    // Git reads it from the root of the work tree.
    let index = fs::canonicalize(root.join(value)).ok()?;
    let own = fs::canonicalize(git_folder(root)?).ok()?;
    (index.parent() == Some(&own)).then_some(index)
}

/// Bytes of a path or setting as an argument. On Windows git's names are Unicode.
fn to_argument(bytes: &[u8]) -> OsString {
    bytes.to_os_str_lossy().into_owned()
}

/// The first line of what git complained about, else how it ended.
fn message(output: &Output) -> String {
    let text = output.stderr.to_str_lossy();
    match text.lines().find(|line| !line.trim().is_empty()) {
        Some(line) => printable(line),
        None => format!("it ended with {} and said nothing", output.status),
    }
}

/// Without control characters, which the repository's files may have put there, and not endless.
pub(super) fn printable(text: &str) -> String {
    text.trim_end()
        .chars()
        .take(400)
        .map(|char| if char.is_control() { '?' } else { char })
        .collect()
}
