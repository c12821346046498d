//! Relations that hold whenever every single record does, so that only a fault of the audit itself breaks them:
//! tried by changing what it has computed.

use super::*;
use crate::ledger::{
    Amount, ClientId, Currency, Date, EntityId, Held, Hold, HoldMove, HoldTerms, LineId, OpenedEntry, Owner,
    Placement, Position, Side, SubjectClass, SubjectId, SubjectOpening, TransactionId, TransactionKey,
    UnitId, YearStart,
};

fn books() -> Books {
    let mut books = Books::new();
    let opening = SubjectOpening::new("1001", "cash", SubjectClass::Asset, Side::Debit, true);
    let names = [
        Admin::Entity {
            id: EntityId(0),
            code: "LM".into(),
            start: Date::FIRST,
            year_starts: YearStart::JANUARY,
        },
        Admin::Subject { id: SubjectId(0), entity: EntityId(0), opening },
    ];
    for record in names {
        books.chart.take(RecordPlace::Frame, record).unwrap();
    }
    books.reach = 2;
    for account in [1, 2] {
        let opened = OpenedEntry {
            account: AccountId(account),
            entity: EntityId(0),
            subject: SubjectId(0),
            currency: cny(),
            owner: Owner::Internal,
            number: "",
            kind: "",
            may_go_negative: true,
            hot: false,
            overdraft_limit: Amount(0),
            credit_limit: None,
            placement: Placement { line: LineId(0), unit: Some(UnitId(0)), normal: Side::Debit },
        };
        let slot = u32::try_from(account).unwrap();
        books.take_opened(&opened, Position { frame: 1, slot, section: 0 }).unwrap();
    }
    books
}

fn cny() -> Currency {
    Currency::from_code("CNY").unwrap()
}

#[test]
fn a_frame_that_does_not_balance_is_found() {
    let mut books = books();
    books.end_frame(1, 0).unwrap();
    books.frame.count(Some(0), 5);
    let flaw = books.end_frame(1, 0).unwrap_err();
    let fault = BookFault::FrameUnbalanced { entity: EntityId(0), currency: cny(), net: 5 };
    assert_eq!((flaw.record, flaw.fault), (RecordPlace::Frame, fault));
    books.end_frame(1, 0).expect("each frame is counted anew");
}

#[test]
fn totals_are_held_against_accounts_and_each_other() {
    let mut books = books();
    books.accounts[0].balance = 7;
    books.accounts[1].balance = -7;
    assert!(books.totals().is_ok());
    books.accounts[0].balance = 8;
    let (subject, entity, currency) = (SubjectId(0), EntityId(0), cny());
    let fault = BookFault::SubjectTotal { subject, currency, total: 0, accounts: 1 };
    assert_eq!(books.totals().err(), Some(fault));
    books.chart.lines.count(0, Date::FIRST, (1, 0));
    assert_eq!(books.totals().err(), Some(BookFault::UnitTotal { entity, currency, net: 1 }));
}

#[test]
fn what_is_frozen_is_held_against_the_holds() {
    let mut books = books();
    let hold = Hold {
        key: TransactionKey { client: ClientId(1), id: TransactionId(7) },
        terms: HoldTerms::default(),
        amount: 5,
        remaining: 5,
        expired: false,
    };
    let account = AccountId(1);
    let (previous, transaction, date) = (Position { frame: 1, slot: 1, section: 0 }, Some(0), Date::FIRST);
    let (moved, amount, frozen_after) = (HoldMove::Frozen, 5, 5);
    let held = Held { account, previous, transaction, moved, amount, hold, frozen_after, date };
    books.accounts[0].hold(&held, Position { frame: 1, slot: 9, section: 0 }).unwrap();
    assert_eq!(books.totals().err(), Some(BookFault::FrozenTotal { account, frozen: 5, holds: 0 }));
    books.holds.take(&held, 0, false).unwrap();
    assert!(books.totals().is_ok());
}
