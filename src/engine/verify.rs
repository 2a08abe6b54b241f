//! Verification of one file: is the edited text what the plan says it is?
//!
//! Compares two outlines, the one of before and the one that the same resolver makes of the edited
//! text, and needs no word of the language for it. It guards the rewriter; the resolver itself is
//! held by fixtures that are compiled or run. Its clauses:
//!
//! - **uses**: outside imports, in source order, each use of before, pushed through the table, is
//!   the use of after; one with a finding stays what it was;
//! - **bindings**: every scope binds the names that it bound, seen by the same, each to the path
//!   that the table makes of it; what the plan declared is added or gone, and nothing else;
//! - **fixpoint**: planning the edited text again gives no edit.
//!
//! Then laws over the tokens of both texts, which do not ask the resolver: `comments`, `tokens`, `names`,
//! each in a file of its own; `marks` says where references are in both.

mod comments;
mod marks;
mod names;
mod tokens;

use std::collections::BTreeMap;
use std::fmt;

use crate::mapping::{Outcome, Table};
use crate::outline::{Binding, Declared, Meaning, Use};
use crate::path::{Known, Namespaces, Segment, SymbolPath, Syntax};
use crate::plan::Analysis;
use crate::text::LineIndex;
use crate::tokens::Tokens;
use marks::Marks;

/// A text and what the language made of it.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The text.
    pub text: &'a str,
    /// Its outline and plan.
    pub analysis: &'a Analysis,
    /// Its tokens.
    pub tokens: &'a Tokens,
}

/// Why an edited text must not be written. Every one is a defect of repoint: the first difference
/// that was found, for a report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the rewritten text failed verification: {difference}; the file is left as it is (this is a \
     defect of repoint, please report it with the file and the rule)"
)]
pub struct VerifyError {
    /// What differs.
    pub difference: Difference,
    /// The byte of the text of before that it is about, if that is known.
    pub offset: Option<usize>,
}

/// What differs between what was planned and what the edited text says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Difference {
    /// Uses appeared or vanished.
    #[error("{before} uses became {after}")]
    UseCount {
        /// Uses in the text of before.
        before: usize,
        /// Uses in the edited text.
        after: usize,
    },
    /// A use means another thing than the table makes of it.
    #[error("the use of `{old}`{} should mean {expected} and means {found}", At(*line))]
    Use {
        /// What it meant before.
        old: String,
        /// What the table makes of that.
        expected: String,
        /// What it means in the edited text.
        found: String,
        /// Its line in the text of before, from 1.
        line: Option<usize>,
    },
    /// A binding that should be there is not.
    #[error("{scope} should bind {binding} and does not")]
    Lost {
        /// The scope, for people.
        scope: String,
        /// The binding that is missing.
        binding: String,
    },
    /// A binding that was neither there nor declared.
    #[error("{scope} binds {binding}, which nothing asked for")]
    Undeclared {
        /// The scope, for people.
        scope: String,
        /// The binding that is too much.
        binding: String,
    },
    /// The plan takes out a binding that was not there.
    #[error("the plan removes {binding} from {scope}, where it is not")]
    RemovedNothing {
        /// The scope, for people.
        scope: String,
        /// The binding that the plan declared.
        binding: String,
    },
    /// A binding that others see went, and no other took its place.
    #[error("{scope} no longer exposes {binding}")]
    Unexposed {
        /// The scope, for people.
        scope: String,
        /// The binding that went.
        binding: String,
    },
    /// A definition appeared, vanished or has another name.
    #[error("the definitions of {scope} changed from [{before}] to [{after}]")]
    Definitions {
        /// The scope, for people.
        scope: String,
        /// Names of before.
        before: String,
        /// Names of after.
        after: String,
    },
    /// The edited text parses, and is not valid for another reason.
    #[error("the result is not valid: {0}")]
    Invalid(String),
    /// A comment is gone.
    #[error("the comment `{comment}` at line {line} is lost")]
    CommentLost {
        /// How it starts.
        comment: String,
        /// Its line in the text of before, from 1.
        line: usize,
    },
    /// A comment is there that was not, or once more.
    #[error("the comment `{comment}` appears at line {line} of the result")]
    CommentAdded {
        /// How it starts.
        comment: String,
        /// Its line in the edited text, from 1.
        line: usize,
    },
    /// What is no reference changed.
    #[error("{before} at line {line} became {after}")]
    Token {
        /// What was there.
        before: String,
        /// What is there now.
        after: String,
        /// Its line in the text of before, from 1.
        line: usize,
    },
    /// A name stands somewhere that no import binds any more.
    #[error("{scope} no longer binds `{name}`, which stands at line {line} of the result")]
    Name {
        /// The scope, for people.
        scope: String,
        /// The name.
        name: String,
        /// Its line in the edited text, from 1.
        line: usize,
    },
    /// A second run would change the file again.
    #[error("a second run would edit line {line} of the result again, to `{text}`")]
    NoFixpoint {
        /// The line in the edited text, from 1.
        line: usize,
        /// What the second run would write there.
        text: String,
    },
}

