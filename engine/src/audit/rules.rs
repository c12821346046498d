//! What a transaction that does more than post must have done, held against what it did and against the transaction
//! that it names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::FixedState;

use super::account::Account;
use super::action_fault::ActionFault;
use super::actions::Actions;
use super::chart::Chart;
use super::holds::Holds;
use super::recorded::{Past, Recorded, RecordedLeg, RecordedMove};
use super::refunds::{Nets, outside};
use crate::ledger::{
    AccountId, ActionCode, Counting, Currency, EntityId, HoldKind, HoldMove, Named, Outcome, Side,
    SubjectClass, TransactionKey,
};

/// What became of transactions that others named: of those alone something is kept.
#[derive(Default)]
pub(super) struct Fates {
    fates: HashMap<TransactionKey, Fate, FixedState>,
}

/// What became of one.
#[derive(Default)]
struct Fate {
    /// Reversed, confirmed or cancelled.
    undone: bool,
    /// What its refunds moved on each account so far.
    refunded: Nets,
    /// Accounts that it did not move, and by way of which its refunds go.
    by_way: BTreeSet<AccountId>,
}

/// The books that actions are held against.
pub(super) struct Rules<'a> {
    pub(super) frame: u64,
    pub(super) accounts: &'a [Account],
    pub(super) chart: &'a Chart,
    pub(super) holds: &'a Holds,
    pub(super) past: &'a Past,
    pub(super) actions: &'a Actions,
}

type Ruled = Result<(), ActionFault>;

