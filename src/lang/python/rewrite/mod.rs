//! From what was found out about a text to edits and findings.
//!
//! - `facts`: clauses and chains with the paths that they mean, and what the table says (`verdict`);
//! - `decide`: what becomes of each (`actions`: the choices), decided until nothing conflicts any more. It asks
//!   - `kinds`: module or object;
//!   - `access`: heads for chains that are written out, and the imports for them (`free`: whether a name can be
//!     one, `brought`: whether it is bound already), `heads`: names that are there already and can be such heads;
//!   - `early`: chains that may be read before the import of their module;
//!   - `late`: objects that something puts another one in the place of;
//!   - `exposure`: who else sees a name; `roots`: the top package that a dotted import binds (`loss`: who would
//!     miss it); `loaded`: modules that an import loads besides;
//!   - `twins`, `fallback`: clauses and arms that would become equal;
//!   - `uses`: uses that are renamed; `names`: chains by name; `order`: names that a statement binds twice;
//!     `values`: paths in patterns;
//! - `statement` (with `list`, `layout`, `target`): import statements, composed as meaning and emitted
//!   once; `chains`: edits of names;
//! - `escapes`: modules that are handed on as objects;
//! - `cycles`: imports that close one; `implied`: names that a package has since it loaded a module;
//! - `tautology` (with `guards`): tests of an old path that test nothing afterwards;
//! - `met`: objects that the code replaces or looks up late;
//! - `leave`: relative imports of a file that moves itself;
//! - `report`: references and findings; `outline`: what verification compares.
//!
//! New imports stand beside those that they come from. No statement is moved or sorted.

mod access;
mod actions;
mod brought;
mod chains;
mod cycles;
mod decide;
mod early;
mod emit;
mod escapes;
mod exposure;
mod facts;
mod fallback;
mod free;
mod guards;
mod heads;
mod implied;
mod kinds;
mod late;
mod layout;
mod leave;
mod list;
mod loaded;
mod loss;
mod met;
mod names;
mod order;
mod outline;
mod report;
mod roots;
mod statement;
mod target;
mod tautology;
mod twins;
mod uses;
mod values;
mod verdict;

use std::cell::OnceCell;

use ruff_text_size::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};

use super::own::Own;
use super::scopes::{BindingId, LastImports};
use super::strings::Found;
use super::tree::Tree;
use super::unit::Unit;
use crate::lang::plan_builder::PlanBuilder;
use crate::mapping::Table;
use crate::outline::Outline;
use crate::path::Segment;

use actions::ReferenceAction;
use facts::{Facts, Key};
use names::Names;

pub(super) use layout::newline;
pub(super) use met::Meeting;
pub(super) use tautology::review_expected;
pub(super) use verdict::Verdict;

/// What all parts of a rewrite read.
pub(super) struct Rewrite<'r, 'a> {
    /// The text.
    unit: &'r Unit<'a>,
    /// The tree around it.
    tree: Tree<'r>,
    /// Names in `__all__`.
    exports: FxHashSet<Segment>,
    /// Where chains start whose attribute a string names.
    looked_up: FxHashSet<u32>,
    /// Names that doctests use.
    doctest_names: FxHashSet<Segment>,
    /// Modules that strings load (`import_module("a.b")`).
    named_modules: Vec<Vec<Segment>>,
    /// Where names are assigned `None`, once that is asked.
    nones: OnceCell<FxHashSet<u32>>,
    /// Bindings whose uses are renamed.
    renamed: FxHashSet<BindingId>,
    /// Clauses whose uses should have been renamed, and are not: the name, and why it stays.
    kept_names: FxHashMap<Key, (Segment, String)>,
    /// Names that the text reaches through its own module; found when they are asked for.
    own: OnceCell<Own>,
    /// Bindings that a `del` undoes; found when they are asked for.
    deleted: OnceCell<FxHashSet<BindingId>>,
    /// The last imports of each package; found when they are asked for.
    last: OnceCell<LastImports>,
    /// Classes that are derived from others; found when they are asked for.
    derived: OnceCell<FxHashSet<TextRange>>,
    /// Paths that the text stores to or patches; found when they are asked for.
    replaced: OnceCell<FxHashSet<Vec<Segment>>>,
    /// Questions about all names and all chains, each answered once.
    names: Names,
    /// Where paths start that patterns compare with; found when they are asked for.
    values: OnceCell<FxHashSet<u32>>,
    /// Names that the package has since it loaded modules; found when they are asked for.
    implied: OnceCell<implied::AllImplied>,
}

impl<'r, 'a> Rewrite<'r, 'a> {
    /// Plans imports and chains into `plan_builder`; returns the outline of the text without its strings.
    pub(super) fn run(
        unit: &'r Unit<'a>,
        tree: Tree<'r>,
        found: &Found,
        doctest_names: FxHashSet<Segment>,
        draft: &mut PlanBuilder,
    ) -> Outline {
        let pairs = &found.pairs[..];
        let mut rewrite = Self {
            exports: super::exports::of(unit.module),
            looked_up: pairs.iter().map(|pair| pair.chain).collect(),
            unit,
            tree,
            doctest_names,
            named_modules: found.loaded(),
            nones: OnceCell::new(),
            renamed: FxHashSet::default(),
            kept_names: FxHashMap::default(),
            own: OnceCell::new(),
            deleted: OnceCell::new(),
            last: OnceCell::new(),
            derived: OnceCell::new(),
            replaced: OnceCell::new(),
            names: Names::default(),
            values: OnceCell::new(),
            implied: OnceCell::new(),
        };
        let facts = Facts::of(unit, &rewrite.tree, pairs);
        let (decisions, edits) = rewrite.settle(&facts);
        rewrite.rename_uses(&facts, &decisions, draft);
        for edit in edits {
            draft.pieces.push(edit.range.clone());
            draft.edits.push(edit);
        }
        draft.edits.extend(rewrite.statements(&facts, &decisions));
        rewrite.report(&facts, &decisions, draft);
        rewrite.meet(pairs, &facts, draft);
        rewrite.write_leaving(&facts, &decisions, draft);
        rewrite.review_tautologies(&facts, &decisions, draft);
        rewrite.note_escapes(&facts, &decisions, draft);
        rewrite.refuse_lookups(pairs, &facts, &decisions, draft);
        rewrite.extend_globals(&facts, &decisions, draft);
        rewrite.declare(&facts, &decisions, &mut draft.declared);
        rewrite.outline(&facts, &decisions)
    }

    /// Decides everything, and edits the chains; one that cannot be edited is decided anew.
    fn settle(&self, facts: &Facts) -> (actions::Decisions, Vec<crate::text::Edit>) {
        let mut blocks = actions::Blocks::default();
        loop {
            let decisions = self.decisions(facts, &mut blocks);
            let mut edits = Vec::new();
            let mut failed = false;
            for (at, next) in decisions.chains.iter().enumerate() {
                let ReferenceAction::Writes(names) = next else {
                    continue;
                };
                match self.chain_edits(&facts.chains[at], names) {
                    Ok(own) => edits.extend(own),
                    Err(refusal) => {
                        failed = true;
                        blocks.chains.insert(at, refusal);
                    }
                }
            }
            if !failed {
                return (decisions, edits);
            }
        }
    }

    fn table(&self) -> &'a Table {
        self.unit.setting.table
    }
}
