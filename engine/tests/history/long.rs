//! Logs with one long chain, written record by record as a shard writes them.

use std::sync::Arc;

use longmen_engine::History;
use longmen_engine::ledger::{
    AccountId, AccountKey, AccountState, AccountView, Amount, Counting, Currency, Date, LINK_EVERY, Links,
    Movement, Owner, PaymentState, Position, Posting, SectionKind, Side, SubjectId,
};
use longmen_wal::{Body, FrameNumber, Log, LogOptions, Section, Storage, seeded_nonces};

/// How long a history is and how it lies in frames.
#[derive(Clone, Copy)]
pub(crate) struct Long {
    pub(crate) postings: u64,
    pub(crate) frame: u64,
    pub(crate) day: u64,
}

/// The account's first accounting date.
pub(crate) const START: u32 = 17_000;
/// Microseconds from frame to frame.
pub(crate) const TICK_US: i64 = 1_000;

impl Long {
    /// The accounting date of the `n`th posting, from 0.
    pub(crate) fn date(&self, n: u64) -> Date {
        Date::from_days(START + u32::try_from(n / self.day).unwrap()).unwrap()
    }

    /// The logged time of the `n`th posting.
    pub(crate) fn time_us(&self, n: u64) -> i64 {
        i64::try_from(1 + n / self.frame).unwrap() * TICK_US
    }

    /// Writes the log; posting `n` debits `n + 1`, so that every balance is different. Gives the last one's place.
    pub(crate) fn write(&self, storage: Arc<dyn Storage>, options: LogOptions) -> Position {
        let mut writer = Log::open(storage, options, FrameNumber::FIRST, seeded_nonces(1)).unwrap().writer;
        let (mut last, mut balance, mut links) = (Position::NONE, 0, Links::default());
        let mut bytes = Vec::new();
        for n in 0..self.postings {
            let slot = u32::try_from(bytes.len() / 8).unwrap();
            let at = Position { frame: 1 + n / self.frame, slot, section: 0 };
            let amount = Amount(i64::try_from(n + 1).unwrap());
            balance += i128::from(amount.0);
            let link = (n + 1).is_multiple_of(LINK_EVERY).then(|| links.next());
            link.iter().for_each(|link| links.take(link, at));
            let movement = Movement::Leg { transaction: 0, step: 1, side: Side::Debit, amount };
            let posting = Posting {
                account: ACCOUNT,
                movement,
                balance_after: balance,
                frozen_after: 0,
                previous: last,
                subject: SubjectId(0),
                date: self.date(n),
                link,
                counting: Counting::Takes,
            };
            posting.write(&mut bytes);
            last = at;
            if (n + 1).is_multiple_of(self.frame) || n + 1 == self.postings {
                let chunks = vec![std::mem::take(&mut bytes)];
                let section = Section { kind: SectionKind::Entries as u16, owner: 0, records: 0, chunks };
                writer.append(&Body { time_us: self.time_us(n), sections: vec![section] }).unwrap();
                if at.frame.is_multiple_of(1_000) {
                    writer.sync().unwrap();
                }
            }
        }
        writer.sync().unwrap();
        writer.close().unwrap();
        last
    }

    /// Opens the log as a restarted node does, all of it covered by a snapshot.
    pub(crate) fn open(&self, storage: Arc<dyn Storage>, options: LogOptions) -> History {
        let from = FrameNumber(1 + self.postings / self.frame);
        History::new(Log::open(storage, options, from, seeded_nonces(2)).unwrap().reader)
    }
}

const ACCOUNT: AccountId = AccountId(1);

/// The account as a node would show it.
pub(crate) fn account(last: Position) -> AccountView {
    let currency = Currency::from_code("CNY").unwrap();
    let (entity, number, kind) = ("LM".into(), "1".into(), "".into());
    AccountView {
        id: ACCOUNT,
        key: AccountKey { entity, number, kind, currency },
        subject: "1001".into(),
        normal: Side::Debit,
        owner: Owner::Internal,
        balance: 0,
        frozen: 0,
        available: 0,
        may_go_negative: true,
        overdraft_limit: Amount(0),
        credit_limit: None,
        withholding: Amount(0),
        transaction_limit: None,
        day_limit: None,
        day_used: None,
        account_state: AccountState::Normal,
        payment_state: PaymentState::Normal,
        date: Date::FIRST,
        opening: 0,
        debit_turnover: 0,
        credit_turnover: 0,
        hot: false,
        last,
    }
}
