//! The modules that a file declares, and the files that they may lie in.
//!
//! The text is lexed, not parsed: comments and strings are out of the way, what stands in macro
//! tokens and in function bodies counts, and a file that only a newer compiler can parse works.

use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::path::{RUST, Segment};

/// Groups deeper than this are not looked into: no module tree is that deep, and a hostile file
/// must not overflow the stack.
const MAX_DEPTH: usize = 200;

/// `mod name;`, with the inline modules around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declaration {
    /// Inline modules in the file, outermost first.
    inline: Vec<Named>,
    last: Named,
}

/// A module's name and what its attributes say of its place.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    name: Segment,
    /// `#[path = "..."]`.
    path: Option<String>,
    /// Those in `cfg_attr`.
    perhaps: Vec<String>,
}

/// Where a file looks for its child modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// The folder, in which a `#[path]` starts.
    folder: PathBuf,
    /// The folder in it where other children are; `None` for `mod.rs`, root files and files that a
    /// `#[path]` names.
    below: Option<Segment>,
}

impl Base {
    /// Of a root file, a `mod.rs`, or a file that a `#[path]` names.
    pub(super) fn of_owner(file: &Path) -> Self {
        Self {
            folder: file.parent().unwrap_or(Path::new("")).to_owned(),
            below: None,
        }
    }

    /// Of `name.rs`.
    pub(super) fn of_named(file: &Path) -> Self {
        let stem = file.file_stem().unwrap_or_default();
        Self {
            below: Some(Segment::new(stem.to_string_lossy())),
            ..Self::of_owner(file)
        }
    }

    fn child(&self, name: &Segment) -> PathBuf {
        let mut folder = self.folder.clone();
        folder.extend(self.below.as_deref().map(Path::new));
        folder.push(name.as_str());
        folder
    }
}

/// A file that a declaration may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Normalized; need not exist.
    pub(super) file: PathBuf,
    /// Where that file looks for its children.
    pub(super) base: Base,
}

impl Declaration {
    /// The names from the declaring file's module to the declared one.
    pub(super) fn names(&self) -> impl Iterator<Item = &Segment> {
        let all = self.inline.iter().chain(std::iter::once(&self.last));
        all.map(|module| &module.name)
    }

    /// Whether an attribute names the file.
    pub(super) fn has_path(&self) -> bool {
        let mut all = self.inline.iter().chain(std::iter::once(&self.last));
        all.any(|module| module.path.is_some() || !module.perhaps.is_empty())
    }

    /// Every file that it may mean, whatever is configured
    /// (The Rust Reference, "Modules", "The path attribute").
    pub(super) fn targets(&self, base: &Base) -> Vec<Target> {
        let mut bases = vec![base.clone()];
        for module in &self.inline {
            let mut inner = Vec::new();
            for base in &bases {
                let at = |folder| Base {
                    folder,
                    below: None,
                };
                for path in module.paths() {
                    inner.push(at(base.folder.join(path)));
                }
                if module.path.is_none() {
                    inner.push(at(base.child(&module.name)));
                }
            }
            bases = inner;
        }
        let mut targets = Vec::new();
        for base in &bases {
            for path in self.last.paths() {
                let file = normalized(&base.folder.join(path));
                let base = Base::of_owner(&file);
                targets.push(Target { file, base });
            }
            if self.last.path.is_none() {
                let folder = normalized(&base.child(&self.last.name));
                let mut name = folder.clone().into_os_string();
                name.push(".rs");
                let file = PathBuf::from(name);
                let base = Base::of_named(&file);
                targets.push(Target { file, base });
                let file = folder.join("mod.rs");
                let base = Base::of_owner(&file);
                targets.push(Target { file, base });
            }
        }
        targets
    }
}

impl Named {
    fn paths(&self) -> impl Iterator<Item = &String> {
        self.path.iter().chain(&self.perhaps)
    }
}

/// `path` without `.` and `..`, by the text alone.
pub(in super::super) fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(out.components().next_back(), Some(Component::Normal(_))) =>
            {
                out.pop();
            }
            part => out.push(part),
        }
    }
    out
}

/// The modules that `text` declares in other files.
pub(super) fn declarations(text: &str) -> Vec<Declaration> {
    if memchr::memmem::find(text.as_bytes(), b"mod").is_none() {
        return Vec::new();
    }
    let text = without_preamble(text);
    let mut found = Vec::new();
    match TokenStream::from_str(text) {
        Ok(tokens) => collect(tokens, &mut Vec::new(), MAX_DEPTH, &mut found),
        Err(_) => by_line(text, &mut found),
    }
    found
}

