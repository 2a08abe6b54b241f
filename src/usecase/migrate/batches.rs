//! Units in batches, in the order in which they are migrated.

use std::path::{Path, PathBuf};

use crate::config::{Batch as Kind, Pattern};

/// Files that only work when they change together, by path; at least one.
pub type Unit = Vec<PathBuf>;

/// Units that are written as one transaction and judged together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// What people call it.
    pub name: String,
    /// Its units, in order.
    pub units: Vec<Unit>,
}

/// What decides about the order.
pub struct Order<'a> {
    /// What a batch is.
    pub kind: Kind,
    /// Files of earlier patterns come first; files in none come last.
    pub priority: &'a [Pattern],
    /// The project's root.
    pub root: &'a Path,
    /// Who owns a file; empty for nobody.
    pub owner: &'a dyn Fn(&Path) -> String,
    /// The position and the id of the first rule of the table that has a reference in a file.
    pub rule: &'a dyn Fn(&Path) -> (usize, String),
}

impl Batch {
    /// Its files, unit by unit.
    pub fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.units.iter().flatten()
    }
}

/// Divides units into batches. A unit never straddles two of them, and has the priority and the place of
/// its earliest file.
pub fn batches(units: Vec<Unit>, order: &Order<'_>) -> Vec<Batch> {
    let mut placed: Vec<(Place, Unit)> = units
        .into_iter()
        .filter_map(|mut unit| {
            unit.sort();
            let place = unit.iter().map(|file| place(file, order)).min()?;
            Some((place, unit))
        })
        .collect();
    placed.sort();
    let mut batches: Vec<Batch> = Vec::new();
    let mut last: Option<(usize, Key)> = None;
    let mut files = 0;
    for (place, unit) in placed {
        let group = (place.priority, place.key);
        let is_full = match order.kind {
            Kind::Files(most) => files > 0 && files + unit.len() > most,
            _ => false,
        };
        if last.as_ref() != Some(&group) || is_full {
            batches.push(Batch {
                name: name(&group, order),
                units: Vec::new(),
            });
            files = 0;
            last = Some(group);
        }
        files += unit.len();
        if let Some(batch) = batches.last_mut() {
            batch.units.push(unit);
        }
    }
    batches
}

/// Where a file stands in the order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    priority: usize,
    key: Key,
    path: PathBuf,
}

/// What the files of a batch have in common, beside their priority.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    None,
    Owner(String),
    Folder(PathBuf),
    Rule(usize, String),
}

fn place(file: &Path, order: &Order<'_>) -> Place {
    let mut patterns = order.priority.iter();
    Place {
        priority: patterns
            .position(|pattern| pattern.globs.matches_around(file))
            .unwrap_or(order.priority.len()),
        key: match order.kind {
            Kind::Priority | Kind::Files(_) => Key::None,
            Kind::Owner => Key::Owner((order.owner)(file)),
            Kind::Folder => Key::Folder(folder(file, order.root)),
            Kind::Rule => {
                let (at, id) = (order.rule)(file);
                Key::Rule(at, id)
            }
        },
        path: file.to_owned(),
    }
}

fn folder(file: &Path, root: &Path) -> PathBuf {
    let folder = file.parent().unwrap_or(root);
    folder.strip_prefix(root).unwrap_or(folder).to_owned()
}

