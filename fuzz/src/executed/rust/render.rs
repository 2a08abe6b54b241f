//! From the model to files.

use super::super::Files;
use super::model::{Entry, Form, Model, ModuleId};

/// The files of one crate.
pub struct Renderer<'m> {
    pub model: &'m Model,
    pub files: Files,
}

/// Where a module's text is, and where the files of its modules are.
#[derive(Clone, Debug)]
pub struct Spot {
    pub file: String,
    pub children: String,
}

impl Renderer<'_> {
    /// Writes a crate whose root is in `file`; its modules with files of their own are in `folder`.
    pub fn root(&mut self, module: ModuleId, file: &str, folder: &str) {
        let mut text = String::new();
        let spot = Spot {
            file: file.to_owned(),
            children: folder.to_owned(),
        };
        self.body(module, &spot, &mut text);
        self.files.insert(file.to_owned(), text);
    }

    fn body(&mut self, module: ModuleId, spot: &Spot, text: &mut String) {
        let model = self.model;
        for entry in &model.modules[module].entries {
            match entry {
                Entry::Item(item) => {
                    text.push_str(&model.definition(*item));
                    text.push('\n');
                }
                Entry::Text(lines) => {
                    text.push_str(lines);
                    text.push('\n');
                }
                Entry::Shim {
                    name,
                    target,
                    visibility,
                } => {
                    let last = target.rsplit("::").next().unwrap_or_default();
                    let vis = visibility.written();
                    let alias = if last == name {
                        String::new()
                    } else {
                        format!(" as {name}")
                    };
                    text.push_str(&format!("#[cfg(not(gone))] {vis}use {target}{alias};\n"));
                }
                Entry::Module(child) => self.child(*child, spot, text),
            }
        }
    }

    fn child(&mut self, child: ModuleId, spot: &Spot, text: &mut String) {
        let its = &self.model.modules[child];
        let vis = its.visibility.written();
        let name = &its.name;
        let at = spot_of(self.model, child, spot);
        if its.form == Form::Inline {
            text.push_str(&format!("{vis}mod {name} {{\n"));
            self.body(child, &at, text);
            text.push_str("}\n");
            return;
        }
        if its.form == Form::Path {
            text.push_str(&format!("#[path = \"odd_{name}/odd.rs\"] "));
        }
        let mark = if self.model.moving == Some(child) {
            MARK
        } else {
            ""
        };
        text.push_str(&format!("{vis}mod {name};{mark}\n"));
        let mut inner = String::new();
        self.body(child, &at, &mut inner);
        self.files.insert(at.file, inner);
    }
}

/// Behind the declaration of a module that will be moved with its file.
pub const MARK: &str = " // moves";

/// Where a module is, from where its parent is.
pub fn spot_of(model: &Model, child: ModuleId, parent: &Spot) -> Spot {
    let its = &model.modules[child];
    let name = &its.name;
    let folder = &parent.children;
    match its.form {
        Form::Inline => Spot {
            file: parent.file.clone(),
            children: format!("{folder}/{name}"),
        },
        Form::File => Spot {
            file: format!("{folder}/{name}.rs"),
            children: format!("{folder}/{name}"),
        },
        Form::ModRs => Spot {
            file: format!("{folder}/{name}/mod.rs"),
            children: format!("{folder}/{name}"),
        },
        Form::Path => {
            let beside = parent
                .file
                .rsplit_once('/')
                .map_or("", |(folder, _)| folder);
            Spot {
                file: format!("{beside}/odd_{name}/odd.rs"),
                children: format!("{beside}/odd_{name}"),
            }
        }
    }
}

/// Where a module of the library is.
pub fn spot(model: &Model, module: ModuleId) -> Spot {
    match model.modules[module].parent {
        None => Spot {
            file: "src/lib.rs".to_owned(),
            children: "src".to_owned(),
        },
        Some(parent) => spot_of(model, module, &spot(model, parent)),
    }
}