struct At(Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(line) => write!(f, " at line {line}"),
            None => Ok(()),
        }
    }
}

/// Whether `after`, the analysis of the edited text, is what the plan of `before` promises.
///
/// # Errors
/// The first difference, with its place if that is known.
pub fn verify(before: Side<'_>, after: Side<'_>, table: &Table) -> Result<(), VerifyError> {
    uses(before, after, table)?;
    bindings(before, after, table).map_err(nowhere)?;
    definitions(before, after).map_err(nowhere)?;
    validity(before, after).map_err(nowhere)?;
    verify_tokens(before, after, table)?;
    fixpoint(after).map_err(nowhere)
}

/// The laws over tokens.
fn verify_tokens(before: Side<'_>, after: Side<'_>, table: &Table) -> Result<(), VerifyError> {
    let marks = Marks::of(before, after, table);
    comments::check(before, after, &marks)?;
    tokens::check(before, after, &marks)?;
    names::check(before, after)
}

/// The name that a dotted import binds.
fn head(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}

/// The line of a byte, from 1.
fn line_at(text: &str, at: usize) -> usize {
    LineIndex::new(text).line_of(at) + 1
}

fn nowhere(difference: Difference) -> VerifyError {
    VerifyError {
        difference,
        offset: None,
    }
}

/// What a meaning must have become.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Expected {
    /// The very same.
    Same(Meaning),
    /// This path. The new home may be the file itself, so it may be a reference or the file's own.
    Moved(Vec<Segment>),
}

impl Expected {
    fn of(
        meaning: &Meaning,
        namespaces: Namespaces,
        known: Known,
        stays: bool,
        table: &Table,
    ) -> Self {
        if let (Meaning::Path(path), false) = (meaning, stays)
            && let Outcome::Moves(moved) = table.resolve_known(path, namespaces, known)
        {
            return Self::Moved(moved.to.segments().to_vec());
        }
        Self::Same(meaning.clone())
    }

    fn admits(&self, found: &Meaning) -> bool {
        match (self, found) {
            (Self::Same(same), found) => same == found,
            (Self::Moved(to), Meaning::Path(path) | Meaning::Own(path)) => to == path,
            (Self::Moved(_), Meaning::Opaque(_)) => false,
        }
    }

    fn describe(&self, syntax: &Syntax) -> String {
        match self {
            Self::Same(meaning) => describe(meaning, syntax),
            Self::Moved(path) => format!("`{}`", written(path, syntax)),
        }
    }
}

fn uses(before: Side<'_>, after: Side<'_>, table: &Table) -> Result<(), VerifyError> {
    let (old, new) = (&before.analysis.outline.uses, &after.analysis.outline.uses);
    let expected =
        |was: &Use| Expected::of(&was.meaning, was.namespaces, was.known, was.stays, table);
    // What one name may mean is in no order.
    let mut checked = 0;
    for (at, (was, is)) in old.iter().zip(new).enumerate() {
        if at < checked || expected(was).admits(&is.meaning) {
            continue;
        }
        let start = |it: &Use| it.range.as_ref().map(|range| range.start);
        let first = old[..at].iter().rposition(|it| start(it) != start(was));
        let first = first.map_or(0, |first| first + 1);
        let same = old[at..].iter().take_while(|it| start(it) == start(was));
        let end = at + same.count();
        let group = old[first..end].iter().map(&expected).collect();
        if start(was).is_some() && are_matched(group, new.get(first..end).unwrap_or_default()) {
            checked = end;
            continue;
        }
        let expected = expected(was);
        let offset = was.range.as_ref().map(|range| range.start);
        let syntax = table.syntax();
        return Err(VerifyError {
            difference: Difference::Use {
                old: written(segments(&was.meaning), syntax),
                expected: expected.describe(syntax),
                found: describe(&is.meaning, syntax),
                line: offset.map(|at| line_at(before.text, at)),
            },
            offset,
        });
    }
    if old.len() != new.len() {
        return Err(nowhere(Difference::UseCount {
            before: old.len(),
            after: new.len(),
        }));
    }
    Ok(())
}

