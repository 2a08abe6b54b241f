//! Ctrl-C, and what else asks the program to end, while a transaction is put together.
//!
//! As long as there is no draft nothing is to be cleared away, and the system ends the program as
//! always. From then on the first signal is only noted: who sees it before the commit clears away,
//! and ends as the signal would have; after the commit the few renames are done first. A second one
//! ends at once, and leaves what there is to `recover`.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::{flag, low_level};

/// Whether the program was asked to end.
///
/// A terminal that is closed (SIGHUP) asks for the end too, unless that is ignored: who started the
/// program with `nohup` wants it to go on.
#[derive(Debug, Default)]
pub(super) struct Interrupt {
    asked: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
    noting: OnceLock<()>,
}

/// The one of the process.
pub(super) fn wanted() -> &'static Interrupt {
    static WANTED: OnceLock<Interrupt> = OnceLock::new();
    WANTED.get_or_init(Interrupt::default)
}

impl Interrupt {
    /// From now on signals are noted. A system that does not allow that ends the program as always.
    pub fn note(&self) {
        self.noting.get_or_init(|| {
            for signal in TERM_SIGNALS.iter().copied().chain(hang_up()) {
                let number = usize::try_from(signal).unwrap_or_default();
                // What is registered first is asked first: a second signal finds the first one.
                let _ = flag::register_conditional_default(signal, Arc::clone(&self.asked));
                let _ = flag::register_usize(signal, Arc::clone(&self.signal), number);
                let _ = flag::register(signal, Arc::clone(&self.asked));
            }
        });
    }

    /// What a transaction looks at before it commits.
    pub fn asked(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.asked)
    }

    /// Ends the program as the signal would have, if there was one.
    pub fn end(&self) {
        let signal = i32::try_from(self.signal.load(Ordering::Relaxed)).unwrap_or_default();
        if signal != 0 {
            let _ = low_level::emulate_default_handler(signal);
        }
    }
}

/// The signal of a terminal that is closed, unless it is ignored. Where that cannot be asked (not Linux)
/// it counts as ignored, and ends the program as the system does.
fn hang_up() -> Option<i32> {
    #[cfg(target_os = "linux")]
    {
        use signal_hook::consts::SIGHUP;
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let ignored = status
            .lines()
            .find_map(|line| line.strip_prefix("SigIgn:"))?;
        let ignored = u64::from_str_radix(ignored.trim(), 16).ok()?;
        (ignored & (1 << (SIGHUP - 1)) == 0).then_some(SIGHUP)
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// Lets a write beyond the limit of a file's size (`ulimit -f`) fail like one to a full disk: by default
/// its signal ends the program without a word.
pub(super) fn let_writes_fail() {
    #[cfg(unix)]
    {
        let _ = flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
    }
}
