//! Connections that have not said hello yet. They are bounded apart from clients, so that however many come they keep
//! nobody out: when there is no room for one more, one that said nothing whole has to go, and the newcomer does not wait
//! until it has gone.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// A hello comes right behind the connection, and fits a packet: one that has sent a part of it makes room at once when others
/// wait. One that has not sent a byte does so after this time: long enough for what lies in its socket to be seen, short
/// enough for a crowd not to fill the queue of those to be accepted.
const SILENCE: Duration = Duration::from_millis(10);
/// One whose hello is being decided has so long: a new name is written to disk first.
const HESITATION: Duration = Duration::from_secs(1);
/// One that shakes hands for TLS needs a round trip, or two, after its first message. What that message costs, the processor pays
/// whether it goes at once or not.
const HANDSHAKE: Duration = Duration::from_millis(100);
/// At most 64 have been asked to go and have not gone yet.
const MOST_LEAVING: usize = 64;

/// The connections without a hello, as the task that accepts them sees them.
#[derive(Debug)]
pub(crate) struct Lobby {
    most: usize,
    /// In the order of their coming.
    strangers: VecDeque<Arc<Stranger>>,
    /// Told when a stranger has become a client or is gone.
    changed: Arc<Notify>,
}

#[derive(Debug)]
struct Stranger {
    came: Instant,
    /// Whether it shakes hands for TLS, or did.
    shakes_hands: AtomicBool,
    spoke: AtomicBool,
    /// Whether its hello is being decided, or was.
    announced: AtomicBool,
    /// Whether it is no stranger any more: a client, or gone.
    left: AtomicBool,
    asked_to_go: AtomicBool,
    go: Notify,
}

/// The same connection, as its session sees it. Dropping it ends its stay in the lobby.
#[derive(Debug)]
pub(crate) struct Guest {
    stranger: Arc<Stranger>,
    changed: Arc<Notify>,
}

/// What there is to wait for before one more may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Those who were asked to go do so at once.
    ForOneToGo,
    /// For nothing: one more is not counted any more.
    Over,
    /// Until then everyone here may still say hello.
    Until(Instant),
    /// Nobody here is a stranger.
    Never,
}

impl Lobby {
    /// A lobby for so many; `changed` is told when one of them is no stranger any more.
    pub(crate) fn new(most: u32, changed: Arc<Notify>) -> Lobby {
        Lobby { most: usize::try_from(most).unwrap_or(usize::MAX), strangers: VecDeque::new(), changed }
    }

    /// Whether there is room for one more beside those who stay.
    pub(crate) fn has_room(&mut self) -> bool {
        self.strangers.retain(|stranger| !stranger.left.load(Ordering::Relaxed));
        self.strangers.len() - self.leaving() < self.most
    }

    fn leaving(&self) -> usize {
        self.strangers.iter().filter(|stranger| stranger.is_leaving()).count()
    }

    /// Takes one more in.
    pub(crate) fn enter(&mut self, now: Instant) -> Guest {
        let stranger = Arc::new(Stranger {
            came: now,
            shakes_hands: AtomicBool::new(false),
            spoke: AtomicBool::new(false),
            announced: AtomicBool::new(false),
            left: AtomicBool::new(false),
            asked_to_go: AtomicBool::new(false),
            go: Notify::new(),
        });
        self.strangers.push_back(Arc::clone(&stranger));
        Guest { stranger, changed: Arc::clone(&self.changed) }
    }

    /// Asks one stranger to go: who said half a hello longest ago, or else who has been here for longest and had its time. It
    /// asks no more than have to go, and never so many at once that they are in the way of clients.
    pub(crate) fn make_room(&mut self, now: Instant) -> Wait {
        let has_room = self.has_room();
        let leaving = self.leaving();
        if leaving >= MOST_LEAVING || (has_room && leaving > 0) {
            return Wait::ForOneToGo;
        }
        let staying = self.strangers.iter().filter(|stranger| !stranger.is_leaving());
        // Half a hello before silence: what that one said is known.
        let order = |stranger: &&Arc<Stranger>| (!stranger.has_said_half(), stranger.time_is_up());
        let Some(first) = staying.min_by_key(order) else {
            return Wait::Never;
        };
        if first.time_is_up() > now {
            return Wait::Until(first.time_is_up());
        }
        first.asked_to_go.store(true, Ordering::Relaxed);
        first.go.notify_one();
        if has_room { Wait::ForOneToGo } else { Wait::Over }
    }
}

impl Stranger {
    fn is_leaving(&self) -> bool {
        self.asked_to_go.load(Ordering::Relaxed)
    }

    fn has_said_half(&self) -> bool {
        self.spoke.load(Ordering::Relaxed) && !self.announced.load(Ordering::Relaxed)
    }

