//! A report with one of each, for the tests of this folder.

use std::path::PathBuf;
use std::time::Duration;

use super::record::{self, End, Header, Record, Shape};
use super::{Color, Failed, FileView, Format, Mode};
use crate::engine::{FileReport, Summary};
use crate::finding::{Code, Finding, Level};
use crate::mapping::{Action, Origin, Rename, Rule};
use crate::path::{Namespaces, RUST, SymbolPath};
use crate::plan::{Plan, Reference};
use crate::text::{Edit, Edits, LineColumn, Source};

const TEXT: &str = "//! é
use old::a::Foo;
\tuse old::a::{Old, other};

fn main() {
    weird!(\"漢字\", old::a::Foo::new());
    println!(\"see old::a::Foo\");
}
";

fn rule(from: &str, to: &str) -> Rule {
    Rule {
        id: from.to_owned(),
        from: SymbolPath::parse(from, &RUST).expect("a path"),
        action: Action::Move(SymbolPath::parse(to, &RUST).expect("a path")),
        target_module: None,
        kinds: Namespaces::ALL,
        exact: false,
        rename: Rename::Alias,
        note: None,
        word: None,
        review: None,
        url: None,
        since: None,
        available: None,
        requires: Vec::new(),
        package: None,
        origin: Origin::CommandLine,
    }
}

/// Two rules: one with all that is shown, one with nothing.
pub fn rules() -> Vec<Rule> {
    let mut told = rule("old::a::Foo", "new::b::Bar");
    told.id = "foo-home".to_owned();
    told.note = Some("one home for Foo; see docs/foo.md".to_owned());
    told.url = Some("https://example.org/foo".to_owned());
    told.since = Some("2.0".to_owned());
    vec![told, rule("old::a::Old", "new::b::New")]
}

fn reference(at: usize, path: &str, successor: &str, rule: usize, rewritten: bool) -> Reference {
    Reference {
        range: at..at + path.rsplit("::").next().map_or(0, str::len),
        path: path.to_owned(),
        successor: Some(successor.to_owned()),
        rule,
        rewritten,
    }
}

fn finding(code: Code, level: Level, of: &Reference, message: &str) -> Finding {
    Finding {
        code,
        level,
        range: of.range.clone(),
        path: Some(of.path.clone()),
        successor: of.successor.clone(),
        message: message.to_owned(),
        help: None,
        rule: Some(of.rule),
    }
}

/// A file with a rewritten reference, a rewritten one with two reviews, one that stays, and a note.
pub fn report() -> FileReport {
    let at = |needle: &str| TEXT.find(needle).expect("it is in the text");
    let whole = |at: usize| at..at + "old::a::Foo".len();
    let mut plain = reference(0, "old::a::Foo", "new::b::Bar", 0, true);
    plain.range = whole(at("old::a::Foo;"));
    let reviewed = reference(at("Old,"), "old::a::Old", "new::b::New", 1, true);
    let mut stays = reference(0, "old::a::Foo", "new::b::Bar", 0, false);
    stays.range = whole(at("old::a::Foo::new"));
    let mut mention = finding(
        Code::Text,
        Level::Note,
        &stays,
        "`old::a::Foo` in a string may be a mention",
    );
    mention.range = whole(at("old::a::Foo\");"));
    let mut stuck = finding(
        Code::Macro,
        Level::Error,
        &stays,
        "what `old::a::Foo` means in these macro tokens cannot be told",
    );
    stuck.help = Some("write `new::b::Bar` here by hand".to_owned());
    let plan = Plan {
        edits: Edits::new(
            vec![Edit::replace(plain.range.clone(), "new::b::Bar as Foo")],
            TEXT,
        )
        .expect("one edit"),
        findings: vec![
            finding(
                Code::Review,
                Level::Review,
                &reviewed,
                "the signature changed: user_id is gone",
            ),
            finding(
                Code::KeptName,
                Level::Review,
                &reviewed,
                "the local name `Old` was kept",
            ),
            stuck,
            mention,
        ],
        references: vec![plain, reviewed, stays],
        ..Plan::default()
    };
    FileReport {
        path: PathBuf::from("/project/src/main.rs"),
        display: PathBuf::from("src/main.rs"),
        rewritten: Some(plan.edits.apply(TEXT).into_bytes()),
        source: Source::of_text(TEXT.to_owned()),
        plan,
        failure: None,
    }
}

/// Counts of a run.
pub fn summary() -> Summary {
    Summary {
        reviews: 3,
        searched: 9812,
        parsed: 184,
        changed: 180,
        rewritten: 412,
        left: 3,
        homes: 0,
        failed: 1,
        elapsed: Duration::from_millis(412),
    }
}

/// The sample report in a format.
pub fn rendered(format: Format, mode: Mode, color: Color) -> String {
    rendered_report(&report(), format, mode, color)
}

/// A report in a format: its file alone.
pub fn rendered_report(report: &FileReport, format: Format, mode: Mode, color: Color) -> String {
    let rules = rules();
    let view = FileView::new(report, &rules, mode);
    rendered_view(&view, format, Shape::Findings, color)
}

/// A file in a format.
pub fn rendered_view(view: &FileView<'_>, format: Format, shape: Shape, color: Color) -> String {
    let mut renderer = format.renderer(color);
    let mut out = Vec::new();
    record::of_file(view, shape, |record| renderer.record(record, &mut out))
        .expect("a vector takes all");
    String::from_utf8(out).expect("formats are text")
}

/// The records of a whole report: the sample, and a failure with a hostile name.
pub fn records(shape: Shape) -> Vec<Record> {
    let (report, rules) = (report(), rules());
    let mode = match shape {
        Shape::Findings => Mode::Check,
        Shape::Plans => Mode::Rewrite,
    };
    let mut all = vec![Record::Header(header())];
    let view = FileView::new(&report, &rules, mode);
    let kept: Result<(), ()> = record::of_file(&view, shape, |record| {
        all.push(record.clone());
        Ok(())
    });
    kept.expect("nothing fails");
    all.push(Record::of_failure(&Failed {
        path: PathBuf::from(HOSTILE),
        message: "expected `;`\n::error::<b>&\u{1b}[31m]]>".to_owned(),
        start: Some(LineColumn { line: 3, column: 4 }),
    }));
    all.push(Record::of_rule(
        &rules[0],
        &crate::engine::RuleCounts::default(),
    ));
    all.push(Record::of_summary(&summary()));
    all.push(Record::End(End { exit: 2 }));
    all
}

/// A name that would be taken for markup, for properties and for several lines.
pub const HOSTILE: &str = "src/a,b:c%\n`<script>alert(1)</script>|\"&.rs";

/// What stands before them.
pub fn header() -> Header {
    Header {
        program: "0.0.0".to_owned(),
        command: "check".to_owned(),
        rules: vec!["sample".to_owned()],
        table_digest: "aa".to_owned(),
        options_digest: "bb".to_owned(),
        root: "/project".to_owned(),
        prefix: Some(String::new()),
        share: None,
    }
}

/// A whole report in a format.
pub fn rendered_records(records: &[Record], format: Format) -> String {
    let mut renderer = format.renderer(Color::Never);
    let mut out = Vec::new();
    for record in records {
        renderer
            .record(record, &mut out)
            .expect("a vector takes all");
    }
    String::from_utf8(out).expect("formats are text")
}

/// Compares with `snapshots/NAME.snap`.
#[track_caller]
pub fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
