//! Trees that are hostile, by chance or on purpose: nothing outside is read or written, nothing is
//! waited for, and what is wrong is named while all else goes on.
//!
//! One module a kind of hostility; `tree`, `run` and `user` are what all of them stand on.

#[cfg(unix)]
#[path = "hostile/config.rs"]
mod config;
#[cfg(unix)]
#[path = "hostile/links.rs"]
mod links;
#[cfg(unix)]
#[path = "hostile/names.rs"]
mod names;
#[cfg(unix)]
#[path = "hostile/output_file.rs"]
mod output_file;
#[cfg(unix)]
#[path = "hostile/permissions.rs"]
mod permissions;
#[cfg(unix)]
#[path = "hostile/run.rs"]
mod run;
#[cfg(unix)]
#[path = "hostile/special.rs"]
mod special;
#[cfg(unix)]
#[path = "hostile/tree.rs"]
mod tree;
#[cfg(unix)]
#[path = "hostile/user.rs"]
mod user;
