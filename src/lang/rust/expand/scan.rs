//! Tokens that are no code of a known form, scanned: runs of names, `use` items, modules and literals.

use proc_macro2::{Delimiter, Ident, Literal, Spacing, Span, TokenStream, TokenTree};
use syn::ItemUse;

use crate::lang::rust::at::bare;
use crate::path::Segment;

/// What a scan of tokens found, in source order.
#[derive(Debug, Default)]
pub struct Scan {
    /// Complete `use` items, and whether their first name is `$crate`.
    pub uses: Vec<(ItemUse, bool)>,
    /// `mod x;` and `mod x { }`.
    pub modules: Vec<Ident>,
    /// Runs of names and single names.
    pub runs: Vec<Run>,
    /// Literals: text in them may mention a path.
    pub literals: Vec<Literal>,
    /// Documentation, a list a thing that it stands at: where it starts, and its text. It is a comment
    /// or `#[doc = "..."]`.
    pub docs: Vec<Vec<(Span, Literal)>>,
    /// Names that are written behind a word such as `struct`.
    pub defined: Vec<Ident>,
    /// A variable stands behind such a word: names that are handed in may be defined.
    pub defines_variables: bool,
}

/// A chain of names joined by `::`, or a single name.
#[derive(Debug)]
pub struct Run {
    /// The `::` in front.
    pub leading: Option<Span>,
    /// It starts with `$crate`; the first name is `crate`.
    pub dollar_crate: bool,
    /// The names; at least one.
    pub names: Vec<Ident>,
    /// A `!` follows.
    pub bang: bool,
    /// Parentheses follow: it is called, so it is no module.
    pub call: bool,
    /// The path goes on with what is only known where the macro is used.
    pub open: Option<OpenEnd>,
    /// It stands where a macro may take the name of something new: not behind a colon or an operator.
    pub may_be_new: bool,
}

/// How a path goes on behind the names that are known: `$n`, `#n`, a repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenEnd {
    /// The further names; `None` for a variable.
    pub parts: Vec<Option<Segment>>,
    /// More may follow, whatever it is.
    pub more: bool,
}

/// Scans tokens for runs of names, `use` items, modules and literals.
pub fn scan(tokens: TokenStream) -> Scan {
    let mut found = Scan::default();
    scan_into(tokens, &mut found);
    found
}

fn scan_into(tokens: TokenStream, found: &mut Scan) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    let mut documented = None;
    while at < trees.len() {
        if let Some((start, literal, next)) = documentation(&trees, at) {
            match found.docs.last_mut() {
                Some(block) if documented == Some(at) => block.push((start, literal)),
                _ => found.docs.push(vec![(start, literal)]),
            }
            documented = Some(next);
            at = next;
            continue;
        }
        if let TokenTree::Ident(word) = &trees[at]
            && defines(word)
            && let Some(TokenTree::Ident(name)) = trees.get(at + 1)
        {
            found.defined.push(name.clone());
        }
        found.defines_variables |= matches!(&trees[at], TokenTree::Ident(word) if defines(word))
            && is_dollar(&trees, at + 1);
        match &trees[at] {
            TokenTree::Group(group) => {
                scan_into(group.stream(), found);
                at += 1;
            }
            TokenTree::Literal(literal) => {
                found.literals.push(literal.clone());
                at += 1;
            }
            TokenTree::Ident(word) if word == "use" && starts_item(&trees, at) => {
                at = scan_use(&trees, at, found);
            }
            TokenTree::Ident(word) if word == "mod" => {
                if let Some(TokenTree::Ident(name)) = trees.get(at + 1)
                    && !is_fragment(&trees, at + 1)
                {
                    found.modules.push(name.clone());
                    at += 2;
                } else {
                    at += 1;
                }
            }
            _ => at = scan_run(&trees, at, found),
        }
    }
}

/// A piece of documentation at `at`: where it starts, its text, and the index after it.
fn documentation(trees: &[TokenTree], at: usize) -> Option<(Span, Literal, usize)> {
    let TokenTree::Punct(hash) = &trees[at] else {
        return None;
    };
    if hash.as_char() != '#' {
        return None;
    }
    let is_inner = matches!(trees.get(at + 1), Some(TokenTree::Punct(p)) if p.as_char() == '!');
    let next = at + 1 + usize::from(is_inner);
    let Some(TokenTree::Group(group)) = trees.get(next) else {
        return None;
    };
    if group.delimiter() != Delimiter::Bracket {
        return None;
    }
    let mut inside = group.stream().into_iter();
    match (
        inside.next()?,
        inside.next()?,
        inside.next()?,
        inside.next(),
    ) {
        (TokenTree::Ident(word), TokenTree::Punct(equals), TokenTree::Literal(text), None)
            if word == "doc" && equals.as_char() == '=' =>
        {
            Some((hash.span(), text, next + 1))
        }
        _ => None,
    }
}

