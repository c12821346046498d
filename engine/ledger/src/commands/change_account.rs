//! Attributes of an account change: its states, limits and reserve, and whether it is hot.

use crate::account::change::{AccountChange, AttributeChange, Registration, Scope};
use crate::account::row::Row;
use crate::answer::{Answer, ReplyTo};
use crate::commands::caller::Caller;
use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::hot::gate::Gate;
use crate::ids::{AccountId, Position, ShardId};
use crate::rejection::Rejection;
use crate::shard::order::{ChangeRow, ShowRows};
use crate::shard::round::Written;
use crate::state::State;

/// A change under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    reply_to: Option<ReplyTo>,
    account: AccountId,
}

pub(super) fn begin(state: &mut State, caller: Caller, asked: AccountChange, scope: Scope) -> Outcome {
    let Caller { reply_to, client } = caller;
    let account = match judge(state, &asked) {
        Ok(account) => account,
        Err(rejection) => return state.refuse(reply_to, rejection),
    };
    let AccountChange { change, expected, notes, .. } = asked;
    if let AttributeChange::Hot(hot) = change {
        if reply_to.is_some() {
            state.hot.detector.forget(account);
        }
        if let Some(answer) = without_a_record(state, account, hot) {
            return match expected {
                Some(expected) => {
                    Outcome::wait_for_rows(Unchanged { reply_to, expected, answer }, state, vec![account])
                }
                None => state.answer(reply_to, answer),
            };
        }
    }
    let date = state.books.catalog.date(state.books.entity_of(account));
    let by = Registration { client, date, notes };
    let query = ChangeRow { frame: state.output.frame.number, account, change, scope, expected, by };
    Outcome::wait(Change { reply_to, account }, vec![(state.shard_of(account), query)])
}

fn judge(state: &State, asked: &AccountChange) -> Result<AccountId, Rejection> {
    if asked.change.amounts().any(|amount| amount.0 < 0) {
        return Err(Rejection::InvalidAmount);
    }
    let account = state.books.find(&asked.account)?;
    let its = state.books.descriptor(account).map(|descriptor| descriptor.currency);
    if asked.currency.is_some() && asked.currency != its {
        return Err(Rejection::CurrencyMismatch);
    }
    state.books.refuse_change(account, asked.change).map_or(Ok(account), Err)
}

/// What is answered where the account is hot, or not, as it is to be, or may not become so.
fn without_a_record(state: &State, account: AccountId, hot: bool) -> Option<Answer> {
    let is_hot = state.is_hot(account);
    if hot && !is_hot && state.hot.count() >= state.settings.hot_accounts {
        return Some(Answer::Rejected(Rejection::LimitExceeded));
    }
    (hot == is_hot).then_some(Answer::Done)
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

/// What changes nothing, and is answered so if the account has not moved.
#[derive(Clone, Debug)]
struct Unchanged {
    reply_to: Option<ReplyTo>,
    expected: Position,
    answer: Answer,
}

impl AwaitShards for Unchanged {
    type Query = ShowRows;

    fn finish(self, state: &mut State, replies: Replies<ShowRows>) -> Outcome {
        let mut shown = replies.into_iter().flat_map(|(_, shown)| shown);
        let answer = match shown.all(|shown| shown.row.last == self.expected) {
            true => self.answer,
            false => Answer::Rejected(Rejection::VersionConflict),
        };
        state.answer(self.reply_to, answer)
    }
}
