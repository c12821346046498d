//! Where the time of a node goes: how often each step of the pipeline was done, and how long it took. Clocks are read for
//! a read of a socket, a round, a frame: never for a transaction.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossbeam::utils::CachePadded;
use hdrhistogram::Histogram;

/// The longest that is told apart from longer ones, in nanoseconds, and the largest size.
const MOST: u64 = 60_000_000_000;

/// What is measured, in the order of a request's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meter {
    /// Decoding the requests that one read of a socket brought.
    Decode,
    /// From there to the next round.
    ToRound,
    /// A step of the coordinator: forming a round, deciding, sealing a frame.
    Decide,
    /// The legs of a hot account merged.
    Merge,
    /// What a shard does of a round.
    Shard,
    /// From the orders for the shards to the last reply.
    Trip,
    /// The coordinator books what the shards reply.
    Book,
    /// From the first round of a frame to its seal.
    ToSeal,
    /// Records in a frame.
    FrameBytes,
    /// From the seal of a frame to the journal's thread, if it goes there.
    ToJournal,
    /// Sums, digest and write of a frame.
    Write,
    /// The sync of a frame.
    Sync,
    /// From the journal's thread back to the coordinator.
    FromJournal,
    /// The coordinator lets the answers of a durable frame go, and takes its memory back.
    Settle,
    /// From there to their session.
    ToSession,
    /// Encoding the answers that became durable together, for one session.
    Encode,
    /// A whole request, from its bytes to the engine's answer at its session.
    Request,
}

/// What the figures of a meter are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeterKind {
    /// Time in which a thread works, or waits for the disk on the node's behalf.
    Work,
    /// Time that passes for a request, with work of others in it.
    Wait,
    /// Bytes.
    Size,
}

/// All meters of a node.
#[derive(Debug)]
pub struct Meters {
    /// Each in cache lines of its own: the engine and the journal write theirs side by side.
    measures: [CachePadded<Mutex<Measure>>; Meter::ALL.len()],
}

#[derive(Debug)]
struct Measure {
    histogram: Histogram<u64>,
    total: u64,
}

/// What one meter came to. Times are in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeterReading {
    /// Which.
    pub meter: Meter,
    /// How often.
    pub count: u64,
    /// The sum.
    pub total: u64,
    /// The median.
    pub p50: u64,
    /// The 99th percentile.
    pub p99: u64,
    /// The most.
    pub max: u64,
}

impl Meter {
    /// All, in the order of a request's way.
    pub const ALL: [Meter; 17] = [
        Meter::Decode,
        Meter::ToRound,
        Meter::Decide,
        Meter::Merge,
        Meter::Shard,
        Meter::Trip,
        Meter::Book,
        Meter::ToSeal,
        Meter::FrameBytes,
        Meter::ToJournal,
        Meter::Write,
        Meter::Sync,
        Meter::FromJournal,
        Meter::Settle,
        Meter::ToSession,
        Meter::Encode,
        Meter::Request,
    ];

