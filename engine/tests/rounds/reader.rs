//! Reads a transaction back from the log alone, for whoever names it: what the node does with its readers.

use std::collections::BTreeSet;
use std::sync::Arc;

use longmen_engine::ledger::notes::{self, Note};
use longmen_engine::ledger::{
    ActionCode, Charged, ClientId, Currency, Entry, Head, Leg, Movement, Original, Outcome, RecordPlace,
    SectionKind, TransactionKey, read_tail,
};

use super::harness::Stored;
use super::script::Spec;
use super::translate::name;

/// The transaction of this id, if the log has it.
pub(crate) fn original(log: &[Stored], id: u128, chart: &[Spec]) -> Option<Arc<Original>> {
    of_key(log, name(id), chart)
}

/// The transactions that were posted.
///
/// # Panics
/// If one was posted twice.
pub(crate) fn posted(log: &[Stored]) -> BTreeSet<(ClientId, u128)> {
    let mut posted = BTreeSet::new();
    for frame in log {
        let heads = frame.records().heads().map(Result::unwrap).collect::<Vec<Head>>();
        for head in heads.iter().filter(|head| head.outcome == Outcome::Posted) {
            assert!(posted.insert((head.client, head.id.0)), "{:?} was posted twice", head.id);
        }
    }
    posted
}

fn of_key(log: &[Stored], key: TransactionKey, chart: &[Spec]) -> Option<Arc<Original>> {
    let mut found = log.iter().rev().find_map(|frame| in_frame(frame, key, chart))?;
    if let Some(named) = found.names.filter(|_| found.done && found.action == ActionCode::Refund) {
        found.refunded = of_key(log, named.key, chart);
    }
    Some(Arc::new(found))
}

fn in_frame(frame: &Stored, key: TransactionKey, chart: &[Spec]) -> Option<Original> {
    let records = frame.records();
    let is_it = |head: &Head| (head.client, head.id) == (key.client, key.id);
    let (ordinal, head) = (0..).zip(records.heads()).find_map(|(ordinal, head)| {
        let head = head.unwrap();
        is_it(&head).then_some((ordinal, head))
    })?;
    let tails = records.sections.iter().find(|(kind, ..)| *kind == SectionKind::Tails);
    let tail = read_tail(&head, tails.map_or(&[][..], |(.., bytes)| bytes)).unwrap();
    let currency = |account: u64| Currency::from_code(chart[account as usize - 1].currency).unwrap();
    let mut holds = Vec::new();
    let kept = tail.hot_legs.iter().map(|leg| Leg {
        account: leg.account,
        amount: leg.amount,
        currency: currency(leg.account.0),
        step: leg.step,
        side: leg.side,
    });
    let mut legs: Vec<Leg> = kept.collect();
    for entry in records.entries() {
        match entry.unwrap().1 {
            Entry::Posting(posting) => {
                if let Movement::Leg { transaction, step, side, amount } = posting.movement
                    && transaction == ordinal
                {
                    let account = posting.account;
                    legs.push(Leg { account, amount, currency: currency(account.0), step, side });
                }
            }
            Entry::Held(held) if held.transaction == Some(ordinal) => {
                holds.push((held.account, held.hold, longmen_engine::ledger::Amount(held.amount)));
            }
            _ => {}
        }
    }
    legs.sort_by_key(|leg| leg.step);
    let kind = notes::read(tail.notes).find(|(note, _)| *note == Note::Kind);
    Some(Original {
        place: RecordPlace { frame: records.number, ordinal },
        action: head.action,
        done: matches!(head.outcome, Outcome::Posted | Outcome::Tried),
        date: head.accounting_date,
        kind: kind.map_or("", |(_, text)| text).into(),
        charged: Charged::read(tail.notes),
        legs,
        holds,
        names: tail.named,
        refunded: None,
    })
}