fn name((priority, key): &(usize, Key), order: &Order<'_>) -> String {
    let pattern = order.priority.get(*priority).map(|it| it.text.as_str());
    let own = match key {
        Key::None => None,
        Key::Owner(owner) if owner.is_empty() => Some("no owner".to_owned()),
        Key::Owner(owner) => Some(owner.clone()),
        Key::Folder(folder) if folder.as_os_str().is_empty() => Some(".".to_owned()),
        Key::Folder(folder) => Some(folder.display().to_string()),
        Key::Rule(_, id) => Some(id.clone()),
    };
    match (pattern, own) {
        (Some(pattern), Some(own)) => format!("{pattern}: {own}"),
        (Some(pattern), None) => pattern.to_owned(),
        (None, Some(own)) => own,
        (None, None) if order.priority.is_empty() => "all files".to_owned(),
        (None, None) => "all other files".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Globs;

    fn patterns(texts: &[&str]) -> Vec<Pattern> {
        let compile = |text: &&str| Pattern {
            text: (*text).to_owned(),
            globs: Globs::compile(Path::new("/p"), &[(*text).to_owned()]).expect("valid"),
        };
        texts.iter().map(compile).collect()
    }

    fn divided(kind: Kind, priority: &[&str], units: &[&[&str]]) -> Vec<String> {
        let priority = patterns(priority);
        let order = Order {
            kind,
            priority: &priority,
            root: Path::new("/p"),
            owner: &|file| match file.to_string_lossy().contains("api") {
                true => "@api".to_owned(),
                false => String::new(),
            },
            rule: &|file| {
                let at = usize::from(file.to_string_lossy().contains('b'));
                (at, format!("rule{at}"))
            },
        };
        let units = units.iter().map(|unit| {
            let files = unit.iter().map(|file| Path::new("/p").join(file));
            files.collect()
        });
        let shown = |batch: Batch| {
            let units: Vec<String> = batch
                .units
                .iter()
                .map(|unit| {
                    let files = unit.iter().map(|file| {
                        let file = file.strip_prefix("/p").unwrap_or(file);
                        file.display().to_string()
                    });
                    files.collect::<Vec<_>>().join("+")
                })
                .collect();
            format!("{}: {}", batch.name, units.join(" "))
        };
        batches(units.collect(), &order)
            .into_iter()
            .map(shown)
            .collect()
    }

    #[test]
    fn earlier_patterns_come_first_and_the_rest_last() {
        let units: &[&[&str]] = &[
            &["tests/t.py"],
            &["z.py"],
            &["app/agents/a.py"],
            &["app/b.py"],
        ];
        let all = divided(
            Kind::Priority,
            &["app/agents/**", "app/**", "tests/**"],
            units,
        );
        assert_eq!(
            all,
            [
                "app/agents/**: app/agents/a.py",
                "app/**: app/b.py",
                "tests/**: tests/t.py",
                "all other files: z.py"
            ]
        );
        assert_eq!(
            divided(Kind::Priority, &[], &[&["b.py"], &["a.py"]]),
            ["all files: a.py b.py"]
        );
    }

    #[test]
    fn a_unit_goes_with_its_earliest_file_and_is_never_divided() {
        let units: &[&[&str]] = &[&["tests/t.py", "app/x.py"], &["app/a.py"], &["tests/u.py"]];
        assert_eq!(
            divided(Kind::Priority, &["app/**"], units),
            [
                "app/**: app/a.py app/x.py+tests/t.py",
                "all other files: tests/u.py"
            ]
        );
        assert_eq!(
            divided(
                Kind::Files(2),
                &[],
                &[&["a"], &["b", "c"], &["d"], &["e", "f", "g"]]
            ),
            [
                "all files: a",
                "all files: b+c",
                "all files: d",
                "all files: e+f+g"
            ]
        );
    }

    #[test]
    fn numbers_do_not_mix_priorities() {
        assert_eq!(
            divided(
                Kind::Files(2),
                &["app/**"],
                &[&["a"], &["app/b"], &["app/c"], &["app/d"]]
            ),
            ["app/**: app/b app/c", "app/**: app/d", "all other files: a"]
        );
    }

    #[test]
    fn owners_folders_and_rules() {
        let units: &[&[&str]] = &[&["x/api.py"], &["x/b.py"], &["c.py"]];
        assert_eq!(
            divided(Kind::Owner, &[], units),
            ["no owner: c.py x/b.py", "@api: x/api.py"]
        );
        assert_eq!(
            divided(Kind::Folder, &[], units),
            [".: c.py", "x: x/api.py x/b.py"]
        );
        assert_eq!(
            divided(Kind::Rule, &["x/**"], units),
            [
                "x/**: rule0: x/api.py",
                "x/**: rule1: x/b.py",
                "rule0: c.py"
            ]
        );
    }
}
