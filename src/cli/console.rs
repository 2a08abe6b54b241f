//! Standard error: errors, summary, hints and progress. That nobody reads it never stops a run.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use clap::builder::styling::Style;
use clap_cargo::style;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use super::args::{ColorWhen, GlobalArgs};
use super::interrupt;
use crate::output::place;
use crate::output::{Color, Failed};
use crate::text::one_line;
use crate::usecase::{Listener, Progress};

/// So many files are named one by one where nobody asked for more.
const NAMED: usize = 20;

/// What a person at the terminal sees beside the result.
pub(super) struct Console {
    quiet: bool,
    verbose: bool,
    when: ColorWhen,
    bar: ProgressBar,
    searched: Arc<AtomicUsize>,
    cwd: Option<PathBuf>,
    /// Every file and folder that failed, as it was said: the one place where they are counted.
    failed: Mutex<Vec<Failed>>,
}

impl Console {
    pub fn new(args: &GlobalArgs) -> Self {
        Self {
            quiet: args.quiet,
            verbose: args.verbose,
            when: args.color,
            bar: ProgressBar::hidden(),
            searched: Arc::default(),
            cwd: std::env::current_dir().ok(),
            failed: Mutex::default(),
        }
    }

    /// Whether to paint what goes to `stream`.
    pub fn color_of(&self, stream: &impl anstream::stream::RawStream) -> Color {
        let painted = match self.when {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => AutoStream::choice(stream) != ColorChoice::Never,
        };
        if painted { Color::Always } else { Color::Never }
    }

    /// Whether to paint standard error.
    pub fn colored(&self) -> bool {
        self.stderr_color() == Color::Always
    }

    /// How to paint standard error.
    pub fn stderr_color(&self) -> Color {
        self.color_of(&std::io::stderr())
    }

    /// How to paint standard output.
    pub fn stdout_color(&self) -> Color {
        self.color_of(&std::io::stdout())
    }

