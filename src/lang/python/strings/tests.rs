//! Runs `cases.txt`. What changes must also be what verification asks for, and a second run must
//! change nothing.

use std::fmt::Write as _;

use super::{Around, Found, find, plan};
use crate::finding::Level;
use crate::lang::plan_builder::PlanBuilder;
use crate::lang::python::annotations;
use crate::lang::python::parse::{SourceKind, module};
use crate::lang::python::scopes::{ImportKind, Scopes};
use crate::lang::python::settings::Settings;
use crate::lang::python::unit::{AnalysisContext, Target, Unit};
use crate::lang::suppression::Suppressions;
use crate::lang::{RewriteOptions, Strings};
use crate::mapping::{MappingSource, Outcome, Table, load};
use crate::outline::{Meaning, Use};
use crate::path::{PYTHON, Segment};
use crate::text::{Edits, LineIndex};

const RULES: &str = r#"
language = "python"
name = "cases"
[[move]]
from = "old.mod.Name"
to = "new.home.Name"
[[move]]
from = "old.mod.Re"
to = "new.home.Renamed"
[[move]]
from = "old.gone"
to = "new.gone2"
[[move]]
from = "old.a.deep"
to = "new.flat"
[[move]]
from = "old.top"
to = "topmod"
[[move]]
from = "pkg.sub.gone"
to = "pkg.sub.here"
[[move]]
from = "pkg.sub.far"
to = "other.far"
[[move]]
from = "old.looked"
to = "new.looked"
review = "look at it"
[[move]]
from = "old.tools.load"
to = "importlib.import_module"
[[move]]
from = "unittest.mock.patch"
to = "new.patch"
[[remove]]
path = "old.dead"
[[keep]]
path = "old.gone.kept"
"#;

const SETTINGS: &str = r#"
string-calls = ["app.tools.load", ".plug(1, target)"]
string-names = ["MY_HOOKS"]
"#;

/// A case of `cases.txt`.
struct Case<'c> {
    title: &'c str,
    strings: Strings,
    module: &'c str,
    before: &'c str,
    after: &'c str,
    said: &'c str,
}

/// A run over one text.
struct Run {
    text: String,
    edits: usize,
    said: String,
    uses: Vec<Use>,
}

fn cases() -> Vec<Case<'static>> {
    let mut cases = Vec::new();
    for block in include_str!("cases.txt").split("\n#= ").skip(1) {
        let (head, body) = block.split_once('\n').expect("a body");
        let mut words = head.split('|').map(str::trim);
        let title = words.next().unwrap_or_default();
        let strings = match words.next().unwrap_or_default() {
            "all" => Strings::All,
            "off" => Strings::Off,
            _ => Strings::Known,
        };
        let module = words.next().unwrap_or("user.mod");
        let (sources, said) = body.split_once("\n#- says\n").unwrap_or((body, ""));
        let (before, after) = sources
            .split_once("\n#- becomes\n")
            .unwrap_or((sources, sources));
        cases.push(Case {
            title,
            strings,
            module,
            before: before.trim_end(),
            after: after.trim_end(),
            said: said.trim_end(),
        });
    }
    cases
}

fn table() -> Table {
    let source = MappingSource::Toml {
        file: "t.toml".into(),
        text: RULES.to_owned(),
    };
    let tables = load(&[source], &[&PYTHON]).unwrap_or_else(|e| panic!("{e}"));
    tables.into_tables().remove(0)
}

