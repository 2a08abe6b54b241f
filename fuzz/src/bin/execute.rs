//! Generates programs, rewrites them, and executes or compiles them before and after.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use repoint_fuzz::executed::Run;
use repoint_fuzz::executed::python::Python;
use repoint_fuzz::executed::rust::Rust;

/// Makes programs, rewrites them, and looks whether they still do what they did. What went wrong is
/// made small, printed and kept. Exit status 1 if there is any.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Programs of Python, run by an interpreter where only the old, and where only the new modules are
    Python {
        #[command(flatten)]
        run: RunArguments,
        #[arg(long, default_value_t = 20_000)]
        count: u64,
    },
    /// Crates of Rust, compiled while both the old and the new paths are, and where the old ones are gone
    Rust {
        #[command(flatten)]
        run: RunArguments,
        #[arg(long, default_value_t = 1_000)]
        count: u64,
    },
}

#[derive(Args)]
struct RunArguments {
    /// Of the generator: the same programs are made of the same seed
    #[arg(long, default_value_t = 8)]
    seed: u64,
    /// Only the program of this number
    #[arg(long)]
    only: Option<u64>,
    /// Threads [default: one a core]
    #[arg(long)]
    jobs: Option<usize>,
    /// Finds of one kind that are made small and written
    #[arg(long, default_value_t = 2)]
    keep: usize,
    /// Where programs that were found are written
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/finds"))]
    finds: PathBuf,
}

impl RunArguments {
    fn of(self, count: u64) -> Run {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        Run {
            seed: self.seed,
            count,
            only: self.only,
            jobs: self.jobs.unwrap_or_else(cores),
            kept: self.keep,
            finds: self.finds,
        }
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let is_well = match Arguments::parse().command {
        Command::Python { run, count } => run.of(count).run(Python::open)?,
        Command::Rust { run, count } => run.of(count).run(Rust::open)?,
    };
    Ok(ExitCode::from(u8::from(!is_well)))
}
