//! Strings of attributes that hold a path.

use proc_macro2::{Literal, TokenStream, TokenTree};

use super::{Context, Parts, Walker};
use crate::lang::rust::at::{At, Name, bare};
use crate::lang::rust::attributes::{owner_within, takes_path};
use crate::lang::rust::expand::scan;
use crate::path::Namespaces;

impl Walker<'_, '_> {
    /// Attributes of known crates that take a path in a string.
    pub(super) fn attribute_strings(&mut self, owner: &str, tokens: &TokenStream) {
        let trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
        for (i, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) => {
                    let inner = match i.checked_sub(1).map(|before| &trees[before]) {
                        Some(TokenTree::Ident(word)) if owner == "cfg_attr" || owner.is_empty() => {
                            word.to_string()
                        }
                        Some(TokenTree::Ident(word)) => {
                            owner_within(owner, &word.to_string()).to_owned()
                        }
                        _ => owner.to_owned(),
                    };
                    self.attribute_strings(&inner, &group.stream());
                }
                TokenTree::Literal(literal) if i >= 2 => {
                    let (TokenTree::Ident(key), TokenTree::Punct(eq)) =
                        (&trees[i - 2], &trees[i - 1])
                    else {
                        continue;
                    };
                    if eq.as_char() != '=' {
                        continue;
                    }
                    if takes_path(owner, &key.to_string(), self.more_attributes) {
                        self.attribute_string(literal);
                    } else if owner == "cfg_attr" && key == "doc" {
                        self.found.doc_strings.push(At::span(literal.span()));
                    } else {
                        self.found.attribute_texts.push(At::span(literal.span()));
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn attribute_string(&mut self, literal: &Literal) {
        let written = literal.to_string();
        let at = At::span(literal.span());
        let Some(inside) = written
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
            .filter(|inside| !inside.contains('\\'))
        else {
            if let Ok(text) = syn::parse_str::<syn::LitStr>(&written) {
                self.found.odd_strings.push((at, text.value(), self.scope));
            }
            return;
        };
        let Ok(tokens) = inside.parse::<TokenStream>() else {
            return;
        };
        let start = at.range().start + 1;
        for run in scan(tokens).runs {
            if run.names.len() == 1 && run.leading.is_none() {
                self.found.mentions.insert(bare(&run.names[0]));
                self.found.token_heads.insert(bare(&run.names[0]));
                continue;
            }
            let shift = |range: std::ops::Range<usize>| start + range.start..start + range.end;
            let names: Vec<Name> = run
                .names
                .iter()
                .map(|ident| Name {
                    text: bare(ident),
                    at: At::Bytes(shift(ident.span().byte_range())),
                })
                .collect();
            let leading = run.leading.map(|span| {
                let range = shift(span.byte_range());
                At::Bytes(range.start..range.start + 2)
            });
            let plain = names.len();
            self.site(
                names,
                leading,
                Namespaces::ALL,
                Parts {
                    plain,
                    dollar_crate: false,
                    context: Context::AttributeString,
                    ..Parts::default()
                },
            );
        }
    }
}
