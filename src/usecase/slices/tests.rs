//! Slices of drawn files: nothing twice, nothing lost, no unit cut; and the folder that they go to.

use std::fs;

use proptest::prelude::*;

use super::*;

fn file(name: &str, rule: Option<usize>, owners: &[&str]) -> SlicedFile {
    SlicedFile {
        name: PathBuf::from(name),
        section: Section {
            root: PathBuf::from("/p"),
            name: name.as_bytes().to_vec(),
            text: format!("diff of {name}\n").into_bytes(),
        },
        rule: rule.map(|rule| (rule, format!("old.r{rule}"))),
        owners: owners.iter().map(|owner| (*owner).to_owned()).collect(),
        rewritten: 1,
        told: Vec::new(),
    }
}

fn files() -> Vec<SlicedFile> {
    vec![
        file("a/x.py", Some(2), &["@b", "@a"]),
        file("a/y.py", Some(0), &[]),
        file("b/c/z.py", Some(0), &["@a", "@b"]),
        file("d.py", None, &["@c"]),
    ]
}

/// Slices of the files as `title: numbers`.
#[track_caller]
fn check(by: By, units: &[&[usize]], expected: &[&str]) {
    let units: Vec<Unit> = units.iter().map(|unit| unit.to_vec()).collect();
    let found = slices(&files(), &units, by, Path::new("/p"));
    let found: Vec<String> = found
        .iter()
        .map(|slice| format!("{}: {:?}", slice.title, slice.files))
        .collect();
    assert_eq!(found, expected);
}

const ALONE: [&[usize]; 4] = [&[0], &[1], &[2], &[3]];

#[test]
fn each_way_to_slice_says_what_belongs_together() {
    check(
        By::Rule,
        &ALONE,
        &["old.r0: [1, 2]", "old.r2: [0]", "no rule: [3]"],
    );
    check(
        By::Owner,
        &ALONE,
        &["@a @b: [0, 2]", "@c: [3]", "no owner: [1]"],
    );
    check(By::Folder, &ALONE, &["a: [0, 1]", "b/c: [2]", "root: [3]"]);
    check(
        By::Unit,
        &[&[0, 3], &[1], &[2]],
        &["a/x.py: [0, 3]", "a/y.py: [1]", "b/c/z.py: [2]"],
    );
}

#[test]
fn a_unit_goes_where_its_first_file_goes() {
    check(
        By::Owner,
        &[&[0], &[1, 2], &[3]],
        &["@a @b: [0]", "@c: [3]", "no owner: [1, 2]"],
    );
    check(By::Folder, &[&[0, 2, 3], &[1]], &["a: [0, 1, 2, 3]"]);
}

#[test]
fn parts_are_as_large_as_said_unless_a_unit_is_larger() {
    let most = |count| By::Files(NonZeroUsize::new(count).expect("not zero"));
    check(most(3), &ALONE, &["part 001: [0, 1, 2]", "part 002: [3]"]);
    check(
        most(1),
        &[&[0, 2], &[1], &[3]],
        &["part 001: [0, 2]", "part 002: [1]", "part 003: [3]"],
    );
}

#[test]
fn what_lies_in_several_repositories_is_in_several_patches() {
    let mut files = files();
    files[2].section.root = PathBuf::from("/p/b");
    files[3].section.root = PathBuf::from("/elsewhere");
    let units: Vec<Unit> = vec![vec![0, 2], vec![1], vec![3]];
    let found = slices(&files, &units, By::Owner, Path::new("/p"));
    let found: Vec<(&str, &str)> = found
        .iter()
        .map(|slice| (slice.title.as_str(), slice.root.to_str().expect("text")))
        .collect();
    assert_eq!(
        found,
        [
            ("@a @b in .", "."),
            ("@a @b in b", "b"),
            ("@c in /elsewhere", "/elsewhere"),
            ("no owner in .", "."),
        ]
    );
    assert_eq!(
        relative(Path::new("/p"), Path::new("/p/x/y")),
        Path::new("../..")
    );
}

