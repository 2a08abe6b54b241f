//! Writing a set of files.