/// Whether a word stands before the name of a new item.
fn defines(word: &Ident) -> bool {
    const WORDS: [&str; 9] = [
        "struct", "enum", "union", "trait", "type", "fn", "const", "static", "mod",
    ];
    WORDS.iter().any(|known| word == known)
}

/// Whether the token at `at` can start an item: nothing but a visibility, attributes or an end stands
/// before it.
fn starts_item(trees: &[TokenTree], at: usize) -> bool {
    match at.checked_sub(1).map(|before| &trees[before]) {
        None | Some(TokenTree::Group(_)) => true,
        Some(TokenTree::Ident(word)) => word == "pub",
        Some(TokenTree::Punct(punct)) => matches!(punct.as_char(), ';' | '>'),
        Some(TokenTree::Literal(_)) => false,
    }
}

/// Reads `use ...;` from `at` on; the index after what was read.
fn scan_use(trees: &[TokenTree], at: usize, found: &mut Scan) -> usize {
    let is_semi = |tree: &TokenTree| matches!(tree, TokenTree::Punct(p) if p.as_char() == ';');
    let Some(len) = trees[at..].iter().position(is_semi) else {
        return at + 1;
    };
    let end = at + len + 1;
    let mut start = at;
    // The visibility belongs to the item; attributes stay where they are.
    if start > 0 {
        let is_pub = |i: usize| matches!(&trees[i], TokenTree::Ident(word) if word == "pub");
        if is_pub(start - 1) {
            start -= 1;
        } else if start > 1 && matches!(&trees[start - 1], TokenTree::Group(_)) && is_pub(start - 2)
        {
            start -= 2;
        }
    }
    let mut dollar_crate = false;
    let mut plain = Vec::with_capacity(end - start);
    for (i, tree) in trees[start..end].iter().enumerate() {
        if let TokenTree::Punct(punct) = tree
            && punct.as_char() == '$'
            && matches!(trees.get(start + i + 1), Some(TokenTree::Ident(word)) if word == "crate")
        {
            dollar_crate = true;
            continue;
        }
        plain.push(tree.clone());
    }
    match syn::parse2::<ItemUse>(plain.into_iter().collect()) {
        Ok(item) => {
            found.uses.push((item, dollar_crate));
            end
        }
        Err(_) => at + 1,
    }
}

/// Words that end before a path that starts with `::`, and are no names of it.
const KEYWORDS: [&str; 21] = [
    "as", "break", "const", "dyn", "else", "for", "if", "impl", "in", "let", "match", "move",
    "mut", "ref", "return", "static", "type", "unsafe", "where", "while", "await",
];

