//! Annotated source: the place, the line with the old path underlined, the new path as help, and
//! what the rule says.

use std::io::{self, Write};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Origin, Snippet};

use super::diagnostic::Diagnostic;
use super::place::shown;
use super::{Color, FileView, Renderer, level};
use crate::finding::Level;

/// Lines of a range that are shown.
const MAX_LINES: usize = 8;

/// Bytes of a line that are handed on around the range. The snippet printer trims lines to the
/// width of a terminal itself, but measures all of them first.
const MAX_SIDE: usize = 4096;

/// See the [module](self).
#[derive(Debug)]
pub struct Full {
    renderer: annotate_snippets::Renderer,
}

impl Full {
    /// A renderer that paints, or does not.
    pub fn new(color: Color) -> Self {
        let renderer = match color {
            Color::Always => annotate_snippets::Renderer::styled(),
            Color::Never => annotate_snippets::Renderer::plain(),
        };
        let renderer = renderer
            .error(level::style(Level::Error, color))
            .warning(level::style(Level::Review, color))
            .note(level::style(Level::Note, color));
        Self { renderer }
    }
}

impl Renderer for Full {
    fn file(&mut self, file: &FileView<'_>, out: &mut dyn Write) -> io::Result<()> {
        let path = shown(&file.report.display);
        for diagnostic in &file.diagnostics {
            let group = group(diagnostic, &path, file.report.source.text());
            writeln!(out, "{}\n", self.renderer.render(&[group]))?;
        }
        Ok(())
    }
}

fn group<'a>(diagnostic: &'a Diagnostic<'_>, path: &'a str, text: &'a str) -> Group<'a> {
    let level = match diagnostic.level {
        Level::Error => Shown::ERROR,
        Level::Review => Shown::WARNING,
        Level::Note => Shown::NOTE,
    };
    let excerpt = Excerpt::of(text, diagnostic.range.clone());
    let snippet = Snippet::source(excerpt.text)
        .line_start(diagnostic.start.line)
        .annotation(AnnotationKind::Primary.span(excerpt.range));
    let title = level
        .with_name(level::name(diagnostic.level))
        .primary_title(diagnostic.message.as_ref())
        .id(diagnostic.code.as_str());
    let mut group = if excerpt.is_cut {
        // The printer would count columns from where the line was cut.
        let origin = Origin::path(path)
            .line(diagnostic.start.line)
            .char_column(diagnostic.start.column);
        title.element(origin).element(snippet)
    } else {
        title.element(snippet.path(path))
    };
    for also in &diagnostic.also {
        group = group.element(Shown::NOTE.message(*also));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Shown::HELP.message(help.as_ref()));
    }
    if let Some(rule) = diagnostic.rule {
        if let Some(note) = &rule.note {
            group = group.element(Shown::NOTE.message(note));
        }
        if let Some(since) = &rule.since {
            group = group.element(Shown::NOTE.message(format!("deprecated since {since}")));
        }
        if let Some(url) = &rule.url {
            group = group.element(Shown::NOTE.message(format!("see {url}")));
        }
    }
    group
}

/// The lines of a range, cut to what can be read.
struct Excerpt<'a> {
    text: &'a str,
    /// The range in it.
    range: Range<usize>,
    /// Whether the first line lost its start.
    is_cut: bool,
}

impl<'a> Excerpt<'a> {
    /// `range` must be in bounds of `text` and on character boundaries.
    fn of(text: &'a str, range: Range<usize>) -> Self {
        let line_start =
            memchr::memrchr(b'\n', &text.as_bytes()[..range.start]).map_or(0, |at| at + 1);
        let start = if range.start - line_start > MAX_SIDE {
            text.ceil_char_boundary(range.start - MAX_SIDE)
        } else {
            line_start
        };
        let range_end = readable_end(text, range.clone());
        let side = text.floor_char_boundary(range_end + MAX_SIDE);
        let end = memchr::memchr(b'\n', &text.as_bytes()[range_end..side])
            .map_or(side, |at| range_end + at + 1);
        Self {
            text: &text[start..end],
            range: range.start - start..range_end - start,
            is_cut: start > line_start,
        }
    }
}