fn run(case: &Case<'_>, text: &str, table: &Table) -> Run {
    let parsed = module(text, SourceKind::Module).unwrap_or_else(|e| panic!("{}: {e}", case.title));
    let options = RewriteOptions {
        strings: case.strings,
        ..RewriteOptions::default()
    };
    let section: toml::Table = SETTINGS.parse().expect("settings");
    let settings: Settings = section.try_into().expect("settings");
    let scopes = Scopes::of(parsed.syntax(), text);
    let target = |import: &crate::lang::python::scopes::Import| match &import.kind {
        ImportKind::Plain => Target::Own,
        ImportKind::From { module, .. } => Target::Module {
            module: module.clone(),
            dots: Vec::new(),
        },
    };
    let targets = scopes.imports.iter().map(target).collect();
    let mut unit = Unit {
        text,
        module: parsed.syntax(),
        tokens: parsed.tokens(),
        scopes,
        targets,
        modules: vec![case.module.split('.').map(Segment::new).collect()],
        is_package: case.module == "old" || case.module == "pkg.sub",
        is_stub: false,
        types: Default::default(),
        quoted: Vec::new(),
        leaving: Default::default(),
        unread: Default::default(),
        kept: Suppressions::of(text, "#"),
        setting: AnalysisContext {
            table,
            options: &options,
            settings: &settings,
        },
    };
    annotations::add(&mut unit);
    let found = find(&unit);
    let mut draft = PlanBuilder::default();
    let mut uses = Vec::new();
    let around = Around {
        has_label: &|_| false,
        meet: &|_, _, _| {},
    };
    plan(&unit, &found, around, &mut draft, &mut uses);
    uses.sort_by_key(|one| one.range.as_ref().map(|range| range.start));
    let said = said(text, &unit, &found, &draft);
    let count = draft.edits.len();
    let edits = Edits::new(draft.edits, text).unwrap_or_else(|e| panic!("{}: {e}", case.title));
    Run {
        text: edits.apply(text),
        edits: count,
        said,
        uses,
    }
}

/// Findings and pairs, a line each: `1:7 E:string old.gone`, `pair old.mod Name`.
fn said(text: &str, unit: &Unit<'_>, found: &Found, draft: &PlanBuilder) -> String {
    let index = LineIndex::new(text);
    let mut lines: Vec<(usize, String)> = Vec::new();
    for finding in &draft.findings {
        let place = index.place(finding.range.start, text);
        let level = match finding.level {
            Level::Error => 'E',
            Level::Review => 'V',
            Level::Note => 'N',
        };
        let path = finding.path.as_deref().unwrap_or_default();
        let code = finding.code.as_str();
        let line = format!("{}:{} {level}:{code} {path}", place.line, place.column);
        lines.push((finding.range.start, line));
    }
    for pair in &found.pairs {
        let chain = unit.scopes.chain_at(pair.chain).expect("a chain");
        let parts: Vec<&str> = chain.names().map(Segment::as_str).collect();
        let sign = if pair.dynamic { "dynamic" } else { "pair" };
        assert!(pair.dynamic || text[pair.range.clone()] == *pair.name);
        let line = format!("{sign} {} {}", parts[..pair.parts].join("."), pair.name);
        lines.push((chain.range().start().to_usize(), line));
    }
    lines.sort();
    let mut out = String::new();
    for (_, line) in lines {
        writeln!(out, "{line}").expect("a string");
    }
    out.trim_end().to_owned()
}

/// What verification asks for: each use of before, pushed through the table, is the use of after.
fn check_uses(title: &str, before: &Run, after: &Run, table: &Table) {
    let expected: Vec<Meaning> = before.uses.iter().map(|one| pushed(one, table)).collect();
    let found: Vec<Meaning> = after.uses.iter().map(|one| one.meaning.clone()).collect();
    assert_eq!(found, expected, "{title}: uses");
}

fn pushed(one: &Use, table: &Table) -> Meaning {
    if let (Meaning::Path(path), false) = (&one.meaning, one.stays)
        && let Outcome::Moves(moved) = table.resolve(path, one.namespaces)
    {
        return Meaning::Path(moved.to.segments().to_vec());
    }
    one.meaning.clone()
}

#[test]
fn each_string_becomes_what_the_case_says() {
    let table = table();
    let mut wrong = String::new();
    let cases = cases();
    for case in &cases {
        let first = run(case, case.before, &table);
        let line_ends = |text: &str| text.trim_end().to_owned();
        if line_ends(&first.text) != case.after || first.said != case.said {
            writeln!(
                wrong,
                "== {}\n{}\n-- expected\n{}\n-- says\n{}\n-- expected\n{}\n",
                case.title, first.text, case.after, first.said, case.said
            )
            .expect("a string");
            continue;
        }
        let second = run(case, &first.text, &table);
        assert_eq!(
            second.edits, 0,
            "{}: a second run edits\n{}",
            case.title, second.text
        );
        check_uses(case.title, &first, &second, &table);
    }
    assert!(cases.len() > 20, "the cases are elsewhere");
    assert!(wrong.is_empty(), "\n{wrong}");
}
