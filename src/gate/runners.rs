//! What test runners print, as data: one row a runner. A new runner is a row here and an output in
//! `tests/gate/outputs`.
//!
//! Every pattern is of a whole line, and is tried on text without colours. What no pattern
//! knows counts for nothing.

/// What is known of a test runner.
pub(super) struct Runner {
    pub name: &'static str,
    /// How a command line that runs it looks, between its words.
    pub command: &'static str,
    /// The exit statuses that say "tests failed", and nothing else that is not told by counts.
    pub failed: &'static [i32],
    /// Runners whose output it may show as that of a test, which is then no result of the gate.
    pub shows: &'static [&'static str],
    /// Lines, and what each gives.
    pub lines: &'static [(&'static str, Gives)],
}

/// What a line says of the tests.
#[derive(Clone, Copy, Debug)]
pub(super) enum Gives {
    /// The groups `passed`, `failed`, `errors` and `skipped` are numbers.
    Numbers,
    /// The group `list` holds numbers and words, `3 failed, 2 passed` or `failures=3`; words that are
    /// not in the table say nothing.
    List(&'static [(&'static str, Bucket)]),
    /// The group `total` is how many ran, which [`Gives::Verdict`] confirms.
    Total,
    /// As a list, where all that is not in it passed. Without a total before it, it is not one.
    Verdict(&'static [(&'static str, Bucket)]),
    /// The group `total` is how many ran, and all passed of which no other line says otherwise.
    Rest,
    /// One test, or one file of tests.
    One(Bucket),
    /// No test ran.
    Nothing,
    /// Tests ran of which those that passed, or were skipped, are not shown ...
    Hidden,
    /// ... unless every test is shown.
    Shown,
    /// What follows says again what was said.
    Again,
}

/// Where a test counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bucket {
    Passed,
    Failed,
    /// It could not be run: an import, a fixture, a build.
    Errors,
    Skipped,
}

use Bucket::{Errors, Failed, Passed, Skipped};

const PYTEST: &[(&str, Bucket)] = &[
    ("passed", Passed),
    ("xpassed", Passed),
    ("failed", Failed),
    ("error", Errors),
    ("errors", Errors),
    ("skipped", Skipped),
    // As in its JUnit XML: one that is expected to fail shows nothing about imports.
    ("xfailed", Skipped),
];

