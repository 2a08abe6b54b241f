//! Uses of what is bound, in every form there is.

use super::program::{LOCALS, Maker, Scope, head};
use super::world::{MODULES, OBJECTS};

impl Maker<'_> {
    /// A chain of names that is an object, most times, and which module it is if it is none.
    pub fn chain(&mut self, scope: &Scope) -> (String, Option<String>) {
        if scope.exprs.is_empty() {
            return ("None".to_owned(), None);
        }
        let expr = scope.exprs[self.rng.usize(..scope.exprs.len())].clone();
        let (mut text, mut module) = (expr.text, expr.module);
        for _ in 0..3 {
            let Some(path) = module.clone() else {
                if text.ends_with('K') && self.chance(8) {
                    text.push_str(".item");
                }
                break;
            };
            if self.chance(8) {
                break;
            }
            let (name, inner) = self.member(&path);
            text = format!("{text}.{name}");
            module = inner;
        }
        (text, module)
    }

    /// A name in a module, and which module it is.
    fn member(&mut self, module: &str) -> (String, Option<String>) {
        let own = match module.strip_prefix(super::OWN) {
            Some(rest) => self.own.get(rest.trim_start_matches('.')),
            None => None,
        };
        if let Some(names) = own
            && !names.is_empty()
        {
            // What a module hands on is not followed, so nothing is read from a module there.
            return (names[self.rng.usize(..names.len())].0.clone(), None);
        }
        let below = |path: &&&str| {
            let rest = path.strip_prefix(module);
            rest.is_some_and(|rest| rest.starts_with('.') && !rest[1..].contains('.'))
        };
        let below: Vec<&str> = MODULES.iter().filter(below).copied().collect();
        if !below.is_empty() && self.chance(3) {
            let path = self.pick(&below);
            let name = path[module.len() + 1..].to_owned();
            return (name, Some(path.to_owned()));
        }
        (self.pick(OBJECTS).to_owned(), None)
    }

    /// Statements that show what a chain is.
    pub fn use_of(&mut self, scope: &mut Scope) -> String {
        let (path, _) = self.chain(scope);
        let (other, _) = self.chain(scope);
        let root = head(&path).to_owned();
        let local = self.pick(LOCALS);
        match self.rng.u8(..64) {
            0..14 => format!("show({path})\n"),
            14..24 => format!("attempt(lambda: {path})\n"),
            24 => format!("show([{path} for x in (1, 2)])\n"),
            25 => format!("show([{local} for {local} in ({path}, 1)])\n"),
            26 => format!("show([{path} for {local} in ({other},)])\n"),
            27 => format!("attempt(lambda {local}: {path}, 8)\n"),
            28 => format!("show(f\"{{name_of({path})}} {{name_of({other})!s:>3}}\")\n"),
            29 => {
                let name = self.fresh("inner");
                format!("def {name}(y={path}):\n    show(y, {other})\n{name}()\n")
            }
            // A quoted name is looked up in the module.
            30 if scope.is_module => {
                let name = self.fresh("noted");
                format!("def {name}(z: \"{path}\", y: {other} = 1): pass\nhints({name})\n")
            }
            31 => format!("show({path}, {other}); show({root})\n"),
            32 => format!("show(({path}\n    ))\n"),
            33 => format!("show((lambda: ({path}, {other}))())\n"),
            34 => format!("show({{{path}: {other}}})\n"),
            35 => format!("show(dict({local}={path}))\n"),
            36 => format!("show({path} if yes({other}) else {other})\n"),
            37 => format!("show([y for y in (1,) if {path}], *[{other}])\n"),
            38 => format!("show(({local} := {path}))\n"),
            39 => format!("show({root})\n"),
            40 => format!("show(eval(\"{root}\"))\n"),
            41 if scope.is_module => format!("show(globals()[\"{root}\"])\n"),
            42 if scope.is_module => format!("show(vars()[\"{root}\"])\n"),
            43 => format!("show(\"{{0.__name__}}\".format({path}) and 1)\n"),
            44 => self.patch(&path),
            45 => self.patch_string(),
            // What another module hands on is not followed, so nothing is read from that.
            46 if scope
                .exprs
                .iter()
                .any(|expr| expr.text == root && expr.module.is_some()) =>
            {
                let name = self.pick(OBJECTS);
                format!("attempt(lambda: getattr({root}, \"{name}\"))\n")
            }
            47 => format!("attempt(lambda: typing.cast(\"{path}\", {other}))\n"),
            48 => {
                let name = self.fresh("value");
                format!("{name}: \"{path}\" = {other}\nshow({name})\n")
            }
            49 => format!("assert {path} is {path}, {other}\n"),
            50 => format!("show(isinstance({path}, type({other})))\n"),
            51 => {
                let name = self.fresh("each");
                format!("def {name}():\n    yield {path}\nshow(list({name}()))\n")
            }
            52 => {
                let name = self.fresh("later");
                format!("{name} = lambda: {path}\nattempt({name})\n")
            }
            53 => format!("show(\n    {path},  # why\n    {other},\n)\n"),
            54 => format!("show(sorted([name_of({path}), name_of({other})]))\n"),
            55 => format!("try: show({path})\nexcept NameError: show(9)\n"),
            56 => {
                let way = self.pick(&["{path}.extra = 1\nshow({path}.extra)\ndel {path}.extra\n"]);
                way.replace("{path}", &path)
            }
            _ => format!("show({path})\n"),
        }
    }

    fn patch(&mut self, path: &str) -> String {
        match path.rsplit_once('.') {
            Some((owner, name)) => {
                format!("with mock.patch.object({owner}, \"{name}\", 10):\n    show({path})\n")
            }
            None => format!("show({path})\n"),
        }
    }

    /// A patch by a path, of a module of old or of one of the program.
    fn patch_string(&mut self) -> String {
        let module = match self.own.keys().next() {
            Some(own) if self.chance(50) => Self::own_path(own),
            _ => self.module().to_owned(),
        };
        let (name, _) = self.member(&module);
        let look = format!("importlib.import_module(\"{module}\").{name}");
        format!("with mock.patch(\"{module}.{name}\", 11):\n    attempt(lambda: {look})\n")
    }
}
