//! Trees that Python itself judges.

use std::process::Command;

use super::{TempTree, described, names, shown, tree};
use crate::lang::python::roots::{Relative, Roots};

/// For each line `root<TAB>module` of the input: what Python finds, as [`described`] writes it.
const FIND: &str = "
import importlib, importlib.util, os, sys
for line in sys.stdin.read().splitlines():
    root, name = line.split('\\t')
    sys.path[:] = [root]
    importlib.invalidate_caches()
    for loaded in [n for n in sys.modules if n.split('.')[0] == name.split('.')[0]]:
        del sys.modules[loaded]
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        spec = None
    if spec is None:
        print('-')
    elif spec.origin is None:
        print('namespace', list(spec.submodule_search_locations)[0])
    else:
        print('module' if spec.submodule_search_locations is None else 'package', spec.origin)
";

/// For each line `package<TAB>import` of the input: what Python makes of it.
const RESOLVE: &str = "
import importlib.util, sys
for line in sys.stdin.read().splitlines():
    package, name = line.split('\\t')
    try:
        print(importlib.util.resolve_name(name, package or None))
    except ImportError:
        print('-')
";

/// The lines that a Python program prints.
#[track_caller]
fn python(tree: &TempTree, program: &str, input: &[String]) -> Vec<String> {
    let path = tree.path("judge-input.txt");
    std::fs::write(&path, input.join("\n")).expect("writable");
    let run = Command::new("python3")
        .args(["-I", "-S", "-B", "-c", program])
        .stdin(std::fs::File::open(&path).expect("just written"))
        .env("PYTHONIOENCODING", "utf-8")
        .output()
        .expect("these tests need python3");
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{errors}");
    let text = String::from_utf8(run.stdout).expect("it was told to write UTF-8");
    text.lines().map(str::to_owned).collect()
}

/// Compares what lies at each module below each root with what Python finds.
#[track_caller]
fn judge(tree: &TempTree, asked: &[(String, String)]) {
    let input: Vec<String> = asked
        .iter()
        .map(|(root, module)| {
            let root = tree.root().join(root.trim_matches('.'));
            format!("{}\t{module}", root.display())
        })
        .collect();
    let roots = Roots::new(tree.root(), &[]);
    let prefix = format!("{}/", tree.root().display());
    let judged = python(tree, FIND, &input);
    assert_eq!(judged.len(), asked.len());
    for ((root, module), judged) in asked.iter().zip(judged) {
        let found = roots.find_below(&tree.path(root), &names(module));
        let found = described(tree, found.as_ref());
        assert_eq!(found, judged.replace(&prefix, ""), "{module} below {root}");
    }
}

/// What may bear the name `m` in a folder; every choice of them is a tree.
const SORTS: &[&str] = &[
    "m/",
    "m/__init__.py",
    "m/__init__.py/",
    "m.py",
    "m.py/",
    "m.abi3.so",
    "m/in.py",
    "M.py",
    "m/__init__.abi3.so",
];

#[test]
fn every_choice_of_what_bears_a_name() {
    let mut files = Vec::new();
    let mut asked = Vec::new();
    for choice in 0..1_usize << SORTS.len() {
        let chosen = |sort: &str| {
            let at = SORTS.iter().position(|known| *known == sort);
            at.is_some_and(|at| choice >> at & 1 == 1)
        };
        // The source comes first here and the binary in Python: both are the same module.
        let both_inits = chosen("m/__init__.py") && chosen("m/__init__.abi3.so");
        if (chosen("m.py") && (chosen("m.py/") || chosen("m.abi3.so")))
            || (chosen("m/__init__.py") && chosen("m/__init__.py/"))
            || both_inits
        {
            continue;
        }
        let root = format!("t{choice}");
        let sorts = SORTS.iter().filter(|sort| chosen(sort));
        files.extend(sorts.map(|sort| format!("{root}/{sort}")));
        files.push(format!("{root}/"));
        // Python would run a package to look into it, and an empty binary cannot be run.
        asked.push((root.clone(), "m".to_owned()));
        if !chosen("m/__init__.abi3.so") && !chosen("m.abi3.so") {
            asked.push((root, "m.in".to_owned()));
        }
    }
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    judge(&tree(&files), &asked);
}

