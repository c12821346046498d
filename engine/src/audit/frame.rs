//! What the audit keeps of a frame while it goes through it: its transactions and their legs so far.

use super::fault::{BookFault, Checked, RecordPlace};
use crate::ledger::{AccountId, Date, EntityId, Head, Outcome};

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
    posted: bool,
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

    pub(super) fn push(&mut self, head: &Head) {
        self.transactions.push(Audited {
            net: 0,
            unit: None,
            date: head.accounting_date,
            first: (u16::MAX, head.entity),
            entity: head.entity,
            legs: 0,
            said: head.legs,
            posted: head.outcome == Outcome::Posted,
            on_balance: false,
            off_balance: false,
        });
    }

    /// Takes a leg of a transaction.
    #[inline]
    pub(super) fn take_leg(&mut self, place: RecordPlace, leg: &TakenLeg) -> Checked {
        let &TakenLeg { ordinal, date, account, signed, .. } = leg;
        let heads = self.transactions.len();
        let Some(transaction) = self.transactions.get_mut(ordinal as usize) else {
            return Err(place.flaw(BookFault::NoHead { ordinal, heads: count32(heads) }));
        };
        place.check(transaction.posted, || BookFault::NotPosted { ordinal, account })?;
        let head = transaction.date;
        place.check(date == head, || BookFault::EntryDate { account, date, head })?;
        transaction.legs += 1;
        if leg.step <= transaction.first.0 {
            transaction.first = (leg.step, leg.entity);
        }
        let Some(unit) = leg.unit else {
            transaction.off_balance = true;
            return Ok(());
        };
        transaction.on_balance = true;
        if *transaction.unit.get_or_insert(unit) == unit {
            transaction.net += signed;
        } else {
            self.elsewhere.push((ordinal, unit, signed));
        }
        Ok(())
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
            let &Audited { said, legs, net, unit, .. } = transaction;
            if transaction.posted {
                place.check(u32::from(said) == legs, || BookFault::Legs { said, found: legs })?;
                place.check(legs > 0, || BookFault::NoLegs)?;
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
