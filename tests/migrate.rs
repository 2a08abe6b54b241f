//! `repoint migrate`, with real processes as gates: who is found guilty, what is stopped for, and what a person
//! is told. `tests/migrate_kill.rs` interrupts it.
#![cfg(unix)]

#[path = "migrate/town.rs"]
mod town;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use town::{Ran, Town, breaking, file, gate};

/// At most so many questions for `guilty` of `files` in a search: by halves, once for each whether it is still to
/// blame, once whether it is by itself, and the three of the batch as a whole, without it and of what stays.
fn bound(files: f64, guilty: f64) -> u64 {
    let levels = (files / guilty).log2().ceil();
    (2.0 * guilty * levels + 4.0 * guilty) as u64 + 3
}

#[test]
fn all_files_are_migrated_where_nothing_breaks() {
    let town = Town::new(7, &(breaking() + "[migrate]\nbatch = 3\n"));
    town.commit();
    town.migrate(&[])
        .ends(0)
        .says("no deprecated references are left");
    assert_eq!(town.rewritten(7).len(), 7);
    let status = town.status();
    assert_eq!(status["references"]["now"], 0);
    assert_eq!(status["migration"]["batches"], 3);
    // Once before, once a batch, once after.
    assert_eq!(status["gates"][0]["asked"], 5);
    town.migrate(&["--abort"]).ends(0);
    assert_eq!(town.rewritten(7), [0; 0]);
    town.migrate(&["--abort"])
        .ends(2)
        .says("there is no migration to take back");
}

#[test]
fn exactly_the_one_that_breaks_the_gate_is_left_out() {
    let town = Town::new(20, &breaking());
    town.breaks(&[&[11]]);
    town.commit();
    town.migrate(&[]).ends(1).says("quarantined pkg/f011.py");
    let rest: Vec<usize> = (0..20).filter(|at| *at != 11).collect();
    assert_eq!(town.rewritten(20), rest);
    assert_eq!(town.quarantined(), [(file(11), None)]);
    // As it is, it is left out the next time; asked for, or changed, it is tried again.
    town.migrate(&[]).ends(1).says("left out as before");
    assert_eq!(town.rewritten(20), rest);
    town.write("breaks", "");
    town.git(&["commit", "-qam", "mended"]);
    town.migrate(&["--retry-quarantined"]).ends(0);
    assert_eq!(town.rewritten(20).len(), 20);
}

#[test]
fn ten_of_two_hundred_are_found_within_the_bound() {
    let town = Town::new(200, &breaking());
    let guilty: Vec<usize> = (0..10).map(|at| 7 + at * 19).collect();
    let sets: Vec<&[usize]> = guilty.chunks(1).collect();
    town.breaks(&sets);
    town.commit();
    town.migrate(&[]).ends(1);
    let found: Vec<String> = town
        .quarantined()
        .into_iter()
        .map(|(file, _)| file)
        .collect();
    let expected: Vec<String> = guilty.iter().map(|at| file(*at)).collect();
    assert_eq!(found, expected);
    assert_eq!(town.rewritten(200).len(), 190);
    let events = town.events();
    let end = events
        .iter()
        .find(|it| it["event"] == "batch-end")
        .expect("it ended");
    let searched = end["searched"].as_u64().expect("a number");
    assert!(searched <= bound(200.0, 10.0), "{searched} questions");
}

#[test]
fn two_that_break_only_together_are_both_named() {
    let town = Town::new(30, &breaking());
    town.breaks(&[&[3, 25]]);
    town.commit();
    town.migrate(&[]).ends(1).says("together with pkg/f003.py");
    assert_eq!(town.quarantined(), [(file(25), Some(file(3)))]);
    assert_eq!(town.rewritten(30).len(), 29);
}

#[test]
fn a_culprit_and_a_pair_cost_no_innocent() {
    let town = Town::new(40, &breaking());
    town.breaks(&[&[5], &[9, 33]]);
    town.commit();
    town.migrate(&[]).ends(1);
    let found = town.quarantined();
    assert!(found.len() <= 3, "{found:?}");
    for (name, _) in &found {
        assert!(
            [5, 9, 33].iter().any(|at| file(*at) == *name),
            "{name} is innocent"
        );
    }
}

