//! A disk without room, one that turns read-only, a folder that does, and a tree over two file
//! systems: before the record of a commit the tree is as it was, after it `repoint recover` finishes
//! once the cause is gone.
//!
//! The disks are small file systems in memory, mounted in a namespace of their own. Who may not
//! mount is told that nothing was tested.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

const FILES: usize = 600;
const FOLDERS: usize = 6;
const RULE: &str = "old::a::Foo=new::b::Foo";

/// Set in the process that is in the namespace.
const INSIDE: &str = "REPOINT_INSIDE";

/// Runs this test again where it may mount. True in that process.
fn inside(test: &str) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let root = Command::new("id").arg("-u").output().expect("id").stdout == b"0\n";
    let flags: &[&str] = if root { &["-m"] } else { &["-r", "-m"] };
    let probe = Command::new("unshare")
        .args(flags)
        .args(["mount", "-t", "tmpfs", "probe", "/mnt"])
        .output();
    if !probe.is_ok_and(|output| output.status.success()) {
        eprintln!("NOT TESTED: {test}: nothing can be mounted here (unshare, mount)");
        return false;
    }
    let status = Command::new("unshare")
        .args(flags)
        .arg(std::env::current_exe().expect("this test"))
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .status();
    assert!(status.expect("unshare").success(), "see above");
    false
}

struct Place {
    _folder: TempDir,
    /// A file system of its own.
    root: PathBuf,
    /// Another one.
    state: PathBuf,
}

impl Place {
    /// With so many kilobytes for the tree and for the state folder.
    fn new(tree: usize, state: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let base = folder.path().canonicalize().expect("it is there");
        let place = Self {
            _folder: folder,
            root: base.join("tree"),
            state: base.join("state"),
        };
        for (path, size) in [(&place.root, tree), (&place.state, state)] {
            fs::create_dir(path).expect("a folder");
            mount(
                &[
                    "-t",
                    "tmpfs",
                    "-o",
                    &format!("size={size}k,mode=777"),
                    "small",
                ],
                path,
            );
        }
        fs::write(place.root.join("repoint.toml"), "").expect("a file");
        for index in 0..FILES {
            let path = place.file(index);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, content(index, "old::a")).expect("a file");
        }
        place
    }

    fn file(&self, index: usize) -> PathBuf {
        self.root
            .join(format!("d{}/f{index:04}.rs", index * FOLDERS / FILES))
    }

    fn remount(&self, path: &Path, option: &str) -> bool {
        let mut command = Command::new("mount");
        command.args(["-o", &format!("remount,{option}")]).arg(path);
        command.output().expect("mount").status.success()
    }

    fn spawn(&self, command: &str) -> Child {
        self.started(Command::new(env!("CARGO_BIN_EXE_repoint")), command)
    }

    fn started(&self, mut program: Command, command: &str) -> Child {
        program.arg(command).arg("--state-dir").arg(&self.state);
        if command == "apply" {
            program.args(["--move", RULE]);
        }
        program
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program")
    }

    fn run(&self, command: &str) -> (Option<i32>, String) {
        ended(self.spawn(command))
    }

    #[track_caller]
    fn succeeds(&self, command: &str) {
        let (status, said) = self.run(command);
        assert_eq!(status, Some(0), "{command}: {said}");
    }

    /// All files are of this side, and there are no others.
    #[track_caller]
    fn is(&self, module: &str) {
        let mut found = 0;
        for entry in walkdir::WalkDir::new(&self.root).min_depth(2) {
            let entry = entry.expect("it can be walked");
            assert!(
                entry.file_name().as_encoded_bytes().starts_with(b"f"),
                "{entry:?}"
            );
            found += 1;
        }
        assert_eq!(found, FILES);
        for index in 0..FILES {
            let text = fs::read_to_string(self.file(index)).expect("a file");
            assert_eq!(text, content(index, module));
        }
    }

    /// Waits until there is a record of a commit; false if it was missed.
    fn committed(&self, child: &mut Child) -> bool {
        let record = self.state.join("journal/1.commit");
        while !record.exists() {
            if child.try_wait().expect("a process").is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_micros(20));
        }
        true
    }

    /// An apply that was killed while it replaced files: some are, some are not.
    fn halfway() -> Self {
        for _ in 0..50 {
            let place = Self::new(20_000, 20_000);
            let mut child = place.spawn("apply");
            let half = content(FILES / 3, "old::a");
            if place.committed(&mut child) {
                let read = || fs::read_to_string(place.file(FILES / 3)).expect("a file");
                while read() == half && child.try_wait().expect("a process").is_none() {}
                child.kill().expect("it runs");
            }
            child.wait().expect("it ends");
            let replaced = (0..FILES).filter(|index| {
                fs::read_to_string(place.file(*index)).expect("a file") != content(*index, "old::a")
            });
            let replaced = replaced.count();
            if place.state.join("journal/1.commit").exists() && (1..FILES).contains(&replaced) {
                println!("killed with {replaced} of {FILES} files replaced");
                return place;
            }
            unmount(&place);
        }
        panic!("50 runs, and none was killed between its record and its end");
    }
}

fn unmount(place: &Place) {
    for path in [&place.root, &place.state] {
        let status = Command::new("umount").arg("-l").arg(path).status();
        assert!(status.expect("umount").success());
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for path in [&self.root, &self.state] {
            let _ = Command::new("umount").arg("-l").arg(path).output();
        }
    }
}

#[track_caller]
fn mount(options: &[&str], path: &Path) {
    let output = Command::new("mount")
        .args(options)
        .arg(path)
        .output()
        .expect("mount");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn content(index: usize, module: &str) -> String {
    format!("use {module}::Foo;\npub fn f{index}(_: Foo) {{}}\n")
}

fn ended(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), said)
}

