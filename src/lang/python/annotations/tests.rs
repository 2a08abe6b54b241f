//! Types as data: in each text `old.gone` is `OLD` where it is a type, and stays where it is written out.

use std::path::Path;

use crate::finding::{Code, Level};
use crate::lang::RewriteOptions;
use crate::lang::python::analysis::{self, FileContext, Reading};
use crate::lang::python::index::TreeIndex;
use crate::lang::python::parse::SourceKind;
use crate::lang::python::roots::Roots;
use crate::lang::python::settings::Settings;
use crate::lang::python::unit::AnalysisContext;
use crate::mapping;
use crate::path::PYTHON;
use crate::text::Edits;

/// Imports that most texts need.
const HEAD: &str = "import typing as t\nimport old.gone\n";

#[track_caller]
fn reading(text: &str) -> Reading {
    let root = Path::new("/nowhere");
    let options = RewriteOptions::default();
    let tables = mapping::from_moves(&[("old.gone", "new.gone2")], &[&PYTHON]).expect("rules");
    let settings = Settings::default();
    let setting = AnalysisContext {
        table: tables.of("python").expect("its rules"),
        options: &options,
        settings: &settings,
    };
    let index = TreeIndex::default();
    analysis::read(
        text,
        FileContext {
            file: &root.join("main.py"),
            kind: SourceKind::Module,
            homes: &[],
            roots: &Roots::new(root, &[]),
            index: &index.snapshot(setting),
            unread: &[],
            is_doctest: false,
            in_string: false,
        },
        setting,
    )
    .expect("it is Python")
}

#[track_caller]
fn check(text: &str) {
    let text = [HEAD, text].concat();
    let before = text.replace("OLD", "old.gone");
    let expected = text
        .replace("import old.gone", "import new.gone2")
        .replace("OLD", "new.gone2");
    let reading = reading(&before);
    let edits = Edits::new(reading.draft.edits, &before).expect("they fit");
    assert_eq!(edits.apply(&before), expected);
}

#[test]
fn annotations_are_types() {
    check("def f(a: 'OLD.K', *b: 'OLD.K', c: 'OLD.K' = 1, **d: 'OLD.K') -> 'OLD.K': pass\n");
    check("async def f(a: t.Optional['OLD.K']) -> dict[str, 'OLD.K']: pass\n");
    check("a: 'OLD.K'\na.b: 'OLD.K' = 1\nclass C:\n    d: 'OLD.K'\n");
    check("def f(a: 'None' | 'OLD.K', b: t.Callable[['OLD.K'], 'OLD.K']): pass\n");
    check("def f(*a: *tuple['OLD.K', ...]): pass\n");
    check("def f(a: \"t.List['OLD.K']\", b: 't.List[\"\"\"OLD.K\"\"\"]'): pass\n");
    check("def f():\n    async def g(a: '''\n        OLD.K\n        '''): pass\n");
    check("lambda: [(a := 1) for b in c]\ndef f(a: u'OLD.K', b: R'OLD.K'): pass\n");
}

#[test]
fn what_is_no_type_stays() {
    check("def f(a: t.Literal['old.gone.K'], b: t.List['t.Literal[\"old.gone.K\"]']): pass\n");
    check("from compat import Literal, Annotated as A\na: Literal['old.gone.K']\n");
    check("from typing import *\na: Literal['old.gone.K']\nb: Annotated['OLD.K', 'old.gone.K']\n");
    check("a: t.Annotated['OLD.K', 'old.gone.K', f('old.gone.K'), t.cast('OLD.K', 1)]\n");
    check("a: 't.Annotated[OLD.K, \"old.gone.K\"]'\n");
    check("a: int = 'old.gone.K'\ndef f(a='old.gone.K'): return 'old.gone.K'\n");
    check("a: b'old.gone.K'\nb: f('old.gone.K')\nc: 'no old.gone.K'\nd: ''\ne: ' old.gone.K('\n");
    check("a = b['old.gone.K']\nlist = {}\nlist['old.gone.K']\n");
}

