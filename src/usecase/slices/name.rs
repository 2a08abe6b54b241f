//! Names of files, made of whatever a slice is called: safe on every system, and the same in every run.

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

/// Bytes of the longest name, without what sets it apart.
const LONGEST: usize = 80;

/// Names that Windows keeps for devices.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// One name a title, each once although case may not count. `/` becomes `+` and white space `_`; whoever has more
/// in it that no name should have, or shares a name, gets a part of its digest.
pub(super) fn names(titles: &[&str]) -> Vec<String> {
    let slugs: Vec<(String, bool)> = titles.iter().map(|title| slug(title)).collect();
    let mut count: FxHashMap<String, usize> = FxHashMap::default();
    for (slug, _) in &slugs {
        *count.entry(slug.to_ascii_lowercase()).or_default() += 1;
    }
    titles
        .iter()
        .zip(&slugs)
        .map(|(title, (slug, is_whole))| {
            let is_shared = count
                .get(&slug.to_ascii_lowercase())
                .is_some_and(|count| *count > 1);
            match *is_whole && !is_shared {
                true => format!("{slug}.patch"),
                false => format!("{slug}-{}.patch", digest(title)),
            }
        })
        .collect()
}

/// A title as a name, and whether nothing of it was lost.
fn slug(title: &str) -> (String, bool) {
    let mut is_whole = true;
    let mut slug = String::new();
    let title = title.replace("::", ".");
    for character in title.chars() {
        let kept = match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '_' | '-' | '@' => character,
            '/' => '+',
            ' ' => '_',
            _ => {
                is_whole = false;
                '-'
            }
        };
        if slug.len() == LONGEST {
            is_whole = false;
            break;
        }
        slug.push(kept);
    }
    let stem = slug
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_port = |name: &str| {
        stem.strip_prefix(name)
            .is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit())
    };
    let is_odd = slug.is_empty()
        || slug.starts_with(['.', '-'])
        || DEVICES.contains(&stem.as_str())
        || is_port("com")
        || is_port("lpt");
    if is_odd {
        slug.insert(0, '_');
    }
    (slug, is_whole)
}

fn digest(title: &str) -> String {
    let digest = Sha256::digest(title.as_bytes());
    digest[..4]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(titles: &[&str], expected: &[&str]) {
        assert_eq!(names(titles), expected);
    }

    #[test]
    fn what_is_plain_stays() {
        check(
            &[
                "@org/team",
                "app/agents",
                "old::a::Foo",
                "old.mod",
                "part 001",
                "@a @b",
                "me@x.org",
                "no owner",
            ],
            &[
                "@org+team.patch",
                "app+agents.patch",
                "old.a.Foo.patch",
                "old.mod.patch",
                "part_001.patch",
                "@a_@b.patch",
                "me@x.org.patch",
                "no_owner.patch",
            ],
        );
    }

    #[test]
    fn what_is_not_is_set_apart() {
        check(
            &[
                "é", "a\\n", "..", "-x", "", "con", "com1", "nul.txt", "compute",
            ],
            &[
                "_--4a99557e.patch",
                "a-n-b55204e6.patch",
                "_...patch",
                "_-x.patch",
                "_.patch",
                "_con.patch",
                "_com1.patch",
                "_nul.txt.patch",
                "compute.patch",
            ],
        );
    }

    #[test]
    fn no_two_share_a_name() {
        let found = names(&["App", "app", "a/b", "a+b", "x"]);
        let mut folded: Vec<String> = found.iter().map(|name| name.to_ascii_lowercase()).collect();
        folded.sort();
        folded.dedup();
        assert_eq!(folded.len(), 5, "{found:?}");
        assert_eq!(found[4], "x.patch");
        let long = "d/".repeat(300);
        let found = names(&[&long, &format!("{long}e")]);
        assert_ne!(found[0], found[1]);
        assert!(found.iter().all(|name| name.len() < 100), "{found:?}");
    }
}
