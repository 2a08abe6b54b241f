//! What is taken into a draft, what is not, and that nothing of it is seen before the commit.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
use crate::transaction::{About, Action, Committed, OsDisk};

struct Room {
    _dir: tempfile::TempDir,
    root: PathBuf,
    journal: Journal<'static>,
}

impl Room {
    fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().canonicalize().expect("it is there");
        for (name, content) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, content).expect("written");
        }
        let journal = Journal::of_project(&OsDisk, &root);
        Self {
            _dir: dir,
            root,
            journal,
        }
    }

    fn draft(&self) -> TransactionBuilder<'_> {
        self.draft_below(&self.root)
    }

    fn draft_below(&self, bound: &Path) -> TransactionBuilder<'_> {
        let lock = self.journal.lock("test").expect("nobody else writes");
        TransactionBuilder::begin(&self.journal, lock, vec![bound.to_owned()]).expect("it begins")
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.root.join(name)).expect("readable")
    }

    fn names(&self) -> Vec<String> {
        let entries = walkdir::WalkDir::new(&self.root).sort_by_file_name();
        entries
            .into_iter()
            .filter_entry(|entry| entry.file_name() != ".repoint")
            .map(|entry| entry.expect("readable"))
            .filter(|entry| !entry.file_type().is_dir())
            .map(|entry| {
                let path = entry.path().strip_prefix(&self.root).expect("below");
                path.display().to_string()
            })
            .collect()
    }

    fn set_mode(&self, name: &str, mode: u32) {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.root.join(name), permissions).expect("set");
    }

    fn mode(&self, name: &str) -> u32 {
        mode_of(&fs::metadata(self.root.join(name)).expect("there"))
    }
}

fn add(
    draft: &mut TransactionBuilder<'_>,
    path: &Path,
    old: &str,
    new: &str,
) -> Result<Added, AddError> {
    draft.add(&Change {
        path,
        old: Some(old.as_bytes()),
        new: new.as_bytes(),
        references: 1,
        mode: 0,
    })
}

fn commit(draft: TransactionBuilder<'_>) -> Committed {
    let about = About {
        action: Action::Apply,
        tables: vec!["t".to_owned()],
    };
    draft.commit(about, 20).expect("it is committed")
}

