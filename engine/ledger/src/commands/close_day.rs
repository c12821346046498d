//! Day end (日切): the figures of a date are written down when it is closed, in the frame that closes it.

use std::collections::BTreeMap;

use crate::account::AccountRef;
use crate::answer::Answer;
use crate::chart::line::Line;
use crate::chart::subject::SubjectClass;
use crate::commands::caller::Caller;
use crate::commands::carry_forward;
use crate::commands::close::{Close, Targets};
use crate::commands::lines::sum_lines;
use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::ids::{EntityId, LineId};
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::record::admin::Admin;
use crate::rejection::Rejection;
use crate::shard::order::ShowLines;
use crate::state::State;
use crate::transaction::notes;

/// A date may begin so many days after the current one or after the clock's, whichever is later: more than any holidays.
/// What lies further ahead is most likely a typing error, and would be a date for ever.
pub const MOST_AHEAD: u32 = 10;

/// Whether a date lies so far ahead of the current one and of the clock's that it begins by force alone.
#[must_use]
pub fn is_far_ahead(next: Date, current: Date, clock_us: i64) -> bool {
    let latest = current.max(Date::of_time_us(clock_us));
    next.days() > latest.days().saturating_add(MOST_AHEAD)
}

/// A close whose general ledger is being gathered.
#[derive(Clone, Debug)]
pub(crate) struct ReadLines {
    caller: Caller,
    close: Close,
}

pub(super) fn begin(
    state: &mut State,
    caller: Caller,
    entity: &str,
    (next, forced): (Date, bool),
    carry: &[AccountRef],
    notes: Box<[u8]>,
) -> Outcome {
    let judged = check_approved(forced, &notes).and_then(|()| judge(state, entity, (next, forced), carry));
    let (entity, targets) = match judged {
        Ok(Some(judged)) => judged,
        Ok(None) => return state.answer(caller.reply_to, Answer::Done),
        Err(rejection) => return state.refuse(caller.reply_to, rejection),
    };
    let close = Close { entity, next, targets, notes, refused: None };
    if close.targets.is_empty() {
        read_lines(state, caller, close)
    } else {
        carry_forward::begin(state, caller, close)
    }
}

/// Goes on with a close whose results were carried forward. Whatever became of the disk since: what a close has begun it
/// ends, in the room that was sure when it began.
pub(crate) fn go_on(state: &mut State, caller: Caller, close: Close) -> Outcome {
    match close.refused {
        Some(rejection) => state.refuse(caller.reply_to, rejection),
        None => read_lines(state, caller, close),
    }
}

fn read_lines(state: &State, caller: Caller, close: Close) -> Outcome {
    Outcome::wait_for_all(ReadLines { caller, close }, state, &ShowLines { with_totals: false })
}

/// What is forced needs an approval.
fn check_approved(forced: bool, given: &[u8]) -> Result<(), Rejection> {
    if forced && !notes::are_approved(given) { Err(Rejection::Malformed) } else { Ok(()) }
}

/// The entity to close and where to carry to; `None` where the date is current already.
fn judge(
    state: &State,
    entity: &str,
    (next, forced): (Date, bool),
    carry: &[AccountRef],
) -> Result<Option<(EntityId, Targets)>, Rejection> {
    let entity = state.books.catalog.entity(entity).ok_or(Rejection::UnknownEntity)?;
    let targets = carry_forward::judge_targets(state, entity, carry)?;
    let current = state.books.catalog.date(entity);
    if next < current {
        return Err(Rejection::DateClosed);
    }
    if !forced && is_far_ahead(next, current, state.ids.window.clock_us()) {
        return Err(Rejection::DateAhead);
    }
    Ok((next > current).then_some((entity, targets)))
}

impl AwaitShards for ReadLines {
    type Query = ShowLines;

    /// The date's figures and the next date stand in one frame.
    fn finish(self, state: &mut State, replies: Replies<ShowLines>) -> Outcome {
        let ReadLines { caller, close: Close { entity, next, notes, .. } } = self;
        let closed = state.books.catalog.date(entity);
        let lines: Vec<(LineId, Line)> = (0..).map(LineId).zip(sum_lines(replies)).collect();
        assert_related(state, entity, &lines);
        for (line, total) in &lines {
            if state.books.entity_of_line(*line) == entity {
                write_line(state, *line, total, closed);
            }
        }
        let State { books, output, .. } = state;
        output.register(caller.client, "close_day", &closed.to_string(), &notes);
        output.frame.push_admin(&Admin::DateClosed { entity, closed, next });
        books.catalog.add_closing(entity, closed, output.frame.number);
        books.catalog.set_date(entity, next);
        state.answer(caller.reply_to, Answer::Done)
    }
}

/// What the general ledger's debits come to less its credits, memo accounts have on the other side.
fn assert_related(state: &State, entity: EntityId, lines: &[(LineId, Line)]) {
    let catalog = &state.books.catalog;
    let mut nets: BTreeMap<Currency, (i128, i128)> = BTreeMap::new();
    for (key, (_, total)) in catalog.lines().iter().zip(lines) {
        let subject = catalog.subject(key.subject);
        let net = nets.entry(key.currency).or_default();
        match subject.opening.class {
            _ if subject.entity != entity => {}
            SubjectClass::OffBalance => {}
            SubjectClass::Memo => net.1 += total.balance,
            _ => net.0 += total.balance,
        }
    }
    for (currency, (on_balance, memo)) in nets {
        assert_eq!(on_balance, -memo, "debits less credits are the memo net's other side in {currency}");
    }
}

fn write_line(state: &mut State, line: LineId, total: &Line, date: Date) {
    let (debit, credit) = if total.day == date { total.turnover } else { (0, 0) };
    let opening = total.balance - debit + credit;
    if (opening, debit, credit) != (0, 0, 0) {
        state.output.frame.push_admin(&Admin::LineClosed { line, date, opening, debit, credit });
    }
}
