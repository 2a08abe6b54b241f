//! What makes a list of rules a table: no two rules speak of one path, each changes something, no
//! target is itself gone, and T ends (see `ends`).

use rustc_hash::FxHashMap;

use super::ends;
use super::rule::{Action, Origin, Rule};
use super::table::Table;
use crate::document::{Place, Problem};
use crate::path::{Namespaces, RUST, SymbolPath, Syntax};

/// A rule, and where it is written.
#[derive(Debug)]
pub(super) struct RuleDecl {
    pub(super) rule: Rule,
    /// The old path, or the name below it.
    pub(super) at: Place,
    /// The new path, or each of the alternatives.
    pub(super) targets: Vec<Place>,
    /// It replaces earlier rules for the same path.
    pub(super) overrides: bool,
    /// Nobody wrote it: it follows from another rule.
    pub(super) implied: bool,
}

/// Makes the table, or adds to `errors`. If rules were `lost`, what depends on all of them is left
/// unsaid: the lost one might have been the exception.
pub(super) fn table(
    syntax: &'static Syntax,
    decls: Vec<RuleDecl>,
    lost: bool,
    errors: &mut Vec<Problem>,
    warnings: &mut Vec<Problem>,
) -> Option<Table> {
    let before = errors.len();
    let is_home = |decl: &RuleDecl| {
        decl.rule.action == Action::Keep && matches!(decl.rule.origin, Origin::Home { .. })
    };
    // They say of no path what becomes of it.
    let (homes, decls): (Vec<_>, Vec<_>) = decls.into_iter().partition(is_home);
    for decl in &decls {
        changes_something(decl, syntax, errors);
    }
    let mut decls = one_rule_a_path(syntax, decls, errors);
    // A rule that maps a path to itself would be reported as a circle once more.
    decls.retain(|d| !matches!(&d.rule.action, Action::Move(to) if *to == d.rule.from));
    add_implied_keeps(syntax, &mut decls);
    let (rules, places): (Vec<_>, Vec<_>) = decls
        .into_iter()
        .map(|d| (d.rule, (d.at, d.targets, d.implied)))
        .unzip();
    let table = Table::compile(syntax, rules);
    if lost {
        return None;
    }
    for (index, (at, _, implied)) in places.iter().enumerate() {
        targets_live(&table, index, &places, errors);
        if !implied {
            odd(&table, index, at, warnings);
        }
    }
    for circle in ends::circles(&table) {
        errors.push(circle_error(&table, &circle, &places));
    }
    let homes = homes.into_iter().map(|home| home.rule);
    (errors.len() == before).then(|| table.with_homes(homes))
}

/// Where a rule's old path and its targets are written, and whether the rule is implied.
type Places = (Place, Vec<Place>, bool);

fn changes_something(decl: &RuleDecl, syntax: &Syntax, errors: &mut Vec<Problem>) {
    let from = &decl.rule.from;
    match &decl.rule.action {
        Action::Move(to) if to == from => errors.push(
            Problem::at(
                decl.at.clone(),
                format!("the rule moves `{}` to itself", from.display(syntax)),
            )
            .help("to exempt the path from a wider rule, `[[keep]]` it"),
        ),
        Action::Alternatives(paths) => {
            for (path, place) in paths.iter().zip(&decl.targets) {
                if path == from {
                    errors.push(Problem::at(
                        place.clone(),
                        format!("`{}` is an alternative to itself", from.display(syntax)),
                    ));
                }
            }
        }
        _ => {}
    }
}

/// The kinds that a path of `syntax` can be; other bits of a set mean nothing.
fn all_kinds(syntax: &Syntax) -> u8 {
    syntax.kinds.iter().fold(0, |bits, _| bits << 1 | 1)
}

/// Drops repetitions, lets overriding rules replace earlier ones, reports the rest.
fn one_rule_a_path(
    syntax: &Syntax,
    decls: Vec<RuleDecl>,
    errors: &mut Vec<Problem>,
) -> Vec<RuleDecl> {
    let mut kept: Vec<Option<RuleDecl>> = Vec::with_capacity(decls.len());
    let mut by_path: FxHashMap<SymbolPath, Vec<usize>> = FxHashMap::default();
    for decl in decls {
        let here = by_path.entry(decl.rule.from.clone()).or_default();
        let mut repeated = false;
        for &earlier in here.iter() {
            let Some(other) = kept[earlier].as_mut() else {
                continue;
            };
            if !other.rule.kinds.meets(decl.rule.kinds) {
                continue;
            }
            if same(&other.rule, &decl.rule) {
                repeated = true;
            } else if decl.overrides {
                // It may speak of some kinds only; the earlier rule still speaks of the others.
                let rest = other.rule.kinds.0 & !decl.rule.kinds.0;
                other.rule.kinds = Namespaces(rest);
                if rest & all_kinds(syntax) == 0 {
                    kept[earlier] = None;
                }
            } else {
                let path = decl.rule.from.display(syntax);
                errors.push(
                    Problem::at(
                        decl.at.clone().label("the second rule"),
                        format!("two different rules for `{path}`"),
                    )
                    .related([other.at.clone().label("the first rule")])
                    .help("remove one; if the later shall win, give it `override = true`"),
                );
                repeated = true;
            }
            if repeated {
                break;
            }
        }
        if !repeated {
            here.push(kept.len());
            kept.push(Some(decl));
        }
    }
    kept.into_iter().flatten().collect()
}

