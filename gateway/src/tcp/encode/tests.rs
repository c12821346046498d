use longmen_client::{
    Account, CompactAnswer, Format, Posted as WirePosted, Side as WireSide, Statement, Status as WireStatus,
    TransactionRecord as WireRecord, TrialBalance as WireTrial,
};
use longmen_engine::ledger::notes::Note;
use longmen_engine::ledger::{
    AccountId, AccountKey, AccountState, AccountView, ActionCode, Amount, ClientId, Currency, Date, EntityId,
    HoldMove, HotLeg, LegBalance, LineId, Named, Owner, PaymentState, Position, PostResult, Posted,
    RecordPlace, RefundWindows, Rejection, Side, Status, SubjectClass, TransactionId, TransactionKey,
    TrialBalance, TrialLine,
};
use longmen_engine::{
    Cursor, Damaged, Finding, HoldMoved, Merged, RecordedLeg, ScrubReport, StatementLine, StatementPage,
    TransactionRecord,
};
use longmen_wal::{Fault as LogFault, FrameFault, FrameNumber};
use serde::de::DeserializeOwned;

use super::*;
use crate::service::question::status::NodeStatus;
use crate::service::question::{KnownAccounts, QuestionAnswer};
use crate::service::{Answer, Fault, InFlight};

/// The payload of an `ok` answer, as the client reads it.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> T {
    let (status, payload): (String, T) = rmp_serde::from_slice(bytes).unwrap();
    assert_eq!(status, "ok");
    payload
}

fn answer(answer: Answer) -> Vec<u8> {
    let mut out = Vec::new();
    write_outcome(&mut out, Format::MessagePack, &Ok(answer));
    out
}

fn question(answered: QuestionAnswer) -> Vec<u8> {
    answer(Answer::Question(Box::new(answered)))
}

fn view(balance: i128) -> AccountView {
    let key = AccountKey {
        entity: "LM".into(),
        number: "U1".into(),
        kind: "cash".into(),
        currency: Currency::from_code("BHD").unwrap(),
    };
    AccountView {
        id: AccountId(u64::MAX),
        key,
        subject: "220301".into(),
        normal: Side::Credit,
        owner: Owner::Merchant,
        balance,
        frozen: 1,
        available: balance - 1,
        may_go_negative: true,
        overdraft_limit: Amount(i64::MAX),
        credit_limit: Some(Amount(7)),
        withholding: Amount(8),
        transaction_limit: None,
        day_limit: Some(Amount(9)),
        day_used: Some(-balance),
        account_state: AccountState::JudicialFreeze,
        payment_state: PaymentState::PaysOnly,
        date: Date::parse("2026-11-22").unwrap(),
        opening: -2,
        debit_turnover: 3,
        credit_turnover: 4,
        hot: true,
        last: Position { frame: 1, section: 2, slot: 3 },
    }
}

#[derive(serde::Deserialize)]
struct Found {
    accounts: Vec<(String, Option<Account>)>,
}

#[test]
fn accounts_reach_the_client_whole_however_large_their_balances() {
    for balance in [0, -1, i128::from(i64::MAX) + 1, i128::MAX, i128::MIN + 1] {
        let bytes =
            question(QuestionAnswer::Balance(vec![Ok(view(balance)), Err(Rejection::UnknownAccount)]));
        let found: Found = read(&bytes);
        let account = found.accounts[0].1.as_ref().unwrap();
        assert_eq!((account.balance, account.available), (balance, balance - 1));
        assert_eq!((account.id, account.exponent, &*account.currency), (u64::MAX, 3, "BHD"));
        assert_eq!((account.account_state, account.payment_state, &*account.last), (4, 4, "1/2/3"));
        assert_eq!((account.overdraft_limit, account.credit_limit), (i64::MAX, Some(7)));
        assert_eq!((account.withholding, account.transaction_limit, account.day_limit), (8, None, Some(9)));
        assert_eq!(account.day_used, Some(-balance));
        assert_eq!(found.accounts[1].0, "unknown_account");
    }
}

fn posted() -> Posted {
    let good = PostResult { frame: 9, ordinal: 8, repeated: true, ..PostResult::default() };
    let rejection = Some(Rejection::InsufficientFunds);
    let refused = PostResult { rejection, step: 0x7FFF, frame: u64::MAX, ordinal: u32::MAX, repeated: false };
    let balance = LegBalance { transaction: 1, step: 2, account: AccountId(3), balance: i128::MIN };
    Posted { results: vec![good, refused], balances: vec![balance], made: None, clock_us: 5_000_000 }
}

