//! Files of owners as data: lines, and who owns what.

use std::fs;

use super::*;

/// The owners of each file, by a text at a place.
#[track_caller]
fn check(place: &str, text: &str, expected: &[(&str, &str)]) {
    let owners = Owners::parse(Path::new("/p"), place, text);
    assert_eq!(owners.warnings(), [""; 0], "{text}");
    owned(&owners, expected);
}

#[track_caller]
fn owned(owners: &Owners, expected: &[(&str, &str)]) {
    for (file, who) in expected {
        assert_eq!(owners.of(Path::new(file)).join(" "), *who, "{file}");
    }
}

#[track_caller]
fn github(text: &str, expected: &[(&str, &str)]) {
    check(".github/CODEOWNERS", text, expected);
}

#[track_caller]
fn gitlab(text: &str, expected: &[(&str, &str)]) {
    check(".gitlab/CODEOWNERS", text, expected);
}

#[test]
fn the_examples_of_github_mean_what_they_say() {
    github(
        "# This is a comment.\n\
         *       @global-owner1 @global-owner2\n\
         *.js    @js-owner #This is an inline comment.\n\
         *.go docs@example.com\n\
         *.txt @octo-org/octocats\n\
         /build/logs/ @doctocat\n\
         docs/*  docs@example.com\n\
         apps/ @octocat\n\
         /docs/ @doctocat\n\
         /scripts/ @doctocat @octocat\n\
         **/logs @octocat\n\
         /apps/ @octocat\n\
         /apps/github\n",
        &[
            ("a.c", "@global-owner1 @global-owner2"),
            ("deep/er/b.js", "@js-owner"),
            ("c.go", "docs@example.com"),
            ("d/e.txt", "@octo-org/octocats"),
            ("build/logs/x", "@octocat"),
            ("docs/a.md", "@doctocat"),
            ("docs/deep/a.md", "@doctocat"),
            ("deep/apps/x.js", "@octocat"),
            ("scripts/run.sh", "@doctocat @octocat"),
            ("deep/logs/x/y", "@octocat"),
            ("apps/a.rb", "@octocat"),
            ("apps/github", ""),
            ("apps/github/a.rb", ""),
        ],
    );
}

#[test]
fn a_pattern_of_github_is_like_one_of_an_ignore_file() {
    github(
        "docs/* @a\n",
        &[("docs/x", "@a"), ("docs/x/y", ""), ("a/docs/x", "")],
    );
    github(
        "docs @a\n",
        &[
            ("docs", "@a"),
            ("docs/x/y", "@a"),
            ("a/docs/x", "@a"),
            ("mydocs/x", ""),
        ],
    );
    github("/docs @a\n", &[("docs/x", "@a"), ("a/docs/x", "")]);
    github(
        "docs/ @a\n",
        &[("docs", ""), ("docs/x", "@a"), ("a/docs/x", "@a")],
    );
    github("a/b @a\n", &[("a/b", "@a"), ("a/b/c", "@a"), ("x/a/b", "")]);
    github(
        "a/**/b @a\n",
        &[("a/b", "@a"), ("a/x/y/b/c", "@a"), ("b", "")],
    );
    github("a/** @a\n", &[("a/b/c", "@a"), ("a", "")]);
    github(
        "a?.py @a\n",
        &[("ab.py", "@a"), ("x/ab.py", "@a"), ("a/.py", "")],
    );
    github(".hidden/* @a\n", &[(".hidden/.x", "@a")]);
    github("{a,b}.py @a\n", &[("a.py", ""), ("{a,b}.py", "@a")]);
    github("A.py @a\n", &[("a.py", ""), ("A.py", "@a")]);
    github(
        "my\\ docs/ @a\nend\\ \n",
        &[("my docs/x", "@a"), ("my", ""), ("end ", "")],
    );
    github("é/ @ü\n", &[("é/x", "@ü")]);
    github("\u{feff}a @x\r\nb\t@y\r\n\r\n", &[("a", "@x"), ("b", "@y")]);
    github("", &[("a", "")]);
    github("/ @a\n", &[("a", "")]);
    github("a#b @a\n", &[("a#b", "@a")]);
}

