//! The rewriter of Python.

use std::sync::OnceLock;

use crate::rewriter::{self, Room};
use crate::{Outcome, seeds};

/// The tree that a source stands in. Files before it import from it.
const FILES: &[(&str, &str)] = &[
    ("main.py", ""),
    ("main.pyi", ""),
    ("main.ipynb", "{}"),
    ("pkg/__init__.py", ""),
    ("pkg/b.py", ""),
    ("app/mod.py", ""),
    ("app/sub/__init__.py", ""),
    ("tests/test_main.py", ""),
    ("app/__init__.py", ""),
    (
        "user.py",
        "from main import *\nfrom main import Name as N, f\nfrom pkg import gone\n",
    ),
    (
        "pkg/user.py",
        "from . import Name, b\nfrom .b import g\nimport app.mod\napp.mod.Name = 1\n",
    ),
];

const TABLES: &[&str] = &[
    "language = \"python\"\nname = \"usual\"\n\
     [[move]]\nfrom = \"old.mod.Name\"\nto = \"new.home.Name\"\n\
     [[move]]\nfrom = \"old.mod.Second\"\nto = \"new.home.Second\"\n\
     [[move]]\nfrom = \"old.gone\"\nto = \"new.gone2\"\n\
     [[move]]\nfrom = \"old.half\"\nto = \"new.half2\"\nkind = \"module\"\n\
     [[keep]]\npath = \"old.half.K\"\n",
    "language = \"python\"\nname = \"renamed\"\n\
     [[move]]\nfrom = \"old.mod.Name\"\nto = \"new.home.Renamed\"\n\
     [[move]]\nfrom = \"old.mod.Far\"\nto = \"new.away.Far\"\nreview = \"look\"\n\
     [[move]]\nfrom = \"old.gone\"\nto = \"gone2\"\n",
    "language = \"python\"\nname = \"uses\"\nrename = \"uses\"\n\
     [[move]]\nfrom = \"old.mod.Name\"\nto = \"new.home.Renamed\"\n\
     [[move]]\nfrom = \"old.gone\"\nto = \"new.gone2\"\nkind = \"module\"\n\
     [[move]]\nfrom = \"old.gone.g\"\nto = \"new.away.g\"\n",
    "language = \"python\"\nname = \"whole\"\n\
     [[move]]\nfrom = \"old\"\nto = \"new.x\"\nkind = \"module\"\n\
     [[move]]\nfrom = \"old.mod.Name\"\nto = \"old.mod.Name.inner\"\n\
     [[remove]]\npath = \"old.gone\"\nnote = \"no successor\"\n",
    "language = \"python\"\nname = \"own\"\n\
     [[move]]\nfrom = \"app.gone\"\nto = \"app.fresh.gone2\"\nkind = \"module\"\n\
     [[move]]\nfrom = \"app.mod.Name\"\nto = \"app.home.Name\"\n\
     [[move]]\nfrom = \"app.legacy.f\"\nto = \"app.b.f\"\n\
     [[move]]\nfrom = \"pkg.gone\"\nto = \"pkg.fresh.gone2\"\n\
     [[move]]\nfrom = \"pkg:thing\"\nto = \"pkg.b:thing\"\n\
     [[move]]\nfrom = \"main.f\"\nto = \"pkg.b.f\"\n",
    "language = \"python\"\nname = \"builtin\"\n\
     [[move]]\nfrom = \"typing.List\"\nto = \"builtins.list\"\n\
     [[move]]\nfrom = \"old.mod.Name\"\nalternatives = [\"a.X\", \"b.X\"]\n\
     [[move]]\nfrom = \"old.gone\"\nto = \"new.gone2\"\nexact = true\n\
     [[move]]\nfrom = \"os.path\"\nto = \"new.home.path\"\n",
    "language = \"python\"\nname = \"deep\"\n\
     [[move]]\nfrom = \"old.mod\"\nto = \"new\"\n\
     [[move]]\nfrom = \"old.mod.Name\"\nto = \"old.gone.g\"\n\
     [[move]]\nfrom = \"old.gone\"\nto = \"very.long.path.to.the.one.true.home.of.gone\"\n\
     [[move]]\nfrom = \"alt.Gr\u{f6}\u{df}e\"\nto = \"neu.Gr\u{f6}\u{df}e\"\n",
];

pub const WORDS: &[&str] = &[
    "from old.mod import Name\n",
    "from old import gone, mod\n",
    "import old.gone\n",
    "import old.mod as m\n",
    "from .mod import Name\n",
    "from old.mod import *\n",
    "old.mod.Name",
    "old.gone.f",
    "Name",
    "gone",
    "try:\n    pass\nexcept ImportError:\n    ",
    "if TYPE_CHECKING:\n    ",
    "def f(Name=Name):\n    ",
    "class Name(Name):\n    ",
    "global Name\n",
    "nonlocal Name\n",
    "del Name\n",
    "lambda Name: Name",
    "[Name for Name in Name]",
    "async ",
    "await ",
    "yield ",
    "match x:\n    case Name(): pass\n",
    "type T = Name\n",
    "(Name := 1)",
    "__all__ = ['Name']\n",
    "__all__ += gone.__all__\n",
    "mock.patch('old.mod.Name')",
    "importlib.import_module('old.gone')",
    "'old.mod.Name'",
    "\"\"\"\n>>> from old.mod import Name\n>>> Name()\n\"\"\"\n",
    ":class:`old.mod.Name`",
    "# type: old.mod.Name\n",
    "# noqa\n",
    "# repoint: keep - why\n",
    "# -*- coding: latin-1 -*-\n",
    "# coding: utf-7\n",
    "# coding: shift_jis\n",
    "# coding: iso2022_jp\n",
    "\u{feff}",
    "f'{Name!r:>{old.gone}}'",
    "t'{Name}'",
    "rb'",
    "\"\"\"",
    "'''",
    "\\\n",
    "\\N{DIGIT ONE}",
    "\x0c",
    "\r",
    "\t",
    ";",
    "(",
    ")",
    "[",
    "{",
    ":",
    "@",
    "%matplotlib inline\n",
    "!ls {Name}\n",
    "{\"cell_type\": \"code\", \"source\": [\"import old.gone\"]}",
];

/// The sources of the fixtures and the sample, each with every table that speaks of it.
pub fn seeds() -> Vec<Vec<u8>> {
    let folders = [
        "tests/fixtures/python",
        "tests/sample-python",
        "tests/scopes",
    ];
    let mut seeds = Vec::new();
    for (path, bytes) in seeds::files(&folders, &["py", "pyi", "ipynb"]) {
        let name = path.to_string_lossy();
        let file = match name.rsplit('.').next() {
            Some("pyi") => 1,
            Some("ipynb") => 2,
            _ if name.ends_with("__init__.py") => 3,
            // Some stand in a package.
            _ => [0, 0, 4, 5][bytes.len() % 4],
        };
        for (at, table) in TABLES.iter().enumerate() {
            if rewriter::speaks_of(table, &bytes, ".") {
                let headers = rewriter::headers(at, file);
                seeds.extend(headers.map(|header| [&header[..], &bytes].concat()));
            }
        }
    }
    seeds
}

/// Checks the laws of a rewriter on a source of Python, behind a header.
///
/// # Panics
/// One is broken.
pub fn python(input: &[u8]) -> Outcome {
    static ROOM: OnceLock<Room> = OnceLock::new();
    ROOM.get_or_init(|| Room::new(FILES, TABLES)).check(input)
}
