//! A timer of microseconds. The runtime's own has a resolution of a millisecond: at 20,000 requests a second it would
//! send twenty at once and then call the wait their latency.

use std::cell::RefCell;
use std::io;
use std::os::fd::OwnedFd;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::Notify;
use tokio::task::{spawn_local, yield_now};

/// A timer of the kernel, to be waited for in the runtime's own loop.
struct PreciseTimer {
    timer: AsyncFd<OwnedFd>,
    /// What the timer is set to, as long as nobody has seen it expire.
    set_to: Option<Instant>,
}

impl PreciseTimer {
    /// A timer that is not set. To be called inside a runtime.
    fn new() -> io::Result<PreciseTimer> {
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
    async fn wait_until(&mut self, deadline: Instant) -> io::Result<()> {
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

/// Wakes the connections of a run when something of theirs is due. One for all of them: a timer of the kernel for each
/// costs more than the request that it is for.
#[derive(Clone, Default)]
pub(crate) struct Alarms {
    slots: Rc<RefCell<Slots>>,
    changed: Rc<Notify>,
    /// How long before something is due the clock stays awake.
    awake: Duration,
}

#[derive(Default)]
struct Slots {
    /// By the number of the connection.
    due: Vec<Option<(Instant, Waker)>>,
    /// What the clock waits for; none earlier is set without telling it.
    next: Option<Instant>,
}

/// How long before something is due the clock stays awake: setting a timer, sleeping and being woken takes tens of
/// microseconds, and more where both cores are busy.
pub(crate) const STAY_AWAKE: Duration = Duration::from_micros(200);

impl Alarms {
    /// Waits until `deadline` on behalf of a connection; at once if it has passed.
    pub(crate) fn wait_until(&self, connection: usize, deadline: Instant) -> Alarm<'_> {
        Alarm { alarms: self, connection, deadline }
    }

    /// Starts the clock, which runs as long as the `LocalSet` that this is called in, and stays awake for as long as
    /// `awake` before something is due. At zero it always sleeps, and rings as late as the system wakes it.
    pub(crate) fn start(awake: Duration) -> io::Result<Alarms> {
        let alarms = Alarms { awake, ..Alarms::default() };
        spawn_local(alarms.clone().run(PreciseTimer::new()?));
        Ok(alarms)
    }

    async fn run(self, mut timer: PreciseTimer) {
        loop {
            match self.ring(Instant::now()) {
                Some(next) if next <= Instant::now() + self.awake => yield_now().await,
                Some(next) => tokio::select! {
                    done = timer.wait_until(next - self.awake / 2) => {
                        done.expect("a timer of the kernel that was made goes on");
                    }
                    () = self.changed.notified() => {}
                },
                None => self.changed.notified().await,
            }
        }
    }

    /// Wakes those whose moment has come, and gives the moment of the next.
    fn ring(&self, now: Instant) -> Option<Instant> {
        let mut slots = self.slots.borrow_mut();
        for slot in &mut slots.due {
            if let Some((_, waker)) = slot.take_if(|(due, _)| *due <= now) {
                waker.wake();
            }
        }
        slots.next = slots.due.iter().flatten().map(|(due, _)| *due).min();
        slots.next
    }

    fn set(&self, connection: usize, deadline: Instant, waker: &Waker) {
        let mut slots = self.slots.borrow_mut();
        if slots.due.len() <= connection {
            slots.due.resize_with(connection + 1, || None);
        }
        match &mut slots.due[connection] {
            Some((due, set)) if *due == deadline && set.will_wake(waker) => return,
            slot => *slot = Some((deadline, waker.clone())),
        }
        if slots.next.is_none_or(|next| deadline < next) {
            slots.next = Some(deadline);
            self.changed.notify_one();
        }
    }
}

/// A moment that one connection waits for.
pub(crate) struct Alarm<'a> {
    alarms: &'a Alarms,
    connection: usize,
    deadline: Instant,
}

impl Future for Alarm<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.deadline <= Instant::now() {
            return Poll::Ready(());
        }
        self.alarms.set(self.connection, self.deadline, context.waker());
        Poll::Pending
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

    #[tokio::test]
    async fn alarms_ring_in_time_for_all_connections_and_can_be_set_again() {
        for awake in [STAY_AWAKE, Duration::ZERO] {
            ring_all(awake).await;
        }
    }

    async fn ring_all(awake: Duration) {
        let local = tokio::task::LocalSet::new();
        let alarms = local.run_until(async { Alarms::start(awake).unwrap() }).await;
        let connection = |number: usize| {
            let alarms = alarms.clone();
            async move {
                for microseconds in [0, 30, 250, 1_500, 40, 3_000] {
                    let far = alarms.wait_until(number, Instant::now() + Duration::from_secs(60));
                    tokio::select! { biased; () = far => unreachable!("not due"), () = yield_now() => {} }
                    let deadline = Instant::now() + Duration::from_micros(microseconds);
                    alarms.wait_until(number, deadline).await;
                    assert!(Instant::now() >= deadline);
                }
            }
        };
        let all: Vec<_> = (0..5).map(|number| local.spawn_local(connection(number))).collect();
        local
            .run_until(async {
                for one in all {
                    one.await.unwrap();
                }
            })
            .await;
    }
}