#[test]
fn a_batch_can_be_left_out_whole() {
    let town = Town::new(
        6,
        &(breaking() + "[migrate]\nbatch = 3\nsearch = \"batch\"\n"),
    );
    town.breaks(&[&[1]]);
    town.commit();
    town.migrate(&[]).ends(1);
    assert_eq!(town.rewritten(6), [3, 4, 5]);
    assert_eq!(town.quarantined().len(), 3);
}

#[test]
fn a_flaky_gate_blames_nobody() {
    let script = "n=$(cat ../count 2>/dev/null || echo 0); n=$((n + 1)); echo $n >../count; [ $((n % 3)) != 0 ]";
    let town = Town::new(
        12,
        &(gate("flaky", "\"sh ./flaky.sh\"\nshell = true\ncwd = \"pkg\"")
            + "[migrate]\nbatch = 2\n"),
    );
    town.write("pkg/flaky.sh", script);
    town.commit();
    town.migrate(&[]).ends(0).says("flaky");
    assert_eq!(town.rewritten(12).len(), 12);
    assert!(
        town.status()["gates"][0]["flaky"]
            .as_u64()
            .expect("a number")
            >= 2
    );
}

#[test]
fn what_must_fail_and_passes_proves_nothing() {
    let town = Town::new(
        2,
        "\n[[gate]]\nname = \"proof\"\nrun = [\"true\"]\nbefore = \"fail\"\nafter = \"pass\"\n",
    );
    town.commit();
    let ran = town.migrate(&[]);
    ran.ends(2)
        .says("has to fail before the migration")
        .says("proves nothing".replace("proves", "prove").as_str());
    assert_eq!(town.rewritten(2), [0; 0]);
    // With nothing left to rewrite there is nothing to prove.
    let town = Town::new(
        0,
        "\n[[gate]]\nname = \"proof\"\nrun = [\"true\"]\nbefore = \"fail\"\nafter = \"pass\"\n",
    );
    town.write("old.py", "");
    town.commit();
    town.migrate(&[]).ends(0).says("nothing is left to rewrite");
}

#[test]
fn what_must_pass_and_fails_before_stops_it() {
    for (run, why) in [
        ("[\"false\"]", "has to pass before the migration"),
        ("[\"no-such-program\"]", "cannot be"),
        (
            "[\"python3\", \"-c\", \"import no_such_module\"]",
            "has to pass before the migration",
        ),
        (
            "[\"sh\", \"-c\", \"kill -9 $$\"]",
            "has to pass before the migration",
        ),
    ] {
        let town = Town::new(2, &gate("golden", run));
        town.commit();
        town.migrate(&[])
            .ends(2)
            .says(why)
            .says("nothing was written");
        assert_eq!(town.rewritten(2), [0; 0]);
        // Nothing was written, so the next one begins anew.
        town.migrate(&[]).ends(2).says(why);
        town.migrate(&["--continue"])
            .ends(2)
            .says("no migration is unfinished");
    }
}

#[test]
fn an_import_that_breaks_in_a_batch_is_searched() {
    let run = "[\"python3\", \"-c\", \"import pkg.f000, pkg.f001, pkg.f002\"]";
    let town = Town::new(3, &gate("imports", run));
    town.write("pkg/__init__.py", "");
    town.write("pkg/f001.py", "import sys\nfrom old import Name\nif Name.__module__ != 'x' and 'old' not in sys.modules:\n    raise ImportError('old is gone')\nx = Name\n");
    town.write("pkg/f000.py", "x = 1\n");
    town.write("pkg/f002.py", "from old import Name\n\n\nx = Name\n");
    town.commit();
    town.migrate(&[]).ends(1).says("quarantined pkg/f001.py");
    assert_eq!(town.quarantined(), [("pkg/f001.py".to_owned(), None)]);
}

