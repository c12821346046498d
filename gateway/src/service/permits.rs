//! Permits for what is under way, over all sessions.

use super::in_flight::InFlight;
use crate::sync::atomic::{AtomicU64, Ordering};

/// How many bytes a session may have under way before it has read anything.
const FIRST_WINDOW: u64 = 2 << 20;

/// What all sessions have under way, and the most they may.
#[derive(Debug)]
pub(crate) struct NodePermits {
    cap: InFlight,
    transactions: AtomicU64,
    bytes: AtomicU64,
}

impl NodePermits {
    pub(crate) fn new(cap: InFlight) -> NodePermits {
        NodePermits { cap, transactions: AtomicU64::new(0), bytes: AtomicU64::new(0) }
    }

    /// What is under way now.
    pub(crate) fn held(&self) -> InFlight {
        InFlight {
            transactions: self.transactions.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    /// Whether more than half of what there may be is under way: what is held in vain then is missed by others.
    fn is_short(&self) -> bool {
        let InFlight { transactions, bytes } = self.held();
        transactions > self.cap.transactions / 2 || bytes > self.cap.bytes / 2
    }

    /// Takes `cost` for a session that will then hold `own`, if as much as that stays free for others.
    fn try_take(&self, cost: InFlight, own: InFlight) -> bool {
        if !take(
            &self.transactions,
            cost.transactions,
            self.cap.transactions.saturating_sub(own.transactions),
        ) {
            return false;
        }
        let taken = take(&self.bytes, cost.bytes, self.cap.bytes.saturating_sub(own.bytes));
        if !taken {
            give_back(&self.transactions, cost.transactions);
        }
        taken
    }

    fn give_back(&self, cost: InFlight) {
        give_back(&self.transactions, cost.transactions);
        give_back(&self.bytes, cost.bytes);
    }
}

fn take(counter: &AtomicU64, amount: u64, cap: u64) -> bool {
    let sum = |held: u64| held.checked_add(amount).filter(|sum| *sum <= cap);
    counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, sum).is_ok()
}

fn give_back(counter: &AtomicU64, amount: u64) {
    if amount == 0 {
        return;
    }
    let before = counter.fetch_sub(amount, Ordering::Relaxed);
    assert!(before >= amount, "a permit is given back once, by the session that took it");
}

/// What one session has under way. Dropping it gives all of it back.
#[derive(Debug)]
pub(crate) struct SessionPermits<'a> {
    node: &'a NodePermits,
    cap: InFlight,
    held: InFlight,
    /// Bytes that the session may have under way when one more request begins. It grows with what the caller reads: one that
    /// never reads never holds more than it began with.
    window: u64,
}

