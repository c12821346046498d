//! What is charged by rules for fees, and refunded by amount.

use super::{EAST, MEMO, Maker, UNKNOWN, UNOPENED, WEST};
use crate::naive::SHORT_TYPE;
use crate::script::{Act, Ask, FeeRule, Tx};

/// The type that mostly has a rule.
const SALE: &str = "sale";

impl Maker {
    pub(super) fn set_fees(&mut self) -> Ask {
        let entity = usize::from(self.random.percent(10));
        let kinds: &[&str] =
            self.random.one_of(&[&[SALE][..], &[SALE, SHORT_TYPE], &[SALE, SHORT_TYPE], &[]]);
        let rule = |maker: &mut Maker, kind| FeeRule {
            kind,
            rate: maker.random.one_of(&[0, 60, 600, 2_500, 10_000]),
            minimum: maker.random.one_of(&[0, 0, 1, 3]),
            to: match (entity, maker.random.below(20)) {
                (_, 0) => maker.random.one_of(&[UNKNOWN, UNOPENED]),
                (1, _) => WEST[0],
                (_, 1..=4) => maker.random.one_of(&EAST),
                // Income.
                _ => 8,
            },
        };
        let rules = kinds.iter().map(|kind| rule(self, kind)).collect();
        let from = self.naive.date(entity) + self.random.one_of(&[0, 0, 0, 1, 2]);
        let from = if self.random.percent(6) { from - 3 } else { from };
        Ask::SetFees { entity, rules, from }
    }

    /// A charge, or a refund of one by amount.
    pub(super) fn by_rules(&mut self) -> Tx {
        if !self.posted.is_empty() && self.random.percent(40) { self.give_back() } else { self.charge() }
    }

    fn charge(&mut self) -> Tx {
        let (mut payer, payee) = (self.account(), self.account());
        let mut amount = self.amount() * self.random.one_of(&[1, 1, 7]);
        match self.random.below(30) {
            0 => payer = UNKNOWN,
            1 => payer = self.random.one_of(&WEST),
            2 => payer = self.random.one_of(&MEMO),
            3 => amount = 0,
            _ => {}
        }
        let payee = if self.random.percent(4) { UNOPENED } else { payee };
        let mut tx = self.action_tx(Act::Charge { amount, payer, payee }, vec![]);
        tx.kind = self.random.one_of(&[SALE, SALE, SALE, SALE, SHORT_TYPE, ""]);
        tx
    }

    fn give_back(&mut self) -> Tx {
        let charged = self.naive.charged();
        let original = match charged.is_empty() || self.random.percent(5) {
            true => self.any_id(),
            false => charged[self.random.below(charged.len())],
        };
        let amount = self.random.one_of(&[1, 1, 3, 5, 10, 40, 0]);
        let tx = self.action_tx(Act::GiveBack { original, amount }, vec![]);
        if self.random.percent(50) {
            return tx;
        }
        // Beside others of the same: none of them must give the same part of a fee back twice.
        let more = self.action_tx(Act::GiveBack { original, amount: 1 }, vec![]);
        self.next.push_back(Ask::Post { txs: vec![more], balances: true });
        tx
    }
}
