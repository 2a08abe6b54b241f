//! One commit of git a batch: its files alone, with the hooks of the repository.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::ground::Contents;
use super::plan::Plan;
use super::search::Found;
use super::{Ground, Halt, Migration};
use crate::output::place::shown;
use crate::output::summary::counted;
use crate::record::{Event, Written};
use crate::transaction::{Digest, Edited};

impl Migration<'_> {
    /// Refuses to begin where something is staged, which would get into the first commit or in its way, and
    /// where this repository does not know a file.
    ///
    /// # Errors
    /// Something is staged, a file is not known, or git does not answer.
    pub(super) fn can_commit(&self, plan: &Plan) -> Result<(), Halt> {
        let root = self.run.place.project.root();
        if git(root, &["rev-parse", "--is-inside-work-tree"]).is_err() {
            return Err(Halt::Stop(format!(
                "--commit needs a repository of git, and {} is in none",
                shown(root)
            )));
        }
        let staged = git(root, &["diff", "--cached", "--name-only"])?;
        let known = git(root, &["ls-files", "-z", "--full-name"])?;
        let prefix = git(root, &["rev-parse", "--show-prefix"])?;
        let known: BTreeSet<&str> = known.split('\0').collect();
        let unknown = plan.files.keys().find(|file| {
            let file = file.strip_prefix(root).unwrap_or(file);
            let name = format!("{}{}", prefix.trim_end(), file.display());
            file.to_str().is_some() && !known.contains(name.as_str())
        });
        if let Some(file) = unknown {
            return Err(Halt::Stop(format!(
                "{}: is no file of this repository (untracked, or of another one), so --commit cannot commit \
                 it: add it, or leave it out with --exclude",
                shown(file)
            )));
        }
        match staged.lines().count() {
            0 => Ok(()),
            several => Err(Halt::Stop(format!(
                "{} staged: commit or unstage first, for --commit commits the files of a batch alone",
                match several {
                    1 => "1 file is".to_owned(),
                    several => format!("{} are", counted(several, "file")),
                }
            ))),
        }
    }

    /// Commits what stays of a batch, if that is asked for and there is something.
    ///
    /// # Errors
    /// Git refuses, or a hook does.
    pub(super) fn commit(
        &mut self,
        name: &str,
        found: &Found,
        files: &[&PathBuf],
        references: u64,
    ) -> Result<Option<String>, Halt> {
        let Some(message) = &self.order.commit else {
            return Ok(None);
        };
        if found.good.is_empty() {
            return Ok(None);
        }
        let root = self.run.place.project.root().to_owned();
        let good: Vec<PathBuf> = found.good.iter().map(|at| files[*at].clone()).collect();
        let message = message
            .replace("{rules}", &self.run.names.join(", "))
            .replace("{files} files", &counted(good.len(), "file"))
            .replace("{files}", &good.len().to_string())
            .replace("{references}", &references.to_string())
            .replace("{batch}", name);
        let before = contents(&good);
        self.ground.record.append(Event::CommitBegin {
            parent: head(&root),
            message: message.clone(),
        })?;
        self.ground.record.flush()?;
        commit_only(&root, &message, &good)?;
        let edited: Vec<PathBuf> = good
            .iter()
            .zip(before.iter().zip(contents(&good)))
            .filter(|(_, (before, after))| **before != *after)
            .map(|(file, _)| file.clone())
            .collect();
        for file in &edited {
            self.ground.audience.note(&format!(
                "{}: was edited by a hook of the commit",
                self.ground.audience.shown(file)
            ));
        }
        if !edited.is_empty() {
            self.takes_over(&good, &edited)?;
        }
        Ok(head(&root))
    }

    /// Makes what hooks have made of the files of the open batch part of its transaction, so that it can be
    /// taken back, and the index what was committed.
    fn takes_over(&mut self, good: &[PathBuf], edited: &[PathBuf]) -> Result<(), Halt> {
        let mut reset: Vec<&str> = vec!["reset", "--quiet", "--"];
        reset.extend(edited.iter().filter_map(|file| file.to_str()));
        git(&self.ground.root, &reset)?;
        let mut contents = Contents::new();
        for file in good {
            let content = std::fs::read(file)
                .map_err(|error| Halt::Stop(format!("{}: cannot be read: {error}", shown(file))))?;
            contents.insert(file.clone(), content);
        }
        let batch = self
            .ground
            .record
            .state()
            .open_batch()
            .map_or(0, |batch| batch.number);
        let standing = self.ground.record.state().standing.iter().rev();
        let going: Vec<u64> = standing
            .filter(|it| it.batch == batch)
            .map(|it| it.transaction)
            .collect();
        for transaction in going {
            self.ground.take_back(transaction, Edited::Overwrite)?;
        }
        self.ground.rewrite_as(good, &contents)
    }

    /// The commit of the open batch, if it was made before the record could say so.
    pub(super) fn was_committed(&self, files: &[Written]) -> Result<Option<String>, Halt> {
        let Some((parent, message)) = &self.ground.record.state().committing else {
            return Ok(None);
        };
        let root = self.run.place.project.root();
        let Some(now) = head(root).filter(|now| Some(now) != parent.as_ref()) else {
            return Ok(None);
        };
        let said = git(root, &["log", "-1", "--format=%B", &now])?;
        let above = git(root, &["rev-parse", "--verify", "--quiet", "HEAD^"]).ok();
        let above = above.map(|text| text.trim().to_owned());
        let is_ours = said.trim() == message.trim() && above == *parent && !files.is_empty();
        Ok(is_ours.then_some(now))
    }
}