#[test]
fn a_gate_that_fails_without_the_batch_too_stops_it() {
    let town = Town::new(
        4,
        &(gate(
            "golden",
            "[\"sh\", \"-c\", \"test ! -e broken || exit 1; grep -rq 'from new' pkg && touch broken; exit 0\"]",
        ) + "[migrate]\nbatch = 2\n"),
    );
    town.commit();
    town.migrate(&[])
        .ends(2)
        .says("with the batch and without it");
    // The batch before stays.
    assert_eq!(town.rewritten(4), [0, 1]);
    fs::remove_file(town.root.join("broken")).expect("removed");
    town.write(
        "repoint.toml",
        &format!(
            "mappings = [\"map.toml\"]\n{}",
            gate("golden", "[\"true\"]")
        ),
    );
    town.git(&["commit", "-qam", "mended", "--", "repoint.toml"]);
    town.migrate(&["--continue"]).ends(0);
    assert_eq!(town.rewritten(4).len(), 4);
}

#[test]
fn a_gate_that_changes_or_removes_a_file_of_the_batch_is_named() {
    for act in ["echo >>pkg/f001.py", "rm pkg/f001.py"] {
        let run =
            format!("[\"sh\", \"-c\", \"if grep -q 'from new' pkg/f001.py; then {act}; fi\"]");
        let town = Town::new(3, &gate("meddler", &run));
        town.commit();
        town.migrate(&[])
            .ends(2)
            .says("pkg/f001.py was changed or removed while gate `meddler` ran");
    }
}

#[test]
fn a_gate_that_hangs_is_ended_with_all_that_it_started() {
    let run = "[\"sh\", \"-c\", \"if grep -q 'from new' pkg/f001.py; then sleep 600 & sleep 600; fi\"]\ntimeout = \"1s\"\nretries = 0";
    let town = Town::new(3, &gate("sleeper", run));
    town.commit();
    town.migrate(&[]).ends(1).says("did not end within");
    assert_eq!(town.quarantined(), [(file(1), None)]);
}

#[test]
fn fewer_passed_tests_are_a_failure() {
    let script = "passed=3; grep -q 'from new' pkg/f001.py && passed=2\necho \"Ran $passed tests in 0.001s\"; echo; echo OK\n";
    let run = "[\"sh\", \"count.sh\"]";
    let town = Town::new(3, &gate("counted", run));
    town.write("count.sh", script);
    town.commit();
    town.migrate(&[]).ends(1);
    assert_eq!(town.quarantined(), [(file(1), None)]);
    let town = Town::new(3, &gate("counted", &format!("{run}\nallow-fewer = true")));
    town.write("count.sh", script);
    town.commit();
    town.migrate(&[]).ends(0);
}

#[test]
fn the_guard_refuses_before_anything_and_half_way() {
    let town = Town::new(4, &(breaking() + "[migrate]\nbatch = 2\n"));
    town.commit();
    town.write(
        "pkg/f003.py",
        "from old import Name\n\n\nx = Name  # mine\n",
    );
    town.migrate(&[])
        .ends(2)
        .says("has changes that are in no commit");
    town.migrate(&["--abort"]).ends(0);
    town.git(&["checkout", "-q", "pkg/f003.py"]);
    // Edited while the first batch is judged.
    let run = "[\"sh\", \"-c\", \"if grep -q 'from new' pkg/f000.py; then echo '# mine' >>pkg/f003.py; fi\"]";
    town.write(
        "repoint.toml",
        &format!(
            "mappings = [\"map.toml\"]\n{}[migrate]\nbatch = 2\n",
            gate("golden", run)
        ),
    );
    town.git(&["commit", "-qam", "other gate"]);
    town.migrate(&[])
        .ends(2)
        .says("has changes that are in no commit")
        .says("--continue");
    assert!(
        fs::read_to_string(town.root.join("pkg/f003.py"))
            .expect("there")
            .contains("# mine")
    );
    town.git(&["checkout", "-q", "pkg/f003.py"]);
    town.write(
        "repoint.toml",
        &format!(
            "mappings = [\"map.toml\"]\n{}[migrate]\nbatch = 2\n",
            breaking()
        ),
    );
    town.git(&["commit", "-qm", "mended", "repoint.toml"]);
    town.migrate(&["--continue"]).ends(0);
    assert_eq!(town.rewritten(4).len(), 4);
}