#[track_caller]
fn refused(place: &Place, cause: &str) {
    let (status, said) = place.run("apply");
    assert_eq!(status, Some(2), "{said}");
    assert!(
        said.contains("nothing was written") && said.contains(cause),
        "{said}"
    );
    place.is("old::a");
}

#[test]
fn a_state_folder_without_room() {
    if inside("a_state_folder_without_room") {
        let place = Place::new(20_000, 64);
        refused(&place, "No space left");
        assert!(place.remount(&place.state, "size=20000k"));
        place.succeeds("apply");
        place.is("new::b");
    }
}

#[test]
fn a_tree_without_room() {
    if inside("a_tree_without_room") {
        // A page for each file, and half as much again.
        let place = Place::new(FILES * 4 * 3 / 2, 20_000);
        refused(&place, "No space left");
        assert!(place.remount(&place.root, "size=20000k"));
        place.succeeds("apply");
        place.is("new::b");
        place.succeeds("undo");
        place.is("old::a");
    }
}

/// Takes all room that is left.
fn fill(folder: &Path) -> PathBuf {
    let path = folder.join("filler");
    let mut file = fs::File::create(&path).expect("a file");
    while std::io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
    path
}

#[test]
fn no_room_when_it_is_recovered() {
    if inside("no_room_when_it_is_recovered") {
        for full in ["tree", "state"] {
            let place = Place::halfway();
            for entry in walkdir::WalkDir::new(&place.root) {
                let entry = entry.expect("it can be walked");
                if entry
                    .file_name()
                    .as_encoded_bytes()
                    .starts_with(b".repoint-")
                {
                    fs::remove_file(entry.path()).expect("a temporary file");
                }
            }
            let folder = if full == "tree" {
                &place.root
            } else {
                &place.state
            };
            let filler = fill(folder);
            let (status, said) = place.run("recover");
            assert_eq!(status, Some(2), "{full}: {said}");
            assert!(said.contains("No space left"), "{full}: {said}");
            fs::remove_file(filler).expect("it is there");
            place.succeeds("recover");
            place.is("new::b");
        }
    }
}

#[test]
fn a_disk_that_turns_read_only() {
    if inside("a_disk_that_turns_read_only") {
        let place = Place::new(20_000, 20_000);
        assert!(place.remount(&place.root, "ro"));
        let (status, said) = place.run("apply");
        assert_eq!(status, Some(2), "{said}");
        assert!(said.contains("Read-only file system"), "{said}");
        place.is("old::a");
        let place = Place::halfway();
        assert!(place.remount(&place.root, "ro"));
        let (status, said) = place.run("recover");
        assert_eq!(status, Some(2), "{said}");
        assert!(
            said.contains("Read-only") && said.contains("is not finished"),
            "{said}"
        );
        assert!(place.remount(&place.root, "rw"));
        place.succeeds("recover");
        place.is("new::b");
    }
}

/// For everybody but root, who may write everywhere.
#[test]
fn a_folder_that_turns_read_only_halfway() {
    if !inside("a_folder_that_turns_read_only_halfway") {
        return;
    }
    let map = fs::read_to_string("/proc/self/uid_map").expect("a map");
    if map.split_whitespace().last() == Some("1") {
        eprintln!("NOT TESTED: a folder that turns read-only: there is no other user here");
        return;
    }
    let (mut finished, mut stopped) = (0, 0);
    for _ in 0..5 {
        let place = Place::new(20_000, 60_000);
        let program = place.state.with_file_name("program");
        fs::copy(env!("CARGO_BIN_EXE_repoint"), &program).expect("a copy");
        let base = program.parent().expect("a folder");
        fs::set_permissions(base, fs::Permissions::from_mode(0o777)).expect("permissions");
        let owned = Command::new("chown")
            .args(["-R", "65534:65534"])
            .arg(&place.root)
            .status();
        assert!(owned.expect("chown").success());
        let nobody = || {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
                .arg(&program);
            command
        };
        let folder = place.root.join(format!("d{}", FOLDERS - 1));
        let mut child = place.started(nobody(), "apply");
        place.committed(&mut child);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o555)).expect("permissions");
        let (status, said) = ended(child);
        let open = place.state.join("journal/1.commit").exists();
        if open {
            stopped += 1;
            assert_eq!(status, Some(2), "{said}");
            assert!(
                said.contains("Permission denied") && said.contains("is not finished"),
                "{said}"
            );
            let (status, said) = ended(place.started(nobody(), "recover"));
            assert_eq!(status, Some(2), "{said}");
        } else {
            finished += 1;
            assert_eq!(status, Some(0), "{said}");
        }
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("permissions");
        let (status, said) = ended(place.started(nobody(), "recover"));
        assert_eq!(status, Some(0), "{said}");
        place.is("new::b");
    }
    println!("{stopped} stopped, {finished} too late");
    assert!(
        stopped > 0,
        "five runs were all faster than a change of permissions"
    );
}

#[test]
fn a_tree_over_two_file_systems() {
    if inside("a_tree_over_two_file_systems") {
        let place = Place::new(20_000, 20_000);
        let folder = place.root.join("d1");
        fs::remove_dir_all(&folder).expect("it is there");
        fs::create_dir(&folder).expect("a folder");
        mount(&["-t", "tmpfs", "-o", "size=9000k", "second"], &folder);
        for index in (0..FILES).filter(|index| place.file(*index).starts_with(&folder)) {
            fs::write(place.file(index), content(index, "old::a")).expect("a file");
        }
        place.succeeds("apply");
        place.is("new::b");
        place.succeeds("undo");
        place.is("old::a");
        let status = Command::new("umount").arg("-l").arg(&folder).status();
        assert!(status.expect("umount").success());
    }
}
