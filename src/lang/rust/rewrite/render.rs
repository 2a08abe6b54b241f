//! How a path is written in the place of another: its style is kept where that is still right.

use super::Rewrite;
use super::actions::Decisions;
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::rust::gate::Gate;
use crate::lang::rust::manifest::Edition;
use crate::lang::rust::resolve::{
    Entry, Head, Leaf, LeafKind, MACRO, Role, ScopeId, TYPE, Via, Written,
};
use crate::path::{Namespaces, RUST, Segment};

/// A path as it will be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// It starts with `::`.
    pub leading: bool,
    /// Its names, with `r#` where the edition asks for it.
    pub names: Vec<String>,
}

/// The place that a path is written for.
#[derive(Clone, Debug)]
pub struct Spot<'s> {
    /// Its scope.
    pub scope: ScopeId,
    /// An import, or any other path.
    pub role: Role,
    /// The path that stands there.
    pub written: &'s Written,
    /// How its first names were found; `None` for an unknown one.
    pub head: Option<&'s Head>,
    /// What these names mean after all imports are rewritten.
    pub after: Option<&'s [Segment]>,
    /// What the import that it goes through is called afterwards, if that changes.
    pub renamed: Option<&'s Segment>,
    /// Only an absolute path means the same wherever it ends up.
    pub absolute: bool,
    /// The conditions under which it is there.
    pub gate: Gate,
    /// Type parameters in sight.
    pub hidden: &'s [Segment],
    /// The crate itself can only be written by its name (exported macros, doctests).
    pub by_name: bool,
    /// It is code for other crates: what they depend on is not known.
    pub foreign: bool,
}

impl Rewrite<'_, '_> {
    /// How `target` is written at `spot`. `more` says that further names follow, so that a bare
    /// `crate` or `super` is fine.
    ///
    /// # Errors
    /// It cannot be written there.
    pub(super) fn render(
        &self,
        spot: &Spot<'_>,
        target: &[Segment],
        more: bool,
    ) -> Result<Words, Refusal> {
        if let Some(words) = self.in_style(spot, target, more) {
            // Behind `crate::d`, an import of the root, the names are those of what it stands for.
            let is_alias = spot.head.is_some_and(|head| {
                matches!(
                    head.via,
                    Via::Import(..) | Via::OuterImport(..) | Via::Elsewhere
                )
            });
            let is_own = words.names[0] == "crate" && !words.leading && !is_alias;
            return if is_own {
                self.checked_own(spot, target, words)
            } else {
                Ok(words)
            };
        }
        self.absolute(spot, target)
    }

    /// The target behind the same first names, if they lead to it.
    fn in_style(&self, spot: &Spot<'_>, target: &[Segment], more: bool) -> Option<Words> {
        let head = spot.head?;
        let behind = |base: &[Segment]| {
            let rest = target.strip_prefix(base)?;
            // `super` alone names no item.
            (more || !rest.is_empty()).then_some(rest)
        };
        let same_head = |rest: &[Segment]| {
            let mut names: Vec<String> = spot.written.segments[..head.taken]
                .iter()
                .map(|name| self.word(name))
                .collect();
            if let Some(renamed) = spot.renamed {
                names[0] = self.word(renamed);
            }
            names.extend(rest.iter().map(|name| self.word(name)));
            Words {
                leading: spot.written.leading,
                names,
            }
        };
        match head.via {
            Via::Crate => behind(&head.base).map(same_head),
            Via::Relative if !spot.absolute => behind(&head.base).map(same_head),
            Via::Extern => target.strip_prefix(head.base.as_slice()).map(same_head),
            Via::MacroUse => self.brought_like(spot, head, target),
            Via::Import(..) | Via::OuterImport(..) | Via::Elsewhere if !spot.absolute => {
                target.strip_prefix(spot.after?).map(same_head)
            }
            Via::Module | Via::OuterDefinition | Via::Glob(..) if !spot.absolute => {
                let parent = &head.base[..head.base.len() - 1];
                let rest = target.strip_prefix(parent)?;
                let first = rest.first()?;
                // A name that a private glob brings cannot be re-exported (E0365).
                let is_name_of_glob = matches!(head.via, Via::Glob(..))
                    && matches!(spot.role, Role::Use(..))
                    && rest.len() == 1;
                if spot.hidden.contains(first) || is_name_of_glob {
                    return None;
                }
                let mut segments = vec![first.clone()];
                // A name alone may mean what no prefix can.
                if more || rest.len() > 1 {
                    segments.push(first.clone());
                }
                let written = Written {
                    leading: spot.written.leading,
                    segments,
                };
                let found = self.resolver.head(
                    &self.found.scopes,
                    spot.scope,
                    &written,
                    TYPE,
                    spot.role,
                )?;
                (found.base == target[..=parent.len()] && found.via != Via::Ambiguous).then(|| {
                    Words {
                        leading: spot.written.leading,
                        names: rest.iter().map(|name| self.word(name)).collect(),
                    }
                })
            }
            _ => None,
        }
    }