#[test]
fn someones_edit_keeps_a_batch_from_being_taken_back() {
    let town = Town::new(3, &breaking());
    town.commit();
    town.migrate(&[]).ends(0);
    town.write(
        "pkg/f001.py",
        "from new import Name\n\n\nx = Name  # mine\n",
    );
    town.migrate(&["--abort"])
        .ends(2)
        .says("--3way")
        .says("pkg/f001.py");
    assert_eq!(
        fs::read_to_string(town.root.join("pkg/f000.py")).expect("there"),
        town::NEW
    );
    town.run(&["undo", "--3way"]).ends(0);
    town.migrate(&["--abort"]).ends(0);
    assert_eq!(
        fs::read_to_string(town.root.join("pkg/f000.py")).expect("there"),
        town::OLD
    );
    assert!(
        fs::read_to_string(town.root.join("pkg/f001.py"))
            .expect("there")
            .contains("# mine")
    );
}

#[test]
fn two_at_once_and_other_writers_are_refused_and_readers_are_not() {
    let run = "[\"sh\", \"-c\", \"touch ready; while [ ! -e go ]; do sleep 0.05; done\"]";
    let town = Town::new(2, &gate("waiting", run));
    town.commit();
    let mut first = town.command(&["migrate"]).spawn().expect("it runs");
    while !town.root.join("ready").exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    town.migrate(&[]).ends(2).says("another migration goes on");
    town.run(&["apply"]).ends(2).says("a migration is going on");
    town.run(&["undo"]).ends(2).says("a migration is going on");
    town.run(&["check", "-q"]).ends(1);
    town.run(&["diff", "-q"]).ends(0);
    town.write("go", "");
    assert!(first.wait().expect("it ends").success());
}

#[test]
fn records_that_cannot_be_used_are_said() {
    let town = Town::new(2, &breaking());
    town.commit();
    town.breaks(&[&[0], &[1]]);
    town.git(&["commit", "-qam", "break"]);
    town.migrate(&[]).ends(1);
    let events = town.record().join("events.jsonl");
    let whole = fs::read_to_string(&events).expect("a record");
    // Of a later program.
    fs::write(&events, whole.replacen("\"version\":1", "\"version\":9", 1)).expect("written");
    town.run(&["status"]).ends(2).says("version 9");
    town.migrate(&[]).ends(2).says("version 9");
    // A line in the middle that is none.
    let mut lines: Vec<&str> = whole.lines().collect();
    lines[2] = "{\"at\":1,\"event\":\"no-such\"}";
    fs::write(&events, lines.join("\n") + "\n").expect("written");
    town.run(&["status"]).ends(2).says("events.jsonl:3");
    // Cut off in the middle of its last line: as if that had not been written.
    fs::write(&events, &whole[..whole.len() - 9]).expect("written");
    town.migrate(&[]).ends(2).says("is unfinished");
    town.migrate(&["--continue"]).ends(1);
    assert_eq!(town.status()["migration"]["state"], "done");
}

#[test]
fn a_transaction_that_the_journal_lost_is_said() {
    let town = Town::new(2, &breaking());
    town.commit();
    town.migrate(&[]).ends(0);
    for what in ["pack", "done"] {
        let path = town.root.join(format!(".repoint/journal/1.{what}"));
        fs::remove_file(path).expect("removed");
    }
    town.migrate(&["--abort"])
        .ends(2)
        .says("no longer in the journal");
}

#[test]
fn the_journal_keeps_what_a_migration_wrote() {
    let town = Town::new(6, &(breaking() + "[migrate]\nbatch = 1\n"));
    town.commit();
    town.migrate(&[]).ends(0);
    // Another apply that keeps one transaction only.
    town.write("pkg/more.py", "from old import Name\n");
    town.run(&["apply", "--allow-dirty", "--keep", "1", "pkg/more.py"])
        .ends(0);
    town.migrate(&["--abort"]).ends(0);
    assert_eq!(town.rewritten(6), [0; 0]);
}

/// A gate that fails for good once a file of the tree is rewritten, until `mended` is there.
const SPOILED: &str = "[\"sh\", \"-c\", \"test -e mended && exit 0; grep -rq 'from new' pkg && touch spoiled; test ! -e spoiled\"]";

/// A gate that kills the migration the first time that a file of the tree is rewritten.
const KILLING: &str = "[\"sh\", \"-c\", \"grep -rq 'from new' pkg || exit 0; test -e killed || { touch killed; kill -9 $PPID; sleep 1; }\"]";

