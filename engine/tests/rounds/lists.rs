//! Lists of accounts: what a filter lets through, page by page, and how much of the accounts a page looks at.

use longmen_engine::ledger::{
    AccountChange, AccountFilter, AccountId, AccountKey, AccountOpening, AccountRef, AccountState, Amount,
    Answer, AttributeChange, Command, Currency, Owner, PaymentState, Rejection, States, SubjectClass,
    SubjectOpening, YearStart,
};

use super::harness::{Node, settings};
use super::script::START;

/// Accounts are of six kinds, over and over.
const ACCOUNTS: u64 = 20_000;
const LOOKED_AT: u64 = 8_192;

/// What the account with this id is like.
struct Spec {
    entity: &'static str,
    number: String,
    subject: &'static str,
    owner: Owner,
    customer: Option<&'static str>,
}

impl Spec {
    fn of(id: u64) -> Spec {
        let (entity, subject) = [("east", "220301"), ("west", "220302"), ("east", "1001")][(id % 3) as usize];
        Spec {
            entity,
            number: format!("{}{id:06}", ["62", "95"][(id % 2) as usize]),
            subject,
            owner: Owner::ALL[(id / 100 % 3) as usize],
            customer: [None, Some("C-1"), Some("C-2")][(id % 1_000).min(2) as usize].filter(|_| id > 1_000),
        }
    }

    /// What it is in: few of many are stopped, all in the second half.
    fn states(id: u64) -> States {
        let stopped = id > ACCOUNTS / 2 && id % 2_000 == 7;
        States {
            account: Some(if stopped { AccountState::JudicialFreeze } else { AccountState::Normal }),
            payment: Some(if id % 2_000 == 8 { PaymentState::Neither } else { PaymentState::Normal }),
        }
    }

    fn is_meant(id: u64, filter: &AccountFilter) -> bool {
        let (spec, states) = (Spec::of(id), Spec::states(id));
        let begins =
            |text: &str, wanted: &Option<Box<str>>| wanted.as_ref().is_none_or(|w| text.starts_with(&**w));
        filter.entity.as_deref().is_none_or(|entity| entity == spec.entity)
            && begins(spec.subject, &filter.subject)
            && begins(&spec.number, &filter.number)
            && filter.owner.is_none_or(|owner| owner == spec.owner)
            && filter.states.account.is_none_or(|_| filter.states.account == states.account)
            && filter.states.payment.is_none_or(|_| filter.states.payment == states.payment)
            && filter.customer.as_deref().is_none_or(|customer| Some(customer) == spec.customer)
    }
}

fn ask(node: &mut Node, command: Command) -> Answer {
    node.submit(7, command);
    node.drain();
    node.given.pop().unwrap().1
}

fn open(shards: u16) -> Node {
    let mut node = Node::recover(&[], &settings(shards));
    ask(&mut node, Command::Hello { name: "tester".into() });
    let start = longmen_engine::ledger::Date::from_days(START).unwrap();
    for code in ["east", "west"] {
        ask(&mut node, Command::OpenEntity { code: code.into(), start, year_starts: YearStart::JANUARY });
        let subjects = ["220301", "220302", "1001"].map(|code| {
            let class = if code == "1001" { SubjectClass::Asset } else { SubjectClass::Liability };
            SubjectOpening::new(code, code, class, longmen_engine::ledger::Side::Credit, true)
        });
        ask(&mut node, Command::OpenSubjects { entity: code.into(), subjects: subjects.to_vec() });
    }
    let currency = Currency::from_code("CNY").unwrap();
    let opening = |id: u64| {
        let Spec { entity, number, subject, owner, customer } = Spec::of(id);
        AccountOpening {
            key: AccountKey { entity: entity.into(), number: number.into(), kind: "".into(), currency },
            subject: subject.into(),
            customer: customer.map(Box::from),
            owner,
            may_go_negative: false,
            overdraft_limit: Amount(0),
            credit_limit: None,
            hot: id == 5,
        }
    };
    let all: Vec<u64> = (1..=ACCOUNTS).collect();
    for ids in all.chunks(5_000) {
        let Answer::Opened(opened) =
            ask(&mut node, Command::OpenAccounts(ids.iter().map(|id| opening(*id)).collect()))
        else {
            panic!()
        };
        assert!(opened.into_iter().map(|one| one.unwrap().id).eq(ids.iter().copied()));
    }
    for id in 1..=ACCOUNTS {
        let States { account: account_state, payment: payment_state } = Spec::states(id);
        if (account_state, payment_state) != (Some(AccountState::Normal), Some(PaymentState::Normal)) {
            let change = AttributeChange::States { account_state, payment_state };
            let change = AccountChange::new(AccountRef::Id(AccountId(id)), change);
            assert_eq!(ask(&mut node, Command::Change(Box::new(change))), Answer::Done);
        }
    }
    node
}

