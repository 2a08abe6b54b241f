//! Every call by which a transaction changes, flushes or opens something on disk.
//!
//! One trait, so that a test can stop a transaction at each of these calls, or let it fail. What is
//! read through a file that is open is not among them.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// The file system, as a transaction uses it. No call follows a link in the last part of a path,
/// save [`flush_all`](Self::flush_all).
pub trait Disk: Sync {
    /// Makes a folder; its parent exists.
    ///
    /// # Errors
    /// As the system says; also if there is something of this name.
    fn create_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes a file, for reading and writing by its owner alone: what will be in it may be nobody
    /// else's to read.
    ///
    /// # Errors
    /// As the system says; also if there is something of this name.
    fn create(&self, path: &Path) -> io::Result<File>;

    /// Opens a regular file to read it. Never waits, whatever has the name.
    ///
    /// # Errors
    /// As the system says; also if it is no regular file.
    fn open(&self, path: &Path) -> io::Result<File>;

    /// What has this name.
    ///
    /// # Errors
    /// As the system says.
    fn metadata(&self, path: &Path) -> io::Result<Metadata>;

    /// Writes all of `bytes` at the file's position.
    ///
    /// # Errors
    /// As the system says; some of it may be written then.
    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()>;

    /// Gives a new file the permissions, owner and extended attributes of the one that it is to
    /// replace. Only the permissions must succeed: owners are root's to give, and attributes are
    /// not kept everywhere.
    ///
    /// # Errors
    /// As the system says of the permissions.
    fn imitate(&self, file: &File, like: &Path, metadata: &Metadata) -> io::Result<()>;

    /// Gives a new file the permissions `mode`, as unix has them; elsewhere it does nothing.
    ///
    /// # Errors
    /// As the system says.
    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()>;

    /// Waits until the content of a file is on the medium.
    ///
    /// # Errors
    /// As the system says.
    fn flush(&self, file: &File) -> io::Result<()>;

    /// Waits until the names in a folder are on the medium.
    ///
    /// # Errors
    /// As the system says.
    fn flush_folder(&self, folder: &Path) -> io::Result<()>;

    /// Waits until these files, as far as they are there, and the names in their folders are on the
    /// medium: one flush for each file system where the system has such a call, else one for each
    /// file and folder.
    ///
    /// # Errors
    /// As the system says.
    fn flush_all(&self, files: &[&Path]) -> io::Result<()>;

    /// Gives a file another name, in place of what has that name.
    ///
    /// # Errors
    /// As the system says.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// As the system says; also if there is none.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// The file system of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsDisk;

impl Disk for OsDisk {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        let mut options = OpenOptions::new();
        // O_EXCL: a link of this name is not followed.
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        options.open(path)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        crate::file::open_seen(path).map(|(file, _)| file)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        fs::symlink_metadata(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        io::Write::write_all(file, bytes)
    }

    fn imitate(&self, file: &File, like: &Path, metadata: &Metadata) -> io::Result<()> {
        #[cfg(unix)]
        {
            // In this order: a change of the owner takes capabilities and set-user-ID away.
            let same_owner = keep_owner(file, metadata)?;
            keep_attributes(file, like);
            if !same_owner {
                use std::os::unix::fs::PermissionsExt;
                // Nobody else's program may run as its new owner.
                return self.set_mode(file, metadata.permissions().mode() & 0o1777);
            }
        }
        let _ = like;
        file.set_permissions(metadata.permissions())
    }

    #[cfg(unix)]
    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()> {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(mode & 0o7777))
    }

    #[cfg(not(unix))]
    fn set_mode(&self, _file: &File, _mode: u32) -> io::Result<()> {
        Ok(())
    }

    fn flush(&self, file: &File) -> io::Result<()> {
        file.sync_all()
    }

    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        // Elsewhere folders cannot be opened, and names are the journal's of the file system.
        if cfg!(unix) {
            File::open(folder)?.sync_all()
        } else {
            Ok(())
        }
    }

    #[cfg(target_os = "linux")]
    fn flush_all(&self, files: &[&Path]) -> io::Result<()> {
        use std::os::unix::fs::MetadataExt;

        use rustix::io::Errno;

        let mut flushed = Vec::new();
        let mut seen = None;
        for file in files {
            let folder = file.parent();
            if seen == Some(folder) {
                continue;
            }
            // A folder that nobody may list has files that can be opened.
            let open = folder.map_or_else(|| File::open(file), File::open);
            let open = match open.or_else(|_| File::open(file)) {
                // It may be gone, with what was in it.
                Err(error) if super::tree::is_nothing(&error) => continue,
                open => open?,
            };
            let device = open.metadata()?.dev();
            if !flushed.contains(&device) {
                match rustix::fs::syncfs(&open) {
                    // Not every file system has it, nor every sandbox.
                    Err(Errno::NOSYS | Errno::INVAL | Errno::OPNOTSUPP) => {
                        return self.flush_each(files);
                    }
                    flushed => flushed?,
                }
                flushed.push(device);
            }
            seen = Some(folder);
        }
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn flush_all(&self, files: &[&Path]) -> io::Result<()> {
        self.flush_each(files)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }
}

impl OsDisk {
    /// What [`flush_all`](Disk::flush_all) does, file by file.
    fn flush_each(&self, files: &[&Path]) -> io::Result<()> {
        for file in files {
            match OpenOptions::new().read(true).open(file) {
                Err(error) if super::tree::is_nothing(&error) => {}
                open => open?.sync_all()?,
            }
        }
        let mut folders: Vec<&Path> = files.iter().filter_map(|file| file.parent()).collect();
        folders.sort_unstable();
        folders.dedup();
        for folder in folders.into_iter().filter(|folder| folder.is_dir()) {
            self.flush_folder(folder)?;
        }
        Ok(())
    }
}

/// Only root may give a file away; who is not root owns the new file, as with any editor. The group
/// may be kept by whoever is in it. Tells whether both are kept.
#[cfg(unix)]
fn keep_owner(file: &File, like: &Metadata) -> io::Result<bool> {
    use std::os::unix::fs::{MetadataExt, fchown};

    let own = file.metadata()?;
    if own.gid() != like.gid() {
        let _ = fchown(file, None, Some(like.gid()));
    }
    if own.uid() != like.uid() {
        let _ = fchown(file, Some(like.uid()), None);
    }
    let own = file.metadata()?;
    Ok((own.uid(), own.gid()) == (like.uid(), like.gid()))
}

/// Access lists, labels and what users put beside a file. A name that may not be set is the
/// system's own.
#[cfg(unix)]
fn keep_attributes(file: &File, like: &Path) {
    use xattr::FileExt;

    let Ok(names) = xattr::list(like) else {
        return;
    };
    for name in names {
        if let Ok(Some(value)) = xattr::get(like, &name) {
            let _ = file.set_xattr(&name, &value);
        }
    }
}