#[test]
fn rules_that_changed_are_asked_about() {
    let town = Town::new(2, &gate("golden", SPOILED));
    town.commit();
    town.migrate(&[]).ends(2).says("--continue");
    town.write("mended", "");
    let table = fs::read_to_string(town.root.join("map.toml")).expect("there");
    town.write(
        "map.toml",
        &(table + "\n[[move]]\nfrom = \"old.Other\"\nto = \"new.Other\"\n"),
    );
    town.migrate(&["--continue"])
        .ends(2)
        .says("--accept-changes")
        .says("--abort");
    town.migrate(&["--continue", "--accept-changes"]).ends(0);
}

#[test]
fn it_goes_on_as_it_was_begun() {
    let slow =
        "\n[[gate]]\nname = \"slow\"\nrun = [\"false\"]\nduring = \"pass\"\ntags = [\"slow\"]\n";
    let town = Town::new(5, &(gate("golden", KILLING) + slow));
    town.write(
        "pkg/f004.py",
        "import unittest.mock\n\nunittest.mock.patch(\"old.Name\")\n",
    );
    town.commit();
    let args = [
        "pkg",
        "--exclude",
        "pkg/f001.py",
        "--strings",
        "off",
        "--skip-tag",
        "slow",
    ];
    let ran = town.migrate(&args);
    assert_eq!(ran.status, None, "{}", ran.err);
    // From a folder in which the words alone would mean something else.
    let output = town
        .command(&["migrate", "--continue"])
        .current_dir(town.root.join("pkg"))
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!said.contains("gate slow"), "{said}");
    let now = |at: usize| fs::read_to_string(town.root.join(file(at))).expect("there");
    assert_eq!([0, 2, 3].map(now), [town::NEW; 3]);
    assert_eq!(now(1), town::OLD);
    assert!(now(4).contains("\"old.Name\""));
}

#[test]
fn it_is_taken_back_whatever_rules_and_configuration_say() {
    let town = Town::new(3, &breaking());
    town.commit();
    town.migrate(&[]).ends(0);
    town.write("repoint.toml", "mappings = [");
    fs::remove_file(town.root.join("map.toml")).expect("removed");
    town.migrate(&["--abort"]).ends(0);
    assert_eq!(town.rewritten(3), [0; 0]);
}

#[test]
fn what_an_interrupted_formatter_made_is_taken_back_too() {
    let format = "format = [\"sh\", \"-c\", 'for f; do echo \"# formatted\" >>\"$f\"; done; test -e killed || { touch killed; kill -9 $PPID; sleep 1; }', \"sh\"]\n";
    for end in ["--abort", "--continue"] {
        let town = Town::new(3, &(gate("golden", "[\"true\"]") + "[migrate]\n" + format));
        town.commit();
        assert_eq!(town.migrate(&[]).status, None);
        town.migrate(&[end]).ends(0);
        let text = fs::read_to_string(town.root.join("pkg/f001.py")).expect("there");
        let expected = match end {
            "--abort" => town::OLD.to_owned(),
            _ => format!("{}# formatted\n", town::NEW),
        };
        assert_eq!(text, expected, "{end}");
    }
}

#[test]
fn what_a_hook_makes_of_a_commit_can_be_taken_back() {
    for adds in ["git add $f", "true"] {
        let town = Town::new(3, &(breaking() + "[migrate]\ncommit = true\n"));
        town.write(".gitignore", ".repoint\n");
        town.commit();
        let hook = format!(
            "#!/bin/sh\nfor f in $(git diff --cached --name-only); do echo '# hook' >>$f; {adds}; done\n"
        );
        town.write(".git/hooks/pre-commit", &hook);
        let hook = town.root.join(".git/hooks/pre-commit");
        fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).expect("set");
        town.migrate(&[]).ends(0).says("was edited by a hook");
        let text = fs::read_to_string(town.root.join("pkg/f001.py")).expect("there");
        assert_eq!(text, format!("{}# hook\n", town::NEW));
        assert_eq!(town.git(&["diff", "--cached", "--name-only"]).stdout, b"");
        fs::remove_file(hook).expect("removed");
        town.migrate(&["--abort"]).ends(0);
        assert_eq!(town.rewritten(3), [0; 0]);
        assert_eq!(town.git(&["status", "--porcelain", "pkg"]).stdout, b"");
    }
}

