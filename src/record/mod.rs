//! The record of a migration: all that happened, event by event.
//!
//! ```text
//! .repoint/migrations/lock              who migrates
//! .repoint/migrations/3/events.jsonl    the record of migration 3: one event a line, only ever appended to
//! .repoint/migrations/3/logs/           what its gates printed
//! ```
//!
//! [`State`] is what the events come to, and nothing else: a migration that was interrupted goes on from
//! it. Whether a change of the tree that was begun also happened is not known here; the journal of
//! transactions knows. Nothing here touches sources or runs a command.

mod event;
mod figures;
mod lock;
mod state;
mod store;
mod written;

pub use event::{Action, Blamed, Event, Line, VERSION, Verdict};
pub use figures::Figures;
pub use lock::{MigrationLock, is_migrating, take_lock};
pub use state::{Answer, Batch, End, Ended, Gates, Standing, State};
pub use store::{Record, RecordError, Records};
pub use written::Written;
