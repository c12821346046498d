//! What a transaction is checked for, in the order of precedence. The first that refuses is the answer, so the order is what
//! clients are promised ([`Rejection::group`]).
//!
//! | | check | rejections | where |
//! | --- | --- | --- | --- |
//! | 0 | what can be looked at at all | `malformed` | `batch.rs`, and whoever reads requests |
//! | 1 | what the shape rests on is decided | (waits) | [`Coordinator::check`] |
//! | 2 | what the caller may do, and whether alone | `forbidden`, `needs_approval` | `commands/permitted_transaction.rs` |
//! | 3 | shape: legs, sums, amounts, currencies | `malformed`, `unbalanced`, `invalid_amount`, `mixed_off_balance`, `currency_mismatch`, `memo_alone`, `booking_mode` | `batch.rs`, `preflight.rs`, the action's `shape`, `booking.rs` |
//! | 4 | the id was not used before | its first result, `idempotency_conflict`, `cancelled` | [`Coordinator::check`] |
//! | 5 | the client's time lies in the window | `too_old`, `too_new`, `time_required` | `state/time_window.rs` |
//! | 6 | the log has room | `out_of_disk` | [`Coordinator::check`] |
//! | 7 | the original that it names is decided | (waits) | [`Coordinator::check`] |
//! | 8 | a second step comes once; rules make its legs | `already_posted`, `cancelled`; `no_rule`, `fee_above_amount`, `wrong_parties`, `invalid_amount` | the action's `verdict` |
//! | 9 | existence | `unknown_account`, `unknown_freeze`, `unknown_original`, `key_conflict` | [`refuse_early`], the action's `verdict` |
//! | 10 | one accounting date, the one that was counted on; a value date that is not far from it | `date_closed`, `value_date` | [`Coordinator::judge_dates`] |
//! | 11 | the original, the hold | `already_reversed`, `refund_exceeded`, `refund_window`; `freeze_exceeded`, `freeze_expired`, `wrong_authority` | the action's `verdict`; `transaction/effect.rs` |
//! | 12 | account states, then payment states | `account_state`, `payment_state` | `account/states.rs`, by `shard/mod.rs` or the gate |
//! | 13 | funds | `insufficient_funds` | `account/row.rs`, `hot/gate.rs` |
//! | 14 | limits | `limit_exceeded`, `day_limit_exceeded` | `account/row.rs`, `account/cold_row.rs` |

use crate::account::row::{Verdict, first_of};
use crate::actions::plan::Plan;
use crate::answer::PostResult;
use crate::batch::Transaction;
use crate::commands::close_day::is_far_ahead;
use crate::idempotency::decided::Known;
use crate::idempotency::known_ids::IdHash;
use crate::ids::TransactionKey;
use crate::money::date::Date;
use crate::rejection::Rejection;
use crate::schedule::Coordinator;
use crate::schedule::cancel::repeat;
use crate::schedule::jobs::JobRef;
use crate::schedule::preflight::Preflight;
use crate::state::room::Room;

/// A value date lies so many days before the accounting date at most: ten years, as long as books are kept and undone.
pub const MOST_BACK: u32 = 3_653;

/// A transaction, with what is known of it before any row is looked at.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) what: JobRef,
    pub(super) key: TransactionKey,
    pub(super) hash: IdHash,
    pub(super) transaction: &'a Transaction,
    /// Whether it is a question whether the caller may do it.
    pub(super) is_restricted: bool,
    pub(super) preflight: &'a Preflight,
    pub(super) plan: Option<&'a Plan>,
}

/// What becomes of a transaction that is not placed.
pub(super) enum Early {
    /// Refused.
    Refused(Rejection),
    /// Refused for its shape, at this step; but the first result of its id stands.
    WrongShape(Rejection, u16),
    /// Answered by the first result of its id.
    Repeated(PostResult),
    /// It waits: its id is under way.
    Waits,
    /// It waits for what it names.
    WaitsForNamed,
}

impl Seen<'_> {
    /// Whether it does no more than post legs that have a good shape, for somebody who may do everything. Nearly all are so, and
    /// pay for no other check.
    #[inline]
    fn is_plain(&self) -> bool {
        self.plan.is_none() && !self.is_restricted && self.preflight.shape.is_none()
    }

    fn is_new(&self) -> bool {
        self.what.begun.is_none()
    }
}

impl Coordinator {
    /// The checks that come before a transaction is placed, in the order of precedence.
    #[inline]
    pub(super) fn check(&self, seen: &Seen<'_>) -> Option<Early> {
        let is_plain = seen.is_plain();
        let wrong = if is_plain { None } else { self.check_what_it_is(seen) };
        if wrong.is_some() {
            return wrong;
        }
        if seen.is_new() {
            if let Some(known) = self.state.ids.get(seen.hash, seen.key) {
                return Some(of_known(known, seen));
            }
            let refused = self.state.ids.outside_window(seen.transaction.time, &self.state.settings);
            if let Some(rejection) = refused.or_else(|| self.no_room(seen.what.job)) {
                return Some(Early::Refused(rejection));
            }
        }
        if is_plain { None } else { self.check_what_it_names(seen) }
    }

