//! How levels are named and painted.

use annotate_snippets::renderer::{AnsiColor, Effects, Style};

use super::Color;
use crate::finding::Level;

/// The word that people read.
pub fn name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Review => "review",
        Level::Note => "note",
    }
}

/// How it is painted.
pub fn style(level: Level, color: Color) -> Style {
    let ansi = match (color, level) {
        (Color::Never, _) => return Style::new(),
        (Color::Always, Level::Error) => AnsiColor::BrightRed,
        (Color::Always, Level::Review) => AnsiColor::Yellow,
        (Color::Always, Level::Note) => AnsiColor::BrightGreen,
    };
    ansi.on_default().effects(Effects::BOLD)
}
