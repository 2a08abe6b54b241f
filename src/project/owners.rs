//! Who owns which file: CODEOWNERS, as GitHub and GitLab read it.
//!
//! Both are like ignore files, and the last entry that matches decides; they differ in the rest:
//!
//! | | GitHub | GitLab |
//! | --- | --- | --- |
//! | a pattern without a `/` at its end | a file, or a folder with all below it | a file |
//! | a pattern that ends in `/*` | files of that folder alone | the same |
//! | `[a-z]` | not known | known |
//! | `!pattern` | not known | its files have no owners of this section |
//! | `\#name` | not known | a file `#name` |
//! | `# comment` behind owners | left out | read as owners |
//! | `[Section][2] @default` | not known | last match of each section; all of them own |
//!
//! A file in `.github` or `.gitlab` is of that one; another is GitLab's if it has a section, or if the project has a
//! `.gitlab-ci.yml`. What cannot be read is left out with a warning: owners only say who is asked, so none of it
//! ever stops a run. Who exists and may review, and how many have to, is not known here.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::file;

/// Where the file may be, the one that counts first.
const PLACES: [&str; 4] = [
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
];

/// The file of GitLab's pipelines: who has one is there.
const GITLAB: &str = ".gitlab-ci.yml";

/// The owners of a tree.
#[derive(Clone, Debug)]
pub struct Owners {
    root: PathBuf,
    file: PathBuf,
    /// One glob a pattern, or two, and the entry that each is of.
    globs: GlobSet,
    entry_of: Vec<usize>,
    entries: Vec<Entry>,
    warnings: Vec<String>,
}

/// A line with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    section: usize,
    /// `None`: its files have no owners in this section, whatever else matches.
    owners: Option<Vec<String>>,
}

/// Who reads the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Forge {
    GitHub,
    GitLab,
}

impl Owners {
    /// What the CODEOWNERS file of the tree at `root` (absolute) says; `None` without one.
    pub fn find(root: &Path) -> Option<Self> {
        let mut there = PLACES
            .iter()
            .filter(|place| root.join(place).symlink_metadata().is_ok());
        let place = there.next()?;
        let mut owners = match file::read(&root.join(place)) {
            Ok(bytes) => {
                let mut owners = Self::parse(root, place, &String::from_utf8_lossy(&bytes));
                if let Err(error) = std::str::from_utf8(&bytes) {
                    let at = error.valid_up_to();
                    let line = 1 + memchr::memchr_iter(b'\n', &bytes[..at]).count();
                    owners.warnings.push(format!(
                        "{place}:{line}: is not UTF-8; names that hold such bytes match no file, save it as UTF-8"
                    ));
                }
                owners
            }
            Err(error) => {
                let mut owners = Self::parse(root, place, "");
                owners.warnings.push(format!(
                    "{place}: cannot be read: {error}; no file has owners"
                ));
                owners
            }
        };
        let more = there.map(|other| format!("{other}: is not read, since there is {place}"));
        owners.warnings.extend(more);
        Some(owners)
    }

