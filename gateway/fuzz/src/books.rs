//! Small books in which everything has happened once, told as the requests that make them.

use std::cell::RefCell;

use longmen_client::{
    AccountOpening, AccountRef, ApproveRequest, BalanceAtRequest, BalanceRequest, CancelRequest,
    ChangeAccessRequest, Charge, ChartRequest, CloseDayRequest, CompactLeg, CompactSettings,
    CompactTransaction, Consume, CustomerRequest, DecideRequest, EntryRequest, FeeRulesRequest, FindRequest,
    Format, Freeze, GeneralLedgerRequest, Header, HoldsRequest, ListAccountsRequest, ListAfter,
    MapCustomerRequest, MapTypeRequest, Naming, Note, OpenAccountsRequest, OpenEntityRequest,
    OpenSubjectsRequest, Operation, Owner, PostRequest, ProposalsRequest, ProposeRequest, Raise, RangeEnd,
    Refund, RegisterRequest, Registration, SetBookingModeRequest, SetFeeRulesRequest, SetHotRequest,
    SetLimitsRequest, SetReserveRequest, SetStateRequest, Side, StatementRequest, SubjectOpening,
    Transaction, TransactionRequest, Transfer, TrialBalanceRequest, Unfreeze, write_frame,
    write_transactions, write_transfers,
};
use longmen_gateway::Limits;
use longmen_gateway::fuzz::converse;
use serde::Serialize;
use tokio::runtime::Runtime;

use crate::ledger::{Ledger, NOW, Resting};

/// The body of a request and what it asks for.
#[derive(Clone, Debug)]
pub(crate) struct SentRequest {
    pub(crate) operation: Operation,
    pub(crate) format: Format,
    pub(crate) body: Vec<u8>,
}

impl SentRequest {
    fn new(operation: Operation, body: &impl Serialize) -> SentRequest {
        let mut out = Vec::new();
        body.serialize(&mut rmp_serde::Serializer::new(&mut out).with_struct_map())
            .expect("a request can be written");
        SentRequest { operation, format: Format::MessagePack, body: out }
    }

    fn compact(write: impl FnOnce(&mut Vec<u8>)) -> SentRequest {
        let mut body = Vec::new();
        write(&mut body);
        SentRequest { operation: Operation::Post, format: Format::Compact, body }
    }

    pub(crate) fn frame(&self, tag: u64) -> Vec<u8> {
        let mut out = Vec::new();
        let header = Header::request(self.operation, self.format, tag);
        write_frame(&mut out, header, |out| out.extend_from_slice(&self.body));
        out
    }
}

const BANK: u64 = 1;
const USER: u64 = 2;
const OTHER: u64 = 3;
const FEES: u64 = 4;
/// A rule by which the story charges.
const FEE_RULES: &str = r#"
account = [{ role = "fees", currency = "CNY", number = "fees", type = "cash" }]
[[rule]]
name = "pay"
type = "pay"
currency = "CNY"
from = "2026-01-01"
rounding = "half_up"
[[rule.fee]]
name = "fee"
paid_by = "payee"
to = "fees"
rate = "1%"
refund = "proportional"
"#;
const REGISTER: u64 = 8;

fn post(transactions: &[Transaction]) -> SentRequest {
    SentRequest::new(Operation::Post, &PostRequest { transactions, balances: true })
}

fn move_of(id: &str, from: u64, to: u64, amount: &str) -> Transaction {
    Transaction::new(id).debit(from, amount, "CNY").credit(to, amount, "CNY")
}

