//! A path that was met: what it means, whether that is a reference, and what is written down of it.

use super::{Context, Loose, Mode, Site, Walker, Wanted};
use crate::lang::rust::at::{At, Name};
use crate::lang::rust::expand::OpenEnd;
use crate::lang::rust::resolve::{Head, Role, Sense, TYPE, Via, What, Written};
use crate::mapping::Outcome;
use crate::outline::{Meaning, Use};
use crate::path::{Known, Namespaces, Segment};

/// What distinguishes sites.
pub(super) struct Parts {
    pub(super) plain: usize,
    pub(super) dollar_crate: bool,
    pub(super) context: Context,
    pub(super) open: Option<OpenEnd>,
    pub(super) short_visibility: bool,
}

impl Default for Parts {
    fn default() -> Self {
        Self {
            plain: 0,
            dollar_crate: false,
            context: Context::Path,
            open: None,
            short_visibility: false,
        }
    }
}

impl Walker<'_, '_> {
    /// Records a path; see [`Site`] for the parts.
    pub(super) fn site(
        &mut self,
        names: Vec<Name>,
        leading: Option<At>,
        kinds: Namespaces,
        parts: Parts,
    ) {
        let written = Written {
            leading: leading.is_some(),
            segments: names.iter().map(|name| name.text.clone()).collect(),
        };
        let Some(first) = written.segments.first() else {
            return;
        };
        let head_kinds = if written.segments.len() > 1 || parts.open.is_some() {
            TYPE
        } else {
            kinds
        };
        let resolved = if leading.is_none() && self.is_local(first, head_kinds) {
            None
        } else if parts.open.is_some() {
            self.open_path(&written, kinds)
        } else {
            self.resolver
                .path(&self.found.scopes, self.scope, &written, kinds, Role::Path)
                .or_else(|| self.own_name_in_tokens(&written, parts.context))
        };
        self.record(names, leading, kinds, parts, resolved);
    }

    /// Records a path that means this, if it means anything.
    pub(super) fn record(
        &mut self,
        names: Vec<Name>,
        leading: Option<At>,
        kinds: Namespaces,
        parts: Parts,
        resolved: Option<(Head, Vec<Segment>)>,
    ) {
        let written = Written {
            leading: leading.is_some(),
            segments: names.iter().map(|name| name.text.clone()).collect(),
        };
        if resolved.is_none() && leading.is_none() && self.new_names.contains(&written.segments[0])
        {
            let first = &names[0];
            let strange = (first.text.clone(), self.scope, first.at.clone());
            if !self.is_local(&first.text, Namespaces::ALL) {
                self.found.strangers.push(strange);
            }
        }
        let index = self.found.uses.len();
        // Code of the tree is known to be a use or a definition; of tokens that must be told.
        let is_in_tokens = self.macros > 0 || self.mode != Mode::Code;
        let range = (is_in_tokens || parts.context != Context::Path).then(|| names[0].at.range());
        let meaning = match &resolved {
            None => Meaning::Opaque(written.segments.clone()),
            Some((head, path))
                if self.is_own(head, path, &written, parts.context)
                    || self.is_something_else(path, kinds, parts.context) =>
            {
                // Through an import that brings a module only, a call goes elsewhere.
                if matches!(head.via, Via::Import(..)) && written.segments.len() == head.taken {
                    Meaning::Opaque(written.segments.clone())
                } else {
                    Meaning::Own(path.clone())
                }
            }
            Some((_, path)) => Meaning::Path(path.clone()),
        };
        let is_reference = matches!(meaning, Meaning::Path(_));
        let in_body = matches!(self.mode, Mode::Definition | Mode::Exported);
        let has_more = names.len() > 1 || parts.open.is_some();
        if in_body && resolved.is_none() && leading.is_none() && has_more {
            self.found.loose.push(Loose {
                names: names.clone(),
                is_open: parts.open.is_some(),
                index,
            });
        }
        if let (false, Some((head, _))) = (is_reference, &resolved) {
            self.found.other_uses.extend(&head.aliases);
            if let Via::Import(id, ordinal) = head.via {
                self.found.other_uses.insert((id, ordinal));
            }
        }
        self.found.uses.push(Use {
            meaning,
            namespaces: kinds,
            known: Known::NOTHING,
            stays: false,
            range,
        });
        let is_wanted = is_reference || (self.wanted == Wanted::All && has_more);
        if let (true, Some((head, path))) = (is_wanted, resolved) {
            let is_captured = self.would_be_captured(&head, kinds, names.len());
            self.found.sites.push(Site {
                names,
                written,
                leading,
                dollar_crate: parts.dollar_crate,
                plain: parts.plain,
                scope: self.scope,
                kinds,
                head,
                path,
                mode: self.mode,
                context: parts.context,
                open: parts.open,
                in_macro: self.odd_macros > 0,
                is_short_visibility: parts.short_visibility,
                is_shorthand: self.is_shorthand,
                is_captured,
                definition: self.definition.clone(),
                gate: self.gate.clone(),
                hidden: self.type_parameters(),
                index,
            });
        }
    }

