//! What files of a project say it needs.

use crate::lang::python::roots::foreign::{Declared, is_standard};
use crate::lang::temp_tree::TempTree;

/// Checks which names are declared and which are not.
#[track_caller]
fn check(files: &[(&str, &str)], has: &[&str], has_not: &[&str]) {
    let tree = TempTree::new(files);
    let declared = Declared::read(tree.root());
    for name in has {
        assert!(declared.has(name), "{name}");
    }
    for name in has_not {
        assert!(!declared.has(name), "{name}");
    }
}

#[test]
fn pyproject() {
    check(
        &[(
            "pyproject.toml",
            r#"
[build-system]
requires = ["setuptools>=61"]
[project]
name = "My-Project"
dependencies = ["Flask>=2; python_version > '3.8'", "ruamel.yaml", "typing-extensions", "x @ file:./x"]
[project.optional-dependencies]
all = ["my_project[cli]", "click"]
[dependency-groups]
dev = ["pytest", { include-group = "other" }]
[tool.poetry.dependencies]
python = "^3.8"
requests = "*"
sibling = { path = "../sibling" }
[tool.poetry.group.docs.dependencies]
sphinx = "*"
[tool.uv.sources]
member = { workspace = true }
[tool.uv]
dev-dependencies = ["member", "ruff==1"]
"#,
        )],
        &[
            "setuptools",
            "flask",
            "Flask",
            "ruamel_yaml",
            "typing_extensions",
            "click",
            "pytest",
            "requests",
            "sphinx",
            "ruff",
        ],
        &[
            "my_project",
            "python",
            "sibling",
            "member",
            "x",
            "python_version",
            "other",
            "ruamel",
            "",
        ],
    );
}

#[test]
fn setup_cfg() {
    check(
        &[(
            "setup.cfg",
            "[metadata]\nname = mine\n[options]\ninstall_requires =\n    # why\n    redis>=4\n\n    \
             mine\n    six; python_version < \"3\"\npackages = find:\ntests_require = nose\n\
             [options.extras_require]\nfast =\n    orjson\n[flake8]\nignore =\n    other\n",
        )],
        &["redis", "six", "nose", "orjson"],
        &[
            "mine",
            "find",
            "other",
            "packages",
            "why",
            "python_version",
            "ignore",
        ],
    );
}

#[test]
fn requirements() {
    check(
        &[
            (
                "requirements.txt",
                "\u{feff}first\r\nDjango==4 # why\n-r more.txt\n-e ./local\n--hash=sha256:00\n\
                 # commented\n./wheels/a.whl\nwheels/b.whl\ngit+https://host/repo\n\
                 https://host/c.whl\nname @ https://host/d.whl\nlocal @ ./e\nlast",
            ),
            ("requirements-dev.txt", "black"),
            ("test-requirements.in", "mock"),
            ("requirements/base.txt", "celery"),
            ("notes.txt", "secret"),
            ("sub/requirements.txt", "deeper"),
        ],
        &["first", "django", "name", "last", "black", "mock", "celery"],
        &[
            "more",
            "local",
            "commented",
            "wheels",
            "git",
            "https",
            "secret",
            "deeper",
            "hash",
        ],
    );
}

#[test]
fn broken_files_declare_nothing() {
    check(
        &[
            ("pyproject.toml", "[project\nname"),
            ("setup.cfg", "[options\n = \n====\n[]\n  x\n:\n"),
            ("requirements.txt", "===\n\n[x]\n@\n-\n"),
        ],
        &[],
        &["x", "name", "", "-"],
    );
    let odd =
        "project = 3\ntool = []\n[dependency-groups]\na = 1\n[build-system]\nrequires = [1]\n";
    check(&[("pyproject.toml", odd)], &[], &["a", "1"]);
}

#[test]
fn the_standard_library_of_every_version() {
    for name in [
        "os",
        "distutils",
        "tomllib",
        "asyncore",
        "venv",
        "_thread",
        "zoneinfo",
    ] {
        assert!(is_standard(name), "{name}");
    }
    // A project's own `test` is so common that the list leaves Python's out.
    for name in ["OS", "test", "numpy", "os.path", "", "src", "tests", "app"] {
        assert!(!is_standard(name), "{name}");
    }
}
