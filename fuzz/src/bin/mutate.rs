//! Throws mutated inputs at every target, without cargo-fuzz and on any compiler.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use repoint_fuzz::mutation::Inputs;
use repoint_fuzz::watch::{self, BROKEN, LEFT, Run, SLOW};
use repoint_fuzz::worker::{self, Tried};
use repoint_fuzz::{Outcome, TARGETS, Target};

/// Tries mutated inputs on the fuzz targets, and keeps those that break a law, take longer than a
/// second or end the process. Exit status 1 if there are any.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Tries so many inputs on each target
    Run(RunArguments),
    /// Tries the input in a file, and says how that went
    One {
        #[arg(value_parser = watch::target)]
        target: &'static Target,
        file: PathBuf,
        /// Seconds that it may take
        #[arg(long, default_value_t = 1.0)]
        limit: f64,
    },
    /// Writes the seeds of a target into a folder, for cargo-fuzz
    Corpus {
        #[arg(value_parser = watch::target)]
        target: &'static Target,
        folder: PathBuf,
    },
    #[command(hide = true)]
    Worker {
        #[arg(value_parser = watch::target)]
        target: &'static Target,
        #[arg(long)]
        seed: u64,
        #[arg(long)]
        from: u64,
        #[arg(long)]
        end: u64,
        #[arg(long)]
        step: u64,
    },
}

#[derive(Args)]
struct RunArguments {
    /// All, if none is named
    #[arg(value_parser = watch::target)]
    targets: Vec<&'static Target>,
    /// Inputs for each target
    #[arg(long, default_value_t = 50_000)]
    inputs: u64,
    /// Of the generator: the same inputs are made of the same seed
    #[arg(long, default_value_t = 4)]
    seed: u64,
    /// Processes at a time [default: one a core]
    #[arg(long)]
    jobs: Option<u64>,
    /// Seconds of the processor that an input may take
    #[arg(long, default_value_t = 1.0)]
    limit: f64,
    /// Where inputs that were found are written
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/finds"))]
    finds: PathBuf,
}

fn main() -> anyhow::Result<ExitCode> {
    match Arguments::parse().command {
        Command::Run(arguments) => run(arguments),
        Command::One {
            target,
            file,
            limit,
        } => one(target, &file, limit),
        Command::Corpus { target, folder } => corpus(target, &folder),
        Command::Worker {
            target,
            seed,
            from,
            end,
            step,
        } => {
            worker::work(&Inputs::new(target, seed), target, from, end, step)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn run(arguments: RunArguments) -> anyhow::Result<ExitCode> {
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let run = Run {
        seed: arguments.seed,
        inputs: arguments.inputs,
        jobs: arguments.jobs.unwrap_or(cores),
        limit: seconds(arguments.limit)?,
        finds: arguments.finds,
    };
    println!("seed {}, {} at a time", run.seed, run.jobs);
    let targets = if arguments.targets.is_empty() {
        TARGETS.iter().collect()
    } else {
        arguments.targets
    };
    let mut finds = 0;
    for target in targets {
        finds += run.target(target)?;
    }
    Ok(ExitCode::from(u8::from(finds > 0)))
}

fn seconds(limit: f64) -> anyhow::Result<Duration> {
    Duration::try_from_secs_f64(limit).context("the limit is no time")
}

/// Exits with the status that the watching process asks for.
fn one(target: &Target, file: &std::path::Path, limit: f64) -> anyhow::Result<ExitCode> {
    let input = std::fs::read(file).with_context(|| file.display().to_string())?;
    worker::keep_what_panics_say();
    let Tried { outcome, took } = worker::tried(target, &input);
    eprintln!("{:.3} s", took.as_secs_f64());
    let status = match outcome {
        Err(message) => {
            println!("{}", message.escape_debug());
            BROKEN
        }
        _ if took > seconds(limit)? => SLOW,
        Ok(Outcome::Left(message)) => {
            println!("{}", message.escape_debug());
            LEFT
        }
        Ok(outcome) => {
            println!("{outcome:?}");
            0
        }
    };
    Ok(ExitCode::from(u8::try_from(status)?))
}

fn corpus(target: &Target, folder: &std::path::Path) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(folder)?;
    for (number, seed) in (target.seeds)().into_iter().enumerate() {
        std::fs::write(folder.join(format!("{number:05}")), seed)?;
    }
    Ok(ExitCode::SUCCESS)
}