/// Without byte order mark, shebang and frontmatter, which are no tokens.
fn without_preamble(text: &str) -> &str {
    let mut text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(rest) = text.strip_prefix("#!")
        && !rest.trim_start().starts_with('[')
    {
        text = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    if text.trim_start().starts_with("---")
        && let Some((_, rest)) = text.trim_start()[3..].split_once("\n---")
    {
        text = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    text
}

/// For a text that cannot be lexed, so that its modules are not lost: one declaration a line.
fn by_line(text: &str, found: &mut Vec<Declaration>) {
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let mut word = words.next();
        if word.is_some_and(|word| word == "pub" || word.starts_with("pub(")) {
            word = words.next();
        }
        if word != Some("mod") {
            continue;
        }
        if let Some(name) = words.next().and_then(|word| word.strip_suffix(';'))
            && RUST.is_name(name)
        {
            found.push(Declaration {
                inline: Vec::new(),
                last: Named {
                    name: Segment::new(RUST.strip_raw(name)),
                    path: None,
                    perhaps: Vec::new(),
                },
            });
        }
    }
}

fn collect(
    tokens: TokenStream,
    inline: &mut Vec<Named>,
    depth: usize,
    found: &mut Vec<Declaration>,
) {
    if depth == 0 {
        return;
    }
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut attributes: Vec<TokenStream> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at..] {
            [TokenTree::Punct(hash), TokenTree::Group(group), ..]
                if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
            {
                attributes.push(group.stream());
                at += 2;
            }
            [
                TokenTree::Ident(keyword),
                TokenTree::Ident(name),
                TokenTree::Punct(end),
                ..,
            ] if keyword == "mod" && end.as_char() == ';' => {
                found.push(Declaration {
                    inline: inline.clone(),
                    last: named(name, &attributes),
                });
                attributes.clear();
                at += 3;
            }
            [
                TokenTree::Ident(keyword),
                TokenTree::Ident(name),
                TokenTree::Group(body),
                ..,
            ] if keyword == "mod" && body.delimiter() == Delimiter::Brace => {
                inline.push(named(name, &attributes));
                collect(body.stream(), inline, depth - 1, found);
                inline.pop();
                attributes.clear();
                at += 3;
            }
            // `pub`, `pub(...)`, `unsafe` stand between an attribute and its item.
            [TokenTree::Ident(word), rest @ ..] if word == "pub" || word == "unsafe" => {
                let scoped = matches!(rest, [TokenTree::Group(group), ..]
                    if group.delimiter() == Delimiter::Parenthesis);
                at += if scoped { 2 } else { 1 };
            }
            [TokenTree::Group(group), ..] => {
                collect(group.stream(), inline, depth - 1, found);
                attributes.clear();
                at += 1;
            }
            _ => {
                attributes.clear();
                at += 1;
            }
        }
    }
}

fn named(name: &proc_macro2::Ident, attributes: &[TokenStream]) -> Named {
    let mut module = Named {
        name: Segment::new(RUST.strip_raw(&name.to_string())),
        path: None,
        perhaps: Vec::new(),
    };
    for attribute in attributes {
        let tokens: Vec<TokenTree> = attribute.clone().into_iter().collect();
        match tokens.as_slice() {
            [TokenTree::Ident(word), ..] if word == "path" => {
                if let Some(path) = path_value(&tokens) {
                    module.path.get_or_insert(path);
                }
            }
            [TokenTree::Ident(word), TokenTree::Group(arguments)] if word == "cfg_attr" => {
                conditional_paths(arguments.stream(), MAX_DEPTH, &mut module.perhaps);
            }
            _ => {}
        }
    }
    module
}

fn conditional_paths(arguments: TokenStream, depth: usize, paths: &mut Vec<String>) {
    if depth == 0 {
        return;
    }
    let tokens: Vec<TokenTree> = arguments.into_iter().collect();
    for at in 0..tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(word) if word == "path" => paths.extend(path_value(&tokens[at..])),
            TokenTree::Group(group) => conditional_paths(group.stream(), depth - 1, paths),
            _ => {}
        }
    }
}

/// The string of `path = "..."`.
fn path_value(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [_, TokenTree::Punct(equals), TokenTree::Literal(value), ..] if equals.as_char() == '=' => {
            match syn::Lit::new(value.clone()) {
                syn::Lit::Str(value) => Some(value.value()),
                _ => None,
            }
        }
        _ => None,
    }
}
