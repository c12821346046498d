//! That the vouchers of a date are what the books have of it.

use std::collections::{BTreeMap, BTreeSet};

use longmen_ledger::{Currency, Side};

use crate::entry::Books;
use crate::made::draft::{Line, Origin};
use crate::turnover::Turnover;
use crate::voucher::Voucher;

/// What was proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    pub vouchers: usize,
    pub lines: usize,
    /// Subjects and currencies, whose debit and credit turnovers both agree.
    pub turnovers: usize,
}

/// What does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Lack {
    /// A subject has other turnovers in the books. In minor units, debit and credit.
    #[error("{subject} {currency}: the books have {books:?}, the vouchers {vouchers:?}")]
    Turnover { subject: Box<str>, currency: Currency, books: (i128, i128), vouchers: (i128, i128) },
    /// A voucher's debits are not its credits.
    #[error("{source_key} does not balance in {currency}, by {by}")]
    Unbalanced { source_key: String, currency: Currency, by: i128 },
    /// The clearing lines of all vouchers do not come to nothing.
    #[error("what was cleared in {currency} comes to {by}")]
    Clearing { currency: Currency, by: i128 },
    /// The same source key twice, or one is missing before the last.
    #[error("the source keys are not 1 to the last: {0}")]
    Keys(String),
    /// Off-balance lines and others in one voucher.
    #[error("{0} has off-balance lines and others")]
    MixedBooks(String),
    /// A voucher is of another entity, date or mode than the first.
    #[error("{0} is of another entity, date or mode")]
    OtherDay(String),
}

impl Lack {
    /// Its name: `turnover`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.into()
    }
}

/// Proves that vouchers are all of a date: by subject and currency their debits are the debits of the books, and their credits the credits, to the
/// cent. `turnovers` are those of the leaf subjects, on and off the balance, and the totals of memo accounts; without those that the settings leave
/// out. They have to come from the ledger's sums, not from the entries that the vouchers were made of.
///
/// # Errors
/// All that does not hold.
pub fn prove(turnovers: &[Turnover], vouchers: &[Voucher]) -> Result<Proof, Vec<Lack>> {
    let mut lacks: Vec<Lack> = vouchers.iter().flat_map(within).collect();
    lacks.extend(keys(vouchers));
    let (ours, cleared) = sums_of(vouchers);
    lacks.extend(
        cleared.into_iter().filter(|(_, by)| *by != 0).map(|(currency, by)| Lack::Clearing { currency, by }),
    );
    let mut books: BTreeMap<(&str, Currency), (i128, i128)> = BTreeMap::new();
    for Turnover { subject, currency, debit, credit } in turnovers {
        let sum = books.entry((subject, *currency)).or_default();
        *sum = (sum.0 + debit, sum.1 + credit);
    }
    let all: BTreeSet<_> = books.keys().chain(ours.keys()).copied().collect();
    for key in &all {
        let (books, vouchers) = (books.get(key).copied(), ours.get(key).copied());
        let (books, vouchers) = (books.unwrap_or_default(), vouchers.unwrap_or_default());
        if books != vouchers {
            lacks.push(Lack::Turnover { subject: key.0.into(), currency: key.1, books, vouchers });
        }
    }
    let lines = vouchers.iter().map(|voucher| voucher.content.lines.len()).sum();
    let proof = Proof { vouchers: vouchers.len(), lines, turnovers: all.len() };
    if lacks.is_empty() { Ok(proof) } else { Err(lacks) }
}

type Turnovers<'a> = BTreeMap<(&'a str, Currency), (i128, i128)>;

/// Turnovers by subject, and what clearing lines come to, debit-positive.
fn sums_of(vouchers: &[Voucher]) -> (Turnovers<'_>, BTreeMap<Currency, i128>) {
    let (mut turnovers, mut cleared) = (Turnovers::new(), BTreeMap::new());
    for line in vouchers.iter().flat_map(|voucher| &voucher.content.lines) {
        if line.origin == Origin::Clearing {
            *cleared.entry(line.currency).or_default() += line.side.signed(line.amount);
            continue;
        }
        let (debit, credit) = turnovers.entry((&*line.subject, line.currency)).or_default();
        *(if line.side == Side::Debit { debit } else { credit }) += i128::from(line.amount.0);
    }
    (turnovers, cleared)
}

/// What does not hold of a voucher by itself.
fn within(voucher: &Voucher) -> Vec<Lack> {
    let lines = &voucher.content.lines;
    let off_balance = lines.iter().filter(|line| line.books == Books::OffBalance).count();
    let is_off_balance = voucher.content.is_off_balance;
    if off_balance != if is_off_balance { lines.len() } else { 0 } {
        return vec![Lack::MixedBooks(voucher.source_key())];
    }
    if is_off_balance {
        return Vec::new();
    }
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for line in lines {
        *sums.entry(line.currency).or_default() += line.side.signed(line.amount);
    }
    let locally: i128 = lines.iter().map(|line: &Line| line.side.signed(line.local)).sum();
    let local = [(voucher.content.local_currency, locally)];
    let wrong = sums.into_iter().chain(local).filter(|(_, by)| *by != 0);
    wrong.map(|(currency, by)| Lack::Unbalanced { source_key: voucher.source_key(), currency, by }).collect()
}

/// What does not hold of the source keys.
fn keys(vouchers: &[Voucher]) -> Vec<Lack> {
    let Some(first) = vouchers.first() else { return Vec::new() };
    let of = |voucher: &Voucher| (voucher.content.entity.clone(), voucher.content.date, voucher.content.mode);
    let others = vouchers.iter().filter(|voucher| of(voucher) != of(first));
    let mut lacks: Vec<Lack> = others.map(|voucher| Lack::OtherDay(voucher.source_key())).collect();
    let mut sequences: Vec<u32> = vouchers.iter().map(|voucher| voucher.sequence).collect();
    sequences.sort_unstable();
    if !sequences.iter().copied().eq((1..).take(sequences.len())) {
        let keys: Vec<String> = vouchers.iter().map(Voucher::source_key).collect();
        lacks.push(Lack::Keys(keys.join(", ")));
    }
    lacks
}
