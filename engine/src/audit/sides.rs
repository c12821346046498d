//! The sides of a frame's transactions, held against the booking modes of their types. Kept only where the books have memo
//! accounts or modes: others pay for nothing.

use std::collections::BTreeMap;

use super::account::Account;
use super::chart::Chart;
use super::fault::{BookFault, Checked, RecordPlace};
use super::recorded::RecordedLeg;
use crate::ledger::notes::{self, Note};
use crate::ledger::{
    ActionCode, BookingMode, Currency, Date, EntityId, Head, Outcome, Side, SubjectClass, Tail,
};

/// The transactions of the frame that brought their legs, and the legs of all. Buffers are kept from frame to frame.
#[derive(Default)]
pub(super) struct Sides {
    heads: Vec<Brought>,
    legs: Vec<(u32, RecordedLeg)>,
}

/// A transaction that brought its legs, and so was judged by the mode of its type. What undoes or confirms follows an original.
struct Brought {
    ordinal: u32,
    date: Date,
    kind: Box<str>,
    /// A refund gives back on the accounts of its original, in whatever mode that was booked.
    refunds: bool,
}

/// The legs of a transaction in the books of one entity: debits and credits by currency.
#[derive(Default)]
struct OfEntity {
    memo: BTreeMap<Currency, [i128; 2]>,
    others: BTreeMap<Currency, [i128; 2]>,
    off_balance: bool,
}

impl Sides {
    pub(super) fn clear(&mut self) {
        self.heads.clear();
        self.legs.clear();
    }

    /// Takes a transaction that was done, with the legs in its tail.
    pub(super) fn take_head(&mut self, ordinal: u32, head: &Head, tail: &Tail<'_>) {
        let brings = matches!(
            head.action,
            ActionCode::Post | ActionCode::Consume | ActionCode::Try | ActionCode::Refund
        );
        if !brings || !matches!(head.outcome, Outcome::Posted | Outcome::Tried) {
            return;
        }
        let kind = notes::read(tail.notes).find(|(note, _)| *note == Note::Kind);
        let kind = kind.map_or("", |(_, text)| text).into();
        let refunds = head.action == ActionCode::Refund;
        self.heads.push(Brought { ordinal, date: head.accounting_date, kind, refunds });
        self.legs.extend(tail.hot_legs.iter().map(|leg| (ordinal, leg.into())));
    }

    pub(super) fn take_leg(&mut self, ordinal: u32, leg: RecordedLeg) {
        self.legs.push((ordinal, leg));
    }

    /// Checks what can be told when all of the frame was read.
    pub(super) fn end_frame(&mut self, chart: &Chart, accounts: &[Account]) -> Checked {
        self.legs.sort_by_key(|(ordinal, _)| *ordinal);
        for brought in &self.heads {
            let start = self.legs.partition_point(|(of, _)| *of < brought.ordinal);
            let legs = self.legs[start..].iter().take_while(|(of, _)| *of == brought.ordinal);
            let mut entities: BTreeMap<EntityId, OfEntity> = BTreeMap::new();
            for (_, leg) in legs {
                let account = leg.account.index().and_then(|index| accounts.get(index));
                // One that was never opened is told elsewhere.
                let Some(account) = account.filter(|account| account.is_open()) else { continue };
                entities.entry(account.entity).or_default().add(chart, account, leg);
            }
            for (entity, sides) in entities {
                let fault = sides.fault(brought, entity, chart);
                fault.map_or(Ok(()), |fault| Err(RecordPlace::Head(brought.ordinal).flaw(fault)))?;
            }
        }
        Ok(())
    }
}

impl OfEntity {
    fn add(&mut self, chart: &Chart, account: &Account, leg: &RecordedLeg) {
        let sums = match chart.class(account.line) {
            SubjectClass::OffBalance => {
                self.off_balance = true;
                return;
            }
            SubjectClass::Memo => &mut self.memo,
            _ => &mut self.others,
        };
        let currency = chart.lines.list[account.line as usize].currency;
        sums.entry(currency).or_default()[usize::from(leg.side == Side::Credit)] += i128::from(leg.amount);
    }

    fn fault(&self, brought: &Brought, entity: EntityId, chart: &Chart) -> Option<BookFault> {
        if !self.memo.is_empty() && self.others.is_empty() && !self.off_balance {
            return Some(BookFault::MemoAlone { entity });
        }
        let off_alone = self.memo.is_empty() && self.others.is_empty();
        if brought.refunds || off_alone {
            return None;
        }
        let possible = chart.modes.possible(entity, &brought.kind, brought.date);
        let fits = possible.iter().any(|mode| match mode {
            BookingMode::Double => self.memo.is_empty(),
            BookingMode::SingleDouble => !self.memo.is_empty(),
            BookingMode::Single => self.each_has_its_memo(),
        });
        let mode = possible.last().copied().unwrap_or_default();
        (!fits).then(|| BookFault::BookingMode { entity, kind: brought.kind.clone(), mode })
    }

    /// Whether memo debits are the other side of all credits, and memo credits of all debits.
    fn each_has_its_memo(&self) -> bool {
        let mut currencies = self.memo.keys().chain(self.others.keys());
        currencies.all(|currency| {
            let [debits, credits] = self.memo.get(currency).copied().unwrap_or_default();
            self.others.get(currency).copied().unwrap_or_default() == [credits, debits]
        })
    }
}