#[test]
fn commits_of_another_branch_are_not_taken_back() {
    let town = Town::new(2, &(breaking() + "[migrate]\ncommit = true\n"));
    town.write(".gitignore", ".repoint\n");
    town.commit();
    town.git(&["branch", "other"]);
    town.migrate(&[]).ends(0);
    town.git(&["checkout", "-q", "other"]);
    town.migrate(&["--abort"])
        .ends(2)
        .says("no part of what is checked out");
    town.git(&["checkout", "-q", "-"]);
    town.migrate(&["--abort"]).ends(0);
    assert_eq!(town.rewritten(2), [0; 0]);
    assert_eq!(town.git(&["status", "--porcelain"]).stdout, b"");
}

#[test]
fn what_cannot_be_committed_is_said_first() {
    let town = Town::new(2, &(breaking() + "[migrate]\ncommit = true\n"));
    town.migrate(&[]).ends(2).says("needs a repository of git");
    town.commit();
    town.write("pkg/more.py", town::OLD);
    town.migrate(&["--allow-dirty"])
        .ends(2)
        .says("pkg/more.py")
        .says("is no file of this repository");
    assert_eq!(town.rewritten(2), [0; 0]);
}

#[test]
fn a_gate_that_removes_the_record_is_named() {
    let run = "[\"sh\", \"-c\", \"grep -rq 'from new' pkg && rm -rf .repoint; exit 0\"]";
    let town = Town::new(2, &gate("cleaner", run));
    town.commit();
    town.migrate(&[])
        .ends(2)
        .says("was removed while gate `cleaner` ran");
}

#[test]
fn what_means_nothing_for_a_migration_is_refused_before_anything() {
    let town = Town::new(2, &breaking());
    town.commit();
    for args in [
        &["--output-file", "x"][..],
        &["--output-format", "json-lines"],
        &["--statistics"],
        &["--partition", "hash:1/2"],
    ] {
        town.migrate(args)
            .ends(2)
            .says("means nothing for a migration");
    }
    town.migrate(&["-"]).ends(2).says("not of standard input");
    town.migrate(&["pkg", "nosuch"]).ends(2).says("nosuch");
    town.migrate(&[
        "--strict",
        "--lang",
        "python",
        "--move",
        "nowhere.X=new.X",
        "-m",
        "map.toml",
    ])
    .ends(2)
    .says("--strict");
    assert_eq!(town.rewritten(2), [0; 0]);
    assert!(
        !town.root.join(".repoint/migrations/1/logs").exists()
            || town.status()["migration"]["files"] == 0
    );
    town.migrate(&["pkg/f000.py"])
        .ends(0)
        .says("in this part of the project");
}

#[test]
fn scopes_and_the_baseline_judge_the_end() {
    let table = "language = \"python\"\nname = \"m\"\n\n[[move]]\nfrom = \"old.Name\"\nto = \"new.Name\"\n\n[[remove]]\npath = \"old.Gone\"\n";
    let scope =
        |max: u32| format!("\n[[scope]]\nname = \"all\"\ninclude = [\"**\"]\nmax = {max}\n");
    for (max, exit) in [(1, 0), (0, 1)] {
        let town = Town::new(2, &(breaking() + &scope(max)));
        town.write("map.toml", table);
        town.write("pkg/gone.py", "from old import Gone\n");
        town.commit();
        town.migrate(&[]).ends(exit).says("1 reference left");
    }
    let town = Town::new(2, &breaking());
    town.write("map.toml", table);
    town.write("pkg/gone.py", "from old import Gone\n");
    town.run(&["baseline"]).ends(0);
    town.commit();
    let baseline = || fs::read_to_string(town.root.join("repoint-baseline.toml")).expect("there");
    let before = baseline();
    assert!(before.contains("f001.py"), "{before}");
    town.migrate(&[]).ends(0);
    assert!(!baseline().contains("f001.py") && baseline().contains("gone.py"));
    town.migrate(&["--abort"]).ends(0);
    assert_eq!(baseline(), before);
}

