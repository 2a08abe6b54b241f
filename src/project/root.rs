//! The project's root.

use std::path::{Path, PathBuf};

use super::Project;
use super::git::Repository;

/// The name of the configuration file, that marks a project's root.
pub const CONFIG_NAME: &str = "repoint.toml";

impl Project {
    /// The project around a directory: the nearest folder upwards that holds `repoint.toml`, else
    /// the root of the git work tree, else the directory itself.
    ///
    /// With an explicit configuration file its folder counts, if the directory is in it, instead
    /// of the search for `repoint.toml`. The paths that a run is given do not matter.
    pub fn discover(cwd: &Path, config: Option<&Path>) -> Self {
        // A directory that is gone, or may not be looked at, is taken as it was given.
        let cwd = cwd.canonicalize().unwrap_or_else(|_| cwd.to_path_buf());
        let configured = match config {
            Some(file) => folder_of(&cwd.join(file)).filter(|folder| cwd.starts_with(folder)),
            None => cwd
                .ancestors()
                .find(|folder| folder.join(CONFIG_NAME).is_file())
                .map(Path::to_path_buf),
        };
        Self::at(
            configured
                .or_else(|| Repository::around(&cwd).map(|repository| repository.root))
                .unwrap_or(cwd),
        )
    }
}

fn folder_of(file: &Path) -> Option<PathBuf> {
    file.canonicalize().ok()?.parent().map(Path::to_path_buf)
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

    #[cfg(unix)]
    #[test]
    fn the_root_has_no_links() {
        let (_dir, root) = tree();
        std::os::unix::fs::symlink(root.join("repo"), root.join("link")).expect("linked");
        let project = Project::discover(&root.join("link/pkg"), None);
        assert_eq!(project.root(), root.join("repo"));
    }
}