    /// A macro of the same crate by its name alone: what brings the old one brings it too.
    fn brought_like(&self, spot: &Spot<'_>, head: &Head, target: &[Segment]) -> Option<Words> {
        let home = &self.resolver.home;
        let [krate, name] = target else {
            return None;
        };
        let scopes = &self.found.scopes;
        // A list in another file is rewritten with that file, which may fail.
        let is_here = scopes.module(std::slice::from_ref(&home.root)).is_some();
        let is_brought = is_here || self.resolver.brings_all_macros(scopes, krate);
        if *krate != head.base[0] || *krate == home.root || !is_brought {
            return None;
        }
        let written = Written {
            leading: false,
            segments: vec![name.clone()],
        };
        let bound = self
            .resolver
            .head(scopes, spot.scope, &written, MACRO, spot.role);
        let is_free = bound.is_none_or(|head| head.via == Via::MacroUse && head.base == target)
            && !home
                .krate
                .is_some_and(|krate| self.resolver.tree.defines_macro(krate, name));
        is_free.then(|| Words {
            leading: false,
            names: vec![self.word(name)],
        })
    }

    /// The target from `crate` or from a crate's name.
    fn absolute(&self, spot: &Spot<'_>, target: &[Segment]) -> Result<Words, Refusal> {
        let home = &self.resolver.home;
        let words = |leading: bool, first: &str| {
            let mut names = vec![first.to_owned()];
            names.extend(target[1..].iter().map(|name| self.word(name)));
            Words { leading, names }
        };
        let root = &target[0];
        let is_own = *root == home.root && home.krate.is_some();
        if is_own && !spot.by_name {
            return self.checked_own(spot, target, words(false, "crate"));
        }
        let local = self.local_name(root, spot)?;
        // An own crate by its name, in a macro for other crates: nothing can be asked there.
        if spot.by_name && home.edition > Edition::E2015 {
            return Ok(words(spot.written.leading, &local));
        }
        // Only an `extern crate` at the root makes imports and `::` find a crate in edition 2015.
        let own_root = [home.root.clone()];
        let has_extern = self
            .resolver
            .binds_crate(&self.found.scopes, &own_root, &local);
        let leads_there = |leading: bool| {
            let from_root = leading || matches!(spot.role, Role::Use(..));
            if from_root && !has_extern && home.krate.is_some() {
                return false;
            }
            let written = Written {
                leading,
                segments: vec![local.as_str().into(), "x".into()],
            };
            self.resolver
                .head(&self.found.scopes, spot.scope, &written, TYPE, spot.role)
                .is_some_and(|head| {
                    head.base == [root.clone()] && matches!(head.via, Via::Extern | Via::Import(..))
                })
        };
        if home.edition == Edition::E2015 {
            return self
                .absolute_2015(spot, root, &leads_there)
                .map(|leading| words(leading, &local));
        }
        if spot.written.leading {
            return Ok(words(true, &local));
        }
        // Nothing bound: a crate that no manifest tells of is found by its name all the same.
        let written = Written {
            leading: false,
            segments: vec![local.as_str().into(), "x".into()],
        };
        let bound = self
            .resolver
            .head(&self.found.scopes, spot.scope, &written, TYPE, spot.role);
        let shadowed = match bound {
            Some(head) if head.via == Via::Extern && head.base == [root.clone()] => self
                .resolver
                .is_globbed_name(&self.found.scopes, spot.scope, &local),
            Some(head) => head.base != [root.clone()],
            // What a block defines has no path.
            None => self.is_bound_around(spot.scope, &local),
        };
        let first = Segment::new(local.strip_prefix("r#").unwrap_or(&local));
        let shadowed = shadowed || spot.hidden.contains(&first);
        Ok(words(shadowed, &local))
    }

