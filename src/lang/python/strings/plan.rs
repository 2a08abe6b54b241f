//! From judged strings to edits, references, findings and uses.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::decide::{Judged, Moved, Refused, Verdict, judged};
use super::{Form, Found, Site, code, lazy, plain};
use crate::finding::{Code, Finding, Level};
use crate::lang::Strings;
use crate::lang::plan_builder::{PlanBuilder, Refusal, Subject, show};
use crate::lang::python::unit::{MODULE, Unit};
use crate::mapping::Outcome;
use crate::outline::{Meaning, Use};
use crate::path::{Known, Namespaces, Segment};
use crate::plan::Manner;
use crate::text::Edit;

/// What is asked and told besides the text.
#[derive(Clone, Copy)]
pub(in crate::lang::python) struct Around<'p> {
    /// Whether an application has a label that is not its last name.
    pub(in crate::lang::python) has_label: &'p dyn Fn(&[Segment]) -> bool,
    /// Writes down that what lies at a path is replaced or looked up late.
    pub(in crate::lang::python) meet: &'p dyn Fn(&[Segment], Manner, &mut PlanBuilder),
}

/// Decides and edits every string that stands alone, and adds each that is a reference, or names
/// anything, as a use.
pub(in crate::lang::python) fn plan(
    unit: &Unit<'_>,
    found: &Found,
    around: Around<'_>,
    draft: &mut PlanBuilder,
    uses: &mut Vec<Use>,
) {
    let mut pen = Pen::new(unit, around, draft, uses);
    let mut sites: Vec<(&Site, Judged)> = Vec::new();
    for site in &found.sites {
        let judged = judged(site, unit.setting.table);
        sites.extend(judged.into_iter().map(|judged| (site, judged)));
    }
    hold_constants(found, &mut sites);
    for (site, judged) in sites {
        pen.known(site, judged);
    }
    plain::plan(found, &mut pen);
    code::plan(found, &mut pen);
    lazy::plan(found, &mut pen);
}

/// A constant is edited only if everything that it is part of asks for the same edit of it.
fn hold_constants(found: &Found, sites: &mut [(&Site, Judged)]) {
    let mut wanted: FxHashMap<u32, Vec<Vec<Edit>>> = FxHashMap::default();
    for (site, judged) in sites.iter() {
        for constant in site.text.constants() {
            let edits = edits_in(site, judged, constant);
            wanted.entry(constant).or_default().push(edits);
        }
    }
    let sure = found.constants.iter().filter(|known| known.is_sure);
    let sure: FxHashSet<u32> = sure.map(|known| known.start).collect();
    let same = wanted.iter().filter(|(constant, all)| {
        sure.contains(constant) && all.iter().all(|edits| *edits == all[0])
    });
    let held: FxHashSet<u32> = same.map(|(constant, _)| *constant).collect();
    let is_held = |constant: &u32| held.contains(constant);
    for (site, judged) in sites.iter_mut() {
        let constants = site.text.constants();
        let unsure = constants
            .iter()
            .any(|constant| !is_held(constant) && !edits_in(site, judged, *constant).is_empty());
        if let (true, Verdict::Moves(moved)) = (unsure, &judged.verdict) {
            judged.verdict = moved.refused(
                Refusal::new(
                    Code::String,
                    "the path is made of a constant that is used in other ways too",
                )
                .help("rewrite the constant by hand"),
            );
        }
    }
}

fn edits_in(site: &Site, judged: &Judged, constant: u32) -> Vec<Edit> {
    let Verdict::Moves(moved) = &judged.verdict else {
        return Vec::new();
    };
    let places = site.text.constant_places(constant);
    let is_inside = |edit: &&Edit| {
        places
            .iter()
            .any(|place| place.start <= edit.range.start && edit.range.end <= place.end)
    };
    moved.edits.iter().filter(is_inside).cloned().collect()
}

