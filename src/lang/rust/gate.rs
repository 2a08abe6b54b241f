//! Conditions under which code is there: `cfg` predicates, and what one says of another.
//!
//! Nothing is evaluated: which features and platforms a build has is not known here. What is asked is
//! whether code that is there at all is only there where a dependency is.

use std::rc::Rc;

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// A `cfg` predicate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cfg {
    /// All of these; none of them: always.
    All(Vec<Cfg>),
    /// One of these; none of them: never.
    Any(Vec<Cfg>),
    /// Not this.
    Not(Box<Cfg>),
    /// `unix`, `feature = "x"`, as text with one space around the `=`.
    Is(String),
}

impl Cfg {
    /// What is always so.
    pub const ALWAYS: Self = Self::All(Vec::new());

    /// The package feature of this name.
    pub fn feature(name: &str) -> Self {
        Self::Is(format!("feature = \"{name}\""))
    }

    /// Code that is compiled for tests.
    pub fn test() -> Self {
        Self::Is("test".to_owned())
    }

    /// What stands in the parentheses of `cfg(...)`.
    pub fn parse(tokens: TokenStream) -> Option<Self> {
        Self::of_meta(&syn::parse2::<Meta>(tokens).ok()?)
    }

    /// The same, as text.
    pub fn parse_text(text: &str) -> Option<Self> {
        Self::parse(text.parse().ok()?)
    }

    fn of_meta(meta: &Meta) -> Option<Self> {
        Some(match meta {
            Meta::Path(path) => Self::Is(path.get_ident()?.to_string()),
            Meta::NameValue(pair) => {
                let name = pair.path.get_ident()?;
                let text = format!("{name} = {}", pair.value.to_token_stream());
                Self::Is(match text.as_str() {
                    "target_family = \"unix\"" => "unix".to_owned(),
                    "target_family = \"windows\"" => "windows".to_owned(),
                    _ => text,
                })
            }
            Meta::List(list) => {
                let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
                let inner = parse.parse2(list.tokens.clone()).ok()?;
                let mut inner = inner
                    .iter()
                    .map(Self::of_meta)
                    .collect::<Option<Vec<Self>>>()?;
                match list.path.get_ident()?.to_string().as_str() {
                    "all" => Self::All(inner),
                    "any" => Self::Any(inner),
                    "not" if inner.len() == 1 => Self::Not(Box::new(inner.remove(0))),
                    _ => return None,
                }
            }
        })
    }

    /// What attributes say of the thing that they stand at; `None` if they say nothing. A test is
    /// there for tests, whatever attribute makes it one (`#[tokio::test]`).
    pub fn of(attrs: &[Attribute]) -> Option<Self> {
        let mut all = Vec::new();
        for attr in attrs {
            if attr.path().is_ident("cfg") {
                let Meta::List(list) = &attr.meta else {
                    continue;
                };
                all.extend(Self::parse(list.tokens.clone()));
                continue;
            }
            let last = attr.path().segments.last();
            if last.is_some_and(|name| name.ident == "test" || name.ident == "bench") {
                all.push(Self::test());
            }
        }
        match all.len() {
            0 | 1 => all.pop(),
            _ => Some(Self::All(all)),
        }
    }

    /// Both of them.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All(none), other) | (other, Self::All(none)) if none.is_empty() => other,
            (one, other) => Self::All(vec![one, other]),
        }
    }

    /// One of them.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self == Self::ALWAYS || other == Self::ALWAYS {
            return Self::ALWAYS;
        }
        Self::Any(vec![self, other])
    }

    /// Whether this is so wherever all the `facts` are. Errs on the side of no.
    pub fn follows_from(&self, facts: &[&Cfg]) -> bool {
        let by_parts = match self {
            Self::All(parts) => parts.iter().all(|part| part.follows_from(facts)),
            Self::Any(parts) => parts.iter().any(|part| part.follows_from(facts)),
            Self::Not(_) | Self::Is(_) => false,
        };
        by_parts || facts.iter().any(|fact| fact.gives(self))
    }

    fn gives(&self, goal: &Cfg) -> bool {
        if self == goal {
            return true;
        }
        match (self, goal) {
            (Self::All(parts), _) => parts.iter().any(|part| part.gives(goal)),
            (Self::Any(parts), _) => parts.iter().all(|part| goal.follows_from(&[part])),
            (Self::Is(fact), Self::Is(goal)) => family_of(fact) == Some(goal),
            (Self::Is(fact), Self::Not(goal)) => {
                matches!(&**goal, Self::Is(goal) if excludes(fact, goal))
            }
            _ => false,
        }
    }

    /// As an attribute has it, for people.
    pub fn show(&self) -> String {
        let list = |parts: &[Cfg]| {
            let parts: Vec<String> = parts.iter().map(Cfg::show).collect();
            parts.join(", ")
        };
        match self {
            Self::All(parts) if parts.len() == 1 => parts[0].show(),
            Self::Any(parts) if parts.len() == 1 => parts[0].show(),
            Self::All(parts) => format!("all({})", list(parts)),
            Self::Any(parts) => format!("any({})", list(parts)),
            Self::Not(part) => format!("not({})", part.show()),
            Self::Is(text) => text.clone(),
        }
    }
}

