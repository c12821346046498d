//! The general ledger at its leaves (余额表), beside the sums of its accounts.

use crate::answer::{Answer, ReplyTo, SummarySubject, TrialBalance, TrialLine};
use crate::chart::line::{AccountsTotal, Line};
use crate::chart::subject::Subject;
use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::ids::{EntityId, LineId};
use crate::rejection::Rejection;
use crate::shard::order::ShowLines;
use crate::state::State;

/// A trial balance being gathered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLines {
    reply_to: Option<ReplyTo>,
    /// `None`: every entity.
    entity: Option<EntityId>,
}

pub(super) fn begin(state: &mut State, reply_to: Option<ReplyTo>, entity: &str) -> Outcome {
    let entity = match state.books.catalog.entity(entity) {
        Some(entity) => Some(entity),
        None if entity.is_empty() => None,
        None => return state.refuse(reply_to, Rejection::UnknownEntity),
    };
    Outcome::wait_for_all(ReadLines { reply_to, entity }, state, &ShowLines { with_totals: true })
}

impl AwaitShards for ReadLines {
    type Query = ShowLines;

    fn finish(self, state: &mut State, replies: Replies<ShowLines>) -> Outcome {
        let parts: Vec<_> = replies.into_iter().map(|(_, part)| part).collect();
        let mut lines: Vec<TrialLine> = (0..state.books.catalog.lines().len())
            .map(|line| LineId(u32::try_from(line).expect("lines are counted in a u32")))
            .filter(|line| self.entity.is_none_or(|entity| state.books.entity_of_line(*line) == entity))
            .map(|line| trial_line(state, line, &parts))
            .collect();
        lines.sort_by(|a, b| (&a.entity, &a.subject, a.currency).cmp(&(&b.entity, &b.subject, b.currency)));
        // The books may have seen the open frame, so that is what the answer speaks of.
        let open = &state.output.frame;
        let frame = if open.has_content() { open.number } else { open.number - 1 };
        let summaries = summaries(state, self.entity);
        state.answer(self.reply_to, Answer::TrialBalance(TrialBalance { frame, lines, summaries }))
    }
}

fn summaries(state: &State, entity: Option<EntityId>) -> Vec<SummarySubject> {
    let wanted =
        |subject: &&Subject| !subject.opening.leaf && entity.is_none_or(|entity| subject.entity == entity);
    let mut found: Vec<SummarySubject> = state
        .books
        .catalog
        .subjects()
        .iter()
        .filter(wanted)
        .map(|subject| {
            let entity = state.books.catalog.entities()[usize::from(subject.entity.0)].code.clone();
            let (code, name) = (subject.opening.code.clone(), subject.opening.name.clone());
            SummarySubject { entity, subject: code, name }
        })
        .collect();
    found.sort_by(|a, b| (&a.entity, &a.subject).cmp(&(&b.entity, &b.subject)));
    found
}

fn trial_line(state: &State, id: LineId, parts: &[(Vec<Line>, Vec<AccountsTotal>)]) -> TrialLine {
    let key = state.books.catalog.lines()[id.0 as usize];
    let subject = state.books.catalog.subject(key.subject);
    let entity = &state.books.catalog.entities()[usize::from(subject.entity.0)];
    let (mut balance, mut debit, mut credit) = (0, 0, 0);
    let mut total = AccountsTotal::default();
    for (lines, totals) in parts {
        let Some((line, part)) = lines.get(id.0 as usize).zip(totals.get(id.0 as usize)) else {
            continue;
        };
        balance += line.balance;
        if line.day == entity.date {
            debit += line.turnover.0;
            credit += line.turnover.1;
        }
        total.balance += part.balance;
        total.accounts += part.accounts;
    }
    let natural = |balance| subject.opening.normal.natural(balance);
    TrialLine {
        id,
        entity: entity.code.clone(),
        date: entity.date,
        subject: subject.opening.code.clone(),
        name: subject.opening.name.clone(),
        class: subject.opening.class,
        normal: subject.opening.normal,
        currency: key.currency,
        opening: natural(balance - debit + credit),
        debit,
        credit,
        closing: natural(balance),
        accounts_total: natural(total.balance),
        accounts: total.accounts,
    }
}
