//! The journal: whatever is in the state folder, it is read without a panic, and by it no file gets a
//! content that is not in it, nor does anything change outside of the project.
//!
//! An input is the files of a state folder, one behind the other. Its first byte says how they are
//! used, and whether the digests in them are made right again: a mutation that breaks none of them is
//! rare, and one that breaks one is refused early.

mod mended;
mod parts;
mod room;

use std::path::Path;

use repoint::transaction::{
    About, Action, Change, Digest, TransactionBuilder, Edited, Extent, Fate, History, Journal, Newest, OsDisk,
    Recovered, Status, UndoError, shown_time,
};

use self::parts::Parts;
use self::room::Room;
use crate::Outcome;

pub use self::room::seeds;

/// Bytes in front of the files: what is done with them.
pub const HEADER: usize = 1;

/// Transactions that are taken back.
const UNDONE: usize = 8;

pub const WORDS: &[&str] = &[
    "\"path\":",
    "\"../beside/canary\"",
    "\"/dev/shm/canary\"",
    "\"a.py\"",
    "\"link/a.py\"",
    "\"sub/./b.py\"",
    "\"sub/../a.py\"",
    "\"sub\"",
    "\"gone/x.py\"",
    "\".repoint/journal/1.done\"",
    "[97,46,112,121]",
    "\"mode\":4095",
    "\"old\":null",
    "\"left\":[0]",
    "\"left\":[0,0,18446744073709551615]",
    "\"dirty\":[1]",
    "\"length\":18446744073709551615",
    "\"length\":0",
    "\"token\":\"../../../../abcd\"",
    "\"token\":\"0123456789abcdef\"",
    "\"seal\":null",
    "\"version\":2",
    "\"id\":18446744073709551615",
    "\"action\":\"apply\"",
    "\"action\":{\"undo\":{\"of\":1,\"left\":0}}",
    "\"time\":-9223372036854775808",
    "\n\0FILE 1.pack\n",
    "\n\0FILE 2.commit\n",
    "\n\0FILE 3.done\n",
    "\n\0FILE 18446744073709551615.done\n",
    "\n\0FILE 1.commit.tmp\n",
    "\n\0FILE lock\n",
    "\u{202e}",
    "\\ud800",
    "\\u0000",
    "{",
    "}",
    "[",
    ",",
    "null",
    "-1",
    "1e999",
];

/// Uses the journal in `input` in every way there is.
///
/// # Panics
/// That panics; something outside of the project changes; a file gets a content that the journal
/// does not hold for it; or recovering does not come to an end.
pub fn journal(input: &[u8]) -> Outcome {
    let Some((&how, files)) = input.split_first() else {
        return Outcome::Refused;
    };
    let mut parts = Parts::of(files);
    let room = Room::new(&mut parts, how);
    let before = room.contents();
    let disk = OsDisk;
    // Seals are made up, so what is not trusted is foreign.
    let journal = Journal::of_project(&disk, room.root()).trusting(how & 6 != 6);
    let has_read = reads(&journal);
    let mode = if how & 2 == 0 {
        Edited::Leave
    } else {
        Edited::Overwrite
    };
    // An undo of a journal that is to be recovered is refused, and that must hold too.
    let mut has_done = false;
    if how & 4 == 4 {
        has_done |= undoes(&journal, mode);
    }
    has_done |= recovers(&journal);
    if how & 128 == 128 {
        settles(&journal);
    }
    reads(&journal);
    has_done |= undoes(&journal, mode);
    applies(&journal, room.root());
    reads(&journal);
    room.check(&before, &parts);
    match (has_done, has_read) {
        (true, _) => Outcome::Changed,
        (false, true) => Outcome::Same,
        (false, false) => Outcome::Refused,
    }
}

/// Asks all there is to ask. Whether any transaction could be read.
fn reads(journal: &Journal<'_>) -> bool {
    worded(&journal.writer());
    worded(&journal.leftover());
    worded(&journal.unfinished());
    worded(&journal.size());
    let listed = journal.list();
    worded(&listed);
    let Ok(history) = journal.history() else {
        return false;
    };
    // What is being forgotten is listed still, and no part of the history.
    let listed: Vec<u64> = listed.map_or(Vec::new(), |all| all.iter().map(|(id, _)| *id).collect());
    assert!(
        history.past.iter().all(|past| listed.contains(&past.id)),
        "the history has transactions that are not in the list"
    );
    match history.newest_apply() {
        Newest::Apply(past) | Newest::Hidden(past) => {
            assert!(history.get(past.id).is_some(), "{past:?} is not in it");
        }
        Newest::None => {}
    }
    let mut has_read = false;
    for past in &history.past {
        has_read |= is_shown(past.id, &past.status);
        fate_is_of_it(&history, past.id, past.fate);
    }
    has_read
}