#[test]
fn a_formatter_is_part_of_the_transaction() {
    let format = "format = [\"sh\", \"-c\", 'for f; do printf \"%s\\n\" \"# formatted\" >>\"$f\"; done', \"sh\"]\n";
    let town = Town::new(3, &(gate("golden", "[\"true\"]") + "[migrate]\n" + format));
    town.commit();
    town.migrate(&[]).ends(0);
    let text = fs::read_to_string(town.root.join("pkg/f001.py")).expect("there");
    assert_eq!(text, format!("{}# formatted\n", town::NEW));
    town.migrate(&["--abort"]).ends(0);
    assert_eq!(town.rewritten(3), [0; 0]);
    assert_eq!(town.git(&["status", "--porcelain", "pkg"]).stdout, b"");
}

#[test]
fn batches_become_commits_and_are_taken_back_by_one() {
    let town = Town::new(
        4,
        &(breaking()
            + "[migrate]\nbatch = 2\ncommit = true\nmessage = \"Move {rules} ({files} files)\"\n"),
    );
    town.write(".gitignore", ".repoint\n");
    town.commit();
    town.write("note", "staged");
    town.git(&["add", "note"]);
    town.migrate(&[]).ends(2).says("staged");
    town.git(&["commit", "-qm", "note"]);
    town.migrate(&["--abort"]).ends(0);
    town.migrate(&[]).ends(0);
    let log = town.git(&["log", "--format=%s"]).stdout;
    let log = String::from_utf8_lossy(&log).into_owned();
    assert_eq!(
        log.lines().take(2).collect::<Vec<_>>(),
        ["Move old-to-new (2 files)"; 2]
    );
    assert_eq!(town.git(&["status", "--porcelain"]).stdout, b"");
    town.migrate(&["--abort"]).ends(0);
    assert_eq!(town.rewritten(4), [0; 0]);
    assert_eq!(town.git(&["status", "--porcelain"]).stdout, b"");
    let log = town.git(&["log", "--format=%s"]).stdout;
    assert!(String::from_utf8_lossy(&log).starts_with("Take back: old-to-new (4 files)"));
}

#[test]
fn a_hook_that_refuses_stops_and_blames_nobody() {
    let town = Town::new(2, &(breaking() + "[migrate]\ncommit = true\n"));
    town.commit();
    town.write(
        ".git/hooks/pre-commit",
        "#!/bin/sh\necho no commits on Mondays\nexit 1\n",
    );
    let hook = town.root.join(".git/hooks/pre-commit");
    fs::set_permissions(&hook, PermissionsExt::from_mode(0o755)).expect("set");
    town.migrate(&[]).ends(2).says("no commits on Mondays");
    assert_eq!(town.quarantined(), []);
    fs::remove_file(hook).expect("removed");
    town.migrate(&["--continue"]).ends(0);
    assert_eq!(town.git(&["status", "--porcelain", "pkg"]).stdout, b"");
}

#[test]
fn a_failure_at_the_end_takes_back_only_what_was_asked_for() {
    let late = "\n[[gate]]\nname = \"late\"\nrun = [\"false\"]\nafter = \"pass\"\nretries = 0\n";
    let town = Town::new(2, late);
    town.commit();
    town.migrate(&[])
        .ends(2)
        .says("has to pass after the migration")
        .says("--abort");
    assert_eq!(town.rewritten(2).len(), 2);
    town.migrate(&["--abort"]).ends(0);
    town.migrate(&["--take-back-on-failure"]).ends(2);
    assert_eq!(town.rewritten(2), [0; 0]);
}

#[test]
fn files_that_cannot_be_written_are_named_before_any_gate_runs() {
    let town = Town::new(4, &gate("seen", "[\"sh\", \"-c\", \"echo >>asked\"]"));
    town.commit();
    for at in [1, 3] {
        let path = town.root.join(file(at));
        fs::set_permissions(path, fs::Permissions::from_mode(0o444)).expect("it is ours");
    }
    town.migrate(&[])
        .ends(2)
        .says("pkg/f001.py: is read-only")
        .says("pkg/f003.py: is read-only")
        .says("2 files of the migration cannot be written");
    assert!(!town.root.join("asked").exists());
    assert_eq!(town.rewritten(4), [0; 0]);
    // Nothing was begun, so nothing has to be continued.
    town.migrate(&["--exclude", file(1).as_str(), "--exclude", file(3).as_str()])
        .ends(0);
    assert_eq!(town.rewritten(4), [0, 2]);
}

