//! The wall clock, and what keeps a wrong one out of the books.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::time::{ClockId, clock_gettime};
use tracing::error;

use crate::ledger::LedgerSettings;
use crate::starting::StartError;

/// A step of the wall clock beside the steady one that a running node follows: more than any clock drifts or is set right by,
/// and less than a wrong time zone.
const LARGEST_STEP_US: i64 = 1_800_000_000;

/// Microseconds since 1970, as the machine has it.
pub(crate) fn machine_us() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// Microseconds since the machine started, the time that it slept included: nobody can set it.
fn steady_us() -> i64 {
    let since = clock_gettime(ClockId::Boottime);
    since.tv_sec.saturating_mul(1_000_000).saturating_add(since.tv_nsec / 1_000)
}

/// The clock when a node starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StartClock {
    /// Microseconds since 1970.
    pub(crate) now_us: i64,
    /// How far it is trusted.
    pub(crate) trust: Trust,
}

/// How far the clock is trusted when a node starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// As long as the newest frame's logged time is not too far from it.
    Checked,
    /// Whatever the newest frame says: the operator who starts the node says that it is right.
    Accepted,
    /// It is only a lower bound of time, and nobody is asked.
    #[cfg(feature = "simulation")]
    Simulated,
}

impl StartClock {
    /// Refuses a clock that is further from the newest frame's logged time than clients' times may lie back: if it is wrong,
    /// it would shut out those whose clocks are right, for as long as it was wrong.
    pub(crate) fn check(self, newest_us: Option<i64>, settings: &LedgerSettings) -> Result<(), StartError> {
        let Some(newest_us) = newest_us.filter(|_| self.trust == Trust::Checked) else {
            return Ok(());
        };
        let most = u64::from(settings.window_back.max(settings.window_ahead)) * 1_000_000;
        if self.now_us.abs_diff(newest_us) <= most {
            return Ok(());
        }
        Err(StartError::Clock { newest_us, clock_us: self.now_us })
    }
}

/// The clock of a running node. Time enters the ledger through this and nowhere else. It follows the machine's clock, but
/// for a jump: then it goes on by the steady clock, until the machine's clock is right again or the node is started anew.
pub(crate) struct NodeClock {
    now_us: i64,
    steady_us: i64,
    /// Whether the machine's clock has jumped away.
    is_apart: bool,
}

impl NodeClock {
    /// The machine's clock, as the node was started with it.
    pub(crate) fn start() -> NodeClock {
        NodeClock { now_us: machine_us(), steady_us: steady_us(), is_apart: false }
    }

    /// Microseconds since 1970.
    pub(crate) fn now_us(&mut self) -> i64 {
        self.follow(machine_us(), steady_us())
    }

    /// Takes what the machine's clock and the steady one show.
    fn follow(&mut self, machine_us: i64, steady_us: i64) -> i64 {
        let expected = self.now_us.saturating_add(steady_us.saturating_sub(self.steady_us).max(0));
        let is_apart = machine_us.abs_diff(expected) > LARGEST_STEP_US.unsigned_abs();
        if is_apart != self.is_apart {
            tell(machine_us.saturating_sub(expected), is_apart);
        }
        self.is_apart = is_apart;
        (self.now_us, self.steady_us) = (if is_apart { expected } else { machine_us }, steady_us);
        self.now_us
    }
}

#[cold]
fn tell(ahead_us: i64, is_apart: bool) {
    if is_apart {
        let seconds = ahead_us / 1_000_000;
        error!(
            "the machine's clock has jumped by {seconds} s: the ledger goes on without it. Set it right; if it is right now, \
             start the node again, with --accept-time"
        );
    } else {
        error!("the machine's clock is right again: the ledger follows it");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;
    const DAY: i64 = 24 * HOUR;
    const NOON: i64 = 20_000 * DAY;

    #[test]
    fn a_step_is_followed_and_a_jump_is_not() {
        let mut clock = NodeClock { now_us: NOON, steady_us: 0, is_apart: false };
        assert_eq!(clock.follow(NOON + 7, 5), NOON + 7, "a drift");
        assert_eq!(clock.follow(NOON - HOUR / 4, 10), NOON - HOUR / 4, "set back a little");
        assert_eq!(clock.follow(NOON + HOUR / 8, 10), NOON + HOUR / 8, "set ahead a little");
        let before = NOON + HOUR / 8;
        for jump in [400 * DAY, 8 * HOUR, -8 * HOUR, -400 * DAY, i64::MIN / 2, i64::MAX / 2] {
            let mut clock = NodeClock { now_us: before, steady_us: 10, is_apart: false };
            assert_eq!(clock.follow(before.saturating_add(jump), 30), before + 20, "a jump of {jump}");
            assert_eq!(clock.follow(before.saturating_add(jump), 90), before + 80, "it stays away");
            assert!(clock.is_apart);
            assert_eq!(clock.follow(before + 101, 110), before + 101, "it is right again");
            assert!(!clock.is_apart);
        }
        // A machine that slept for a week: the steady clock has counted it.
        assert_eq!(clock.follow(before + 7 * DAY, 10 + 7 * DAY), before + 7 * DAY);
    }

    #[test]
    fn a_start_takes_a_clock_within_the_window_of_the_newest_frame() {
        #[track_caller]
        fn check(newest: Option<i64>, now_us: i64, good: bool) {
            let clock = StartClock { now_us, trust: Trust::Checked };
            let settings = LedgerSettings::default();
            assert_eq!(clock.check(newest, &settings).is_ok(), good);
            assert!(StartClock { trust: Trust::Accepted, ..clock }.check(newest, &settings).is_ok());
        }
        check(None, NOON, true);
        check(None, 0, true);
        check(Some(NOON), NOON + 3 * DAY, true);
        check(Some(NOON), NOON - 3 * DAY, true);
        check(Some(NOON), NOON + 3 * DAY + 1, false);
        check(Some(NOON), NOON - 3 * DAY - 1, false);
        check(Some(NOON + 400 * DAY), NOON, false);
    }
}
