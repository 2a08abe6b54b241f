//! Which transactions are taken back, file by file.
//!
//! An undo may leave files, and it may be taken back in part itself. So what was done with each
//! file of a transaction is followed through the undos of it, and the undos of those, in the order
//! in which they came. A transaction is taken back while all of its files are. Where the journal
//! does not tell, a file is not taken back: to ask for an undo once more does no harm, and to be
//! refused one does.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::history::Fate;
use super::journal::{Journal, Status};
use super::name::Name;
use super::record::{Action, Done, Id};

/// The finished transactions, and who takes whom back.
pub(super) struct Cover<'a> {
    journal: &'a Journal<'a>,
    members: BTreeMap<Id, Member<'a>>,
    /// By transaction, the undos of it.
    undos: FxHashMap<Id, Vec<Id>>,
}

struct Member<'a> {
    done: &'a Done,
    /// The files of its pack, and which of them it wrote; `None` if the pack cannot be read.
    files: OnceCell<Option<Vec<(Name, bool)>>>,
}

/// One that takes back a transaction, or what took it back, and so on.
#[derive(Clone, Copy)]
struct Descendant {
    id: Id,
    /// What it takes back.
    of: Id,
    /// The undo of the transaction itself that it is, or comes from.
    root: Id,
    /// 1 for an undo of the transaction itself, 2 for an undo of that.
    depth: usize,
}

impl<'a> Cover<'a> {
    pub fn new(journal: &'a Journal<'a>, listed: &'a [(Id, Status)]) -> Self {
        let mut members = BTreeMap::new();
        let mut undos: FxHashMap<Id, Vec<Id>> = FxHashMap::default();
        for (id, status) in listed {
            let Status::Done(done) = status else {
                continue;
            };
            if let Action::Undo { of, .. } = done.record.action {
                // A record that says otherwise is none of ours, and would lead in circles.
                if of < *id {
                    undos.entry(of).or_default().push(*id);
                }
            }
            let files = OnceCell::new();
            members.insert(*id, Member { done, files });
        }
        Self {
            journal,
            members,
            undos,
        }
    }

    /// What became of each that was taken back, if only in part.
    pub fn fates(&self) -> FxHashMap<Id, Fate> {
        let mut fates = FxHashMap::default();
        // From the newest: what became of an undo is known before what it took back is asked for.
        for id in self.members.keys().rev() {
            if self.undos.contains_key(id) {
                let fate = self.fate(*id, &fates);
                fates.extend(fate.map(|fate| (*id, fate)));
            }
        }
        fates
    }

    fn fate(&self, id: Id, later: &FxHashMap<Id, Fate>) -> Option<Fate> {
        let files = self.files(id).unwrap_or_default();
        if files.is_empty() {
            // There is no file to go by, or it is not known which there are.
            let undos = self.undos.get(&id)?.iter().rev();
            let mut standing = undos.filter(|undo| !later.contains_key(undo));
            return standing
                .find(|undo| self.is_whole(**undo))
                .map(|undo| Fate::Undone(*undo));
        }
        let back = self.taken_back(id);
        let by = back.values().max()?;
        if files.iter().all(|(name, _)| back.contains_key(name)) {
            Some(Fate::Undone(*by))
        } else {
            Some(Fate::InPart(*by))
        }
    }

    /// The files of a transaction that are taken back, each with the undo of it that did.
    fn taken_back(&self, id: Id) -> FxHashMap<&Name, Id> {
        let mut back: FxHashMap<&Name, Id> = FxHashMap::default();
        for member in self.descendants(id) {
            let wrote = self.files(member.id).unwrap_or_default().iter();
            let wrote = wrote.filter(|(_, wrote)| *wrote).map(|(name, _)| name);
            // One that left nothing has seen to it that the others were as they should be.
            let seen = match self.is_whole(member.id) {
                true => self.files(member.of).unwrap_or_default(),
                false => &[],
            };
            let seen = seen.iter().map(|(name, _)| name);
            if member.depth % 2 == 1 {
                back.extend(wrote.map(|name| (name, member.root)));
                for name in seen {
                    back.entry(name).or_insert(member.root);
                }
                continue;
            }
            let again: FxHashSet<&Name> = wrote.chain(seen).collect();
            let in_doubt =
                member.depth == 2 && (self.is_whole(member.id) || self.files(member.id).is_none());
            back.retain(|name, by| !(again.contains(name) || in_doubt && *by == member.root));
        }
        back
    }

    /// All that take back a transaction, or what took it back, and so on; the oldest first.
    fn descendants(&self, id: Id) -> Vec<Descendant> {
        let mut found: Vec<Descendant> = Vec::new();
        let mut waiting = vec![(id, None, 1)];
        while let Some((of, root, depth)) = waiting.pop() {
            for &id in self.undos.get(&of).into_iter().flatten() {
                let root = root.unwrap_or(id);
                found.push(Descendant {
                    id,
                    of,
                    root,
                    depth,
                });
                waiting.push((id, Some(root), depth + 1));
            }
        }
        found.sort_unstable_by_key(|member| member.id);
        found
    }

    /// Whether an undo left no file.
    fn is_whole(&self, id: Id) -> bool {
        self.members.get(&id).is_some_and(|member| {
            let left = match member.done.record.action {
                Action::Undo { left, .. } => left,
                Action::Apply => 0,
            };
            left == 0 && member.done.left.is_empty()
        })
    }

    fn files(&self, id: Id) -> Option<&[(Name, bool)]> {
        let member = self.members.get(&id)?;
        let files = member.files.get_or_init(|| {
            let mut pack = self.journal.pack(id).ok()?;
            let (entries, damage) = pack.entries(Some(&member.done.record.pack));
            if damage.is_some() {
                return None;
            }
            let wrote = |index| member.done.left.binary_search(&index).is_err();
            let files = entries.into_iter().map(|e| (e.name, wrote(e.index)));
            Some(files.collect())
        });
        files.as_deref()
    }
}
