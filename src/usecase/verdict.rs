//! What people are told of a baseline and of scopes, beside the findings.

use super::exit::Exit;
use super::listener::Listener;
use super::run::Run;
use crate::baseline::{Ratchet, Verdict};
use crate::output::summary::counted;

/// Says it, and what the references of the run were worth.
pub fn say(verdict: &Verdict, run: &Run, listener: &dyn Listener) -> Exit {
    let mut exit = Exit::left_if(verdict.fails());
    for scope in &verdict.scopes {
        let references = counted(scope.references, "reference");
        match scope.max {
            Some(max) if scope.failed => listener.error(&format!(
                "scope `{}` has {references}, and may have {max}",
                scope.name
            )),
            Some(max) => listener.note(&format!(
                "scope `{}` has {references}, and may have {max}",
                scope.name
            )),
            None => listener.note(&format!("scope `{}` has {references}", scope.name)),
        }
    }
    if let Some(ratchet) = &verdict.baseline {
        said(ratchet, listener);
        if !ratchet.stale.is_empty() {
            let gone: usize = ratchet
                .stale
                .iter()
                .map(|stale| stale.then - stale.now)
                .sum();
            let message = format!(
                "{}: {} too high, {} gone: `repoint baseline --prune` takes them out",
                ratchet.file,
                match ratchet.stale.len() {
                    1 => "1 entry is".to_owned(),
                    more => format!("{more} entries are"),
                },
                match gone {
                    1 => "1 reference is".to_owned(),
                    more => format!("{more} references are"),
                },
            );
            if run.strict {
                listener.error(&message);
                exit = exit.max(Exit::left_if(true));
            } else {
                listener.note(&message);
            }
        }
    }
    exit
}

/// Says what has moved, and which ids the table lacks.
pub fn said(ratchet: &Ratchet, listener: &dyn Listener) {
    let named = listener.named(ratchet.moved.len());
    for moved in ratchet.moved.iter().take(named) {
        listener.note(&format!(
            "{}: `{}` is gone and `{}` has the same counts: taken for a move, which `repoint baseline --prune` \
             writes down",
            ratchet.file, moved.from, moved.to
        ));
    }
    let more = ratchet.moved.len() - named;
    if more > 0 {
        listener.note(&format!(
            "and {}; -v names them all",
            counted(more, "other move")
        ));
    }
    let named = listener.named(ratchet.unknown.len());
    for (id, entries) in ratchet.unknown.iter().take(named) {
        let entries = match entries {
            1 => "1 entry".to_owned(),
            more => format!("{more} entries"),
        };
        listener.warn(&format!(
            "{}: no rule is called `{id}` in the tables in force, {entries} of it count for nothing; \
             `repoint baseline --prune` takes them out",
            ratchet.file
        ));
    }
    let more = ratchet.unknown.len() - named;
    if more > 0 {
        listener.warn(&format!(
            "and {} that no rule has; -v names them all",
            counted(more, "other id")
        ));
    }
}