    /// The owners of a file (absolute, or below the root), as the file of owners writes them; none if nobody is.
    pub fn of(&self, file: &Path) -> Cow<'_, [String]> {
        let file = file.strip_prefix(&self.root).unwrap_or(file);
        // The last match of each section, sections in their order.
        let mut last: Vec<(usize, &Entry)> = Vec::new();
        for glob in self.globs.matches(file) {
            let entry = &self.entries[self.entry_of[glob]];
            match last
                .iter_mut()
                .find(|(section, _)| *section == entry.section)
            {
                Some((_, known)) if known.owners.is_some() => *known = entry,
                Some(_) => {}
                None => last.push((entry.section, entry)),
            }
        }
        last.sort_by_key(|(section, _)| *section);
        let mut all = last.iter().filter_map(|(_, entry)| entry.owners.as_deref());
        match (all.next(), all.next()) {
            (None, _) => Cow::Borrowed(&[]),
            (Some(only), None) => Cow::Borrowed(only),
            (Some(first), Some(second)) => {
                let mut owners: Vec<String> = Vec::new();
                for owner in [first, second].into_iter().chain(all).flatten() {
                    if !owners.contains(owner) {
                        owners.push(owner.clone());
                    }
                }
                Cow::Owned(owners)
            }
        }
    }

    /// The file that says it, below the root.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What is left out of it and why: a line each, with file and line.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Reads the text of the file at `place` below `root`.
    fn parse(root: &Path, place: &str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let forge = match place {
            ".github/CODEOWNERS" => Forge::GitHub,
            ".gitlab/CODEOWNERS" => Forge::GitLab,
            _ if text.lines().any(|line| heading(line.trim()).is_some()) => Forge::GitLab,
            _ if root.join(GITLAB).is_file() => Forge::GitLab,
            _ => Forge::GitHub,
        };
        let mut reader = Reader {
            forge,
            globs: GlobSetBuilder::new(),
            entry_of: Vec::new(),
            entries: Vec::new(),
            sections: vec![String::new()],
            section: 0,
            defaults: Vec::new(),
        };
        let mut warnings = Vec::new();
        for (number, line) in text.lines().enumerate() {
            if let Err(why) = reader.line(line.trim_start()) {
                warnings.push(format!("{place}:{}: {why}", number + 1));
            }
        }
        let globs = reader.globs.build().unwrap_or_else(|error| {
            warnings.push(format!("{place}: {error}; no file has owners"));
            reader.entry_of.clear();
            GlobSet::empty()
        });
        Self {
            root: root.to_owned(),
            file: PathBuf::from(place),
            globs,
            entry_of: reader.entry_of,
            entries: reader.entries,
            warnings,
        }
    }
}

/// Reads line after line.
struct Reader {
    forge: Forge,
    globs: GlobSetBuilder,
    entry_of: Vec<usize>,
    entries: Vec<Entry>,
    /// Names of sections, in lower case; the first has none.
    sections: Vec<String>,
    /// The section that lines are in now, and who owns what its lines leave open.
    section: usize,
    defaults: Vec<String>,
}

impl Reader {
    /// Takes a line in, without white space in front of it.
    fn line(&mut self, line: &str) -> Result<(), String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if let (Forge::GitLab, Some(heading)) = (self.forge, heading(line)) {
            let name = heading.name.to_lowercase();
            let known = self.sections.iter().position(|known| *known == name);
            self.section = known.unwrap_or(self.sections.len());
            if known.is_none() {
                self.sections.push(name);
            }
            self.defaults = mentioned(heading.owners);
            return Ok(());
        }
        let (pattern, rest) = split(line);
        let entry = match self.forge {
            Forge::GitHub => Entry {
                section: 0,
                owners: Some(listed(rest)?),
            },
            Forge::GitLab => self.gitlab_entry(pattern, rest),
        };
        let globs = match self.forge {
            Forge::GitHub => github(pattern)?,
            Forge::GitLab => gitlab(pattern),
        };
        for glob in globs {
            let built = GlobBuilder::new(&glob)
                .literal_separator(true)
                .backslash_escape(true)
                .build()
                .map_err(|error| {
                    format!(
                        "`{pattern}` is no pattern: {}; the line is left out",
                        error.kind()
                    )
                })?;
            self.globs.add(built);
            self.entry_of.push(self.entries.len());
        }
        self.entries.push(entry);
        Ok(())
    }

    fn gitlab_entry(&self, pattern: &str, rest: &str) -> Entry {
        let owners = mentioned(rest);
        Entry {
            section: self.section,
            owners: match pattern.starts_with('!') {
                true => None,
                false if owners.is_empty() => Some(self.defaults.clone()),
                false => Some(owners),
            },
        }
    }
}

/// The head of a section.
#[derive(Debug, PartialEq, Eq)]
struct Heading<'t> {
    name: &'t str,
    owners: &'t str,
}

/// `[Name]`, `^[Name]`, `[Name][2] @owner`; `None` for another line.
fn heading(line: &str) -> Option<Heading<'_>> {
    let inner = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (name, rest) = inner.split_once(']')?;
    let rest = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((count, rest)) if count.bytes().all(|byte| byte.is_ascii_digit()) => rest,
        Some(_) => return None,
        None => rest,
    };
    // `[ab]c @owner` is a pattern.
    let is_apart = rest.is_empty() || rest.starts_with([' ', '\t']);
    (!name.trim().is_empty() && is_apart).then_some(Heading {
        name: name.trim(),
        owners: rest,
    })
}

