//! Imports, in every form there is.

use super::OWN;
use super::program::{LOCALS, Maker, Scope};
use super::world::{MODULES, OBJECTS};

/// Packages, and modules in them.
const INSIDE: &[(&str, &str)] = &[
    ("old", "a"),
    ("old", "b"),
    ("old.a", "c"),
    ("kept", "a"),
    ("kept", "new"),
];

impl Maker<'_> {
    /// An import, without the end of its line; what it binds is bound in `scope`.
    pub fn import(&mut self, scope: &mut Scope) -> String {
        match self.rng.u8(..100) {
            0..32 => self.objects(scope),
            32..56 => self.dotted(scope),
            56..72 => self.modules(scope),
            72..76 if scope.is_module => self.star(scope),
            76..92 if !self.own.is_empty() => self.own(scope),
            92..96 => self.computed(scope),
            _ => self.objects(scope),
        }
    }

    /// An import that binds this name.
    pub fn import_of(&mut self, scope: &mut Scope, name: &str) -> String {
        let module = self.module();
        let (text, module) = match self.rng.u8(..4) {
            0 => (
                format!("import {module} as {name}"),
                Some(module.to_owned()),
            ),
            1 => {
                let (package, inside) = INSIDE[self.rng.usize(..INSIDE.len())];
                let path = Some(format!("{package}.{inside}"));
                (
                    format!("from {package} import {}", renamed(inside, name)),
                    path,
                )
            }
            2 if OBJECTS.contains(&name) => (format!("from {module} import {name}"), None),
            2 if MODULES.contains(&name) => (format!("import {name}"), Some(name.to_owned())),
            _ => {
                let object = self.pick(OBJECTS);
                (
                    format!("from {module} import {}", renamed(object, name)),
                    None,
                )
            }
        };
        scope.bind(name, module);
        text
    }

    fn alias(&mut self, percent: u8) -> Option<&'static str> {
        self.chance(percent).then(|| self.pick(LOCALS))
    }

    fn objects(&mut self, scope: &mut Scope) -> String {
        let module = self.module();
        let mut clauses = Vec::new();
        for _ in 0..1 + self.rng.usize(..3) {
            let object = self.pick(OBJECTS);
            let name = self.alias(25).unwrap_or(object);
            clauses.push(renamed(object, name));
            scope.bind(name, None);
        }
        self.list(module, &clauses)
    }

    /// Modules, and objects beside them, out of a package.
    fn modules(&mut self, scope: &mut Scope) -> String {
        let (package, inside) = INSIDE[self.rng.usize(..INSIDE.len())];
        let name = self.alias(25).unwrap_or(inside);
        let mut clauses = vec![renamed(inside, name)];
        scope.bind(name, Some(format!("{package}.{inside}")));
        if self.chance(30) {
            let object = self.pick(OBJECTS);
            clauses.push(object.to_owned());
            scope.bind(object, None);
        }
        self.list(package, &clauses)
    }

    /// A from-import in one of the layouts.
    fn list(&mut self, module: &str, clauses: &[String]) -> String {
        match self.rng.u8(..8) {
            0 => format!("from {module} import ({})", clauses.join(", ")),
            1 => format!(
                "from {module} import (  # why\n    {},\n)",
                clauses.join(",\n    # above\n    ")
            ),
            2 => format!(
                "from {module} import (\n    {}\n)",
                clauses.join(",  # beside\n    ")
            ),
            3 => format!("from {module} import \\\n    {}", clauses.join(", ")),
            4 => format!("from {module} import({})", clauses.join(",")),
            _ => format!("from {module} import {}", clauses.join(", ")),
        }
    }

    fn dotted(&mut self, scope: &mut Scope) -> String {
        let mut clauses = Vec::new();
        for _ in 0..1 + self.rng.usize(..6) / 4 {
            let module = self.module();
            match self.alias(25) {
                Some(name) => {
                    clauses.push(format!("{module} as {name}"));
                    scope.bind(name, Some(module.to_owned()));
                }
                None => {
                    clauses.push(module.to_owned());
                    scope.bind_dotted(module);
                }
            }
        }
        format!("import {}", clauses.join(", "))
    }

    fn star(&mut self, scope: &mut Scope) -> String {
        let module = self.module();
        for object in OBJECTS {
            scope.bind(object, None);
        }
        format!("from {module} import *")
    }

    /// From another module of the program.
    fn own(&mut self, scope: &mut Scope) -> String {
        let modules: Vec<&String> = self.own.keys().collect();
        let module = modules[self.rng.usize(..modules.len())].clone();
        let names = &self.own[&module];
        let path = Self::own_path(&module);
        let from = match self.rng.bool() {
            true => self.relative(&module),
            false => path.clone(),
        };
        match self.rng.u8(..6) {
            0 if !module.is_empty() => {
                scope.bind_dotted(&path);
                format!("import {path}")
            }
            1 => {
                let name = self.pick(LOCALS);
                scope.bind(name, Some(path.clone()));
                format!("import {path} as {name}")
            }
            2 if module == "b" || module == "sub" => {
                let package = match self.rng.bool() {
                    true => self.relative(""),
                    false => OWN.to_owned(),
                };
                let name = self
                    .alias(30)
                    .unwrap_or(if module == "b" { "b" } else { "sub" });
                scope.bind(name, Some(path));
                format!("from {package} import {}", renamed(&module, name))
            }
            3 if scope.is_module => {
                for (name, _) in names {
                    scope.bind(name, None);
                }
                format!("from {from} import *")
            }
            _ if names.is_empty() => format!("import {path}"),
            _ => {
                let (name, _) = &names[self.rng.usize(..names.len())];
                let name = name.clone();
                let local = self.alias(25).unwrap_or(&name).to_owned();
                scope.bind(&local, None);
                self.list(&from, &[renamed(&name, &local)])
            }
        }
    }

    /// A module of the program, from the package of the file.
    fn relative(&self, module: &str) -> String {
        match (self.package, module) {
            ("sub", "sub") => ".".to_owned(),
            ("sub", "sub.c") => ".c".to_owned(),
            ("sub", _) => format!("..{module}"),
            _ => format!(".{module}"),
        }
    }

    /// An import that is no statement.
    fn computed(&mut self, scope: &mut Scope) -> String {
        let module = self.module();
        let name = self.pick(LOCALS);
        scope.bind(name, Some(module.to_owned()));
        match self.rng.u8(..4) {
            0 if !module.contains('.') => format!("{name} = __import__(\"{module}\")"),
            _ => format!("{name} = importlib.import_module(\"{module}\")"),
        }
    }
}

fn renamed(name: &str, local: &str) -> String {
    match name == local {
        true => name.to_owned(),
        false => format!("{name} as {local}"),
    }
}