    /// Whether only errors are to be said.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether a progress display is to be seen.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && !self.verbose && std::io::stderr().is_terminal()
    }

    /// Lets a renderer write to standard error.
    pub fn print(&self, render: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) {
        let mut text = Vec::new();
        if render(&mut text).is_ok() && !text.is_empty() {
            self.bar.suspend(|| {
                let _ = std::io::stderr().lock().write_all(&text);
            });
        }
    }

    /// Prints a text that was made for standard error.
    pub fn say(&self, text: &str) {
        self.bar.suspend(|| {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        });
    }

    /// Something failed.
    pub fn error(&self, message: &str) {
        self.labelled("error", style::ERROR, message);
    }

    /// Something a person should know.
    pub fn note(&self, message: &str) {
        if !self.quiet {
            self.labelled("note", style::NOTE, message);
        }
    }

    /// Something for who asked for more.
    pub fn detail(&self, message: &str) {
        if self.verbose {
            self.say(&one_line(message));
        }
    }

    /// How many of so many files are named one by one; the others are counted.
    pub fn named(&self, files: usize) -> usize {
        if self.verbose {
            files
        } else {
            files.min(NAMED)
        }
    }

    /// The last line of a run.
    pub fn summary(&self, line: &str) {
        if !self.quiet {
            self.say(line);
        }
    }

    /// Something that looks like a mistake.
    pub fn warn(&self, message: &str) {
        if !self.quiet {
            self.labelled("warning", style::WARN, message);
        }
    }

    /// A warning that was rendered elsewhere.
    pub fn warning(&self, text: &str) {
        if !self.quiet {
            self.say(text);
        }
    }

    /// A failure of a file or folder.
    pub fn failure(&self, path: &Path, message: &str) {
        self.error(&format!("{}: {message}", self.shown(path)));
        self.note_failure(Failed {
            path: self.below_cwd(path).to_owned(),
            message: message.to_owned(),
            start: None,
        });
    }

    /// A failure of a file that was read.
    pub fn failed(&self, failed: Failed) {
        self.say(&place::failure_line(&failed));
        self.note_failure(failed);
    }

    /// What failed so far.
    pub fn failures(&self) -> Vec<Failed> {
        self.failed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note_failure(&self, failed: Failed) {
        let mut all = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(failed);
    }

    fn below_cwd<'p>(&self, path: &'p Path) -> &'p Path {
        self.cwd
            .as_deref()
            .and_then(|cwd| path.strip_prefix(cwd).ok())
            .filter(|rest| !rest.as_os_str().is_empty())
            .unwrap_or(path)
    }

    /// A path as people read it: from the current directory if it is below it.
    pub fn shown(&self, path: &Path) -> String {
        place::shown(self.below_cwd(path))
    }

    /// Starts the progress display, if standard error is a terminal.
    pub fn start(&self) {
        if !self.shows_progress() {
            return;
        }
        self.draws(Self::style(&self.searched));
    }

    /// Shows that texts are looked at before the first of them is planned: in a large tree that takes a while.
    fn looks_ahead(&self, looked_at: Arc<AtomicUsize>) {
        if !self.shows_progress() {
            return;
        }
        let style = ProgressStyle::with_template("{spinner} looking around: {looked_at} of {len}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner())
            .with_key(
                "looked_at",
                move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                    // Some are looked at again once more is known.
                    let looked_at = looked_at.load(Ordering::Relaxed) as u64;
                    let _ = write!(out, "{}", looked_at.min(state.len().unwrap_or(looked_at)));
                },
            );
        self.draws(style);
    }

    /// How many files were searched, and how many of those that are to be parsed were.
    fn style(searched: &Arc<AtomicUsize>) -> ProgressStyle {
        let searched = Arc::clone(searched);
        ProgressStyle::with_template("{spinner} {searched} searched{parsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner())
            .with_key(
                "searched",
                move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                    let _ = write!(out, "{}", searched.load(Ordering::Relaxed));
                },
            )
            .with_key(
                "parsed",
                |state: &ProgressState, out: &mut dyn std::fmt::Write| {
                    if let Some(all) = state.len() {
                        let _ = write!(out, ", {} of {all} parsed", state.pos());
                    }
                },
            )
    }

    /// Draws the display in this way from now on. A new target would leave what the old one has drawn.
    pub fn draws(&self, style: ProgressStyle) {
        self.bar.set_style(style);
        if self.bar.is_hidden() {
            self.bar
                .set_draw_target(indicatif::ProgressDrawTarget::stderr());
        }
        self.bar.enable_steady_tick(Duration::from_millis(100));
    }

    /// Shows what goes on, if standard error is a terminal and nothing else is shown there.
    pub fn busy(&self, message: &str) {
        if self.quiet || self.verbose || !std::io::stderr().is_terminal() {
            return;
        }
        if self.bar.is_hidden() {
            let style = ProgressStyle::with_template("{spinner} {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            self.draws(style);
        }
        self.bar.set_message(message.to_owned());
    }

    /// Takes away what goes on.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }

    /// Whether a person asked for more.
    pub fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// What the walk counts up.
    pub fn searched(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.searched)
    }

    /// The progress display, for who writes to the same terminal.
    pub fn progress(&self) -> ProgressBar {
        self.bar.clone()
    }

    fn labelled(&self, label: &str, style: Style, message: &str) {
        // Names of files and words of sources are in it.
        let message = one_line(message);
        if self.colored() {
            self.say(&format!("{style}{label}{style:#}: {message}"));
        } else {
            self.say(&format!("{label}: {message}"));
        }
    }
}

impl Listener for Console {
    fn error(&self, message: &str) {
        Self::error(self, message);
    }

    fn warn(&self, message: &str) {
        Self::warn(self, message);
    }

    fn note(&self, message: &str) {
        Self::note(self, message);
    }

    fn detail(&self, message: &str) {
        Self::detail(self, message);
    }

    fn failure(&self, path: &Path, message: &str) {
        Self::failure(self, path, message);
    }

    fn failed(&self, failed: Failed) {
        Self::failed(self, failed);
    }

    fn progress(&self, progress: Progress) {
        match progress {
            Progress::Started => self.start(),
            Progress::Expected(files) => self.bar.set_length(files as u64),
            Progress::LooksAhead(looked_at) => self.looks_ahead(looked_at),
            Progress::Parsed => {
                if self.bar.position() == 0 && self.bar.length().is_some() {
                    self.draws(Self::style(&self.searched));
                }
                self.bar.inc(1);
            }
            Progress::Stopped => self.bar.finish_and_clear(),
        }
    }

    fn shown(&self, path: &Path) -> String {
        Self::shown(self, path)
    }

    fn named(&self, files: usize) -> usize {
        Self::named(self, files)
    }

    fn begins_to_write(&self) {
        interrupt::wanted().note();
    }
}