impl Rules<'_> {
    /// Checks an action that was done, and takes note of what it did to another one.
    pub(super) fn check(&self, ordinal: u32, recorded: &Recorded, fates: &mut Fates) -> Ruled {
        match recorded.action {
            ActionCode::Post => Ok(()),
            ActionCode::Charge => {
                if recorded.moves.is_empty() {
                    Ok(())
                } else {
                    Err(ActionFault::Holds)
                }
            }
            ActionCode::Freeze => match recorded.moves[..] {
                [one] if one.moved == HoldMove::Frozen && one.hold == recorded.key => not_of_a_try(&one),
                _ => Err(ActionFault::Holds),
            },
            ActionCode::Raise => self.named_hold(recorded, HoldMove::Raised).map(|_| ()),
            ActionCode::Unfreeze => self.named_hold(recorded, HoldMove::Released).map(|_| ()),
            ActionCode::Consume => self.check_consume(recorded),
            ActionCode::Try => self.check_try(recorded),
            ActionCode::CarryForward => self.check_carried(ordinal, recorded),
            ActionCode::Reverse | ActionCode::Refund | ActionCode::Confirm | ActionCode::CancelTry => {
                self.check_naming(ordinal, recorded, fates)
            }
        }
    }

    fn account(&self, account: AccountId) -> Option<&Account> {
        self.accounts.get(account.index()?).filter(|account| account.is_open())
    }

    /// What the legs take from an account, natural.
    fn taken(&self, account: AccountId, legs: &[RecordedLeg]) -> i128 {
        let net = legs.iter().filter(|leg| leg.account == account).map(RecordedLeg::signed).sum();
        self.account(account).map_or(0, |found| -found.natural(net))
    }

    /// The one move of the hold that an action names.
    fn named_hold(&self, recorded: &Recorded, moved: HoldMove) -> Result<RecordedMove, ActionFault> {
        let named = recorded.named.map(|named| named.key);
        match recorded.moves[..] {
            [one] if one.moved == moved && Some(one.hold) == named => not_of_a_try(&one).map(|()| one),
            _ => Err(ActionFault::Holds),
        }
    }

    fn check_consume(&self, recorded: &Recorded) -> Ruled {
        let RecordedMove { account, amount, .. } = self.named_hold(recorded, HoldMove::Consumed)?;
        let taken = self.taken(account, &recorded.legs);
        if taken == i128::from(amount) { Ok(()) } else { Err(ActionFault::Spent { account, amount, taken }) }
    }

    /// The legs of a try could be posted as they are, and what they take is held.
    fn check_try(&self, recorded: &Recorded) -> Ruled {
        let mut nets: BTreeMap<Option<u16>, i128> = BTreeMap::new();
        let in_order = recorded.legs.windows(2).all(|pair| pair[0].step < pair[1].step);
        for leg in &recorded.legs {
            let account = self.account(leg.account).filter(|_| leg.amount > 0 && in_order);
            *nets.entry(account.ok_or(ActionFault::TryLegs)?.unit).or_default() += leg.signed();
        }
        let first = recorded.legs.first().and_then(|leg| self.account(leg.account));
        let in_entity = first.is_some_and(|account| account.entity == recorded.entity);
        let single_entry = nets.len() == 1 && nets.contains_key(&None);
        let balanced = nets.iter().all(|(unit, net)| unit.is_some() && *net == 0);
        if !in_entity || !(single_entry || balanced) {
            return Err(ActionFault::TryLegs);
        }
        let mut must: BTreeMap<AccountId, i128> = BTreeMap::new();
        for leg in &recorded.legs {
            let taken = self.taken(leg.account, &recorded.legs);
            let checked = self.account(leg.account).is_some_and(|account| !account.may_go_negative());
            if checked && taken > 0 {
                must.insert(leg.account, taken);
            }
        }
        let mut held = BTreeMap::new();
        for one in &recorded.moves {
            let own = one.moved == HoldMove::Frozen && one.hold == recorded.key && one.kind == HoldKind::Try;
            let twice = held.insert(one.account, i128::from(one.amount)).is_some();
            if !own || twice {
                return Err(ActionFault::Holds);
            }
        }
        if held == must { Ok(()) } else { Err(ActionFault::Holds) }
    }

    /// All but the last leg's account are income or expense, and have nothing left. What the last one is was once free.
    fn check_carried(&self, ordinal: u32, recorded: &Recorded) -> Ruled {
        let target = recorded.legs.last().map(|leg| leg.account);
        let class = target.and_then(|target| self.account(target)).map(|found| self.chart.class(found.line));
        let bad = matches!(
            class,
            Some(
                SubjectClass::Asset | SubjectClass::Liability | SubjectClass::OffBalance | SubjectClass::Memo
            )
        );
        if let Some(account) = target.filter(|_| bad && self.chart.rules > 0) {
            return Err(ActionFault::Target { account });
        }
        for leg in recorded.legs.iter().filter(|leg| Some(leg.account) != target) {
            let account = leg.account;
            let class = self.account(account).map(|account| self.chart.class(account.line));
            if !matches!(class, Some(SubjectClass::Income | SubjectClass::Expense)) {
                return Err(ActionFault::NoResult { account });
            }
            if !self.actions.carried(ordinal, account) {
                return Err(ActionFault::NotCarried { account });
            }
        }
        if recorded.moves.is_empty() { Ok(()) } else { Err(ActionFault::Holds) }
    }

    /// The transaction that an action names, as an earlier frame has it.
    fn original(&self, named: &Named) -> Result<Recorded, ActionFault> {
        if named.place.frame >= self.frame {
            return Err(ActionFault::NotBefore);
        }
        let found = self.past.transaction(named.place);
        found.filter(|found| found.key == named.key).ok_or(ActionFault::NotThere)
    }

    fn check_naming(&self, ordinal: u32, recorded: &Recorded, fates: &mut Fates) -> Ruled {
        let named = recorded.named.ok_or(ActionFault::NamesNone)?;
        let original = self.original(&named)?;
        let undoable: &[ActionCode] = match recorded.action {
            ActionCode::Reverse => &[
                ActionCode::Post,
                ActionCode::Consume,
                ActionCode::Refund,
                ActionCode::Confirm,
                ActionCode::Charge,
            ],
            ActionCode::Refund => {
                &[ActionCode::Post, ActionCode::Consume, ActionCode::Confirm, ActionCode::Charge]
            }
            _ => &[ActionCode::Try],
        };
        let done = matches!(original.outcome, Outcome::Posted | Outcome::Tried);
        if !done || !undoable.contains(&original.action) {
            return Err(ActionFault::NotUndoable);
        }
        let fate = fates.fates.entry(original.key).or_default();
        if fate.undone {
            return Err(ActionFault::UndoneBefore);
        }
        fate.undone = recorded.action != ActionCode::Refund;
        match recorded.action {
            ActionCode::Reverse => {
                let refunded = fate.refunded.values().any(|net| *net != 0);
                if refunded {
                    Err(ActionFault::Refunded)
                } else {
                    let entity = self.chart.entities.get(usize::from(recorded.entity.0));
                    let same_year = entity.is_some_and(|of| of.year(recorded.date) == of.year(original.date));
                    check_reversal(recorded, &original, named.blue, same_year)
                }?;
                if self.chart.rules > 0
                    && !self.actions.all_count(ordinal, counting_of_undoing(recorded, &original))
                {
                    return Err(ActionFault::Counting);
                }
                if let Some(refunds) = original.named.filter(|_| original.action == ActionCode::Refund) {
                    let fate = fates.fates.entry(refunds.key).or_default();
                    return self.count_refund(recorded, &self.original(&refunds)?, fate);
                }
                Ok(())
            }
            ActionCode::Refund => {
                if !recorded.moves.is_empty() {
                    return Err(ActionFault::Holds);
                }
                if named.clearing {
                    self.check_clearing(recorded, &original)?;
                    fate.note_clearing(recorded, &original)?;
                }
                self.count_refund(recorded, &original, fate)
            }
            ActionCode::Confirm if recorded.legs != original.legs => Err(ActionFault::OtherLegs),
            ActionCode::Confirm => check_moves(recorded, &original, HoldMove::Consumed),
            _ => self.check_cancelled(recorded, &original),
        }
    }

    /// What a memo account has is no money that a refund could wait in.
    fn check_clearing(&self, recorded: &Recorded, original: &Recorded) -> Ruled {
        let moved = nets(&original.legs);
        let is_memo = |account: &AccountId| {
            self.account(*account).is_some_and(|found| self.chart.class(found.line) == SubjectClass::Memo)
        };
        let mut accounts = recorded.legs.iter().map(|leg| leg.account);
        let by_memo = accounts.any(|account| is_memo(&account) && !moved.contains_key(&account));
        if by_memo { Err(ActionFault::Clearing) } else { Ok(()) }
    }

    /// Counts what a refund moves, or what its reversal takes back, and holds what all refunds come to against their
    /// original.
    fn count_refund(&self, recorded: &Recorded, original: &Recorded, fate: &mut Fate) -> Ruled {
        if self.chart.rules == 0 {
            fate.count(&recorded.legs);
            let refunds = recorded.action == ActionCode::Refund;
            return if refunds { self.check_old_refunds(&fate.refunded, original) } else { Ok(()) };
        }
        let moved = if fate.undone { Nets::new() } else { nets(&original.legs) };
        let outside =
            |fate: &Fate| outside(&moved, &fate.refunded, &fate.by_way, |account| self.unit(account));
        let before = outside(fate);
        fate.count(&recorded.legs);
        let after = outside(fate);
        match after.is_good_after(before) {
            true => Ok(()),
            false => Err(ActionFault::RefundOutside { by: after.apart }),
        }
    }

    /// What an account balances in.
    fn unit(&self, account: AccountId) -> Option<(EntityId, Currency)> {
        let found = self.account(account)?;
        Some((found.entity, self.chart.lines.list[found.line as usize].currency))
    }

    /// All refunds together give no account more than the original took from it, and move no more than it did: what was
    /// held before there was a version of the rules.
    fn check_old_refunds(&self, given: &Nets, original: &Recorded) -> Ruled {
        let moved = nets(&original.legs);
        for (&account, &taken) in moved.iter().filter(|(_, taken)| **taken > 0) {
            let given = -given.get(&account).copied().unwrap_or(0);
            if given > taken {
                return Err(ActionFault::RefundOfAccount { account, given, taken });
            }
        }
        let originally = self.debits(&moved);
        for (currency, refunded) in self.debits(given) {
            let moved = originally.get(&currency).copied().unwrap_or(0);
            if refunded > moved {
                return Err(ActionFault::RefundInAll { currency, refunded, moved });
            }
        }
        Ok(())
    }

    /// The debit movements of accounts, by currency.
    fn debits(&self, nets: &Nets) -> BTreeMap<Currency, i128> {
        let mut debits = BTreeMap::new();
        for (account, net) in nets {
            let Some(found) = self.account(*account) else { continue };
            *debits.entry(self.chart.lines.list[found.line as usize].currency).or_default() += (*net).max(0);
        }
        debits
    }

    /// What was still held of a try is released, and nothing else.
    fn check_cancelled(&self, recorded: &Recorded, original: &Recorded) -> Ruled {
        let released = |one: &RecordedMove| one.moved == HoldMove::Released && one.hold == original.key;
        if !recorded.moves.iter().all(released) {
            return Err(ActionFault::Holds);
        }
        for held in &original.moves {
            let (account, remaining) = (held.account, self.holds.remaining(held.account, original.key));
            if remaining != 0 {
                return Err(ActionFault::HoldLeft { account, remaining });
            }
        }
        Ok(())
    }
}