/// An answer or an error in words.
fn worded<T>(answer: &Result<T, repoint::transaction::JournalError>) {
    if let Err(error) = answer {
        assert!(!error.to_string().is_empty(), "an error without words");
    }
}

fn is_shown(id: u64, status: &Status) -> bool {
    match status {
        Status::Prepared => false,
        Status::Damaged(problem) => {
            assert!(!problem.is_empty(), "damaged without words");
            false
        }
        Status::Committed(record) => {
            assert_eq!(record.id, id, "a record of another transaction");
            assert!(!shown_time(record.time).is_empty(), "no time");
            true
        }
        Status::Done(done) => {
            assert_eq!(done.record.id, id, "a record of another transaction");
            assert!(!shown_time(done.record.time).is_empty(), "no time");
            true
        }
    }
}

/// Whatever took a transaction back is an undo that is in the history.
fn fate_is_of_it(history: &History, id: u64, fate: Fate) {
    let (Fate::Undone(by) | Fate::InPart(by)) = fate else {
        return;
    };
    let by = history.get(by).expect("the undo is in the history");
    let Status::Done(done) = &by.status else {
        panic!("{by:?} is no finished undo");
    };
    let is_undo = matches!(done.record.action, Action::Undo { of, .. } if of == id);
    assert!(is_undo, "{done:?} does not take {id} back");
}

fn recovers(journal: &Journal<'_>) -> bool {
    let first = recovered(journal);
    // What could be done is done, unless a part of it failed.
    match (&first, recovered(journal)) {
        (Some(first), Some(second)) => {
            let has_failed = |recovered: &Recovered| match recovered {
                Recovered::Cleared(..) => false,
                Recovered::Foreign(_) => true,
                Recovered::Finished(_, finished) => !finished.failed.is_empty(),
            };
            assert!(
                second.is_empty() || first.iter().any(has_failed),
                "recovered again: {second:?}, after {first:?}"
            );
            first.iter().any(|r| matches!(r, Recovered::Finished(..)))
        }
        (Some(first), None) => panic!("a second time it is damaged; the first: {first:?}"),
        (None, _) => false,
    }
}

/// Gives up what is still to be finished.
fn settles(journal: &Journal<'_>) {
    if let (Ok(lock), Ok(Some((_, Status::Committed(record))))) =
        (journal.lock("recover"), journal.unfinished())
    {
        worded(&journal.settle(&lock, record));
    }
}

fn recovered(journal: &Journal<'_>) -> Option<Vec<Recovered>> {
    let lock = journal.lock("recover").ok()?;
    let recovered = journal.recover(&lock);
    worded(&recovered);
    recovered.ok()
}

fn undoes(journal: &Journal<'_>, mode: Edited) -> bool {
    let Ok(listed) = journal.list() else {
        return false;
    };
    let mut has_done = false;
    let ids = listed.iter().rev().map(|(id, _)| *id).take(UNDONE);
    for id in ids.chain([0, u64::MAX]) {
        let Ok(lock) = journal.lock("undo") else {
            return has_done;
        };
        match journal.undo(lock, id, mode, Extent::Part, 100) {
            Ok(undone) => {
                has_done |= undone.restored > 0;
                for (path, left) in &undone.left {
                    assert!(!left.to_string().is_empty(), "{path:?} left without words");
                }
            }
            Err(error @ (UndoError::Already { .. } | UndoError::Journal(_))) => {
                assert!(!error.to_string().is_empty(), "an error without words");
            }
            Err(UndoError::Commit(error)) => {
                assert!(!error.to_string().is_empty(), "an error without words");
            }
        }
    }
    has_done
}

/// A small apply that keeps a single transaction.
fn applies(journal: &Journal<'_>, root: &Path) {
    let Ok(lock) = journal.lock("apply") else {
        return;
    };
    let draft = TransactionBuilder::begin(journal, lock, vec![root.to_owned()]);
    worded(&draft);
    let Ok(mut draft) = draft else {
        return;
    };
    let path = root.join(room::APPLIED);
    let change = Change {
        path: &path,
        old: Some(room::BEFORE_APPLY),
        new: room::AFTER_APPLY,
        references: 1,
        mode: 0o644,
    };
    if draft.add(&change).is_err() {
        let _ = draft.discard();
        return;
    }
    let about = About {
        action: Action::Apply,
        tables: vec!["t".to_owned()],
    };
    match draft.commit(about, 1) {
        Ok(committed) => {
            let now = std::fs::read(&path).expect("it was there");
            let is_new = Digest::of(&now) == Digest::of(room::AFTER_APPLY);
            assert!(is_new, "{committed:?}, and the file has another content");
        }
        Err(error) => assert!(!error.to_string().is_empty(), "an error without words"),
    }
}