#[test]
fn results_reach_the_client_in_both_formats() {
    let wire: WirePosted = read(&answer(Answer::Posted(posted(), Vec::new())));
    assert!(wire.results[0].is_posted() && wire.results[0].repeated);
    assert_eq!((&*wire.results[1].outcome, wire.results[1].step), ("insufficient_funds", 0x7FFF));
    assert_eq!((wire.results[1].frame, wire.results[1].ordinal), (u64::MAX, u32::MAX));
    assert_eq!(wire.balances[0].balance, i128::MIN);

    let mut out = Vec::new();
    write_outcome(&mut out, Format::Compact, &Ok(Answer::Posted(posted(), Vec::new())));
    let compact = CompactAnswer::read(&out).unwrap();
    let results: Vec<_> =
        compact.results().map(|r| (r.frame, r.ordinal, r.rejection, r.step, r.repeated)).collect();
    assert_eq!(results, [(9, 8, 0, 0, true), (u64::MAX, u32::MAX, 21, 0x7FFF, false)]);
    assert_eq!(compact.balances().next().map(|one| (one.account, one.balance)), Some((3, i128::MIN)));
    out.clear();
    write_outcome(&mut out, Format::Compact, &Err(Rejection::Busy.into()));
    assert_eq!(CompactAnswer::read(&out).unwrap().status(), 23);
}

#[test]
fn faults_stand_beside_the_results_they_speak_of() {
    let malformed = PostResult { rejection: Some(Rejection::Malformed), ..PostResult::default() };
    let untimed = PostResult { rejection: Some(Rejection::TimeRequired), ..PostResult::default() };
    let results = vec![malformed, PostResult::default(), malformed, untimed];
    let faults = vec![(0, Fault::new("first")), (2, Fault::new("third"))];
    let posted = Posted { results, balances: vec![], made: None, clock_us: 5_000_000 };
    let wire: WirePosted = read(&answer(Answer::Posted(posted, faults)));
    let messages: Vec<_> = wire.results.iter().map(|result| result.message.as_deref()).collect();
    assert_eq!(messages[..3], [Some("first"), None, Some("third")]);
    // Whose clock is meant stands beside what is refused for its time.
    assert!(messages[3].unwrap().ends_with("; the node's clock shows 1970-01-01T00:00:05Z (5)"));
}

#[test]
fn statements_and_transactions_reach_the_client_whole() {
    let date = Date::parse("2026-11-22").unwrap();
    let line = StatementLine {
        position: Position { frame: 4, section: 5, slot: 6 },
        leg: 0,
        client: ClientId(1),
        transaction: TransactionId(0xAB),
        text_id: "order-1".into(),
        step: 2,
        action: ActionCode::Post,
        kind: "top_up".into(),
        accounting_date: date,
        value_date: date,
        time_us: -1,
        side: Side::Debit,
        amount: 5,
        red: false,
        merged: None,
        hold: None,
        before: 10,
        after: 5,
        frozen_before: 0,
        frozen_after: 0,
        named: None,
        named_text: "".into(),
        notes: Vec::new(),
    };
    let merged = StatementLine { merged: Some(Merged { count: 2, debit: 7, credit: 2 }), ..line.clone() };
    let next = Some(Cursor { at: Position { frame: 1, section: 0, slot: 9 }, leg: 0 });
    let page =
        StatementPage { lines: vec![line, merged], opening: 10, closing: 5, next, ..Default::default() };
    let wire: Statement = read(&question(QuestionAnswer::Statement((Box::new(view(5)), page))));
    assert_eq!((wire.opening, wire.closing, wire.next.as_deref()), (10, 5, Some("1/0/9")));
    assert_eq!(wire.lines[0].transaction.as_deref(), Some("000000000000000000000000000000ab"));
    assert_eq!(
        (wire.lines[1].transaction.as_deref(), wire.lines[1].merged.map(|m| m.count)),
        (None, Some(2))
    );
    assert_eq!(wire.lines[0].text_id.as_deref(), Some("order-1"));

    let leg = RecordedLeg {
        account: AccountId(1),
        step: 1,
        side: Side::Credit,
        amount: Amount(5),
        balance_after: -5,
        merged: true,
    };
    let key = TransactionKey { client: ClientId(2), id: TransactionId(0xAB) };
    let record = TransactionRecord {
        client: ClientId(1),
        id: TransactionId(u128::MAX),
        text_id: "".into(),
        entity: EntityId(3),
        action: ActionCode::Reverse,
        named: Some(Named {
            key,
            place: RecordPlace { frame: 5, ordinal: 6 },
            forced: true,
            blue: false,
            clearing: false,
        }),
        named_text: "order-1".into(),
        rejection: Some(Rejection::Cancelled),
        step: 4,
        accounting_date: date,
        value_date: date,
        time_us: 1,
        notes: vec![(Note::Kind, "a".into()), (Note::Reason, "b".into())],
        legs: vec![leg],
        tried: vec![HotLeg { account: AccountId(1), amount: Amount(6), step: 2, side: Side::Debit }],
        held: vec![HoldMoved { account: AccountId(1), moved: HoldMove::Raised, amount: 9 }],
        frame: 7,
        ordinal: 8,
    };
    let accounts = KnownAccounts::of(vec![AccountView { id: AccountId(1), ..view(5) }]);
    let wire: WireRecord = read(&question(QuestionAnswer::Transaction((Box::new(record), accounts))));
    assert_eq!(
        (&*wire.outcome, wire.step, wire.entity, &*wire.id),
        ("cancelled", 4, 3, "f".repeat(32).as_str())
    );
    let named = wire.named.unwrap();
    assert_eq!((&*wire.action, named.client, named.place.as_deref()), ("reverse", 2, Some("5/6")));
    assert_eq!((&*named.id, named.forced, named.blue), (format!("{:032x}", 0xAB).as_str(), true, false));
    assert_eq!((wire.text_id, named.text_id.as_deref()), (None, Some("order-1")));
    let leg = &wire.legs[0];
    assert_eq!((&*leg.entity, &*leg.number, &*leg.currency, leg.exponent), ("LM", "U1", "BHD", 3));
    assert_eq!((wire.notes.len(), wire.legs[0].balance_after, wire.legs[0].merged), (2, -5, true));
    let held = &wire.held[0];
    assert_eq!((&*held.number, &*held.moved, held.amount), ("U1", "raised", 9));
    let tried = &wire.tried[0];
    assert_eq!((&*tried.number, tried.step, tried.side, tried.amount), ("U1", 2, WireSide::Debit, 6));
}

