//! Places where a test ends the process as a crash would, to see what a start makes of it.

/// Ends the process when `DARBAZI_TEST_CRASH` is this place (`committed`), or this place for the n-th time
/// (`committed:40`). Release builds do not look.
pub fn point(place: &'static str) {
    #[cfg(debug_assertions)]
    armed::pass(place);
    #[cfg(not(debug_assertions))]
    let _ = place;
}

#[cfg(debug_assertions)]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// The place, and how often it may still be passed.
    static ARMED: OnceLock<Option<(String, AtomicU64)>> = OnceLock::new();

    pub fn pass(place: &str) {
        let Some((armed, left)) = ARMED.get_or_init(read) else { return };
        if armed == place && left.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::process::abort();
        }
    }

    #[allow(clippy::disallowed_methods)] // no configuration: only tests set it
    fn read() -> Option<(String, AtomicU64)> {
        let text = std::env::var("DARBAZI_TEST_CRASH").ok()?;
        let (place, count) = text.split_once(':').unwrap_or((&text, "1"));
        Some((place.to_owned(), AtomicU64::new(count.parse().ok()?)))
    }
}
