//! What a migration tells while it goes on: a line an event, and on a terminal the gate that runs.

use std::cell::RefCell;
use std::io::Write;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};

use super::super::console::Console;
use super::lines;
use crate::output::Failed;
use crate::usecase::migrate::{Audience, News};
use crate::usecase::{Listener, Progress};

/// Prints the news of a migration.
pub(super) struct Teller<'c> {
    console: &'c Console,
    bar: ProgressBar,
    /// How far it is, for the display.
    course: RefCell<Course>,
}

#[derive(Default)]
struct Course {
    batch: String,
    gate: String,
}

impl<'c> Teller<'c> {
    /// A teller that prints by way of a console.
    pub fn new(console: &'c Console) -> Self {
        Self {
            console,
            bar: console.progress(),
            course: RefCell::default(),
        }
    }

    /// Takes the display away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&self, text: &str) {
        self.bar.suspend(|| {
            let mut out = std::io::stdout().lock();
            let _ = writeln!(out, "{text}");
            let _ = out.flush();
        });
    }

    /// Shows what goes on, where somebody can see it.
    fn show(&self) {
        if !self.console.shows_progress() {
            return;
        }
        if self.bar.is_finished() {
            self.bar.reset();
        }
        let course = self.course.borrow();
        let style = ProgressStyle::with_template("{spinner} [{bar:24}] {pos}/{len} {wide_msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        self.console.draws(style);
        self.bar
            .set_message(format!("{}{}", course.batch, course.gate));
    }
}

impl Audience for Teller<'_> {
    fn news(&self, news: News<'_>) {
        match news {
            News::Planned { units, .. } => {
                self.bar.reset();
                self.bar.set_length(units as u64);
                self.bar.set_position(0);
            }
            News::Batch { name, .. } => self.course.borrow_mut().batch = format!("{name}  "),
            News::Asking { gate, .. } => {
                self.course.borrow_mut().gate = format!("gate {}", gate.name);
                self.show();
            }
            News::Elapsed(elapsed) => {
                let course = self.course.borrow();
                let elapsed = crate::gate::shown_duration(elapsed);
                self.bar
                    .set_message(format!("{}{} {elapsed}", course.batch, course.gate));
            }
            News::Done { units, .. } => self.bar.inc(units as u64),
            News::Phase(_) => {
                *self.course.borrow_mut() = Course::default();
            }
            _ => {}
        }
        let shown = |path: &Path| self.console.shown(path);
        let color = self.console.stdout_color();
        if self.console.is_quiet() {
            return;
        }
        for line in lines::lines(&news, &shown, color) {
            self.line(&line);
        }
    }

    fn wants_lines(&self) -> bool {
        self.console.is_verbose()
    }
}

impl Listener for Teller<'_> {
    fn error(&self, message: &str) {
        self.console.error(message);
    }

    fn warn(&self, message: &str) {
        self.console.warn(message);
    }

    fn note(&self, message: &str) {
        self.console.note(message);
    }

    fn detail(&self, message: &str) {
        self.console.detail(message);
    }

    fn failure(&self, path: &Path, message: &str) {
        self.console.failure(path, message);
    }

    fn failed(&self, failed: Failed) {
        self.console.failed(failed);
    }

    fn progress(&self, progress: Progress) {
        Listener::progress(self.console, progress);
    }

    fn shown(&self, path: &Path) -> String {
        self.console.shown(path)
    }

    fn named(&self, files: usize) -> usize {
        self.console.named(files)
    }

    fn begins_to_write(&self) {
        self.console.begins_to_write();
    }
}
