//! The seam without any protocol: requests and answers as domain types.

use std::mem::ManuallyDrop;

use longmen_engine::ledger::{
    AccountId, AccountKey, AccountOpening, AccountRef, Amount, Batch, Command, Currency, Date, Draft, Leg,
    Owner, RecordPlace, Rejection, Side, SubjectClass, SubjectOpening, TransactionId, YearStart,
};
use longmen_engine::{MIN_SEGMENT, Node, NodeOptions, Outcomes, Sought, StatementQuery};
use longmen_wal::{DirectoryStorage, LogOptions};

use super::question::QuestionAnswer;
use super::question::balance::BalanceAsked;
use super::question::find::{FindAsked, FindWhat};
use super::question::statement::StatementAsked;
use super::question::status::StatusAsked;
use super::question::transaction::TransactionAsked;
use super::sizes::RESULT;
use super::*;

/// What the bytes of a request came to, in the protocol of nobody.
const COST: InFlight = InFlight { transactions: 0, bytes: 100 };
/// The transactions of the tests are new ones of this second.
const TIME: u32 = 0;

/// Sends these requests as one, and waits for an answer to each; those by number.
async fn ask(session: &mut Session<'_, usize>, requests: Vec<Request>) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = requests.iter().map(|_| None).collect();
    let mut free = Vec::new();
    let mut note = |Answered { ticket, cost, outcome }: Answered<usize>| {
        assert!(outcomes[ticket].replace(outcome).is_none(), "one answer to each");
        free.push(cost);
    };
    for (ticket, request) in requests.into_iter().enumerate() {
        assert!(session.admit(COST));
        session.take(ticket, COST, request, RESULT).into_iter().for_each(&mut note);
    }
    session.flush(std::time::Instant::now());
    while !session.is_answered() {
        let ready = session.ready().await;
        assert!(session.deliver(ready, &mut note));
    }
    free.into_iter().for_each(|cost| session.give_back(cost));
    outcomes.into_iter().map(|outcome| outcome.expect("an answer to each")).collect()
}

fn opening(number: &str, subject: &str, may_go_negative: bool) -> AccountOpening {
    let currency = Currency::from_code("CNY").unwrap();
    AccountOpening {
        key: AccountKey { entity: "LM".into(), number: number.into(), kind: "cash".into(), currency },
        subject: subject.into(),
        customer: None,
        owner: if may_go_negative { Owner::Internal } else { Owner::Customer },
        may_go_negative,
        overdraft_limit: Amount(0),
        credit_limit: None,
        hot: false,
    }
}

fn subject(code: &str, class: SubjectClass, normal: Side) -> SubjectOpening {
    let none = Box::<str>::default;
    SubjectOpening {
        code: code.into(),
        name: "银行存款".into(),
        class,
        normal,
        leaf: true,
        valid_from: None,
        valid_to: None,
        tenor: none(),
        party: none(),
        purpose: none(),
    }
}

/// An entity with a bank account (1, may go negative) and a user's (2).
fn books() -> Vec<Request> {
    let start = Date::parse("2026-11-22").unwrap();
    let subjects = vec![
        subject("10020101", SubjectClass::Asset, Side::Debit),
        subject("220301", SubjectClass::Liability, Side::Credit),
    ];
    let accounts = vec![opening("bank", "10020101", true), opening("U1", "220301", false)];
    [
        Command::OpenEntity { code: "LM".into(), start, year_starts: YearStart::JANUARY },
        Command::OpenSubjects { entity: "LM".into(), subjects },
        Command::OpenAccounts(accounts),
    ]
    .map(Request::Command)
    .into()
}

/// A top-up of the user's account.
fn top_up(id: u128, amount: i64) -> Request {
    let currency = Currency::from_code("CNY").unwrap();
    let leg = |step, account, side| Leg {
        account: AccountId(account),
        amount: Amount(amount),
        currency,
        step,
        side,
    };
    let mut batch = Batch::default();
    let draft = Draft { id: TransactionId(id), time: TIME, ..Draft::default() };
    batch.push(draft, &[leg(1, 1, Side::Debit), leg(2, 2, Side::Credit)], &[]);
    Request::Post(Post { batch, ..Post::default() })
}

/// A question without a reason.
fn plain(question: Question) -> Request {
    Request::Question(question, None)
}

fn balance(account: u64) -> Request {
    plain(Question::Balance(BalanceAsked { accounts: vec![AccountRef::Id(AccountId(account))] }))
}

fn statement(account: u64) -> Request {
    let account = AccountRef::Id(AccountId(account));
    let query = StatementQuery { limit: 9, ..Default::default() };
    plain(Question::Statement(StatementAsked { account, query }))
}

fn hello(name: &str, token: Option<&str>) -> Request {
    Request::Hello(Hello { name: name.into(), token: token.map(Into::into), on_behalf: None })
}

/// What a question came to.
fn told(outcome: Outcome) -> QuestionAnswer {
    match outcome {
        Ok(Answer::Question(answer)) => *answer,
        other => panic!("not told: {other:?}"),
    }
}

