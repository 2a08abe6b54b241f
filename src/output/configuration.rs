//! `repoint config`: what is in force, and where each value comes from, as TOML that could stand in a
//! configuration, or as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;
use serde::ser::SerializeMap;
use toml::Value;

use super::json::VERSION;
use super::place::shown;
use crate::config::{
    Allowed, Batch, Config, Home, MESSAGE, Origin, SaidTable, Scope, Search, Setting, Settings,
};
use crate::gate::{Command, Gate, Need};
use crate::lang::Strings;
use crate::path::SymbolPath;

/// What is in force in a project.
pub struct InForce<'a> {
    /// The project's root.
    pub root: &'a Path,
    /// How people call the file of the configuration.
    pub name: Option<String>,
    /// The configuration.
    pub config: &'a Config,
    /// What is in force of it.
    pub settings: &'a Settings,
    /// Mapping tables, if the configuration lists none.
    pub mappings: Vec<String>,
}

/// A value, and the line of the configuration that says it; `None` for a default.
struct Entry {
    key: String,
    value: Value,
    line: Option<usize>,
}

/// A table, with the line that starts it.
struct Section {
    /// `python`, or `gate` in a list.
    key: String,
    is_listed: bool,
    line: Option<usize>,
    entries: Vec<Entry>,
}

impl InForce<'_> {
    /// As TOML, with the origin of each value in a comment.
    pub fn text(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "# project root: {}", shown(self.root));
        let _ = match (&self.name, &self.config.configured) {
            (Some(name), Some(at)) => match at.section.header() {
                header if header.is_empty() => writeln!(out, "# configuration: {name}"),
                header => writeln!(out, "# configuration: {header} of {name}"),
            },
            _ => writeln!(out, "# configuration: none, these are the defaults"),
        };
        out.push('\n');
        self.lines(&self.head(), &mut out);
        for section in self.sections() {
            let header = if section.is_listed {
                format!("[[{}]]", section.key)
            } else {
                format!("[{}]", section.key)
            };
            out.push('\n');
            self.line(
                &header,
                section.line,
                section.line.map_or(0, |_| COLUMN),
                &mut out,
            );
            self.lines(&section.entries, &mut out);
        }
        out
    }

    /// As one object; a line of `null` is a default.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn json(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }

    fn head(&self) -> Vec<Entry> {
        let settings = self.settings;
        let mut entries = vec![match &self.config.mappings {
            Some(said) => entry("mappings", strings(&said.value), Some(said.line)),
            None => entry("mappings", strings(&self.mappings), None),
        }];
        entries.extend([
            set("include", &settings.include, |list| strings(list)),
            set("exclude", &settings.exclude, |list| strings(list)),
            set("max-file-size", &settings.max_file_size, |size| {
                number(*size)
            }),
            set("strings", &settings.strings, |which| text(word(*which))),
            set("docs", &settings.docs, |on| Value::Boolean(*on)),
            set("mentions", &settings.mentions, |on| Value::Boolean(*on)),
            set("strict", &settings.strict, |on| Value::Boolean(*on)),
        ]);
        entries
    }

    fn sections(&self) -> Vec<Section> {
        let config = self.config;
        let languages = config.sections.iter().map(|(name, said)| Section {
            key: name.clone(),
            is_listed: false,
            line: Some(said.line),
            entries: language(said),
        });
        let mut sections: Vec<_> = languages.collect();
        sections.extend(
            config
                .scopes
                .iter()
                .map(|said| listed("scope", said, scope(&said.value))),
        );
        let folder = config.folder().unwrap_or(self.root);
        let gates = config.gates.iter();
        sections.extend(gates.map(|said| listed("gate", said, gate(&said.value, folder))));
        let homes = config.homes.iter();
        sections.extend(homes.map(|said| listed("home", said, home(&said.value))));
        sections.push(Section {
            key: "migrate".to_owned(),
            is_listed: false,
            line: None,
            entries: self.migrate(),
        });
        sections
    }

    fn migrate(&self) -> Vec<Entry> {
        let migrate = &self.config.migrate;
        let batch = match migrate
            .batch
            .as_ref()
            .map(|said| said.value)
            .unwrap_or_default()
        {
            Batch::Priority => text("priority"),
            Batch::Owner => text("owner"),
            Batch::Folder => text("folder"),
            Batch::Rule => text("rule"),
            Batch::Files(files) => number(files as u64),
        };
        let search = match migrate
            .search
            .as_ref()
            .map(|said| said.value)
            .unwrap_or_default()
        {
            Search::Unit => "unit",
            Search::Batch => "batch",
        };
        let mut entries = vec![entry(
            "batch",
            batch,
            migrate.batch.as_ref().map(|said| said.line),
        )];
        let priority = migrate.priority.as_ref();
        let patterns: Vec<String> = priority
            .iter()
            .flat_map(|said| said.value.iter().map(|pattern| pattern.text.clone()))
            .collect();
        entries.push(entry(
            "priority",
            strings(&patterns),
            priority.map(|said| said.line),
        ));
        if let Some(format) = &migrate.format {
            entries.push(entry("format", strings(&format.value), Some(format.line)));
        }
        entries.push(entry(
            "search",
            text(search),
            migrate.search.as_ref().map(|said| said.line),
        ));
        if let Some(limit) = &migrate.max_search {
            entries.push(entry("max-search", duration(limit.value), Some(limit.line)));
        }
        let commit = migrate.commit.as_ref();
        let is_on = commit.is_some_and(|said| said.value);
        entries.push(entry(
            "commit",
            Value::Boolean(is_on),
            commit.map(|said| said.line),
        ));
        let message = migrate.message.as_ref();
        let value = message.map_or(MESSAGE, |said| &said.value);
        entries.push(entry("message", text(value), message.map(|said| said.line)));
        entries
    }

    fn lines(&self, entries: &[Entry], out: &mut String) {
        let texts: Vec<String> = entries
            .iter()
            .map(|entry| format!("{} = {}", entry.key, entry.value))
            .collect();
        for (entry, text) in entries.iter().zip(&texts) {
            self.line(text, entry.line, COLUMN, out);
        }
    }

    /// A line with its origin in a comment from this column on; without a column, no comment.
    fn line(&self, text: &str, line: Option<usize>, column: usize, out: &mut String) {
        let _ = match (column, line, &self.name) {
            (0, ..) => writeln!(out, "{text}"),
            (_, Some(line), Some(name)) => writeln!(out, "{text:column$}  # {name}:{line}"),
            _ => writeln!(out, "{text:column$}  # default"),
        };
    }
}

