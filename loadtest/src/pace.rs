//! A timer of microseconds. The runtime's own has a resolution of a millisecond: at 20,000 requests a second it would
//! send twenty at once and then call the wait their latency.

use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// A timer of the kernel, to be waited for in the runtime's own loop.
pub(crate) struct PreciseTimer {
    timer: AsyncFd<OwnedFd>,
    /// What the timer is set to, as long as nobody has seen it expire.
    set_to: Option<Instant>,
}

impl PreciseTimer {
    /// A timer that is not set. To be called inside a runtime.
    pub(crate) fn new() -> io::Result<PreciseTimer> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        #[expect(
            deprecated,
            reason = "its successor is unsafe for types whose descriptor may change; this one's cannot"
        )]
        let timer = AsyncFd::with_interest(timer, Interest::READABLE)?;
        Ok(PreciseTimer { timer, set_to: None })
    }

    /// Waits until `deadline`; at once if it has passed.
    pub(crate) async fn wait_until(&mut self, deadline: Instant) -> io::Result<()> {
        if self.set_to != Some(deadline) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            self.set(left)?;
            self.set_to = Some(deadline);
        }
        loop {
            let mut ready = self.timer.readable().await?;
            let mut expirations = [0; 8];
            match ready.try_io(|timer| Ok(rustix::io::read(timer.get_ref(), &mut expirations)?)) {
                Ok(read) => {
                    self.set_to = None;
                    return read.map(drop);
                }
                Err(_would_block) => continue,
            }
        }
    }

    /// Sets the timer, which also forgets any expiry that nobody has read.
    fn set(&self, left: Duration) -> io::Result<()> {
        let tv_sec = i64::try_from(left.as_secs()).map_err(io::Error::other)?;
        let it_value = Timespec { tv_sec, tv_nsec: i64::from(left.subsec_nanos()) };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value };
        timerfd_settime(self.timer.get_ref(), TimerfdTimerFlags::empty(), &once)?;
        Ok(())
    }
}

/// When each request of an open loop is due: as if its transactions came one by one, evenly spaced from the start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    start: Instant,
    interval_ns: u64,
    next: u64,
}

impl Schedule {
    /// One transaction every `interval`, the first `phase` after `start`.
    pub(crate) fn new(start: Instant, phase: Duration, interval: Duration) -> Schedule {
        let interval_ns = u64::try_from(interval.as_nanos()).unwrap_or(u64::MAX).max(1);
        Schedule { start: start + phase, interval_ns, next: 0 }
    }

    /// When the next request is due.
    pub(crate) fn due(&self) -> Instant {
        self.start + Duration::from_nanos(self.interval_ns.saturating_mul(self.next))
    }

    /// Counts this many transactions as sent.
    pub(crate) fn advance(&mut self, transactions: u64) {
        self.next += transactions;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transactions_are_due_at_even_intervals_whatever_is_late() {
        let start = Instant::now();
        let mut schedule = Schedule::new(start, Duration::from_micros(7), Duration::from_micros(50));
        for number in 0..100 {
            assert_eq!(schedule.due(), start + Duration::from_micros(7 + 50 * number));
            schedule.advance(1);
        }
        schedule.advance(900);
        assert_eq!(schedule.due(), start + Duration::from_micros(7 + 50 * 1_000));
    }

    #[tokio::test]
    async fn the_timer_does_not_wake_early_and_can_be_left_and_set_again() {
        let mut timer = PreciseTimer::new().unwrap();
        for microseconds in [0, 1, 50, 200, 1_500] {
            let abandoned = timer.wait_until(Instant::now() + Duration::from_secs(60));
            tokio::select! { biased; () = std::future::ready(()) => {}, _ = abandoned => unreachable!("not due") }
            let deadline = Instant::now() + Duration::from_micros(microseconds);
            timer.wait_until(deadline).await.unwrap();
            assert!(Instant::now() >= deadline);
        }
    }
}