impl Fate {
    /// Counts what legs of its refunds move.
    fn count(&mut self, legs: &[RecordedLeg]) {
        count(&mut self.refunded, legs);
    }

    /// Notes the accounts by way of which a refund goes that says so.
    fn note_clearing(&mut self, recorded: &Recorded, original: &Recorded) -> Ruled {
        let moved = nets(&original.legs);
        let is_moved = |account: &AccountId| moved.get(account).is_some_and(|net| *net != 0);
        let elsewhere =
            nets(&recorded.legs).into_iter().filter(|(account, net)| *net != 0 && !is_moved(account));
        let elsewhere: Vec<AccountId> = elsewhere.map(|(account, _)| account).collect();
        self.by_way.extend(&elsewhere);
        if elsewhere.is_empty() { Err(ActionFault::Clearing) } else { Ok(()) }
    }
}

fn nets(legs: &[RecordedLeg]) -> Nets {
    let mut nets = Nets::new();
    count(&mut nets, legs);
    nets
}

fn count(nets: &mut Nets, legs: &[RecordedLeg]) {
    for leg in legs {
        *nets.entry(leg.account).or_default() += leg.signed();
    }
}

/// The holds of tries move with them alone.
fn not_of_a_try(one: &RecordedMove) -> Ruled {
    if one.kind == HoldKind::Try { Err(ActionFault::Holds) } else { Ok(()) }
}

