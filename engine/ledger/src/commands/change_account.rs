//! Attributes of an account change: its states, limits and reserve, and whether it is hot.

use crate::account::AccountRef;
use crate::account::change::{AttributeChange, Registration, Scope};
use crate::account::row::Row;
use crate::answer::{Answer, ReplyTo};
use crate::commands::caller::Caller;
use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::hot::gate::Gate;
use crate::ids::{AccountId, ShardId};
use crate::money::currency::Currency;
use crate::rejection::Rejection;
use crate::shard::order::ChangeRow;
use crate::shard::round::Written;
use crate::state::State;

/// A change under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    reply_to: Option<ReplyTo>,
    account: AccountId,
}

pub(super) fn begin(
    state: &mut State,
    caller: Caller,
    account: &AccountRef,
    (change, scope, currency): (AttributeChange, Scope, Option<Currency>),
    notes: Box<[u8]>,
) -> Outcome {
    let Caller { reply_to, client } = caller;
    let account = match judge(state, account, change, currency) {
        Ok(account) => account,
        Err(rejection) => return state.refuse(reply_to, rejection),
    };
    if let AttributeChange::Hot(hot) = change {
        if reply_to.is_some() {
            state.hot.detector.forget(account);
        }
        let is_hot = state.is_hot(account);
        if hot && !is_hot && state.hot.count() >= state.settings.hot_accounts {
            return state.refuse(reply_to, Rejection::LimitExceeded);
        }
        if hot == is_hot {
            return state.answer(reply_to, Answer::Done);
        }
    }
    let date = state.books.catalog.date(state.books.entity_of(account));
    let by = Registration { client, date, notes };
    let query = ChangeRow { frame: state.output.frame.number, account, change, scope, by };
    Outcome::wait(Change { reply_to, account }, vec![(state.shard_of(account), query)])
}

fn judge(
    state: &State,
    account: &AccountRef,
    change: AttributeChange,
    currency: Option<Currency>,
) -> Result<AccountId, Rejection> {
    if change.amounts().any(|amount| amount.0 < 0) {
        return Err(Rejection::InvalidAmount);
    }
    let account = state.books.find(account)?;
    let its = state.books.descriptor(account).map(|descriptor| descriptor.currency);
    if currency.is_some() && currency != its { Err(Rejection::CurrencyMismatch) } else { Ok(account) }
}

impl AwaitShards for Change {
    type Query = ChangeRow;

    fn finish(self, state: &mut State, replies: Replies<ChangeRow>) -> Outcome {
        let Ok([(shard, changed)]) = <[_; 1]>::try_from(replies) else {
            unreachable!("one shard has the account")
        };
        let answer = match changed {
            Ok((written, row)) => self.take(state, shard, written, &row),
            Err(rejection) => Answer::Rejected(rejection),
        };
        state.answer(self.reply_to, answer)
    }
}

impl Change {
    fn take(self, state: &mut State, shard: ShardId, written: Written, row: &Row) -> Answer {
        state.output.frame.take_written(shard, written);
        let State { books, hot, .. } = state;
        books.descriptor_mut(self.account).renew(row);
        match (hot.is_hot(self.account, books), row.hot()) {
            (false, true) => hot.add(Gate::new(self.account, row), books),
            (true, false) => {
                let gate = hot.remove(self.account, books).expect("only what is hot is cooled");
                gate.check(row);
            }
            (true, true) => hot.renew(self.account, row, books),
            (false, false) => {}
        }
        Answer::Done
    }
}