/// A path that starts with the name of the module that it stands in, as `__name__` says it.
enum Own {
    /// The module stays.
    Stays,
    /// It moves, and the path with it: there is nothing to write.
    Follows,
    /// The path parts from it.
    Parts(Refused),
}

/// Writes down what was decided, each thing once.
pub(super) struct Pen<'p, 'u> {
    pub(super) unit: &'p Unit<'u>,
    around: Around<'p>,
    draft: &'p mut PlanBuilder,
    uses: &'p mut Vec<Use>,
    seen: FxHashSet<(usize, usize, Vec<Segment>)>,
    edited: FxHashSet<(usize, usize)>,
}

impl<'p, 'u> Pen<'p, 'u> {
    fn new(
        unit: &'p Unit<'u>,
        around: Around<'p>,
        draft: &'p mut PlanBuilder,
        uses: &'p mut Vec<Use>,
    ) -> Self {
        Self {
            unit,
            around,
            draft,
            uses,
            seen: FxHashSet::default(),
            edited: FxHashSet::default(),
        }
    }

    /// How far strings are rewritten.
    pub(super) fn mode(&self) -> Strings {
        self.unit.setting.options.strings
    }

    fn known(&mut self, site: &Site, mut judged: Judged) {
        if !self.first(site, &judged) {
            return;
        }
        let is_mapped = !matches!(judged.verdict, Verdict::Stays(_) | Verdict::MayMove(..));
        let defines = || match &judged.verdict {
            Verdict::Moves(moved) => site.stored.contains(&moved.to),
            _ => false,
        };
        let is_own = || site.is_store && self.is_own(&judged);
        if is_mapped && (is_own() || defines()) {
            return self.own(&judged);
        }
        if is_mapped && site.text.own > 0 {
            match self.with_own_name(site, &judged) {
                Own::Stays => {}
                Own::Follows => return self.own(&judged),
                Own::Parts(refused) => judged.verdict = Verdict::Refused(Box::new(refused)),
            }
        }
        if is_mapped && self.mode() == Strings::Off {
            return self.note(&judged, "a deprecated path in a string");
        }
        match &judged.verdict {
            Verdict::Stays(path) => {
                let leads = || self.unit.setting.table.leads_to_old(path);
                if site.escapes && leads() {
                    self.escapes(&judged, path);
                } else if site.is_replaced
                    && site.stored.is_empty()
                    && !(site.is_store && self.is_own(&judged))
                    && leads()
                {
                    let message = "something stands in for this module, and some of what was imported from it moves";
                    self.vague(&judged, path, Code::String, message);
                }
                self.add_uses(&judged, false);
            }
            Verdict::MayMove(path, rule) => match rule.filter(|_| self.mode() != Strings::Off) {
                Some(rule) => self.refuse_computed(&judged, path, rule),
                None => self.may_move(&judged, path),
            },
            Verdict::Moves(moved) => {
                let label = site.form == Form::App && moved.path.last() != moved.to.last();
                let is_own =
                    || (self.around.has_label)(&moved.path) || (self.around.has_label)(&moved.to);
                let label = label && !is_own();
                if site.escapes && self.parts_below(moved) {
                    self.escapes(&judged, &moved.path);
                }
                if self.rewrite_as(&judged, moved, site.manner()) && label {
                    let message = "the label of the application changes with its last name";
                    self.review(&judged, moved, Code::AppLabel, message);
                }
            }
            Verdict::Refused(refused) => self.refuse(&judged, refused),
        }
    }

    /// Whether this path was not met at this place before: a constant may be read from several places. A
    /// path that is put together of a constant and something else is one of each place.
    fn first(&mut self, site: &Site, judged: &Judged) -> bool {
        let path = judged.uses.first().map(|(path, _)| path.clone());
        let path = path.unwrap_or_default();
        let apart = match site.text.is_in_pieces() {
            true => site.text.range.start,
            false => usize::MAX,
        };
        self.seen.insert((judged.range.start, apart, path))
    }

