//! What `__import__` names: it gives the package on top, or what a list of names asks for.

use super::decide::{Judged, Moved, Refused, Verdict, at, refused_outcome, renamed};
use super::text::Text;
use super::written::Written;
use super::{Form, Name, Site};
use crate::finding::Code;
use crate::lang::plan_builder::{Refusal, show};
use crate::mapping::{Move, Outcome, Table};
use crate::path::{Namespaces, Segment, is_identifier};
use crate::text::Edit;

/// `__import__("old", fromlist=["gone"]).gone`: the list names the module that is to be loaded, and changes with what
/// is read.
pub(super) fn with_listed(mut judged: Judged, site: &Site) -> Judged {
    let Some(first) = site.after.first() else {
        return judged;
    };
    let named: Vec<&Name> = site
        .listed
        .iter()
        .filter(|it| it.name == first.name)
        .collect();
    let Verdict::Moves(moved) = &mut judged.verdict else {
        return judged;
    };
    let change = moved
        .edits
        .iter()
        .find(|edit| edit.range.start <= first.range.start && first.range.start < edit.range.end);
    let Some(change) = change.filter(|_| !named.is_empty()).cloned() else {
        return judged;
    };
    if change.range == first.range && is_identifier(&change.text) {
        let edits = named
            .iter()
            .map(|name| Edit::replace(name.range.clone(), &*change.text));
        moved.edits.extend(edits);
        return judged;
    }
    let message =
        "the names that `__import__` is given must change with what is read, and cannot surely";
    judged.verdict = moved.refused(Refusal::new(Code::Dynamic, message).help("write it by hand"));
    judged
}

/// `__import__("a.b")` gives `a`: it is rewritten with the chain `.b` after it, and what follows that.
pub(super) fn top(site: &Site, flat: &str, table: &Table) -> Option<Judged> {
    let judged = at(&site.text, flat, 0, &Form::Module, &[], table)?;
    let written = Written::at(flat, 0)?;
    let (names, after) = (&written.names, &site.after);
    let goes_on = after.iter().map(|name| &name.name).take(names.len() - 1);
    if !site.text.is_complete() || written.end != flat.len() {
        return Some(top_alone(judged, table));
    }
    if !goes_on.eq(&names[1..]) {
        return Some(beside_top(judged, names, after, table));
    }
    // The chain leads to the module, and may go on below it.
    let below = &after[names.len() - 1..];
    let mut path = names.clone();
    path.extend(below.iter().map(|name| name.name.clone()));
    let kinds = match below.is_empty() {
        true => judged.kinds,
        false => Namespaces::ALL,
    };
    let verdict = match table.resolve(&path, kinds) {
        Outcome::Stays => Verdict::Stays(path.clone()),
        Outcome::Moves(moved) => {
            let to = moved.to.segments().to_vec();
            let edits = top_edits(&site.text, &written, after, &to, below.len());
            top_verdict(path.clone(), to, &moved, edits, table)
        }
        other => refused_outcome(&path, &other, table),
    };
    Some(Judged {
        uses: vec![(path, judged.range.clone())],
        kinds,
        verdict,
        ..judged
    })
}

/// The edits of a module's text and of the chain after its import, `below` names of which are no modules
/// on the way; `None` if the chain is too short or too long for the new path.
fn top_edits(
    text: &Text,
    written: &Written,
    after: &[Name],
    to: &[Segment],
    below: usize,
) -> Option<Vec<Edit>> {
    if to.len() != after.len() + 1 {
        return None;
    }
    let module = &to[..to.len() - below];
    let mut edits = renamed(text, &written.names, &written.places, module)?;
    for (old, new) in after.iter().zip(&to[1..]) {
        if old.name != *new {
            edits.push(Edit::replace(old.range.clone(), new.as_str()));
        }
    }
    Some(edits)
}

fn top_verdict(
    path: Vec<Segment>,
    to: Vec<Segment>,
    moved: &Move<'_>,
    edits: Option<Vec<Edit>>,
    table: &Table,
) -> Verdict {
    if let Some(edits) = edits {
        return Verdict::Moves(Moved {
            path,
            to,
            rule: moved.first.index,
            applied: moved.applied.clone(),
            edits,
        });
    }
    Verdict::Refused(Box::new(Refused {
        refusal: not_surely_top(&to, table),
        path,
        to: Some(to),
        rule: moved.first.index,
    }))
}

fn not_surely_top(to: &[Segment], table: &Table) -> Refusal {
    let message = "`__import__` gives the top package, and what follows cannot be rewritten surely";
    Refusal::new(Code::Dynamic, message).help(format!(
        "call `importlib.import_module(\"{}\")`",
        show(to, table.syntax())
    ))
}

/// The module alone is known, and nothing of what follows.
fn top_alone(mut judged: Judged, table: &Table) -> Judged {
    if let Verdict::Moves(moved) = &judged.verdict {
        judged.verdict = moved.refused(not_surely_top(&moved.to, table));
    }
    judged
}

/// The chain leads to something else in the top package than the module that is loaded.
fn beside_top(judged: Judged, names: &[Segment], after: &[Name], table: &Table) -> Judged {
    let mut path = vec![names[0].clone()];
    path.extend(after.iter().map(|name| name.name.clone()));
    let mut judged = top_alone(judged, table);
    if let (Verdict::Stays(_), Outcome::Moves(moved)) =
        (&judged.verdict, table.resolve(&path, Namespaces::ALL))
    {
        let to = moved.to.segments().to_vec();
        judged.verdict = top_verdict(path.clone(), to, &moved, None, table);
        judged.uses = vec![(path, judged.range.clone())];
    }
    judged
}