/// Runs `test` over a node of its own. Where it fails, the node is left running: one whose actors just end takes the process
/// with it, and with the process the reason.
fn with_service(limits: Limits, tokens: Option<Tokens>, test: impl AsyncFnOnce(&Service)) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let storage = DirectoryStorage::open(directory.path()).unwrap();
    let log = LogOptions { segment_bytes: 2 * MIN_SEGMENT, segments_ahead: 1, ..LogOptions::default() };
    let options = NodeOptions { shards: 2, log, ..NodeOptions::default() };
    let node = ManuallyDrop::new(Node::start(Arc::new(storage), &options).unwrap());
    let service = Service::new(node.intake(), node.history(), limits, (tokens, None), None);
    runtime.block_on(test(&service));
    assert_eq!(service.held(), InFlight::default(), "permits come back");
    drop(service);
    ManuallyDrop::into_inner(node).stop().unwrap();
}

#[test]
fn what_is_asked_between_two_payments_sees_the_first_and_not_the_second() {
    with_service(Limits::default(), None, async |service| {
        let mut session = Session::open(service, Origin::default());
        let welcome = ask(&mut session, vec![hello("ann", None)]).await.remove(0).unwrap();
        assert!(matches!(welcome, Answer::Welcome(_)), "{welcome:?}");
        assert!(session.caller().is_some());
        for opened in ask(&mut session, books()).await {
            assert!(matches!(opened, Ok(Answer::Opened(_))), "{opened:?}");
        }
        let asked = vec![top_up(1, 500), balance(2), statement(2), top_up(2, 70), statement(2)];
        let mut outcomes = ask(&mut session, asked).await.into_iter();
        let mut next = || outcomes.next().unwrap();
        assert!(matches!(next(), Ok(Answer::Posted(posted, _)) if posted.results[0].rejection.is_none()));
        let QuestionAnswer::Balance(found) = told(next()) else { panic!("not a balance") };
        assert_eq!(found[0].as_ref().map(|account| account.balance), Ok(500));
        let QuestionAnswer::Statement((account, page)) = told(next()) else { panic!("no statement") };
        assert_eq!((account.balance, page.lines.len()), (500, 1));
        assert!(matches!(next(), Ok(Answer::Posted(..))));
        let QuestionAnswer::Statement((account, page)) = told(next()) else { panic!("no statement") };
        assert_eq!((account.balance, page.lines.len()), (570, 2));
        let transaction = plain(Question::Transaction(TransactionAsked::Own(TransactionId(2))));
        let found = told(ask(&mut session, vec![transaction]).await.remove(0));
        let QuestionAnswer::Transaction((record, accounts)) = found else { panic!("no transaction") };
        assert_eq!(record.legs.len(), 2);
        assert_eq!(accounts.key(AccountId(2)).map(|key| &*key.number), Some("U1"));
    });
}

#[test]
fn what_cannot_be_answered_says_why() {
    let tokens = Tokens::parse("ann 0123456789abcdef").unwrap();
    with_service(Limits::default(), Some(tokens), async |service| {
        #[track_caller]
        fn check(outcome: &Outcome, code: &str) {
            let Err(Unanswered::Rejected(rejection, _)) = outcome else { panic!("{outcome:?}") };
            assert_eq!(rejection.code(), code);
        }
        let mut session = Session::open(service, Origin::default());
        check(&ask(&mut session, vec![hello("ann", None)]).await[0], "not_authenticated");
        assert!(session.failed_login() == Some("ann") && session.caller().is_none());
        assert!(ask(&mut session, vec![hello("ann", Some("0123456789abcdef"))]).await.remove(0).is_ok());
        let nowhere = RecordPlace { frame: 1 << 40, ordinal: 0 };
        let find = FindAsked {
            what: FindWhat {
                sought: Sought::Id(TransactionId(9)),
                client: None,
                outcomes: Outcomes::All,
                entity: None,
                from: None,
                to: None,
                legs: false,
            },
            after: Some(nowhere),
            limit: 9,
        };
        let asked = vec![
            statement(9),
            plain(Question::Transaction(TransactionAsked::Own(TransactionId(9)))),
            plain(Question::Transaction(TransactionAsked::Place(nowhere))),
            plain(Question::Find(find)),
        ];
        let codes = ["unknown_account", "unknown_transaction", "unknown_transaction", "malformed"];
        for (outcome, code) in ask(&mut session, asked).await.into_iter().zip(codes) {
            check(&outcome, code);
        }
    });
}

#[test]
fn a_request_without_permits_is_refused_and_the_next_one_is_not() {
    let session = InFlight { transactions: 2, bytes: 1 << 20 };
    let limits = Limits { session, ..Limits::default() };
    with_service(limits, None, async |service| {
        let mut session = Session::open(service, Origin::default());
        assert!(ask(&mut session, vec![hello("ann", None)]).await.remove(0).is_ok());
        let status = || plain(Question::Status(StatusAsked));
        let outcomes = ask(&mut session, vec![status(), Request::Ping, status()]).await;
        let busy = |outcome: &Outcome| matches!(outcome, Err(Unanswered::Rejected(Rejection::Busy, _)));
        assert_eq!(outcomes.iter().map(busy).collect::<Vec<_>>(), [false, false, true]);
        let QuestionAnswer::Status(status) = told(ask(&mut session, vec![status()]).await.remove(0)) else {
            panic!("no status")
        };
        assert_eq!((status.in_flight, status.connections), (InFlight::default(), 0), "but for the question");
    });
}
