//! The changes of a text as a report holds them: lines with a mark before each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices, group_diff_ops};

/// Lines around a change, as for git.
pub const CONTEXT: usize = 3;

/// A change with what is around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hunk {
    /// Its first line of before, from 1; the line before it if there is none.
    pub old_start: usize,
    /// How many lines of before.
    pub old_lines: usize,
    /// Its first line of after, from 1; the line before it if there is none.
    pub new_start: usize,
    /// How many lines of after.
    pub new_lines: usize,
    /// Each with ` `, `-` or `+` before it and without its LF; `\\` if the text ends without one.
    pub lines: Vec<String>,
}

impl Hunk {
    /// `@@ -1,7 +1,7 @@`.
    pub fn header(&self) -> String {
        let span = |start: usize, count: usize| match count {
            1 => start.to_string(),
            count => format!("{start},{count}"),
        };
        format!(
            "@@ -{} +{} @@",
            span(self.old_start, self.old_lines),
            span(self.new_start, self.new_lines)
        )
    }
}

/// The changes from `old` to `new`, with so many lines around each.
pub fn hunks(old: &str, new: &str, context: usize) -> Vec<Hunk> {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let groups = group_diff_ops(ops, context);
    groups
        .iter()
        .filter_map(|ops| hunk(&old, &new, ops))
        .collect()
}

fn hunk(old: &[&str], new: &[&str], ops: &[DiffOp]) -> Option<Hunk> {
    let (first, last) = (ops.first()?, ops.last()?);
    let mut lines = Vec::new();
    let mut add = |mark: char, some: &[&str]| {
        for line in some {
            lines.push(format!("{mark}{}", line.strip_suffix('\n').unwrap_or(line)));
            if !line.ends_with('\n') {
                lines.push("\\ No newline at end of file".to_owned());
            }
        }
    };
    for op in ops {
        if matches!(op, DiffOp::Equal { .. }) {
            add(' ', &old[op.old_range()]);
        } else {
            add('-', &old[op.old_range()]);
            add('+', &new[op.new_range()]);
        }
    }
    let start = |start: usize, count: usize| start + usize::from(count > 0);
    let old_lines = last.old_range().end - first.old_range().start;
    let new_lines = last.new_range().end - first.new_range().start;
    Some(Hunk {
        old_start: start(first.old_range().start, old_lines),
        old_lines,
        new_start: start(first.new_range().start, new_lines),
        new_lines,
        lines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_marked_and_counted() {
        let all = hunks("a\nb", "a\nc\n", CONTEXT);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].header(), "@@ -1,2 +1,2 @@");
        let lines = [" a", "-b", "\\ No newline at end of file", "+c"];
        assert_eq!(all[0].lines, lines);
        assert_eq!(hunks("", "a\n", CONTEXT)[0].header(), "@@ -0,0 +1 @@");
        assert!(hunks("a", "a", CONTEXT).is_empty());
    }
}