/// Whether each of these is found among as many uses.
fn are_matched(expected: Vec<Expected>, found: &[Use]) -> bool {
    let mut found: Vec<&Use> = found.iter().collect();
    expected.len() == found.len()
        && expected.iter().all(|expected| {
            let at = found.iter().position(|it| expected.admits(&it.meaning));
            at.map(|at| found.swap_remove(at)).is_some()
        })
}

/// What tells bindings apart, beside what they mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    scope: &'a str,
    name: &'a str,
    visibility: &'a str,
    condition: &'a str,
}

impl<'a> From<&'a Binding> for Key<'a> {
    fn from(binding: &'a Binding) -> Self {
        Self {
            scope: &binding.scope,
            name: &binding.name,
            visibility: &binding.visibility,
            condition: &binding.condition,
        }
    }
}

impl Key<'_> {
    fn with(&self, meaning: &str) -> String {
        let mut text = String::new();
        for part in [self.condition, self.visibility] {
            if !part.is_empty() {
                text.push_str(part);
                text.push(' ');
            }
        }
        format!("{text}`{}` as {meaning}", self.name)
    }
}

/// A multiset: how many times each element is in it.
type Counts<K> = BTreeMap<K, usize>;

fn take<K: Ord>(counts: &mut Counts<K>, key: &K) -> bool {
    match counts.get_mut(key) {
        Some(count) if *count > 1 => *count -= 1,
        Some(_) => {
            counts.remove(key);
        }
        None => return false,
    }
    true
}

