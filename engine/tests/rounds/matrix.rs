//! Every cell of the matrix of states, through the whole ledger: on accounts of either normal side, hot and not, with
//! red entries, forced and not.

use longmen_engine::ledger::Rejection::{self, AccountState, PaymentState};

use super::harness::{Node, settings};
use super::naive::Naive;
use super::script::{Act, Ask, Said, Spec, Tx, TxLeg, TxSaid};
use super::translate;

const CHART: [Spec; 3] =
    [Spec { may_go_negative: true, ..Spec::new(0, "1001") }, Spec::new(0, "2001"), Spec::new(0, "1301")];
const BANK: u64 = 1;

/// Transactions of the setup.
const CREDITED: u128 = 60;
const DEBITED: u128 = 61;
const HOLD: u128 = 50;
const JUDICIAL: u128 = 51;

/// What is done to an account.
#[derive(Clone, Copy, Debug)]
enum Touch {
    Credit,
    Debit,
    Freeze,
    Unfreeze,
    Consume,
    ConsumeForced,
    ConsumeJudicial,
    /// The reversal of a debit: a red entry counts as one on the opposite side.
    RedDebit,
    RedCredit,
    RedCreditForced,
}

const TOUCHES: [Touch; 10] = [
    Touch::Credit,
    Touch::Debit,
    Touch::Freeze,
    Touch::Unfreeze,
    Touch::Consume,
    Touch::ConsumeForced,
    Touch::ConsumeJudicial,
    Touch::RedDebit,
    Touch::RedCredit,
    Touch::RedCreditForced,
];

impl Touch {
    fn tx(self, account: u64) -> Tx {
        let takes = CHART[account as usize - 1].subject().debit_normal;
        let act = |act| Tx { act, ..Tx::new(1, vec![]) };
        let (judicial, authority, expires) = (false, "", None);
        let consume = |hold, authority, forced| Tx {
            act: Act::Consume { hold, amount: 5, authority, forced },
            approved: forced,
            ..Tx::new(1, legs(account, !takes))
        };
        match self {
            Touch::Credit => Tx::new(1, legs(account, false)),
            Touch::Debit => Tx::new(1, legs(account, true)),
            Touch::Freeze => {
                act(Act::Freeze { account, amount: 5, currency: "CNY", judicial, authority, expires })
            }
            Touch::Unfreeze => act(Act::Unfreeze { hold: JUDICIAL, amount: Some(5), authority: "court" }),
            Touch::Consume => consume(HOLD, "", false),
            Touch::ConsumeForced => consume(HOLD, "", true),
            Touch::ConsumeJudicial => consume(JUDICIAL, "court", false),
            Touch::RedDebit => act(Act::Reverse { original: DEBITED, forced: false }),
            Touch::RedCredit => act(Act::Reverse { original: CREDITED, forced: false }),
            Touch::RedCreditForced => {
                Tx { approved: true, ..act(Act::Reverse { original: CREDITED, forced: true }) }
            }
        }
    }

    /// The step that a refusal speaks of: of what is done to a hold none.
    fn step(self) -> u16 {
        let on_hold = matches!(
            self,
            Touch::Freeze | Touch::Unfreeze | Touch::Consume | Touch::ConsumeForced | Touch::ConsumeJudicial
        );
        if on_hold { 0 } else { 1 }
    }
}

/// Legs of 5 on an account and, on the other side, the bank.
fn legs(account: u64, debit: bool) -> Vec<TxLeg> {
    let leg = |step, account, debit| TxLeg { account, named: false, step, debit, amount: 5, currency: "CNY" };
    vec![leg(1, account, debit), leg(2, BANK, !debit)]
}

/// An account with money, holds and a history.
fn setup(account: u64) -> Vec<Ask> {
    let receives = CHART[account as usize - 1].subject().debit_normal;
    let mut fund = legs(account, receives);
    fund.iter_mut().for_each(|leg| leg.amount = 100);
    let freeze = |id, judicial, authority| {
        let (amount, currency, expires) = (10, "CNY", None);
        let act = Act::Freeze { account, amount, currency, judicial, authority, expires };
        Tx { act, ..Tx::new(id, vec![]) }
    };
    let txs = vec![
        Tx::new(100, fund),
        Tx::new(CREDITED, legs(account, false)),
        Tx::new(DEBITED, legs(account, true)),
        freeze(HOLD, false, ""),
        freeze(JUDICIAL, true, "court"),
    ];
    txs.into_iter().map(|tx| Ask::Post { txs: vec![tx], balances: false }).collect()
}

