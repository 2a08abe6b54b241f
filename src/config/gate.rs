//! `[[gate]]`: from what is written to gates. What a gate is and how it is run is the matter of `gate`.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_spanned::Spanned;

use super::SaidTable;
use super::check::Checker;
use super::schema::GateTable;
use crate::document::{Read, kind_of};
use crate::gate::{Command, Expectation, Expected, Gate, Need};

/// How often a failure is asked again, if nothing is said.
const RETRIES: u32 = 1;

/// Retries beyond this are a slip of the hand.
const MOST_RETRIES: i64 = 100;

impl Checker<'_> {
    /// Checks the gates; one that is wrong is reported, and left out.
    pub(super) fn gates(&mut self, tables: Vec<Read<GateTable>>) -> Vec<SaidTable<Gate>> {
        self.each_name_once("gate", tables.iter().map(|read| &read.table.name));
        let mut gates = Vec::new();
        for read in tables {
            let gate = self.gate(read.table);
            gates.extend(gate.map(|gate| self.table(read.span, &read.keys, gate)));
        }
        gates
    }

    fn gate(&mut self, table: GateTable) -> Option<Gate> {
        let name = self.name("gate", &table.name);
        let command = self.command(&table);
        let expected = self.expected(&table);
        let expect_output = table.expect_output.as_ref().map(|text| {
            let regex = self.regex("expect-output", text);
            if let Some(expected) = &expected {
                self.reason_of_no_failure(text, *expected);
            }
            regex
        });
        let env = self.env(table.env);
        let timeout = table
            .timeout
            .as_ref()
            .map(|text| self.duration("timeout", text));
        let retries = match &table.retries {
            None => Some(RETRIES),
            Some(number) if (0..=MOST_RETRIES).contains(number.get_ref()) => {
                u32::try_from(*number.get_ref()).ok()
            }
            Some(number) => {
                let message = format!("`retries`: expected a number from 0 to {MOST_RETRIES}");
                self.wrong(number.span(), message);
                None
            }
        };
        let max_slowdown = table.max_slowdown.as_ref().map(|factor| {
            let value = *factor.get_ref();
            if value > 0.0 && value.is_finite() {
                return Some(value);
            }
            let message =
                "`max-slowdown`: expected a factor above 0, such as 1.5 for half as long again";
            self.wrong(factor.span(), message);
            None
        });
        let tags = self.words("tags", table.tags.as_ref());
        let needs = table.needs.as_ref().map_or(Some(Vec::new()), |list| {
            let needs: Vec<_> = list.get_ref().iter().map(|text| self.need(text)).collect();
            needs.into_iter().collect()
        });
        let cwd = table.cwd.as_ref().map(|text| self.path("cwd", text));
        let junit = table.junit.as_ref().map(|text| self.path("junit", text));
        Some(Gate {
            name: name?,
            command: command?,
            cwd: match cwd {
                Some(cwd) => cwd?,
                None => self.folder.to_owned(),
            },
            env: env?,
            expected: expected?,
            // What was said and is wrong leaves no gate; what was not said is no fault.
            expect_output: match expect_output {
                Some(regex) => Some(regex?),
                None => None,
            },
            junit: match junit {
                Some(path) => Some(path?),
                None => None,
            },
            timeout: match timeout {
                Some(timeout) => Some(timeout?),
                None => None,
            },
            retries: retries?,
            max_slowdown: match max_slowdown {
                Some(factor) => Some(factor?),
                None => None,
            },
            allow_fewer: table.allow_fewer.is_some_and(Spanned::into_inner),
            tags: tags?,
            needs: needs?,
        })
    }

    fn command(&mut self, table: &GateTable) -> Option<Command> {
        let (run, span) = (table.run.get_ref(), table.run.span());
        let is_shell = table.shell.as_ref().is_some_and(|shell| *shell.get_ref());
        match run {
            toml::Value::String(text) if is_shell => {
                if text.trim().is_empty() {
                    self.wrong(span, "`run`: expected a command, it is empty");
                    return None;
                }
                Some(Command::Shell(text.clone()))
            }
            toml::Value::String(text) => {
                let words: Vec<String> = text
                    .split_whitespace()
                    .map(|word| format!("{word:?}"))
                    .collect();
                let problem = self.at(
                    span,
                    "`run`: expected a list, the program and its arguments",
                );
                let help = format!(
                    "write `run = [{}]`; for a shell add `shell = true`",
                    words.join(", ")
                );
                self.problem(problem.help(help));
                None
            }
            toml::Value::Array(_) if is_shell => {
                let problem = self.at(span, "`run`: with `shell = true` expected one string");
                let related = table.shell.as_ref().map(|shell| self.place(shell.span()));
                self.problem(
                    problem
                        .related(related)
                        .help("write the command as the shell reads it, or leave `shell` out"),
                );
                None
            }
            toml::Value::Array(items) => self.argv(items, span),
            other => {
                let message = format!(
                    "`run`: expected a list, the program and its arguments; this is {}",
                    kind_of(other.type_str())
                );
                self.wrong(span, message);
                None
            }
        }
    }

    fn argv(&mut self, items: &[toml::Value], span: Range<usize>) -> Option<Command> {
        let words: Option<Vec<String>> = items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect();
        let wrong = match &words {
            None => "`run`: expected strings, the program and its arguments",
            Some(words) if words.is_empty() => {
                "`run`: expected a program and its arguments, the list is empty"
            }
            Some(words) if words[0].is_empty() => "`run`: the program has no name",
            Some(words) => return Some(Command::Argv(words.clone())),
        };
        self.wrong(span, wrong);
        None
    }

    fn expected(&mut self, table: &GateTable) -> Option<Expected> {
        let words = [
            ("pass", Expectation::Pass),
            ("fail", Expectation::Fail),
            ("any", Expectation::Any),
        ];
        let mut of = |key: &str, word: &Option<Spanned<String>>| match word {
            Some(word) => self.choice(key, word, &words),
            None => Some(Expectation::Any),
        };
        let before = of("before", &table.before);
        let during = of("during", &table.during);
        let after = of("after", &table.after);
        Some(Expected {
            before: before?,
            during: during?,
            after: after?,
        })
    }

    /// Warns of an output that is expected of no failure.
    fn reason_of_no_failure(&mut self, text: &Spanned<String>, expected: Expected) {
        let phases = [expected.before, expected.during, expected.after];
        if !phases.contains(&Expectation::Fail) {
            let problem = self.at(
                text.span(),
                "`expect-output` is never asked for: no phase expects `fail`",
            );
            self.warn(problem.help("say when the gate has to fail, such as `before = \"fail\"`"));
        }
    }

    fn env(
        &mut self,
        env: Option<BTreeMap<Spanned<String>, Spanned<String>>>,
    ) -> Option<BTreeMap<String, String>> {
        let mut variables = BTreeMap::new();
        let mut is_fine = true;
        for (name, value) in env.into_iter().flatten() {
            if name.get_ref().is_empty() || name.get_ref().contains(['=', '\0']) {
                self.wrong(
                    name.span(),
                    "`env`: the name of a variable is not empty and has no `=`",
                );
                is_fine = false;
            }
            if value.get_ref().contains('\0') {
                self.wrong(value.span(), "`env`: a value cannot hold a null byte");
                is_fine = false;
            }
            variables.insert(name.into_inner(), value.into_inner());
        }
        is_fine.then_some(variables)
    }

    fn need(&mut self, text: &Spanned<String>) -> Option<Need> {
        let wrong = match text.get_ref().split_once(':') {
            Some(("tcp", address)) => match address.rsplit_once(':') {
                Some((host, port))
                    if !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0) =>
                {
                    return Some(Need::Tcp(address.to_owned()));
                }
                _ => {
                    "`needs`: expected a host and a port after `tcp:`, such as `tcp:127.0.0.1:5432`"
                }
            },
            Some(("env", name)) if !name.is_empty() && !name.contains(['=', '\0']) => {
                return Some(Need::Env(name.to_owned()));
            }
            Some(("env", _)) => "`needs`: expected the name of a variable after `env:`",
            Some(("path", path)) if !path.is_empty() => {
                return Some(Need::Path(self.folder.join(path)));
            }
            Some(("path", _)) => "`needs`: expected a file or folder after `path:`",
            _ => "`needs`: expected `tcp:HOST:PORT`, `env:NAME` or `path:FILE`",
        };
        self.wrong(text.span(), wrong);
        None
    }
}
