//! Macro calls and definitions: their tokens as the code that they most likely are, or as runs of names.

use proc_macro2::{Literal, Span};
use syn::visit::Visit;

use super::found::Call;
use super::{Context, Mode, Parts, Walker, Wanted};
use crate::lang::rust::at::{At, Name, bare};
use crate::lang::rust::expand::{
    Expanded, Position, Run, Scan, called, evaluates, is_quote, is_text,
};
use crate::lang::rust::resolve::{Head, MACRO, Names, TYPE, VALUE, Via, named_macros};
use crate::path::{Namespaces, Segment};

impl Walker<'_, '_> {
    pub(super) fn scan(&mut self, scan: &Scan) {
        for run in &scan.runs {
            self.run(run);
        }
        for ident in &scan.modules {
            self.found.mentions.insert(bare(ident));
        }
        for block in &scan.docs {
            self.docs_in_tokens(block);
        }
        if self.mode != Mode::Exported {
            for literal in &scan.literals {
                self.found.texts.push(At::span(literal.span()));
            }
        }
    }

    /// Documentation in tokens stands at whatever the macro makes of them, mostly in this module.
    fn docs_in_tokens(&mut self, block: &[(Span, Literal)]) {
        let mut comments = Vec::new();
        for (start, literal) in block {
            let range = start.byte_range();
            match self.text.get(range.clone()) {
                Some(text) if text.starts_with('/') => comments.push(range),
                _ if self.mode != Mode::Exported => {
                    self.found.texts.push(At::span(literal.span()));
                }
                _ => {}
            }
        }
        let is_relevant = comments.iter().any(|range| {
            let text = &self.text[range.clone()];
            self.words.contains_any(text) || self.wanted == Wanted::All && text.contains("::")
        });
        if is_relevant {
            self.documentation(&comments, self.scope);
        }
    }

    pub(super) fn run(&mut self, run: &Run) {
        for ident in &run.names {
            self.found.mentions.insert(bare(ident));
        }
        if run.leading.is_none() && !run.dollar_crate {
            self.found.token_heads.insert(bare(&run.names[0]));
        }
        if run.bang && run.names.len() == 1 && run.leading.is_none() {
            let name = bare(&run.names[0]);
            if self.mode == Mode::Code {
                let scope = self.scope;
                self.found.calls.push(Call {
                    name,
                    scope,
                    is_item: false,
                });
            } else if self.definition.as_ref() != Some(&name) {
                self.found.indirect_calls.insert(name);
            }
        }
        if run.names.len() == 1 && run.leading.is_none() && !run.bang && run.open.is_none() {
            return;
        }
        let names: Vec<Name> = run.names.iter().map(Name::of).collect();
        let plain = names.len();
        let kinds = match (run.bang, run.call) {
            _ if run.open.is_some() => TYPE,
            (true, _) => MACRO,
            (false, true) => VALUE,
            (false, false) => Namespaces::ALL,
        };
        // The two colons are joined, so their places follow each other.
        let leading = run.leading.map(|first: Span| {
            let start = first.byte_range().start;
            At::Bytes(start..start + 2)
        });
        self.site(
            names,
            leading,
            kinds,
            Parts {
                plain,
                dollar_crate: run.dollar_crate,
                context: Context::Tokens,
                open: run.open.clone(),
                ..Parts::default()
            },
        );
    }

    /// `#[macro_use(a, b)]` of an `extern crate`: each name is one of that crate.
    pub(super) fn macro_use(&mut self, attr: &syn::Attribute) {
        let (Some(krate), Some(names)) = (self.extern_crate.clone(), named_macros(attr)) else {
            return;
        };
        let library = self.resolver.extern_crate(&krate);
        for name in &names {
            self.found.mentions.insert(bare(name));
            let path = vec![library.clone(), bare(name)];
            let head = Head {
                taken: 1,
                base: path.clone(),
                via: Via::MacroUse,
                aliases: Vec::new(),
            };
            let parts = Parts {
                plain: 1,
                context: Context::MacroUse,
                ..Parts::default()
            };
            self.record(vec![Name::of(name)], None, MACRO, parts, Some((head, path)));
        }
    }