#[test]
fn ways_to_slice_are_read() {
    assert_eq!("unit".parse(), Ok(By::Unit));
    assert_eq!(
        "12".parse(),
        Ok(By::Files(NonZeroUsize::new(12).expect("not zero")))
    );
    for wrong in ["0", "-1", "", "Rule", "owners"] {
        assert!(wrong.parse::<By>().is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_twice_or_cut(
        drawn in prop::collection::vec((0_usize..5, 0_usize..4, 0_usize..4, 0_usize..6), 0..20),
        kind in 0_usize..6,
    ) {
        let by = match kind {
            0 => By::Rule,
            1 => By::Owner,
            2 => By::Folder,
            3 => By::Unit,
            most => By::Files(NonZeroUsize::new(most).expect("not zero")),
        };
        let files: Vec<SlicedFile> = drawn
            .iter()
            .enumerate()
            .map(|(at, (folder, rule, owner, _))| {
                let owner = format!("@{owner}");
                file(&format!("d{folder}/{at}.py"), Some(*rule), &[owner.as_str()])
            })
            .collect();
        let mut units: Vec<Unit> = Vec::new();
        let mut known: FxHashMap<usize, usize> = FxHashMap::default();
        for (at, (.., unit)) in drawn.iter().enumerate() {
            match known.get(unit) {
                Some(&unit) => units[unit].push(at),
                None => {
                    known.insert(*unit, units.len());
                    units.push(vec![at]);
                }
            }
        }
        let found = slices(&files, &units, by, Path::new("/p"));
        let mut all: Vec<usize> = found.iter().flat_map(|slice| slice.files.clone()).collect();
        all.sort_unstable();
        prop_assert_eq!(all, (0..files.len()).collect::<Vec<_>>());
        for unit in &units {
            let holding = found.iter().filter(|slice| unit.iter().any(|at| slice.files.contains(at)));
            prop_assert_eq!(holding.count(), 1);
        }
        let mut names: Vec<String> = found.iter().map(|slice| slice.patch.to_lowercase()).collect();
        names.sort();
        names.dedup();
        prop_assert_eq!(names.len(), found.len());
    }
}

const INDEX: &str = r#"{"format": "repoint-slices", "version": 1, "slices": [{"patch": "a.patch"}, {"patch": "gone.patch"}, {"patch": "../x.patch"}]}"#;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn listed(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn an_earlier_output_is_replaced() {
    let folder = folder(&[("index.json", INDEX), ("index.md", ""), ("a.patch", "old")]);
    let looked = Folder::look(folder.path()).expect("its own");
    let patches = [("b.patch".to_owned(), b"new".to_vec())];
    looked.write(&patches, "{}", "#").expect("written");
    assert_eq!(listed(folder.path()), ["b.patch", "index.json", "index.md"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("b.patch")).expect("there"),
        "new"
    );
    // What was cut off is known by its index: patches are missing, or the Markdown is.
    let folder = self::folder(&[("index.json", INDEX), ("a.patch", "cut of")]);
    Folder::look(folder.path()).expect("its own");
}

#[test]
fn a_folder_that_is_free_is_made() {
    let folder = folder(&[]);
    let inner = folder.path().join("x/y");
    let looked = Folder::look(&inner).expect("free");
    assert!(!inner.exists());
    looked.write(&[], "{}", "#").expect("written");
    assert_eq!(listed(&inner), ["index.json", "index.md"]);
}

#[track_caller]
fn refused(files: &[(&str, &str)], says: &str) {
    let folder = folder(files);
    let before = listed(folder.path());
    let error = Folder::look(folder.path())
        .expect_err("somebody else's")
        .to_string();
    assert!(error.contains(says), "{error}");
    assert_eq!(listed(folder.path()), before);
}

#[test]
fn what_is_somebody_elses_stays() {
    refused(
        &[("notes.txt", "")],
        "holds `notes.txt`, which is of no earlier output",
    );
    refused(&[("index.json", "{}")], "holds `index.json`");
    refused(
        &[("index.json", INDEX), ("other.patch", "")],
        "holds `other.patch`",
    );
    refused(&[("a.patch", "")], "holds `a.patch`");
    refused(
        &[(
            "index.json",
            r#"{"format": "repoint-slices", "version": 99}"#,
        )],
        "is of version 99, and this repoint knows up to 1",
    );
    let folder = folder(&[("index.json", INDEX), ("file", "")]);
    let error = Folder::look(&folder.path().join("file")).expect_err("a file");
    assert!(
        error
            .to_string()
            .ends_with("is no folder; name one, or a name that is free"),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn a_link_is_no_earlier_patch() {
    let folder = folder(&[("index.json", INDEX), ("target", "keep")]);
    let target = self::folder(&[("target", "keep")]);
    fs::remove_file(folder.path().join("target")).expect("removed");
    std::os::unix::fs::symlink(target.path().join("target"), folder.path().join("a.patch"))
        .expect("linked");
    assert!(Folder::look(folder.path()).is_err());
}
