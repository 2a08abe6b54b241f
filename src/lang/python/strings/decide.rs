//! What becomes of the path in a string: pure, from a text and the table to edits or a refusal.

use std::ops::Range;

use super::several::several;
use super::text::{HOLE, Text};
use super::top::{top, with_listed};
use super::written::{Written, change};
use super::{Form, Name, Package, Site};
use crate::finding::Code;
use crate::lang::plan_builder::{Refusal, no_successor, show};
use crate::lang::python::unit::MODULE;
use crate::mapping::{Move, Outcome, Table};
use crate::path::{Namespaces, Segment};
use crate::text::Edit;

/// A path in a string, and what the table says.
#[derive(Clone, Debug)]
pub(super) struct Judged {
    /// Where the path stands, at least nearly.
    pub(super) range: Range<usize>,
    /// The paths that verification compares, each where it stands, and whether its text is what the
    /// verdict is about.
    pub(super) uses: Vec<(Vec<Segment>, Range<usize>)>,
    /// What the last name can be.
    pub(super) kinds: Namespaces,
    /// What becomes of it.
    pub(super) verdict: Verdict,
}

/// What becomes of a path.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// The table does not speak of it.
    Stays(Vec<Segment>),
    /// It goes on in a way that is not known, and some path below it is mapped; with the rule of one
    /// that is directly below it.
    MayMove(Vec<Segment>, Option<usize>),
    /// It moves.
    Moves(Moved),
    /// It is mapped and must stay.
    Refused(Box<Refused>),
}

/// A path that moves.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    pub(super) path: Vec<Segment>,
    pub(super) to: Vec<Segment>,
    pub(super) rule: usize,
    pub(super) applied: Vec<usize>,
    pub(super) edits: Vec<Edit>,
}

impl Moved {
    /// That it must stay all the same.
    pub(super) fn refused(&self, refusal: Refusal) -> Verdict {
        Verdict::Refused(Box::new(Refused {
            path: self.path.clone(),
            to: Some(self.to.clone()),
            rule: self.rule,
            refusal,
        }))
    }
}

/// A mapped path that must stay.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub(super) path: Vec<Segment>,
    pub(super) to: Option<Vec<Segment>>,
    pub(super) rule: usize,
    pub(super) refusal: Refusal,
}

/// A written path and what is around it.
struct Reading<'r> {
    text: &'r Text,
    written: Written,
    /// The package that leading dots name, now and afterwards.
    base: Option<Base<'r>>,
    after: &'r [Name],
    kinds: Namespaces,
}

struct Base<'r> {
    /// What the dots name.
    names: Vec<Segment>,
    /// How many names of the package the dots leave out.
    up: usize,
    package: &'r Package,
}

/// Judges every path of a known string.
pub(super) fn judged(site: &Site, table: &Table) -> Vec<Judged> {
    let flat = site.text.flat();
    match &site.form {
        Form::Entries => entries(&flat)
            .into_iter()
            .filter_map(|start| at(&site.text, &flat, start, &Form::Entries, &[], table))
            .collect(),
        Form::Warning => warning(&site.text, &flat, table).into_iter().collect(),
        Form::Multiple if !site.after.is_empty() => {
            let reads: Vec<&[Name]> = site.after.iter().map(std::slice::from_ref).collect();
            let help = "patch the names of each place by a call of its own";
            several(site, &flat, &Form::Path, &reads, help, table)
                .into_iter()
                .collect()
        }
        form if !site.through.is_empty() && *form != Form::Top => {
            let reads: Vec<&[Name]> = site.through.iter().map(Vec::as_slice).collect();
            let help = "load the module of each place by a call of its own";
            several(site, &flat, form, &reads, help, table)
                .into_iter()
                .collect()
        }
        Form::Top if !site.discarded => top(site, &flat, table).into_iter().collect(),
        form => at(&site.text, &flat, 0, form, &site.after, table)
            .map(|judged| match form {
                Form::Target => in_a_module(judged),
                _ => with_listed(judged, site),
            })
            .into_iter()
            .collect(),
    }
}

/// What is patched is an attribute of something: one name alone is refused by `patch`.
fn in_a_module(mut judged: Judged) -> Judged {
    if let Verdict::Moves(moved) = &judged.verdict
        && moved.to.len() < 2
    {
        let message = "what is patched must be in a module, and the new path is one name";
        judged.verdict =
            moved.refused(Refusal::new(Code::String, message).help("write the patch by hand"));
    }
    judged
}

