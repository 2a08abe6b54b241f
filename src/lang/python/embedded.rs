//! Takes over what was found in code that is embedded in a text.

use std::ops::Range;

use super::analysis::Reading;
use crate::outline::Declared;
use crate::text::{Edit, Embedded};

/// Adds to `outer` what was found in embedded code, of which `edits` are the edits; `name` sets its scopes apart.
pub(super) fn adopt(
    name: &str,
    embedded: &Embedded,
    inner: Reading,
    edits: Vec<Edit>,
    outer: &mut Reading,
) {
    let scoped = |scope: &str| format!("{name}: {scope}");
    let place = |range: &Range<usize>| place(embedded, range);
    for mut used in inner.outline.uses {
        used.range = used.range.as_ref().and_then(place);
        outer.outline.uses.push(used);
    }
    for mut binding in inner.outline.bindings {
        binding.scope = scoped(&binding.scope);
        outer.outline.bindings.push(binding);
    }
    for (scope, names) in inner.outline.definitions {
        outer.outline.definitions.insert(scoped(&scope), names);
    }
    for mut declared in inner.draft.declared {
        let (Declared::Added(binding) | Declared::Removed(binding)) = &mut declared;
        binding.scope = scoped(&binding.scope);
        outer.draft.declared.push(declared);
    }
    outer.draft.edits.extend(edits);
    let places = inner.outline.places.iter();
    outer.outline.places.extend(places.filter_map(place));
    let idle = inner.outline.idle.iter();
    outer.outline.idle.extend(idle.filter_map(place));
    let pieces = inner.draft.pieces.iter();
    outer.draft.pieces.extend(pieces.filter_map(place));
    outer.draft.met.extend(inner.draft.met);
    for mut reference in inner.draft.references {
        if let Some(range) = place(&reference.range) {
            reference.range = range;
            outer.draft.references.push(reference);
        }
    }
    for mut finding in inner.draft.findings {
        if let Some(range) = place(&finding.range) {
            finding.range = range;
            outer.draft.findings.push(finding);
        }
    }
}

/// Where a range of embedded code stands, or at least nearly.
fn place(embedded: &Embedded, range: &Range<usize>) -> Option<Range<usize>> {
    embedded
        .outer_range(range.clone())
        .or_else(|| embedded.outer_range(range.start..range.start))
        .or_else(|| {
            let before = embedded
                .pieces()
                .iter()
                .rfind(|piece| piece.inner <= range.start)
                .or(embedded.pieces().first());
            before.map(|piece| piece.outer..piece.outer)
        })
}