pub(super) const RUNNERS: &[Runner] = &[
    // https://docs.pytest.org/en/stable/reference/exit-codes.html
    Runner {
        name: "pytest",
        command: r"(?:py\.?test)(?:-3)?",
        failed: &[1],
        shows: &[],
        lines: &[
            (
                // Seconds were written out before pytest 5.
                r"^=+ (?<list>[0-9]+ [a-z]+(?: [a-z]+)?(?:, [0-9]+ [a-z]+(?: [a-z]+)?)*) in [0-9.]+ ?s(?:econds)?(?: \([0-9:, days]+\))? =+$",
                Gives::List(PYTEST),
            ),
            (
                // With -q. Other tools count in seconds too, so the first word must be one of tests.
                r"^(?<list>[0-9]+ (?:failed|passed|skipped|deselected|xfailed|xpassed)(?:, [0-9]+ [a-z]+(?: [a-z]+)?)*) in [0-9.]+ ?s(?:econds)?(?: \([0-9:, days]+\))?$",
                Gives::List(PYTEST),
            ),
            (
                r"^(?:=+ )?no tests (?:ran|collected)(?: \([0-9]+ deselected\))? in [0-9.]+ ?s(?:econds)?(?: =+)?$",
                Gives::Nothing,
            ),
            (
                r"^(?:=+ )?[0-9]+(?:/[0-9]+)? tests? collected(?: \([0-9]+ deselected\))? in [0-9.]+ ?s(?: =+)?$",
                Gives::Nothing,
            ),
        ],
    },
    // `TextTestRunner.run` of CPython's Lib/unittest/runner.py. Python 3.12.1 alone leaves skipped tests
    // out of those that ran, so one that is skipped there counts as one less that passed.
    Runner {
        name: "unittest",
        command: r"unittest|manage\.py test|nose2|trial",
        failed: &[1],
        shows: &[],
        lines: &[
            (r"^Ran (?<total>[0-9]+) tests? in [0-9.]+s$", Gives::Total),
            (
                r"^(?:OK|FAILED|PASSED)(?: \((?<list>[a-z]+(?: [a-z]+)?=[0-9]+(?:, [a-z]+(?: [a-z]+)?=[0-9]+)*)\))?$",
                Gives::Verdict(&[
                    ("failures", Failed),
                    ("unexpected successes", Failed),
                    ("errors", Errors),
                    ("skipped", Skipped),
                    ("skips", Skipped),
                    ("expected failures", Skipped),
                    ("successes", Passed),
                ]),
            ),
            // Since 3.12, with status 5.
            (
                r"^NO TESTS RAN(?: \((?<list>skipped=[0-9]+)\))?$",
                Gives::Verdict(&[("skipped", Skipped)]),
            ),
        ],
    },
    // libtest's formatters/pretty.rs; one line a binary. Cargo itself ends with 101 for everything.
    Runner {
        name: "cargo test",
        command: r"cargo(?: \S+)*? (?:t|test)",
        failed: &[101],
        shows: &[],
        lines: &[
            (
                r"^test result: (?:ok|FAILED)\. (?<passed>[0-9]+) passed; (?<failed>[0-9]+) failed; (?<skipped>[0-9]+) ignored; [0-9]+ measured(?:; [0-9]+ filtered out)?(?:; finished in [0-9.]+s)?$",
                Gives::Numbers,
            ),
            // A binary that ended without a result, and a build that failed.
            (
                r"^ *process didn't exit successfully: .*$",
                Gives::One(Errors),
            ),
            (r"^error: could not compile .*$", Gives::One(Errors)),
        ],
    },
    // https://docs.rs/nextest-metadata: NextestExitCode.
    Runner {
        name: "nextest",
        command: r"(?:cargo(?: \S+)*? |cargo-)nextest",
        failed: &[100],
        shows: &["cargo test"],
        lines: &[(
            r"^ +Summary \[ *[0-9.]+s\] (?:[0-9]+/)?[0-9]+ tests? run: (?<list>.*)$",
            Gives::List(&[
                ("passed", Passed),
                ("failed", Failed),
                ("timed out", Failed),
                ("exec failed", Errors),
                ("skipped", Skipped),
            ]),
        )],
    },
    // cmd/go and testing: without -v those that pass are not shown. A build that fails is 2 before Go 1.20
    // and 1 since.
    Runner {
        name: "go test",
        command: r"go(?: \S+)*? test",
        failed: &[1],
        shows: &[],
        lines: &[
            (r"^=== RUN +\S+$", Gives::Shown),
            (r"^--- PASS: .*$", Gives::One(Passed)),
            (r"^--- FAIL: .*$", Gives::One(Failed)),
            (r"^--- SKIP: .*$", Gives::One(Skipped)),
            (
                r"^(?:ok|FAIL) *\t\S+\t(?:[0-9.]+s|\(cached\))(?:\tcoverage: .*)?$",
                Gives::Hidden,
            ),
            (r"^ok *\t\S+\t.*\[no tests to run\]$", Gives::Nothing),
            (r"^\? *\t\S+\t\[no test files\]$", Gives::Nothing),
            (
                r"^FAIL\t\S+ \[(?:build|setup) failed\]$",
                Gives::One(Errors),
            ),
        ],
    },
    // jest-reporters: getSummary and getResultHeader.
    Runner {
        name: "jest",
        command: r"(?:react-scripts test|jest)",
        failed: &[1],
        shows: &[],
        lines: &[
            (
                r"^Tests: +(?<list>(?:[0-9]+ [a-z]+, )*[0-9]+ total)$",
                Gives::List(&[
                    ("passed", Passed),
                    ("failed", Failed),
                    ("skipped", Skipped),
                    ("todo", Skipped),
                ]),
            ),
            (r"^ *● +Test suite failed to run$", Gives::One(Errors)),
            (r"^Summary of all failing tests$", Gives::Again),
            (
                r"^No tests found, exiting with code [0-9]+$",
                Gives::Nothing,
            ),
        ],
    },
    // vitest: packages/vitest/src/node/reporters/base.ts.
    Runner {
        name: "vitest",
        command: r"vitest",
        failed: &[1],
        shows: &[],
        lines: &[
            (
                r"^ +Tests  +(?<list>[0-9]+ [a-z ]+(?: \| [0-9]+ [a-z ]+)*) \([0-9]+\)$",
                Gives::List(&[
                    ("passed", Passed),
                    ("failed", Failed),
                    ("skipped", Skipped),
                    ("todo", Skipped),
                    ("expected fail", Skipped),
                ]),
            ),
            (r"^ +Tests  +no tests$", Gives::Nothing),
            (r"^⎯+ *Failed Suites (?<errors>[0-9]+) *⎯+$", Gives::Numbers),
            (r"^ +Errors  +(?<errors>[0-9]+) errors?$", Gives::Numbers),
            (
                r"^No test files found, exiting with code [0-9]+$",
                Gives::Nothing,
            ),
        ],
    },
    // CMake's Source/CTest/cmCTestTestHandler.cxx. It counts skipped tests as passed; the list behind the
    // summary names them, and those that failed.
    Runner {
        name: "ctest",
        command: r"ctest",
        failed: &[8],
        shows: &[
            "pytest",
            "unittest",
            "cargo test",
            "nextest",
            "go test",
            "jest",
            "vitest",
        ],
        lines: &[
            (
                r"^[0-9]+% tests passed(?:, [0-9]+ tests? failed)? out of (?<total>[0-9]+)$",
                Gives::Rest,
            ),
            (r"^\t *[0-9]+ - .* \(Skipped\) *.*$", Gives::One(Skipped)),
            (
                r"^\t *[0-9]+ - .* \((?:Failed|Timeout|SEGFAULT|ILLEGAL|INTERRUPT|NUMERICAL|OTHER_FAULT|Subprocess [a-z]+|Child [a-z]+|[A-Z]*SIG[A-Z]+|.* Exception.*)\) *.*$",
                Gives::One(Failed),
            ),
            (
                r"^\t *[0-9]+ - .* \((?:Not Run|BAD_COMMAND)\) *.*$",
                Gives::One(Errors),
            ),
            (r"^No tests were found!!!$", Gives::Nothing),
        ],
    },
];

/// Programs that run others and end with a status of their own.
pub(super) const WRAPPERS: &[&str] = &[
    "make", "gmake", "just", "tox", "nox", "ninja", "cmake", "bazel", "task", "rake", "mise",
    "npm", "yarn", "pnpm", "bun", "docker", "podman",
];
