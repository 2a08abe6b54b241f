//! A path of which several names are read: by one call that lists them, or through a variable.

use super::decide::{Judged, Verdict, at};
use super::{Form, Name, Site};
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::mapping::Table;
use crate::path::Segment;
use crate::text::Edit;

/// A path that each of `reads` goes on from: all must move to one place. `help` says what to do if they do not.
pub(super) fn several(
    site: &Site,
    flat: &str,
    form: &Form,
    reads: &[&[Name]],
    help: &str,
    table: &Table,
) -> Option<Judged> {
    let mut judged = at(&site.text, flat, 0, form, reads.first()?, table)?;
    if !site.text.is_complete() {
        return Some(judged);
    }
    let mut uses = Vec::new();
    let mut heads: Vec<Vec<Segment>> = Vec::new();
    let mut edits: Vec<Edit> = Vec::new();
    for read in reads {
        let next = at(&site.text, flat, 0, form, read, table)?;
        let (path, range) = next.uses.into_iter().next()?;
        let new = match &next.verdict {
            Verdict::Moves(moved) => moved.to.clone(),
            _ => path.clone(),
        };
        heads.push(new[..new.len().saturating_sub(read.len())].to_vec());
        uses.push((path, read.last().map_or(range, |name| name.range.clone())));
        if let Verdict::Moves(moved) = &next.verdict {
            edits.extend(moved.edits.iter().cloned());
        }
        // What is mapped is what is said of all.
        if !matches!(judged.verdict, Verdict::Refused(_))
            && !matches!(next.verdict, Verdict::Stays(_))
        {
            judged.verdict = next.verdict;
        }
    }
    // The edits of the path itself are asked for by each.
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    edits.dedup();
    judged.uses = uses;
    if let Verdict::Moves(moved) = &mut judged.verdict {
        moved.edits = edits;
        if heads.iter().any(|head| *head != heads[0]) {
            let message = "the names do not all move to one place";
            judged.verdict = moved.refused(Refusal::new(Code::String, message).help(help));
        }
    }
    Some(judged)
}
