//! The traits of the standard library: what a glob of it brings without being named.

/// Paths below `std` of its stable traits, sorted (as of Rust 1.95).
const TRAITS: &[&str] = &[
    "alloc::GlobalAlloc",
    "any::Any",
    "ascii::AsciiExt",
    "borrow::Borrow",
    "borrow::BorrowMut",
    "borrow::ToOwned",
    "clone::Clone",
    "cmp::Eq",
    "cmp::Ord",
    "cmp::PartialEq",
    "cmp::PartialOrd",
    "convert::AsMut",
    "convert::AsRef",
    "convert::From",
    "convert::Into",
    "convert::TryFrom",
    "convert::TryInto",
    "default::Default",
    "error::Error",
    "fmt::Binary",
    "fmt::Debug",
    "fmt::Display",
    "fmt::LowerExp",
    "fmt::LowerHex",
    "fmt::Octal",
    "fmt::Pointer",
    "fmt::UpperExp",
    "fmt::UpperHex",
    "fmt::Write",
    "future::Future",
    "future::IntoFuture",
    "hash::BuildHasher",
    "hash::Hash",
    "hash::Hasher",
    "io::BufRead",
    "io::IsTerminal",
    "io::Read",
    "io::Seek",
    "io::Write",
    "io::stdio::IsTerminal",
    "iter::DoubleEndedIterator",
    "iter::ExactSizeIterator",
    "iter::Extend",
    "iter::FromIterator",
    "iter::FusedIterator",
    "iter::IntoIterator",
    "iter::Iterator",
    "iter::Product",
    "iter::Sum",
    "marker::Copy",
    "marker::Send",
    "marker::Sized",
    "marker::Sync",
    "marker::Unpin",
    "net::ToSocketAddrs",
    "net::socket_addr::ToSocketAddrs",
    "ops::Add",
    "ops::AddAssign",
    "ops::AsyncFn",
    "ops::AsyncFnMut",
    "ops::AsyncFnOnce",
    "ops::BitAnd",
    "ops::BitAndAssign",
    "ops::BitOr",
    "ops::BitOrAssign",
    "ops::BitXor",
    "ops::BitXorAssign",
    "ops::Deref",
    "ops::DerefMut",
    "ops::Div",
    "ops::DivAssign",
    "ops::Drop",
    "ops::Fn",
    "ops::FnMut",
    "ops::FnOnce",
    "ops::Index",
    "ops::IndexMut",
    "ops::Mul",
    "ops::MulAssign",
    "ops::Neg",
    "ops::Not",
    "ops::RangeBounds",
    "ops::Rem",
    "ops::RemAssign",
    "ops::Shl",
    "ops::ShlAssign",
    "ops::Shr",
    "ops::ShrAssign",
    "ops::Sub",
    "ops::SubAssign",
    "panic::RefUnwindSafe",
    "panic::UnwindSafe",
    "process::Termination",
    "slice::SliceIndex",
    "str::FromStr",
    "string::ToString",
    "task::Wake",
];

/// Whether a path may be a trait; of the standard library that is known.
pub fn may_be_trait(path: &[crate::path::Segment]) -> bool {
    let Some((root, below)) = path.split_first() else {
        return false;
    };
    if !matches!(root.as_str(), "std" | "core" | "alloc") {
        return true;
    }
    let below: Vec<&str> = below.iter().map(|name| name.as_str()).collect();
    TRAITS.binary_search(&below.join("::").as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{TRAITS, may_be_trait};
    use crate::path::Segment;

    #[test]
    fn traits_are_sorted_and_found() {
        assert!(TRAITS.is_sorted());
        let path = |text: &str| -> Vec<Segment> { text.split("::").map(Segment::new).collect() };
        assert!(may_be_trait(&path("std::fmt::Write")));
        assert!(may_be_trait(&path("alloc::borrow::ToOwned")));
        assert!(may_be_trait(&path("other::a::Anything")));
        assert!(!may_be_trait(&path("std::collections::BTreeMap")));
        assert!(!may_be_trait(&path("std::fmt::Error")));
    }
}
