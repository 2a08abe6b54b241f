//! What came of each rule, as a table.

use crate::engine::RuleCounts;
use crate::mapping::Rule;

/// The heads of the columns of numbers, in order.
const HEADS: [&str; 5] = ["references", "files", "rewritten", "reviews", "left"];

/// A row a rule, in the order of the rules, and a line of heads; each with a line end.
pub fn table<'a>(rows: impl Iterator<Item = (&'a Rule, &'a RuleCounts)>) -> String {
    let mut text = String::new();
    for head in HEADS {
        text.push_str(head);
        text.push_str("  ");
    }
    text.push_str("rule\n");
    for (rule, counts) in rows {
        let numbers = [
            counts.references,
            counts.files,
            counts.rewritten,
            counts.reviews,
            counts.left,
        ];
        for (head, number) in HEADS.iter().zip(numbers) {
            text.push_str(&format!("{number:>width$}  ", width = head.len()));
        }
        text.push_str(&crate::text::one_line(&rule.id));
        text.push('\n');
    }
    text
}