/// Judges the path that stands in `flat`, what `text` says, from `start` on.
pub(super) fn at(
    text: &Text,
    flat: &str,
    start: usize,
    form: &Form,
    after: &[Name],
    table: &Table,
) -> Option<Judged> {
    let is_module = matches!(form, Form::Module | Form::Relative(_) | Form::Top);
    let level = flat[start..].bytes().take_while(|b| *b == b'.').count();
    let base = match form {
        Form::Relative(package) if level > 0 => {
            let package = package.as_ref()?;
            let up = level - 1;
            let count = package.names.len().checked_sub(up)?;
            Some(Base {
                names: package.names[..count].to_vec(),
                up,
                package,
            })
        }
        _ => None,
    };
    let first = start + if base.is_some() { level } else { 0 };
    let written = match &base {
        Some(_) => Written::below(flat, first),
        None => Written::at(flat, first),
    }?;
    let rest = &flat[written.end..];
    let has_object = written.module < written.names.len();
    let kinds = match is_module && after.is_empty() && !has_object {
        true => MODULE,
        false => Namespaces::ALL,
    };
    let reading = Reading {
        text,
        written,
        base,
        after,
        kinds,
    };
    let next = rest.get(1..).unwrap_or_default();
    let is_open = rest.starts_with(HOLE) || next.starts_with(HOLE);
    if is_open && !has_object {
        return open(&reading, rest, table);
    }
    let is_whole = rest.is_empty() || has_object || matches!(form, Form::Entries);
    is_whole.then(|| reading.judged(table))
}

impl Reading<'_> {
    fn absolute(&self) -> Vec<Segment> {
        let base = self.base.iter().flat_map(|base| &base.names);
        base.chain(&self.written.names).cloned().collect()
    }

    fn range(&self) -> Range<usize> {
        let start = self.written.places.first().map_or(0, |place| place.start);
        // What stands in the file begins behind the module's own name.
        let own = self.text.own;
        let behind = self.written.places.iter().map(|place| place.start);
        let start = behind
            .filter(|at| own > 0 && *at > own)
            .min()
            .unwrap_or(start);
        self.text.near(start..self.written.end)
    }

    fn judged(&self, table: &Table) -> Judged {
        let mut path = self.absolute();
        path.extend(self.after.iter().map(|name| name.name.clone()));
        let verdict = match table.resolve(&path, self.kinds) {
            Outcome::Stays => Verdict::Stays(path.clone()),
            Outcome::Moves(moved) => self.moves(&path, &moved, table),
            other => refused_outcome(&path, &other, table),
        };
        Judged {
            range: self.range(),
            uses: vec![(path, self.range())],
            kinds: self.kinds,
            verdict,
        }
    }

    fn moves(&self, path: &[Segment], moved: &Move<'_>, table: &Table) -> Verdict {
        let to = moved.to.segments();
        match self.edits(to, table) {
            Some(edits) => Verdict::Moves(Moved {
                path: path.to_vec(),
                to: to.to_vec(),
                rule: moved.first.index,
                applied: moved.applied.clone(),
                edits,
            }),
            None => by_hand(path, moved, table),
        }
    }

    /// The edits that make the path `to`; `None` if they cannot be made surely.
    fn edits(&self, to: &[Segment], table: &Table) -> Option<Vec<Edit>> {
        let Written {
            names,
            places,
            module,
            ..
        } = &self.written;
        let fixed = names.len() - module + self.after.len();
        let head = to.len().checked_sub(fixed).filter(|head| *head > 0)?;
        let mut edits = self.head_edits(&to[..head], table)?;
        let inside = names[*module..].iter().zip(&places[*module..]);
        let mut rest = to[head..].iter();
        for ((name, place), new) in inside.zip(rest.by_ref()) {
            if name != new {
                edits.push(Edit::replace(self.text.place(place.clone())?, new.as_str()));
            }
        }
        for (name, new) in self.after.iter().zip(rest) {
            if name.name != *new {
                edits.push(Edit::replace(name.range.clone(), new.as_str()));
            }
        }
        Some(edits)
    }

    /// The edits of what stands before the colon.
    fn head_edits(&self, new: &[Segment], table: &Table) -> Option<Vec<Edit>> {
        let Written {
            names,
            places,
            module,
            ..
        } = &self.written;
        let (old, places) = (&names[..*module], &places[..*module]);
        let Some(base) = &self.base else {
            return renamed(self.text, old, places, new);
        };
        let below = new.strip_prefix(base.names.as_slice());
        if let Some(below) = below.filter(|below| !below.is_empty()) {
            return renamed(self.text, old, places, below);
        }
        if let Some(edits) = self.with_package(base, new, table) {
            return Some(edits);
        }
        // A package that is left behind would be a reference of its own.
        let is_left = base.package.literal.is_some() && base.package.is_mapped(table);
        let place = self.text.place(0..places.last()?.end)?;
        (!is_left).then(|| vec![Edit::replace(place, new.join("."))])
    }

    /// The edits that keep a name relative by moving the package, which stands beside it in a literal.
    fn with_package(&self, base: &Base<'_>, new: &[Segment], table: &Table) -> Option<Vec<Edit>> {
        let literal = base.package.literal.as_ref()?;
        let module = self.written.module;
        let (old, places) = (
            &self.written.names[..module],
            &self.written.places[..module],
        );
        let package = match table.resolve(&base.package.names, MODULE) {
            Outcome::Moves(moved) => moved.to.segments().to_vec(),
            // What dots leave out would have to be made up.
            Outcome::Stays if base.up == 0 => new[..new.len().checked_sub(old.len())?].to_vec(),
            _ => return None,
        };
        let names = &package[..package.len().checked_sub(base.up)?];
        let below = new.strip_prefix(names).filter(|below| !below.is_empty())?;
        let flat = literal.flat();
        let written = Written::at(&flat, 0).filter(|written| written.end == flat.len())?;
        let mut edits = renamed(literal, &written.names, &written.places, &package)?;
        edits.extend(renamed(self.text, old, places, below)?);
        (!names.is_empty()).then_some(edits)
    }
}

