//! What the audit keeps of a frame while it goes through it: its transactions and their legs so far.

use super::action_fault::ActionFault;
use super::actions::{is_bare, moves_holds_alone};
use super::fault::{BookFault, Checked, RecordPlace};
use crate::ledger::{AccountId, ActionCode, Date, EntityId, Head, Named, Outcome};

/// A leg, in an entry of its own or merged.
#[derive(Clone, Copy, Debug)]
pub(super) struct TakenLeg {
    /// The ordinal of its transaction.
    pub(super) ordinal: u32,
    pub(super) step: u16,
    /// The date of its entry.
    pub(super) date: Date,
    pub(super) account: AccountId,
    /// The account's.
    pub(super) entity: EntityId,
    /// The account's.
    pub(super) unit: Option<u16>,
    /// Debit-positive.
    pub(super) signed: i128,
}

/// On what terms the records of a transaction are judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    pub(super) action: ActionCode,
    /// Funds, limits and states are set aside.
    pub(super) waives: bool,
    /// A hold is spent whatever the payment state.
    pub(super) forced: bool,
    /// A reversal whose legs are negative.
    red: bool,
}

impl Terms {
    fn of(head: &Head, named: Option<&Named>) -> Terms {
        let action = head.action;
        let (forced, blue) = named.map_or((false, false), |named| (named.forced, named.blue));
        let waives = action == ActionCode::CarryForward || action == ActionCode::Reverse && forced;
        Terms { action, waives, forced, red: action == ActionCode::Reverse && !blue }
    }

    /// Whether a leg of such a transaction may have this amount.
    #[inline]
    pub(super) fn lets(self, amount: i64) -> bool {
        if self.red { amount < 0 } else { amount > 0 }
    }
}

/// A transaction of the frame.
#[derive(Clone, Copy, Debug)]
struct Audited {
    /// Debits less credits in `unit`.
    net: i128,
    /// The first unit it has a leg in.
    unit: Option<u16>,
    date: Date,
    /// Step and entity of its first leg.
    first: (u16, EntityId),
    entity: EntityId,
    legs: u32,
    said: u16,
    outcome: Outcome,
    terms: Terms,
    on_balance: bool,
    off_balance: bool,
}

/// The frame under audit. Buffers are kept from frame to frame.
#[derive(Default)]
pub(super) struct AuditedFrame {
    transactions: Vec<Audited>,
    /// Legs in other units than their transaction's first.
    elsewhere: Vec<(u32, u16, i128)>,
    /// Debits less credits of all entries, by unit.
    nets: Vec<i128>,
}

impl AuditedFrame {
    pub(super) fn clear(&mut self) {
        self.transactions.clear();
        self.elsewhere.clear();
    }

    pub(super) fn push(&mut self, head: &Head, named: Option<&Named>) {
        self.transactions.push(Audited {
            net: 0,
            unit: None,
            date: head.accounting_date,
            first: (u16::MAX, head.entity),
            entity: head.entity,
            legs: 0,
            said: head.legs,
            outcome: head.outcome,
            terms: Terms::of(head, named),
            on_balance: false,
            off_balance: false,
        });
    }

    #[inline]
    fn transaction(&mut self, place: RecordPlace, ordinal: u32) -> Checked<&mut Audited> {
        let heads = self.transactions.len();
        let transaction = self.transactions.get_mut(ordinal as usize);
        transaction.ok_or_else(|| place.flaw(BookFault::NoHead { ordinal, heads: count32(heads) }))
    }

    /// Whether a transaction sets funds and limits aside.
    #[inline]
    pub(super) fn waives(&self, ordinal: u32) -> bool {
        self.transactions.get(ordinal as usize).is_some_and(|transaction| transaction.terms.waives)
    }

    /// Whether a transaction is a reversal.
    pub(super) fn reverses(&self, ordinal: u32) -> bool {
        let found = self.transactions.get(ordinal as usize);
        found.is_some_and(|transaction| transaction.terms.action == ActionCode::Reverse)
    }

