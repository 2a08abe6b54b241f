//! The command line: from arguments to an exit status.
//!
//! `args` only says what may be written; `resolve` makes of it what a run needs, or
//! refuses; each subcommand hands that to its use case, and decides what is printed where and what the
//! run was worth. Here, and in the registry of languages, ends the knowledge of
//! which languages there are: everything below is handed them.

mod apply;
mod args;
mod audit;
mod baseline;
mod check;
mod config;
mod console;
mod diff;
mod explain;
mod gate;
mod init;
mod interrupt;
mod journal;
mod log;
mod lsp;
mod manual;
mod mapping;
mod migrate;
mod output_file;
mod recover;
mod report;
mod report_args;
mod resolve;
mod sheets;
mod slices;
mod state_folder;
mod status;
mod stdout;
mod undo;

use std::ffi::OsString;
use std::process::ExitCode;

use args::{Command, GateCommand};
use console::Console;
use report_args::ReportCommand;
use resolve::Refusal;

use crate::usecase::Exit;

/// Runs the program with `args`, the program's name first.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match args::parse(&args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to standard output, and nobody may be listening there.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    interrupt::let_writes_fail();
    let console = Console::new(&cli.global);
    let words = args.get(1..).unwrap_or_default().to_vec();
    let done = match &cli.command {
        Command::Diff(args) => diff::run(args, &console),
        Command::Apply(args) => apply::run(args, &console),
        Command::Check(args) => check::run(args, &console),
        Command::Undo(args) => undo::run(args, &console),
        Command::Migrate(args) => migrate::run(args, &words, &console),
        Command::Status(args) => status::run(args, &console),
        Command::Log(args) => log::run(args, &console),
        Command::Report(ReportCommand::Render(args)) => report::render(args, &console),
        Command::Report(ReportCommand::Merge(args)) => report::merged(args, &console),
        Command::Recover(args) => recover::run(args, &console),
        Command::Mapping(command) => mapping::run(command, &console),
        Command::Baseline(args) => baseline::run(args, &console),
        Command::Audit(args) => audit::run(args, &console),
        Command::Config(args) => config::run(args, &console),
        Command::Init(args) => init::run(args, &console),
        Command::Explain(args) => explain::run(args, &console),
        Command::Completions(args) => manual::completions(args, &console),
        Command::Lsp(args) => lsp::run(args, &console),
        Command::Man(args) => manual::pages(args, &console),
        Command::Gate(GateCommand::Run(args)) => gate::run(args, &console),
        Command::Gate(GateCommand::List(args)) => gate::list(args, &console),
    };
    let exit = done.unwrap_or_else(|refusal| {
        match refusal {
            Refusal::Wrong(errors) => {
                let rendered: Vec<_> = errors.iter().map(|e| e.render(console.colored())).collect();
                console.say(&rendered.join("\n\n"));
            }
            Refusal::Other(error) => console.error(&format!("{error:#}")),
        }
        Exit::Failed
    });
    exit.into()
}
