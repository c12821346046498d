//! What waits for the original that it names, because an earlier transaction of the same round names it too, is overtaken by
//! nothing that arrives after it: no cancel, no look-up, no transaction of the same id.

use super::harness::{Node, settings};
use super::naive::Naive;
use super::script::{Act, Ask, NOW, Spec, Tx, TxLeg};
use super::translate;

const CHART: [Spec; 3] =
    [Spec { may_go_negative: true, ..Spec::new(0, "1001") }, Spec::new(0, "2001"), Spec::new(0, "2001")];

const MONEY: u128 = 1;
const POSTED: u128 = 2;
const TRIED: u128 = 3;
const FIRST: u128 = 10;
const WAITING: u128 = 11;

fn legs(from: u64, to: u64, amount: i64) -> Vec<TxLeg> {
    let leg = |step, account, debit| TxLeg { account, named: false, step, debit, amount, currency: "CNY" };
    vec![leg(1, from, true), leg(2, to, false)]
}

fn post(tx: Tx) -> Ask {
    Ask::Post { txs: vec![tx], balances: true }
}

/// Two transactions that name one original arrive together, and then each of several requests about the second's id.
fn check(first: &Tx, second: &Tx) {
    let overtakers = [
        Ask::Cancel { id: WAITING, time: NOW },
        Ask::Locate { id: WAITING },
        post(Tx::new(WAITING, legs(1, 3, 1))),
        post(second.clone()),
    ];
    for overtaker in overtakers {
        let before = [
            post(Tx::new(MONEY, legs(1, 2, 100))),
            post(Tx::new(POSTED, legs(2, 3, 10))),
            post(Tx { act: Act::Try { expires: None }, ..Tx::new(TRIED, legs(2, 3, 10)) }),
        ];
        let together = [post(first.clone()), post(second.clone()), overtaker];
        for shards in [1, 2] {
            let mut naive = Naive::new(&CHART, 3, &[]);
            let mut node = Node::open(&settings(shards), &CHART, 3, &[]);
            for (tag, ask) in (0..).zip(&before) {
                naive.ask(ask);
                node.ask(tag, ask, &CHART);
            }
            node.drain();
            node.given.clear();
            (0..).zip(&together).for_each(|(tag, ask)| node.ask(tag, ask, &CHART));
            node.drain();
            node.given.sort_by_key(|(tag, _)| *tag);
            for (ask, (_, answer)) in together.iter().zip(&node.given) {
                assert_eq!(
                    translate::said(ask, answer),
                    naive.ask(ask),
                    "{shards} shards: {ask:?} of {together:#?}"
                );
            }
        }
    }
}

#[test]
fn nothing_overtakes_what_waits_for_its_original() {
    let refund = |id, amount| Tx { act: Act::Refund { original: POSTED }, ..Tx::new(id, legs(3, 2, amount)) };
    let act = |id, act| Tx { act, ..Tx::new(id, vec![]) };
    let reverse = |id| act(id, Act::Reverse { original: POSTED, forced: false });
    let confirm = |id| act(id, Act::Confirm { original: TRIED });
    let cancel = |id| act(id, Act::CancelTry { original: TRIED });
    check(&refund(FIRST, 4), &refund(WAITING, 4));
    check(&refund(FIRST, 8), &refund(WAITING, 4));
    check(&reverse(FIRST), &refund(WAITING, 4));
    check(&refund(FIRST, 4), &reverse(WAITING));
    check(&reverse(FIRST), &reverse(WAITING));
    check(&confirm(FIRST), &cancel(WAITING));
    check(&cancel(FIRST), &confirm(WAITING));
    check(&confirm(FIRST), &confirm(WAITING));
}