    /// What becomes of a mapped path that starts with the name of this very module.
    fn with_own_name(&self, site: &Site, judged: &Judged) -> Own {
        let table = self.unit.setting.table;
        let flat = site.text.flat();
        let own = flat.get(..site.text.own).unwrap_or_default();
        let own: Vec<Segment> = own.split('.').map(Segment::new).collect();
        let new = match table.resolve(&own, MODULE) {
            Outcome::Stays => return Own::Stays,
            Outcome::Moves(moved) => moved.to.segments().to_vec(),
            Outcome::Removed(_) | Outcome::Alternatives(_) => return Own::Follows,
        };
        let (path, to, rule) = match &judged.verdict {
            Verdict::Moves(moved) => (&moved.path, &moved.to, moved.rule),
            Verdict::Refused(refused) => match &refused.to {
                Some(to) => (&refused.path, to, refused.rule),
                None => return Own::Follows,
            },
            Verdict::Stays(_) | Verdict::MayMove(..) => return Own::Stays,
        };
        let follows = path.strip_prefix(own.as_slice()).is_some_and(|rest| {
            let to = to.strip_prefix(new.as_slice());
            to.is_some_and(|to| to == rest)
        });
        if follows {
            return Own::Follows;
        }
        let message = "this module moves, and what it names by its own name moves elsewhere";
        Own::Parts(Refused {
            path: path.clone(),
            to: Some(to.clone()),
            rule,
            refusal: Refusal::new(Code::String, message).help("write the new path by hand"),
        })
    }

    /// Whether the file is the old module that the path names, or the package of it.
    fn is_own(&self, judged: &Judged) -> bool {
        let is = |path: &[Segment]| self.unit.modules.iter().any(|module| *module == path);
        judged.uses.iter().any(|(path, _)| {
            let parent = &path[..path.len().saturating_sub(1)];
            is(path) || is(parent)
        })
    }

    fn own(&mut self, judged: &Judged) {
        for (path, range) in &judged.uses {
            self.uses.push(Use {
                meaning: Meaning::Own(path.clone()),
                namespaces: judged.kinds,
                known: Known::NOTHING,
                stays: true,
                range: Some(range.clone()),
            });
        }
    }

    pub(super) fn add_uses(&mut self, judged: &Judged, stays: bool) {
        for (path, range) in &judged.uses {
            self.uses.push(Use {
                meaning: Meaning::Path(path.clone()),
                namespaces: judged.kinds,
                known: Known::NOTHING,
                stays,
                range: Some(range.clone()),
            });
        }
    }

    fn is_kept(&self, judged: &Judged) -> bool {
        self.unit.kept.keeps(judged.range.start)
    }

    /// Rewrites; whether nothing kept it.
    pub(super) fn rewrite(&mut self, judged: &Judged, moved: &Moved) -> bool {
        self.rewrite_as(judged, moved, Manner::Late)
    }

    fn rewrite_as(&mut self, judged: &Judged, moved: &Moved, manner: Manner) -> bool {
        if self.is_kept(judged) {
            self.add_uses(judged, true);
            return false;
        }
        self.add_uses(judged, false);
        for (path, _) in &judged.uses {
            (self.around.meet)(path, manner, self.draft);
        }
        let table = self.unit.setting.table;
        let subject = subject(&judged.range, moved);
        self.draft.rewritten(&subject, &moved.applied, table);
        for edit in &moved.edits {
            if self.edited.insert((edit.range.start, edit.range.end)) {
                self.draft.edits.push(edit.clone());
                self.draft.pieces.push(edit.range.clone());
            }
        }
        true
    }

