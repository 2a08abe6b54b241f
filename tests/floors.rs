//! Polices the floors of the code: a module uses only floors below its own, languages do not know
//! each other, and only their registry knows them.
//!
//! Reads tokens rather than items, so that paths in macros and in tests count too.

use std::fmt::Write as _;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

/// Lowest first. A module that is missing here is an error: decide where it lives.
const FLOORS: &[&[&str]] = &[
    &["path", "text", "file"],
    &["document"],
    &["mapping", "finding", "outline", "facts", "tokens", "gate"],
    &["project", "plan", "index", "explain"],
    &["lang"],
    &["config", "engine", "baseline", "record"],
    &["transaction", "output"],
    &["usecase"],
    &["cli"],
];

/// The module that lists the languages, and so may name them.
const REGISTRY: &[&str] = &["lang"];

#[test]
fn every_module_uses_only_floors_below_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut complaints = String::new();
    let mut files = 0;
    for entry in walkdir::WalkDir::new(&source) {
        let entry = entry.expect("the sources can be walked");
        let module = match entry.path().strip_prefix(&source) {
            Ok(file) if file.extension().is_some_and(|e| e == "rs") => module_of(file),
            _ => continue,
        };
        files += 1;
        let text = std::fs::read_to_string(entry.path()).expect("a source can be read");
        let tokens: TokenStream = text.parse().expect("a source is Rust");
        for complaint in complaints_about(&module, tokens) {
            writeln!(complaints, "{}: {complaint}", entry.path().display()).expect("a string");
        }
    }
    assert!(files > 10, "the sources are elsewhere");
    assert!(complaints.is_empty(), "\n{complaints}");
}

#[test]
fn what_reaches_upwards_or_sideways_is_found() {
    #[track_caller]
    fn bad(module: &[&str], code: &str) {
        let module: Vec<String> = module.iter().map(|s| (*s).to_owned()).collect();
        let tokens = code.parse().expect("tokens");
        assert_ne!(complaints_about(&module, tokens), [""; 0], "{code}");
    }
    #[track_caller]
    fn good(module: &[&str], code: &str) {
        let module: Vec<String> = module.iter().map(|s| (*s).to_owned()).collect();
        let tokens = code.parse().expect("tokens");
        assert_eq!(complaints_about(&module, tokens), [""; 0], "{code}");
    }
    good(
        &["engine", "driver"],
        "use crate::lang::Session; use super::report;",
    );
    bad(&["engine", "driver"], "use crate::output::Format;");
    bad(&["engine", "driver"], "use crate::config::Config;");
    bad(&["engine", "driver"], "use super::super::cli::Exit;");
    bad(
        &["engine", "driver"],
        "mod tests { use super::super::super::cli::Exit; }",
    );
    bad(&["text"], "fn f() { m!(crate::plan::Plan) }");
    bad(&["engine"], "use crate::{path::X, cli::{self, Y}};");
    bad(&["engine"], "use crate::lang::rust::Rust;");
    bad(&["cli"], "use crate::lang::{registry, rust};");
    bad(&["lang", "rust", "at"], "use crate::lang::python::X;");
    bad(&["lang", "rust"], "use super::python;");
    bad(&["lang", "rust", "at"], "use crate::unheard_of::X;");
    good(
        &["lang", "rust", "at"],
        "use crate::lang::rust::memo; use crate::lang::Session;",
    );
    good(&["lang", "rust", "at"], "use super::super::Language;");
    good(
        &["lang"],
        "pub mod rust; fn f() { self::rust::Rust; rust::Rust; }",
    );
}

/// The names from the crate's root down to the module of a file.
fn module_of(file: &Path) -> Vec<String> {
    let mut names: Vec<String> = file
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    if names
        .last()
        .is_some_and(|name| name == "mod" || name == "lib" || name == "main")
    {
        names.pop();
    }
    names
}

