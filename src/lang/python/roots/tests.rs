//! Trees as data: the files, and where each belongs.
