//! References that stand in strings.
//!
//! [`find`] walks the tree once and decides nothing; [`plan`] asks the table and writes edits and
//! findings. In order:
//!
//! | part | what it does |
//! | --- | --- |
//! | `walk` | one walk: calls, subscripts, comparisons, assignments, literals |
//! | `known` | which calls and variables take paths, as data (`known.toml`) |
//! | `text`, `read`, `own` | what a string expression says, and where each byte of that stands |
//! | `find`, `modules`, `stored`, `variables`, `held` | from calls and variables to sites: a text, and what kind of path it is |
//! | `written` | paths as strings write them |
//! | `decide`, `several`, `top`, `plan` | from sites to edits and findings |
//! | `plain`, `code`, `lazy` | strings that only may be references |
//! | `snippet` | strings that are code and are read as texts of their own |
//!
//! Not here: documentation, quoted annotations, the chains of objects and attributes named in a
//! string (`patch.object(mod, "Name")`), which are found here as [`Pair`]s and rewritten with the
//! other chains.

mod code;
mod decide;
mod find;
mod held;
mod known;
mod lazy;
mod modules;
mod own;
mod pattern;
mod plain;
mod plan;
mod read;
mod several;
mod snippet;
mod stored;
mod text;
mod top;
mod variables;
mod walk;
mod written;

#[cfg(test)]
mod tests;

use std::ops::Range;

use self::text::Text;
use super::scopes::ScopeId;
use crate::path::Segment;
use crate::plan::Manner;

pub(in crate::lang::python) use code::is_code;
pub(in crate::lang::python) use find::find;
pub(in crate::lang::python) use plan::{Around, plan};
pub(in crate::lang::python) use snippet::{Fate, snippets};

/// What one walk over a tree found; nothing is decided.
#[derive(Debug, Default)]
pub(in crate::lang::python) struct Found {
    /// Objects and the names of their attributes. Several may share one chain.
    pub(in crate::lang::python) pairs: Vec<Pair>,
    sites: Vec<Site>,
    plain: Vec<Plain>,
    lazy: Vec<Lazy>,
    constants: Vec<Constant>,
}

impl Found {
    /// Modules that known strings load, such as `importlib.import_module("a.b")`.
    pub(in crate::lang::python) fn loaded(&self) -> Vec<Vec<Segment>> {
        let modules = self.sites.iter().filter(|site| {
            let is_module = matches!(site.form, Form::Module | Form::Top | Form::Relative(None));
            is_module && site.text.is_complete()
        });
        let named = |site: &Site| {
            let said = site.text.known();
            let path = written::Written::at(&said, 0)?;
            (path.end == said.len()).then_some(path.names)
        };
        modules.filter_map(named).collect()
    }
}

/// An object and the name of an attribute of it in a string: `patch.object(mod, "Name")`. The chain and
/// the name are one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lang::python) struct Pair {
    /// Start of the chain's first name.
    pub(in crate::lang::python) chain: u32,
    /// How many names of the chain are part of the path: all but `__dict__` and what follows it.
    pub(in crate::lang::python) parts: usize,
    /// The attribute.
    pub(in crate::lang::python) name: Segment,
    /// The name inside the quotes; for `patch.multiple(mod, K=...)` the keyword.
    pub(in crate::lang::python) range: Range<usize>,
    /// It is read of a variable that holds the object, and no call names it.
    pub(in crate::lang::python) is_read: bool,
    /// Attributes that are read of it in their turn, there.
    pub(in crate::lang::python) rest: Vec<Segment>,
    /// The name is only looked up (`getattr`, `__dict__`, `attrgetter`): never rewritten.
    pub(in crate::lang::python) dynamic: bool,
}

/// A name in the file, outside of a string's path, that goes on with it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    name: Segment,
    range: Range<usize>,
}

/// What a known string names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Form {
    /// Anything.
    Path,
    /// What `patch` replaces: an attribute of something.
    Target,
    /// A module.
    Module,
    /// A module, relative to a package, if that could be told.
    Relative(Option<Package>),
    /// A module of which `__import__` gives the top package.
    Top,
    /// A path whose continuations are each a name of [`Site::after`].
    Multiple,
    /// A Django application.
    App,
    /// Entry points, one a line: `name = module:object`.
    Entries,
    /// A filter of warnings: `action:message:category:module:line`.
    Warning,
}

/// What a relative module is relative to.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Package {
    names: Vec<Segment>,
    /// The string that it stands in, if it stands there and then.
    literal: Option<Text>,
}

/// A string that is known to hold a path.
#[derive(Clone, Debug)]
struct Site {
    text: Text,
    form: Form,
    /// Names that go on with the path: attributes of what the call gives.
    after: Vec<Name>,
    /// What is read of the variable that holds what the call gives, one list a read: all that becomes of it.
    through: Vec<Vec<Name>>,
    /// `sys.modules["..."] = ...`: the module's own place is its own affair.
    is_store: bool,
    /// Something is put in the place of the module, for good or for a while.
    is_replaced: bool,
    /// Names in strings beside it that name what is read of the module too (`fromlist`).
    listed: Vec<Name>,
    /// The modules that are stored there, if that is known.
    stored: Vec<Vec<Segment>>,
    /// What the call gives is used in a way that is not followed.
    escapes: bool,
    /// Nobody uses what the call gives.
    discarded: bool,
}

impl Site {
    /// How it meets what it names. What is put into a dict is seen by all who have the dict.
    fn manner(&self) -> Manner {
        match self.form {
            Form::Target | Form::Multiple => Manner::Replaces,
            _ if self.is_replaced => Manner::Replaces,
            _ => Manner::Late,
        }
    }
}

/// A string in no known place.
#[derive(Clone, Debug)]
struct Plain {
    text: Text,
    /// Comparisons, entries and lists that it stands in.
    groups: Vec<u32>,
    /// It names a logger or a task.
    is_label: bool,
    /// How a line end is written in it; `None` if it cannot be.
    line_end: Option<String>,
    /// What became of it, if it is code.
    fate: Option<Fate>,
    /// It is part of a type, whose names are looked up in this scope.
    type_in: Option<ScopeId>,
}

/// A name in a table of names that are imported on demand, with the absolute path that it means.
#[derive(Clone, Debug)]
struct Lazy {
    path: Vec<Segment>,
    range: Range<usize>,
}

/// A constant that known strings are made of.
#[derive(Clone, Debug)]
struct Constant {
    /// Where its name is bound.
    start: u32,
    /// All reads of it are in known strings.
    is_sure: bool,
}
