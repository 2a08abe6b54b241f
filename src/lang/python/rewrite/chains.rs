//! Chains of names in the text: the smallest edits that make one read as planned.

use std::ops::Range;

use super::Rewrite;
use super::facts::ChainFact;
use super::verdict::Verdict;
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::python::strings::Pair;
use crate::lang::python::unit::bytes;
use crate::path::{Namespaces, Segment};
use crate::text::Edit;

impl Rewrite<'_, '_> {
    /// Edits that make a chain read as `names`, with the name of its pair in the string.
    ///
    /// # Errors
    /// A comment, or a parenthesis, stands where names come or go; or the chain is only part
    /// of what a string says.
    pub(super) fn chain_edits(
        &self,
        chain: &ChainFact,
        names: &[Segment],
    ) -> Result<Vec<Edit>, Refusal> {
        let parts = &self.unit.scopes.chains[chain.index].parts;
        let mut old: Vec<(&Segment, Range<usize>)> = parts
            .iter()
            .map(|part| (&part.name, bytes(part.range)))
            .collect();
        if self.unit.scopes.chains[chain.index].fixed {
            return if old.iter().map(|(name, _)| *name).eq(names) {
                Ok(Vec::new())
            } else {
                Err(Refusal::new(
                    Code::String,
                    "the path is not written as such in this string",
                )
                .help("write it as one literal without escapes"))
            };
        }
        if names.len() == 1 && parts.len() > 1 && self.is_compared(chain) {
            let message = format!("`{}` alone in a `case` would be bound", names[0]);
            return Err(Refusal::new(Code::Binding, message).help("write it by hand"));
        }
        let mut edits = Vec::new();
        let mut names = names;
        if let Some((first, others)) = chain.pairs.split_first() {
            let Some((last, object)) = names.split_last() else {
                return Ok(edits);
            };
            for (pair, name) in
                std::iter::once((first, last.clone())).chain(self.others(chain, others)?)
            {
                if name != pair.name {
                    edits.push(Edit::replace(pair.range.clone(), name.as_str()));
                }
            }
            names = object;
        }
        // What is the same at either end stays.
        while old.len() > 1 && names.len() > 1 && old.last().map(|(name, _)| *name) == names.last()
        {
            old.pop();
            names = &names[..names.len() - 1];
        }
        if old.len() == names.len() {
            let changed = old.iter().zip(names).filter(|((was, _), is)| was != is);
            edits.extend(changed.map(|((_, range), is)| Edit::replace(range.clone(), is.as_str())));
            return Ok(edits);
        }
        let mut first = 0;
        while first + 1 < old.len() && first + 1 < names.len() && *old[first].0 == names[first] {
            first += 1;
        }
        let range = old[first].1.start..old[old.len() - 1].1.end;
        let between = &self.unit.text[range.clone()];
        let named: usize = old[first..].iter().map(|(_, range)| range.len()).sum();
        let dots = old.len() - first - 1;
        let plain = between.len() == named + dots
            || between.chars().all(|c| {
                c == '_' || c == '.' || c == '\\' || c.is_whitespace() || c.is_alphanumeric()
            });
        if !plain {
            return Err(Refusal::new(
                Code::Comment,
                "a comment or a parenthesis stands within the path, and names come or go there",
            )
            .help("write the path on one line"));
        }
        edits.push(Edit::replace(range, names[first..].join(".")));
        Ok(edits)
    }

    /// The new names of the other attributes that a call names of one object.
    ///
    /// # Errors
    /// They do not move together.
    fn others<'p>(
        &self,
        chain: &ChainFact,
        others: &'p [Pair],
    ) -> Result<Vec<(&'p Pair, Segment)>, Refusal> {
        let parent = |path: &[Segment]| path[..path.len().saturating_sub(1)].to_vec();
        let home = chain.sense().verdict.moved().map(|moved| parent(&moved.to));
        let mut names = Vec::new();
        for pair in others {
            let mut path = parent(&chain.sense().path);
            path.push(pair.name.clone());
            match Verdict::of(self.table(), &path, Namespaces::ALL).moved() {
                Some(moved) if Some(parent(&moved.to)) == home => {
                    names.extend(moved.to.last().map(|name| (pair, name.clone())));
                }
                _ => {
                    return Err(Refusal::new(
                        Code::String,
                        "several attributes of it are used, which do not move together",
                    )
                    .help("name the object once for each place"));
                }
            }
        }
        Ok(names)
    }
}
