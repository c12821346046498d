//! The transactions of a frame that do more than post: their records are gathered while the frame is read, and held
//! against what their heads say when all of it was.

use super::action_fault::ActionFault;
use super::recorded::{Recorded, RecordedLeg, RecordedMove};
use crate::ledger::notes::{self, Note};
use crate::ledger::{AccountId, ActionCode, Charged, ClientId, Counting, Head, Outcome, Tail};

/// The actions of a frame. Buffers are kept from frame to frame.
#[derive(Default)]
pub(super) struct Actions {
    /// By ordinal, without their legs and moves.
    heads: Vec<(u32, Recorded)>,
    legs: Vec<(u32, RecordedLeg)>,
    moves: Vec<(u32, RecordedMove)>,
    /// The balances that carrying forward left, by transaction and account.
    carried: Vec<(u32, AccountId, i128)>,
    /// How the legs of reversals count against day limits.
    counting: Vec<(u32, Counting)>,
}

impl Actions {
    pub(super) fn clear(&mut self) {
        self.heads.clear();
        self.legs.clear();
        self.moves.clear();
        self.carried.clear();
        self.counting.clear();
    }

    /// Takes a head that was done, with the legs in its tail.
    pub(super) fn take_head(&mut self, ordinal: u32, head: &Head, tail: &Tail<'_>) {
        self.heads.push((ordinal, Recorded::of_head(head, tail.named)));
        self.legs.extend(tail.hot_legs.iter().map(|leg| (ordinal, leg.into())));
    }

    pub(super) fn take_leg(&mut self, ordinal: u32, leg: RecordedLeg) {
        self.legs.push((ordinal, leg));
    }

    pub(super) fn take_move(&mut self, ordinal: u32, moved: RecordedMove) {
        self.moves.push((ordinal, moved));
    }

    /// Takes the balance that a leg of a carry-forward left.
    pub(super) fn take_carried(&mut self, ordinal: u32, account: AccountId, balance: i128) {
        let there = self.carried.iter_mut().find(|(other, of, _)| (*other, *of) == (ordinal, account));
        match there {
            Some((_, _, left)) => *left = balance,
            None => self.carried.push((ordinal, account, balance)),
        }
    }

    /// Takes how a leg of a reversal counts against day limits.
    pub(super) fn take_counting(&mut self, ordinal: u32, counting: Counting) {
        self.counting.push((ordinal, counting));
    }

    /// Whether all legs of a reversal count so.
    pub(super) fn all_count(&self, ordinal: u32, counting: Counting) -> bool {
        self.counting.iter().filter(|(of, _)| *of == ordinal).all(|(_, said)| *said == counting)
    }

    /// Whether a carry-forward left nothing in an account.
    pub(super) fn carried(&self, ordinal: u32, account: AccountId) -> bool {
        self.carried.contains(&(ordinal, account, 0))
    }

    /// Takes out the actions with their legs and moves, by ordinal.
    pub(super) fn take_all(&mut self) -> Vec<(u32, Recorded)> {
        self.legs.sort_by_key(|(ordinal, leg)| (*ordinal, leg.step));
        self.moves.sort_by_key(|(ordinal, _)| *ordinal);
        let (mut legs, mut moves) = (self.legs.drain(..).peekable(), self.moves.drain(..).peekable());
        let mut actions = std::mem::take(&mut self.heads);
        for (ordinal, recorded) in &mut actions {
            recorded
                .legs
                .extend(std::iter::from_fn(|| legs.next_if(|(of, _)| of == ordinal)).map(|(_, leg)| leg));
            let moved = std::iter::from_fn(|| moves.next_if(|(of, _)| of == ordinal));
            recorded.moves.extend(moved.map(|(_, moved)| moved));
        }
        actions
    }
}

/// Whether an action moves holds and nothing else.
pub(super) fn moves_holds_alone(action: ActionCode) -> bool {
    matches!(action, ActionCode::Freeze | ActionCode::Raise | ActionCode::Unfreeze)
}

/// Whether an action has no legs.
pub(super) fn is_bare(action: ActionCode) -> bool {
    moves_holds_alone(action) || action == ActionCode::CancelTry
}

/// What is wrong with a head and its tail, whatever its legs are.
pub(super) fn check_head(head: &Head, tail: &Tail<'_>) -> Result<(), ActionFault> {
    let (action, named) = (head.action, tail.named.unwrap_or_default());
    let names = matches!(
        action,
        ActionCode::Raise
            | ActionCode::Unfreeze
            | ActionCode::Consume
            | ActionCode::Reverse
            | ActionCode::Refund
            | ActionCode::Confirm
            | ActionCode::CancelTry
    );
    let may_force = matches!(action, ActionCode::Consume | ActionCode::Reverse);
    let approved = || notes::read(tail.notes).any(|(note, _)| note == Note::Approval);
    let outcome = match head.outcome {
        Outcome::Posted => action != ActionCode::Try,
        Outcome::Tried => action == ActionCode::Try,
        Outcome::Refused(_) => true,
        Outcome::Cancelled => action == ActionCode::Post,
    };
    let charged = Charged::read(tail.notes).is_some();
    let by_rule = matches!(action, ActionCode::Charge | ActionCode::Refund);
    let unsaid = head.outcome == Outcome::Posted && action == ActionCode::Charge && !charged;
    let bare = is_bare(action);
    let own = head.client == ClientId(0);
    let findings = [
        (!outcome, ActionFault::Outcome),
        (names && tail.named.is_none(), ActionFault::NamesNone),
        (!names && tail.named.is_some(), ActionFault::NamesOther),
        (named.forced && !(may_force && approved()), ActionFault::Forced),
        (named.blue && action != ActionCode::Reverse, ActionFault::Blue),
        (named.clearing && action != ActionCode::Refund, ActionFault::Clearing),
        (own != (action == ActionCode::CarryForward), ActionFault::Client),
        (unsaid || charged && !by_rule, ActionFault::Rule),
        (bare && head.legs > 0, ActionFault::HasLegs),
    ];
    findings.into_iter().find(|(found, _)| *found).map_or(Ok(()), |(_, fault)| Err(fault))
}
