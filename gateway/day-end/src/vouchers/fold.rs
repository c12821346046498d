//! Entries of a date added up while they are read, so that a date of any size takes the memory of its sums.

use std::collections::{BTreeMap, BTreeSet};

use longmen_ledger::{Amount, Currency, Side};
use longmen_vouchers::{Aux, Books, Entry, Refusal, RefusalCode, Source};

/// What is added up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: Box<str>,
    summary: Box<str>,
    books: Books,
    subject: Box<str>,
    is_credit: bool,
    currency: Currency,
    is_red: bool,
    aux: Aux,
}

/// Whose transactions are counted: of a type, on or off the balance, black or red.
type Counted = (Box<str>, bool, bool);

/// Sums of entries.
#[derive(Debug, Default)]
pub(super) struct Fold {
    sums: BTreeMap<Key, i128>,
    transactions: BTreeMap<Counted, u64>,
}

impl Fold {
    /// Takes the entries of a transaction.
    pub(super) fn take(&mut self, entries: Vec<Entry>) {
        let mut counted = BTreeSet::new();
        for entry in entries.into_iter().filter(|entry| entry.amount != Amount(0)) {
            let is_red = entry.amount.0 < 0;
            counted.insert((entry.kind.clone(), entry.books == Books::OffBalance, is_red));
            let key = Key {
                kind: entry.kind,
                summary: entry.summary,
                books: entry.books,
                subject: entry.subject,
                is_credit: entry.side == Side::Credit,
                currency: entry.currency,
                is_red,
                aux: entry.aux,
            };
            // Amounts are of 64 bits, and entries are fewer than 2^63.
            *self.sums.entry(key).or_default() += i128::from(entry.amount.0);
        }
        for one in counted {
            *self.transactions.entry(one).or_default() += 1;
        }
    }

    /// The sums, as turnovers of a batch for each type.
    pub(super) fn end(self, batch: impl Fn(&str) -> String) -> Result<Vec<Entry>, Refusal> {
        let transactions = self.transactions;
        let entry = |(key, sum): (Key, i128)| {
            let amount = i64::try_from(sum).map_err(|_| Refusal {
                code: RefusalCode::Overflow,
                about: key.kind.clone(),
                reason: format!("the sum of {} is beyond 64 bits", key.subject).into(),
            })?;
            let counted = (key.kind.clone(), key.books == Books::OffBalance, key.is_red);
            Ok(Entry {
                source: Source::Batch {
                    reference: batch(&key.kind).into(),
                    transactions: transactions[&counted],
                },
                subject: key.subject,
                books: key.books,
                aux: key.aux,
                side: if key.is_credit { Side::Credit } else { Side::Debit },
                currency: key.currency,
                amount: Amount(amount),
                kind: key.kind,
                summary: key.summary,
            })
        };
        self.sums.into_iter().map(entry).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(subject: &str, side: Side, amount: i64) -> Entry {
        Entry {
            subject: subject.into(),
            books: Books::General,
            aux: Aux::new(),
            side,
            currency: Currency::from_code("CNY").unwrap(),
            amount: Amount(amount),
            kind: "topup".into(),
            source: Source::Transaction("t".into()),
            summary: "topup".into(),
        }
    }

    #[test]
    fn sides_and_tones_stay_apart_and_transactions_count_once() {
        let mut fold = Fold::default();
        for amount in [5, 7, -5, 0] {
            let (debit, credit) = (entry("1", Side::Debit, amount), entry("2", Side::Credit, amount));
            fold.take(vec![debit.clone(), debit, credit]);
        }
        let told: Vec<_> = fold
            .end(|kind| format!("B-{kind}"))
            .unwrap()
            .into_iter()
            .map(|entry| {
                let Source::Batch { reference, transactions } = entry.source else { panic!("no batch") };
                (entry.subject, entry.side, entry.amount.0, reference, transactions)
            })
            .collect();
        let row =
            |subject: &str, side, amount, count| (subject.into(), side, amount, Box::from("B-topup"), count);
        assert_eq!(
            told,
            [
                row("1", Side::Debit, 24, 2),
                row("1", Side::Debit, -10, 1),
                row("2", Side::Credit, 12, 2),
                row("2", Side::Credit, -5, 1),
            ]
        );
    }

    #[test]
    fn a_sum_beyond_64_bits_is_refused() {
        let mut fold = Fold::default();
        fold.take(vec![entry("1", Side::Debit, i64::MAX), entry("1", Side::Debit, 1)]);
        assert_eq!(fold.end(str::to_owned).unwrap_err().code, RefusalCode::Overflow);
    }
}
