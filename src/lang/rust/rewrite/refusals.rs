//! Why a reference stays: the reasons that more than one part of the rewrite gives.

use crate::finding::Code;
use crate::lang::draft::Refusal;

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
