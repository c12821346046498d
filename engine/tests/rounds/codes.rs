//! Every code of the scenarios' README, alone and beside every other that can apply at the same time: the first in the order
//! of precedence is given, with its step. Each case is judged by the node, on one shard and three, hot and not, and by the
//! naive ledger, and both must say what stands here.

mod faults;
mod scene;

use longmen_engine::ledger::Rejection::{self, *};

use faults::*;
use scene::{Scene, leg, legs};

use super::harness::{Node, settings};
use super::naive::SHORT_TYPE;
use super::script::{Act, Ask, NOW, START, Said, Spec, Tx, TxSaid};
use super::translate;

const CHART: [Spec; 6] = [
    Spec { may_go_negative: true, ..Spec::new(0, "1001") },
    Spec::new(0, "2001"),
    Spec::new(0, "2001"),
    Spec::new(0, "7001"),
    Spec::new(1, "2001"),
    Spec { mapped: true, ..Spec::new(0, "2001") },
];
const OPEN: u64 = 5;
const BANK: u64 = 1;
const PAYER: u64 = 2;
const PAYEE: u64 = 3;
const OFF_BALANCE: u64 = 4;
const WEST: u64 = 5;
const UNKNOWN: u64 = 99;

/// The id of the transaction that is judged, and of what it names.
const ID: u128 = 1;
const NAMED: u128 = 40;

/// Something wrong: its code with its step, and how it comes about.
struct Fault {
    code: Rejection,
    step: u16,
    make: fn(&mut Scene),
}

const fn fault(code: Rejection, step: u16, make: fn(&mut Scene)) -> Fault {
    Fault { code, step, make }
}

/// The group of the order of precedence, as the README lists them.
fn group(code: Rejection) -> usize {
    let groups: [&[Rejection]; 9] = [
        &[Malformed, Unbalanced, InvalidAmount, MixedOffBalance, CurrencyMismatch, MemoAlone, BookingMode],
        &[IdempotencyConflict, Cancelled, TooOld, TimeRequired, AlreadyPosted],
        &[UnknownAccount, UnknownSubject, NotLeaf, UnknownFreeze, UnknownOriginal],
        &[DateClosed, DateAhead, ValueDate],
        &[
            AlreadyReversed,
            RefundExceeded,
            RefundWindow,
            FreezeExceeded,
            FreezeExpired,
            WrongAuthority,
            VersionConflict,
            NotEmpty,
        ],
        &[AccountState],
        &[PaymentState],
        &[InsufficientFunds],
        &[LimitExceeded, DayLimitExceeded],
    ];
    groups.iter().position(|group| group.contains(&code)).unwrap()
}

/// Makes each fault alone and each two together, and holds what is said against the first of them; `faults` stand in the
/// order of the README.
#[track_caller]
fn check(base: impl Fn() -> Scene, faults: &[&Fault], apart: &[(Rejection, Rejection)]) {
    judge(base(), None);
    for (index, one) in faults.iter().enumerate() {
        let mut scene = base();
        (one.make)(&mut scene);
        judge(scene, Some((one.code, one.step)));
        for other in &faults[index + 1..] {
            if apart.contains(&(one.code, other.code)) {
                continue;
            }
            let mut scene = base();
            (one.make)(&mut scene);
            (other.make)(&mut scene);
            // Steps tell within a group; shape is judged before there are any.
            let key =
                |fault: &Fault| (group(fault.code), if group(fault.code) == 0 { 0 } else { fault.step });
            let first = if key(other) < key(one) { other } else { one };
            judge(scene, Some((first.code, first.step)));
        }
    }
}

/// What the ledgers say to the scene's transaction.
#[track_caller]
fn judge(mut scene: Scene, expect: Option<(Rejection, u16)>) {
    let rejection = expect.map(|(rejection, _)| rejection);
    let step = expect.map_or(0, |(_, step)| step);
    let expect =
        Said::Results { results: vec![TxSaid { rejection, step, repeated: false }], balances: vec![] };
    let ask = Ask::Post { txs: vec![scene.tx], balances: false };
    assert_eq!(scene.naive.ask(&ask), expect, "the naive ledger: {:#?} {ask:?}", scene.asks);
    scene.asks.push(ask);
    for hot in [&[][..], &[PAYEE], &[PAYER, PAYEE, BANK]] {
        for shards in [1, 3] {
            assert_eq!(
                last_said(&scene.asks, shards, hot),
                expect,
                "{shards} shards, hot {hot:?}: {:#?}",
                scene.asks
            );
        }
    }
}