fn chart() -> Vec<SentRequest> {
    let subjects = [
        SubjectOpening::leaf("10020101", "Bank", "asset", Side::Debit),
        SubjectOpening::leaf("220301", "Users", "liability", Side::Credit),
        SubjectOpening::leaf("602101", "Fees", "income", Side::Credit),
        SubjectOpening::leaf("410301", "Profit", "equity", Side::Credit),
        SubjectOpening::leaf("900101", "Memo", "off_balance", Side::Debit),
        SubjectOpening::leaf("910101", "Register", "memo", Side::Debit),
    ];
    let open = |number: &str, currency: &str, subject: &str, owner| {
        AccountOpening::new("LM", number, "cash", currency, subject, owner)
    };
    let accounts = [
        open("bank", "CNY", "10020101", Owner::Internal).may_go_negative(),
        open("U1", "CNY", "220301", Owner::Customer).customer("C1").overdraft_limit("1.00"),
        open("U2", "CNY", "220301", Owner::Customer).credit_limit("100000.00"),
        open("fees", "CNY", "602101", Owner::Internal).may_go_negative().hot(),
        open("U1", "USD", "", Owner::Customer),
        open("profit", "CNY", "410301", Owner::Internal).may_go_negative(),
        open("memo", "CNY", "900101", Owner::Internal).may_go_negative(),
        open("register", "CNY", "910101", Owner::Internal).may_go_negative(),
    ];
    let registration = Registration { operator: Some("ann"), approval: Some("7"), reason: Some("test") };
    vec![
        SentRequest::new(
            Operation::OpenEntity,
            &OpenEntityRequest { code: "LM", start: "2026-11-18", year_starts: None },
        ),
        SentRequest::new(Operation::OpenSubjects, &OpenSubjectsRequest { entity: "LM", subjects: &subjects }),
        SentRequest::new(
            Operation::MapType,
            &MapTypeRequest {
                entity: "LM",
                kind: "cash",
                subject: "220301",
                from: "2026-11-18",
                registration,
            },
        ),
        SentRequest::new(
            Operation::SetBookingMode,
            &SetBookingModeRequest {
                entity: "LM",
                kind: "channel_in",
                mode: "single_double",
                from: "2026-11-18",
                registration,
            },
        ),
        SentRequest::new(Operation::OpenAccounts, &OpenAccountsRequest { accounts: &accounts }),
        SentRequest::new(
            Operation::SetFeeRules,
            &SetFeeRulesRequest { entity: "LM", file: FEE_RULES, from: "2026-11-18", registration },
        ),
    ]
}

/// Postings of every kind, and every action.
fn postings(day: &str) -> Vec<SentRequest> {
    let id = |name: &str| format!("{day}{name}");
    let named = Transaction::new(id("fund").as_str())
        .debit(BANK, "500.00", "CNY")
        .credit(USER, "300.00", "CNY")
        .credit(OTHER, "199.00", "CNY")
        .credit(FEES, "1.00", "CNY")
        .time(NOW - 60)
        .value_date("2026-11-17")
        .kind("top_up")
        .reference("r-1")
        .operator("ann")
        .reason("why")
        .visibility("operations")
        .counterparty("bank 9");
    let fee = move_of(&id("fee"), USER, FEES, "0.30");
    let memo = move_of(&id("memo"), REGISTER, USER, "2.00").kind("channel_in");
    vec![
        post(&[named, fee.clone(), fee]),
        post(&[memo]),
        SentRequest::compact(|out| {
            let transfers = [
                Transfer {
                    id: u128::from(NOW) << 64 | u128::from(day.len() as u64),
                    debit: USER,
                    credit: OTHER,
                    amount: 77,
                },
                Transfer { id: 1 << 100, debit: OTHER, credit: USER, amount: 1 << 40 },
            ];
            write_transfers(out, CompactSettings { want_balances: true, time: NOW }, 156, &transfers);
        }),
        SentRequest::compact(|out| {
            let leg = |account, amount, step, side| CompactLeg { account, amount, currency: 156, step, side };
            let legs = [
                leg(BANK, 900, 1, Side::Debit),
                leg(USER, 800, 3, Side::Credit),
                leg(FEES, 100, 9, Side::Credit),
            ];
            let transaction = CompactTransaction {
                id: 5 + (day.len() as u128),
                value_date: Some(20_000),
                legs: &legs,
                notes: &[(Note::Kind, "top_up"), (Note::Reason, "why")],
            };
            write_transactions(out, CompactSettings::default(), &[transaction]);
        }),
        post(&[
            Transaction::new(id("hold").as_str()).freeze(USER, "20.00", "CNY"),
            Transaction::new(id("judge").as_str()).action(
                Freeze::new(OTHER, 500, "CNY").authority("court").expires_us(i64::from(NOW) * 1_000_000 + 40),
            ),
        ]),
        post(&[
            Transaction::new(id("raise").as_str()).action(
                Raise::new(id("hold").as_str(), "1.00", "CNY")
                    .expires_us(i64::from(NOW) * 1_000_000 + 60_000_000),
            ),
            Transaction::new(id("part").as_str()).action(Unfreeze::part(id("hold").as_str(), "5.00", "CNY")),
            move_of(&id("spend"), USER, OTHER, "10.00").action(Consume::new(
                id("hold").as_str(),
                "10.00",
                "CNY",
            )),
            Transaction::new(id("rest").as_str()).unfreeze(id("hold").as_str()),
        ]),
        post(&[
            move_of(&id("try"), USER, OTHER, "3.00").try_(),
            move_of(&id("try2"), USER, OTHER, "4.00").try_(),
        ]),
        post(&[
            Transaction::new(id("confirm").as_str()).confirm(id("try").as_str()),
            Transaction::new(id("leave").as_str()).cancel_try(id("try2").as_str()),
        ]),
        post(&[move_of(&id("back"), OTHER, USER, "1.00").refund(id("spend").as_str())]),
        post(&[
            Transaction::new(id("pay").as_str())
                .kind("pay")
                .action(Charge::new(USER, "2.00", "CNY").payee(OTHER)),
            Transaction::new(id("share").as_str()).kind("pay").action(
                Charge::new(USER, "2.00", "CNY").share("shop", OTHER).channel("wechat").merchant("M1"),
            ),
        ]),
        post(&[Transaction::new(id("give").as_str())
            .action(Refund::of(Naming::new(id("pay").as_str())).amount("1.00", "CNY"))]),
        post(&[Transaction::new(id("undo").as_str()).reverse(id("fee").as_str())]),
        post(&[Transaction::new(id("memo").as_str()).debit(7, "12.00", "CNY")]),
        SentRequest::new(
            Operation::Cancel,
            &CancelRequest { id: id("never").as_str().into(), time: Some(NOW) },
        ),
    ]
}

