//! The project's root, seen from a folder or from the paths of the command line.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::Project;
use super::configured::{Configured, nearest_configured};
use super::git::Repository;
use crate::text::shown;

/// The project that a run is about.
#[derive(Clone, Debug)]
pub struct Located {
    /// The project.
    pub project: Project,
    /// What configures it, unless a person names the configuration: none, one, or several that stand in
    /// one folder and exclude each other.
    pub configured: Vec<Configured>,
}

/// Two of the paths of a run belong to two projects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{first} is part of {} and {second} is part of {}: run repoint once for each",
    project(first_root),
    project(second_root),
    first = shown(first),
    second = shown(second)
)]
pub struct TwoProjects {
    /// A path.
    pub first: PathBuf,
    /// The root of its project.
    pub first_root: PathBuf,
    /// Another path.
    pub second: PathBuf,
    /// The root of its project.
    pub second_root: PathBuf,
}

fn project(root: &Path) -> String {
    format!("the project at {}", shown(root))
}

impl Project {
    /// The project around a directory: the nearest folder upwards with a configuration, else the root of
    /// the git work tree, else the directory itself. For commands that are given no sources.
    ///
    /// With an explicit configuration file its folder counts, if the directory is in it, instead of the
    /// search for one.
    pub fn discover(cwd: &Path, config: Option<&Path>) -> Self {
        // A directory that is gone, or may not be looked at, is taken as it was given.
        let cwd = cwd.canonicalize().unwrap_or_else(|_| cwd.to_path_buf());
        let configured = match config {
            Some(file) => around(&cwd.join(file), &cwd),
            None => folder_of(&nearest_configured(&cwd)),
        };
        let root = configured.or_else(|| work_tree(&cwd)).unwrap_or(cwd);
        Self::at(root)
    }

    /// The project of the paths of a run (absolute, need not exist), seen from their common folder: that of
    /// the nearest configuration upwards, else the root of the git work tree, else the current directory
    /// if the paths lie below it, else the common folder. Without paths, the current directory is
    /// the path.
    ///
    /// An explicit configuration file counts in place of the search, and its folder is the root if the
    /// paths lie in it.
    ///
    /// # Errors
    /// Two of the paths have different configurations upwards; or there is none and they lie in different
    /// work trees, of which no third one holds both.
    pub fn of(
        paths: &[PathBuf],
        cwd: &Path,
        config: Option<&Path>,
    ) -> Result<Located, Box<TwoProjects>> {
        let cwd = cwd.canonicalize().unwrap_or_else(|_| cwd.to_path_buf());
        let own = [cwd.clone()];
        let paths = if paths.is_empty() { &own[..] } else { paths };
        let folders: Vec<PathBuf> = paths.iter().map(|path| folder_around(path)).collect();
        let common = common(&folders);
        let mut configured = Vec::new();
        let root = match config {
            Some(file) => around(&cwd.join(file), &common),
            None => {
                let mut nearest = Memo::new(|folder| folder_of(&nearest_configured(folder)));
                let root = same(paths, &folders, |folder| nearest.of(folder))?;
                configured = root
                    .as_deref()
                    .map(super::configured_in)
                    .unwrap_or_default();
                root
            }
        };
        let root = match root.or_else(|| work_tree(&common)) {
            Some(root) => root,
            None => {
                let mut trees = Memo::new(work_tree);
                same(paths, &folders, |folder| trees.of(folder))?;
                if common.starts_with(&cwd) {
                    cwd
                } else {
                    common
                }
            }
        };
        Ok(Located {
            project: Self::at(root),
            configured,
        })
    }
}

/// What all of the folders, one for each of the paths, have in common.
fn same(
    paths: &[PathBuf],
    folders: &[PathBuf],
    mut root_of: impl FnMut(&Path) -> Option<PathBuf>,
) -> Result<Option<PathBuf>, Box<TwoProjects>> {
    // One that is in none goes with the others: it was named, and that is enough.
    let mut all = paths
        .iter()
        .zip(folders)
        .filter_map(|(path, folder)| Some((path, root_of(folder)?)));
    let Some((first, root)) = all.next() else {
        return Ok(None);
    };
    match all.find(|(_, other)| *other != root) {
        None => Ok(Some(root)),
        Some((second, second_root)) => Err(Box::new(TwoProjects {
            first: first.clone(),
            first_root: root,
            second: second.clone(),
            second_root,
        })),
    }
}