/// What a node says to the last of these requests.
fn last_said(asks: &[Ask], shards: u16, hot: &[u64]) -> Said {
    let mut node = Node::open(&settings(shards), &CHART, OPEN, hot);
    for (tag, ask) in (0..).zip(asks) {
        node.ask(tag, ask, &CHART);
        node.drain();
    }
    let (_, answer) = node.given.last().unwrap();
    translate::said(asks.last().unwrap(), answer)
}

#[test]
fn a_posting() {
    let faults = [
        &NO_STEPS,
        &UNBALANCED,
        &ZERO,
        &MIXED,
        &CURRENCY,
        &CONFLICT,
        &CANCELLED,
        &TOO_OLD,
        &NO_ACCOUNT,
        &DATE,
        &VALUE,
        &LOSS,
        &STOPPED,
        &POOR,
        &LIMIT,
        &DAY_LIMIT,
    ];
    check(|| Scene::new(Tx::new(ID, legs())), &faults, &[]);
}

#[test]
fn a_consume() {
    let base = || {
        let act = Act::Consume { hold: NAMED, amount: 10, authority: "court", forced: false };
        let mut scene = Scene::new(Tx { act, ..Tx::new(ID, legs()) });
        let (judicial, authority, expires) = (false, "court", Some(NOW + 60));
        scene.act(
            NAMED,
            Act::Freeze { account: PAYER, amount: 30, currency: "CNY", judicial, authority, expires },
        );
        scene
    };
    let faults = [
        &NO_APPROVAL,
        &NO_STEPS,
        &UNBALANCED,
        &ZERO,
        &MIXED,
        &CURRENCY,
        &CONFLICT,
        &CANCELLED,
        &TOO_OLD,
        &NO_ACCOUNT,
        &NO_HOLD,
        &DATE,
        &VALUE,
        &SPENT,
        &EXPIRED,
        &AUTHORITY,
        &LOSS_OF_HELD,
        &STOPPED,
        &LIMIT,
        &DAY_LIMIT,
    ];
    // Of what has expired nothing remains: that it expired is said.
    check(base, &faults, &[(FreezeExceeded, FreezeExpired)]);
}

/// Legs balance among themselves, also beside a hold of the other entity and with an account that nobody knows.
#[test]
fn a_consume_of_another_entitys_hold() {
    let act = Act::Consume { hold: NAMED, amount: 10, authority: "court", forced: false };
    let legs = vec![leg(1, PAYER, true, 10), leg(2, UNKNOWN, false, 10)];
    let mut scene = Scene::new(Tx { act, ..Tx::new(ID, legs) });
    let (judicial, authority, expires) = (true, "court", None);
    scene
        .act(NAMED, Act::Freeze { account: WEST, amount: 30, currency: "CNY", judicial, authority, expires });
    judge(scene, Some((InvalidAmount, 0)));
}

#[test]
fn a_release() {
    let base = || {
        let act = Act::Unfreeze { hold: NAMED, amount: Some(10), authority: "court" };
        let mut scene = Scene::new(Tx { act, ..Tx::new(ID, vec![]) });
        let (judicial, authority, expires) = (true, "court", Some(NOW + 60));
        scene.act(
            NAMED,
            Act::Freeze { account: PAYER, amount: 30, currency: "CNY", judicial, authority, expires },
        );
        scene
    };
    let zero = fault(InvalidAmount, 0, |scene| {
        scene.tx.act = Act::Unfreeze { hold: NAMED, amount: Some(0), authority: "court" };
    });
    let faults =
        [&zero, &CONFLICT, &CANCELLED, &TOO_OLD, &NO_HOLD, &DATE, &VALUE, &SPENT, &EXPIRED, &AUTHORITY];
    check(base, &faults, &[(FreezeExceeded, FreezeExpired)]);
}

