//! Annotated source: the place, the line with the old path underlined, the new path as help, and
//! what the rule says.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Origin, Snippet};

use super::json::Finding;
use super::record::Record;
use super::{Color, Renderer, level, place};
use crate::finding::Level;

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
    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        let (name, findings) = record.told();
        for finding in findings {
            let path = place::name(name);
            let group = group(finding, &path);
            writeln!(out, "{}\n", self.renderer.render(&[group]))?;
        }
        Ok(())
    }
}

fn group<'a>(finding: &'a Finding, path: &'a str) -> Group<'a> {
    let level = match finding.level {
        Level::Error => Shown::ERROR,
        Level::Review => Shown::WARNING,
        Level::Note => Shown::NOTE,
    };
    let start = finding.place.start;
    let snippet = Snippet::source(finding.source.text.as_str())
        .line_start(start.line)
        .annotation(AnnotationKind::Primary.span(finding.source.safe_range()));
    let title = level
        .with_name(level::name(finding.level))
        .primary_title(finding.message.as_str())
        .id(finding.code.as_str());
    let mut group = if finding.source.cut > 0 {
        // The printer would count columns from where the line was cut.
        let origin = Origin::path(path)
            .line(start.line)
            .char_column(start.column);
        title.element(origin).element(snippet)
    } else {
        title.element(snippet.path(path))
    };
    for also in &finding.also {
        group = group.element(Shown::NOTE.message(also.as_str()));
    }
    if let Some(help) = &finding.help {
        group = group.element(Shown::HELP.message(help.as_str()));
    }
    if let Some(rule) = &finding.rule {
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

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use proptest::prelude::*;

    use super::*;
    use crate::engine::FileReport;
    use crate::output::sample::{self, rendered, rendered_report, snapshot};
    use crate::output::{FileView, Format, Mode};
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
