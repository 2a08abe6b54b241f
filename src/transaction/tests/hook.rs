//! A disk on which something happens at a certain call.

use std::fs::{File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::super::disk::{Disk, OsDisk};

/// What is asked of the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The name of the method.
    pub what: &'static str,
    /// Empty if the call is about a file that is open.
    pub path: PathBuf,
}

impl Call {
    /// Whether it needs room on the medium.
    pub fn grows(&self) -> bool {
        ["create_folder", "create", "write"].contains(&self.what)
    }

    /// Whether it changes something.
    pub fn changes(&self) -> bool {
        self.grows() || ["imitate", "set_mode", "rename", "remove"].contains(&self.what)
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug)]
pub enum Verdict {
    Go,
    Fail(io::ErrorKind),
    /// Half of the bytes are written first, if it is a write.
    Half(io::ErrorKind),
}

type Rule<'a> = Box<dyn Fn(usize, &Call) -> Verdict + Sync + 'a>;

/// Asks its rule before each call, which it counts from 0.
pub struct Hooked<'a> {
    inner: &'a dyn Disk,
    rule: Rule<'a>,
    calls: Mutex<Vec<Call>>,
}

impl<'a> Hooked<'a> {
    pub fn new(inner: &'a dyn Disk, rule: impl Fn(usize, &Call) -> Verdict + Sync + 'a) -> Self {
        Self {
            inner,
            rule: Box::new(rule),
            calls: Mutex::default(),
        }
    }

    /// Nothing happens but that the calls are counted.
    pub fn counting(inner: &'a dyn Disk) -> Self {
        Self::new(inner, |_, _| Verdict::Go)
    }

    /// As if the process were killed at call `at`.
    pub fn killed(inner: &'a dyn Disk, at: usize) -> Self {
        Self::new(inner, move |call, _| {
            if call < at {
                Verdict::Go
            } else {
                Verdict::Fail(io::ErrorKind::Other)
            }
        })
    }

    /// What was asked so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no test panics in it").clone()
    }

    fn ask(&self, what: &'static str, path: &Path) -> Verdict {
        let call = Call {
            what,
            path: path.to_owned(),
        };
        let number = {
            let mut calls = self.calls.lock().expect("no test panics in it");
            calls.push(call.clone());
            calls.len() - 1
        };
        (self.rule)(number, &call)
    }

    fn gate(&self, what: &'static str, path: &Path) -> io::Result<()> {
        match self.ask(what, path) {
            Verdict::Go => Ok(()),
            Verdict::Fail(kind) | Verdict::Half(kind) => Err(kind.into()),
        }
    }
}

impl Disk for Hooked<'_> {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.gate("create_folder", path)?;
        self.inner.create_folder(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        self.gate("create", path)?;
        self.inner.create(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        self.gate("open", path)?;
        self.inner.open(path)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        self.gate("metadata", path)?;
        self.inner.metadata(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        match self.ask("write", Path::new("")) {
            Verdict::Go => self.inner.write(file, bytes),
            Verdict::Fail(kind) => Err(kind.into()),
            Verdict::Half(kind) => {
                self.inner.write(file, &bytes[..bytes.len() / 2])?;
                Err(kind.into())
            }
        }
    }

    fn imitate(&self, file: &File, like: &Path, metadata: &Metadata) -> io::Result<()> {
        self.gate("imitate", like)?;
        self.inner.imitate(file, like, metadata)
    }

    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()> {
        self.gate("set_mode", Path::new(""))?;
        self.inner.set_mode(file, mode)
    }

    fn flush(&self, file: &File) -> io::Result<()> {
        self.gate("flush", Path::new(""))?;
        self.inner.flush(file)
    }

    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        self.gate("flush_folder", folder)?;
        self.inner.flush_folder(folder)
    }

    fn flush_all(&self, files: &[&Path]) -> io::Result<()> {
        self.gate("flush_all", Path::new(""))?;
        self.inner.flush_all(files)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.gate("rename", to)?;
        self.inner.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.gate("remove", path)?;
        self.inner.remove(path)
    }
}

/// The operating system's, which is not made to wait for the medium: no test cuts the real power.
pub struct Unflushed;

impl Disk for Unflushed {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        OsDisk.create_folder(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        OsDisk.create(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        OsDisk.open(path)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        OsDisk.metadata(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        OsDisk.write(file, bytes)
    }

    fn imitate(&self, file: &File, like: &Path, metadata: &Metadata) -> io::Result<()> {
        OsDisk.imitate(file, like, metadata)
    }

    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()> {
        OsDisk.set_mode(file, mode)
    }

    fn flush(&self, _: &File) -> io::Result<()> {
        Ok(())
    }

    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        folder.metadata().map(drop)
    }

    fn flush_all(&self, _: &[&Path]) -> io::Result<()> {
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        OsDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        OsDisk.remove(path)
    }
}
