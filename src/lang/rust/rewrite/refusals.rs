//! Why a reference stays: the reasons that more than one part of the rewrite gives.

use super::draft::Refusal;
use crate::finding::Code;
use crate::mapping::Outcome;

/// Why a path without exactly one successor stays.
pub(super) fn no_successor(outcome: &Outcome<'_>, syntax: &crate::path::Syntax) -> Refusal {
    match outcome {
        Outcome::Alternatives(matched) => {
            let crate::mapping::Action::Alternatives(paths) = &matched.rule.action else {
                return Refusal::new(Code::Alternatives, "it has several possible successors");
            };
            let list: Vec<String> = paths
                .iter()
                .map(|path| format!("`{}`", path.display(syntax)))
                .collect();
            Refusal::new(Code::Alternatives, "it has several possible successors")
                .help(format!("choose one of {}", list.join(", ")))
        }
        _ => Refusal::new(Code::Removed, "it is deprecated and has no successor"),
    }
}

/// Why a path stays whose name is that of a module and of something else.
pub(super) fn two_namespaces() -> Refusal {
    Refusal::new(
        Code::Unresolved,
        "the name is that of a module and of something else, and the rule speaks of both",
    )
    .help("say `kind = \"type\"` in the rule if it means the module")
}

/// Why a path whose first name may be two things stays.
pub(super) fn unresolved() -> Refusal {
    Refusal::new(
        Code::Unresolved,
        "its first name may be a module of this crate or another crate",
    )
    .help("write it from `crate::` or from `::`")
}
