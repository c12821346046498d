//! Panics that a test plants in an actor or a thread of the engine, to see that the process ends. Without the feature
//! `planted-panics` there are none.

/// The variable that plants one: `PLACE:VISIT` panics when the place is visited for the so-manieth time.
#[cfg(feature = "planted-panics")]
pub const PLANTED_BY: &str = "LONGMEN_PLANT_PANIC";

/// Where one can be planted.
#[cfg(feature = "planted-panics")]
pub const PLANTED: [&str; 7] =
    ["coordinator", "shard", "batcher", "journal", "snapshotter", "id-archive", "id-tables"];

/// Panics here, if a panic is planted in this place.
#[cfg(feature = "planted-panics")]
pub(crate) fn visit(place: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    static PLANT: OnceLock<Option<(String, u64)>> = OnceLock::new();
    static VISITS: AtomicU64 = AtomicU64::new(0);
    let plant = PLANT.get_or_init(|| {
        let words = std::env::var(PLANTED_BY).ok()?;
        let (place, visit) = words.split_once(':')?;
        Some((place.to_owned(), visit.parse().ok()?))
    });
    if let Some((planted, visit)) = plant
        && planted == place
        && VISITS.fetch_add(1, Ordering::Relaxed) + 1 == *visit
    {
        panic!("a planted panic in {place}");
    }
}

/// Nothing is planted.
#[cfg(not(feature = "planted-panics"))]
pub(crate) fn visit(_: &str) {}