    /// Whether a scope around binds a module or a type of this name, or none binds it and crates have
    /// no names there.
    fn is_bound_around(&self, scope: ScopeId, name: &str) -> bool {
        let scopes = &self.found.scopes;
        let is_type = |entry: &Entry| entry.kinds.meets(TYPE);
        let mut around = scopes.outwards(scope);
        around.any(|id| scopes.get(id).names.get(name).iter().any(is_type))
            || scopes.get(scope).no_prelude
    }

    /// `crate::a::b` means what it says unless the root's `a` is an alias of something else.
    fn checked_own(
        &self,
        spot: &Spot<'_>,
        target: &[Segment],
        words: Words,
    ) -> Result<Words, Refusal> {
        let mut segments = target.to_vec();
        segments[0] = Segment::new_static("crate");
        let written = Written {
            leading: false,
            segments,
        };
        let found = self.resolver.path(
            &self.found.scopes,
            spot.scope,
            &written,
            Namespaces::ALL,
            spot.role,
        );
        match found {
            Some((_, path)) if path != target => Err(Refusal::new(
                Code::Shadow,
                format!(
                    "`{}` is another name for something else here",
                    words.names.join("::")
                ),
            )
            .help("rename the import at the crate's root, or write this path by hand")),
            _ => Ok(words),
        }
    }

    /// In edition 2015 imports and `::` start at the crate's root, which must have an
    /// `extern crate`; other paths see crates by name too.
    fn absolute_2015(
        &self,
        spot: &Spot<'_>,
        root: &Segment,
        leads_there: &dyn Fn(bool) -> bool,
    ) -> Result<bool, Refusal> {
        let is_use = matches!(spot.role, Role::Use(..));
        if root == "std" {
            // `extern crate std` is there without being written.
            return Ok(!is_use);
        }
        if is_use {
            if leads_there(spot.written.leading) {
                return Ok(spot.written.leading);
            }
        } else if leads_there(false) && !spot.written.leading {
            return Ok(false);
        } else if leads_there(true) {
            return Ok(true);
        }
        Err(Refusal::new(
            Code::Edition,
            format!("in edition 2015 `{root}` needs an `extern crate {root};` at the crate's root"),
        )
        .help(format!(
            "add `extern crate {root};` to the root of the crate"
        )))
    }

    /// The name under which this target can write the crate `root`.
    fn local_name(&self, root: &Segment, spot: &Spot<'_>) -> Result<String, Refusal> {
        let home = &self.resolver.home;
        if home.externs.is_none() || matches!(root.as_str(), "std" | "core" | "proc_macro") {
            return Ok(self.word(root));
        }
        if root == "alloc" {
            if self.has_extern_alloc() {
                return Ok("alloc".to_owned());
            }
            return Err(Refusal::new(
                Code::MissingDependency,
                "`alloc` needs an `extern crate alloc;` without conditions at the crate's root",
            )
            .help("add `extern crate alloc;` to the root of the crate"));
        }
        if *root == home.root && home.krate.is_some() {
            return Ok(self.word(root));
        }
        if spot.foreign {
            return Ok(self.word(root));
        }
        let beside = spot.head.map(|head| &head.base[0]);
        if let Some(local) = home.local_name(root, &spot.gate, beside) {
            return Ok(self.word(local));
        }
        if let Some(local) = self.named_already(root, &spot.gate) {
            return Ok(local);
        }
        if let Some(when) = home.where_named(root) {
            return Err(Refusal::new(
                Code::MissingDependency,
                format!("the crate `{root}` is not always a dependency of this target"),
            )
            .help(format!(
                "put this under `#[cfg({})]`, or let the manifest bring `{root}` always",
                when.show()
            )));
        }
        let package = home
            .krate
            .and_then(|krate| krate.package.as_deref())
            .map_or_else(String::new, |package| format!(" -p {package}"));
        Err(Refusal::new(
            Code::MissingDependency,
            format!("the crate `{root}` is no dependency of this target"),
        )
        .help(format!(
            "run `cargo add {}{package}`",
            root.replace('_', "-")
        )))
    }

    /// A crate that the file names already, although no manifest tells of that name: the library of
    /// a registry package may have any name.
    /// So may code that is there at all only because the crate is.
    fn named_already(&self, root: &Segment, gate: &Gate) -> Option<String> {
        let mut sites = self.sites_of_crate(root);
        let in_paths = sites.any(|site| gate.is_within(&site.gate));
        let unhyphened = |name: &str| name.replace('_', "");
        let home = &self.resolver.home;
        let by_package = [home.externs, home.dev_externs]
            .into_iter()
            .flatten()
            .flatten()
            .map(|(_, external)| &external.library)
            .any(|library| library != root && unhyphened(library) == unhyphened(root));
        (in_paths || by_package).then(|| self.word(root))
    }