/// A disk with two damaged places, under a scrub.
fn disk() -> (Damaged, ScrubReport) {
    let fault =
        LogFault::DurableFrame { fault: FrameFault::Envelope, durable: FrameNumber(9), witness: None };
    let whole =
        Finding { file: "MANIFEST".into(), offset: None, frame: None, fault: LogFault::ManifestMissing };
    let place = Finding { file: "s".into(), offset: Some(8_192), frame: Some(FrameNumber(7)), fault };
    let damaged = Damaged { places: vec![whole, place], beyond: 1, times: 5 };
    let scrub = ScrubReport {
        bytes_per_second: 8,
        passes: 2,
        last_pass_us: Some(-3),
        file: "s".into(),
        offset: 1,
        frame: 4,
    };
    (damaged, scrub)
}

#[test]
fn trial_balances_and_status_reach_the_client_whole() {
    let line = TrialLine {
        id: LineId(3),
        entity: "LM".into(),
        date: Date::parse("2026-11-22").unwrap(),
        subject: "1002".into(),
        name: "银行存款".into(),
        class: SubjectClass::OffBalance,
        normal: Side::Debit,
        currency: Currency::from_code("JPY").unwrap(),
        opening: i128::MAX,
        debit: 1,
        credit: 2,
        closing: i128::MAX - 1,
        accounts_total: i128::MAX - 1,
        accounts: 3,
    };
    let wire: WireTrial = read(&question(QuestionAnswer::TrialBalance(TrialBalance {
        frame: 4,
        lines: vec![line],
        summaries: Vec::new(),
    })));
    assert_eq!((wire.frame, wire.lines[0].closing, &*wire.lines[0].class), (4, i128::MAX - 1, "off_balance"));

    let engine = Status {
        hot: vec![(AccountId(7), 8)],
        entities: vec![("LM".into(), Date::parse("2026-11-22").unwrap())],
        decided: u64::MAX,
        is_out_of_disk: true,
        refund_windows: RefundWindows { days: 90, by_type: [("sale".into(), 7)].into() },
        ..Status::default()
    };
    let (damaged, scrub) = disk();
    let in_flight = InFlight { transactions: 5, bytes: 6 };
    let status =
        NodeStatus { engine: Box::new(engine), machine_us: 7, connections: 4, in_flight, damaged, scrub };
    let wire: WireStatus = read(&question(QuestionAnswer::Status(status)));
    assert_eq!((wire.hot, wire.decided, wire.connections), (vec![(7, 8)], u64::MAX, 4));
    assert!(wire.out_of_disk);
    assert_eq!(wire.entities, [("LM".into(), "2026-11-22".into())]);
    assert_eq!((wire.refund_days, wire.refund_windows), (Some(90), vec![("sale".into(), 7)]));
    let [whole, place] = &wire.damaged[..] else { panic!("{:?}", wire.damaged) };
    assert_eq!((&*whole.file, whole.offset, whole.frame), ("MANIFEST", None, None));
    assert_eq!((place.offset, place.frame), (Some(8_192), Some(7)));
    assert_eq!(&*place.what, "durable frame damaged (durable up to 9): the envelope does not hold");
    assert_eq!((wire.damaged_more, wire.damage_met, wire.scrub.rate, wire.scrub.passes), (1, 5, 8, 2));
    assert_eq!((wire.scrub.last_pass_us, &*wire.scrub.file, wire.scrub.frame), (Some(-3), "s", 4));
}
