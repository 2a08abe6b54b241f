//! `[[home]]`: a definition with one path that is the single source of truth.

use std::ops::Range;

use serde_spanned::Spanned;

use super::SaidTable;
use super::check::Checker;
use super::schema::HomeTable;
use crate::document::{Read, nearest};
use crate::path::{SYNTAXES, SymbolPath, Syntax};

/// A definition with one path.
#[derive(Clone, Debug)]
pub struct Home {
    /// The language of its paths.
    pub syntax: &'static Syntax,
    /// Its path.
    pub path: SymbolPath,
    /// Bytes of the configuration where the path stands.
    pub range: Range<usize>,
    /// Modules that may hand it on.
    pub allow: Vec<Allowed>,
    /// Other definitions of its name that are meant.
    pub also: Vec<SymbolPath>,
    /// Which package is meant, when two have one library name.
    pub package: Option<String>,
}

/// Modules that may hand a definition on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// This one.
    Module(SymbolPath),
    /// Those below it.
    Below(SymbolPath),
}

impl Allowed {
    /// Whether the module is one of them.
    pub fn holds(&self, module: &[crate::path::Segment]) -> bool {
        match self {
            Self::Module(path) => path.segments() == module,
            Self::Below(path) => module.len() > path.len() && module.starts_with(path.segments()),
        }
    }
}

impl Home {
    /// The path as its language writes it.
    pub fn text(&self) -> String {
        self.path.display(self.syntax).to_string()
    }

    /// Whether a module may hand the definition on.
    pub fn allows(&self, module: &[crate::path::Segment]) -> bool {
        self.allow.iter().any(|allowed| allowed.holds(module))
    }
}

impl Checker<'_> {
    /// Checks the homes; one that is wrong is reported, and left out.
    pub(super) fn homes(&mut self, tables: Vec<Read<HomeTable>>) -> Vec<SaidTable<Home>> {
        self.each_name_once("home", tables.iter().map(|read| &read.table.path));
        let mut homes = Vec::new();
        for read in tables {
            let home = self.home(read.table);
            homes.extend(home.map(|home| self.table(read.span, &read.keys, home)));
        }
        homes
    }

    fn home(&mut self, table: HomeTable) -> Option<Home> {
        let Some(syntax) = syntax_of(table.language.get_ref()) else {
            let languages = || SYNTAXES.iter().map(|syntax| syntax.language);
            let help = match nearest(table.language.get_ref(), languages()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    let names: Vec<_> = languages().map(|name| format!("`{name}`")).collect();
                    format!("expected {}", names.join(" or "))
                }
            };
            let message = format!("unknown language `{}`", table.language.get_ref());
            let problem = self.at(table.language.span(), message).help(help);
            self.problem(problem);
            return None;
        };
        let path = self.symbol("path", &table.path, syntax);
        let path = path.filter(|path| {
            if path.len() > 1 {
                return true;
            }
            let problem = self
                .at(
                    table.path.span(),
                    "`path`: expected a module and a name in it",
                )
                .help(format!(
                    "write the whole path of the definition, such as \"app{}Name\"",
                    syntax.separator
                ));
            self.problem(problem);
            false
        });
        let allow: Option<Vec<Allowed>> = self.each(table.allow, |checker, text| {
            let whole = text.get_ref();
            let above = whole
                .strip_suffix('*')
                .and_then(|above| above.strip_suffix(syntax.separator));
            match above {
                Some(above) => {
                    let above = Spanned::new(text.span(), above.to_owned());
                    Some(Allowed::Below(checker.symbol("allow", &above, syntax)?))
                }
                None => Some(Allowed::Module(checker.symbol("allow", text, syntax)?)),
            }
        });
        let also: Option<Vec<SymbolPath>> = self.each(table.also, |checker, text| {
            checker.symbol("also", text, syntax)
        });
        Some(Home {
            syntax,
            path: path?,
            range: table.path.span(),
            allow: allow?,
            also: also?,
            package: table.package,
        })
    }

    /// Checks each of a list; `None` if one is wrong, after all were checked.
    fn each<T>(
        &mut self,
        list: Option<super::schema::List>,
        mut check: impl FnMut(&mut Self, &Spanned<String>) -> Option<T>,
    ) -> Option<Vec<T>> {
        let list = list.map(Spanned::into_inner).unwrap_or_default();
        let checked: Vec<_> = list.iter().map(|text| check(self, text)).collect();
        checked.into_iter().collect()
    }

    fn symbol(
        &mut self,
        key: &str,
        text: &Spanned<String>,
        syntax: &'static Syntax,
    ) -> Option<SymbolPath> {
        match SymbolPath::parse(text.get_ref(), syntax) {
            Ok(path) => Some(path),
            Err(_) => {
                let problem = self
                    .at(
                        text.span(),
                        format!(
                            "`{key}`: `{}` is no path of {}",
                            text.get_ref(),
                            syntax.language
                        ),
                    )
                    .help(format!(
                        "write names with `{}` between them",
                        syntax.separator
                    ));
                self.problem(problem);
                None
            }
        }
    }
}

fn syntax_of(language: &str) -> Option<&'static Syntax> {
    let mut all = SYNTAXES.iter().copied();
    all.find(|syntax| syntax.language == language)
}
