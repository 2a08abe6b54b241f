//! Why a reference stays: the reasons that more than one part of the rewrite gives.

use crate::finding::Code;
use crate::lang::plan_builder::Refusal;

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

/// Why a path stays whose meaning is the business of whoever uses the macro.
pub(super) fn decided_by_callers() -> Refusal {
    Refusal::new(
        Code::Macro,
        "what this path means is decided where the macro is used",
    )
    .help("write it from `$crate::`, or from `::` and the crate's name")
}

/// Why a name that a glob may bring stays.
pub(super) fn made_by_macro() -> Refusal {
    Refusal::new(
        Code::Glob,
        "a macro called here may define this name, which the glob would not bring then",
    )
    .help("import the name explicitly")
}

/// Why a path from `$crate` stays.
pub(super) fn leaves_dollar_crate() -> Refusal {
    Refusal::new(
        Code::Macro,
        "`$crate` would have to become another crate, which the callers may not have",
    )
    .help("re-export the new path from this crate, and name it here by `$crate`")
}

/// Why an import stays that may bring the name in kinds of which the rule does not speak.
pub(super) fn other_namespaces() -> Refusal {
    Refusal::new(
        Code::Unresolved,
        "the name is, or may be, something else as well, of which the rule does not speak",
    )
    .help("import each by its own path, the module as `{self}`")
}

/// The name that a glob brings is bound by an import that itself starts at it.
pub(super) fn starts_at_glob() -> Refusal {
    Refusal::new(
        Code::Glob,
        "an import that binds this name starts at what the glob brings by it",
    )
    .help("write that import from the new path")
}