#[test]
fn a_raise() {
    fn raise(amount: i64, currency: &'static str) -> Act {
        let (authority, expires) = ("court", Some(NOW + 90));
        Act::Raise { hold: NAMED, amount, currency, authority, expires }
    }
    let base = || {
        let mut scene = Scene::new(Tx { act: raise(10, "CNY"), ..Tx::new(ID, vec![]) });
        let (judicial, authority, expires) = (false, "court", Some(NOW + 60));
        scene.act(
            NAMED,
            Act::Freeze { account: PAYER, amount: 25, currency: "CNY", judicial, authority, expires },
        );
        scene
    };
    let zero = fault(InvalidAmount, 0, |scene| scene.tx.act = raise(0, "CNY"));
    let foreign = fault(CurrencyMismatch, 0, |scene| scene.tx.act = raise(10, "EUR"));
    let named = [&EXPIRES_NOW, &SPENT, &EXPIRED, &AUTHORITY, &POOR_FOR_A_HOLD];
    let faults = [&[&zero, &CONFLICT, &CANCELLED, &TOO_OLD, &NO_HOLD, &DATE, &VALUE], &named[..]].concat();
    check(base, &faults, &[(FreezeExceeded, FreezeExpired)]);
    // Which currency it must be is told by the hold alone.
    let faults = [&[&foreign, &CONFLICT, &CANCELLED, &TOO_OLD, &DATE, &VALUE], &named[..]].concat();
    check(base, &faults, &[(FreezeExceeded, FreezeExpired)]);
}

/// Ten days ahead of the books' date and the clock's, ten years behind that of the books.
#[test]
fn a_value_date_is_not_far_from_the_date() {
    let on = |value_date| Scene::new(Tx { value_date: Some(value_date), ..Tx::new(ID, legs()) });
    let refused = Some((ValueDate, 0));
    for (value, expect) in [
        (START + 10, None),
        (START + 11, refused),
        (START - 3_653, None),
        (START - 3_654, refused),
        (0, refused),
    ] {
        judge(on(value), expect);
    }
    // Books that are behind the clock.
    for (value, expect) in [(START + 100, None), (START + 101, refused)] {
        let mut scene = on(value);
        scene.ask(Ask::Wait { until: NOW + 90 * 86_400 });
        scene.tx.time = NOW + 90 * 86_400;
        judge(scene, expect);
    }
}

/// A top-up of the payer by the two others, which the legs of the cases give back.
fn top_up(scene: &mut Scene) {
    let mut legs = legs();
    legs.iter_mut().for_each(|leg| leg.debit = !leg.debit);
    scene.post(Tx { kind: SHORT_TYPE, ..Tx::new(NAMED, legs) });
}

#[test]
fn a_refund() {
    let base = || {
        let mut scene = Scene::new(Tx { act: Act::Refund { original: NAMED }, ..Tx::new(ID, legs()) });
        top_up(&mut scene);
        scene
    };
    let faults = [
        &NO_STEPS,
        &UNBALANCED,
        &ZERO,
        &MIXED,
        &CURRENCY,
        &CONFLICT,
        &CANCELLED,
        &TOO_OLD,
        &NO_ACCOUNT,
        &NO_ORIGINAL,
        &DATE,
        &VALUE,
        &REVERSED,
        &REFUNDED,
        &TOO_LATE,
        &LOSS,
        &STOPPED,
        &POOR,
        &LIMIT,
        &DAY_LIMIT,
    ];
    check(base, &faults, &[]);
}

#[test]
fn a_reversal() {
    let base = || {
        let act = Act::Reverse { original: NAMED, forced: false };
        let mut scene = Scene::new(Tx { act, ..Tx::new(ID, vec![]) });
        top_up(&mut scene);
        scene
    };
    let faults = [
        &NO_APPROVAL,
        &CONFLICT,
        &CANCELLED,
        &TOO_OLD,
        &NO_ORIGINAL,
        &DATE,
        &VALUE,
        &REVERSED,
        &REFUNDED,
        &LOSS,
        &STOPPED,
        &POOR,
        &LIMIT,
        &DAY_LIMIT,
    ];
    check(base, &faults, &[]);
}