impl Package {
    /// Whether it is the old or the new path of some rule.
    pub(super) fn is_mapped(&self, table: &Table) -> bool {
        !matches!(table.resolve(&self.names, MODULE), Outcome::Stays)
            || !table.sources(&self.names).is_empty()
    }
}

/// Edits that turn names which stand at `places` of a text into others.
pub(super) fn renamed(
    text: &Text,
    old: &[Segment],
    places: &[Range<usize>],
    new: &[Segment],
) -> Option<Vec<Edit>> {
    let Some((was, is)) = change(old, new) else {
        return Some(Vec::new());
    };
    let whole = places[was.start].start..places[was.end - 1].end;
    if let Some(place) = text.place(whole) {
        return Some(vec![Edit::replace(place, new[is].join("."))]);
    }
    if was.len() != is.len() {
        return None;
    }
    // The literal is in pieces: name by name.
    let differ = was.zip(is).filter(|(a, b)| old[*a] != new[*b]);
    differ
        .map(|(a, b)| {
            let place = text.place(places[a].clone())?;
            Some(Edit::replace(place, new[b].as_str()))
        })
        .collect()
}

/// A path that goes on with something unknown.
fn open(reading: &Reading<'_>, rest: &str, table: &Table) -> Option<Judged> {
    let path = reading.absolute();
    let judged = |verdict, uses| {
        Some(Judged {
            range: reading.range(),
            uses,
            kinds: Namespaces::ALL,
            verdict,
        })
    };
    let uses = vec![(path.clone(), reading.range())];
    if rest.starts_with(HOLE) {
        // The last name may be cut.
        return match table.resolve(&path, Namespaces::ALL) {
            Outcome::Moves(moved) => judged(computed(&path, &moved, table), uses),
            Outcome::Stays => {
                let (last, parent) = path.split_last()?;
                if parent.is_empty() {
                    return None;
                }
                let verdict = may_move(&path, parent, last, table)?;
                judged(verdict, Vec::new())
            }
            other => judged(refused_outcome(&path, &other, table), uses),
        };
    }
    if !rest.starts_with(['.', ':']) {
        return None;
    }
    // No name is empty, so only rules for the path and its parents match what lies below it.
    let mut below = path.clone();
    below.push(Segment::default());
    let has_exceptions = table.old_children(&path).next().is_some();
    match table.resolve(&below, Namespaces::ALL) {
        Outcome::Stays => match may_move(&path, &path, "", table) {
            Some(verdict) => judged(verdict, Vec::new()),
            None => judged(Verdict::Stays(path), uses),
        },
        Outcome::Moves(moved) => {
            let to = moved.to.segments();
            let to = &to[..to.len() - 1];
            let same = matches!(table.resolve(&path, Namespaces::ALL),
                Outcome::Moves(own) if own.to.segments() == to);
            let is_sure = same
                && moved.tail > 0
                && moved.applied.len() == 1
                && !has_exceptions
                && table.old_children(to).next().is_none();
            match reading.edits(to, table).filter(|_| is_sure) {
                Some(edits) => judged(
                    Verdict::Moves(Moved {
                        path,
                        to: to.to_vec(),
                        rule: moved.first.index,
                        applied: moved.applied.clone(),
                        edits,
                    }),
                    uses,
                ),
                None => judged(computed(&path, &moved, table), uses),
            }
        }
        other => judged(refused_outcome(&path, &other, table), uses),
    }
}

