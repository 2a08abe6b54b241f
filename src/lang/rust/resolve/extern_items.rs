//! What `extern crate` items bring: names of crates, and with `#[macro_use]` their macros.

use super::head::{Head, Via};
use super::known::KnownModule;
use super::names::{Entry, Leaf, LeafKind, MACRO, MacroUse, What};
use super::resolver::Resolver;
use super::scopes::Scopes;
use crate::lang::rust::manifest::Edition;
use crate::mapping::Outcome;
use crate::path::Segment;

impl Resolver<'_> {
    /// The library that an `extern crate` item names.
    pub fn extern_crate(&self, name: &Segment) -> Segment {
        if name == "self" {
            return self.home.root.clone();
        }
        self.home.external(name).unwrap_or(name).clone()
    }

    /// Whether every module of this crate sees every macro of the library: `#[macro_use]` at the root.
    pub fn brings_all_macros(&self, scopes: &Scopes, library: &Segment) -> bool {
        let is_whole =
            |of: &MacroUse| of.names.is_none() && self.extern_crate(&of.krate) == *library;
        match self.module_itself(scopes, std::slice::from_ref(&self.home.root)) {
            Some(KnownModule::Here(id)) => scopes.get(id).names.macro_uses.iter().any(is_whole),
            Some(KnownModule::Elsewhere(names, _)) => names.macro_uses.iter().any(is_whole),
            None => false,
        }
    }

    /// A macro that is called by its name alone and that no scope binds: what `#[macro_use]` of an
    /// `extern crate` at the root brings, or an exported one of this crate in its textual scope. Only
    /// rules tell of them: what a crate has is not known.
    pub(super) fn by_macro_use(&self, scopes: &Scopes, name: &Segment) -> Option<Head> {
        let krate = self.home.krate?;
        if !self.tree.is_root_name(self.table, name) {
            return None;
        }
        let head = |path: [Segment; 2], via| Head {
            taken: 1,
            base: path.to_vec(),
            via,
            aliases: Vec::new(),
        };
        let is_known = |path: &[Segment; 2]| {
            matches!(
                self.table.resolve(path, MACRO),
                Outcome::Moves(_) | Outcome::Removed(_) | Outcome::Alternatives(_)
            ) || self.table.leads_to_new(path)
        };
        let brings = |of: &[MacroUse]| {
            of.iter().find_map(|of| {
                let path = [self.extern_crate(&of.krate), name.clone()];
                let is_named = of.names.as_ref().is_none_or(|names| names.contains(name));
                (is_named && is_known(&path)).then_some(path)
            })
        };
        let root = [self.home.root.clone()];
        let brought = match self.module_itself(scopes, &root)? {
            KnownModule::Here(id) => brings(&scopes.get(id).names.macro_uses),
            KnownModule::Elsewhere(names, _) => brings(&names.macro_uses),
        };
        if let Some(path) = brought {
            // One of this crate hides it wherever it is in scope.
            let via = match self.tree.defines_macro(krate, name) {
                true => Via::Ambiguous,
                false => Via::MacroUse,
            };
            return Some(head(path, via));
        }
        let own = [self.home.root.clone(), name.clone()];
        let is_old = !matches!(self.table.resolve(&own, MACRO), Outcome::Stays);
        (is_old && self.tree.exports_macro(krate, name)).then(|| head(own, Via::MacroUse))
    }

    /// The crate that an `extern crate` at this crate's root binds to `name`: since edition 2018 all
    /// modules see it.
    pub(super) fn root_extern(&self, scopes: &Scopes, name: &str) -> Option<Segment> {
        if self.home.edition == Edition::E2015 {
            return None;
        }
        let find = |entries: &[Entry], leaves: &[Leaf]| {
            extern_crates(entries, leaves)
                .next()
                .map(|leaf| self.extern_crate(&leaf.written.segments[0]))
        };
        match self.module_itself(scopes, std::slice::from_ref(&self.home.root))? {
            KnownModule::Here(id) => {
                let names = &scopes.get(id).names;
                find(names.get(name), &names.leaves)
            }
            KnownModule::Elsewhere(names, _) => find(names.get(name), &names.leaves),
        }
    }
}

/// The `extern crate` items among what binds a name.
pub(super) fn extern_crates<'n>(
    entries: &'n [Entry],
    leaves: &'n [Leaf],
) -> impl Iterator<Item = &'n Leaf> {
    let imports = entries.iter().filter_map(|entry| match entry.what {
        What::Import(ordinal) => leaves.get(ordinal),
        What::Module | What::Definition => None,
    });
    imports.filter(|leaf| leaf.kind == LeafKind::ExternCrate)
}
