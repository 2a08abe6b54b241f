//! One file that makes the program panic must not end the run for the others.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

/// Runs `work`; a panic in it becomes an error that says what it said and where it was, and prints
/// nothing. Panics elsewhere are reported as ever.
pub(super) fn catch_panic<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IS_CAUGHT.get() {
                PLACE.set(info.location().map(ToString::to_string));
            } else {
                usual(info);
            }
        }));
    });
    let outer = IS_CAUGHT.replace(true);
    // What `work` shares with other files is held by the language, whose caches must be whole at
    // every moment anyhow: other threads see them.
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    IS_CAUGHT.set(outer);
    result.map_err(|payload| {
        let said = payload
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "panic".to_owned());
        match PLACE.take() {
            Some(place) => format!("{said} ({place})"),
            None => said,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_place() {
        let error = catch_panic(|| -> u8 { panic!("boom {}", 7) }).expect_err("panics");
        assert!(error.starts_with("boom 7 ("), "{error}");
        assert!(error.contains("catch_panic.rs:"), "{error}");
    }

    #[test]
    fn what_does_not_panic_passes_through() {
        assert_eq!(catch_panic(|| 3), Ok(3));
    }
}