    /// Whether the crate's root says `extern crate alloc;`.
    fn has_extern_alloc(&self) -> bool {
        let root = [self.resolver.home.root.clone()];
        self.resolver
            .binds_crate(&self.found.scopes, &root, "alloc")
    }

    /// Whether an import stands in a macro for other crates.
    pub(super) fn is_in_foreign_item(&self, scope: ScopeId, leaf: &Leaf) -> bool {
        let names = &self.found.scopes.get(scope).names;
        leaf.item
            .and_then(|item| names.items.get(item))
            .is_some_and(|item| item.context.foreign && !item.context.dollar_crate)
    }

    /// The conditions under which an import is there.
    pub(super) fn gate_of(&self, scope: ScopeId, leaf: &Leaf) -> Gate {
        let gate = &self.found.scopes.get(scope).gate;
        match &leaf.cfg {
            Some(cfg) => gate.with(cfg.clone()),
            None => gate.clone(),
        }
    }

    /// Why an import cannot take `to`, if it cannot.
    pub(super) fn refuses_use(
        &self,
        scope: ScopeId,
        leaf: &Leaf,
        head: Option<&Head>,
        to: &[Segment],
    ) -> Option<Refusal> {
        let spot = Spot {
            scope,
            // Which import it is does not matter: what it binds is no first name of its own path.
            role: Role::Use(scope, usize::MAX),
            written: &leaf.written,
            head,
            after: head.map(|head| head.base.as_slice()),
            renamed: None,
            absolute: false,
            gate: self.gate_of(scope, leaf),
            hidden: &[],
            by_name: false,
            foreign: self.is_in_foreign_item(scope, leaf),
        };
        if to.len() == 1 && leaf.kind == LeafKind::Glob && to[0] == self.resolver.home.root {
            return None;
        }
        self.render(&spot, to, false).err()
    }

    /// A name as this edition writes it.
    pub(super) fn word(&self, name: &str) -> String {
        let edition = self.resolver.home.edition;
        let is_plain = match name {
            "async" | "await" | "dyn" | "try" => edition == Edition::E2015,
            "gen" => edition < Edition::E2024,
            _ => !RUST.needs_raw(name),
        };
        if is_plain {
            name.to_owned()
        } else {
            format!("r#{name}")
        }
    }

    /// What the first names of a path mean after all imports are rewritten.
    pub(super) fn head_after(
        &self,
        head: &Head,
        kinds: Namespaces,
        scope: ScopeId,
        decisions: &Decisions,
        added: &super::globs::Added,
    ) -> Vec<Segment> {
        let table = self.resolver.table;
        let moved = |path: &[Segment]| match table.resolve(path, kinds) {
            crate::mapping::Outcome::Moves(to) => to.to.segments().to_vec(),
            _ => path.to_vec(),
        };
        match head.via {
            // What a glob of that module brings there.
            Via::OuterImport(id, ordinal)
                if self.found.scopes.get(id).names.leaves[ordinal].kind == LeafKind::Glob =>
            {
                moved(&head.base)
            }
            Via::Import(id, ordinal) | Via::OuterImport(id, ordinal) => {
                match decisions.get((id, ordinal)) {
                    // As a type it brings something else than what it brings first, and is not touched.
                    Some(decision) if decision.after() == decision.old.as_deref() => {
                        head.base.clone()
                    }
                    Some(decision) => decision
                        .after()
                        .map_or_else(|| head.base.clone(), <[Segment]>::to_vec),
                    None => head.base.clone(),
                }
            }
            Via::Elsewhere => moved(&head.base),
            Via::Glob(..) | Via::Module | Via::OuterDefinition => {
                let name = &head.base[head.base.len() - 1];
                for id in self.found.scopes.outwards(scope) {
                    if let Some(to) = added.get(id, name, &head.base) {
                        return to.to_vec();
                    }
                }
                if let Via::Glob(id, ordinal) = head.via
                    && let Some(after) = decisions
                        .get((id, ordinal))
                        .and_then(|decision| decision.after())
                {
                    let mut path = after.to_vec();
                    path.push(name.clone());
                    return path;
                }
                head.base.clone()
            }
            _ => head.base.clone(),
        }
    }
}
