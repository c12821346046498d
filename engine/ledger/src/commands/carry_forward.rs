//! Year end (年终结转): income and expense are carried forward as the last postings of the date that a close ends.

use crate::account::states::{Touch, refuse};
use crate::account::{AccountRef, AccountState};
use crate::actions::carry_forward::CarryForward;
use crate::answer::Answer;
use crate::batch::{Batch, Draft, MAX_LEGS};
use crate::chart::subject::SubjectClass;
use crate::commands::caller::Caller;
use crate::commands::close::{Close, Targets};
use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::ids::{AccountId, EntityId, TransactionId};
use crate::money::amount::{Amount, Side};
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::rejection::Rejection;
use crate::shard::order::{ShowRows, ShownRow};
use crate::state::State;
use crate::transaction::leg::Leg;

/// A close whose results and targets are being read.
#[derive(Clone, Debug)]
pub(crate) struct ReadResults {
    caller: Caller,
    close: Close,
}

pub(super) fn begin(state: &State, caller: Caller, close: Close) -> Outcome {
    let catalog = &state.books.catalog;
    let concerned = (1..).map(AccountId).zip(catalog.accounts()).filter(|(account, found)| {
        let class = catalog.subject(found.subject).opening.class;
        let is_result = matches!(class, SubjectClass::Income | SubjectClass::Expense);
        found.entity == close.entity && is_result || close.is_target(*account)
    });
    let accounts: Vec<AccountId> = concerned.map(|(account, _)| account).collect();
    Outcome::wait_for_rows(ReadResults { caller, close }, state, accounts)
}

/// The targets of a carry-forward: accounts of the entity under equity or common subjects, no two in one currency.
pub(super) fn judge_targets(
    state: &State,
    entity: EntityId,
    carry: &[AccountRef],
) -> Result<Targets, Rejection> {
    let mut targets = Targets::new();
    let mut found = Ok(());
    for target in carry {
        let Ok(id) = state.books.find(target) else {
            found = Err(Rejection::UnknownAccount);
            continue;
        };
        let account = state.books.catalog.account(id).expect("a found account has a place");
        if targets.iter().any(|(currency, _)| *currency == account.currency) {
            return Err(Rejection::Malformed);
        }
        targets.push((account.currency, id));
        if account.entity != entity {
            found = Err(Rejection::UnknownAccount);
        }
        let class = state.books.catalog.subject(account.subject).opening.class;
        if !matches!(class, SubjectClass::Equity | SubjectClass::Common) {
            found = found.and(Err(Rejection::WrongClass));
        }
    }
    found.map(|()| targets)
}

impl AwaitShards for ReadResults {
    type Query = ShowRows;

    /// The postings that carry forward, and the close after them, go in front of everything that waits.
    fn finish(self, state: &mut State, replies: Replies<ShowRows>) -> Outcome {
        let ReadResults { caller, close } = self;
        let shown = replies.into_iter().flat_map(|(_, shown)| shown);
        let (targets, rows): (Vec<ShownRow>, Vec<ShownRow>) =
            shown.partition(|shown| close.is_target(shown.account));
        let rows: Vec<ShownRow> = rows.into_iter().filter(|shown| shown.row.balance != 0).collect();
        let currency_of = |shown: &ShownRow| {
            state.books.descriptor(shown.account).expect("a row has a descriptor").currency
        };
        let has_target = |currency| close.targets.iter().any(|(of, _)| *of == currency);
        if let Some(left) = rows.iter().map(currency_of).find(|currency| !has_target(*currency)) {
            return state.answer(caller.reply_to, Answer::NotCarried(left));
        }
        let mut batch = Batch::default();
        for &(currency, target) in &close.targets {
            let rows: Vec<&ShownRow> = rows.iter().filter(|shown| currency_of(shown) == currency).collect();
            carry(state, &mut batch, close.entity, (currency, target), &rows);
        }
        if let Some(rejection) = refuse_target(&targets, &batch) {
            return state.refuse(caller.reply_to, rejection);
        }
        if !batch.transactions.is_empty() {
            state.output.begin_rules(&mut state.books.catalog);
        }
        Outcome::Carries(caller, close, batch)
    }
}

/// Adds what carries the results of one currency to their target.
fn carry(
    state: &State,
    batch: &mut Batch,
    entity: EntityId,
    (currency, target): (Currency, AccountId),
    rows: &[&ShownRow],
) {
    let date = state.books.catalog.date(entity);
    let time = state.ids.window.now();
    for rows in rows.chunks(MAX_LEGS / 2 - 1) {
        let mut legs = Vec::new();
        for shown in rows {
            push_pieces(&mut legs, shown.account, -shown.row.balance, currency);
        }
        let sum: i128 = rows.iter().map(|shown| shown.row.balance).sum();
        push_pieces(&mut legs, target, sum, currency);
        let part = u16::try_from(batch.transactions.len()).expect("results are far fewer than 2^24");
        let id = carry_id(entity, date, state.output.frame.number, part);
        batch.push_action(Draft { id, time, ..Draft::default() }, CarryForward.into(), &legs, &[]);
    }
}

/// What the states of the targets refuse of what would be carried to them: account states before payment states. Funds and
/// limits are set aside: a loss must be booked.
fn refuse_target(targets: &[ShownRow], batch: &Batch) -> Option<Rejection> {
    let mut refused = Vec::new();
    for ShownRow { account, row, .. } in targets {
        if row.account_state == AccountState::Closed {
            refused.push(Rejection::AccountState);
        }
        let legs = batch.transactions.iter().flat_map(|transaction| batch.legs(transaction));
        let touches =
            legs.filter(|leg| leg.account == *account).map(|leg| Touch::of_leg(leg.side, leg.amount));
        refused.extend(touches.filter_map(|touch| refuse(row.account_state, row.payment_state, touch)));
    }
    refused.into_iter().min_by_key(|rejection| rejection.group())
}

/// The ledger's own transaction ids: they are those of client 0, which no client is.
fn carry_id(entity: EntityId, date: Date, frame: u64, part: u16) -> TransactionId {
    let of_date = u128::from(entity.0) << 112 | u128::from(date.days()) << 80;
    TransactionId(of_date | u128::from(frame) << 16 | u128::from(part))
}

/// Legs that move `signed`, debit-positive; more than one only where it is more than a leg's amount can be.
fn push_pieces(legs: &mut Vec<Leg>, account: AccountId, signed: i128, currency: Currency) {
    let side = if signed > 0 { Side::Debit } else { Side::Credit };
    let mut left = signed.unsigned_abs();
    while left > 0 {
        let piece = i64::try_from(left).unwrap_or(i64::MAX);
        let step = u16::try_from(legs.len() + 1).expect("legs of a carry-forward are capped");
        legs.push(Leg { account, amount: Amount(piece), currency, step, side });
        left -= u128::from(piece.unsigned_abs());
    }
}
