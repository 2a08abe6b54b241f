//! What is fetched, through pip and whatever index it is set to: sources of packages, and
//! environments to run their tests in. All of it is kept below one folder, so that the next run
//! needs no network.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock};

use libtest_mimic::Failed;
use tempfile::TempDir;

use crate::process::output_of;

/// The folder, and the tools in it that all packages share.
pub struct Pip {
    folder: PathBuf,
    tools: Vec<String>,
    /// The interpreter of the tools, made when the first test needs it.
    python: OnceLock<Result<PathBuf, String>>,
    /// One thing is made at a time: two tests may want the same.
    making: Mutex<()>,
}

impl Pip {
    /// `tools`: requirements of the environment that pip itself runs in.
    pub fn new(folder: PathBuf, tools: Vec<String>) -> Self {
        Self {
            folder,
            tools,
            python: OnceLock::new(),
            making: Mutex::new(()),
        }
    }

    /// The interpreter that has the tools.
    pub fn tools(&self) -> Result<&Path, Failed> {
        let made = self.python.get_or_init(|| {
            let made = self.made("tools", &self.tools, |folder| {
                output_of(python().args(["-m", "venv"]).arg(folder))?;
                let mut pip = Command::new(folder.join("bin/python"));
                pip.args(["-m", "pip", "install", "--quiet"]);
                output_of(pip.args(&self.tools))?;
                Ok(())
            });
            made.map_err(|error| error.message().unwrap_or_default().to_owned())
        });
        let folder = made.as_ref().map_err(|error| Failed::from(error.clone()));
        Ok(folder?.as_path())
    }

    /// The interpreter of an environment with these requirements and nothing else.
    pub fn environment(&self, requirements: &[String]) -> Result<PathBuf, Failed> {
        let tools = self.tools()?;
        self.made("environments", requirements, |folder| {
            output_of(python().args(["-m", "venv", "--without-pip"]).arg(folder))?;
            let mut pip = Command::new(tools);
            pip.args(["-m", "pip", "--python"])
                .arg(folder.join("bin/python"))
                .args(["install", "--quiet"]);
            output_of(pip.args(requirements))?;
            Ok(())
        })
    }

    /// The unpacked source distribution of a release. Not to be changed.
    pub fn sources(&self, package: &str, version: &str) -> Result<PathBuf, Failed> {
        let tools = self.tools()?;
        let _making = self.making.lock();
        let sources = self.folder.join("sources");
        let target = sources.join(format!("{package}-{version}"));
        if target.exists() {
            return Ok(target);
        }
        fs::create_dir_all(&sources)?;
        let room = TempDir::new_in(&sources)?;
        let mut pip = Command::new(tools);
        pip.args(["-m", "pip", "download", "--quiet", "--no-deps"])
            .args(["--no-binary", package, "--dest"])
            .arg(room.path());
        output_of(pip.arg(format!("{package}=={version}")))?;
        let archive = only_entry(room.path())?;
        let unpacked = room.path().join("unpacked");
        fs::create_dir(&unpacked)?;
        output_of(
            Command::new("tar")
                .arg("-xf")
                .arg(archive)
                .arg("-C")
                .arg(&unpacked),
        )?;
        // Only what is whole gets its name.
        fs::rename(only_entry(&unpacked)?, &target)?;
        Ok(target)
    }

    /// The interpreter of an environment that is kept under the names of its requirements.
    fn made(
        &self,
        kind: &str,
        requirements: &[String],
        make: impl FnOnce(&Path) -> Result<(), Failed>,
    ) -> Result<PathBuf, Failed> {
        let _making = self.making.lock();
        let mut names = requirements.to_vec();
        names.sort();
        let folder = self.folder.join(kind).join(names.join("+"));
        let done = folder.join("done");
        if !done.exists() {
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            make(&folder)?;
            fs::write(done, "")?;
        }
        Ok(folder.join("bin/python"))
    }
}

/// The interpreter that environments are made with.
fn python() -> Command {
    Command::new(std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into()))
}

fn only_entry(folder: &Path) -> Result<PathBuf, Failed> {
    let mut entries = fs::read_dir(folder)?;
    match (entries.next(), entries.next()) {
        (Some(entry), None) => Ok(entry?.path()),
        _ => Err(format!("not one entry in {}", folder.display()).into()),
    }
}
