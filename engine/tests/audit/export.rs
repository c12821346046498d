//! The journal of a log: its legs come to what the entries say of each day.

use std::collections::BTreeMap;
use std::convert::Infallible;

use longmen_engine::export::{Day, ExportError, Exported, Item, JournalLeg, Scope, export};
use longmen_engine::ledger::{AccountId, Date, EntityId};

use crate::good::{BANK, Credit, Debit, HOT, MAY1, MAY2, MEMO, OTHER, PEER, USER, good_books};
use crate::planted::{Planted, date, written};

/// Entity, first date of the scope, and balances.
type Opening = (EntityId, Date, Vec<(AccountId, i128)>);

/// What an export gave.
#[derive(Default)]
struct Given {
    /// Id and accounting date of each transaction, and its legs.
    transactions: Vec<(u128, Date, Vec<JournalLeg>)>,
    days: Vec<Day>,
    openings: Vec<Opening>,
    /// Which kinds of items came, in order, each once for each run of them.
    order: Vec<&'static str>,
    exported: Exported,
}

fn given(books: &Planted, scope: &Scope) -> Given {
    let mut given = Given::default();
    let take = &mut |_: &_, item: Item<'_>| {
        let kind = match item {
            Item::Entity(_) => "entity",
            Item::Subject(_) => "subject",
            Item::Account(_) => "account",
            Item::Opening { entity, from, balances } => {
                given.openings.push((entity, from, balances.to_vec()));
                "opening"
            }
            Item::Transaction(transaction) => {
                let legs = transaction.legs.to_vec();
                given.transactions.push((transaction.id.0, transaction.accounting_date, legs));
                "transaction"
            }
            Item::Day(day) => {
                given.days.push(day);
                "day"
            }
            Item::Closed { .. } => "closed",
        };
        if given.order.last() != Some(&kind) {
            given.order.push(kind);
        }
        Ok::<(), Infallible>(())
    };
    let exported = export(&written(&books.bodies()), scope, take).unwrap();
    given.exported = exported;
    given
}

/// Good books with red entries (红字) on the second day: two on ordinary accounts, and one on the hot account.
fn books_with_red() -> Planted {
    let mut books = good_books();
    books.post(41, MAY2, &[(1, BANK, Debit, -40), (2, USER, Credit, -40)]);
    books.post(42, MAY2, &[(1, USER, Debit, -3), (2, HOT, Credit, -3)]);
    books.merge(HOT, MAY2, 1, 0, -3);
    books.chain();
    books
}

/// The days that the legs come to, on these opening balances.
fn recomputed(given: &Given) -> Vec<Day> {
    let brought = given.openings.iter().flat_map(|(_, _, balances)| balances);
    let mut balances: BTreeMap<AccountId, i128> = brought.copied().collect();
    let mut days: BTreeMap<(AccountId, Date), Day> = BTreeMap::new();
    for (_, date, legs) in &given.transactions {
        for leg in legs {
            let balance = balances.entry(leg.account).or_default();
            let opening = *balance;
            *balance += leg.side.signed(leg.amount);
            assert_eq!(*balance, leg.balance_after, "{leg:?}");
            let new = Day { account: leg.account, date: *date, opening, debit: 0, credit: 0, closing: 0 };
            let day = days.entry((leg.account, *date)).or_insert(new);
            day.closing = *balance;
            match leg.side {
                Debit => day.debit += i128::from(leg.amount.0),
                Credit => day.credit += i128::from(leg.amount.0),
            }
        }
    }
    days.into_values().collect()
}

#[track_caller]
fn check_days(given: &Given) {
    let mut days = given.days.clone();
    days.sort_unstable_by_key(|day| (day.account, day.date));
    assert_eq!(days, recomputed(given));
    assert_eq!(given.exported.days, days.len() as u64);
    assert_eq!(given.exported.transactions, given.transactions.len() as u64);
}