impl Ground<'_> {
    /// Refuses to take back what was committed on another branch: the files here are not those.
    ///
    /// # Errors
    /// A commit of a batch is not part of what is checked out.
    pub(super) fn reaches_commits(&self) -> Result<(), Halt> {
        let batches = self.record.state().batches.iter();
        let commits = batches
            .filter_map(|batch| Some((batch.number, batch.ended.as_ref()?.commit.as_ref()?)));
        for (number, commit) in commits {
            let stands = self
                .record
                .state()
                .standing
                .iter()
                .any(|it| it.batch == number);
            if stands && git(&self.root, &["merge-base", "--is-ancestor", commit, "HEAD"]).is_err()
            {
                return Err(Halt::Stop(format!(
                    "nothing is taken back: commit {commit} of batch {number} is no part of what is checked out; \
                     switch to its branch first"
                )));
            }
        }
        Ok(())
    }

    /// Adds a commit that takes back those of batches.
    ///
    /// # Errors
    /// Git refuses, or a hook does.
    pub(super) fn revert(&mut self, files: &[PathBuf]) -> Result<(), Halt> {
        if files.is_empty() {
            return Ok(());
        }
        let root = self.root.clone();
        let message = format!(
            "Take back: {} ({})",
            self.record.state().tables.join(", "),
            counted(files.len(), "file")
        );
        commit_only(&root, &message, files)
    }
}

fn contents(files: &[PathBuf]) -> Vec<Option<Digest>> {
    let digest = |file: &PathBuf| std::fs::read(file).ok().map(|text| Digest::of(&text));
    files.iter().map(digest).collect()
}

fn head(root: &Path) -> Option<String> {
    let head = git(root, &["rev-parse", "--verify", "--quiet", "HEAD"]).ok()?;
    Some(head.trim().to_owned())
}

fn commit_only(root: &Path, message: &str, files: &[PathBuf]) -> Result<(), Halt> {
    let mut command = Command::new("git");
    command
        .current_dir(root)
        .args(["commit", "--quiet", "--only", "--message", message])
        .args(["--pathspec-from-file=-", "--pathspec-file-nul"])
        .env("GIT_LITERAL_PATHSPECS", "1");
    let mut list = Vec::new();
    for file in files {
        let file = file.strip_prefix(root).unwrap_or(file);
        list.extend_from_slice(file.as_os_str().as_encoded_bytes());
        list.push(0);
    }
    let output = spawned(command, list)?;
    match output.status.success() {
        true => Ok(()),
        false => Err(Halt::Stop(format!(
            "git commits nothing (a hook may have refused): {}",
            said(&output)
        ))),
    }
}

fn git(root: &Path, args: &[&str]) -> Result<String, Halt> {
    let mut command = Command::new("git");
    command.current_dir(root).args(args);
    let output = spawned(command, Vec::new())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(Halt::Stop(format!(
            "git {} fails in {}: {}",
            args.first().unwrap_or(&""),
            shown(root),
            said(&output)
        ))),
    }
}

fn spawned(mut command: Command, input: Vec<u8>) -> Result<std::process::Output, Halt> {
    use std::io::Write;

    let failed = |error: std::io::Error| Halt::Stop(format!("git cannot be run: {error}"));
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // One that does not read its list says so itself.
        let _ = stdin.write_all(&input);
    }
    child.wait_with_output().map_err(failed)
}

fn said(output: &std::process::Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let text = if text.trim().is_empty() {
        String::from_utf8_lossy(&output.stdout).into_owned()
    } else {
        text.into_owned()
    };
    let lines: Vec<&str> = text.trim().lines().collect();
    let last = lines.len().saturating_sub(8);
    crate::text::one_line(&lines[last..].join(" / "))
}
