//! The state of accounts: by name, or of a customer.

use std::collections::BTreeMap;

use crate::account::{AccountRef, AccountView};
use crate::answer::{Answer, ReplyTo};
use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::ids::AccountId;
use crate::money::amount::Amount;
use crate::rejection::Rejection;
use crate::shard::order::{ShowRows, ShownRow};
use crate::state::State;

/// Accounts whose rows are being read, in the order asked for.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    reply_to: Option<ReplyTo>,
    accounts: Vec<Result<AccountId, Rejection>>,
}

pub(super) fn by_name(state: &State, reply_to: Option<ReplyTo>, accounts: &[AccountRef]) -> Outcome {
    read(state, reply_to, accounts.iter().map(|account| state.books.find(account)).collect())
}

pub(super) fn of_customer(
    state: &mut State,
    reply_to: Option<ReplyTo>,
    entity: &str,
    customer: &str,
) -> Outcome {
    match state.books.catalog.entity(entity) {
        Some(entity) => {
            let accounts = state.books.catalog.accounts_of(entity, customer).map(Ok).collect();
            read(state, reply_to, accounts)
        }
        None => state.refuse(reply_to, Rejection::UnknownEntity),
    }
}

fn read(state: &State, reply_to: Option<ReplyTo>, accounts: Vec<Result<AccountId, Rejection>>) -> Outcome {
    let found: Vec<AccountId> = accounts.iter().flatten().copied().collect();
    Outcome::wait_for_rows(Read { reply_to, accounts }, state, found)
}

impl AwaitShards for Read {
    type Query = ShowRows;

    fn finish(self, state: &mut State, replies: Replies<ShowRows>) -> Outcome {
        let shown = replies.into_iter().flat_map(|(_, shown)| shown);
        let rows: BTreeMap<AccountId, ShownRow> = shown.map(|shown| (shown.account, shown)).collect();
        let views = self.accounts.into_iter().map(|account| {
            let id = account?;
            Ok(view(state, rows.get(&id).expect("an account of the catalog has a row")))
        });
        let views = views.collect();
        state.answer(self.reply_to, Answer::Accounts(views))
    }
}

/// An account as it is shown.
pub(super) fn view(state: &State, shown: &ShownRow) -> AccountView {
    let (id, row) = (shown.account, &shown.row);
    let account = state.books.catalog.account(id).expect("a row belongs to an account of the catalog");
    let date = state.books.catalog.date(account.entity);
    let (debit, credit) = if row.day == date { row.turnover } else { (0, 0) };
    let natural = |balance| row.normal().natural(balance);
    if let Some(gate) = state.hot.gate_of(id, &state.books) {
        gate.check(row);
    }
    AccountView {
        id,
        key: state.books.catalog.key(account),
        subject: state.books.catalog.subject(account.subject).opening.code.clone(),
        normal: row.normal(),
        owner: account.owner,
        balance: natural(row.balance),
        frozen: i128::from(row.frozen),
        available: row.available(),
        may_go_negative: row.may_go_negative(),
        overdraft_limit: Amount(row.overdraft_limit),
        credit_limit: (row.credit_limit != i64::MAX).then_some(Amount(row.credit_limit)),
        withholding: Amount(row.withholding),
        transaction_limit: shown.transaction_limit,
        day_limit: shown.day_limit,
        day_used: shown.day_limit.map(|_| shown.day_use.on(date)),
        account_state: row.account_state,
        payment_state: row.payment_state,
        date,
        opening: natural(row.balance - debit + credit),
        debit_turnover: debit,
        credit_turnover: credit,
        hot: row.hot(),
        last: row.last,
    }
}