#[test]
fn a_freeze_and_a_try() {
    let freeze = || {
        let (judicial, authority, expires) = (false, "", None);
        let act = Act::Freeze { account: PAYER, amount: 10, currency: "CNY", judicial, authority, expires };
        Scene::new(Tx { act, ..Tx::new(ID, vec![]) })
    };
    let zero = fault(InvalidAmount, 0, |scene| {
        if let Act::Freeze { amount, .. } = &mut scene.tx.act {
            *amount = 0;
        }
    });
    let currency = fault(CurrencyMismatch, 0, |scene| {
        if let Act::Freeze { currency, .. } = &mut scene.tx.act {
            *currency = "USD";
        }
    });
    let unknown = fault(UnknownAccount, 0, |scene| {
        if let Act::Freeze { account, .. } = &mut scene.tx.act {
            *account = UNKNOWN;
        }
    });
    let faults = [&zero, &CONFLICT, &CANCELLED, &TOO_OLD, &unknown, &DATE, &EXPIRES_NOW, &POOR_FOR_A_HOLD];
    check(freeze, &faults, &[]);
    check(freeze, &[&currency, &CONFLICT, &CANCELLED, &TOO_OLD, &DATE, &EXPIRES_NOW, &POOR_FOR_A_HOLD], &[]);
    let attempt = || Scene::new(Tx { act: Act::Try { expires: None }, ..Tx::new(ID, legs()) });
    let faults = [
        &NO_STEPS,
        &UNBALANCED,
        &ZERO,
        &MIXED,
        &CURRENCY,
        &CONFLICT,
        &CANCELLED,
        &TOO_OLD,
        &NO_ACCOUNT,
        &DATE,
        &VALUE,
        &EXPIRES_NOW,
        &POOR_FOR_A_HOLD,
    ];
    check(attempt, &faults, &[]);
}

#[test]
fn a_confirm() {
    let base = || {
        let mut scene = Scene::new(Tx { act: Act::Confirm { original: NAMED }, ..Tx::new(ID, vec![]) });
        scene.post(Tx { act: Act::Try { expires: Some(NOW + 60) }, ..Tx::new(NAMED, legs()) });
        scene
    };
    let faults = [
        &CONFLICT,
        &TRY_CANCELLED,
        &TOO_OLD,
        &TRY_CONFIRMED,
        &NO_ORIGINAL,
        &DATE,
        &VALUE,
        &EXPIRED,
        &LOSS_OF_HELD,
        &STOPPED,
        &LIMIT,
        &DAY_LIMIT,
    ];
    // A try is decided once, and the window is looked at before the try.
    check(
        base,
        &faults,
        &[
            (Cancelled, TooOld),
            (Cancelled, AlreadyPosted),
            (Cancelled, UnknownOriginal),
            (AlreadyPosted, UnknownOriginal),
        ],
    );
}