fn changes() -> Vec<SentRequest> {
    let registration = Registration { operator: Some("bob"), ..Registration::default() };
    let account = || AccountRef::Id(OTHER);
    let mut limits = SetLimitsRequest::new(OTHER);
    limits.day_limit = Some(Some(5_000_000.into()));
    limits.credit_limit = Some(None);
    vec![
        SentRequest::new(Operation::SetLimits, &limits),
        SentRequest::new(
            Operation::SetReserve,
            &SetReserveRequest {
                account: account(),
                amount: "1.00".into(),
                currency: Some("CNY"),
                expected: None,
                registration,
            },
        ),
        SentRequest::new(
            Operation::SetState,
            &SetStateRequest {
                account: account(),
                account_state: None,
                payment_state: Some(3),
                expected: Some("1/0/0"),
                registration,
            },
        ),
        SentRequest::new(
            Operation::SetState,
            &SetStateRequest {
                account: account(),
                account_state: Some(1),
                payment_state: Some(1),
                expected: None,
                registration,
            },
        ),
        SentRequest::new(
            Operation::SetHot,
            &SetHotRequest { account: USER.into(), hot: true, expected: None, registration },
        ),
        SentRequest::new(
            Operation::MapCustomer,
            &MapCustomerRequest { account: account(), customer: "C1", registration },
        ),
        SentRequest::new(
            Operation::CloseDay,
            &CloseDayRequest {
                entity: "LM",
                next: "2026-11-19",
                carry_forward: Vec::new(),
                forced: false,
                registration,
            },
        ),
    ]
}

fn year_end() -> SentRequest {
    let carry_forward = vec![AccountRef::Id(6)];
    let registration = Registration { approval: Some("A-1"), ..Registration::default() };
    SentRequest::new(
        Operation::CloseDay,
        &CloseDayRequest { entity: "LM", next: "2027-01-01", carry_forward, forced: true, registration },
    )
}