fn complaints_about(module: &[String], tokens: TokenStream) -> Vec<String> {
    // The crate's root only lists modules.
    let Some(own) = module.first() else {
        return Vec::new();
    };
    let Some(floor) = floor_of(own) else {
        return vec![format!("`{own}` is on no floor")];
    };
    let mut paths = Vec::new();
    collect(module, tokens, &mut paths);
    let mut complaints = Vec::new();
    for path in paths {
        let Some(first) = path.first().filter(|first| *first != own) else {
            let foreign = languages(module, &path);
            complaints.extend(foreign);
            continue;
        };
        match floor_of(first) {
            Some(below) if below < floor => complaints.extend(languages(module, &path)),
            Some(_) => complaints.push(format!("`{own}` uses `{first}`, which is not below it")),
            // An item of the root, or a name that is no module at all.
            None => complaints.push(format!("`{first}` is on no floor")),
        }
    }
    complaints
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// A complaint if the path goes into a language that is not the module's own.
fn languages(module: &[String], path: &[String]) -> Option<String> {
    let [first, language, ..] = path else {
        return None;
    };
    let is_language = first == "lang" && is_language(language);
    let own = module.len() > 1 && module[0] == "lang" && &module[1] == language;
    let registry = module == REGISTRY;
    (is_language && !own && !registry)
        .then(|| format!("`{}` names the language `{language}`", module.join("::")))
}

fn is_language(name: &str) -> bool {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lang");
    name == "rust" || name == "python" || folder.join(name).is_dir()
}

/// Every path that starts with `crate`, or with enough `super` to leave the file, from the root.
fn collect(module: &[String], tokens: TokenStream, paths: &mut Vec<Vec<String>>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < trees.len() {
        match &trees[at] {
            TokenTree::Group(group) => {
                let inner = match at.checked_sub(2).map(|before| &trees[before..at]) {
                    Some([TokenTree::Ident(word), TokenTree::Ident(name)]) if word == "mod" => {
                        let mut inner = module.to_vec();
                        inner.push(name.to_string());
                        inner
                    }
                    _ => module.to_vec(),
                };
                collect(&inner, group.stream(), paths);
            }
            TokenTree::Ident(word) if word == "crate" => path(&trees[at + 1..], Vec::new(), paths),
            TokenTree::Ident(word) if word == "super" && !continues(&trees[..at]) => {
                let mut base = module.to_vec();
                base.pop();
                let mut rest = at + 1;
                while is_separator(&trees[rest..])
                    && matches!(trees.get(rest + 2), Some(TokenTree::Ident(w)) if w == "super")
                {
                    base.pop();
                    rest += 3;
                }
                path(&trees[rest..], base, paths);
            }
            _ => {}
        }
        at += 1;
    }
}

/// Reads `::a::b` or `::{a, b::c}` behind `base`.
fn path(trees: &[TokenTree], mut base: Vec<String>, paths: &mut Vec<Vec<String>>) {
    let mut rest = trees;
    while is_separator(rest) {
        match rest.get(2) {
            Some(TokenTree::Ident(name)) => base.push(name.to_string()),
            Some(TokenTree::Group(group)) => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for item in
                    inner.split(|tree| matches!(tree, TokenTree::Punct(p) if p.as_char() == ','))
                {
                    branch(item, base.clone(), paths);
                }
                return;
            }
            _ => break,
        }
        rest = &rest[3..];
    }
    if !base.is_empty() {
        paths.push(base);
    }
}

fn branch(item: &[TokenTree], mut base: Vec<String>, paths: &mut Vec<Vec<String>>) {
    match item.first() {
        Some(TokenTree::Ident(name)) => {
            if name != "self" {
                base.push(name.to_string());
            }
            path(&item[1..], base, paths);
        }
        _ => paths.push(base),
    }
}

fn is_separator(trees: &[TokenTree]) -> bool {
    matches!(trees, [TokenTree::Punct(a), TokenTree::Punct(b), ..] if a.as_char() == ':' && b.as_char() == ':')
}

/// Whether what comes next goes on with a path.
fn continues(before: &[TokenTree]) -> bool {
    before.len() >= 2 && is_separator(&before[before.len() - 2..])
}