    /// Its name, for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// What it measures, for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.words().1
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Meter::Decode => ("decode", "decode"),
            Meter::ToRound => ("to_round", "decoded, to the next round"),
            Meter::Decide => ("decide", "coordinator: form, decide, seal"),
            Meter::Merge => ("merge", "batching actors: merge"),
            Meter::Shard => ("shard", "shards"),
            Meter::Trip => ("trip", "orders to the shards and back"),
            Meter::Book => ("book", "coordinator: book replies"),
            Meter::ToSeal => ("to_seal", "first round to seal"),
            Meter::FrameBytes => ("frame_bytes", "records in a frame"),
            Meter::ToJournal => ("to_journal", "seal to the journal's thread"),
            Meter::Write => ("write", "frame: sums, digest, write"),
            Meter::Sync => ("sync", "frame: sync"),
            Meter::FromJournal => ("from_journal", "synced, back to the coordinator"),
            Meter::Settle => ("settle", "coordinator: let answers go"),
            Meter::ToSession => ("to_session", "durable, to the session"),
            Meter::Encode => ("encode", "encode answers"),
            Meter::Request => ("request", "a request, read to answered"),
        }
    }

    /// What its figures are about.
    #[must_use]
    pub fn kind(self) -> MeterKind {
        match self {
            Meter::ToRound
            | Meter::Trip
            | Meter::ToSeal
            | Meter::ToJournal
            | Meter::FromJournal
            | Meter::ToSession
            | Meter::Request => MeterKind::Wait,
            Meter::FrameBytes => MeterKind::Size,
            _ => MeterKind::Work,
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Meter> {
        Meter::ALL.into_iter().find(|meter| meter.name() == name)
    }
}

impl Default for Meters {
    fn default() -> Meters {
        Meters { measures: std::array::from_fn(|_| CachePadded::new(Mutex::new(Measure::new()))) }
    }
}

impl Measure {
    fn new() -> Measure {
        let histogram = Histogram::new_with_bounds(1, MOST, 2).expect("the bounds are valid");
        Measure { histogram, total: 0 }
    }
}

impl Meters {
    /// Does some work and notes how long it took.
    pub fn time<T>(&self, meter: Meter, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = work();
        self.note_time(meter, begun.elapsed());
        done
    }

    /// Notes the time that has passed since `begun`.
    pub fn note_since(&self, meter: Meter, begun: Instant) {
        self.note_time(meter, begun.elapsed());
    }

    /// Notes a time.
    pub fn note_time(&self, meter: Meter, took: Duration) {
        self.note_times(meter, std::iter::once(took));
    }

    /// Notes a figure.
    pub fn note(&self, meter: Meter, value: u64) {
        self.note_each(meter, std::iter::once(value));
    }

    /// Notes many times of one meter.
    pub fn note_times(&self, meter: Meter, times: impl Iterator<Item = Duration>) {
        self.note_each(meter, times.map(|took| u64::try_from(took.as_nanos()).unwrap_or(u64::MAX)));
    }

    fn note_each(&self, meter: Meter, values: impl Iterator<Item = u64>) {
        let mut measure = self.measure(meter);
        for value in values {
            measure.histogram.saturating_record(value);
            measure.total = measure.total.saturating_add(value);
        }
    }

    /// What all meters came to since this was last asked, and begins anew.
    #[must_use]
    pub fn take(&self) -> Vec<MeterReading> {
        let take = |meter: Meter| {
            let mut measure = self.measure(meter);
            let histogram = &measure.histogram;
            let reading = MeterReading {
                meter,
                count: histogram.len(),
                total: measure.total,
                p50: histogram.value_at_quantile(0.5),
                p99: histogram.value_at_quantile(0.99),
                max: histogram.max(),
            };
            measure.histogram.reset();
            measure.total = 0;
            reading
        };
        Meter::ALL.into_iter().map(take).collect()
    }

    fn measure(&self, meter: Meter) -> std::sync::MutexGuard<'_, Measure> {
        // Figures are whole whatever panicked while they were held.
        self.measures[meter as usize].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_since_the_last_ones() {
        let meters = Meters::default();
        for value in [1_000, 2_000, 9_000] {
            meters.note(Meter::Sync, value);
        }
        meters.note_time(Meter::Write, Duration::from_secs(3_600));
        let of = |readings: &[MeterReading], meter| *readings.iter().find(|one| one.meter == meter).unwrap();
        let readings = meters.take();
        assert_eq!(readings.len(), Meter::ALL.len());
        let sync = of(&readings, Meter::Sync);
        assert_eq!((sync.count, sync.total), (3, 12_000));
        assert!(sync.p50.abs_diff(2_000) < 20 && sync.max.abs_diff(9_000) < 90, "{sync:?}");
        // What is beyond the range is in the sum all the same.
        assert_eq!(of(&readings, Meter::Write).total, 3_600_000_000_000);
        assert!(meters.take().iter().all(|reading| reading.count == 0 && reading.total == 0));
        assert_eq!(meters.time(Meter::Book, || 7), 7);
        assert_eq!(of(&meters.take(), Meter::Book).count, 1);
    }

    #[test]
    fn meters_have_names_of_their_own_and_stand_in_their_order() {
        for (at, meter) in Meter::ALL.into_iter().enumerate() {
            assert_eq!((meter as usize, Meter::named(meter.name())), (at, Some(meter)));
        }
        assert_eq!(Meter::named("no such"), None);
    }
}
