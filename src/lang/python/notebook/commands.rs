//! Names of the notebook that commands of IPython and cells with `%%` may use. They are not read, so every word
//! of them counts as one; but of those that are no Python only what IPython puts in: `{name}` and `$name`.
//!
//! Source: the documentation of IPython, "Built-in magic commands" (9.2). A command that is not listed counts as Python.

/// Commands whose text is no code of this kernel.
const OTHERS: &[&str] = &[
    "!",
    "HTML",
    "SVG",
    "alias",
    "alias_magic",
    "autoreload",
    "bash",
    "bookmark",
    "cat",
    "cd",
    "clear",
    "cmd",
    "colors",
    "conda",
    "config",
    "cp",
    "dhist",
    "env",
    "file",
    "gui",
    "history",
    "hist",
    "html",
    "javascript",
    "js",
    "latex",
    "ldir",
    "less",
    "lf",
    "lk",
    "ll",
    "load_ext",
    "logstart",
    "ls",
    "lsmagic",
    "lx",
    "magic",
    "mamba",
    "man",
    "markdown",
    "matplotlib",
    "micromamba",
    "mkdir",
    "more",
    "mv",
    "notebook",
    "perl",
    "pip",
    "popd",
    "precision",
    "pushd",
    "pwd",
    "pylab",
    "pypy",
    "python",
    "python2",
    "python3",
    "quickref",
    "reload_ext",
    "rm",
    "rmdir",
    "ruby",
    "save",
    "script",
    "set_env",
    "sh",
    "svg",
    "sx",
    "system",
    "tb",
    "unload_ext",
    "uv",
    "writefile",
    "xmode",
];

/// The words of a command, or of a cell with `%%`, that may be names of the notebook.
pub(in crate::lang::python) fn words(code: &str) -> Vec<&str> {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    let all = |text| -> Vec<&str> {
        let words = str::split(text, move |c: char| !is_part(c));
        words.filter(|word| !word.is_empty()).collect()
    };
    if !is_other(code.trim_start()) {
        return all(code);
    }
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(at) = rest.find(['{', '$']) {
        let inner = &rest[at + 1..];
        let end = match rest[at..].starts_with('{') {
            true => inner.find('}'),
            false => inner.find(|c: char| !is_part(c)),
        };
        let end = end.unwrap_or(inner.len());
        found.extend(all(&inner[..end]));
        // `${name}` is found by its brace.
        rest = if end == 0 { inner } else { &inner[end..] };
    }
    found
}

/// Whether a command is known to be no Python.
fn is_other(code: &str) -> bool {
    if code.starts_with('!') {
        return true;
    }
    let name = code.trim_start_matches('%');
    let end = name.find(|c: char| c != '_' && c != '!' && !c.is_alphanumeric());
    code.starts_with('%') && OTHERS.contains(&&name[..end.unwrap_or(name.len())])
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn python_is_used_word_by_word() {
        assert_eq!(words("%timeit mod.f()"), ["timeit", "mod", "f"]);
        assert_eq!(words("%%time\nmod.f()"), ["time", "mod", "f"]);
        assert_eq!(words("%%unknown\nmod"), ["unknown", "mod"]);
        assert_eq!(words("?mod"), ["mod"]);
    }

    #[test]
    fn of_a_shell_only_what_is_put_in() {
        assert!(words("!pip install old.gone").is_empty());
        assert!(words("%%html\n<b>old.gone</b>").is_empty());
        assert_eq!(
            words("!echo {mod.x} $name ${other}"),
            ["mod", "x", "name", "other"]
        );
        assert_eq!(words("%cd $old/x"), ["old"]);
    }
}