#[test]
fn calls_of_typing_have_types() {
    check("t.cast('OLD.K', 'old.gone.K')\nt.cast(val='old.gone.K', typ='OLD.K')\n");
    check("A = t.TypeVar('old.gone', 'OLD.K', list['OLD.K'], bound='OLD.K', default='OLD.K')\n");
    check(
        "A = t.ParamSpec('old.gone', bound='OLD.K')\nB = t.ForwardRef('OLD.K', module='old.gone')\n",
    );
    check("A = t.NewType('old.gone', 'OLD.K')\nB = t.TypeAliasType('old.gone', 'OLD.K')\n");
    check("A = t.NamedTuple('old.gone', [('old.gone', 'OLD.K'), ('a', t.List['OLD.K'])])\n");
    check("A = t.NamedTuple('old.gone', fields=(('old.gone', 'OLD.K'),))\n");
    check("A = t.TypedDict('old.gone', {'old.gone': t.Required['OLD.K']}, total='old.gone')\n");
    check("A = t.TypedDict('old.gone', a='OLD.K')\nt.assert_type('old.gone', 'OLD.K')\n");
    check("from typing_extensions import cast as c\nf(g(c('OLD.K', 1)).h)[c('OLD.K', 1)]\n");
    check("class A(t.NamedTuple('A', [('a', 'OLD.K')]), key=t.cast('OLD.K', 1)): pass\n");
    check("def cast(a, b): pass\ncast('old.gone.K', 1)\nt.sub.cast('old.gone.K', 1)\n");
    check(
        "try:\n    from typing import cast\nexcept ImportError:\n    cast = f\ncast('OLD.K', 1)\n",
    );
}

#[test]
fn types_stand_in_brackets_and_aliases() {
    check("class A(t.Generic['OLD.K'], B['OLD.K']): pass\n");
    check("A: t.TypeAlias = 'OLD.K'\nB = t.Optional['OLD.K']\nC = list['OLD.K']()\n");
    check("type A = list['OLD.K']\ndef f[B: 'OLD.K'](): pass\nclass C[D: ('OLD.K', int)]: pass\n");
    check("import collections.abc as c\nA = c.Callable[['OLD.K'], 'OLD.K']\n");
    check("A = t.Literal['old.gone.K']\n@t.no_type_check\ndef f(a: 'OLD.K'): pass\n");
}

#[test]
fn comments_are_types() {
    check("a = []  # type: t.List[OLD.K]  # noqa: old.gone\n");
    check("for a in b:  # type: OLD.K, 'OLD.K'\n    pass\nwith c as d: # type:OLD.K\n    pass\n");
    check(
        "def f(\n    a,  # type: OLD.K\n    *b  # type: OLD.K\n):\n    # type: (...) -> OLD.K\n    pass\n",
    );
    check(
        "class A:\n    def f(self, a, *b):\n        # type: (OLD.K, *OLD.K) -> t.List['OLD.K']\n        pass\n",
    );
    check("def f(a): # type: (OLD.K) -> None\n    pass\n");
    check("# type: old.gone.K\na = 1\n# type: (old.gone.K) -> int\n");
    check("a = 1  # type: ignore\nb = 1 # the type: old.gone\nc = 1  # type: old.gone.K it is\n");
    check("if a:\n    # type: old.gone.K\n    pass\n");
}

#[test]
fn names_are_those_of_the_scope() {
    check(
        "def f(old):\n    a: 'old.gone.K'\n    b = 1  # type: old.gone.K\n    return t.cast('old.gone.K', a)\n",
    );
    check(
        "class A:\n    old = 1\n    a: 'old.gone.K'\n    def f(self, a: 'old.gone.K'):\n        b: 'OLD.K'\n",
    );
    check("class A:\n    a: 'OLD.K'\n    old: int\n");
    check("def f[old](a: 'old.gone.K', b: 'gone.K'): pass\n");
}

#[track_caller]
fn check_odd(text: &str, places: &[&str]) {
    let text = [HEAD, text].concat();
    let reading = reading(&text);
    let found: Vec<&str> = reading
        .draft
        .findings
        .iter()
        .filter(|finding| finding.code == Code::String && finding.level == Level::Error)
        // The import that stays is one too.
        .filter(|finding| finding.range.start >= HEAD.len())
        .map(|finding| &text[finding.range.clone()])
        .collect();
    assert_eq!(found, places);
    let edits = Edits::new(reading.draft.edits, &text).expect("they fit");
    let after = edits.apply(&text);
    // What cannot be edited still needs the import.
    assert_eq!(
        after.contains("import old.gone\n"),
        !places.is_empty(),
        "{after}"
    );
}

#[test]
fn what_cannot_be_edited_in_place_is_said_and_keeps_its_import() {
    check_odd("a: 'old.' 'gone.K'\n", &["'old.' 'gone.K'"]);
    check_odd("a: 'old\\x2egone.K'\n", &["'old\\x2egone.K'"]);
    check_odd("a: t.List['old.g\\u006fne.K']\n", &["'old.g\\u006fne.K'"]);
    check_odd(
        "a: 't.List[\\'old.gone.K\\']'\n",
        &["'t.List[\\'old.gone.K\\']'"],
    );
    check_odd("a: 'new' '.x'\nb: 't.Literal[\\'old.gone.K\\']'\n", &[]);
}