fn questions() -> Vec<SentRequest> {
    let accounts: Vec<AccountRef> = [BANK, USER, FEES, 99].map(AccountRef::Id).into();
    let mut statement = StatementRequest::new(USER, 20);
    (statement.holds, statement.legs, statement.totals) = (true, true, true);
    let mut oldest = StatementRequest::new(FEES, 2);
    oldest.order = Some("oldest_first");
    oldest.from = Some(RangeEnd::Date("2026-11-18".into()));
    let mut by_value = StatementRequest::new(USER, 20);
    (by_value.by, by_value.visible_to) = (Some("value"), Some("customer"));
    let at = |date, time_us, value_date| BalanceAtRequest { account: USER.into(), date, time_us, value_date };
    vec![
        SentRequest::new(Operation::Ping, &()),
        SentRequest::new(Operation::Status, &()),
        SentRequest::new(Operation::Balance, &BalanceRequest { accounts: &accounts }),
        SentRequest::new(
            Operation::Accounts,
            &ListAccountsRequest { after: ListAfter::Account(1), limit: 3, ..ListAccountsRequest::default() },
        ),
        SentRequest::new(
            Operation::Accounts,
            &ListAccountsRequest {
                limit: 2,
                entity: Some("LM"),
                subject: Some("2203"),
                owner: Some(Owner::Customer),
                account_state: Some(1),
                payment_state: Some(1),
                number_prefix: Some("U"),
                customer: Some("C1"),
                ..ListAccountsRequest::default()
            },
        ),
        SentRequest::new(Operation::Statement, &statement),
        SentRequest::new(Operation::Statement, &oldest),
        SentRequest::new(Operation::Statement, &by_value),
        SentRequest::new(
            Operation::Transaction,
            &TransactionRequest { id: Some("afund".into()), ..TransactionRequest::default() },
        ),
        SentRequest::new(
            Operation::Transaction,
            &TransactionRequest { place: Some("8/0"), ..TransactionRequest::default() },
        ),
        SentRequest::new(
            Operation::Find,
            &FindRequest { id: Some("afund".into()), limit: 5, ..FindRequest::default() },
        ),
        SentRequest::new(
            Operation::Find,
            &FindRequest {
                reference: Some("r-1"),
                entity: Some("LM"),
                from: Some("2026-11-18"),
                to: Some("2026-11-19"),
                limit: 5,
                legs: true,
                ..FindRequest::default()
            },
        ),
        SentRequest::new(
            Operation::Find,
            &FindRequest {
                entity: Some("LM"),
                to: Some("2026-11-19"),
                limit: 2,
                client: Some(1),
                outcomes: Some("all"),
                ..FindRequest::default()
            },
        ),
        SentRequest::new(Operation::TrialBalance, &TrialBalanceRequest { entity: "" }),
        SentRequest::new(Operation::Customer, &CustomerRequest { entity: "LM", customer: "C1" }),
        SentRequest::new(Operation::Holds, &HoldsRequest { account: None, after: None, limit: 10 }),
        SentRequest::new(Operation::Chart, &ChartRequest { entity: "LM" }),
        SentRequest::new(Operation::FeeRules, &FeeRulesRequest { entity: "LM", before: 0 }),
        SentRequest::new(
            Operation::GeneralLedger,
            &GeneralLedgerRequest { entity: "LM", from: Some("2026-11-18"), to: Some("2026-11-19") },
        ),
        SentRequest::new(Operation::BalanceAt, &at(Some("2026-11-18"), None, None)),
        SentRequest::new(Operation::BalanceAt, &at(None, Some(i64::from(NOW) * 1_000_000), None)),
        SentRequest::new(Operation::BalanceAt, &at(None, None, Some("2026-11-17"))),
        SentRequest::new(
            Operation::Entry,
            &EntryRequest { account: FEES.into(), position: "8/1/16", from: 0, limit: 5 },
        ),
        SentRequest::new(Operation::Register, &RegisterRequest { limit: 20, ..RegisterRequest::default() }),
        SentRequest::new(
            Operation::Register,
            &RegisterRequest { account: Some(OTHER.into()), limit: 2, ..RegisterRequest::default() },
        ),
    ]
}

/// Every question but the one about the node itself.
pub(crate) fn questions_of_the_log() -> Vec<SentRequest> {
    let mut questions = questions();
    questions.retain(|asked| asked.operation != Operation::Status);
    questions
}

/// What the accounts stand at.
pub(crate) fn balances() -> SentRequest {
    let accounts: Vec<AccountRef> = [BANK, USER, OTHER, FEES].map(AccountRef::Id).into();
    SentRequest::new(Operation::Balance, &BalanceRequest { accounts: &accounts })
}

/// What is asked of each of them is read from the log.
fn originals() -> Vec<SentRequest> {
    let payment = |id, amount| move_of(id, USER, OTHER, amount);
    vec![
        post(&[payment("tried", "2.00").try_(), payment("dropped", "3.00").try_()]),
        post(&[payment("bought", "5.00"), payment("wrong", "7.00").reference("r-2").kind("top_up")]),
    ]
}

