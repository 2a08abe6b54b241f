//! One line a diagnostic: `path:line:col: level[code] message`.

use std::io::{self, Write};

use super::place::shown;
use super::{Color, FileView, Renderer, level};
use crate::text::one_line;

/// See the [module](self).
#[derive(Debug)]
pub struct Concise {
    color: Color,
}

impl Concise {
    /// A renderer that paints levels and codes, or does not.
    pub fn new(color: Color) -> Self {
        Self { color }
    }
}

impl Renderer for Concise {
    fn file(&mut self, file: &FileView<'_>, out: &mut dyn Write) -> io::Result<()> {
        let path = shown(&file.report.display);
        for diagnostic in &file.diagnostics {
            let style = level::style(diagnostic.level, self.color);
            let (line, column) = (diagnostic.start.line, diagnostic.start.column);
            let level = level::name(diagnostic.level);
            let code = diagnostic.code.as_str();
            let message = one_line(&diagnostic.message);
            write!(
                out,
                "{path}:{line}:{column}: {style}{level}[{code}]{style:#} {message}"
            )?;
            if let Some(help) = &diagnostic.help {
                write!(out, " ({})", one_line(help))?;
            }
            writeln!(out)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::sample::rendered;
    use crate::output::{Format, Mode};

    #[test]
    fn check() {
        let text = rendered(Format::Concise, Mode::Check, Color::Never);
        crate::output::sample::snapshot("concise-check", &text);
    }

    #[test]
    fn rewrite() {
        let text = rendered(Format::Concise, Mode::Rewrite, Color::Never);
        crate::output::sample::snapshot("concise-rewrite", &text);
    }

    #[test]
    fn painted() {
        let text = rendered(Format::Concise, Mode::Check, Color::Always);
        crate::output::sample::snapshot("concise-color", &text.replace('\u{1b}', "ESC"));
    }
}