/// Where comments start, but for two spaces.
const COLUMN: usize = 44;

impl Serialize for InForce<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("version", &VERSION)?;
        map.serialize_entry("type", "configuration")?;
        map.serialize_entry("root", &shown(self.root))?;
        map.serialize_entry("file", &self.name)?;
        let section = self
            .config
            .configured
            .as_ref()
            .map(|at| at.section.header());
        map.serialize_entry("section", &section.filter(|header| !header.is_empty()))?;
        for entry in self.head() {
            map.serialize_entry(&entry.key, &Place::of(&entry))?;
        }
        let mut lists: BTreeMap<&str, Vec<BTreeMap<String, Place>>> = ["scope", "gate", "home"]
            .map(|key| (key, Vec::new()))
            .into();
        for section in self.sections() {
            let places = section
                .entries
                .iter()
                .map(|entry| (entry.key.clone(), Place::of(entry)));
            match lists
                .get_mut(section.key.as_str())
                .filter(|_| section.is_listed)
            {
                Some(list) => list.push(places.collect()),
                None => map.serialize_entry(&section.key, &places.collect::<BTreeMap<_, _>>())?,
            }
        }
        for (key, list) in lists {
            map.serialize_entry(key, &list)?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct Place {
    value: Value,
    line: Option<usize>,
}

impl Place {
    fn of(entry: &Entry) -> Self {
        Self {
            value: entry.value.clone(),
            line: entry.line,
        }
    }
}

fn entry(key: &str, value: Value, line: Option<usize>) -> Entry {
    Entry {
        key: key.to_owned(),
        value,
        line,
    }
}

fn set<T>(key: &str, setting: &Setting<T>, value: impl Fn(&T) -> Value) -> Entry {
    let line = match setting.origin {
        Origin::Line(line) => Some(line),
        Origin::Default | Origin::CommandLine => None,
    };
    entry(key, value(&setting.value), line)
}

/// A table of a list; what is not written in it has its default.
fn listed<T>(key: &str, said: &SaidTable<T>, values: Vec<(&'static str, Value)>) -> Section {
    let entry =
        |(key, value): (&'static str, Value)| entry(key, value, said.keys.get(key).copied());
    Section {
        key: key.to_owned(),
        is_listed: true,
        line: Some(said.line),
        entries: values.into_iter().map(entry).collect(),
    }
}

fn language(said: &SaidTable<toml::Table>) -> Vec<Entry> {
    let entry =
        |(key, value): (&String, &Value)| entry(key, value.clone(), said.keys.get(key).copied());
    said.value.iter().map(entry).collect()
}

fn scope(scope: &Scope) -> Vec<(&'static str, Value)> {
    let mut values = vec![
        ("name", text(&scope.name)),
        ("include", strings(&scope.include)),
        ("exclude", strings(&scope.exclude)),
    ];
    values.extend(scope.max.map(|max| ("max", number(max))));
    values
}

fn gate(gate: &Gate, folder: &Path) -> Vec<(&'static str, Value)> {
    let path = |path: &Path| match path.strip_prefix(folder) {
        Ok(rest) if rest.as_os_str().is_empty() => text("."),
        Ok(rest) => text(&rest.to_string_lossy()),
        Err(_) => text(&path.to_string_lossy()),
    };
    let mut values = vec![("name", text(&gate.name))];
    match &gate.command {
        Command::Argv(argv) => values.push(("run", strings(argv))),
        Command::Shell(line) => {
            values.extend([("run", text(line)), ("shell", Value::Boolean(true))])
        }
    }
    let expected = gate.expected;
    values.extend([
        ("before", text(&expected.before.to_string())),
        ("during", text(&expected.during.to_string())),
        ("after", text(&expected.after.to_string())),
        ("cwd", path(&gate.cwd)),
    ]);
    values.extend(
        gate.expect_output
            .as_ref()
            .map(|regex| ("expect-output", text(regex.as_str()))),
    );
    values.extend(gate.junit.as_ref().map(|junit| ("junit", path(junit))));
    if !gate.env.is_empty() {
        let variables = gate
            .env
            .iter()
            .map(|(name, value)| (name.clone(), text(value)));
        values.push(("env", Value::Table(variables.collect())));
    }
    values.extend(gate.timeout.map(|timeout| ("timeout", duration(timeout))));
    values.push(("retries", number(gate.retries.into())));
    values.extend(
        gate.max_slowdown
            .map(|factor| ("max-slowdown", Value::Float(factor))),
    );
    values.extend([
        ("allow-fewer", Value::Boolean(gate.allow_fewer)),
        ("tags", strings(&gate.tags)),
    ]);
    let needs = gate.needs.iter().map(|need| match need {
        Need::Tcp(address) => format!("tcp:{address}"),
        Need::Env(name) => format!("env:{name}"),
        Need::Path(file) => format!(
            "path:{}",
            file.strip_prefix(folder).unwrap_or(file).display()
        ),
    });
    values.push(("needs", strings(&needs.collect::<Vec<_>>())));
    values
}

fn home(home: &Home) -> Vec<(&'static str, Value)> {
    let path = |path: &SymbolPath| path.display(home.syntax).to_string();
    let allow = home.allow.iter().map(|allowed| match allowed {
        Allowed::Module(module) => path(module),
        Allowed::Below(module) => format!("{}{}*", path(module), home.syntax.separator),
    });
    let mut values = vec![
        ("path", text(&home.text())),
        ("language", text(home.syntax.language)),
        ("allow", strings(&allow.collect::<Vec<_>>())),
        (
            "also",
            strings(&home.also.iter().map(path).collect::<Vec<_>>()),
        ),
    ];
    values.extend(home.package.as_deref().map(|name| ("package", text(name))));
    values
}

fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

fn strings(list: &[String]) -> Value {
    Value::Array(list.iter().map(|item| text(item)).collect())
}

fn number(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

fn duration(duration: std::time::Duration) -> Value {
    text(&humantime::format_duration(duration).to_string())
}

fn word(strings: Strings) -> &'static str {
    match strings {
        Strings::Known => "known",
        Strings::All => "all",
        Strings::Off => "off",
    }
}