/// A reversal has the legs of its original: negative within its year (红字), on the opposite sides over years (蓝字). Of
/// a consume, what it spent is held again.
fn check_reversal(recorded: &Recorded, original: &Recorded, blue: bool, same_year: bool) -> Ruled {
    if blue == same_year {
        return Err(ActionFault::Style);
    }
    let undone = original.legs.iter().map(|leg| match (blue, leg.side) {
        (false, _) => RecordedLeg { amount: leg.amount.wrapping_neg(), ..*leg },
        (true, Side::Debit) => RecordedLeg { side: Side::Credit, ..*leg },
        (true, Side::Credit) => RecordedLeg { side: Side::Debit, ..*leg },
    });
    if !undone.eq(recorded.legs.iter().copied()) {
        return Err(ActionFault::OtherLegs);
    }
    match original.action {
        ActionCode::Consume => check_moves(recorded, original, HoldMove::Restored),
        _ if recorded.moves.is_empty() => Ok(()),
        _ => Err(ActionFault::Holds),
    }
}

/// How a reversal counts against day limits: on the same date it gives back what was used, but of a consume by a court or by
/// force, which used nothing.
fn counting_of_undoing(recorded: &Recorded, original: &Recorded) -> Counting {
    let forced = original.named.is_some_and(|named| named.forced);
    let judicial = original.moves.iter().any(|one| one.kind == HoldKind::Judicial);
    let counted = original.action != ActionCode::Consume || !(forced || judicial);
    if recorded.date == original.date && counted { Counting::GivesBack } else { Counting::Takes }
}

/// Each hold that the original moved is moved by the same amount, in this way.
fn check_moves(recorded: &Recorded, original: &Recorded, moved: HoldMove) -> Ruled {
    let by_account = |moves: &[RecordedMove]| {
        let mut moves: Vec<_> = moves.iter().map(|one| RecordedMove { moved, ..*one }).collect();
        moves.sort_unstable_by_key(|one| one.account);
        moves
    };
    let so_moved = recorded.moves.iter().all(|one| one.moved == moved);
    let same = by_account(&recorded.moves) == by_account(&original.moves);
    if so_moved && same { Ok(()) } else { Err(ActionFault::Holds) }
}