    pub(super) fn refuse(&mut self, judged: &Judged, refused: &Refused) {
        self.add_uses(judged, true);
        if self.is_kept(judged) {
            return;
        }
        let subject = Subject {
            range: judged.range.clone(),
            path: &refused.path,
            to: refused.to.as_deref(),
            rule: refused.rule,
        };
        let refusal = refused.refusal.clone();
        self.draft
            .refused(&subject, refusal, self.unit.setting.table);
    }

    /// A mapped path that stays and is no sure reference.
    pub(super) fn note(&mut self, judged: &Judged, message: &str) {
        self.add_uses(judged, true);
        self.noted(judged, Code::String, message);
    }

    /// As [`Pen::note`], without a use.
    pub(super) fn noted(&mut self, judged: &Judged, code: Code, message: &str) {
        let (path, to, rule) = match &judged.verdict {
            Verdict::Moves(moved) => (&moved.path, Some(moved.to.as_slice()), moved.rule),
            Verdict::Refused(refused) => (&refused.path, refused.to.as_deref(), refused.rule),
            Verdict::Stays(_) | Verdict::MayMove(..) => return,
        };
        if self.is_kept(judged) {
            return;
        }
        let subject = Subject {
            range: judged.range.clone(),
            path,
            to,
            rule,
        };
        let table = self.unit.setting.table;
        self.draft
            .remark(code, Level::Note, &subject, message.to_owned(), table);
    }

    pub(super) fn review(&mut self, judged: &Judged, moved: &Moved, code: Code, message: &str) {
        let subject = subject(&judged.range, moved);
        let table = self.unit.setting.table;
        self.draft
            .remark(code, Level::Review, &subject, message.to_owned(), table);
    }

    pub(super) fn may_move(&mut self, judged: &Judged, path: &[Segment]) {
        let message = "the path is computed, and may name what is deprecated";
        self.vague(judged, path, Code::String, message);
    }

    /// A computed path of which it is known only that names directly below it are mapped.
    fn refuse_computed(&mut self, judged: &Judged, path: &[Segment], rule: usize) {
        let message = "the path is computed, and some names that it may end in are deprecated";
        let refusal = Refusal::new(Code::String, message)
            .help("rewrite the string by hand, or end the line in `# repoint: keep`");
        self.refuse(
            judged,
            &Refused {
                path: path.to_vec(),
                to: None,
                rule,
                refusal,
            },
        );
    }

    /// Whether something in a module goes elsewhere than the module does.
    fn parts_below(&self, moved: &Moved) -> bool {
        let table = self.unit.setting.table;
        let mut names = table.old_children(&moved.path);
        names.any(|name| {
            let path = [&moved.path[..], std::slice::from_ref(name)].concat();
            match table.resolve(&path, Namespaces::ALL) {
                Outcome::Moves(own) => {
                    own.to.segments().split_last() != Some((name, &moved.to[..]))
                }
                _ => true,
            }
        })
    }

    fn escapes(&mut self, judged: &Judged, path: &[Segment]) {
        let message = "what is read from this module is not followed, and some of it is deprecated";
        self.vague(judged, path, Code::Escapes, message);
    }

    fn vague(&mut self, judged: &Judged, path: &[Segment], code: Code, message: &str) {
        if self.is_kept(judged) {
            return;
        }
        self.draft.findings.push(Finding {
            code,
            level: Level::Note,
            range: judged.range.clone(),
            path: Some(show(path, self.unit.setting.table.syntax())),
            successor: None,
            message: message.to_owned(),
            help: None,
            rule: None,
        });
    }
}

fn subject<'m>(range: &Range<usize>, moved: &'m Moved) -> Subject<'m> {
    Subject {
        range: range.clone(),
        path: &moved.path,
        to: Some(&moved.to),
        rule: moved.rule,
    }
}

/// A judgement about one path at one place.
pub(super) fn one(path: &[Segment], range: Range<usize>, verdict: Verdict) -> Judged {
    Judged {
        uses: vec![(path.to_vec(), range.clone())],
        range,
        kinds: Namespaces::ALL,
        verdict,
    }
}
