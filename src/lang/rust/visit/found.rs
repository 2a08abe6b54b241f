//! What a walk finds.

use std::ops::Range;

use rustc_hash::FxHashSet;

use crate::lang::rust::at::{At, Name};
use crate::lang::rust::expand::OpenEnd;
use crate::lang::rust::gate::Gate;
use crate::lang::rust::manifest::Edition;
use crate::lang::rust::resolve::{Head, ScopeId, Scopes, Written};
use crate::outline::Use;
use crate::path::{Namespaces, Segment};
use crate::text::Embedded;

/// What the tokens around a path are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Code of this place, arguments of a macro call among it.
    Code,
    /// The body of a `macro_rules!` that only this crate can use.
    Definition,
    /// The body of an exported one.
    Exported,
    /// Code that is made for somewhere else: `quote!`.
    Quote,
    /// Tokens that become text: `stringify!`.
    Text,
}

/// Where a path stands, as far as that changes what can be written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// A path of the tree.
    Path,
    /// A run of names in tokens.
    Tokens,
    /// `pub(in path)`.
    Visibility,
    /// An intra-doc link.
    Link,
    /// The inside of a string of a known attribute.
    AttributeString,
    /// A name in the list of `#[macro_use(...)]`.
    MacroUse,
}

/// A path outside imports.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its names, with places; keywords such as `crate` among them.
    pub names: Vec<Name>,
    /// The same without places.
    pub written: Written,
    /// The `::` in front.
    pub leading: Option<At>,
    /// It starts with `$crate`.
    pub dollar_crate: bool,
    /// How many names can be edited as one stretch: up to the first generic arguments.
    pub plain: usize,
    /// The scope it stands in.
    pub scope: ScopeId,
    /// What its last name can be.
    pub kinds: Namespaces,
    /// Its first names.
    pub head: Head,
    /// What it means.
    pub path: Vec<Segment>,
    /// What the tokens around it are for.
    pub mode: Mode,
    /// Where it stands.
    pub context: Context,
    /// It goes on with what is only known where the macro is used.
    pub open: Option<OpenEnd>,
    /// It stands inside the call of a macro that may do more with its tokens than to evaluate them.
    pub in_macro: bool,
    /// It is the name of a field as well: `S { x }`.
    pub is_shorthand: bool,
    /// The new name of the import that it starts at is something local here.
    pub is_captured: bool,
    /// It is the `super` of a `pub(super)`.
    pub is_short_visibility: bool,
    /// The `macro_rules!` whose body it stands in.
    pub definition: Option<Segment>,
    /// The conditions under which it is there.
    pub gate: Gate,
    /// Type parameters in sight: they hide crates and modules of the same name.
    pub hidden: Vec<Segment>,
    /// Its index in the outline's uses.
    pub index: usize,
}

/// A call of a macro by a plain name.
#[derive(Clone, Debug)]
pub struct Call {
    /// The macro.
    pub name: Segment,
    /// The scope it stands in.
    pub scope: ScopeId,
    /// It stands among items.
    pub is_item: bool,
}

/// A path in the body of a macro that nothing binds where the macro is defined.
#[derive(Clone, Debug)]
pub struct Loose {
    /// Its names, with places.
    pub names: Vec<Name>,
    /// It goes on with a variable.
    pub is_open: bool,
    /// Its index in the outline's uses.
    pub index: usize,
}

/// Code in documentation.
#[derive(Clone, Debug)]
pub struct Doctest {
    /// The code, and where it stands.
    pub code: Embedded,
    /// The edition that its fence names.
    pub edition: Option<Edition>,
    /// The conditions under which it is there.
    pub gate: Gate,
}

/// What the walk found.
#[derive(Debug, Default)]
pub struct Found {
    /// The file's scopes.
    pub scopes: Scopes,
    /// Every path outside imports, in source order.
    pub uses: Vec<Use>,
    /// Where names are bound or defined in tokens of macros.
    pub places: Vec<Range<usize>>,
    /// Those with an absolute path.
    pub sites: Vec<Site>,
    /// Imports through which something is said that no rule speaks of.
    pub other_uses: FxHashSet<(ScopeId, usize)>,
    /// Names that uses may take, where they are used for what no path leads to (the prelude, an unknown glob).
    pub strangers: Vec<(Segment, ScopeId, At)>,
    /// Names that occur where no one can tell what they are: tokens, attributes.
    pub mentions: FxHashSet<Segment>,
    /// Those of them at which something may start.
    pub token_heads: FxHashSet<Segment>,
    /// Code in documentation, in order.
    pub doctests: Vec<Doctest>,
    /// Documentation that was not read, with the scope that its links are resolved in.
    pub unread_docs: Vec<(Vec<Range<usize>>, ScopeId)>,
    /// Documentation in strings, likewise.
    pub doc_literals: Vec<(At, ScopeId)>,
    /// Links of a single name, with the scope.
    pub link_names: Vec<(Segment, ScopeId)>,
    /// Words like paths in documentation.
    pub doc_mentions: Vec<Range<usize>>,
    /// `#[doc = "..."]` and the like.
    pub doc_strings: Vec<At>,
    /// Files whose text is documentation: `#[doc = include_str!("...")]`, with the attribute.
    pub doc_files: Vec<(At, String)>,
    /// Strings of attributes that are not known to hold a path.
    pub attribute_texts: Vec<At>,
    /// String literals inside macro calls.
    pub texts: Vec<At>,
    /// Calls of macros by a plain name.
    pub calls: Vec<Call>,
    /// Macros that are called by what other macros write: where that is, is not known.
    pub indirect_calls: FxHashSet<Segment>,
    /// Names in tokens of macro calls among items, with the scope: the macro may define them.
    pub item_tokens: FxHashSet<(ScopeId, Segment)>,
    /// What the body of a `macro_rules!` defines, by its name.
    pub made_by_macros: FxHashSet<(Segment, Segment)>,
    /// Macros of this file that define nothing of what is handed to them.
    pub plain_macros: FxHashSet<Segment>,
    /// Paths in macros that mean nothing here, and something where the macro is used.
    pub loose: Vec<Loose>,
    /// Modules whose file `#[path]` names: the name of each, its path, and the file.
    pub named_files: Vec<(At, Vec<Segment>, String)>,
    /// `include!` calls.
    pub includes: Vec<At>,
    /// Files that macros read (`include!`, `include_str!`, `include_bytes!`), by the literal that names each.
    pub files: Vec<(At, String)>,
    /// Strings of known attributes that cannot be edited in place, with the scope.
    pub odd_strings: Vec<(At, String, ScopeId)>,
}