/// Where the range ends, or where too much of it was shown.
fn readable_end(text: &str, range: Range<usize>) -> usize {
    let end = text.floor_char_boundary(range.end.min(range.start + MAX_LINES * MAX_SIDE));
    let bytes = &text.as_bytes()[range.start..end];
    memchr::memchr_iter(b'\n', bytes)
        .nth(MAX_LINES - 1)
        .map_or(end, |at| range.start + at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::FileReport;
    use crate::output::sample::{self, rendered, rendered_report, snapshot};
    use crate::output::{Format, Mode};
    use crate::text::Source;

    #[test]
    fn check() {
        snapshot(
            "full-check",
            &rendered(Format::Full, Mode::Check, Color::Never),
        );
    }

    #[test]
    fn rewrite() {
        snapshot(
            "full-rewrite",
            &rendered(Format::Full, Mode::Rewrite, Color::Never),
        );
    }

    #[test]
    fn painted() {
        let text = rendered(Format::Full, Mode::Rewrite, Color::Always);
        snapshot("full-color", &text.replace('\u{1b}', "ESC"));
    }

    fn report_of(text: String, range: Range<usize>) -> FileReport {
        let mut report = sample::report();
        report.plan.references.truncate(1);
        report.plan.findings.clear();
        report.plan.references[0].range = range;
        report.source = Source::of_text(text);
        report
    }

    /// Odd texts, each with the range of `old` to `Foo` in it.
    #[test]
    fn odd_texts() {
        let filler = "let x = 1; ".repeat(200);
        let many = "\n  ::\n  ".repeat(20);
        let texts = [
            "use old::a::Foo;\r\nnext\r\n".to_owned(),
            "\u{feff}use old::a::Foo;".to_owned(),
            "\t\tuse old\t::a::Foo;\n".to_owned(),
            "one\rtwo old::a::Foo\rthree\n".to_owned(),
            "漢字\u{301} = old::a::Foo // é\n".to_owned(),
            "use old\r\n    ::a\r\n    ::Foo;\r\n".to_owned(),
            format!("{filler}old::a::Foo; {filler}\n"),
            format!("{filler}{filler}old::a::Foo; {filler}{filler}\n"),
            format!("use old{many}Foo;\n"),
            "\u{1b}[31m old::a::Foo \u{202e}\n".to_owned(),
        ];
        let mut all = String::new();
        for text in texts {
            let start = text.find("old").expect("there");
            let end = text.find("Foo").expect("there") + 3;
            let report = report_of(text, start..end);
            all.push_str(&rendered_report(
                &report,
                Format::Full,
                Mode::Check,
                Color::Never,
            ));
        }
        snapshot("full-odd-texts", &all);
    }

    #[test]
    fn ranges_at_the_edge() {
        let mut all = String::new();
        for (text, range) in [
            ("", 0..0),
            ("", 3..9),
            ("a\n", 2..2),
            ("a\n", 1..2),
            ("a\r\n", 1..3),
            ("abc", 3..3),
            ("é", 1..1),
        ] {
            let report = report_of(text.to_owned(), range);
            all.push_str(&rendered_report(
                &report,
                Format::Full,
                Mode::Check,
                Color::Never,
            ));
        }
        snapshot("full-edges", &all);
    }

    proptest! {
        #[test]
        fn any_text_and_range_can_be_shown(
            text in "([a-z:é漢\u{301}🦀 \t\r\n\u{0}\u{1b}\u{2028}]|old::a::Foo|\r\n){0,60}",
            a in 0usize..200,
            b in 0usize..200,
            repeat in 1usize..12,
        ) {
            let report = report_of(text.repeat(repeat), a..b);
            let full = rendered_report(&report, Format::Full, Mode::Check, Color::Never);
            let rules = sample::rules();
            let start = FileView::new(&report, &rules, Mode::Check).diagnostics[0].start;
            let origin = format!("--> src/main.rs:{}:{}\n", start.line, start.column);
            prop_assert!(full.contains(&origin), "{origin} in {full}");
            for format in [Format::Full, Format::Concise, Format::JsonLines] {
                for color in [Color::Never, Color::Always] {
                    rendered_report(&report, format, Mode::Check, color);
                }
            }
        }
    }
}
