//! Days made at random with differences planted in them, so that it is known what is to be found.

use std::collections::BTreeMap;

use longmen_channel_files::RowKind;
use longmen_ledger::{Amount, Currency, Date};
use longmen_reconciliation::{BookState, Class, Fate, Hung, Side, Transaction};
use rand::Rng;
use rand::rngs::StdRng;

/// What was planted in a day.
#[derive(Default)]
pub(crate) struct Planted {
    pub(crate) book: Vec<Transaction>,
    pub(crate) file: Vec<Transaction>,
    pub(crate) hung: Vec<Hung>,
    /// By number: what is to be found.
    pub(crate) found: BTreeMap<String, Vec<(Class, Fate)>>,
}

impl Planted {
    /// A day of up to 2,000 transactions, 2024-06-18.
    pub(crate) fn day(random: &mut StdRng) -> Planted {
        let mut planted = Planted::default();
        for number in 0..random.random_range(0..2_000) {
            plant(random, format!("P{number}"), &mut planted);
        }
        planted
    }
}

/// Plants one transaction, on both sides or on one.
fn plant(random: &mut StdRng, number: String, planted: &mut Planted) {
    let sign = if random.random_bool(0.2) { -1 } else { 1 };
    let gross = sign * random.random_range(2..1_000_000);
    let one = Transaction {
        kind: if gross < 0 { RowKind::Refund } else { RowKind::Pay },
        merchant_number: number.as_str().into(),
        reference: format!("ref-{number}").into(),
        line: 1,
        gross: Amount(gross),
        fee: Amount(sign * random.random_range(0..6_000)),
        currency: Currency::from_code("CNY").unwrap(),
        state: BookState::Done,
    };
    let other = |gross, fee| Transaction { gross: Amount(gross), fee: Amount(fee), ..one.clone() };
    let waiting =
        |side| Hung { side, since: Date::parse("2024-06-17").unwrap(), days: 0, transaction: one.clone() };
    let found = match random.random_range(0..40) {
        0 => {
            planted.book.push(one.clone());
            planted.file.push(other(gross, one.fee.0 + 1));
            vec![(Class::FeeDiffers, Fate::Open)]
        }
        1 => {
            planted.book.push(one.clone());
            planted.file.push(other(gross + sign, one.fee.0));
            vec![(Class::AmountDiffers, Fate::Open)]
        }
        2 => {
            planted.book.push(Transaction { state: BookState::Pending, ..one.clone() });
            planted.file.push(one);
            vec![(Class::StateDiffers, Fate::Open)]
        }
        3 => {
            planted.file.push(one);
            vec![(Class::Long, Fate::Hung)]
        }
        4 => {
            planted.book.push(one);
            vec![(Class::Short, Fate::Hung)]
        }
        5 => {
            planted.book.push(one.clone());
            planted.file.extend([one.clone(), Transaction { reference: "again".into(), line: 2, ..one }]);
            vec![(Class::Matched, Fate::Closed), (Class::DuplicateInFile, Fate::Open)]
        }
        6 => {
            planted.book.extend([one.clone(), Transaction { line: 2, ..one.clone() }]);
            planted.file.push(one);
            vec![(Class::Matched, Fate::Closed), (Class::DuplicateInBook, Fate::Open)]
        }
        7 => {
            planted.hung.push(waiting(Side::Book));
            planted.file.push(one);
            vec![(Class::Matched, Fate::Closed)]
        }
        8 => {
            planted.hung.push(waiting(Side::File));
            planted.book.push(one);
            vec![(Class::Matched, Fate::Closed)]
        }
        9 => {
            planted.hung.push(waiting(Side::File));
            vec![(Class::Long, Fate::Suspense)]
        }
        10 => {
            planted.hung.push(waiting(Side::Book));
            vec![(Class::Short, Fate::Suspense)]
        }
        11 => {
            planted.file.push(Transaction { state: BookState::Failed, ..one });
            return;
        }
        _ => {
            planted.book.push(one.clone());
            planted.file.push(one);
            vec![(Class::Matched, Fate::Closed)]
        }
    };
    planted.found.insert(number, found);
}
