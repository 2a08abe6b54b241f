//! The text of a first table, with comments.

use crate::path::Syntax;

/// A table of this name for a language, with a rule to replace.
pub fn first_table(name: &str, syntax: &Syntax) -> String {
    let path = |names: &[&str]| names.join(syntax.separator);
    let (old, new) = (
        path(&["package", "old", "Name"]),
        path(&["package", "new", "Name"]),
    );
    let (import_old, import_new) = if syntax.separator == "." {
        (
            "from package.old import Name\\n".to_owned(),
            "from package.new import Name\\n".to_owned(),
        )
    } else {
        (format!("use {old};\\n"), format!("use {new};\\n"))
    };
    let name = toml::Value::String(name.to_owned());
    format!(
        r#"# Where things live now. `repoint mapping check` says whether the table is sound, `repoint mapping test` runs
# its examples, `repoint diff` shows what it would change. All keys: docs/src/tables.md of repoint.
language = "{language}"
name = {name}
description = "old paths to where things live now"

# Old path, new path. A rule speaks of the path and of all below it.
[moves]
"{old}" = "{new}"

# A rule with more to say.
# [[move]]
# from = "{old_module}"
# to = "{new_module}"
# names = {{ Old = "New" }}          # several names below both paths; a list if they keep their names
# note = "shown beside every finding"
# review = "rewrite, and ask that somebody looks at each place"

# No successor: a reference is an error.
# [[remove]]
# path = "{gone}"
# note = "what to do instead"

# An exception to a wider rule.
# [[keep]]
# path = "{kept}"

# What the table does to a text. Without `after` the text stays as it is.
[[example]]
before = "{import_old}"
after = "{import_new}"
"#,
        language = syntax.language,
        old_module = path(&["package", "compat"]),
        new_module = path(&["package", "modern"]),
        gone = path(&["package", "old", "gone"]),
        kept = path(&["package", "old", "Stays"]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapping::{MappingSource, load};
    use crate::path::SYNTAXES;
    use crate::usecase::tables::{Outcome, run_example};

    #[test]
    fn the_first_table_is_sound_and_its_example_holds() {
        for syntax in SYNTAXES {
            let source = MappingSource::Toml {
                file: "first.toml".into(),
                text: first_table("a \"b\"", syntax),
            };
            let tables = load(&[source], SYNTAXES).unwrap_or_else(|e| panic!("{e}"));
            let [example] = tables.examples() else {
                panic!("one example");
            };
            let outcome = run_example(example, &tables).expect("run");
            assert_eq!(outcome, Outcome::Holds, "{}", syntax.language);
        }
    }
}
