//! The window of clients' own times: inside of it an id is known if it ever came; outside of it, and without a time, a
//! request is judged without its id being known.

use crate::rejection::Rejection;
use crate::state::settings::LedgerSettings;

/// What clients' own times are held against.
///
/// It goes by the clock and not by the logged time, which may be far ahead of it for as long as a clock was once wrong, and
/// never goes back. So an id whose frame was logged at or after the clock less the window must be known: recovery sees to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeWindow {
    /// The clock when the open frame began, in microseconds since 1970; it does not go back while a node runs.
    clock_us: i64,
    /// The logged time of the first frame; none before there is one.
    began_us: Option<i64>,
}

impl TimeWindow {
    /// The window of a ledger whose first frame was logged at `began_us`, at a clock that is not before `clock_us`.
    #[must_use]
    pub fn new(clock_us: i64, began_us: Option<i64>) -> TimeWindow {
        TimeWindow { clock_us, began_us }
    }

    /// What clients' times are held against, in microseconds since 1970.
    #[must_use]
    pub fn clock_us(&self) -> i64 {
        self.clock_us
    }

    /// The same in seconds, as clients give their times.
    pub(crate) fn now(&self) -> u32 {
        u32::try_from(self.clock_us / 1_000_000).expect("the clock shows a time since 1970, up to 2106")
    }

    /// Takes the clock, for a frame that will be logged at `logged_us`.
    pub(crate) fn set_clock(&mut self, now_us: i64, logged_us: i64) {
        self.clock_us = self.clock_us.max(now_us);
        self.began_us.get_or_insert(logged_us);
    }

    /// Why a request of this time, whose id is not known, is not taken, if it is not. 0: it has none.
    pub(crate) fn refuse(&self, time: u32, settings: &LedgerSettings) -> Option<Rejection> {
        let back_us = i64::from(settings.window_back) * 1_000_000;
        if time == 0 {
            // A ledger that is younger than its window has forgotten nothing.
            let is_young = self.began_us.is_none_or(|began| self.clock_us - began <= back_us);
            return (!is_young).then_some(Rejection::TimeRequired);
        }
        let now = self.clock_us / 1_000_000;
        if i64::from(time) < now - i64::from(settings.window_back) {
            return Some(Rejection::TooOld);
        }
        (i64::from(time) > now + i64::from(settings.window_ahead)).then_some(Rejection::TooNew)
    }
}
