//! Versions of a language, as a rule's `available` has them.

use std::fmt;

/// A version of a language: one to three numbers, as in `1.81`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version([u32; 3]);

impl Version {
    /// The version that a text says; `None` if it says none.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = [0; 3];
        let mut parts = text.split('.');
        for number in &mut numbers {
            let Some(part) = parts.next() else {
                break;
            };
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            *number = part.parse().ok()?;
        }
        parts.next().is_none().then_some(Self(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}")?;
        if patch > 0 {
            write!(f, ".{patch}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn numbers_are_compared_as_numbers() {
        let version = |text| Version::parse(text).expect("a version");
        assert!(version("1.9") < version("1.10"));
        assert!(version("1.64.1") > version("1.64"));
        assert_eq!(version("2"), version("2.0.0"));
        assert_eq!(version("1.64.0").to_string(), "1.64");
        assert_eq!(version("1.64.2").to_string(), "1.64.2");
    }

    #[test]
    fn what_is_no_version_is_none() {
        for text in [
            "",
            "1.",
            "v1",
            "1.2.3.4",
            "1.x",
            "-1",
            "1.64-nightly",
            "99999999999",
        ] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }
}