/// One of each kind of what is done on the strength of what the log says of an original.
pub(crate) fn actions_on_originals() -> [SentRequest; 4] {
    [
        post(&[Transaction::new("confirmed").confirm("tried")]),
        post(&[Transaction::new("left").cancel_try("dropped")]),
        post(&[move_of("returned", OTHER, USER, "0.50").refund("bought")]),
        post(&[Transaction::new("undone").reverse("wrong")]),
    ]
}

/// What the books are made of that have originals in their log.
pub(crate) fn cold_story() -> Vec<SentRequest> {
    [chart(), postings("a"), originals(), changes(), postings("bb")].concat()
}

/// What the books are made of.
pub(crate) fn story() -> Vec<SentRequest> {
    [chart(), postings("a"), changes(), postings("bb")].concat()
}

/// Requests of every kind: those of the story, what would follow it, every question, what takes two, and pages that go on where
/// none ended.
pub(crate) fn every_request() -> Vec<SentRequest> {
    [story(), postings("ccc"), vec![year_end()], questions(), by_two(), lost_pages()].concat()
}

/// What one proposes and another decides about.
fn by_two() -> Vec<SentRequest> {
    let digest = "0123456789abcdef".repeat(4);
    let what = post(&[move_of("proposed", USER, OTHER, "1.00")]);
    let propose = ProposeRequest {
        id: "proposal".into(),
        operation: what.operation.number(),
        request: &what.body,
        expires_us: Some((i64::from(NOW) + 60) * 1_000_000),
        at_once: false,
    };
    let decision = DecideRequest { proposal: 1, reason: Some("r") };
    vec![
        SentRequest::new(
            Operation::ChangeAccess,
            &ChangeAccessRequest { digest: &digest, registration: Registration::default() },
        ),
        SentRequest::new(Operation::Propose, &propose),
        SentRequest::new(
            Operation::Approve,
            &ApproveRequest { proposal: 1, digest: &digest, reason: Some("r") },
        ),
        SentRequest::new(Operation::Reject, &decision),
        SentRequest::new(Operation::Withdraw, &decision),
        SentRequest::new(Operation::Proposals, &ProposalsRequest::default()),
    ]
}

fn lost_pages() -> Vec<SentRequest> {
    let page = ListAfter::Page("1-0123456789abcdef");
    let list = ListAccountsRequest { after: page, limit: 2, ..ListAccountsRequest::default() };
    vec![SentRequest::new(Operation::Accounts, &list)]
}

/// A runtime for what is looked up.
pub(crate) fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.max_blocking_threads(1).build().expect("the system gives a runtime")
}

/// Asks for all of it on one connection.
pub(crate) fn tell(ledger: &mut Ledger, runtime: &Runtime, story: &[SentRequest]) {
    let hello = SentRequest::new(Operation::Hello, &("fuzz",));
    let frames: Vec<Vec<u8>> =
        std::iter::once(&hello).chain(story).zip(1..).map(|(one, tag)| one.frame(tag)).collect();
    let history = ledger.history();
    let reads = frames.iter().map(Vec::as_slice);
    let done = converse(Limits::default(), history, runtime, reads, &mut |requests| ledger.answer(requests));
    assert_eq!(done.frames, frames.len(), "every frame of the story is taken");
}

/// The books of a story, at rest.
pub(crate) fn at_rest(story: &[SentRequest], runtime: &Runtime) -> Resting {
    let mut ledger = Ledger::empty();
    tell(&mut ledger, runtime, story);
    ledger.rest()
}

/// Calls `work` with the books of the story, at rest, and a runtime; both are made once a thread.
pub(crate) fn with_books<T>(work: impl FnOnce(&Resting, &Runtime) -> T) -> T {
    thread_local! {
        static BOOKS: RefCell<Option<(Resting, Runtime)>> = const { RefCell::new(None) };
    }
    BOOKS.with_borrow_mut(|books| {
        let (resting, runtime) = books.get_or_insert_with(|| {
            let runtime = runtime();
            (at_rest(&story(), &runtime), runtime)
        });
        work(resting, runtime)
    })
}
