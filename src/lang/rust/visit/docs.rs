//! Documentation: links are paths, examples are texts of their own.

use std::ops::Range;

use syn::Attribute;

use super::{Context, Doctest, Parts, Walker, Wanted};
use crate::lang::rust::at::{At, Name};
use crate::lang::rust::resolve::{Role, ScopeId, Via, Written};
use crate::path::{Namespaces, Segment};

impl Walker<'_, '_> {
    pub(super) fn docs(&mut self, attrs: &[Attribute], outer: ScopeId, inner: ScopeId) {
        for (style, scope) in [(false, outer), (true, inner)] {
            let mut comments = Vec::new();
            for attr in attrs {
                let is_inner = matches!(attr.style, syn::AttrStyle::Inner(_));
                if is_inner != style || !attr.path().is_ident("doc") {
                    continue;
                }
                let range = attr.pound_token.span.byte_range();
                let text = self.text.get(range.clone()).unwrap_or_default();
                if text.starts_with('/') {
                    comments.push(range);
                } else if let syn::Meta::NameValue(value) = &attr.meta
                    && let syn::Expr::Lit(lit) = &value.value
                {
                    let at = At::span(lit.lit.span());
                    self.found.doc_literals.push((at.clone(), scope));
                    self.found.doc_strings.push(at);
                } else if let syn::Meta::NameValue(value) = &attr.meta
                    && let syn::Expr::Macro(mac) = &value.value
                    && let Ok(file) = mac.mac.parse_body::<syn::LitStr>()
                {
                    self.found.files.push((At::span(file.span()), file.value()));
                    self.found.doc_files.push((At::Bytes(range), file.value()));
                }
            }
            let says = |word: &str| {
                let mut texts = comments.iter().map(|range| &self.text[range.clone()]);
                texts.any(|text| text.contains(word))
            };
            let is_relevant = comments
                .iter()
                .any(|range| self.words.contains_any(&self.text[range.clone()]))
                || (self.wanted == Wanted::All && says("::"))
                || ((says("super::") || says("crate::"))
                    && self
                        .resolver
                        .displacement(&self.found.scopes, scope)
                        .is_some());
            if is_relevant {
                self.documentation(&comments, scope);
            } else if !comments.is_empty() {
                self.found.unread_docs.push((comments, scope));
            }
        }
    }

    pub(super) fn documentation(&mut self, comments: &[Range<usize>], scope: ScopeId) {
        let docs = crate::lang::rust::docs::parse(self.text, comments);
        let before = std::mem::replace(&mut self.scope, scope);
        for link in docs.links {
            let kinds = link
                .disambiguator
                .map_or(Namespaces::ALL, |kind| kind.namespaces());
            self.link(&link.path, link.range.start, kinds);
        }
        self.scope = before;
        self.found.doc_mentions.extend(docs.mentions);
        for doctest in docs.doctests {
            self.found.doctests.push(Doctest {
                code: doctest.code,
                edition: doctest.edition,
                gate: self.gate.clone(),
            });
        }
    }

    pub(super) fn link(&mut self, path: &str, start: usize, kinds: Namespaces) {
        let chain = path.strip_prefix("::");
        let mut at = start + if chain.is_some() { 2 } else { 0 };
        let mut names = Vec::new();
        for part in chain.unwrap_or(path).split("::") {
            names.push(Name {
                text: Segment::new(part.strip_prefix("r#").unwrap_or(part)),
                at: At::Bytes(at..at + part.len()),
            });
            at += part.len() + 2;
        }
        // A plain link is resolved through a name that stays, unless that is a module which is declared
        // here and goes, an import, which may get another name, or what rules speak of.
        if let [name] = names.as_slice()
            && !self.may_be_renamed(&name.text, kinds)
        {
            let name = name.text.clone();
            self.found.link_names.push((name, self.scope));
            return;
        }
        let plain = names.len();
        let leading = chain.map(|_| At::Bytes(start..start + 2));
        self.site(
            names,
            leading,
            kinds,
            Parts {
                plain,
                dollar_crate: false,
                context: Context::Link,
                ..Parts::default()
            },
        );
    }

    /// Whether a plain link means a child module of the module that it stands in, an import, or what
    /// rules speak of: before and after the rewrite alike.
    fn may_be_renamed(&self, name: &Segment, kinds: Namespaces) -> bool {
        let written = Written {
            leading: false,
            segments: vec![name.clone()],
        };
        let scopes = &self.found.scopes;
        let found = self
            .resolver
            .path(scopes, self.scope, &written, kinds, Role::Path);
        found.is_some_and(|(head, path)| {
            matches!(head.via, Via::Module | Via::Import(..)) || self.resolver.knows(&path)
        })
    }
}
