//! The `repoint` program: see [`repoint::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    repoint::cli::main(std::env::args_os())
}
