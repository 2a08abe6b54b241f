//! A damaged journal with its digests and lengths made right, as somebody would who forges one.

use bstr::ByteSlice;
use repoint::transaction::Digest;
use serde_json::{Value, json};

use super::parts::Parts;

/// Mends packs, then the records that speak of them.
pub fn mend(parts: &mut Parts) {
    let mut sums: Vec<(String, Value)> = Vec::new();
    for (name, content) in &mut parts.0 {
        if let Some(id) = name.strip_suffix(".pack") {
            sums.push((id.to_owned(), pack(content, |_| {})));
        }
    }
    for (name, content) in &mut parts.0 {
        let Some((id, what)) = name.split_once('.') else {
            continue;
        };
        let at = match what {
            "commit" => "/pack",
            "done" => "/record/pack",
            _ => continue,
        };
        let sum = sums.iter().rev().find(|(of, _)| of == id);
        if let (Some((_, sum)), Ok(mut record)) = (sum, serde_json::from_slice::<Value>(content))
            && let Some(place) = record.pointer_mut(at)
        {
            *place = sum.clone();
            *content = record.to_string().into_bytes();
        }
    }
}

/// Makes the lines of a pack say what the contents behind them are, as far as that can be told, and
/// changes them; gives what a record says of it.
pub fn pack(content: &mut Vec<u8>, change: impl Fn(&mut Value)) -> Value {
    let mut made = Vec::new();
    let mut lines = Vec::new();
    let mut entries = 0_usize;
    let mut rest = content.as_slice();
    let mut is_head = true;
    while let Some((line, behind)) = rest.split_once_str("\n") {
        let mut line = line.to_vec();
        let mut taken = 0;
        if let Ok(mut value) = serde_json::from_slice::<Value>(&line) {
            taken = entry(&mut value, behind);
            change(&mut value);
            line = value.to_string().into_bytes();
        }
        entries += usize::from(!is_head);
        is_head = false;
        lines.extend_from_slice(&line);
        made.extend_from_slice(&line);
        made.push(b'\n');
        made.extend_from_slice(&behind[..taken]);
        rest = &behind[taken..];
    }
    made.extend_from_slice(rest);
    *content = made;
    json!({
        "length": content.len(),
        "entries": entries,
        "digest": Digest::of(&lines),
    })
}

/// Mends a line, and says how many bytes behind it are its contents.
fn entry(line: &mut Value, behind: &[u8]) -> usize {
    let mut taken = 0;
    for key in ["old", "new"] {
        let Some(blob) = line.get_mut(key).filter(|blob| blob.is_object()) else {
            continue;
        };
        let said = blob.get("length").and_then(Value::as_u64).unwrap_or(0);
        let left = behind.len() - taken;
        let length = usize::try_from(said).unwrap_or(usize::MAX).min(left);
        let bytes = &behind[taken..taken + length];
        blob["length"] = json!(length);
        blob["digest"] = json!(Digest::of(bytes));
        taken += length;
    }
    taken
}
