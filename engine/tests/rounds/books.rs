//! The books as the log alone tells them: added up from its entries, with no row and no rule.

use std::collections::{BTreeMap, BTreeSet};

use longmen_engine::ledger::{Admin, Entry, Head, Movement, Outcome, Posting, SectionKind, Side, read_tail};

use super::harness::Stored;
use super::script::{Seen, Spec};

/// What a log says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    /// Natural.
    pub(crate) balances: BTreeMap<u64, i128>,
    /// Debits and credits by account and date.
    pub(crate) turnovers: BTreeMap<(u64, u32), (i128, i128)>,
    /// Legs posted one by one, in order, by account.
    pub(crate) seen: BTreeMap<u64, Vec<Seen>>,
    /// The ids that have a record.
    pub(crate) ids: BTreeSet<u128>,
    /// Records that are no transactions: openings, changes, closed dates.
    pub(crate) records: usize,
    /// Merged entries.
    pub(crate) merged: usize,
}

/// Reads a log.
///
/// # Panics
/// If a frame's debits and credits differ in an entity and currency, an entry does not follow from the one before,
/// a merged entry is not the sum of its legs, or an id has two records.
pub(crate) fn read(log: &[Stored], chart: &[Spec]) -> Books {
    let mut books = Books::default();
    for frame in log {
        books.take(frame, chart);
    }
    books
}

impl Books {
    fn take(&mut self, frame: &Stored, chart: &[Spec]) {
        let records = frame.records();
        let heads: Vec<Head> = records.heads().map(|head| head.unwrap()).collect();
        let tails = records.sections.iter().find(|(kind, ..)| *kind == SectionKind::Tails);
        let tails = tails.map_or(&[][..], |(.., bytes)| bytes);
        let mut merged: BTreeMap<u64, (u32, i128, i128)> = BTreeMap::new();
        for head in &heads {
            assert!(self.ids.insert(head.id.0), "transaction {} has two records", head.id);
            let legs = read_tail(head, tails).unwrap().hot_legs;
            assert!(legs.is_empty() || head.outcome == Outcome::Posted, "only what is posted has legs");
            for leg in legs {
                let sums = merged.entry(leg.account.0).or_default();
                sums.0 += 1;
                *(if leg.side == Side::Debit { &mut sums.1 } else { &mut sums.2 }) +=
                    i128::from(leg.amount.0);
            }
        }
        let mut nets: BTreeMap<(usize, &str), i128> = BTreeMap::new();
        self.records += records.admin().filter(|admin| is_of_a_request(admin.as_ref().unwrap())).count();
        for entry in records.entries() {
            let posting = match entry.unwrap().1 {
                Entry::Posting(posting) => posting,
                Entry::Held(_) => continue,
                Entry::Opened(_) | Entry::Changed(_) => {
                    self.records += 1;
                    continue;
                }
            };
            let spec = &chart[posting.account.0 as usize - 1];
            if spec.subject().class != "off_balance" {
                *nets.entry((spec.entity, spec.currency)).or_default() += posting.movement.signed();
            }
            if let Movement::Merged { count, debit, credit } = posting.movement {
                let sums = merged.entry(posting.account.0).or_default();
                *sums = (sums.0 - count, sums.1 - debit, sums.2 - credit);
                self.merged += 1;
            }
            self.post(&posting, spec, &heads);
        }
        assert!(nets.values().all(|net| *net == 0), "debits and credits of a frame differ: {nets:?}");
        let rest = merged.values().all(|sums| *sums == (0, 0, 0));
        assert!(rest, "a merged entry is not the sum of its legs: {merged:?}");
    }

    fn post(&mut self, posting: &Posting, spec: &Spec, heads: &[Head]) {
        let account = posting.account.0;
        let natural = |signed: i128| if spec.subject().debit_normal { signed } else { -signed };
        let balance = self.balances.entry(account).or_default();
        *balance += natural(posting.movement.signed());
        assert_eq!(*balance, natural(posting.balance_after), "account {account}: before + amount = after");
        let (debit, credit) = posting.movement.turnover();
        let turnover = self.turnovers.entry((account, posting.date.days())).or_default();
        *turnover = (turnover.0 + debit, turnover.1 + credit);
        if let Movement::Leg { transaction, step, side, amount } = posting.movement {
            let head = &heads[transaction as usize];
            assert_eq!((head.outcome, head.accounting_date), (Outcome::Posted, posting.date));
            let seen = (head.id.0, step, side == Side::Debit, amount.0, *balance);
            self.seen.entry(account).or_default().push(seen);
        }
    }
}

/// Whether a request is the reason for a record; the figures of a closed date and the register stand beside such a one.
fn is_of_a_request(record: &Admin) -> bool {
    !matches!(record, Admin::LineClosed { .. } | Admin::Registered { .. })
}