    /// What comes before the question of its id.
    #[inline(never)]
    fn check_what_it_is(&self, seen: &Seen<'_>) -> Option<Early> {
        check_malformed(seen)
            .or_else(|| self.check_hold_is_decided(seen))
            .or_else(|| self.check_permitted(seen))
            .or_else(|| check_shape(seen))
    }

    /// What comes behind the question of its id.
    #[inline(never)]
    fn check_what_it_names(&self, seen: &Seen<'_>) -> Option<Early> {
        self.check_original_is_decided(seen).or_else(|| check_second_step(seen))
    }

    /// What the dates say: that of the books, and those that the client gives.
    #[inline]
    pub(super) fn judge_dates(&self, seen: &Seen<'_>) -> Option<Rejection> {
        let Preflight { date, one_date, .. } = *seen.preflight;
        if !one_date || seen.transaction.accounting_date.is_some_and(|wanted| wanted != date) {
            return Some(Rejection::DateClosed);
        }
        let is_far = |value| is_far_from(value, date, self.state.ids.window.clock_us());
        seen.transaction.value_date.is_some_and(is_far).then_some(Rejection::ValueDate)
    }

    /// Whether there is such a hold comes before what its account says of shape and date.
    fn check_hold_is_decided(&self, seen: &Seen<'_>) -> Option<Early> {
        let (plan, preflight) = (seen.plan?, seen.preflight);
        let rests_on_it =
            plan.shape.is_some() || preflight.unknown.is_some() || self.judge_dates(seen).is_some();
        let undecided =
            rests_on_it && plan.effects.iter().any(|effect| self.state.holds.is_undecided(effect));
        undecided.then_some(Early::WaitsForNamed)
    }

    fn check_permitted(&self, seen: &Seen<'_>) -> Option<Early> {
        // A ledger without principals asks no further.
        let refused = if seen.is_restricted { self.refuse_unpermitted(seen) } else { None };
        refused.map(Early::Refused)
    }

    fn check_original_is_decided(&self, seen: &Seen<'_>) -> Option<Early> {
        let undecided = |original| self.round.originals.contains(&original);
        seen.plan?.originals().any(undecided).then_some(Early::WaitsForNamed)
    }

    /// What the ledger asks of itself ends what it has begun, in the room that was sure then.
    pub(super) fn no_room(&self, job: u32) -> Option<Rejection> {
        (self.state.room == Room::None && self.backlog.jobs.get(job).reply_to.is_some())
            .then_some(Rejection::OutOfDisk)
    }
}

/// Whether a value date lies further ahead than a date may begin, or [`MOST_BACK`] days before the accounting date: most likely
/// a typing error, or a variable that was never set.
#[cold]
fn is_far_from(value: Date, date: Date, clock_us: i64) -> bool {
    is_far_ahead(value, date, clock_us) || value.days() + MOST_BACK < date.days()
}

/// What becomes of a transaction whose id is known.
fn of_known(known: Known, seen: &Seen<'_>) -> Early {
    match known {
        Known::Pending => Early::Waits,
        Known::Decided(decided) => Early::Repeated(repeat(&decided, seen.transaction.content)),
    }
}

/// What was found where it entered: nothing else of it can be looked at.
fn check_malformed(seen: &Seen<'_>) -> Option<Early> {
    let malformed = seen.transaction.shape == Some(Rejection::Malformed);
    malformed.then_some(Early::WrongShape(Rejection::Malformed, 0))
}

fn check_shape(seen: &Seen<'_>) -> Option<Early> {
    seen.preflight.shape.map(|(rejection, step)| Early::WrongShape(rejection, step))
}

/// What a confirm or cancel of a try says of the try itself, and what keeps rules from making legs, is no result: it may be asked
/// again.
fn check_second_step(seen: &Seen<'_>) -> Option<Early> {
    let rejection = seen.plan?.verdict.filter(|rejection| rejection.group() < 2)?;
    assert!(seen.is_new(), "what it rests on stays as it is until it is decided");
    Some(Early::Refused(rejection))
}

/// What refuses a transaction whatever its rows say, in order of precedence: existence, dates, the original.
#[inline]
pub(super) fn refuse_early(preflight: &Preflight, plan: Option<&Plan>, dates: Option<Rejection>) -> Verdict {
    let planned = plan.and_then(|plan| plan.verdict).map(|rejection| (rejection, 0));
    let unknown = preflight.unknown.map(|step| (Rejection::UnknownAccount, step));
    let dates = dates.map(|rejection| (rejection, 0));
    [unknown, planned, dates].into_iter().fold(None, first_of)
}
