//! From the text of a mapping file to its rules as written, with every fault of the form.
//! The keys and their types stand in `schema` alone.

use std::sync::Arc;

use super::schema::{KeepRule, MappingFile, MoveRule, RemoveRule};
use crate::document::{Problem, Read, Reader, Source, parse};

/// A file as written. What had a fault is in the list of errors instead.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The keys of the file itself.
    pub(super) head: Option<MappingFile>,
    pub(super) moves: Vec<Read<MoveRule>>,
    pub(super) removes: Vec<Read<RemoveRule>>,
    pub(super) keeps: Vec<Read<KeepRule>>,
    /// A rule could not be read at all.
    pub(super) lost: bool,
}

/// Reads a mapping file.
pub(super) fn read(source: &Arc<Source>, errors: &mut Vec<Problem>) -> Written {
    let mut written = Written::default();
    let Some(mut table) = parse(source, errors) else {
        written.lost = true;
        return written;
    };
    let mut reader = Reader::new(source, errors);
    let moves = reader.tables(&mut table, "move", "rule");
    let removes = reader.tables(&mut table, "remove", "rule");
    let keeps = reader.tables(&mut table, "keep", "rule");
    written.moves = kept(moves, &mut written.lost);
    written.removes = kept(removes, &mut written.lost);
    written.keeps = kept(keeps, &mut written.lost);
    let head = reader.table::<MappingFile>(table, 0..0);
    written.head = head.map(|head| head.table);
    written
}

/// Those that could be read; `lost` is set if one could not.
fn kept<T>(tables: Vec<Option<Read<T>>>, lost: &mut bool) -> Vec<Read<T>> {
    *lost |= tables.iter().any(Option::is_none);
    tables.into_iter().flatten().collect()
}