/// Files cannot grow beyond so many blocks, as on a disk that is full: the record is the longest of all that
/// is written.
#[test]
fn a_record_that_cannot_be_written_stops_and_loses_nothing() {
    for blocks in [2, 4, 7, 11, 16] {
        let town = Town::new(12, &(breaking() + "[migrate]\nbatch = 2\n"));
        town.commit();
        let on_a_full_disk = |args: &[&str]| {
            let program = town.command(&[]).get_program().to_owned();
            let output = Command::new("sh")
                .args(["-c", &format!("ulimit -f {blocks}; exec \"$@\""), "sh"])
                .arg(program)
                .arg("migrate")
                .args(args)
                .current_dir(&town.root)
                .output()
                .expect("sh runs");
            Ran {
                status: output.status.code(),
                out: String::from_utf8_lossy(&output.stdout).into_owned(),
                err: String::from_utf8_lossy(&output.stderr).into_owned(),
            }
        };
        on_a_full_disk(&[])
            .ends(2)
            .says("events.jsonl: cannot be written")
            .says("`repoint migrate --continue` goes on");
        let done = town.rewritten(12);
        assert_eq!(done, (0..done.len()).collect::<Vec<_>>(), "{blocks}");
        // It is no less full for what comes next.
        on_a_full_disk(&["--continue"]).ends(2);
        if blocks % 2 == 0 {
            town.migrate(&["--continue"]).ends(0);
            assert_eq!(town.rewritten(12).len(), 12);
        } else {
            on_a_full_disk(&["--abort"]).ends(2);
        }
        town.migrate(&["--abort"]).ends(0);
        assert_eq!(town.rewritten(12), [0; 0]);
        assert!(town.git(&["status", "--short"]).stdout.is_empty());
    }
}

#[test]
fn phases_alone_need_no_record() {
    let gates = "\n[[gate]]\nname = \"proof\"\nrun = [\"sh\", \"-c\", \"! grep -rq 'from old' pkg\"]\nbefore = \"fail\"\nafter = \"pass\"\nretries = 0\n";
    let town = Town::new(2, gates);
    town.commit();
    town.migrate(&["--phase", "before"]).ends(0);
    town.migrate(&["--phase", "after"]).ends(2);
    assert!(!town.root.join(".repoint/migrations/1").exists());
    town.migrate(&[]).ends(0);
    town.migrate(&["--phase", "after"]).ends(0);
}

#[test]
fn the_plan_runs_nothing() {
    let town = Town::new(
        5,
        &(gate("golden", "[\"touch\", \"ran\"]") + "[migrate]\nbatch = 2\n"),
    );
    town.commit();
    let ran = town.migrate(&["--plan"]);
    ran.ends(0).says("3 batches").says("pkg/f004.py");
    assert!(!town.root.join("ran").exists());
    let ran = town.migrate(&["--plan", "--json"]);
    let plan: serde_json::Value = serde_json::from_str(&ran.ends(0).out).expect("JSON");
    assert_eq!(plan["batches"].as_array().map(Vec::len), Some(3));
    assert!(!town.root.join(".repoint").exists());
}

#[test]
fn tags_choose_gates() {
    let gates = "\n[[gate]]\nname = \"quick\"\nrun = [\"true\"]\ntags = [\"quick\"]\n\n[[gate]]\nname = \"slow\"\nrun = [\"false\"]\nbefore = \"pass\"\ntags = [\"slow\"]\n\n[[gate]]\nname = \"by-hand\"\nrun = [\"false\"]\nbefore = \"pass\"\ntags = [\"manual\"]\n";
    let town = Town::new(1, gates);
    town.commit();
    town.migrate(&["--skip-tag", "slow", "--phase", "before"])
        .ends(0);
    town.migrate(&["--tag", "quick", "--phase", "before"])
        .ends(0);
    town.migrate(&["--tag", "manual", "--phase", "before"])
        .ends(2);
    town.migrate(&["--tag", "nope", "--phase", "before"])
        .ends(2)
        .says("nope");
}
