//! Standard output, or the file that stands for it.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use anyhow::Context;
use indicatif::ProgressBar;

use super::console::Console;
use crate::output::Color;

/// Where the result goes. Once its reader has gone (`| head`) everything else is dropped silently.
pub(super) struct Output {
    out: BufWriter<Box<dyn Write>>,
    name: String,
    color: Color,
    /// What must be out of the way while a terminal is written to; `None` if it is none.
    terminal: Option<ProgressBar>,
    closed: bool,
}

impl Output {
    /// Standard output, or `file`.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn open(file: Option<&Path>, console: &Console) -> anyhow::Result<Self> {
        let Some(path) = file else {
            let stdout = io::stdout();
            return Ok(Self {
                color: console.color_of(&stdout),
                terminal: stdout.is_terminal().then(|| console.progress()),
                out: BufWriter::new(Box::new(stdout)),
                name: "standard output".to_owned(),
                closed: false,
            });
        };
        let name = console.shown(path);
        let file = File::create(path).with_context(|| format!("{name}: cannot be written"))?;
        Ok(Self {
            out: BufWriter::new(Box::new(file)),
            name,
            color: Color::Never,
            terminal: None,
            closed: false,
        })
    }

    /// Whether to paint what is written.
    pub fn color(&self) -> Color {
        self.color
    }

    /// Whether nobody reads any more.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Lets `print` write.
    ///
    /// # Errors
    /// Those of writing, save that the reader has gone.
    pub fn write(
        &mut self,
        print: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        if self.closed {
            return Ok(());
        }
        let printed = match &self.terminal {
            // Flushing keeps the order between standard output and standard error.
            Some(bar) => bar.suspend(|| print(&mut self.out).and_then(|()| self.out.flush())),
            None => print(&mut self.out),
        };
        self.judge(printed)
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// Those of writing, save that the reader has gone.
    pub fn flush(&mut self) -> anyhow::Result<()> {
        if self.closed {
            return Ok(());
        }
        let flushed = self.out.flush();
        self.judge(flushed)
    }

    fn judge(&mut self, done: io::Result<()>) -> anyhow::Result<()> {
        match done {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            done => done.with_context(|| format!("cannot write to {}", self.name)),
        }
    }
}