/// `unix` for a `target_os` that is one, and the like.
fn family_of(fact: &str) -> Option<&'static str> {
    const UNIX: [&str; 13] = [
        "linux",
        "macos",
        "android",
        "ios",
        "freebsd",
        "netbsd",
        "openbsd",
        "dragonfly",
        "solaris",
        "illumos",
        "haiku",
        "tvos",
        "watchos",
    ];
    let os = fact
        .strip_prefix("target_os = \"")
        .and_then(|rest| rest.strip_suffix('"'))?;
    match os {
        "windows" => Some("windows"),
        _ if UNIX.contains(&os) => Some("unix"),
        _ => None,
    }
}

/// Whether no build has both: a target has one operating system and one architecture.
fn excludes(fact: &str, other: &str) -> bool {
    let families = ["unix", "windows"];
    let (a, b) = (
        family_of(fact).unwrap_or(fact),
        family_of(other).unwrap_or(other),
    );
    if families.contains(&a) && families.contains(&b) && a != b {
        return true;
    }
    let key = |text| str::split_once(text, " = ").map(|(key, _)| key);
    let single = ["target_os", "target_arch", "target_pointer_width", "panic"];
    fact != other && key(fact) == key(other) && key(fact).is_some_and(|key| single.contains(&key))
}

/// The conditions around a place, the innermost first. Cheap to clone: every path has one.
#[derive(Clone, Debug, Default)]
pub struct Gate(Option<Rc<Link>>);

#[derive(Debug)]
struct Link {
    cfg: Cfg,
    outer: Gate,
}

impl Gate {
    /// The conditions, all of them at once.
    pub fn of(facts: impl IntoIterator<Item = Cfg>) -> Self {
        facts
            .into_iter()
            .fold(Self::default(), |gate, cfg| gate.with(cfg))
    }

    /// These and one more.
    #[must_use]
    pub fn with(&self, cfg: Cfg) -> Self {
        Self(Some(Rc::new(Link {
            cfg,
            outer: self.clone(),
        })))
    }

    /// These and what attributes say.
    #[must_use]
    pub fn under(&self, attrs: &[Attribute]) -> Self {
        match Cfg::of(attrs) {
            Some(cfg) => self.with(cfg),
            None => self.clone(),
        }
    }

    /// What is so at the place.
    pub fn facts(&self) -> Vec<&Cfg> {
        std::iter::successors(self.0.as_deref(), |link| link.outer.0.as_deref())
            .map(|link| &link.cfg)
            .collect()
    }

    /// Whether the place is only there where this is so.
    pub fn implies(&self, cfg: &Cfg) -> bool {
        cfg.follows_from(&self.facts())
    }

    /// Whether the place is only there where the other one is.
    pub fn is_within(&self, other: &Gate) -> bool {
        let facts = self.facts();
        other.facts().iter().all(|cfg| cfg.follows_from(&facts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cfg(text: &str) -> Cfg {
        Cfg::parse_text(text).expect("a predicate")
    }

    #[track_caller]
    fn follows(goal: &str, facts: &[&str]) -> bool {
        let facts: Vec<Cfg> = facts.iter().map(|fact| cfg(fact)).collect();
        cfg(goal).follows_from(&facts.iter().collect::<Vec<_>>())
    }

    #[test]
    fn what_follows_follows() {
        for (goal, facts) in [
            ("all()", &[][..]),
            ("test", &["test"]),
            ("test", &["all(unix, test)"]),
            ("any(test, unix)", &["test"]),
            ("any(test, unix, windows)", &["any(unix, test)"]),
            ("all(test, unix)", &["test", "unix"]),
            ("unix", &["target_os = \"linux\""]),
            ("unix", &["target_family = \"unix\""]),
            ("not(windows)", &["unix"]),
            ("not(windows)", &["not(windows)"]),
            (
                "not(target_arch = \"wasm32\")",
                &["target_arch = \"x86_64\""],
            ),
        ] {
            assert!(follows(goal, facts), "{goal} of {facts:?}");
        }
    }

    #[test]
    fn what_does_not_follow_does_not() {
        for (goal, facts) in [
            ("test", &[][..]),
            ("test", &["not(test)"]),
            ("test", &["any(test, unix)"]),
            ("any()", &["test"]),
            ("unix", &["not(unix)"]),
            ("unix", &["not(windows)"]),
            ("all(test, unix)", &["test"]),
            ("feature = \"a\"", &["feature = \"b\""]),
            ("not(feature = \"a\")", &["feature = \"b\""]),
        ] {
            assert!(!follows(goal, facts), "{goal} of {facts:?}");
        }
    }
}
