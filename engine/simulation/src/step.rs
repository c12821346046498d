//! What a step may be.

use crate::rounds::random::Random;

/// What the scheduler decides for a step. What cannot be done when its turn comes lets the node work instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
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
const WEIGHTS: [(Step, usize); 22] = [
    (Step::Send, 800),
    (Step::Arrive, 1_000),
    (Step::Again, 150),
    (Step::Vanish, 40),
    (Step::Pump, 2_900),
    (Step::Deliver, 3_200),
    (Step::Write, 750),
    (Step::WriteThrough, 250),
    (Step::Table, 60),
    (Step::Archive, 80),
    (Step::Mark, 80),
    (Step::Tend, 40),
    (Step::AskSnapshot, 20),
    (Step::Slice, 500),
    (Step::Tick, 170),
    (Step::SetBack, 8),
    (Step::Kill, 3),
    (Step::Cut, 6),
    (Step::Stop, 2),
    (Step::Fault, 4),
    (Step::Fill, 3),
    (Step::Free, 60),
];

impl Step {
    /// The decision of a step.
    pub(crate) fn draw(random: &mut Random) -> Step {
        let total: usize = WEIGHTS.iter().map(|(_, weight)| weight).sum();
        let mut at = random.below(total);
        for (step, weight) in WEIGHTS {
            if at < weight {
                return step;
            }
            at -= weight;
        }
        unreachable!("a number below the sum of the weights falls on one of them")
    }
}