#[test]
fn what_github_does_not_know_is_left_out_and_said() {
    let text =
        "* @all\n!a.py @x\n[ab].py @y\n\\#c @z\nd.py nobody\ne.py @ok # and a comment\nf**g[ @w\n";
    let owners = Owners::parse(Path::new("/p"), ".github/CODEOWNERS", text);
    assert_eq!(
        owners.warnings(),
        [
            ".github/CODEOWNERS:2: `!a.py`: GitHub does not know `!` in front of a pattern; the line is left out",
            ".github/CODEOWNERS:3: `[ab].py`: GitHub does not know `[` and `]`; the line is left out",
            ".github/CODEOWNERS:4: `\\#c`: GitHub does not know a `#` at the start of a pattern; the line is left out",
            ".github/CODEOWNERS:5: `nobody` is no owner, expected `@user`, `@org/team` or an e-mail address; the line is left out",
            ".github/CODEOWNERS:7: `f**g[`: GitHub does not know `[` and `]`; the line is left out",
        ]
    );
    owned(
        &owners,
        &[("a.py", "@all"), ("d.py", "@all"), ("e.py", "@ok")],
    );
}

#[test]
fn the_examples_of_gitlab_mean_what_they_say() {
    gitlab(
        "* @default-codeowner\n\
         * @multiple\t@code  @owners\n\
         *.rb @ruby-owner\n\
         \\#file_with_pound.rb @owner-file-with-pound\n\
         LICENSE @legal janedoe@gitlab.com\n\
         README @group @group/with-nested/subgroup\n\
         /docs/ @all-docs\n\
         /docs/* @root-docs\n\
         /docs/**/*.md @markdown-docs\n\
         lib/ @lib-owner\n\
         /config/ @config-owner @@maintainer\n\
         path\\ with\\ spaces/ @space-owner\n",
        &[
            ("x/y.c", "@multiple @code @owners"),
            ("x/y.rb", "@ruby-owner"),
            ("#file_with_pound.rb", "@owner-file-with-pound"),
            ("deep/LICENSE", "@legal janedoe@gitlab.com"),
            ("README", "@group @group/with-nested/subgroup"),
            ("docs/deep/x.txt", "@all-docs"),
            ("docs/x.txt", "@root-docs"),
            ("docs/deep/x.md", "@markdown-docs"),
            ("a/lib/b/c", "@lib-owner"),
            ("config/.x", "@config-owner @@maintainer"),
            ("a/config/x", "@multiple @code @owners"),
            ("path with spaces/x", "@space-owner"),
        ],
    );
}

#[test]
fn sections_of_gitlab_count_apart_and_together() {
    gitlab(
        "* @general\n\
         [Documentation][2] @docs-team\n\
         docs/\n\
         README.md\n\
         ^[Database] @database-team @dba\n\
         model/db/\n\
         config/db/setup.md @docs-team\n\
         [documentation]\n\
         docs/api/ @api\n\
         docs/none/\n",
        &[
            ("x", "@general"),
            ("docs/x", "@general @docs-team"),
            ("README.md", "@general @docs-team"),
            ("model/db/x", "@general @database-team @dba"),
            ("config/db/setup.md", "@general @docs-team"),
            // The same section again, this time without a default.
            ("docs/api/x", "@general @api"),
            ("docs/none/x", "@general"),
        ],
    );
    gitlab(
        "* @all\n[Ruby]\n*.rb @ruby\n!/config/**/*.rb\n/config/a.rb @again\n[Else]\n[ab].py @class # @said too\n",
        &[
            ("a.rb", "@all @ruby"),
            ("config/x/a.rb", "@all"),
            ("config/a.rb", "@all"),
            ("a.py", "@all @class @said"),
            ("c.py", "@all"),
        ],
    );
    gitlab(
        "a/** @a\n**/b @b\ndocs @d\n",
        &[
            ("a/x", "@a"),
            ("a/x/y", ""),
            ("x/b", "@b"),
            ("b", "@b"),
            ("docs/x", ""),
        ],
    );
}

