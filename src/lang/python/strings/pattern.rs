//! Patterns that values are put into: `"%s.mod" % name`, `"{}.mod".format(name)`.

use super::text::{Run, Text};

/// A place of a pattern that is not itself: where it ends, and the key of the value there.
pub(super) struct Slot<'p> {
    start: usize,
    end: usize,
    fill: Fill<'p>,
}

enum Fill<'p> {
    /// A doubled sign.
    Sign(&'p str),
    /// A value.
    Value(&'p str),
    /// Something that is not followed.
    Unknown,
}

/// Appends a pattern, each slot replaced by its value.
pub(super) fn pieces(
    pattern: &Text,
    text: &mut Text,
    slot: &dyn Fn(&str) -> Option<Slot<'_>>,
    fill: &mut dyn FnMut(&str, &mut Text),
) {
    for run in &pattern.runs {
        let Run::Known {
            value,
            place,
            constant,
        } = run
        else {
            text.hole();
            continue;
        };
        let mut at = 0;
        while let Some(found) = value.get(at..).and_then(slot) {
            keep(
                &value[at..at + found.start],
                place.map(|p| p + at),
                *constant,
                text,
            );
            match found.fill {
                Fill::Sign(sign) => text.push(sign, None),
                Fill::Value(key) => fill(key, text),
                Fill::Unknown => text.hole(),
            }
            at += found.end;
        }
        keep(&value[at..], place.map(|p| p + at), *constant, text);
    }
}

fn keep(value: &str, place: Option<usize>, constant: Option<u32>, text: &mut Text) {
    if constant.is_none() {
        text.push(value, place);
    } else if !value.is_empty() {
        text.runs.push(Run::Known {
            value: value.to_owned(),
            place,
            constant,
        });
    }
}

/// The next `%s`, `%(key)s` or `%%`.
pub(super) fn percent(text: &str) -> Option<Slot<'_>> {
    let start = text.find('%')?;
    let rest = &text[start + 1..];
    let named = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let (end, fill) = match rest.chars().next() {
        Some('%') => (start + 2, Fill::Sign("%")),
        Some('s') => (start + 2, Fill::Value("")),
        Some('(') if named.is_some_and(|(_, rest)| rest.starts_with('s')) => {
            let key = named.map_or("", |(key, _)| key);
            (start + "%()s".len() + key.len(), Fill::Value(key))
        }
        _ => (text.len(), Fill::Unknown),
    };
    Some(Slot { start, end, fill })
}

/// The next `{}` or doubled brace.
pub(super) fn braces(text: &str) -> Option<Slot<'_>> {
    let start = text.find(['{', '}'])?;
    let rest = &text[start + 1..];
    let (end, fill) = if rest.starts_with(&text[start..=start]) {
        (start + 2, Fill::Sign(&text[start..=start]))
    } else if let Some(close) = rest.find('}') {
        let key = &rest[..close];
        let is_simple = key.chars().all(|c| c == '_' || c.is_alphanumeric());
        let fill = match is_simple && text[start..].starts_with('{') {
            true => Fill::Value(key),
            false => Fill::Unknown,
        };
        (start + 1 + close + 1, fill)
    } else {
        (text.len(), Fill::Unknown)
    };
    Some(Slot { start, end, fill })
}
