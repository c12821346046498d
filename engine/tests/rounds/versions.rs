//! What a change of an account expects: that nothing has happened to the account since it was looked at.

use longmen_engine::ledger::{
    AccountChange, AccountId, AccountRef, Amount, Answer, AttributeChange, Command, LedgerSettings,
    PaymentState, Position, Rejection,
};

use super::harness::{Node, settings};
use super::script::{Act, Ask, NOW, Spec, Tx, TxLeg};

const CHART: [Spec; 3] =
    [Spec { may_go_negative: true, ..Spec::new(0, "1001") }, Spec::new(0, "2001"), Spec::new(0, "2001")];
const BANK: u64 = 1;
const PAYER: u64 = 2;

/// A node with 100 on the payer's account, whose accounts are hot or not.
struct Desk {
    node: Node,
    settings: LedgerSettings,
    next: u128,
}

impl Desk {
    fn open(shards: u16, hot: &[u64], hot_accounts: usize) -> Desk {
        let settings = LedgerSettings { hot_accounts, ..settings(shards) };
        let node = Node::open(&settings, &CHART, 3, hot);
        let mut desk = Desk { node, settings, next: 1 };
        desk.pay(100);
        desk.node.drain();
        desk
    }

    /// Each of the usual nodes: of one shard and of three, with the payer's account hot and not.
    fn each(check: impl Fn(Desk)) {
        for shards in [1, 3] {
            for hot in [&[][..], &[PAYER], &[BANK, PAYER]] {
                check(Desk::open(shards, hot, 8));
            }
        }
    }

    fn post(&mut self, act: Act, legs: Vec<TxLeg>) {
        let tx = Tx { act, ..Tx::new(self.next, legs) };
        self.next += 1;
        self.node.ask(0, &Ask::Post { txs: vec![tx], balances: false }, &CHART);
    }

    /// The bank pays to the payer; nobody waits for it.
    fn pay(&mut self, amount: i64) {
        let leg =
            |step, account, debit| TxLeg { account, named: false, step, debit, amount, currency: "CNY" };
        self.post(Act::Post, vec![leg(1, BANK, true), leg(2, PAYER, false)]);
    }

    /// The answer to a request, when everything before it is done.
    fn ask(&mut self, command: Command) -> Answer {
        self.node.submit(7, command);
        self.node.drain();
        self.node.given.pop().unwrap().1
    }

    fn last(&mut self) -> Position {
        match self.ask(Command::Balances(vec![AccountRef::Id(AccountId(PAYER))])) {
            Answer::Accounts(found) => found[0].as_ref().unwrap().last,
            other => panic!("{other:?}"),
        }
    }

    fn set(&mut self, change: AttributeChange, expected: Position) -> Answer {
        self.ask(set(change, expected))
    }
}

fn set(change: AttributeChange, expected: Position) -> Command {
    let asked = AccountChange::new(AccountRef::Id(AccountId(PAYER)), change);
    Command::Change(Box::new(AccountChange { expected: Some(expected), ..asked }))
}

fn reserve(amount: i64) -> AttributeChange {
    AttributeChange::Reserve(Amount(amount))
}

const CONFLICT: Answer = Answer::Rejected(Rejection::VersionConflict);

#[test]
fn a_change_is_taken_where_nothing_has_moved_and_not_again() {
    Desk::each(|mut desk| {
        let seen = desk.last();
        assert_eq!(desk.last(), seen, "to look moves nothing");
        let states =
            AttributeChange::States { account_state: None, payment_state: Some(PaymentState::ReceivesOnly) };
        assert_eq!(desk.set(states, seen), Answer::Done);
        assert_eq!(desk.set(states, seen), CONFLICT, "a change is a move");
        let seen = desk.last();
        let limits = AttributeChange::Limits {
            overdraft: Some(Amount(5)),
            credit: None,
            transaction: None,
            day: None,
        };
        assert_eq!(desk.set(limits, seen), Answer::Done);
        let seen = desk.last();
        assert_eq!(desk.set(reserve(101), seen), Answer::Done);
        let seen = desk.last();
        assert_eq!(desk.set(reserve(500), seen), Answer::Rejected(Rejection::InsufficientFunds));
        assert_eq!(desk.last(), seen, "a refusal moves nothing");
        assert_eq!(desk.set(reserve(500), Position::NONE), CONFLICT, "before how the books stand");
    });
}

/// On a hot account too, whose legs stand in merged entries: whoever looks sees the newest, with everything in it.
#[test]
fn postings_and_holds_move_an_account() {
    Desk::each(|mut desk| {
        for amount in 1..4 {
            let seen = desk.last();
            desk.pay(amount);
            // The change comes behind the payment, which nobody has waited for.
            assert_eq!(desk.set(reserve(1), seen), CONFLICT);
            let seen = desk.last();
            assert_eq!(desk.set(reserve(amount), seen), Answer::Done);
        }
        let seen = desk.last();
        let (authority, expires) = ("", Some(NOW + 10));
        desk.post(
            Act::Freeze { account: PAYER, amount: 5, currency: "CNY", judicial: false, authority, expires },
            vec![],
        );
        assert_eq!(desk.set(reserve(1), seen), CONFLICT);
        let seen = desk.last();
        desk.node.ask(0, &Ask::Wait { until: NOW + 20 }, &CHART);
        assert_eq!(desk.set(reserve(1), seen), CONFLICT, "a hold that expires is a move");
        let seen = desk.last();
        let node = desk.node.restarted(&desk.settings);
        desk.node = node;
        assert_eq!(desk.last(), seen, "a restart moves nothing");
        assert_eq!(desk.set(reserve(2), seen), Answer::Done);
    });
}

#[test]
fn of_two_that_have_seen_the_same_one_is_refused() {
    Desk::each(|mut desk| {
        let seen = desk.last();
        desk.node.given.clear();
        desk.node.submit(1, set(reserve(10), seen));
        desk.node.submit(2, set(reserve(20), seen));
        desk.node.drain();
        desk.node.given.sort_unstable_by_key(|(tag, _)| *tag);
        assert_eq!(desk.node.given, [(1, Answer::Done), (2, CONFLICT)]);
    });
}

/// What leaves no record is held against what is expected all the same.
#[test]
fn to_make_hot_what_is_so_or_cannot_be_expects_too() {
    for (hot, most, otherwise) in
        [(&[PAYER][..], 8, Answer::Done), (&[BANK], 1, Answer::Rejected(Rejection::LimitExceeded))]
    {
        let mut desk = Desk::open(2, hot, most);
        let seen = desk.last();
        assert_eq!(desk.set(AttributeChange::Hot(true), seen), otherwise);
        assert_eq!(desk.last(), seen);
        assert_eq!(desk.set(AttributeChange::Hot(true), Position::NONE), CONFLICT);
        desk.pay(1);
        assert_eq!(desk.set(AttributeChange::Hot(true), seen), CONFLICT);
    }
}
