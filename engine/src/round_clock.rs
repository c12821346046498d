//! When what has arrived found its round, and rounds their frame.

use std::sync::Arc;
use std::time::Instant;

use crate::meters::{Meter, Meters};

/// The waits on the coordinator's side.
pub(crate) struct RoundClock {
    meters: Arc<Meters>,
    /// When sessions handed over what has found no round yet.
    arrived: Vec<Instant>,
    /// When the orders went out that the shards are busy with.
    ordered: Option<Instant>,
    /// When the first round of the next frame began.
    gathering: Option<Instant>,
}

impl RoundClock {
    pub(crate) fn new(meters: Arc<Meters>) -> RoundClock {
        RoundClock { meters, arrived: Vec::new(), ordered: None, gathering: None }
    }

    /// What a session handed over at `sent` has come.
    pub(crate) fn arrive(&mut self, sent: Instant) {
        self.arrived.push(sent);
    }

    /// Orders go out to the shards.
    pub(crate) fn order(&mut self) {
        let now = Instant::now();
        self.take_up(now);
        self.ordered = Some(now);
        self.gathering.get_or_insert(now);
    }

    /// All shards have replied.
    pub(crate) fn replied(&mut self) {
        if let Some(ordered) = self.ordered.take() {
            self.meters.note_since(Meter::Trip, ordered);
        }
    }

    /// A frame is sealed, of so many bytes of records.
    pub(crate) fn seal(&mut self, bytes: usize) {
        let now = Instant::now();
        // What needs no shard is in the frame as well.
        self.take_up(now);
        if let Some(begun) = self.gathering.take() {
            self.meters.note_time(Meter::ToSeal, now - begun);
        }
        self.meters.note(Meter::FrameBytes, bytes as u64);
    }

    /// Answers that need no frame go out.
    pub(crate) fn release(&mut self) {
        self.take_up(Instant::now());
    }

    fn take_up(&mut self, now: Instant) {
        let waited = self.arrived.drain(..).map(|sent| now.saturating_duration_since(sent));
        self.meters.note_times(Meter::ToRound, waited);
    }
}
