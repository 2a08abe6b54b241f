//! Applies a patch of one file, and takes nothing that is not exactly as it should be.

use bstr::{BStr, ByteSlice};

/// What is said of a last line without a line end.
const NO_LINE_END: &[u8] = b"\\ No newline at end of file\n";

/// What `patch` makes of `old`.
///
/// # Errors
/// The first line that does not fit: a count, a place, a line of context.
pub fn applied(patch: &[u8], old: &[u8]) -> Result<Vec<u8>, String> {
    let lines: Vec<&[u8]> = patch.split_inclusive(|&byte| byte == b'\n').collect();
    let starts: [&[u8]; 4] = [b"diff --git a/", b"index ", b"--- a/", b"+++ b/"];
    let Some((header, mut body)) = lines.split_first_chunk::<4>() else {
        return Err(format!("a header of {} lines", lines.len()));
    };
    for (line, start) in header.iter().zip(starts) {
        if !line.starts_with(start) {
            return wrong("expected a line of the header", line);
        }
    }
    if body.is_empty() {
        return Err("a header alone".to_owned());
    }
    let mut sides = Sides {
        old: old.split_inclusive(|&byte| byte == b'\n').collect(),
        at: 0,
        new: Vec::new(),
    };
    while let Some((head, rest)) = body.split_first() {
        body = sides.hunk(head, rest)?;
    }
    sides.new.extend(&sides.old[sides.at..]);
    let ends = |line: &&[u8]| line.ends_with(b"\n");
    let (_, before_last) = sides.new.split_last().unwrap_or((&&[][..], &[]));
    if !before_last.iter().all(ends) {
        return Err("a line without a line end is not the last one".to_owned());
    }
    Ok(sides.new.concat())
}

fn wrong<T>(what: &str, line: &[u8]) -> Result<T, String> {
    Err(format!("{what}, found {:?}", BStr::new(line)))
}

/// Lines of both sides, each with its line end.
struct Sides<'a> {
    old: Vec<&'a [u8]>,
    /// How many of the old lines are done.
    at: usize,
    new: Vec<&'a [u8]>,
}

impl<'a> Sides<'a> {
    /// Applies the hunk with this head; what is left of `lines` comes after it.
    fn hunk<'l>(&mut self, head: &[u8], lines: &'l [&'a [u8]]) -> Result<&'l [&'a [u8]], String> {
        let Some([(start, mut old), (new_start, mut new)]) = spans(head) else {
            return wrong("expected a hunk", head);
        };
        let Some(before) = self.old.get(self.at..start) else {
            return wrong("out of order or beyond the end", head);
        };
        self.new.extend(before);
        self.at = start;
        if self.new.len() != new_start {
            return wrong("another place in the new text", head);
        }
        let mut lines = lines.iter();
        while old > 0 || new > 0 {
            let Some((mark, mut line)) = lines.next().and_then(|line| line.split_first()) else {
                return wrong("too few lines", head);
            };
            if lines
                .as_slice()
                .first()
                .is_some_and(|next| *next == NO_LINE_END)
            {
                lines.next();
                line = &line[..line.len() - 1];
            }
            let (is_old, is_new) = (b" -".contains(mark), b" +".contains(mark));
            if is_old && self.old.get(self.at) != Some(&line) || !is_old && !is_new {
                return wrong("expected a line of the old text", line);
            }
            let counts = (
                old.checked_sub(usize::from(is_old)),
                new.checked_sub(usize::from(is_new)),
            );
            let (Some(old_left), Some(new_left)) = counts else {
                return wrong("too many lines", head);
            };
            (old, new) = (old_left, new_left);
            self.at += usize::from(is_old);
            self.new.extend(is_new.then_some(line));
        }
        Ok(lines.as_slice())
    }
}

/// First line, from 0, and number of lines, of both sides.
fn spans(head: &[u8]) -> Option<[(usize, usize); 2]> {
    let head = head.to_str().ok()?;
    let (old, new) = head
        .strip_prefix("@@ -")?
        .strip_suffix(" @@\n")?
        .split_once(" +")?;
    Some([span(old)?, span(new)?])
}

fn span(text: &str) -> Option<(usize, usize)> {
    let (line, count) = text.split_once(',').unwrap_or((text, "1"));
    let (line, count) = (line.parse::<usize>().ok()?, count.parse().ok()?);
    // Without lines, the one before is named.
    Some((line.checked_sub(usize::from(count > 0))?, count))
}

#[cfg(test)]
mod tests {
    use super::applied;

    const HEADER: &str = "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n";

    #[track_caller]
    fn makes(old: &str, hunks: &str, new: Option<&str>) {
        let made = applied(format!("{HEADER}{hunks}").as_bytes(), old.as_bytes());
        assert_eq!(made.as_deref().ok(), new.map(str::as_bytes), "{made:?}");
    }

    #[test]
    fn a_hunk_makes_the_new_text() {
        makes("a\nb\nc", "@@ -2 +2,2 @@\n-b\n+x\n+y\n", Some("a\nx\ny\nc"));
        makes(
            "",
            "@@ -0,0 +1 @@\n+a\n\\ No newline at end of file\n",
            Some("a"),
        );
        makes("a\n", "@@ -1 +0,0 @@\n-a\n", Some(""));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        makes("a\nb\n", "@@ -1 +1 @@\n-b\n+x\n", None);
        makes("a\nb\n", "@@ -2 +1 @@\n-b\n+x\n", None);
        makes("a\nb\n", "@@ -2,2 +2 @@\n-b\n+x\n", None);
        makes("a\nb\n", "@@ -9 +9 @@\n-b\n+x\n", None);
        makes(
            "a\nb\n",
            "@@ -1 +1 @@\n-a\n+x\n\\ No newline at end of file\n",
            None,
        );
        makes("a\nb\n", "", None);
    }
}