#[cfg(unix)]
#[test]
fn nested_linked_and_odd_names() {
    let tree = tree(&[
        "pkg/__init__.py",
        "pkg/a.py",
        "pkg/sub/b.py",
        "pkg/sub/deep/__init__.py",
        "pkg/dir.py/",
        "pkg/caf\u{e9}.py",
        "\u{fb01}.py",
        "pkg/__main__.py",
        "pkg/x.y.py",
        "pkg/bad/__init__.py/",
        "else/where.py",
    ]);
    let link = |to: &str, at: &str| {
        std::os::unix::fs::symlink(to, tree.path(at)).expect("linked");
    };
    link("..", "pkg/up");
    link("loop", "loop");
    link("nothing.py", "broken.py");
    link("../else", "pkg/linked");
    link("a.py", "pkg/alias.py");
    let asked = [
        "pkg",
        "pkg.a",
        "pkg.A",
        "Pkg",
        "pkg.sub",
        "pkg.sub.b",
        "pkg.sub.deep",
        "pkg.sub.none",
        "pkg.a.b",
        "pkg.dir",
        "pkg.caf\u{e9}",
        "fi",
        "pkg.__main__",
        "pkg.x",
        "pkg.bad",
        "pkg.up.pkg.up.pkg.a",
        "loop",
        "broken",
        "pkg.linked.where",
        "pkg.alias",
        "pkg.__init__",
        "none",
        "else.where",
    ];
    let asked: Vec<(String, String)> = asked
        .iter()
        .map(|module| (".".to_owned(), (*module).to_owned()))
        .collect();
    judge(&tree, &asked);
}

#[test]
fn dots() {
    let files = [
        "a/__init__.py",
        "a/b/__init__.py",
        "a/b/c/__init__.py",
        "a/b/c/m.py",
        "a/m.py",
        "m.py",
    ];
    let tree = tree(&files);
    let roots = Roots::new(tree.root(), &[]);
    let mut asked = Vec::new();
    let mut found = Vec::new();
    for file in files {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        for level in 1..=5_u32 {
            for module in ["", "x", "x.y"] {
                let dots = ".".repeat(level as usize);
                asked.push(format!("{}\t{dots}{module}", folder.replace('/', ".")));
                let module = if module.is_empty() {
                    Vec::new()
                } else {
                    names(module)
                };
                found.push(
                    match roots.relative(&tree.path(file), level, &module, &|_| None) {
                        Relative::One(module) => module.join("."),
                        Relative::None => "-".to_owned(),
                        Relative::Ambiguous(several) => panic!("{several:?}"),
                    },
                );
            }
        }
    }
    assert_eq!(found, python(&tree, RESOLVE, &asked));
}

#[test]
fn homes_are_where_python_finds_the_file() {
    let tree = tree(&[
        "src/pkg/__init__.py",
        "src/pkg/a.py",
        "src/ns/b.py",
        "api/app/__init__.py",
        "api/app/sub/c.py",
        "scripts/run.py",
        "tests/conftest.py",
        "pkg2/src/d.py",
        "src/e.py",
    ]);
    let roots = Roots::new(tree.root(), &[]);
    let (mut asked, mut files) = (Vec::new(), Vec::new());
    for entry in walkdir::WalkDir::new(tree.root()) {
        let entry = entry.expect("the tree can be walked");
        for home in roots.homes(entry.path()) {
            asked.push(format!(
                "{}\t{}",
                home.root.display(),
                home.module.join(".")
            ));
            let kind = if home.is_package { "package" } else { "module" };
            files.push(format!("{kind} {}", shown(&tree, entry.path())));
        }
    }
    assert!(files.len() > 15, "{files:?}");
    let prefix = format!("{}/", tree.root().display());
    let judged: Vec<String> = python(&tree, FIND, &asked)
        .iter()
        .map(|line| line.replace(&prefix, ""))
        .collect();
    assert_eq!(judged, files);
}
