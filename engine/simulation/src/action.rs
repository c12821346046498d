//! What a step may be.

use crate::rounds::random::Random;

/// What the scheduler decides for a step. What cannot be done when its turn comes lets the node work instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// A client sends a request.
    Send,
    /// A request arrives at the node, in any order.
    Arrive,
    /// A client sends again what it has no answer to.
    Again,
    /// A client vanishes, with the answers under way to it, and comes back.
    Vanish,
    /// The coordinator takes its next step.
    Pump,
    /// A message between coordinator, shards and batching actors is delivered.
    Deliver,
    /// A sealed frame is written, or a written one synced.
    Write,
    /// A sealed frame is written and synced at once, as small ones are.
    WriteThrough,
    /// The next table of known ids is ready.
    Table,
    /// Known ids are archived, or the coordinator hears of it.
    Archive,
    /// Nothing came for a while: an empty frame carries the mark.
    Mark,
    /// The maker of segments tries again.
    Tend,
    /// A snapshot is asked for.
    AskSnapshot,
    /// A slice of it is taken, or it is published.
    Slice,
    /// A little time passes.
    Tick,
    /// The clock is set back.
    SetBack,
    /// The process is killed, and started again.
    Kill,
    /// The power goes.
    Cut,
    /// The node is stopped in order, and started again.
    Stop,
    /// The disk will fail one of the next operations.
    Fault,
    /// The disk fills up.
    Fill,
    /// There is room again.
    Free,
}

/// How often each is decided, of ten thousand.
const WEIGHTS: [(Action, usize); 22] = [
    (Action::Send, 800),
    (Action::Arrive, 1_000),
    (Action::Again, 150),
    (Action::Vanish, 40),
    (Action::Pump, 2_900),
    (Action::Deliver, 3_200),
    (Action::Write, 750),
    (Action::WriteThrough, 250),
    (Action::Table, 60),
    (Action::Archive, 80),
    (Action::Mark, 80),
    (Action::Tend, 40),
    (Action::AskSnapshot, 20),
    (Action::Slice, 500),
    (Action::Tick, 170),
    (Action::SetBack, 8),
    (Action::Kill, 3),
    (Action::Cut, 6),
    (Action::Stop, 2),
    (Action::Fault, 4),
    (Action::Fill, 3),
    (Action::Free, 60),
];

impl Action {
    /// The decision of a step.
    pub(crate) fn draw(random: &mut Random) -> Action {
        let total: usize = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        let mut at = random.below(total);
        for (action, weight) in WEIGHTS {
            if at < weight {
                return action;
            }
            at -= weight;
        }
        unreachable!("a number below the sum of the weights falls on one of them")
    }
}
