//! From what was resolved to edits and findings. Only names of paths are ever edited.
//!
//! - `decision`, `decide`, `twins`, `uses`, `merge`: what becomes of each import; `globs`: what must be
//!   imported beside a glob.
//! - `items`, `groups`, `layout`, `tree`, `new_items`: `use` items, each composed as meaning and
//!   emitted once.
//! - `comments`: those inside of `use` items, none of which is lost.
//! - `displaced`: relative paths that would lead elsewhere once their file is moved.
//! - `sites`, `guards`: paths outside imports, and when they must stay; `macros`: those in the tokens of
//!   macros; `texts`: paths in text.
//! - `render`: how a path is written in the place of another; `names_edit`: the smallest edits for it.
//! - `site_index`: paths by first name and by import;
//! - `words`: names by tokens, for what must account for each place of a name;
//! - `unused`: imports whose last use went;
//! - `exposed`: what other files see; `refusals`: why things stay.
//!
//! The order matters: imports are decided first, since a path that goes through an import follows it;
//! then paths; then the imports that no path needs any more; last the items are composed.

mod actions;
mod comments;
mod decide;
mod displaced;
mod exposed;
mod globs;
mod groups;
mod guards;
mod imports;
mod items;
mod layout;
mod macros;
mod merge;
mod names_edit;
mod new_items;
mod refusals;
mod render;
mod site_index;
mod sites;
mod texts;
mod tree;
mod twins;
mod unused;
mod uses;
mod words;

pub use actions::Decisions;
pub use site_index::SiteIndex;
pub use texts::absolute_paths;

use super::resolve::Resolver;
use super::settings::Settings;
use super::visit::Found;
use crate::lang::RewriteOptions;
use crate::lang::plan_builder::PlanBuilder;
use crate::lang::suppression::Suppressions;

/// What all parts of a rewrite read.
pub struct Rewrite<'r, 'a> {
    /// The text.
    pub text: &'r str,
    /// Where it stands, and what names mean.
    pub resolver: &'r Resolver<'a>,
    /// What the walk found.
    pub found: &'r Found,
    /// Lines with a `repoint: keep` comment.
    pub kept: &'r Suppressions,
    /// How far the rewrite goes.
    pub options: &'r RewriteOptions,
    /// What the configuration says.
    pub settings: &'r Settings,
    /// Paths by what they are asked for.
    pub index: SiteIndex,
}

impl Rewrite<'_, '_> {
    /// Plans the rewrite of imports and paths into `plan_builder`.
    pub fn run(&self, draft: &mut PlanBuilder) -> Decisions {
        let mut decisions = self.decisions(draft);
        let added = self.globs(&decisions, draft);
        self.follow_added(&mut decisions, &added);
        let went = self.sites(&decisions, &added, draft);
        self.loose(draft);
        let mut idle = self.idle_imports(&went, &mut decisions, draft);
        idle.extend(self.drop_empty_globs(&mut decisions, &added, draft));
        self.items(&decisions, &added, &idle, draft);
        decisions
    }
}
