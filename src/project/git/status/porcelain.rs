//! What `git status --porcelain=v2 -z` prints (git-status(1), "Porcelain Format Version 2").

use bstr::ByteSlice;

use super::State;

/// What is said of one name, from the root of git's work tree; of a folder if it ends with `/`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    pub(super) name: &'a [u8],
    pub(super) state: State,
}

/// The entries, in order; an error is a record that is none, as it was printed. Renames must have
/// been turned off.
pub(super) fn entries(output: &[u8]) -> impl Iterator<Item = Result<Entry<'_>, &[u8]>> {
    output
        .split_str("\0")
        // Behind the last NUL is nothing. Headers come unasked: `status.showStash` gives one.
        .filter(|record| !record.is_empty() && !record.starts_with(b"# "))
        .map(|record| entry(record).ok_or(record))
}

fn entry(record: &[u8]) -> Option<Entry<'_>> {
    let (name, state) = match record.get(..2)? {
        b"? " => (&record[2..], State::Untracked),
        b"! " => (&record[2..], State::Ignored),
        // `1 XY sub mH mI mW hH hI NAME`; X is the index against HEAD, Y the work tree against
        // the index.
        b"1 " => {
            let worktree = *record.get(3)?;
            let state = if worktree == b'.' {
                State::Staged
            } else {
                State::Unstaged
            };
            (behind(record, 8)?, state)
        }
        // `u XY sub m1 m2 m3 mW h1 h2 h3 NAME`
        b"u " => (behind(record, 10)?, State::Unmerged),
        _ => return None,
    };
    (!name.is_empty()).then_some(Entry { name, state })
}

/// What follows this many fields, of which each ends with a space.
fn behind(record: &[u8], fields: usize) -> Option<&[u8]> {
    record.splitn_str(fields + 1, " ").nth(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(output: &str) -> Vec<Result<(&str, State), &str>> {
        let text = |bytes| std::str::from_utf8(bytes).expect("as it was given");
        entries(output.as_bytes())
            .map(|entry| {
                entry
                    .map(|entry| (text(entry.name), entry.state))
                    .map_err(text)
            })
            .collect()
    }

    #[test]
    fn each_kind_is_read_and_names_are_taken_as_they_are() {
        let ids =
            "78981922613b2afb6025042ff6bd878ac1994e85 78981922613b2afb6025042ff6bd878ac1994e85";
        let output = format!(
            "# stash 1\0\
             1 .M N... 100644 100644 100644 {ids} a  b\n\"c\" \0\
             1 M. N... 100644 100644 100644 {ids} staged\0\
             1 MM N... 100644 100644 100644 {ids} both\0\
             1 .A N... 000000 000000 100644 {ids} intended\0\
             1 D. N... 100644 000000 000000 {ids} gone\0\
             u UU N... 100644 100644 100644 100644 {ids} 0 of two\0\
             ? ? x\0\
             ? nested/\0\
             ! target/\0"
        );
        let expected = [
            ("a  b\n\"c\" ", State::Unstaged),
            ("staged", State::Staged),
            ("both", State::Unstaged),
            ("intended", State::Unstaged),
            ("gone", State::Staged),
            ("of two", State::Unmerged),
            ("? x", State::Untracked),
            ("nested/", State::Untracked),
            ("target/", State::Ignored),
        ];
        assert_eq!(read(&output), expected.map(Ok));
        assert_eq!(read(""), []);
    }

    #[test]
    fn what_is_no_entry_is_told() {
        for record in [
            "2 R. N... 1 1 1 a b R100 new",
            "1 .M N... 100644",
            "1 ",
            "? ",
            "!",
            "fatal",
        ] {
            assert_eq!(read(&format!("{record}\0")), [Err(record)]);
        }
    }
}