/// All pages; none looks at more than it may.
fn list(node: &mut Node, filter: &AccountFilter, limit: u32) -> Vec<u64> {
    let (mut all, mut after) = (Vec::new(), AccountId::NONE);
    loop {
        let filter = Box::new(filter.clone());
        let Answer::AccountPage { accounts, next } =
            ask(node, Command::ListAccounts { after, limit, filter })
        else {
            panic!()
        };
        assert!(accounts.len() <= limit as usize);
        all.extend(accounts.iter().map(|account| account.id.0));
        let Some(next) = next else { return all };
        assert!(next > after, "a page moves on");
        after = next;
    }
}

#[test]
fn a_list_has_what_is_asked_for_and_nothing_else() {
    let text = |text: &str| Some(Box::from(text));
    let states = |account, payment| States { account, payment };
    let filters = [
        AccountFilter { entity: text("west"), ..AccountFilter::default() },
        AccountFilter { subject: text("2203"), owner: Some(Owner::Merchant), ..AccountFilter::default() },
        AccountFilter { subject: text("220302"), entity: text("east"), ..AccountFilter::default() },
        AccountFilter { subject: text("9"), ..AccountFilter::default() },
        AccountFilter { number: text("62000"), ..AccountFilter::default() },
        AccountFilter { customer: text("C-1"), ..AccountFilter::default() },
        AccountFilter {
            customer: text("C-2"),
            entity: text("east"),
            number: text("62"),
            ..AccountFilter::default()
        },
        AccountFilter { customer: text("C-9"), ..AccountFilter::default() },
        AccountFilter {
            states: states(Some(AccountState::JudicialFreeze), None),
            ..AccountFilter::default()
        },
        AccountFilter {
            states: states(None, Some(PaymentState::Neither)),
            entity: text("east"),
            ..AccountFilter::default()
        },
        AccountFilter {
            states: states(Some(AccountState::Normal), Some(PaymentState::Normal)),
            number: text("95019"),
            ..AccountFilter::default()
        },
        AccountFilter { states: states(Some(AccountState::Closed), None), ..AccountFilter::default() },
    ];
    for shards in [1, 3] {
        let mut node = open(shards);
        for filter in &filters {
            let expect: Vec<u64> = (1..=ACCOUNTS).filter(|id| Spec::is_meant(*id, filter)).collect();
            for limit in [3, 1_000] {
                if expect.len() / limit < 1_000 {
                    assert_eq!(list(&mut node, filter, limit as u32), expect, "{shards} {limit} {filter:?}");
                }
            }
        }
        assert_eq!(list(&mut node, &AccountFilter::default(), 8_192).len() as u64, ACCOUNTS);
    }
}

#[test]
fn a_page_looks_at_so_many_accounts_and_no_more() {
    let mut node = open(2);
    let page = |node: &mut Node, after, filter: &AccountFilter| {
        let command =
            Command::ListAccounts { after: AccountId(after), limit: 50, filter: Box::new(filter.clone()) };
        match ask(node, command) {
            Answer::AccountPage { accounts, next } => (accounts.len(), next.map(|next| next.0)),
            other => panic!("{other:?}"),
        }
    };
    let rare = AccountFilter { number: Some("nobody".into()), ..AccountFilter::default() };
    let states = States { account: Some(AccountState::Closed), payment: None };
    let of_state = AccountFilter { states, ..AccountFilter::default() };
    for filter in [rare, of_state] {
        assert_eq!(page(&mut node, 0, &filter), (0, Some(LOOKED_AT)), "empty, and not the last");
        assert_eq!(page(&mut node, LOOKED_AT, &filter), (0, Some(2 * LOOKED_AT)));
        assert_eq!(page(&mut node, 2 * LOOKED_AT, &filter), (0, None));
        assert_eq!(page(&mut node, u64::MAX, &filter), (0, None));
    }
    let all = AccountFilter::default();
    assert_eq!(page(&mut node, 0, &all), (50, Some(50)));
    assert_eq!(page(&mut node, ACCOUNTS - 50, &all), (50, None), "the last page says so");
    let nowhere = AccountFilter { entity: Some("north".into()), ..all };
    let command = Command::ListAccounts { after: AccountId(0), limit: 5, filter: Box::new(nowhere) };
    assert_eq!(ask(&mut node, command), Answer::Rejected(Rejection::UnknownEntity));
}

#[test]
fn which_accounts_are_an_entitys_is_told() {
    let mut node = open(2);
    let accounts = [3, 1, 99_999, 2, 4].map(AccountId).to_vec();
    let own = |node: &mut Node, entity: &str| {
        ask(node, Command::OwnAccounts { entity: entity.into(), accounts: accounts.clone() })
    };
    assert_eq!(own(&mut node, "east"), Answer::OwnAccounts([3, 2].map(AccountId).to_vec()));
    assert_eq!(own(&mut node, "west"), Answer::OwnAccounts([1, 4].map(AccountId).to_vec()));
    assert_eq!(own(&mut node, "north"), Answer::Rejected(Rejection::UnknownEntity));
}