#[test]
fn legs_come_to_what_the_entries_say_red_ones_too() {
    let given = given(&books_with_red(), &Scope::default());
    check_days(&given);
    let Exported { frames, accounts, transactions, legs, .. } = given.exported;
    assert_eq!((frames, accounts, transactions, legs), (5, 10, 17, 30 + 8 + 4));
    let order = ["entity", "subject", "account", "transaction", "day", "closed", "transaction", "day"];
    assert_eq!(given.order, order);
    let (_, _, red) = &given.transactions[16];
    let signed: Vec<_> = red.iter().map(|leg| (leg.account.0, leg.side, leg.amount.0, leg.merged)).collect();
    assert_eq!(signed, [(USER, Debit, -3, false), (HOT, Credit, -3, true)]);
    let day = |account, on| {
        let found = given.days.iter().find(|day| day.account.0 == account && day.date == date(on)).unwrap();
        (found.opening, found.debit, found.credit, found.closing)
    };
    assert_eq!(day(HOT, MAY1), (0, 260, 490, -230));
    assert_eq!(day(HOT, MAY2), (-230, 0, 1 - 3, -228));
    assert_eq!(day(USER, MAY2).1, 1 - 3);
    assert_eq!(day(BANK, MAY2), (2009, 40 + 5 - 40, 0, 2014));
    assert_eq!(day(MEMO, MAY1), (0, 77, 0, 77));
}

#[test]
fn a_scope_begins_with_what_was_before_it() {
    #[track_caller]
    fn check(entity: Option<&str>, from: Option<&str>, to: Option<&str>, ids: &[u128], opened: &[u64]) {
        let (from, to) = (from.map(date), to.map(date));
        let given = given(&books_with_red(), &Scope { entity: entity.map(Into::into), from, to });
        check_days(&given);
        let found: Vec<u128> = given.transactions.iter().map(|(id, ..)| *id).collect();
        assert_eq!(found, ids);
        let brought = given.openings.iter().flat_map(|(_, _, balances)| balances);
        let accounts: Vec<u64> = brought.map(|(account, _)| account.0).collect();
        assert_eq!(accounts, opened);
        assert!(given.openings.iter().all(|(_, on, _)| Some(*on) == from));
    }
    let day_one = [1, 2, 3, 4, 6, 8, 9, 10, 11, 12, 21, 22];
    let day_two = [23, 24, 31, 41, 42];
    let brought = [BANK, USER, PEER, HOT, MEMO, 8, 9, 10];
    check(None, Some(MAY1), Some(MAY1), &day_one, &[]);
    check(Some("LM"), None, Some(MAY1), &day_one, &[]);
    check(Some("LM"), Some(MAY2), None, &day_two, &brought);
    check(Some("LM"), Some(MAY2), Some(MAY2), &day_two, &brought);
    check(Some("LM"), Some("2018-06-01"), None, &[], &brought);
    check(None, Some(MAY2), None, &day_two, &[&brought[..], &[OTHER, 7]].concat());
    check(Some("XX"), None, None, &[8], &[]);
    check(Some("XX"), Some(MAY2), None, &[], &[OTHER, 7]);
}

#[test]
fn what_cannot_be_told_is_an_error() {
    let of = |books: &Planted, scope: &Scope| {
        let take = &mut |_: &_, _: Item<'_>| Ok::<(), Infallible>(());
        export(&written(&books.bodies()), scope, take).unwrap_err().to_string()
    };
    let scope = Scope { entity: Some("NONE".into()), ..Scope::default() };
    assert_eq!(of(&good_books(), &scope), "no entity has the code NONE");
    let mut books = good_books();
    books.post(40, MAY2, &[(1, 77, Debit, 1), (2, USER, Credit, 1)]);
    books.chain();
    let whole = Scope::default();
    assert_eq!(of(&books, &whole), "frame 4: account 77 was never opened");
    let mut books = good_books();
    books.post(40, MAY2, &[(1, USER, Debit, 1), (2, HOT, Credit, 1)]);
    books.chain();
    assert_eq!(of(&books, &whole), format!("frame 4: no merged entry has a leg on account {HOT}"));
    // Figures that no entry can have are added to nothing.
    let account = |account| format!("frame 4: an entry of account {account} with figures that none can have");
    let mut books = good_books();
    books.merge(HOT, MAY2, 1, 0, i128::MAX);
    books.merge(HOT, MAY2, 1, 0, i128::MAX);
    assert_eq!(of(&books, &whole), account(HOT));
    for balance_after in [i128::MIN, i128::MAX] {
        let mut books = good_books();
        books.posting(BANK).balance_after = balance_after;
        assert_eq!(of(&books, &whole), account(BANK));
    }
    let mut calls = 0;
    let take = &mut |_: &_, _: Item<'_>| {
        calls += 1;
        Err(std::io::Error::other("full"))
    };
    let stopped = export(&written(&good_books().bodies()), &whole, take);
    assert!(matches!(stopped, Err(ExportError::Sink(error)) if error.to_string() == "full"));
    assert_eq!(calls, 1);
}
