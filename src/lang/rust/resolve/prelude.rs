//! Names that every module sees without binding them.

/// Types that every module sees, whatever modules of the same name a glob brings.
pub fn is_primitive(name: &str) -> bool {
    matches!(
        name,
        "bool"
            | "char"
            | "str"
            | "f32"
            | "f64"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
    )
}

/// Crates of the standard library.
pub fn is_standard_crate(name: &str) -> bool {
    matches!(name, "std" | "core" | "alloc" | "proc_macro" | "test")
}

/// Names of the standard prelude that a lone plain name most likely means.
pub(super) fn is_prelude(name: &str) -> bool {
    matches!(
        name,
        "Option"
            | "Some"
            | "None"
            | "Result"
            | "Ok"
            | "Err"
            | "Vec"
            | "String"
            | "Box"
            | "ToString"
            | "ToOwned"
            | "Clone"
            | "Copy"
            | "Send"
            | "Sync"
            | "Sized"
            | "Drop"
            | "Fn"
            | "FnMut"
            | "FnOnce"
            | "AsyncFn"
            | "AsyncFnMut"
            | "AsyncFnOnce"
            | "drop"
            | "Iterator"
            | "IntoIterator"
            | "DoubleEndedIterator"
            | "ExactSizeIterator"
            | "Extend"
            | "FromIterator"
            | "Default"
            | "Eq"
            | "Ord"
            | "PartialEq"
            | "PartialOrd"
            | "AsRef"
            | "AsMut"
            | "From"
            | "Into"
            | "TryFrom"
            | "TryInto"
            | "Debug"
            | "Hash"
    )
}