/// One row of the matrix: which of the touches, in their order, pass in an account state with these payment states.
#[track_caller]
fn check(state: u8, payments: &[u8], lets: [bool; TOUCHES.len()], code: Option<Rejection>) {
    for payment in payments {
        for account in [2, 3] {
            for (touch, lets) in TOUCHES.into_iter().zip(lets) {
                let mut asks = setup(account);
                asks.push(Ask::SetState { account, state: Some(state), payment: Some(*payment) });
                asks.push(Ask::Post { txs: vec![touch.tx(account)], balances: false });
                let rejection = if lets { None } else { code };
                let step = if lets { 0 } else { touch.step() };
                judge(&asks, account, TxSaid { rejection, step, repeated: false });
            }
        }
    }
}

#[track_caller]
fn judge(asks: &[Ask], account: u64, said: TxSaid) {
    let expect = Said::Results { results: vec![said], balances: vec![] };
    let mut naive = Naive::new(&CHART, 3, &[]);
    let last = asks.iter().map(|ask| naive.ask(ask)).last();
    assert_eq!(last, Some(expect.clone()), "the naive ledger: {asks:#?}");
    for hot in [&[][..], &[account]] {
        let mut node = Node::open(&settings(2), &CHART, 3, hot);
        for (tag, ask) in (0..).zip(asks) {
            node.ask(tag, ask, &CHART);
            node.drain();
        }
        let (_, answer) = node.given.last().unwrap();
        assert_eq!(translate::said(asks.last().unwrap(), answer), expect, "hot {hot:?}: {asks:#?}");
    }
}

#[test]
fn every_cell_of_the_matrix() {
    const Y: bool = true;
    const N: bool = false;
    //                     credit, debit, freeze, unfreeze, consume, forced, judicial, red debit, red credit, forced
    check(1, &[1, 3], [Y, Y, Y, Y, Y, Y, Y, Y, Y, Y], None);
    check(1, &[0], [Y, N, Y, Y, N, Y, N, Y, N, Y], Some(PaymentState));
    check(1, &[2], [N, N, Y, Y, N, Y, N, N, N, Y], Some(PaymentState));
    check(1, &[4], [N, Y, Y, Y, Y, Y, Y, N, Y, Y], Some(PaymentState));
    check(3, &[0, 1, 2, 3, 4], [Y, N, Y, Y, N, Y, N, Y, N, Y], Some(AccountState));
    check(4, &[0, 1, 2, 3, 4], [Y, N, Y, Y, N, N, Y, Y, N, Y], Some(AccountState));
}

#[test]
fn a_closed_account_lets_nothing_through() {
    for account in [2, 3] {
        for touch in [Touch::Credit, Touch::Debit, Touch::Freeze] {
            let asks = [
                Ask::SetState { account, state: Some(0), payment: None },
                Ask::Post { txs: vec![touch.tx(account)], balances: false },
            ];
            let said = TxSaid { rejection: Some(AccountState), step: touch.step(), repeated: false };
            judge(&asks, account, said);
        }
        // Forced or not, what was done before the account was closed is not undone after.
        for forced in [false, true] {
            let post = |tx| Ask::Post { txs: vec![tx], balances: false };
            let reverse = Act::Reverse { original: CREDITED, forced };
            let asks = [
                post(Tx::new(DEBITED, legs(account, CHART[account as usize - 1].subject().debit_normal))),
                post(Tx::new(CREDITED, legs(account, !CHART[account as usize - 1].subject().debit_normal))),
                Ask::SetState { account, state: Some(0), payment: None },
                post(Tx { act: reverse, approved: true, ..Tx::new(1, vec![]) }),
            ];
            judge(&asks, account, TxSaid { rejection: Some(AccountState), step: 1, repeated: false });
        }
    }
}