    /// Takes a move of a hold by a transaction.
    pub(super) fn take_move(
        &mut self,
        place: RecordPlace,
        ordinal: u32,
        (account, entity): (AccountId, EntityId),
        date: Date,
    ) -> Checked<Terms> {
        let transaction = self.transaction(place, ordinal)?;
        let done = matches!(transaction.outcome, Outcome::Posted | Outcome::Tried);
        place.check(done, || BookFault::NotPosted { ordinal, account })?;
        let (terms, head) = (transaction.terms, transaction.date);
        let (action, fault) = (terms.action, ActionFault::Holds);
        place.check(action != ActionCode::Post, || BookFault::Action { action, fault })?;
        place.check(date == head, || BookFault::EntryDate { account, date, head })?;
        if moves_holds_alone(action) {
            transaction.first.1 = entity;
        }
        Ok(terms)
    }

    /// Takes a leg of a transaction.
    #[inline]
    pub(super) fn take_leg(&mut self, place: RecordPlace, leg: &TakenLeg) -> Checked<Terms> {
        let &TakenLeg { ordinal, date, account, signed, .. } = leg;
        let transaction = self.transaction(place, ordinal)?;
        let posted = transaction.outcome == Outcome::Posted;
        place.check(posted, || BookFault::NotPosted { ordinal, account })?;
        let head = transaction.date;
        place.check(date == head, || BookFault::EntryDate { account, date, head })?;
        transaction.legs += 1;
        if leg.step <= transaction.first.0 {
            transaction.first = (leg.step, leg.entity);
        }
        let Some(unit) = leg.unit else {
            transaction.off_balance = true;
            return Ok(transaction.terms);
        };
        transaction.on_balance = true;
        if *transaction.unit.get_or_insert(unit) == unit {
            transaction.net += signed;
            return Ok(transaction.terms);
        }
        let terms = transaction.terms;
        self.elsewhere.push((ordinal, unit, signed));
        Ok(terms)
    }

    /// Counts an entry into the frame's debits and credits.
    #[inline]
    pub(super) fn count(&mut self, unit: Option<u16>, signed: i128) {
        let Some(unit) = unit.map(usize::from) else { return };
        if unit >= self.nets.len() {
            self.nets.resize(unit + 1, 0);
        }
        self.nets[unit] += signed;
    }

    /// Checks what can be told when all of the frame was read. `unbalanced` names a unit whose net is not zero.
    pub(super) fn end(&mut self, unbalanced: impl Fn(u16, i128) -> BookFault) -> Checked {
        for (ordinal, transaction) in (0..).zip(&self.transactions) {
            let place = RecordPlace::Head(ordinal);
            let &Audited { said, legs, net, unit, outcome, terms, .. } = transaction;
            if outcome == Outcome::Posted {
                let bare = is_bare(terms.action);
                place.check(u32::from(said) == legs, || BookFault::Legs { said, found: legs })?;
                place.check(legs > 0 || bare, || BookFault::NoLegs)?;
                let (said, found) = (transaction.entity, transaction.first.1);
                place.check(said == found, || BookFault::HeadEntity { said, found })?;
            }
            let mixed = transaction.on_balance && transaction.off_balance;
            place.check(!mixed, || BookFault::MixedOffBalance)?;
            place.check(net == 0, || unbalanced(unit.unwrap_or(0), net))?;
        }
        self.elsewhere.sort_unstable_by_key(|(ordinal, unit, _)| (*ordinal, *unit));
        for legs in self.elsewhere.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let net = legs.iter().map(|(_, _, signed)| signed).sum();
            let (ordinal, unit, _) = legs[0];
            RecordPlace::Head(ordinal).check(net == 0, || unbalanced(unit, net))?;
        }
        Ok(())
    }

    /// A unit whose debits and credits differ over the frame, if there is one; begins to count anew.
    pub(super) fn take_net(&mut self) -> Option<(u16, i128)> {
        let net = (0..).zip(&self.nets).find(|(_, net)| **net != 0).map(|(unit, net)| (unit, *net));
        self.nets.iter_mut().for_each(|net| *net = 0);
        net
    }
}

fn count32(len: usize) -> u32 {
    u32::try_from(len).expect("a frame is far below 2^32 records")
}