#[test]
fn bad_patterns_of_gitlab_are_said() {
    let owners = Owners::parse(
        Path::new("/p"),
        ".gitlab/CODEOWNERS",
        "* @a\nx[ @b\n[z-a].c @c\n",
    );
    let warnings = owners.warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings[0].starts_with(".gitlab/CODEOWNERS:2: `x[` is no pattern: "),
        "{warnings:?}"
    );
    assert!(
        warnings[1].starts_with(".gitlab/CODEOWNERS:3: `[z-a].c` is no pattern: "),
        "{warnings:?}"
    );
    owned(&owners, &[("q.c", "@a")]);
}

fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("below")).expect("created");
        fs::write(path, text).expect("written");
    }
    folder
}

#[test]
fn the_first_place_counts_and_others_are_named() {
    let found = |files: &[(&str, &str)]| {
        let folder = tree(files);
        Owners::find(folder.path()).map(|owners| {
            let who = owners.of(&folder.path().join("a.py")).join(" ");
            (who, owners.warnings().join("\n"))
        })
    };
    assert_eq!(found(&[("a.py", "")]), None);
    for place in PLACES {
        assert_eq!(
            found(&[(place, "* @a\n")]),
            Some(("@a".to_owned(), String::new()))
        );
    }
    assert_eq!(
        found(&[
            ("CODEOWNERS", "* @root\n"),
            (".github/CODEOWNERS", "* @hub\n")
        ]),
        Some((
            "@hub".to_owned(),
            "CODEOWNERS: is not read, since there is .github/CODEOWNERS".to_owned()
        ))
    );
    let (who, warnings) = found(&[("CODEOWNERS/x", "")]).expect("something is there");
    assert_eq!(who, "");
    assert!(
        warnings.starts_with("CODEOWNERS: cannot be read: "),
        "{warnings}"
    );
}

#[test]
fn who_reads_a_file_at_the_root_is_told_by_the_tree() {
    let who = |files: &[(&str, &str)]| {
        let folder = tree(files);
        let owners = Owners::find(folder.path()).expect("there");
        owners.of(Path::new("docs/x")).join(" ")
    };
    assert_eq!(who(&[("CODEOWNERS", "docs @a\n")]), "@a");
    assert_eq!(
        who(&[("CODEOWNERS", "docs @a\n"), (".gitlab-ci.yml", "")]),
        ""
    );
    assert_eq!(
        who(&[("CODEOWNERS", "* @all\n[Docs] @d\ndocs/\n")]),
        "@all @d"
    );
}

#[test]
fn bytes_that_are_no_text_are_only_other_names() {
    let folder = tree(&[]);
    fs::write(
        folder.path().join("CODEOWNERS"),
        b"* @a\n\xff\xfe @b\n\0 @c\n",
    )
    .expect("written");
    let owners = Owners::find(folder.path()).expect("there");
    assert_eq!(owners.of(Path::new("x")).join(" "), "@a");
}

#[test]
fn many_entries_are_no_matter() {
    let text: String = (0..5000).map(|at| format!("/d{at}/ @o{at}\n")).collect();
    let owners = Owners::parse(Path::new("/p"), ".github/CODEOWNERS", &text);
    for at in [0, 77, 4999] {
        owned(&owners, &[(&format!("d{at}/x.py"), &format!("@o{at}"))]);
    }
}

#[test]
fn bytes_that_are_no_text_are_said_with_their_line() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let file = dir.path().join("CODEOWNERS");
    fs::write(&file, b"src/ @a\n\xff\xfe/ @b\ndocs/ @c\n").expect("written");
    let owners = Owners::find(dir.path()).expect("it is there");
    let warnings = owners.warnings();
    assert_eq!(
        warnings,
        ["CODEOWNERS:2: is not UTF-8; names that hold such bytes match no file, save it as UTF-8"]
    );
    assert_eq!(*owners.of(Path::new("docs/x")), ["@c"]);
    assert_eq!(*owners.of(Path::new("src/x")), ["@a"]);
}