impl<'a> SessionPermits<'a> {
    pub(crate) fn new(node: &'a NodePermits, cap: InFlight) -> SessionPermits<'a> {
        SessionPermits { node, cap, held: InFlight::default(), window: FIRST_WINDOW.min(cap.bytes) }
    }

    /// Whether others may soon find nothing left.
    pub(crate) fn is_short(&self) -> bool {
        self.node.is_short()
    }

    /// Notes that the caller read so many bytes of its answers.
    pub(crate) fn note_read(&mut self, bytes: u64) {
        self.window = self.window.saturating_add(bytes).min(self.cap.bytes);
    }

    /// Whether so much is under way that one more request is better left where it is: as much as the caller's reading is
    /// known to bear. Never where nothing is under way.
    pub(crate) fn is_full(&self) -> bool {
        self.held.bytes > self.window && self.window < self.cap.bytes
    }

    /// Takes `cost`, or nothing where it goes beyond what the session may have under way, or where the node would not have
    /// as much left for others as the session then holds. So however many take all they can, a newcomer finds as much as each
    /// of them has: a few that never read their answers cannot keep the others out.
    pub(crate) fn try_take(&mut self, cost: InFlight) -> bool {
        let own = InFlight {
            transactions: self.held.transactions.saturating_add(cost.transactions),
            bytes: self.held.bytes.saturating_add(cost.bytes),
        };
        let beyond = own.transactions > self.cap.transactions || own.bytes > self.cap.bytes;
        if beyond || !self.node.try_take(cost, own) {
            return false;
        }
        self.held = own;
        true
    }

    /// Gives back what was taken before.
    pub(crate) fn give_back(&mut self, cost: InFlight) {
        self.held.transactions = self.held.transactions.checked_sub(cost.transactions).expect("taken before");
        self.held.bytes = self.held.bytes.checked_sub(cost.bytes).expect("taken before");
        self.node.give_back(cost);
    }
}

impl Drop for SessionPermits<'_> {
    fn drop(&mut self) {
        self.node.give_back(self.held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(transactions: u64, bytes: u64) -> InFlight {
        InFlight { transactions, bytes }
    }

    #[test]
    fn permits_are_bounded_by_session_and_node_and_come_back() {
        let node = NodePermits::new(cost(17, 170));
        let mut one = SessionPermits::new(&node, cost(6, 60));
        let mut two = SessionPermits::new(&node, cost(6, 60));
        assert!(one.try_take(cost(6, 10)));
        assert!(!one.try_take(cost(1, 0)), "the session's transactions");
        assert!(!two.try_take(cost(6, 0)), "12 of 17 would be held, and less than 6 left");
        assert!(!two.try_take(cost(0, 61)), "the session's bytes");
        assert!(two.try_take(cost(5, 60)));
        one.give_back(cost(1, 0));
        assert!(!one.try_take(cost(1, 50)), "the node's bytes");
        assert_eq!(node.held(), cost(10, 70), "a refusal takes nothing");
        assert!(!two.try_take(cost(u64::MAX, u64::MAX)));
        drop(two);
        assert_eq!(node.held(), cost(5, 10));
        drop(one);
        assert_eq!(node.held(), cost(0, 0));
    }

    #[test]
    fn a_session_is_full_until_what_it_holds_was_read() {
        let node = NodePermits::new(cost(1_000, 512 << 20));
        let mut session = SessionPermits::new(&node, cost(1_000, 8 << 20));
        assert!(!session.is_full() && session.try_take(cost(1, FIRST_WINDOW)));
        assert!(!session.is_full(), "one more may begin, however large");
        assert!(session.try_take(cost(1, 3 << 20)) && session.is_full());
        session.note_read(1 << 20);
        assert!(session.is_full());
        session.give_back(cost(1, 2 << 20));
        assert!(!session.is_full(), "3 MiB are held, and 1 MiB more was read than it began with");
        session.note_read(u64::MAX);
        assert!(session.try_take(cost(1, 5 << 20)) && !session.is_full(), "what is beyond the cap is busy");
        assert!(!session.try_take(cost(0, 1)) && !session.is_short());
    }

    #[test]
    fn a_node_is_short_when_more_than_half_is_under_way() {
        for (transactions, bytes, is_short) in [(5, 50, false), (6, 0, true), (0, 51, true)] {
            let node = NodePermits::new(cost(10, 100));
            node.transactions.store(transactions, Ordering::Relaxed);
            node.bytes.store(bytes, Ordering::Relaxed);
            let session = SessionPermits::new(&node, cost(1, 1));
            assert_eq!(session.is_short(), is_short, "{transactions} {bytes}");
        }
    }

    #[test]
    fn sessions_that_take_all_they_can_leave_a_newcomer_its_share() {
        for (hogs, share) in [(1, 250), (2, 166), (3, 125), (7, 62), (50, 9)] {
            let node = NodePermits::new(cost(1_000, 1_000));
            let mut sessions: Vec<_> =
                (0..hogs).map(|_| SessionPermits::new(&node, cost(1_000, 1_000))).collect();
            for _ in 0..1_000 {
                for session in &mut sessions {
                    session.try_take(cost(1, 1));
                }
            }
            let mut newcomer = SessionPermits::new(&node, cost(1_000, 1_000));
            assert!(newcomer.try_take(cost(share, share)), "beside {hogs}");
        }
    }
}