/// Whether both do the same. What is only shown beside findings may differ.
fn same(a: &Rule, b: &Rule) -> bool {
    let does = |rule: &Rule| {
        let Rule {
            action,
            target_module,
            kinds,
            exact,
            rename,
            review,
            requires,
            package,
            ..
        } = rule.clone();
        let target = (action, target_module);
        (target, kinds, exact, rename, review, requires, package)
    };
    does(a) == does(b)
}

/// `pydantic` to `pydantic.v1` would also speak of `pydantic.v1`: what arrived there stays.
fn add_implied_keeps(syntax: &Syntax, decls: &mut Vec<RuleDecl>) {
    let mut spoken: FxHashMap<SymbolPath, u8> = FxHashMap::default();
    for decl in decls.iter() {
        *spoken.entry(decl.rule.from.clone()).or_default() |= decl.rule.kinds.0;
    }
    let mut implied = Vec::new();
    for decl in decls.iter() {
        let Action::Move(to) = &decl.rule.action else {
            continue;
        };
        if decl.rule.exact || !to.starts_with(&decl.rule.from) {
            continue;
        }
        // A rule that the table has for the target goes first.
        let taken = spoken.entry(to.clone()).or_default();
        let free = !*taken;
        if free & all_kinds(syntax) == 0 {
            continue;
        }
        *taken = u8::MAX;
        implied.push(RuleDecl {
            rule: Rule {
                id: to.display(syntax).to_string(),
                from: to.clone(),
                action: Action::Keep,
                kinds: Namespaces(free),
                review: None,
                available: None,
                requires: Vec::new(),
                ..decl.rule.clone()
            },
            at: decl.at.clone(),
            targets: Vec::new(),
            overrides: false,
            implied: true,
        });
    }
    decls.append(&mut implied);
}

/// Reports each target that `remove` matches.
fn targets_live(table: &Table, index: usize, places: &[Places], errors: &mut Vec<Problem>) {
    let rule = &table.rules()[index];
    let targets: &[SymbolPath] = match &rule.action {
        Action::Move(to) => std::slice::from_ref(to),
        Action::Alternatives(paths) => paths,
        Action::Remove | Action::Keep => return,
    };
    for (to, place) in targets.iter().zip(&places[index].1) {
        let Some(found) = table.longest(to.segments(), rule.kinds) else {
            continue;
        };
        if found.rule.action != Action::Remove {
            continue;
        }
        let display = to.display(table.syntax());
        errors.push(
            Problem::at(
                place.clone(),
                format!("the target `{display}` is itself removed"),
            )
            .related([places[found.index].0.clone().label("removed here")])
            .help("name a path that stays, or make this rule a `[[remove]]`"),
        );
    }
}

fn circle_error(table: &Table, circle: &[usize], places: &[Places]) -> Problem {
    let syntax = table.syntax();
    let paths: Vec<_> = circle
        .iter()
        .chain(circle.first())
        .map(|&index| format!("`{}`", table.rules()[index].from.display(syntax)))
        .collect();
    let (first, rest) = circle.split_first().expect("a circle has a rule");
    let message = if rest.is_empty() {
        let path = &paths[0];
        format!("the rule for {path} applies to its own result again and again")
    } else {
        format!("rules move paths in a circle: {}", paths.join(" to "))
    };
    Problem::at(places[*first].0.clone().label("starts here"), message)
        .related(
            rest.iter()
                .map(|&i| places[i].0.clone().label("and goes on")),
        )
        .help("remove one of the rules, or `[[keep]]` the path that is right")
}

/// Warns of what hardly means what was meant.
fn odd(table: &Table, index: usize, at: &Place, warnings: &mut Vec<Problem>) {
    let rule = &table.rules()[index];
    let syntax = table.syntax();
    let path = rule.from.display(syntax);
    if syntax.language == RUST.language && is_associated(&rule.from) {
        warnings.push(
            Problem::at(
                at.clone(),
                format!("`{path}` looks like an associated item, which `use` cannot import"),
            )
            .help("rules name what `use` can import; uses through a type are not found")
            .warning(),
        );
    }
    if rule.action == Action::Keep && rule.review.is_none() {
        let parent = rule.from.parent();
        let wider = parent.and_then(|parent| {
            let found = table.longest_below(parent.segments())?;
            (found.rule.action != Action::Keep).then_some(())
        });
        // Something may also arrive there: then it is no exception, but does no harm.
        if wider.is_none() {
            warnings.push(
                Problem::at(
                    at.clone(),
                    format!("no wider rule speaks of `{path}`, so there is nothing to keep"),
                )
                .help("leave the rule out")
                .warning(),
            );
        }
    }
}

/// Whether a Rust path goes on with a lower-case name below a type's name. Enum variants, which
/// `use` can import, start with a capital.
fn is_associated(path: &SymbolPath) -> bool {
    let starts = |name: &str, test: fn(char) -> bool| name.chars().next().is_some_and(test);
    match path.segments() {
        [above @ .., last] => {
            starts(last, char::is_lowercase) && above.iter().any(|n| starts(n, char::is_uppercase))
        }
        [] => false,
    }
}
