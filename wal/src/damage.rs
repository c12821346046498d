//! What was found damaged in durable frames while the log is open: by their readers, and by the scrub.

use std::fmt;
use std::sync::{OnceLock, PoisonError};

use crate::error::Finding;
use crate::sync::Mutex;

/// At most 100 places are kept; further ones are counted.
const MOST: usize = 100;

/// The notes of damage of an open log, shared by all who read it.
pub struct Damage {
    notes: Mutex<Notes>,
    alarm: OnceLock<Alarm>,
}

type Alarm = Box<dyn Fn(&Finding) + Send + Sync>;

#[derive(Default)]
struct Notes {
    places: Vec<Noted>,
    beyond: u64,
    times: u64,
    /// Passes over the whole log that have begun.
    pass: u64,
}

struct Noted {
    finding: Finding,
    /// The pass in which it was met last.
    pass: u64,
}

/// What is damaged, as far as is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Damaged {
    /// The places, in the order in which they were met.
    pub places: Vec<Finding>,
    /// How many places were met that are not among them, since there were too many.
    pub beyond: u64,
    /// How often damage was met; one place may be asked for many times.
    pub times: u64,
}

impl Damage {
    /// Has every new place told to `alarm`, on the thread that met it. The first caller is heard.
    pub fn tell(&self, alarm: impl Fn(&Finding) + Send + Sync + 'static) {
        drop(self.alarm.set(Box::new(alarm)));
    }

    /// What is damaged, as far as is known.
    #[must_use]
    pub fn seen(&self) -> Damaged {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let places = notes.places.iter().map(|noted| noted.finding.clone());
        Damaged { places: places.collect(), beyond: notes.beyond, times: notes.times }
    }

    /// Notes what was met, and raises the alarm where the place is new: who looks at it later, or reads less of it, may find
    /// something else wrong there.
    pub fn note(&self, finding: &Finding) {
        let is_new = {
            let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
            notes.times += 1;
            let pass = notes.pass;
            let is_there = |noted: &&mut Noted| {
                let Finding { file, offset, frame, .. } = &noted.finding;
                // What is said of a file as a whole is said of no place in it.
                let is_same_place = finding.offset.is_some()
                    && (file, offset, frame) == (&finding.file, &finding.offset, &finding.frame);
                is_same_place || noted.finding == *finding
            };
            if let Some(noted) = notes.places.iter_mut().find(is_there) {
                noted.pass = pass;
                false
            } else if notes.places.len() < MOST {
                notes.places.push(Noted { finding: finding.clone(), pass });
                true
            } else {
                notes.beyond += 1;
                true
            }
        };
        if let Some(alarm) = self.alarm.get().filter(|_| is_new) {
            alarm(finding);
        }
    }

    /// A pass over the whole log begins.
    pub fn begin_pass(&self) {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).pass += 1;
    }

    /// The pass has come to the log's end: what nobody has met since it began is mended, a file put back, say.
    pub fn end_pass(&self) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        let pass = notes.pass;
        notes.places.retain(|noted| noted.pass == pass);
        notes.beyond = 0;
    }
}

impl Default for Damage {
    fn default() -> Self {
        Self { notes: Mutex::new(Notes::default()), alarm: OnceLock::new() }
    }
}

impl fmt::Debug for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.seen().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::error::Fault;
    use crate::frame_fault::FrameFault;
    use crate::number::FrameNumber;

    #[test]
    fn a_place_is_told_once_whatever_is_wrong_there() {
        let damage = Damage::default();
        let alarms = Arc::new(AtomicU64::new(0));
        let heard = Arc::clone(&alarms);
        damage.tell(move |_| {
            heard.fetch_add(1, Ordering::Relaxed);
        });
        let finding = |offset, fault| {
            let fault = Fault::of_durable(fault);
            Finding { file: "segment".into(), offset: Some(offset), frame: Some(FrameNumber(3)), fault }
        };
        damage.note(&finding(4096, FrameFault::Envelope));
        damage.note(&finding(4096, FrameFault::Absent));
        damage.note(&finding(8192, FrameFault::Absent));
        damage.note(&Finding::of_file("segment", Fault::Header));
        damage.note(&Finding::of_file("segment", Fault::Extent));
        damage.note(&Finding::of_file("segment", Fault::Extent));
        let seen = damage.seen();
        assert_eq!((seen.places.len(), seen.times, alarms.load(Ordering::Relaxed)), (4, 6, 4), "{seen:?}");
        let told = seen.places[0].to_string();
        assert!(told.contains("durable frame damaged: ") && !told.contains("durable up to"), "{told}");
    }
}