    fn time_is_up(&self) -> Instant {
        self.came
            + match self.announced.load(Ordering::Relaxed) {
                true => HESITATION,
                false if self.has_said_half() => Duration::ZERO,
                false if self.shakes_hands.load(Ordering::Relaxed) => HANDSHAKE,
                false => SILENCE,
            }
    }
}

impl Guest {
    /// It has sent the first message of a TLS handshake, whole.
    pub(crate) fn shakes_hands(&self) {
        self.stranger.shakes_hands.store(true, Ordering::Relaxed);
    }

    /// It has sent something, and `is_announced` tells whether its hello is being decided.
    pub(crate) fn speaks(&self, is_announced: bool) {
        self.stranger.spoke.store(true, Ordering::Relaxed);
        self.stranger.announced.fetch_or(is_announced, Ordering::Relaxed);
    }

    /// Whether one that was asked to go stays after all: it has spoken since, and has time left.
    pub(crate) fn stays(&self, now: Instant) -> bool {
        let stays = self.stranger.time_is_up() > now;
        if stays {
            self.stranger.asked_to_go.store(false, Ordering::Relaxed);
            self.changed.notify_one();
        }
        stays
    }

    /// Returns when it is asked to go, since others wait.
    pub(crate) async fn has_to_go(&self) {
        self.stranger.go.notified().await;
    }

    /// Returns when it was asked to go and has no time left.
    pub(crate) async fn is_shown_out(&self) {
        loop {
            self.has_to_go().await;
            if !self.stays(Instant::now()) {
                return;
            }
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.stranger.left.store(true, Ordering::Relaxed);
        self.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_silent_go_first_and_nobody_before_its_time() {
        let changed = Arc::new(Notify::new());
        let mut lobby = Lobby::new(3, Arc::clone(&changed));
        let start = Instant::now();
        let after = |milliseconds| start + Duration::from_millis(milliseconds);
        assert_eq!(lobby.make_room(start), Wait::Never);
        let [speaking, silent, late] = [0, 10, 50].map(|at| lobby.enter(after(at)));
        assert!(!lobby.has_room());
        speaking.speaks(false);
        speaking.speaks(true);
        assert_eq!(lobby.make_room(after(15)), Wait::Until(after(20)));
        assert_eq!(lobby.make_room(after(20)), Wait::Over);
        assert!(silent.stranger.is_leaving() && lobby.has_room(), "nobody waits until it has gone");
        assert_eq!(
            lobby.make_room(after(10_000)),
            Wait::ForOneToGo,
            "where a place is wanted, it is waited for"
        );
        assert!(!silent.stays(after(20)));
        silent.speaks(false);
        assert!(!silent.stays(after(21)), "half a hello is no hello");
        silent.speaks(true);
        silent.speaks(false);
        assert!(silent.stays(after(110)), "a whole one is being decided");
        assert!(!lobby.has_room());
        assert_eq!(lobby.make_room(after(59)), Wait::Until(after(60)));
        late.speaks(false);
        assert_eq!(lobby.make_room(after(59)), Wait::Over, "half a hello has no time");
        drop(silent);
        drop(late);
        assert!(lobby.has_room());
        assert_eq!(lobby.make_room(after(999)), Wait::Until(after(1_000)));
        assert_eq!(lobby.make_room(after(1_000)), Wait::ForOneToGo, "there is room, and no place");
        drop(speaking);
        assert_eq!(lobby.make_room(after(1_000)), Wait::Never);
    }

    #[test]
    fn a_handshake_has_the_time_of_a_round_trip_and_a_hello_behind_it_none() {
        let changed = Arc::new(Notify::new());
        let mut lobby = Lobby::new(2, changed);
        let start = Instant::now();
        let after = |milliseconds| start + Duration::from_millis(milliseconds);
        let (shaking, _silent) = (lobby.enter(start), lobby.enter(after(5)));
        shaking.shakes_hands();
        assert_eq!(lobby.make_room(after(10)), Wait::Until(after(15)), "silence goes first");
        assert_eq!(lobby.make_room(after(15)), Wait::Over);
        let _late = lobby.enter(after(95));
        assert_eq!(lobby.make_room(after(99)), Wait::Until(after(100)));
        assert_eq!(lobby.make_room(after(100)), Wait::Over);
        assert!(!shaking.stays(after(100)));
        shaking.speaks(true);
        assert!(shaking.stays(after(100)), "its hello is being decided");
    }

    #[test]
    fn so_many_may_be_leaving_and_no_more() {
        let mut lobby = Lobby::new(1, Arc::new(Notify::new()));
        let start = Instant::now();
        let guests: Vec<Guest> = (0..=MOST_LEAVING).map(|_| lobby.enter(start)).collect();
        guests.iter().for_each(|guest| guest.speaks(false));
        for _ in 0..MOST_LEAVING {
            assert!(!lobby.has_room());
            assert_eq!(lobby.make_room(start), Wait::Over);
        }
        assert_eq!(lobby.make_room(start), Wait::ForOneToGo);
        drop(guests);
        assert!(lobby.has_room());
    }
}
