//! What is in sight at a place: variables and parameters, scopes, conditions, the use of the tokens around.

use super::{Mode, Walker};
use crate::lang::rust::at::bare;
use crate::lang::rust::resolve::{Names, ScopeId, TYPE, VALUE};
use crate::path::{Namespaces, Segment};

/// What is around a place.
pub(super) enum Rib {
    /// A module or a block: what its items bind.
    Scope(ScopeId),
    /// Variables, parameters, type parameters.
    Locals(Vec<(Segment, Namespaces)>),
    /// An item inside a body: locals around it are out of sight.
    Item,
}

impl Walker<'_, '_> {
    /// Whether a name is a variable or a parameter here.
    pub(super) fn is_local(&self, name: &str, kinds: Namespaces) -> bool {
        let mut locals_in_sight = true;
        for rib in self.ribs.iter().rev() {
            match rib {
                Rib::Locals(locals) if locals_in_sight => {
                    if locals.iter().any(|(n, k)| n == name && k.meets(kinds)) {
                        return true;
                    }
                }
                Rib::Locals(_) => {}
                Rib::Item => locals_in_sight = false,
                Rib::Scope(id) => {
                    let scope = self.found.scopes.get(*id);
                    if scope.module == *id
                        || scope.names.get(name).iter().any(|e| e.kinds.meets(kinds))
                    {
                        return false;
                    }
                }
            }
        }
        false
    }

    /// The type parameters around, those of items further out too: an inner item may not use them,
    /// but they hide other names all the same (E0401).
    pub(super) fn type_parameters(&self) -> Vec<Segment> {
        let mut found = Vec::new();
        for rib in self.ribs.iter().rev() {
            match rib {
                Rib::Locals(locals) => {
                    let types = locals.iter().filter(|(_, kinds)| kinds.meets(TYPE));
                    found.extend(types.map(|(name, _)| name.clone()));
                }
                Rib::Scope(id) if self.found.scopes.get(*id).module == *id => break,
                Rib::Item | Rib::Scope(_) => {}
            }
        }
        found
    }

    pub(super) fn bind(&mut self, name: Segment, kinds: Namespaces) {
        if let Some(Rib::Locals(locals)) = self
            .ribs
            .iter_mut()
            .rev()
            .find(|rib| matches!(rib, Rib::Locals(_)))
        {
            locals.push((name, kinds));
        }
    }

    pub(super) fn with_rib(&mut self, rib: Rib, inside: impl FnOnce(&mut Self)) {
        let depth = self.ribs.len();
        self.ribs.push(rib);
        inside(self);
        self.ribs.truncate(depth);
    }

    pub(super) fn with_locals(&mut self, inside: impl FnOnce(&mut Self)) {
        self.with_rib(Rib::Locals(Vec::new()), inside);
    }

    pub(super) fn in_mode(&mut self, mode: Mode, inside: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.mode, mode);
        inside(self);
        self.mode = before;
    }

    /// An item, whose parameters and body see no locals of the body around it.
    pub(super) fn item(&mut self, inside: impl FnOnce(&mut Self)) {
        self.with_rib(Rib::Item, |walker| walker.with_locals(inside));
    }

    /// What stands under these attributes.
    pub(super) fn under(&mut self, attrs: &[syn::Attribute], inside: impl FnOnce(&mut Self)) {
        let gate = self.gate.under(attrs);
        let before = std::mem::replace(&mut self.gate, gate);
        inside(self);
        self.gate = before;
    }

    pub(super) fn in_scope(&mut self, names: Names, inside: impl FnOnce(&mut Self)) {
        self.blocks += 1;
        let key = format!(
            "{}/{}",
            self.found
                .scopes
                .get(self.found.scopes.get(self.scope).module)
                .key,
            self.blocks
        );
        let id = self
            .found
            .scopes
            .add_block(self.scope, names, key, self.gate.clone());
        let before = std::mem::replace(&mut self.scope, id);
        self.with_rib(Rib::Scope(id), inside);
        self.scope = before;
    }

    pub(super) fn generics(&mut self, generics: &syn::Generics) {
        for param in &generics.params {
            match param {
                syn::GenericParam::Type(param) => self.bind(bare(&param.ident), TYPE),
                syn::GenericParam::Const(param) => self.bind(bare(&param.ident), VALUE),
                syn::GenericParam::Lifetime(_) => {}
            }
        }
    }
}
