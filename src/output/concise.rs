//! One line a diagnostic: `path:line:col: level[code] message`.

use std::io::{self, Write};

use super::record::Record;
use super::{Color, Renderer, level, place};
use crate::text::{LineColumn, one_line};

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
    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        let (name, findings) = record.told();
        for finding in findings {
            let path = place::name(name);
            let style = level::style(finding.level, self.color);
            let LineColumn { line, column } = finding.place.start;
            let level = level::name(finding.level);
            let code = one_line(&finding.code);
            let message = one_line(&finding.message);
            write!(
                out,
                "{path}:{line}:{column}: {style}{level}[{code}]{style:#} {message}"
            )?;
            if let Some(help) = &finding.help {
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
