//! Configurations as a user writes them: what is understood, what is refused, and how it is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use repoint::config::{Batch, Config, Origin, Overrides, Reading, Search, Settings, json_schema};
use repoint::document::Problems;
use repoint::file::NamedBy;
use repoint::gate::{Command, Expectation, Need};
use repoint::lang::{Strings, registry};
use repoint::project::{Configured, Section};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads a fixture as if it were in a project at `/p`. Its name says which manifest it is.
fn read(file: &Path) -> Result<Config, Problems> {
    let name = PathBuf::from(file.file_name().expect("a name"));
    let section = match name.to_string_lossy().split_once('-') {
        Some(("pyproject", _)) => Section::Tool,
        Some(("cargo", _)) => Section::Package,
        _ => Section::Whole,
    };
    let configured = Configured {
        file: Path::new("/p").join(&name),
        section,
    };
    let reading = Reading {
        name: &name,
        by: NamedBy::Tree,
        root: Path::new("/p"),
        languages: registry(),
    };
    let text = fs::read_to_string(file).expect("a readable fixture");
    Config::parse(text, &configured, &reading)
}

fn fixture(name: &str) -> PathBuf {
    root().join("tests/fixtures/config").join(name)
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("config-{name}"), text));
}

#[test]
fn bad_configurations_are_refused_with_every_error() {
    let mut files: Vec<_> = fs::read_dir(fixture("bad"))
        .expect("the folder of fixtures")
        .map(|entry| entry.expect("a fixture").path())
        .collect();
    files.sort();
    for file in files {
        let name = file.file_stem().expect("a name").to_string_lossy();
        let errors = read(&file).expect_err(&name);
        snapshot(&name, &errors.render(false));
    }
}

#[test]
fn every_key_is_understood() {
    let config = read(&fixture("good/repoint.toml")).expect("valid");
    assert!(config.warnings.is_empty());
    let mappings = config.mappings.as_ref().expect("said");
    assert_eq!((mappings.value.len(), mappings.line), (1, 1));
    let settings = Settings::of(&config, Overrides::default());
    assert_eq!(settings.strings.value, Strings::All);
    assert_eq!(settings.strings.origin, Origin::Line(5));
    assert_eq!(settings.max_file_size.value, 8 << 20);
    assert!(settings.docs.value && !settings.mentions.value && settings.strict.value);
    assert_eq!(config.sections["python"].line, 10);
    let [production, all] = &config.scopes[..] else {
        panic!("two scopes");
    };
    let holds = |file: &str| production.value.holds(Path::new(file));
    assert!(holds("/p/app/a.py") && holds("/p/app/b/c.py"));
    assert!(!holds("/p/app/b/testing/c.py") && !holds("/p/tests/a.py"));
    assert_eq!(production.value.max, Some(0));
    assert!(all.value.holds(Path::new("/p/x.py")) && all.value.max.is_none());
    let [must_fail, golden] = &config.gates[..] else {
        panic!("two gates");
    };
    assert_eq!((must_fail.line, must_fail.keys["before"]), (25, 28));
    assert_eq!(must_fail.value.expected.before, Expectation::Fail);
    assert_eq!(must_fail.value.expected.during, Expectation::Any);
    assert_eq!(must_fail.value.cwd, Path::new("/p"));
    assert_eq!(must_fail.value.retries, 1);
    let reason = must_fail.value.expect_output.as_ref().expect("said");
    assert!(reason.is_match("3 deprecated references"));
    let golden = &golden.value;
    let shell = Command::Shell("python3 -m unittest | tee log".to_owned());
    assert_eq!(golden.command, shell);
    assert_eq!(golden.cwd, Path::new("/p/backend"));
    assert_eq!(golden.timeout, Some(Duration::from_secs(5400)));
    assert_eq!(golden.max_slowdown, Some(1.5));
    assert_eq!(golden.junit.as_deref(), Some(Path::new("/p/report.xml")));
    assert_eq!(golden.env["APP_ENV"], "test");
    assert!(golden.allow_fewer && golden.retries == 0);
    let needs = [
        Need::Tcp("127.0.0.1:5432".to_owned()),
        Need::Env("STAGING_URL".to_owned()),
        Need::Path(PathBuf::from("/p/.venv/bin/python")),
    ];
    assert_eq!(golden.needs, needs);
    let migrate = &config.migrate;
    assert_eq!(
        migrate.batch.as_ref().expect("said").value,
        Batch::Files(10)
    );
    assert_eq!(migrate.search.as_ref().expect("said").value, Search::Batch);
    let priority = &migrate.priority.as_ref().expect("said").value;
    assert_eq!(priority[0].text, "app/agents/**");
    assert!(
        priority[0]
            .globs
            .matches_around(Path::new("/p/app/agents/a.py"))
    );
    assert_eq!(migrate.commit.as_ref().map(|said| said.line), Some(56));
}

#[test]
fn what_is_odd_is_a_warning() {
    let config = read(&fixture("good/odd.toml")).expect("valid");
    let warnings: Vec<_> = config.warnings.iter().map(|w| w.render(false)).collect();
    snapshot("odd", &warnings.join("\n\n"));
}

#[test]
fn an_empty_file_says_nothing_and_defaults_are_in_force() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let config = read(file.path()).expect("valid");
    assert!(config.mappings.is_none() && config.gates.is_empty() && config.scopes.is_empty());
    let settings = Settings::of(&config, Overrides::default());
    assert_eq!(settings.strings.value, Strings::Known);
    assert_eq!(settings.max_file_size.value, 4 << 20);
    assert_eq!(settings.docs.origin, Origin::Default);
}

#[test]
fn the_command_line_wins() {
    let config = read(&fixture("good/repoint.toml")).expect("valid");
    let settings = Settings::of(
        &config,
        Overrides {
            include: vec!["x".to_owned()],
            exclude: vec!["y".to_owned()],
            strings: Some(Strings::Off),
            docs: Some(false),
            ..Overrides::default()
        },
    );
    assert_eq!(settings.include.value, ["x"]);
    assert_eq!(settings.exclude.value, ["app/vendor/", "y"]);
    assert_eq!(settings.strings.value, Strings::Off);
    assert_eq!(settings.docs.origin, Origin::CommandLine);
    assert!(!settings.docs.value && settings.strict.value);
}

#[test]
fn the_schema_is_what_the_code_reads() {
    let file = root().join("repoint.schema.json");
    let now = json_schema(registry());
    if std::env::var_os("REPOINT_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&file, &now).expect("written");
    }
    let then = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        then, now,
        "repoint.schema.json is not what the code reads; update it with \
         REPOINT_UPDATE=1 cargo test --test config"
    );
}