/// Reads one run that starts at `at`, or steps over one token; the index after it.
fn scan_run(trees: &[TokenTree], at: usize, found: &mut Scan) -> usize {
    let mut next = at;
    let mut leading = None;
    if let Some(span) = path_separator(trees, at) {
        next = at + 2;
        if continues_a_type(trees, at) {
            // `<T>::name`, `$x::name`: what follows is no path of its own.
            return skip_run(trees, next);
        }
        leading = Some(span);
    }
    let mut dollar_crate = false;
    if leading.is_none()
        && is_hash(trees, at)
        && matches!(trees.get(at + 1), Some(TokenTree::Ident(_)))
    {
        // `#name::rest` in `quote!`: a variable.
        return skip_run(trees, at + 1);
    }
    if leading.is_none() && is_dollar(trees, at) {
        match trees.get(at + 1) {
            Some(TokenTree::Ident(word)) if word == "crate" => {
                dollar_crate = true;
                next = at + 1;
            }
            // `$name::rest`: nothing is known of it. In `$name:expr` the rest is no name of the code.
            Some(TokenTree::Ident(_)) => {
                return fragment_specifier(trees, at + 2)
                    .unwrap_or_else(|| skip_run(trees, at + 1));
            }
            _ => return at + 1,
        }
    }
    let mut names = Vec::new();
    while let Some(TokenTree::Ident(name)) = trees.get(next) {
        if names.is_empty() && KEYWORDS.iter().any(|word| name == word) {
            // `as ::old::Tr`: what follows starts anew.
            return next + 1;
        }
        names.push(name.clone());
        next += 1;
        if path_separator(trees, next).is_some()
            && matches!(trees.get(next + 2), Some(TokenTree::Ident(_)))
        {
            next += 2;
        } else {
            break;
        }
    }
    if names.is_empty() {
        return next.max(at + 1);
    }
    let (open, after) = open_end(trees, next);
    let is_field = at > 0
        && matches!(&trees[at - 1], TokenTree::Punct(p) if p.as_char() == '.')
        && !(at > 1 && matches!(&trees[at - 2], TokenTree::Punct(p) if p.as_char() == '.'));
    let is_lifetime =
        at > 0 && matches!(&trees[at - 1], TokenTree::Punct(p) if p.as_char() == '\'');
    let bang = matches!(trees.get(next), Some(TokenTree::Punct(p)) if p.as_char() == '!')
        && !matches!(trees.get(next + 1), Some(TokenTree::Punct(p)) if p.as_char() == '=');
    if !is_field && !is_lifetime {
        found.runs.push(Run {
            leading,
            dollar_crate,
            names,
            bang,
            call: matches!(trees.get(next), Some(TokenTree::Group(group))
                if group.delimiter() == Delimiter::Parenthesis),
            open,
            may_be_new: match at.checked_sub(1).map(|before| &trees[before]) {
                Some(TokenTree::Punct(punct)) => matches!(punct.as_char(), ';' | ','),
                _ => true,
            },
        });
    }
    after
}

/// What goes on behind the known names of a run, and the index after it. A repetition or a group is
/// scanned by itself.
fn open_end(trees: &[TokenTree], mut at: usize) -> (Option<OpenEnd>, usize) {
    let mut end = OpenEnd::default();
    while path_separator(trees, at).is_some() {
        let next = at + 2;
        match (trees.get(next), trees.get(next + 1)) {
            (Some(TokenTree::Ident(name)), _) => {
                end.parts.push(Some(bare(name)));
                at = next + 1;
            }
            (Some(TokenTree::Punct(sign)), Some(TokenTree::Ident(_)))
                if matches!(sign.as_char(), '$' | '#') =>
            {
                end.parts.push(None);
                at = next + 2;
            }
            (Some(TokenTree::Punct(sign)), Some(TokenTree::Group(_)))
                if matches!(sign.as_char(), '$' | '#') =>
            {
                end.more = true;
                at = next;
                break;
            }
            // The group of a `use` that could not be read.
            (Some(TokenTree::Group(group)), _) if group.delimiter() == Delimiter::Brace => {
                end.more = true;
                at = next;
                break;
            }
            _ => break,
        }
    }
    let is_open = end.more || !end.parts.is_empty();
    (is_open.then_some(end), at)
}

fn skip_run(trees: &[TokenTree], mut at: usize) -> usize {
    while let Some(TokenTree::Ident(_)) = trees.get(at) {
        at += 1;
        if path_separator(trees, at).is_some() {
            at += 2;
        } else {
            break;
        }
    }
    at
}

fn is_dollar(trees: &[TokenTree], at: usize) -> bool {
    matches!(trees.get(at), Some(TokenTree::Punct(p)) if p.as_char() == '$')
}

fn is_hash(trees: &[TokenTree], at: usize) -> bool {
    matches!(trees.get(at), Some(TokenTree::Punct(p)) if p.as_char() == '#')
}

fn is_fragment(trees: &[TokenTree], at: usize) -> bool {
    at > 0 && is_dollar(trees, at - 1)
}

/// The index after the `:kind` of a macro parameter, if one stands at `at`.
fn fragment_specifier(trees: &[TokenTree], at: usize) -> Option<usize> {
    const KINDS: [&str; 16] = [
        "block",
        "expr",
        "expr_2021",
        "ident",
        "item",
        "lifetime",
        "literal",
        "meta",
        "pat",
        "pat_param",
        "path",
        "stmt",
        "tt",
        "ty",
        "vis",
        "guard",
    ];
    let colon = matches!(trees.get(at), Some(TokenTree::Punct(p))
        if p.as_char() == ':' && path_separator(trees, at).is_none());
    match trees.get(at + 1) {
        Some(TokenTree::Ident(kind))
            if colon
                && path_separator(trees, at + 2).is_none()
                && KINDS.iter().any(|name| kind == name) =>
        {
            Some(at + 2)
        }
        _ => None,
    }
}

