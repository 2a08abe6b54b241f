//! Programs with a little less in them: blocks of several lines, entries of groups, comments.

use std::sync::LazyLock;

use regex::Regex;

use super::super::Files;

/// All programs that are one step simpler.
pub fn simpler(files: &Files) -> Vec<Files> {
    let mut all = Vec::new();
    for (name, text) in files {
        if name == "Cargo.toml" {
            continue;
        }
        for text in blocks(text).into_iter().chain(pieces(text)) {
            let mut files = files.clone();
            files.insert(name.clone(), text);
            all.push(files);
        }
    }
    all
}

/// Without a block, from the line that opens it to the one that closes it.
fn blocks(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut all = Vec::new();
    let mut open = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        for byte in line.bytes() {
            match byte {
                b'{' => open.push(at),
                b'}' => {
                    if let Some(start) = open.pop().filter(|&start| start < at) {
                        let text = lines[..start].iter().chain(&lines[at + 1..]);
                        all.push(text.copied().collect());
                        // Only what is in it.
                        if at > start + 1 {
                            let head = lines[start].trim_start();
                            if head.contains("mod ") || head.contains("fn ") {
                                let inner = lines[..start]
                                    .iter()
                                    .chain(&lines[start + 1..at])
                                    .chain(&lines[at + 1..]);
                                all.push(inner.copied().collect());
                            }
                        }
                    }
                }
                _ => {}
            }
        }
    }
    all
}

/// Without a comment, an entry of a group, or the braces of a group of one entry.
fn pieces(text: &str) -> Vec<String> {
    static PIECES: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
        let pattern = |text: &str| Regex::new(text).expect("a pattern");
        vec![
            (pattern(r"/\* c\d+ \*/ ?"), ""),
            (pattern(r" *// c\d+ *\n"), "\n"),
            (pattern(r"[^{},;]*,"), ""),
            (pattern(r",[^{},;]*(?P<end>[}])"), "$end"),
            (pattern(r"\{\s*(?P<only>[^{},;]*?),?\s*\};"), "$only;"),
            (
                pattern(r"\{\s*(?P<only>[^{},;]*?),?\s*\}(?P<end>[,}])"),
                "$only$end",
            ),
            (pattern(r"#\[[^\]]*\]\s*"), ""),
            (pattern(r"pub(\([a-z]+\))? use"), "use"),
        ]
    });
    let mut all = Vec::new();
    for (pattern, put) in PIECES.iter() {
        for found in pattern.find_iter(text) {
            let piece = pattern.replace(found.as_str(), *put);
            let (before, after) = (&text[..found.start()], &text[found.end()..]);
            all.push(format!("{before}{piece}{after}"));
        }
    }
    all
}
