//! The records of a report as they are, one JSON object a line. See [`json`](super::json) for what the
//! keys mean, [`record`](super::record) for the types.

use std::io::{self, Write};

use super::Renderer;
use super::record::Record;

/// See the [module](self).
#[derive(Debug)]
pub struct JsonLines;

impl Renderer for JsonLines {
    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &record.line())?;
        out.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use crate::output::record::Shape;
    use crate::output::sample::{rendered, rendered_view, report, rules, snapshot};
    use crate::output::{Color, FileView, Format, Mode};
    use crate::text::{Encoding, Source};

    #[test]
    fn check() {
        snapshot(
            "json-lines-check",
            &rendered(Format::JsonLines, Mode::Check, Color::Never),
        );
    }

    fn plan(report: &crate::engine::FileReport, mode: Mode) -> String {
        let rules = rules();
        let view = FileView::new(report, &rules, mode);
        rendered_view(&view, Format::JsonLines, Shape::Plans, Color::Never)
    }

    #[test]
    fn diff_prints_plans() {
        let text = plan(&report(), Mode::Rewrite);
        assert_eq!(text.lines().count(), 1);
        let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        snapshot(
            "json-lines-plan",
            &serde_json::to_string_pretty(&value).expect("serialises"),
        );
    }

    #[test]
    fn ranges_are_of_the_file_and_columns_of_the_text() {
        let mut report = report();
        let encoding = Encoding::of_label("gb18030").expect("known");
        let bytes = encoding.encode(report.source.text()).expect("it has all");
        report.source = Source::decode(bytes.clone(), encoding).expect("it was encoded");
        let text = plan(&report, Mode::Check);
        let plan: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(plan["encoding"], "gb18030");
        let of_file = |place: &serde_json::Value| {
            let at = |key: &str| place["bytes"][key].as_u64().expect("a number") as usize;
            bytes[at("start")..at("end")].to_owned()
        };
        let (reference, finding) = (&plan["references"][2], &plan["findings"][3]);
        assert_eq!(of_file(reference), b"old::a::Foo");
        assert_eq!(of_file(finding), b"old::a::Foo");
        assert_eq!(reference["start"]["column"], 18);
    }

    #[test]
    fn a_file_of_which_nothing_is_told_has_no_line() {
        let (mut report, rules) = (report(), rules());
        report.plan = crate::plan::Plan::default();
        let file = FileView::new(&report, &rules, Mode::Rewrite);
        for shape in [Shape::Plans, Shape::Findings] {
            assert_eq!(
                rendered_view(&file, Format::JsonLines, shape, Color::Never),
                ""
            );
        }
    }
}
