//! Names as Python looks them up.

use crate::path::Segment;

/// The name that `name` stands for in the body of the class `class`: private names are mangled
/// (The Python Language Reference, 6.2.1, "Private name mangling").
pub(super) fn mangled(name: &str, class: Option<&str>) -> Segment {
    private(name, class).unwrap_or_else(|| Segment::new(name))
}

/// The same, where the name is at hand as a segment.
pub(super) fn mangled_segment(name: &Segment, class: Option<&str>) -> Segment {
    private(name, class).unwrap_or_else(|| name.clone())
}

/// What a private name stands for; `None` if it is none.
fn private(name: &str, class: Option<&str>) -> Option<Segment> {
    if !name.starts_with("__") {
        return None;
    }
    let class = class.map(|class| class.trim_start_matches('_'));
    match class {
        Some(class) if !class.is_empty() && !name.ends_with("__") && !name.contains('.') => {
            Some(Segment::from(format!("_{class}{name}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::mangled;

    #[test]
    fn only_private_names_in_a_class_are_mangled() {
        assert_eq!(mangled("__x", Some("C")), "_C__x");
        assert_eq!(mangled("__x", Some("__C")), "_C__x");
        assert_eq!(mangled("__x", Some("__")), "__x");
        assert_eq!(mangled("__x", None), "__x");
        assert_eq!(mangled("__x__", Some("C")), "__x__");
        assert_eq!(mangled("_x", Some("C")), "_x");
    }
}
