//! Folders beside the journal, in the same state folder: what gates print, what migrations record.
//!
//! They are as hidden from git as the journal is, and a tree cannot lead what is written there elsewhere by
//! a link. What is in them is nobody's here.

use std::path::PathBuf;

use super::journal::{Journal, JournalError};

impl Journal<'_> {
    /// The folder of a name beside the journal, which is made if it is not there.
    ///
    /// # Errors
    /// It cannot be made, or it or the state folder is a link.
    pub fn folder_beside(&self, name: &str) -> Result<PathBuf, JournalError> {
        // With them the state folder is told from one of somebody else's.
        self.make_folders()?;
        self.establish()?;
        let folder = self.folder().join(name);
        self.make_folder(&folder)?;
        Ok(folder)
    }
}
