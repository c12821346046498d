//! Postings to rows without a shard: the least that an entry costs.

use longmen_engine::ledger::{
    AccountId, Amount, Counting, Currency, Date, EntityId, LineId, Movement, OpenedEntry, Owner, Placement,
    Position, Posting, Row, Side, SubjectId, UnitId,
};

use super::BATCH;

/// Accounts as they were opened, and the first posting to each.
#[derive(Clone)]
pub(crate) struct Chain {
    rows: Vec<Row>,
    postings: Vec<Posting>,
}

impl Chain {
    pub(crate) fn new() -> Chain {
        let accounts = 1..=u64::from(BATCH);
        Chain {
            rows: accounts.clone().map(|n| Row::open(&opened(n), position(0, n))).collect(),
            postings: accounts.map(posting).collect(),
        }
    }

    /// Takes every posting into its row and writes its entry.
    pub(crate) fn post(&mut self, out: &mut Vec<u8>) {
        for ((n, row), posting) in (1..).zip(&mut self.rows).zip(&self.postings) {
            row.post(posting, position(1, n));
            posting.write(out);
        }
    }
}

fn opened(n: u64) -> OpenedEntry<'static> {
    OpenedEntry {
        account: AccountId(n),
        entity: EntityId(0),
        subject: SubjectId(0),
        currency: Currency::from_code("CNY").expect("CNY is a currency"),
        owner: Owner::Customer,
        number: "",
        kind: "",
        may_go_negative: false,
        hot: false,
        overdraft_limit: Amount(0),
        credit_limit: None,
        placement: Placement { line: LineId(0), unit: Some(UnitId(0)), normal: Side::Credit },
    }
}

fn posting(n: u64) -> Posting {
    let ordinal = u32::try_from(n).expect("a batch is small");
    Posting {
        account: AccountId(n),
        movement: Movement::Leg { transaction: ordinal, step: 2, side: Side::Credit, amount: Amount(100) },
        balance_after: -100,
        frozen_after: 0,
        previous: position(0, n),
        subject: SubjectId(0),
        date: Date::parse("2026-09-21").expect("a date"),
        link: None,
        counting: Counting::Takes,
    }
}

fn position(frame: u64, n: u64) -> Position {
    Position { frame: frame + 1, slot: u32::try_from(8 * n).expect("a batch is small"), section: 0 }
}