#[track_caller]
fn refused(added: Result<Added, AddError>) -> Problem {
    match added {
        Err(AddError::File(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_is_seen_before_the_commit_and_all_of_it_after() {
    let room = Room::new(&[("a.rs", "old"), ("d/b.rs", "old b")]);
    let mut draft = room.draft();
    for (name, old, new) in [("a.rs", "old", "new"), ("d/b.rs", "old b", "new b")] {
        let added = add(&mut draft, &room.root.join(name), old, new).expect("it is in");
        assert_eq!(added, Added::New { hard_links: 0 });
    }
    assert_eq!(
        (room.read("a.rs"), room.read("d/b.rs")),
        ("old".into(), "old b".into())
    );
    let committed = commit(draft);
    assert_eq!((committed.id, committed.files), (Some(1), 2));
    assert_eq!(
        (room.read("a.rs"), room.read("d/b.rs")),
        ("new".into(), "new b".into())
    );
    assert_eq!(room.names(), ["a.rs", "d/b.rs"]);
}

#[test]
fn a_discarded_or_empty_draft_leaves_nothing() {
    let room = Room::new(&[("a.rs", "old")]);
    let mut draft = room.draft();
    add(&mut draft, &room.root.join("a.rs"), "old", "new").expect("it is in");
    draft.discard().expect("discarded");
    let mut draft = room.draft();
    let added = add(&mut draft, &room.root.join("a.rs"), "old", "old").expect("nothing changes");
    assert_eq!(added, Added::Already);
    assert_eq!(commit(draft).id, None);
    assert_eq!(room.read("a.rs"), "old");
    assert!(room.journal.list().expect("readable").is_empty());
}

#[test]
fn a_link_is_written_through_and_two_names_must_agree() {
    let room = Room::new(&[("real.rs", "old")]);
    room.set_mode("real.rs", 0o751);
    symlink("real.rs", room.root.join("link.rs")).expect("linked");
    let (real, link) = (room.root.join("real.rs"), room.root.join("link.rs"));
    let mut draft = room.draft();
    add(&mut draft, &link, "old", "new").expect("it is in");
    assert_eq!(
        add(&mut draft, &real, "old", "new").expect("agrees"),
        Added::Already
    );
    let other = refused(add(&mut draft, &real, "old", "other"));
    assert!(matches!(other, Problem::Twice), "{other}");
    commit(draft);
    assert_eq!(
        (room.read("real.rs"), room.mode("real.rs")),
        ("new".into(), 0o751)
    );
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
}

#[test]
fn what_leads_out_of_the_bounds_is_refused() {
    let room = Room::new(&[("in/a.rs", "old"), ("out/b.rs", "old")]);
    symlink("../out/b.rs", room.root.join("in/link.rs")).expect("linked");
    symlink("../out", room.root.join("in/folder")).expect("linked");
    let mut draft = room.draft_below(&room.root.join("in"));
    for path in ["in/link.rs", "in/folder/b.rs", "out/b.rs", "in/../out/b.rs"] {
        let problem = refused(add(&mut draft, &room.root.join(path), "old", "new"));
        assert!(matches!(problem, Problem::Outside(_)), "{path}: {problem}");
    }
    add(&mut draft, &room.root.join("in/a.rs"), "old", "new").expect("it is in");
    assert_eq!(commit(draft).files, 1);
    assert_eq!(
        (room.read("in/a.rs"), room.read("out/b.rs")),
        ("new".into(), "old".into())
    );
}

#[test]
fn read_only_files_and_folders_are_refused_and_the_rest_is_taken() {
    let room = Room::new(&[("a.rs", "old"), ("ro.rs", "old"), ("d/b.rs", "old")]);
    room.set_mode("ro.rs", 0o444);
    room.set_mode("d", 0o555);
    let mut draft = room.draft();
    let file = refused(add(&mut draft, &room.root.join("ro.rs"), "old", "new"));
    assert!(matches!(file, Problem::ReadOnly), "{file}");
    let folder = refused(add(&mut draft, &room.root.join("d/b.rs"), "old", "new"));
    assert!(matches!(folder, Problem::ReadOnlyFolder), "{folder}");
    add(&mut draft, &room.root.join("a.rs"), "old", "new").expect("it is in");
    assert_eq!(commit(draft).files, 1);
    room.set_mode("d", 0o755);
    assert_eq!(room.read("ro.rs") + &room.read("d/b.rs"), "oldold");
}

#[test]
fn other_names_of_a_file_are_counted_and_keep_the_old_content() {
    let room = Room::new(&[("a.rs", "old")]);
    fs::hard_link(room.root.join("a.rs"), room.root.join("b.rs")).expect("linked");
    let mut draft = room.draft();
    let added = add(&mut draft, &room.root.join("a.rs"), "old", "new").expect("it is in");
    assert_eq!(added, Added::New { hard_links: 1 });
    commit(draft);
    assert_eq!(
        (room.read("a.rs"), room.read("b.rs")),
        ("new".into(), "old".into())
    );
}

#[test]
fn what_is_no_file_or_not_there_is_refused() {
    let room = Room::new(&[("d/b.rs", "old")]);
    let mut draft = room.draft();
    let folder = refused(add(&mut draft, &room.root.join("d"), "old", "new"));
    assert!(matches!(folder, Problem::NotAFile), "{folder}");
    let gone = refused(add(&mut draft, &room.root.join("gone.rs"), "old", "new"));
    assert!(matches!(gone, Problem::Io { doing: "found", .. }), "{gone}");
}

#[test]
fn a_file_can_be_made_again_where_none_is() {
    let room = Room::new(&[("d/b.rs", "old")]);
    let path = room.root.join("d/made.rs");
    let change = Change {
        path: &path,
        old: None,
        new: b"made",
        references: 0,
        mode: 0o640,
    };
    let mut draft = room.draft();
    draft.add(&change).expect("it is in");
    commit(draft);
    assert_eq!(
        (room.read("d/made.rs"), room.mode("d/made.rs")),
        ("made".into(), 0o640)
    );
}

#[test]
fn a_file_that_is_made_again_runs_as_nobody_else() {
    let room = Room::new(&[("d/b.rs", "old")]);
    let path = room.root.join("d/made.rs");
    let mut draft = room.draft();
    let change = Change {
        path: &path,
        old: None,
        new: b"made",
        references: 0,
        mode: 0o6755,
    };
    draft.add(&change).expect("it is in");
    commit(draft);
    assert_eq!(room.mode("d/made.rs"), 0o755);
}

#[test]
fn set_user_id_and_attributes_stay_as_far_as_the_system_has_them() {
    let room = Room::new(&[("a.rs", "old")]);
    room.set_mode("a.rs", 0o4755);
    let path = room.root.join("a.rs");
    let has_attributes = xattr::set(&path, "user.repoint", b"kept").is_ok();
    let mut draft = room.draft();
    add(&mut draft, &path, "old", "new").expect("it is in");
    commit(draft);
    assert_eq!(room.mode("a.rs"), 0o4755);
    if has_attributes {
        let kept = xattr::get(&path, "user.repoint").expect("readable");
        assert_eq!(kept.as_deref(), Some(&b"kept"[..]));
    }
}

#[test]
fn numbers_are_not_given_twice() {
    let room = Room::new(&[("a.rs", "0")]);
    for number in 1..5_u64 {
        let (old, new) = ((number - 1).to_string(), number.to_string());
        let mut draft = room.draft();
        add(&mut draft, &room.root.join("a.rs"), &old, &new).expect("it is in");
        let about = About {
            action: Action::Apply,
            tables: Vec::new(),
        };
        let committed = draft.commit(about, 2).expect("it is committed");
        assert_eq!(committed.id, Some(number));
    }
    let kept: Vec<_> = room
        .journal
        .list()
        .expect("readable")
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    assert_eq!(kept, [3, 4]);
}
