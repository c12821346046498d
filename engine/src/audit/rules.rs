//! What a transaction that does more than post must have done, held against what it did and against the transaction
//! that it names.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::FixedState;

use super::account::Account;
use super::chart::Chart;
use super::deed_fault::DeedFault;
use super::deeds::Deeds;
use super::holds::Holds;
use super::recorded::{Past, Recorded, RecordedLeg, RecordedMove};
use super::refunds::{Nets, outside};
use crate::ledger::{
    AccountId, Action, Counting, Currency, EntityId, HoldKind, HoldMove, Named, Outcome, Side, SubjectClass,
    TransactionKey,
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

/// The books that deeds are held against.
pub(super) struct Rules<'a> {
    pub(super) frame: u64,
    pub(super) accounts: &'a [Account],
    pub(super) chart: &'a Chart,
    pub(super) holds: &'a Holds,
    pub(super) past: &'a Past,
    pub(super) deeds: &'a Deeds,
}

type Ruled = Result<(), DeedFault>;

impl Rules<'_> {
    /// Checks a deed that was done, and takes note of what it did to another one.
    pub(super) fn check(&self, ordinal: u32, deed: &Recorded, fates: &mut Fates) -> Ruled {
        match deed.action {
            Action::Post => Ok(()),
            Action::Freeze => match deed.moves[..] {
                [one] if one.moved == HoldMove::Frozen && one.hold == deed.key => not_of_a_try(&one),
                _ => Err(DeedFault::Holds),
            },
            Action::Raise => self.named_hold(deed, HoldMove::Raised).map(|_| ()),
            Action::Unfreeze => self.named_hold(deed, HoldMove::Released).map(|_| ()),
            Action::Consume => self.check_consume(deed),
            Action::Try => self.check_try(deed),
            Action::CarryForward => self.check_carried(ordinal, deed),
            Action::Reverse | Action::Refund | Action::Confirm | Action::CancelTry => {
                self.check_naming(ordinal, deed, fates)
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

    /// The one move of the hold that a deed names.
    fn named_hold(&self, deed: &Recorded, moved: HoldMove) -> Result<RecordedMove, DeedFault> {
        let named = deed.named.map(|named| named.key);
        match deed.moves[..] {
            [one] if one.moved == moved && Some(one.hold) == named => not_of_a_try(&one).map(|()| one),
            _ => Err(DeedFault::Holds),
        }
    }

    fn check_consume(&self, deed: &Recorded) -> Ruled {
        let RecordedMove { account, amount, .. } = self.named_hold(deed, HoldMove::Consumed)?;
        let taken = self.taken(account, &deed.legs);
        if taken == i128::from(amount) { Ok(()) } else { Err(DeedFault::Spent { account, amount, taken }) }
    }

    /// The legs of a try could be posted as they are, and what they take is held.
    fn check_try(&self, deed: &Recorded) -> Ruled {
        let mut nets: BTreeMap<Option<u16>, i128> = BTreeMap::new();
        let in_order = deed.legs.windows(2).all(|pair| pair[0].step < pair[1].step);
        for leg in &deed.legs {
            let account = self.account(leg.account).filter(|_| leg.amount > 0 && in_order);
            *nets.entry(account.ok_or(DeedFault::TryLegs)?.unit).or_default() += leg.signed();
        }
        let first = deed.legs.first().and_then(|leg| self.account(leg.account));
        let in_entity = first.is_some_and(|account| account.entity == deed.entity);
        let single_entry = nets.len() == 1 && nets.contains_key(&None);
        let balanced = nets.iter().all(|(unit, net)| unit.is_some() && *net == 0);
        if !in_entity || !(single_entry || balanced) {
            return Err(DeedFault::TryLegs);
        }
        let mut must: BTreeMap<AccountId, i128> = BTreeMap::new();
        for leg in &deed.legs {
            let taken = self.taken(leg.account, &deed.legs);
            let checked = self.account(leg.account).is_some_and(|account| !account.may_go_negative());
            if checked && taken > 0 {
                must.insert(leg.account, taken);
            }
        }
        let mut held = BTreeMap::new();
        for one in &deed.moves {
            let own = one.moved == HoldMove::Frozen && one.hold == deed.key && one.kind == HoldKind::Try;
            let twice = held.insert(one.account, i128::from(one.amount)).is_some();
            if !own || twice {
                return Err(DeedFault::Holds);
            }
        }
        if held == must { Ok(()) } else { Err(DeedFault::Holds) }
    }

    /// All but the last leg's account are income or expense, and have nothing left. What the last one is was once free.
    fn check_carried(&self, ordinal: u32, deed: &Recorded) -> Ruled {
        let target = deed.legs.last().map(|leg| leg.account);
        let class = target.and_then(|target| self.account(target)).map(|found| self.chart.class(found.line));
        let bad =
            matches!(class, Some(SubjectClass::Asset | SubjectClass::Liability | SubjectClass::OffBalance));
        if let Some(account) = target.filter(|_| bad && self.chart.rules > 0) {
            return Err(DeedFault::Target { account });
        }
        for leg in deed.legs.iter().filter(|leg| Some(leg.account) != target) {
            let account = leg.account;
            let class = self.account(account).map(|account| self.chart.class(account.line));
            if !matches!(class, Some(SubjectClass::Income | SubjectClass::Expense)) {
                return Err(DeedFault::NoResult { account });
            }
            if !self.deeds.carried(ordinal, account) {
                return Err(DeedFault::NotCarried { account });
            }
        }
        if deed.moves.is_empty() { Ok(()) } else { Err(DeedFault::Holds) }
    }

    /// The transaction that a deed names, as an earlier frame has it.
    fn original(&self, named: &Named) -> Result<Recorded, DeedFault> {
        if named.place.frame >= self.frame {
            return Err(DeedFault::NotBefore);
        }
        let found = self.past.transaction(named.place);
        found.filter(|found| found.key == named.key).ok_or(DeedFault::NotThere)
    }

    fn check_naming(&self, ordinal: u32, deed: &Recorded, fates: &mut Fates) -> Ruled {
        let named = deed.named.ok_or(DeedFault::NamesNone)?;
        let original = self.original(&named)?;
        let undoable: &[Action] = match deed.action {
            Action::Reverse => &[Action::Post, Action::Consume, Action::Refund, Action::Confirm],
            Action::Refund => &[Action::Post, Action::Consume, Action::Confirm],
            _ => &[Action::Try],
        };
        let done = matches!(original.outcome, Outcome::Posted | Outcome::Tried);
        if !done || !undoable.contains(&original.action) {
            return Err(DeedFault::NotUndoable);
        }
        let fate = fates.fates.entry(original.key).or_default();
        if fate.undone {
            return Err(DeedFault::UndoneBefore);
        }
        fate.undone = deed.action != Action::Refund;
        match deed.action {
            Action::Reverse => {
                let refunded = fate.refunded.values().any(|net| *net != 0);
                if refunded {
                    Err(DeedFault::Refunded)
                } else {
                    let entity = self.chart.entities.get(usize::from(deed.entity.0));
                    let same_year = entity.is_some_and(|of| of.year(deed.date) == of.year(original.date));
                    check_reversal(deed, &original, named.blue, same_year)
                }?;
                if self.chart.rules > 0
                    && !self.deeds.all_count(ordinal, counting_of_undoing(deed, &original))
                {
                    return Err(DeedFault::Counting);
                }
                if let Some(refunds) = original.named.filter(|_| original.action == Action::Refund) {
                    let fate = fates.fates.entry(refunds.key).or_default();
                    return self.count_refund(deed, &self.original(&refunds)?, fate);
                }
                Ok(())
            }
            Action::Refund => {
                if !deed.moves.is_empty() {
                    return Err(DeedFault::Holds);
                }
                if named.clearing {
                    fate.note_clearing(deed, &original)?;
                }
                self.count_refund(deed, &original, fate)
            }
            Action::Confirm if deed.legs != original.legs => Err(DeedFault::OtherLegs),
            Action::Confirm => check_moves(deed, &original, HoldMove::Consumed),
            _ => self.check_cancelled(deed, &original),
        }
    }

    /// Counts what a refund moves, or what its reversal takes back, and holds what all refunds come to against their
    /// original.
    fn count_refund(&self, deed: &Recorded, original: &Recorded, fate: &mut Fate) -> Ruled {
        if self.chart.rules == 0 {
            fate.count(&deed.legs);
            let refunds = deed.action == Action::Refund;
            return if refunds { self.check_old_refunds(&fate.refunded, original) } else { Ok(()) };
        }
        let moved = if fate.undone { Nets::new() } else { nets(&original.legs) };
        let outside =
            |fate: &Fate| outside(&moved, &fate.refunded, &fate.by_way, |account| self.unit(account));
        let before = outside(fate);
        fate.count(&deed.legs);
        let after = outside(fate);
        match after.is_good_after(before) {
            true => Ok(()),
            false => Err(DeedFault::RefundOutside { by: after.apart }),
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
                return Err(DeedFault::RefundOfAccount { account, given, taken });
            }
        }
        let originally = self.debits(&moved);
        for (currency, refunded) in self.debits(given) {
            let moved = originally.get(&currency).copied().unwrap_or(0);
            if refunded > moved {
                return Err(DeedFault::RefundInAll { currency, refunded, moved });
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
    fn check_cancelled(&self, deed: &Recorded, original: &Recorded) -> Ruled {
        let released = |one: &RecordedMove| one.moved == HoldMove::Released && one.hold == original.key;
        if !deed.moves.iter().all(released) {
            return Err(DeedFault::Holds);
        }
        for held in &original.moves {
            let (account, remaining) = (held.account, self.holds.remaining(held.account, original.key));
            if remaining != 0 {
                return Err(DeedFault::HoldLeft { account, remaining });
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
    fn note_clearing(&mut self, deed: &Recorded, original: &Recorded) -> Ruled {
        let moved = nets(&original.legs);
        let is_moved = |account: &AccountId| moved.get(account).is_some_and(|net| *net != 0);
        let elsewhere = nets(&deed.legs).into_iter().filter(|(account, net)| *net != 0 && !is_moved(account));
        let elsewhere: Vec<AccountId> = elsewhere.map(|(account, _)| account).collect();
        self.by_way.extend(&elsewhere);
        if elsewhere.is_empty() { Err(DeedFault::Clearing) } else { Ok(()) }
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
    if one.kind == HoldKind::Try { Err(DeedFault::Holds) } else { Ok(()) }
}

/// A reversal has the legs of its original: negative within its year (红字), on the opposite sides over years (蓝字). Of
/// a consume, what it spent is held again.
fn check_reversal(deed: &Recorded, original: &Recorded, blue: bool, same_year: bool) -> Ruled {
    if blue == same_year {
        return Err(DeedFault::Style);
    }
    let undone = original.legs.iter().map(|leg| match (blue, leg.side) {
        (false, _) => RecordedLeg { amount: leg.amount.wrapping_neg(), ..*leg },
        (true, Side::Debit) => RecordedLeg { side: Side::Credit, ..*leg },
        (true, Side::Credit) => RecordedLeg { side: Side::Debit, ..*leg },
    });
    if !undone.eq(deed.legs.iter().copied()) {
        return Err(DeedFault::OtherLegs);
    }
    match original.action {
        Action::Consume => check_moves(deed, original, HoldMove::Restored),
        _ if deed.moves.is_empty() => Ok(()),
        _ => Err(DeedFault::Holds),
    }
}

/// How a reversal counts against day limits: on the same date it gives back what was used, but of a consume by a court or by
/// force, which used nothing.
fn counting_of_undoing(deed: &Recorded, original: &Recorded) -> Counting {
    let forced = original.named.is_some_and(|named| named.forced);
    let judicial = original.moves.iter().any(|one| one.kind == HoldKind::Judicial);
    let counted = original.action != Action::Consume || !(forced || judicial);
    if deed.date == original.date && counted { Counting::GivesBack } else { Counting::Takes }
}

/// Each hold that the original moved is moved by the same amount, in this way.
fn check_moves(deed: &Recorded, original: &Recorded, moved: HoldMove) -> Ruled {
    let by_account = |moves: &[RecordedMove]| {
        let mut moves: Vec<_> = moves.iter().map(|one| RecordedMove { moved, ..*one }).collect();
        moves.sort_unstable_by_key(|one| one.account);
        moves
    };
    let so_moved = deed.moves.iter().all(|one| one.moved == moved);
    let same = by_account(&deed.moves) == by_account(&original.moves);
    if so_moved && same { Ok(()) } else { Err(DeedFault::Holds) }
}
