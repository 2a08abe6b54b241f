//! Texts that would take too long: what thousands of uses mean, each of which thousands of imports of
//! the same name can reach, grows with the product of both. Nobody writes such a text, but a run over
//! a tree must not wait for one.

use rustc_hash::FxHashMap;

use super::scopes::{BindingId, BindingKind, Scopes};
use crate::lang::SourceError;

/// Pairs of a use and an import that reaches it. A module with some thousands of uses has as many;
/// 500 imports of one name and 500 functions that use it are at the limit, and take half a second in
/// a build that is optimised a little.
const MOST: usize = 250_000;

/// A text of any size may have so many for each use, on the average: a dozen star imports over a long
/// generated module are usual, and what they cost grows with the text alone.
const MOST_EACH: usize = 16;

/// Names of a path of which each start is looked up by itself: packages around a module. No tree nests as
/// deep, but a text may name a path of thousands of names, and its starts together are as long as their
/// number squared.
pub(super) const DEEPEST: usize = 128;

/// So many bindings that are no imports cost a use as much as one import.
const OTHERS: usize = 64;

/// Checks that a text can be decided on in reasonable time.
///
/// # Errors
/// It cannot.
pub(super) fn check(scopes: &Scopes) -> Result<(), SourceError> {
    let is_import = |id: &&BindingId| matches!(scopes.binding(**id).kind, BindingKind::Import(..));
    let most = MOST.max(MOST_EACH * scopes.chains.len());
    // Many uses share one list of bindings. By list: how many of them are imports.
    let mut known: FxHashMap<(*const BindingId, usize), usize> = FxHashMap::default();
    let mut pairs = 0;
    for chain in &scopes.chains {
        let bindings = &chain.reach.bindings;
        let list = (bindings.as_ptr(), bindings.len());
        let imports = match bindings[..] {
            [] | [_] => bindings.len(),
            _ => *known
                .entry(list)
                .or_insert_with(|| bindings.iter().filter(is_import).count()),
        };
        let others = bindings.len() - imports;
        // A star may bring it too. One import a use is what a text of any size may have.
        let imports = (imports + chain.reach.stars.len()).saturating_sub(1);
        pairs += imports + others / OTHERS;
        if pairs > most {
            return Err(SourceError {
                message: format!(
                    "imports the same names so often that what its uses mean would take too long \
                     to tell (more than {most} pairs of a use and an import that it may mean); \
                     leave it out with --exclude"
                ),
                offset: Some(chain.range().start().to_usize()),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::lang::python::parse::{SourceKind, module};

    use super::*;

    #[track_caller]
    fn is_taken(imports: usize, uses: usize) -> bool {
        let lines = ["import a\n".repeat(imports), "type T = a\n".repeat(uses)];
        let text = lines.concat();
        let parsed = module(&text, SourceKind::Module).expect("valid");
        check(&Scopes::of(parsed.syntax(), &text)).is_ok()
    }

    #[test]
    fn imports_times_uses_count() {
        assert!(is_taken(500, 500));
        assert!(!is_taken(600, 600));
    }

    #[test]
    fn a_long_module_may_have_a_dozen_star_imports() {
        let taken = |stars: usize| {
            let lines = ["from a import *\n".repeat(stars), "x\n".repeat(20_000)];
            let text = lines.concat();
            let parsed = module(&text, SourceKind::Module).expect("valid");
            check(&Scopes::of(parsed.syntax(), &text)).is_ok()
        };
        assert!(taken(14));
        assert!(!taken(30));
    }

    #[test]
    fn other_bindings_count_little() {
        let taken = |times: usize| {
            let lines: String = (0..times)
                .map(|at| format!("def f{at}():\n    global a\n    a = a\n"))
                .collect();
            let text = format!("import a\n{lines}");
            let parsed = module(&text, SourceKind::Module).expect("valid");
            check(&Scopes::of(parsed.syntax(), &text)).is_ok()
        };
        assert!(taken(2_000));
        assert!(!taken(6_000));
    }

    #[test]
    fn one_import_is_no_pair() {
        assert!(is_taken(1, 3_000));
    }
}