/// What is refused as a whole.
#[test]
fn other_requests() {
    #[track_caller]
    fn check(before: &[&Ask], ask: Ask, expect: &Said) {
        let mut scene = Scene::new(Tx::new(ID, legs()));
        before.iter().for_each(|ask| scene.ask((*ask).clone()));
        assert_eq!(scene.naive.ask(&ask), *expect, "the naive ledger: {before:?} {ask:?}");
        scene.asks.push(ask);
        assert_eq!(last_said(&scene.asks, 2, &[]), *expect, "{before:?}");
    }
    let close = |account| Ask::SetState { account, state: Some(0), payment: None };
    let empty = Ask::Post {
        txs: vec![Tx::new(2, vec![leg(1, PAYEE, true, 100), leg(2, BANK, false, 100)])],
        balances: false,
    };
    let map = |subject, from| Ask::MapType { entity: 0, subject, from };
    let posted = |rejection| Said::Results {
        results: vec![TxSaid { rejection, step: 0, repeated: false }],
        balances: vec![],
    };
    check(&[], Ask::Cancel { id: 100, time: NOW }, &posted(Some(AlreadyPosted)));
    check(&[], Ask::Cancel { id: 2, time: NOW }, &posted(None));
    check(&[], close(PAYEE), &Said::Rejected(NotEmpty));
    check(&[&empty], close(PAYEE), &Said::Done);
    check(&[&empty, &close(PAYEE)], close(PAYEE), &Said::Rejected(AccountState));
    check(
        &[&close(OFF_BALANCE)],
        Ask::SetReserve { account: OFF_BALANCE, amount: 1 },
        &Said::Rejected(AccountState),
    );
    check(&[], close(UNKNOWN), &Said::Rejected(UnknownAccount));
    check(&[], Ask::SetReserve { account: PAYER, amount: -1 }, &Said::Rejected(InvalidAmount));
    check(&[], Ask::SetReserve { account: PAYER, amount: 101 }, &Said::Rejected(InsufficientFunds));
    check(&[], Ask::SetReserve { account: PAYER, amount: 100 }, &Said::Done);
    let expecting = |current, change: Ask| Ask::Expecting { current, change: Box::new(change) };
    let conflict = Said::Rejected(VersionConflict);
    check(&[], expecting(true, close(PAYEE)), &Said::Rejected(NotEmpty));
    check(&[], expecting(false, close(PAYEE)), &conflict);
    check(&[&close(OFF_BALANCE)], expecting(false, close(OFF_BALANCE)), &conflict);
    check(&[], expecting(false, close(UNKNOWN)), &Said::Rejected(UnknownAccount));
    for (amount, otherwise) in [(-1, Said::Rejected(InvalidAmount)), (101, conflict.clone()), (100, conflict)]
    {
        check(&[], expecting(false, Ask::SetReserve { account: PAYER, amount }), &otherwise);
    }
    check(&[], expecting(true, Ask::SetReserve { account: PAYER, amount: 100 }), &Said::Done);
    check(&[], map("9999", START), &Said::Rejected(UnknownSubject));
    check(&[], map("2002", START), &Said::Rejected(NotLeaf));
    check(&[], map("200201", START - 1), &Said::Rejected(DateClosed));
    check(&[], Ask::Open { from: 6, to: 6 }, &Said::Opened(vec![Err(UnknownSubject)]));
    check(
        &[&map("200201", START + 1)],
        Ask::Open { from: 6, to: 6 },
        &Said::Opened(vec![Err(UnknownSubject)]),
    );
    check(&[&map("200201", START)], Ask::Open { from: 6, to: 6 }, &Said::Opened(vec![Ok((6, false))]));
    check(
        &[],
        Ask::CloseDay { entity: 0, next: START - 1, carry: vec![], forced: None },
        &Said::Rejected(DateClosed),
    );
    let close_to = |next, forced| Ask::CloseDay { entity: 0, next, carry: vec![], forced };
    check(&[], close_to(START + 10, None), &Said::Done);
    check(&[], close_to(START + 11, None), &Said::Rejected(DateAhead));
    check(&[], close_to(START + 11, Some(false)), &Said::Rejected(Malformed));
    check(&[], close_to(START + 40_000, Some(true)), &Said::Done);
    // Books that are behind the clock catch up with it, books that are ahead go on from their date.
    let later = Ask::Wait { until: NOW + 90 * 86_400 };
    check(&[&later], close_to(START + 100, None), &Said::Done);
    check(&[&later], close_to(START + 101, None), &Said::Rejected(DateAhead));
    check(&[&close_to(START + 10, None)], close_to(START + 20, None), &Said::Done);
    check(&[], Ask::Cancel { id: 0, time: NOW }, &posted(Some(Malformed)));
    check(
        &[],
        Ask::CloseDay { entity: 0, next: START - 1, carry: vec![UNKNOWN], forced: None },
        &Said::Rejected(UnknownAccount),
    );
    check(&[], Ask::Holds(Some(UNKNOWN)), &Said::Rejected(UnknownAccount));
}