    /// Whether the new name of the import that a path starts at is something local here.
    pub(super) fn would_be_captured(&self, head: &Head, kinds: Namespaces, len: usize) -> bool {
        if self.new_names.is_empty() || !matches!(head.via, Via::Import(..) | Via::OuterImport(..))
        {
            return false;
        }
        let kinds = if len > 1 { TYPE } else { kinds };
        match self.resolver.table.resolve(&head.base, Namespaces::ALL) {
            Outcome::Moves(to) => self.is_local(to.to.last(), kinds),
            _ => false,
        }
    }

    /// What the known names of a path mean that goes on with a variable.
    pub(super) fn open_path(
        &self,
        written: &Written,
        kinds: Namespaces,
    ) -> Option<(Head, Vec<Segment>)> {
        let mut whole = written.clone();
        whole.segments.push(Segment::new_static("_"));
        let scopes = &self.found.scopes;
        let (head, mut path) = self
            .resolver
            .path(scopes, self.scope, &whole, kinds, Role::Path)?;
        path.pop();
        (head.taken <= written.segments.len()).then_some((head, path))
    }

    /// The library's own name in tokens of itself: code that a macro makes for other crates.
    pub(super) fn own_name_in_tokens(
        &self,
        written: &Written,
        context: Context,
    ) -> Option<(Head, Vec<Segment>)> {
        let is_own = context == Context::Tokens
            && written.segments.len() > 1
            && written.segments[0] == self.resolver.home.root;
        is_own.then(|| {
            let head = Head {
                taken: 1,
                base: written.segments[..1].to_vec(),
                via: Via::Extern,
                aliases: Vec::new(),
            };
            (head, written.segments.clone())
        })
    }

    /// Whether a path means a function or a macro that has the name of a module of the tree. A link
    /// that may mean either goes on working without the module.
    pub(super) fn is_something_else(
        &self,
        path: &[Segment],
        kinds: Namespaces,
        context: Context,
    ) -> bool {
        match self.resolver.sense(&self.found.scopes, path, kinds) {
            Sense::Other => true,
            Sense::Either => context == Context::Link,
            Sense::Reference => false,
        }
    }

    /// Whether a path is no reference: a plain name for a definition of its own module, or a relative
    /// path that stays inside the module that a rule moves.
    pub(super) fn is_own(
        &self,
        head: &Head,
        path: &[Segment],
        written: &Written,
        context: Context,
    ) -> bool {
        let is_plain = written.segments.len() == head.taken;
        match head.via {
            Via::Definition => true,
            // A plain link leads nowhere once the module is declared elsewhere; code has no such name.
            Via::Module if is_plain && context != Context::Link => true,
            // The glob is rewritten, and what it brings follows it.
            Via::Glob(id, glob) if self.found.scopes.get(id).names.leaves[glob].is_absolute() => {
                false
            }
            Via::Module | Via::Relative | Via::Glob(..) => {
                let old = self.resolver.table;
                match old.resolve(path, Namespaces::ALL) {
                    Outcome::Moves(to) => {
                        let from = to.first.rule.from.segments();
                        let scopes = &self.found.scopes;
                        let inside = self.resolver.stays_inside(scopes, self.scope, head, from);
                        inside || self.is_defined_here(path, from)
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    /// Whether the old item itself is defined in a module of this file that the path leads to from
    /// inside: `self::Foo` where `Foo` stands.
    pub(super) fn is_defined_here(&self, path: &[Segment], from: &[Segment]) -> bool {
        let Some((name, module)) = from.split_last() else {
            return false;
        };
        path.starts_with(from)
            && *self.found.scopes.get(self.scope).path == *module
            && self.found.scopes.module(module).is_some_and(|id| {
                self.found
                    .scopes
                    .get(id)
                    .names
                    .get(name)
                    .iter()
                    .any(|entry| {
                        // Only a type or a module has names below it.
                        let has_names = path.len() == from.len() || entry.kinds.meets(TYPE);
                        entry.what == What::Definition && has_names
                    })
            })
    }
}