/// What the table says of the names below `parent` that start with `prefix`, for a path that goes on
/// with one of them or another.
fn may_move(path: &[Segment], parent: &[Segment], prefix: &str, table: &Table) -> Option<Verdict> {
    let mut names: Vec<&Segment> = table
        .old_children(parent)
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.sort_unstable();
    names.first()?;
    let rule = names.into_iter().find_map(|name| {
        let below = [parent, std::slice::from_ref(name)].concat();
        match refused_outcome(&below, &table.resolve(&below, Namespaces::ALL), table) {
            Verdict::Refused(refused) => Some(refused.rule),
            _ => None,
        }
    });
    Some(Verdict::MayMove(path.to_vec(), rule))
}

/// The category of a filter of warnings.
fn warning(text: &Text, flat: &str, table: &Table) -> Option<Judged> {
    let mut colons = flat.match_indices(':').map(|(at, _)| at);
    let start = colons.nth(1)? + 1;
    let end = colons.next().unwrap_or(flat.len());
    at(
        &text.until(end),
        &flat[..end],
        start,
        &Form::Path,
        &[],
        table,
    )
}

/// Where the paths of entry points start: after `=` in each line.
fn entries(flat: &str) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut line_start = 0;
    for line in flat.split_inclusive('\n') {
        if let Some(sign) = line.find('=') {
            let value = &line[sign + 1..];
            let blank = value.len() - value.trim_start().len();
            starts.push(line_start + sign + 1 + blank);
        }
        line_start += line.len();
    }
    starts
}

/// A mapped path that is not edited.
pub(super) fn refused_outcome(path: &[Segment], outcome: &Outcome<'_>, table: &Table) -> Verdict {
    let rule = match outcome {
        Outcome::Removed(matched) | Outcome::Alternatives(matched) => matched.index,
        Outcome::Moves(moved) => return by_hand(path, moved, table),
        Outcome::Stays => return Verdict::Stays(path.to_vec()),
    };
    Verdict::Refused(Box::new(Refused {
        path: path.to_vec(),
        to: None,
        rule,
        refusal: no_successor(outcome, table.syntax()),
    }))
}

fn stays_as(path: &[Segment], moved: &Move<'_>, message: &str, help: String) -> Verdict {
    Verdict::Refused(Box::new(Refused {
        path: path.to_vec(),
        to: Some(moved.to.segments().to_vec()),
        rule: moved.first.index,
        refusal: Refusal::new(Code::String, message).help(help),
    }))
}

fn by_hand(path: &[Segment], moved: &Move<'_>, table: &Table) -> Verdict {
    let new = show(moved.to.segments(), table.syntax());
    let message = "the path does not stand in one piece that can be edited";
    stays_as(path, moved, message, format!("write `{new}` by hand"))
}

fn computed(path: &[Segment], moved: &Move<'_>, table: &Table) -> Verdict {
    let mut verdict = by_hand(path, moved, table);
    if let Verdict::Refused(refused) = &mut verdict {
        "the path is computed, and what it names cannot be told"
            .clone_into(&mut refused.refusal.message);
        refused.refusal.help = Some("rewrite the string by hand".to_owned());
        // An unknown name was added to ask; it is no part of the successor.
        if let Some(to) = &mut refused.to
            && to.last().is_some_and(|name| name.is_empty())
        {
            to.pop();
        }
    }
    verdict
}
