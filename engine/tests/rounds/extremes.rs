//! Amounts at the end of their range: what would go beyond it is refused with a code, and the books go on.

use super::harness::{Node, settings};
use super::script::{Act, Ask, Spec, Tx, TxLeg};
use super::translate;

const CHART: [Spec; 2] = [Spec { may_go_negative: true, ..Spec::new(0, "1001") }, Spec::new(0, "2001")];

fn pay(id: u128, amount: i64) -> Tx {
    let leg = |step, account, debit| TxLeg { account, named: false, step, debit, amount, currency: "CNY" };
    Tx::new(id, vec![leg(1, 1, true), leg(2, 2, false)])
}

fn freeze(id: u128, amount: i64) -> Tx {
    let act =
        Act::Freeze { account: 2, amount, currency: "CNY", judicial: false, authority: "", expires: None };
    Tx { act, ..Tx::new(id, vec![]) }
}

/// Balances may be larger than any amount; what is frozen of them may not.
#[test]
fn more_than_the_largest_amount_is_never_frozen() {
    let steps = [
        (pay(1, i64::MAX), ""),
        (pay(2, i64::MAX), ""),
        (freeze(3, i64::MAX), ""),
        (freeze(4, 1), "LimitExceeded"),
        (freeze(5, i64::MAX), "LimitExceeded"),
        (pay(6, 1), ""),
    ];
    for shards in [1, 2] {
        let mut node = Node::open(&settings(shards), &CHART, 2, &[]);
        for (tx, refused) in &steps {
            let ask = Ask::Post { txs: vec![tx.clone()], balances: true };
            node.given.clear();
            node.ask(1, &ask, &CHART);
            node.drain();
            let said = translate::said(&ask, &node.given[0].1);
            let expected = if refused.is_empty() { "rejection: None" } else { refused };
            assert!(format!("{said:?}").contains(expected), "{tx:?} on {shards} shards: {said:?}");
        }
        let mut again = node.restarted(&settings(shards));
        let ask = Ask::Post { txs: vec![freeze(4, 1)], balances: true };
        again.given.clear();
        again.ask(2, &ask, &CHART);
        again.drain();
        let said = format!("{:?}", translate::said(&ask, &again.given[0].1));
        assert!(said.contains("LimitExceeded") && said.contains("repeated: true"), "{shards} shards: {said}");
    }
}