/// The pattern of a line, and what follows it. White space behind a `\` is part of the pattern.
fn split(line: &str) -> (&str, &str) {
    let mut is_escaped = false;
    for (at, character) in line.char_indices() {
        if character.is_whitespace() && !is_escaped {
            return line.split_at(at);
        }
        is_escaped = character == '\\' && !is_escaped;
    }
    (line, "")
}

/// Owners as GitHub takes them: names and addresses up to a comment, nothing else.
fn listed(rest: &str) -> Result<Vec<String>, String> {
    let words = rest.split_whitespace();
    words
        .take_while(|word| !word.starts_with('#'))
        .map(|word| match is_owner(word) {
            true => Ok(word.to_owned()),
            false => Err(format!(
                "`{word}` is no owner, expected `@user`, `@org/team` or an e-mail address; the line is left out"
            )),
        })
        .collect()
}

/// Owners as GitLab takes them: every name and address, whatever stands between them.
fn mentioned(rest: &str) -> Vec<String> {
    let words = rest.split_whitespace().filter(|word| is_owner(word));
    words.map(str::to_owned).collect()
}

/// `@user`, `@group/team`, `@@role`, `someone@example.com`.
fn is_owner(word: &str) -> bool {
    match word.strip_prefix('@') {
        Some(name) => !name.trim_start_matches('@').is_empty(),
        None => word
            .split_once('@')
            .is_some_and(|(who, host)| !who.is_empty() && !host.is_empty() && !host.contains('@')),
    }
}

/// What a pattern of GitHub matches.
fn github(pattern: &str) -> Result<Vec<String>, String> {
    let unknown = |what: &str| {
        Err(format!(
            "`{pattern}`: GitHub does not know {what}; the line is left out"
        ))
    };
    if pattern.starts_with('!') {
        return unknown("`!` in front of a pattern");
    }
    if pattern.starts_with("\\#") {
        return unknown("a `#` at the start of a pattern");
    }
    if pattern.contains(['[', ']']) {
        return unknown("`[` and `]`");
    }
    let glob = literal_braces(pattern);
    let (body, is_folder) = match glob.strip_suffix('/') {
        Some(body) => (body, true),
        None => (glob.as_str(), false),
    };
    let is_rooted = body.contains('/');
    let body = body.strip_prefix('/').unwrap_or(body);
    if body.is_empty() {
        // `/` is nothing that could match.
        return Ok(Vec::new());
    }
    let body = match is_rooted {
        true => body.to_owned(),
        false => format!("**/{body}"),
    };
    let below = format!("{body}/**");
    Ok(match () {
        () if is_folder => vec![below],
        // Files of one folder, not of those in it.
        () if body.ends_with("/**") || is_rooted && body.ends_with("/*") => vec![body],
        () => vec![body, below],
    })
}

/// What a pattern of GitLab matches: `fnmatch` of Ruby with a path that starts with `/`.
fn gitlab(pattern: &str) -> Vec<String> {
    let pattern = pattern.strip_prefix('!').unwrap_or(pattern);
    let pattern = pattern
        .strip_prefix("\\#")
        .map_or(Cow::Borrowed(pattern), |rest| {
            Cow::Owned(format!("#{rest}"))
        });
    let mut glob = literal_braces(&pattern);
    if glob == "*" {
        glob = "**".to_owned();
    } else if glob.ends_with('/') {
        glob.push_str("**/*");
    } else if let Some(body) = glob.strip_suffix("/**") {
        // Only `**/` goes through folders.
        glob = format!("{body}/*");
    }
    match glob.strip_prefix('/') {
        Some(rooted) => vec![rooted.to_owned()],
        None => vec![format!("**/{glob}")],
    }
}

/// Braces mean themselves to both.
fn literal_braces(pattern: &str) -> String {
    let mut glob = String::with_capacity(pattern.len());
    let mut is_escaped = false;
    for character in pattern.chars() {
        if matches!(character, '{' | '}') && !is_escaped {
            glob.push('\\');
        }
        is_escaped = character == '\\' && !is_escaped;
        glob.push(character);
    }
    glob
}

#[cfg(test)]
mod tests;