fn bindings(before: Side<'_>, after: Side<'_>, table: &Table) -> Result<(), Difference> {
    let syntax = table.syntax();
    let mut removed: Counts<(Key<'_>, &Meaning)> = Counts::new();
    let mut expected: Counts<(Key<'_>, Expected)> = Counts::new();
    for declared in &before.analysis.plan.declared {
        match declared {
            Declared::Removed(binding) => {
                *removed
                    .entry((binding.into(), &binding.meaning))
                    .or_default() += 1;
            }
            Declared::Added(binding) => {
                let same = Expected::Moved(segments(&binding.meaning).to_vec());
                let expects = match binding.meaning {
                    Meaning::Opaque(_) => Expected::Same(binding.meaning.clone()),
                    Meaning::Path(_) | Meaning::Own(_) => same,
                };
                *expected.entry((binding.into(), expects)).or_default() += 1;
            }
        }
    }
    // Of two that are alike the one that may go is the one that goes.
    let all = &before.analysis.outline.bindings;
    let may_go = all.iter().filter(|binding| !binding.stays);
    for binding in may_go.chain(all.iter().filter(|binding| binding.stays)) {
        let key = Key::from(binding);
        if take(&mut removed, &(key, &binding.meaning)) {
            exposed(binding, after)?;
            continue;
        }
        let expects = Expected::of(
            &binding.meaning,
            binding.namespaces,
            binding.known,
            binding.stays,
            table,
        );
        *expected.entry((key, expects)).or_default() += 1;
    }
    if let Some((key, meaning)) = removed.keys().next() {
        return Err(Difference::RemovedNothing {
            scope: scope(key.scope),
            binding: key.with(&describe(meaning, syntax)),
        });
    }
    match_bindings(expected, after, syntax)
}

/// Takes what is found out of what is expected; something that is left on either side differs.
fn match_bindings(
    expected: Counts<(Key<'_>, Expected)>,
    after: Side<'_>,
    syntax: &Syntax,
) -> Result<(), Difference> {
    let mut found: Counts<(Key<'_>, Meaning)> = Counts::new();
    for binding in &after.analysis.outline.bindings {
        *found
            .entry((binding.into(), binding.meaning.clone()))
            .or_default() += 1;
    }
    // `Same` sorts before `Moved` of one key: what leaves no choice is taken first.
    for ((key, expects), count) in expected {
        for _ in 0..count {
            let there = match &expects {
                Expected::Same(meaning) => take(&mut found, &(key, meaning.clone())),
                Expected::Moved(to) => {
                    take(&mut found, &(key, Meaning::Path(to.clone())))
                        || take(&mut found, &(key, Meaning::Own(to.clone())))
                }
            };
            if !there {
                return Err(Difference::Lost {
                    scope: scope(key.scope),
                    binding: key.with(&expects.describe(syntax)),
                });
            }
        }
    }
    match found.into_keys().next() {
        None => Ok(()),
        Some((key, meaning)) => Err(Difference::Undeclared {
            scope: scope(key.scope),
            binding: key.with(&describe(&meaning, syntax)),
        }),
    }
}

/// A removed binding was private, or its scope still exposes the name. That no use of it is left
/// follows from the uses: one would mean something else now.
fn exposed(removed: &Binding, after: Side<'_>) -> Result<(), Difference> {
    let outline = &after.analysis.outline;
    let bound = || {
        outline.bindings.iter().any(|binding| {
            (&binding.scope, &binding.name, &binding.visibility)
                == (&removed.scope, &removed.name, &removed.visibility)
        })
    };
    let defined = || {
        outline
            .definitions
            .get(&removed.scope)
            .is_some_and(|names| names.contains(&removed.name))
    };
    // A glob of what the name meant in the end brings it too.
    let brought = || {
        outline.bindings.iter().any(|binding| {
            binding.scope == removed.scope
                && binding.name == "*"
                && binding.visibility == removed.visibility
        })
    };
    if removed.visibility.is_empty() || bound() || defined() || brought() {
        return Ok(());
    }
    Err(Difference::Unexposed {
        scope: scope(&removed.scope),
        binding: format!("{} `{}`", removed.visibility, removed.name),
    })
}

fn definitions(before: Side<'_>, after: Side<'_>) -> Result<(), Difference> {
    let (old, new) = (
        &before.analysis.outline.definitions,
        &after.analysis.outline.definitions,
    );
    for name in old.keys().chain(new.keys()) {
        let (was, is) = (old.get(name), new.get(name));
        if was != is {
            let list =
                |names: Option<&Vec<Segment>>| names.map_or_else(String::new, |n| n.join(", "));
            return Err(Difference::Definitions {
                scope: scope(name),
                before: list(was),
                after: list(is),
            });
        }
    }
    Ok(())
}

/// What is wrong with the edited text must have been wrong before.
fn validity(before: Side<'_>, after: Side<'_>) -> Result<(), Difference> {
    let mut known: Counts<&str> = Counts::new();
    for error in &before.analysis.outline.invalid {
        *known.entry(error).or_default() += 1;
    }
    for error in &after.analysis.outline.invalid {
        if !take(&mut known, &error.as_str()) {
            return Err(Difference::Invalid(error.clone()));
        }
    }
    Ok(())
}

fn fixpoint(after: Side<'_>) -> Result<(), Difference> {
    match after.analysis.plan.edits.as_slice().first() {
        None => Ok(()),
        Some(edit) => Err(Difference::NoFixpoint {
            line: line_at(after.text, edit.range.start),
            text: edit.text.trim().to_owned(),
        }),
    }
}

fn segments(meaning: &Meaning) -> &[Segment] {
    match meaning {
        Meaning::Path(path) | Meaning::Own(path) | Meaning::Opaque(path) => path,
    }
}

fn written(path: &[Segment], syntax: &Syntax) -> String {
    SymbolPath::new(path.to_vec()).map_or_else(String::new, |path| path.display(syntax).to_string())
}

fn describe(meaning: &Meaning, syntax: &Syntax) -> String {
    let path = written(segments(meaning), syntax);
    match meaning {
        Meaning::Path(_) => format!("`{path}`"),
        Meaning::Own(_) => format!("`{path}` of the file itself"),
        Meaning::Opaque(_) => format!("the local `{path}`"),
    }
}

fn scope(name: &str) -> String {
    if name.is_empty() {
        "the file".to_owned()
    } else {
        format!("scope `{name}`")
    }
}

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
