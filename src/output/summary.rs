//! The last line of a run: what was searched, and what came of it.

use crate::baseline::Verdict;
use crate::engine::Summary;

/// What the run was for; it decides the mood of the sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Files would change.
    Diff,
    /// Files were changed.
    Apply,
    /// References were looked for.
    Check,
}

/// The counts of a run as one line, without a line end.
pub fn line(summary: &Summary, task: Task) -> String {
    line_with(summary, task, None)
}

/// The counts of a check as one line, with what a baseline and scopes make of them.
pub fn judged_line(summary: &Summary, verdict: &Verdict) -> String {
    line_with(summary, Task::Check, Some(judged(verdict)))
}

fn line_with(summary: &Summary, task: Task, judged: Option<String>) -> String {
    let Summary {
        searched,
        parsed,
        changed,
        rewritten,
        left,
        reviews,
        homes,
        failed,
        elapsed,
    } = *summary;
    let mut result = match task {
        Task::Apply if changed > 0 => format!(
            "{} changed, {} rewritten",
            counted(changed, "file"),
            counted(rewritten, "reference")
        ),
        Task::Diff if changed > 0 => format!(
            "{} would change, {} would be rewritten",
            counted(changed, "file"),
            counted(rewritten, "reference")
        ),
        Task::Apply => "nothing changed".to_owned(),
        Task::Diff => "nothing would change".to_owned(),
        Task::Check => match rewritten + left {
            0 if failed > 0 && parsed == 0 && searched == 0 => "nothing was read".to_owned(),
            0 if failed > 0 => "no deprecated references in what was read".to_owned(),
            0 => "no deprecated references".to_owned(),
            found => format!(
                "{} ({} can be rewritten)",
                counted(found, "deprecated reference"),
                grouped(rewritten)
            ),
        },
    };
    match (task, left, changed) {
        (Task::Check, ..) | (_, 0, _) => {}
        (_, _, 0) => result.push_str(&format!(", {} left", counted(left, "reference"))),
        _ => result.push_str(&format!(", {} left", grouped(left))),
    }
    if reviews > 0 && task != Task::Check {
        result.push_str(&format!(", {} to review", grouped(reviews)));
    }
    if homes > 0 {
        result.push_str(&format!(", {} about homes", counted(homes, "finding")));
    }
    if let Some(judged) = judged.filter(|_| rewritten + left + homes > 0) {
        result.push_str(&format!(": {judged}"));
    }
    if failed > 0 {
        result.push_str(&format!(", {} failed", grouped(failed)));
    }
    format!(
        "searched {}, parsed {}; {result}; {:.2} s",
        counted(searched, "file"),
        grouped(parsed),
        elapsed.as_secs_f64()
    )
}

/// How many references are held, how many only counted, and how many fail.
fn judged(verdict: &Verdict) -> String {
    let mut parts = Vec::new();
    if verdict.baseline.is_some() {
        parts.push(format!("{} held by the baseline", grouped(verdict.held())));
    }
    if verdict.counted > 0 {
        parts.push(format!("{} only counted", grouped(verdict.counted)));
    }
    parts.push(match verdict.failing {
        0 => "none fails".to_owned(),
        1 => "1 fails".to_owned(),
        failing => format!("{} fail", grouped(failing)),
    });
    parts.join(", ")
}

/// `1 file`, `2 files`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// Digits in groups of three: `9,812`.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::sample;

    #[test]
    fn lines() {
        let full = sample::summary();
        let one = Summary {
            searched: 1,
            parsed: 1,
            changed: 1,
            rewritten: 1,
            ..Summary::default()
        };
        let stuck = Summary {
            left: 2,
            ..Summary::default()
        };
        let none = Summary::default();
        let mut all = String::new();
        for summary in [full, one, stuck, none] {
            for task in [Task::Diff, Task::Apply, Task::Check] {
                all.push_str(&line(&summary, task));
                all.push('\n');
            }
        }
        sample::snapshot("summary", &all);
    }

    #[test]
    fn digits_are_grouped_from_the_right() {
        let numbers = [0, 12, 123, 1234, 123_456, 1_234_567];
        let texts = numbers.map(grouped);
        assert_eq!(texts, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }
}