/// The span of `::` at `at`.
fn path_separator(trees: &[TokenTree], at: usize) -> Option<Span> {
    match (trees.get(at), trees.get(at + 1)) {
        (Some(TokenTree::Punct(a)), Some(TokenTree::Punct(b)))
            if a.as_char() == ':' && a.spacing() == Spacing::Joint && b.as_char() == ':' =>
        {
            Some(a.span())
        }
        _ => None,
    }
}

/// Whether `::` at `at` goes on from a type or a fragment before it.
fn continues_a_type(trees: &[TokenTree], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    match &trees[before] {
        TokenTree::Punct(punct) if punct.as_char() == '>' => {
            // `->` and `=>` end nothing.
            !before.checked_sub(1).is_some_and(|i| {
                matches!(&trees[i], TokenTree::Punct(p)
                    if matches!(p.as_char(), '-' | '=') && p.spacing() == Spacing::Joint)
            })
        }
        TokenTree::Ident(_) => {
            is_fragment(trees, before) || (before > 0 && is_hash(trees, before - 1))
        }
        TokenTree::Group(group) => {
            matches!(
                group.delimiter(),
                Delimiter::Parenthesis | Delimiter::Bracket
            ) && before > 0
                && (is_dollar(trees, before - 1) || is_hash(trees, before - 1))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(text: &str) -> Vec<String> {
        let tokens: TokenStream = text.parse().expect("lexes");
        scan(tokens)
            .runs
            .iter()
            .map(|run| {
                let names: Vec<_> = run.names.iter().map(ToString::to_string).collect();
                format!(
                    "{}{}{}{}",
                    if run.dollar_crate { "$" } else { "" },
                    if run.leading.is_some() { "::" } else { "" },
                    names.join("::"),
                    open_text(run)
                )
            })
            .collect()
    }

    fn open_text(run: &Run) -> String {
        let Some(open) = &run.open else {
            return String::new();
        };
        let parts = open.parts.iter().map(|part| part.as_deref().unwrap_or("?"));
        let more = open.more.then_some("..");
        parts.chain(more).map(|part| format!("::{part}")).collect()
    }

    #[test]
    fn paths_that_go_on_with_variables() {
        assert_eq!(
            runs("std::$t::MAX + crate::old::$n()"),
            ["std::?::MAX", "crate::old::?"]
        );
        assert_eq!(runs("$crate::a::$($m)::* x"), ["$crate::a::..", "x"]);
        assert_eq!(runs("use old::{$a, B};"), ["old::..", "B"]);
    }

    #[test]
    fn variables_of_quote_are_no_names() {
        assert_eq!(runs("#std::fmt::Debug, ::rt::#name::X"), ["::rt::?::X"]);
        assert_eq!(
            runs("#(#items::a),* #[derive(Debug)] b"),
            ["derive", "Debug", "b"]
        );
    }

    #[test]
    fn documentation_is_found_by_what_it_stands_at() {
        let tokens: TokenStream = "/// a\n/// b\nx, #[doc = \"c\"] y { //! d\n z }"
            .parse()
            .expect("lexes");
        let lens: Vec<usize> = scan(tokens).docs.iter().map(Vec::len).collect();
        assert_eq!(lens, [2, 1, 1]);
    }

    #[test]
    fn runs_begin_where_paths_begin() {
        assert_eq!(
            runs("crate::a::F, x: ::old::b"),
            ["crate::a::F", "x", "::old::b"]
        );
        assert_eq!(runs("$crate::a::X $m::X $x:expr"), ["$crate::a::X"]);
        assert_eq!(
            runs("$x:expr, $($y:ty),* => $x: Foo $y: ty::X"),
            ["Foo", "ty::X"]
        );
        assert_eq!(runs("<T>::old::f -> ::old::g"), ["T", "::old::g"]);
        assert_eq!(runs("self.old.x ..old::a"), ["self", "old::a"]);
    }

    #[test]
    fn use_items_are_whole() {
        let tokens: TokenStream = "pub(crate) use $crate::a::{B, C}; use $x::y; mod z;"
            .parse()
            .expect("lexes");
        let found = scan(tokens);
        assert_eq!(found.uses.len(), 1);
        assert!(found.uses[0].1);
        assert_eq!(found.modules.len(), 1);
    }
}