/// Answers of a function of folders: hooks name thousands of files in few folders.
struct Memo<F> {
    ask: F,
    known: HashMap<PathBuf, Option<PathBuf>>,
}

impl<F: Fn(&Path) -> Option<PathBuf>> Memo<F> {
    fn new(ask: F) -> Self {
        Self {
            ask,
            known: HashMap::new(),
        }
    }

    fn of(&mut self, folder: &Path) -> Option<PathBuf> {
        if let Some(known) = self.known.get(folder) {
            return known.clone();
        }
        let answer = (self.ask)(folder);
        self.known.insert(folder.to_owned(), answer.clone());
        answer
    }
}

/// The folder, without links, that a path is or lies in. A link to a folder is that folder, a link to a
/// file lies where the link does; of a path that is not there, the nearest folder above that is.
fn folder_around(path: &Path) -> PathBuf {
    let folder = if path.is_dir() {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    folder
        .ancestors()
        .find_map(|above| above.canonicalize().ok())
        .unwrap_or_else(|| folder.to_owned())
}

/// The innermost folder that holds all of these folders.
fn common(folders: &[PathBuf]) -> PathBuf {
    let mut folders = folders.iter();
    let mut common = folders.next().cloned().unwrap_or_default();
    for folder in folders {
        while !folder.starts_with(&common) && common.pop() {}
    }
    common
}

fn folder_of(configured: &[Configured]) -> Option<PathBuf> {
    let [first, ..] = configured else {
        return None;
    };
    first.file.parent().map(Path::to_path_buf)
}

/// The folder of a file that was named, if it is `folder` or around it.
fn around(file: &Path, folder: &Path) -> Option<PathBuf> {
    let around = file.canonicalize().ok()?.parent()?.to_path_buf();
    folder.starts_with(&around).then_some(around)
}

fn work_tree(folder: &Path) -> Option<PathBuf> {
    Repository::around(folder).map(|repository| repository.root)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn tree() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = dir.path().canonicalize().expect("it exists");
        fs::create_dir_all(root.join("repo/.git")).expect("written");
        fs::write(root.join("repo/.git/HEAD"), "ref: refs/heads/main\n").expect("written");
        fs::create_dir_all(root.join("repo/pkg/src")).expect("written");
        (dir, root)
    }

    #[test]
    fn the_nearest_configuration_comes_first() {
        let (_dir, root) = tree();
        fs::write(root.join("repoint.toml"), "").expect("written");
        assert_eq!(Project::discover(&root.join("repo/pkg"), None).root(), root);
        fs::write(root.join("repo/pkg/repoint.toml"), "").expect("written");
        let inner = Project::discover(&root.join("repo/pkg/src"), None);
        assert_eq!(inner.root(), root.join("repo/pkg"));
    }

    #[test]
    fn then_the_work_tree_then_the_directory() {
        let (_dir, root) = tree();
        let project = Project::discover(&root.join("repo/pkg/src"), None);
        assert_eq!(project.root(), root.join("repo"));
        fs::remove_dir_all(root.join("repo/.git")).expect("removed");
        let project = Project::discover(&root.join("repo/pkg/src"), None);
        assert_eq!(project.root(), root.join("repo/pkg/src"));
    }

    #[test]
    fn a_named_configuration_counts_only_around_the_directory() {
        let (_dir, root) = tree();
        fs::create_dir(root.join("repo/ci")).expect("written");
        fs::write(root.join("repo/ci/strict.toml"), "").expect("written");
        fs::write(root.join("repo/pkg/strict.toml"), "").expect("written");
        fs::write(root.join("repo/pkg/repoint.toml"), "").expect("written");
        let src = root.join("repo/pkg/src");
        let aside = Project::discover(&src, Some(Path::new("../../ci/strict.toml")));
        assert_eq!(aside.root(), root.join("repo"));
        let around = Project::discover(&src, Some(Path::new("../strict.toml")));
        assert_eq!(around.root(), root.join("repo/pkg"));
    }

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            let file = root.join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, text).expect("written");
        }
    }

    /// The root seen from `cwd`, both below `root`.
    fn of(root: &Path, cwd: &str, paths: &[&str]) -> Result<PathBuf, String> {
        let cwd = root.join(cwd);
        let paths: Vec<_> = paths.iter().map(|path| cwd.join(path)).collect();
        let located = Project::of(&paths, &cwd, None).map_err(|error| error.to_string())?;
        let below = located.project.root().strip_prefix(root);
        Ok(below.expect("below").to_owned())
    }

    #[test]
    fn the_project_is_that_of_the_paths() {
        let (_dir, root) = tree();
        write(
            &root,
            &[
                ("app/repoint.toml", ""),
                ("app/src/a.py", ""),
                ("lib/pyproject.toml", "[tool.repoint]\n"),
                ("lib/deep/b.py", ""),
                ("repo/x/c.py", ""),
                ("free/d/e.py", ""),
                ("free/f/g.py", ""),
            ],
        );
        let at = |cwd: &str, paths: &[&str]| of(&root, cwd, paths).expect("one project");
        assert_eq!(at("repo/pkg", &["../../app/src"]), Path::new("app"));
        assert_eq!(at("repo/pkg", &["../../app/src/a.py"]), Path::new("app"));
        assert_eq!(at("app", &["../lib/deep/b.py"]), Path::new("lib"));
        assert_eq!(at("app", &["../repo/x"]), Path::new("repo"));
        assert_eq!(at("app/src", &[]), Path::new("app"));
        assert_eq!(at("app", &["src/gone/none.py"]), Path::new("app"));
        // Nothing marks a project: where one stands, if the paths lie below.
        assert_eq!(at("free", &["d", "f/g.py"]), Path::new("free"));
        assert_eq!(
            at("app", &["../free/d", "../free/f/g.py"]),
            Path::new("free")
        );
        assert_eq!(at("app", &["../free/d/e.py"]), Path::new("free/d"));
    }

    #[test]
    fn paths_of_two_projects_are_an_error_that_names_both() {
        let (_dir, root) = tree();
        write(
            &root,
            &[
                ("app/repoint.toml", ""),
                ("app/inner/repoint.toml", ""),
                ("lib/Cargo.toml", "[package.metadata.repoint]\n"),
                ("free/d/e.py", ""),
                ("repo/sub/.git/HEAD", "ref: refs/heads/main\n"),
                ("other/.git/HEAD", "ref: refs/heads/main\n"),
            ],
        );
        let two = |paths: &[&str]| of(&root, "", paths).expect_err("two projects");
        let message = two(&["app", "lib"]);
        assert!(
            message.contains(&root.join("app").display().to_string()),
            "{message}"
        );
        assert!(
            message.contains(&root.join("lib").display().to_string()),
            "{message}"
        );
        two(&["app", "app/inner"]);
        // A path of no project goes with the others.
        assert_eq!(
            of(&root, "", &["free", "app"]).expect("one"),
            Path::new("app")
        );
        two(&["repo", "other"]);
        // What lies in a work tree is part of it, a work tree of its own too.
        assert_eq!(
            of(&root, "", &["repo/pkg", "repo/sub"]).expect("one"),
            Path::new("repo")
        );
        // One that is around both holds both.
        write(&root, &[("repoint.toml", "")]);
        assert_eq!(
            of(&root, "", &["free", "repo"]).expect("one"),
            Path::new("")
        );
    }

    #[cfg(unix)]
    #[test]
    fn the_root_has_no_links() {
        let (_dir, root) = tree();
        std::os::unix::fs::symlink(root.join("repo"), root.join("link")).expect("linked");
        let project = Project::discover(&root.join("link/pkg"), None);
        assert_eq!(project.root(), root.join("repo"));
    }
}