    pub(super) fn expanded(&mut self, expanded: &Expanded) {
        match expanded {
            Expanded::Items(items) => {
                for item in items {
                    self.visit_item(item);
                }
            }
            Expanded::Statements(stmts) => self.statements(stmts),
            Expanded::Expressions(expressions) => {
                for expression in expressions {
                    self.visit_expr(expression);
                }
            }
            Expanded::Matches(parts) => {
                let (scrutinee, pattern, guard) = &**parts;
                self.visit_expr(scrutinee);
                self.with_locals(|walker| {
                    walker.visit_pat(pattern);
                    if let Some(guard) = guard {
                        walker.visit_expr(guard);
                    }
                });
            }
            Expanded::Tokens(scan) => self.scan(scan),
        }
    }

    pub(super) fn call(&mut self, mac: &syn::Macro, position: Position) {
        self.syn_path(&mac.path, None, MACRO);
        let name = called(mac);
        if mac.path.segments.len() == 1 {
            self.found.calls.push(Call {
                name: Segment::new(&name),
                scope: self.scope,
                is_item: position == Position::Item,
            });
        }
        if matches!(&*name, "include" | "include_str" | "include_bytes")
            && let Ok(file) = mac.parse_body::<syn::LitStr>()
        {
            self.found.files.push((At::span(file.span()), file.value()));
        }
        if name == "include" {
            self.found.includes.push(At::span(
                mac.path.segments[mac.path.segments.len() - 1].ident.span(),
            ));
        }
        let expanded = self.expansions.of(mac, position);
        if let (Position::Item, Expanded::Tokens(scan)) = (position, &*expanded) {
            let defines = !self.found.plain_macros.contains(name.as_str());
            let single = |run: &&Run| {
                let is_one = run.names.len() == 1 && run.leading.is_none() && !run.bang;
                defines && is_one && run.may_be_new
            };
            let names = scan.runs.iter().filter(single);
            let names = names.map(|run| (self.scope, bare(&run.names[0])));
            self.found.item_tokens.extend(names);
        }
        let mode = if is_text(&name) {
            Mode::Text
        } else if is_quote(&name) {
            Mode::Quote
        } else {
            self.mode
        };
        let is_odd = usize::from(!evaluates(&name) || mac.path.segments.len() > 2);
        self.macros += 1;
        self.odd_macros += is_odd;
        self.in_mode(mode, |walker| {
            // `use` items in tokens of a call inside an expression bind nothing around it.
            match &*expanded {
                Expanded::Tokens(scan)
                    if !scan.uses.is_empty()
                        && (position == Position::Inner || mode == Mode::Quote) =>
                {
                    let names = Names::of_token_uses(&scan.uses, mode == Mode::Quote);
                    walker.in_scope(names, |walker| walker.expanded(&expanded));
                }
                _ => walker.expanded(&expanded),
            }
        });
        self.macros -= 1;
        self.odd_macros -= is_odd;
    }

    pub(super) fn macro_rules(&mut self, item: &syn::ItemMacro) {
        let exported = item
            .attrs
            .iter()
            .any(|attr| attr.path().is_ident("macro_export"));
        let mode = if exported {
            Mode::Exported
        } else {
            Mode::Definition
        };
        let expanded = self.expansions.of(&item.mac, Position::Inner);
        self.definition = item.ident.as_ref().map(bare);
        self.in_mode(mode, |walker| {
            if let (Expanded::Tokens(scan), Some(name)) = (&*expanded, &item.ident) {
                let made = scan.defined.iter().map(bare);
                let made = made.map(|defined| (bare(name), defined));
                walker.found.made_by_macros.extend(made);
                // One that calls others may hand its variables on.
                if !scan.defines_variables && !scan.runs.iter().any(|run| run.bang) {
                    walker.found.plain_macros.insert(bare(name));
                }
            }
            if let Expanded::Tokens(scan) = &*expanded {
                // What the body imports is bound where the macro is used.
                let names = Names::of_token_uses(&scan.uses, exported);
                walker.in_scope(names, |walker| walker.scan(scan));
            }
        });
        self.definition = None;
    }
}
