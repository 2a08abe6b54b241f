//! A tree of small files with gates that fail for certain sets of rewritten files, and what a migration of it
//! came to. Gates are scripts of `sh`, so that hundreds of them can be asked.
#![allow(dead_code, reason = "not every program of tests uses all of it")]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

/// What a file holds before and after.
pub const OLD: &str = "from old import Name\n\n\nx = Name\n";
pub const NEW: &str = "from new import Name\n\n\nx = Name\n";

/// Fails where all files of a line of `breaks` are rewritten. It starts no program: hundreds of
/// questions ask for ten files each.
const GATE: &str = r#"
while read -r line; do
    all=yes
    for file in $line; do
        new=no
        while read -r text; do
            case $text in *'from new'*) new=yes ;; esac
        done <"$file"
        [ "$new" = yes ] || all=no
    done
    if [ "$all" = yes ]; then echo "broken by $line"; exit 1; fi
done <breaks
exit 0
"#;

pub struct Town {
    _folder: TempDir,
    pub root: PathBuf,
}

impl Town {
    /// So many files; gates as `[[gate]]` tables, and what else the configuration says.
    pub fn new(files: usize, config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it exists");
        let town = Self {
            _folder: folder,
            root,
        };
        town.write("map.toml", "language = \"python\"\nname = \"old-to-new\"\n\n[[move]]\nfrom = \"old.Name\"\nto = \"new.Name\"\n");
        town.write(
            "repoint.toml",
            &format!("mappings = [\"map.toml\"]\n{config}"),
        );
        town.write("old.py", "from new import Name\n");
        town.write("new.py", "class Name:\n    pass\n");
        town.write("gate.sh", GATE);
        town.write("breaks", "");
        for at in 0..files {
            town.write(&file(at), OLD);
        }
        town
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.root.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// Sets of files that break the gate together.
    pub fn breaks(&self, sets: &[&[usize]]) {
        let line = |set: &&[usize]| {
            let files: Vec<String> = set.iter().map(|at| file(*at)).collect();
            files.join(" ") + "\n"
        };
        let lines: String = sets.iter().map(line).collect();
        self.write("breaks", &lines);
    }

    /// Makes it a repository of git with everything committed.
    pub fn commit(&self) {
        for args in [
            &["init", "-q"][..],
            &["add", "-A"],
            &["commit", "-q", "-m", "all"],
        ] {
            assert!(self.git(args).status.success(), "git {args:?}");
        }
    }

    pub fn git(&self, args: &[&str]) -> Output {
        Command::new("git")
            .current_dir(&self.root)
            .args(args)
            .envs([
                ("GIT_AUTHOR_NAME", "a"),
                ("GIT_AUTHOR_EMAIL", "a@example.org"),
                ("GIT_COMMITTER_NAME", "a"),
                ("GIT_COMMITTER_EMAIL", "a@example.org"),
            ])
            .output()
            .expect("git runs")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("repoint"));
        command.current_dir(&self.root).args(args).envs([
            ("GIT_AUTHOR_NAME", "a"),
            ("GIT_AUTHOR_EMAIL", "a@example.org"),
            ("GIT_COMMITTER_NAME", "a"),
            ("GIT_COMMITTER_EMAIL", "a@example.org"),
        ]);
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output().expect("repoint runs");
        Ran {
            status: output.status.code(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub fn migrate(&self, args: &[&str]) -> Ran {
        self.run(&[&["migrate"], args].concat())
    }

    /// The files that are rewritten. Any other content is a mixed tree.
    pub fn rewritten(&self, files: usize) -> Vec<usize> {
        let is_new =
            |at: &usize| match &*fs::read_to_string(self.root.join(file(*at))).expect("there") {
                NEW => true,
                OLD => false,
                other => panic!("{}: {other:?}", file(*at)),
            };
        (0..files).filter(is_new).collect()
    }

    pub fn status(&self) -> Value {
        let ran = self.run(&["status", "--format", "json"]);
        assert_eq!(ran.status, Some(0), "{}", ran.err);
        serde_json::from_str(&ran.out).expect("JSON")
    }

    /// Names of the files that are quarantined, and whom they break a gate with.
    pub fn quarantined(&self) -> Vec<(String, Option<String>)> {
        let status = self.status();
        let files = status["files"].as_array().expect("a list").iter();
        let pair = |blamed: &Value| {
            (
                blamed["file"].as_str().expect("a name").to_owned(),
                blamed["with"].as_str().map(str::to_owned),
            )
        };
        files.map(pair).collect()
    }

    /// The events of the newest record.
    pub fn events(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.record().join("events.jsonl")).expect("a record");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("an event"))
            .collect()
    }

    pub fn record(&self) -> PathBuf {
        let folder = self.root.join(".repoint/migrations");
        let entries = fs::read_dir(&folder).expect("records");
        let numbers = entries.filter_map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_str()?.parse::<u64>().ok()
        });
        folder.join(numbers.max().expect("a record").to_string())
    }
}

pub struct Ran {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Ran {
    #[track_caller]
    pub fn ends(&self, status: i32) -> &Self {
        assert_eq!(self.status, Some(status), "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(
            self.err.contains(words) || self.out.contains(words),
            "`{words}` is not said:\n{}\n{}",
            self.out,
            self.err
        );
        self
    }
}

pub fn file(at: usize) -> String {
    format!("pkg/f{at:03}.py")
}

/// A gate that has to pass all the time.
pub fn gate(name: &str, run: &str) -> String {
    format!(
        "\n[[gate]]\nname = \"{name}\"\nrun = {run}\nbefore = \"pass\"\nduring = \"pass\"\nafter = \"pass\"\n"
    )
}

/// The gate that fails as the file `breaks` says.
pub fn breaking() -> String {
    gate("golden", "[\"sh\", \"gate.sh\"]")
}
