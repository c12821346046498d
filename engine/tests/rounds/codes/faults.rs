//! What can be wrong with a transaction, one thing at a time.

use longmen_engine::ledger::Rejection::*;

use super::{BANK, Fault, ID, NAMED, OFF_BALANCE, PAYEE, PAYER, Scene, UNKNOWN, fault, leg, legs};
use crate::naive::SHORT_WINDOW;
use crate::script::{Act, Ask, NOW, NewLimits, START, Tx};

// Faults of any transaction.
pub(super) const CONFLICT: Fault = fault(IdempotencyConflict, 0, |scene| {
    scene.post(Tx::new(ID, vec![leg(1, BANK, true, 1), leg(2, PAYEE, false, 1)]));
});
pub(super) const CANCELLED: Fault = fault(Cancelled, 0, |scene| scene.ask(Ask::Cancel { id: ID, time: NOW }));
pub(super) const TOO_OLD: Fault = fault(TooOld, 0, |scene| scene.tx.time = NOW - 4 * 86_400);
pub(super) const DATE: Fault = fault(DateClosed, 0, |scene| scene.tx.accounting_date = Some(START + 50));
pub(super) const VALUE: Fault = fault(ValueDate, 0, |scene| scene.tx.value_date = Some(START + 400));
// Faults of legs.
pub(super) const NO_STEPS: Fault = fault(Malformed, 0, |scene| scene.tx.legs[1].step = 1);
pub(super) const UNBALANCED: Fault = fault(Unbalanced, 0, |scene| scene.tx.legs[2].amount += 1);
pub(super) const ZERO: Fault = fault(InvalidAmount, 2, |scene| {
    scene.tx.legs[2].amount += scene.tx.legs[1].amount;
    scene.tx.legs[1].amount = 0;
});
pub(super) const MIXED: Fault = fault(MixedOffBalance, 0, |scene| scene.tx.legs[1].account = OFF_BALANCE);
pub(super) const CURRENCY: Fault = fault(CurrencyMismatch, 1, |scene| {
    scene.tx.legs.iter_mut().for_each(|leg| leg.currency = "USD");
});
pub(super) const NO_ACCOUNT: Fault = fault(UnknownAccount, 3, |scene| scene.tx.legs[2].account = UNKNOWN);
// Faults of accounts.
pub(super) const LOSS: Fault = fault(AccountState, 1, |scene| scene.states(PAYER, Some(3), None));
pub(super) const LOSS_OF_HELD: Fault = fault(AccountState, 0, |scene| scene.states(PAYER, Some(3), None));
pub(super) const STOPPED: Fault = fault(PaymentState, 2, |scene| scene.states(PAYEE, None, Some(2)));
pub(super) const POOR: Fault = fault(InsufficientFunds, 1, reserve);
pub(super) const POOR_FOR_A_HOLD: Fault = fault(InsufficientFunds, 0, reserve);
pub(super) const LIMIT: Fault = fault(LimitExceeded, 1, |scene| {
    scene.limits(NewLimits { transaction: Some(Some(9)), ..NewLimits::default() });
});
pub(super) const DAY_LIMIT: Fault = fault(DayLimitExceeded, 1, |scene| {
    scene.limits(NewLimits { day: Some(Some(9)), ..NewLimits::default() });
});
// Faults of what is named.
pub(super) const NO_HOLD: Fault = fault(UnknownFreeze, 0, |scene| {
    if let Act::Consume { hold, .. } | Act::Raise { hold, .. } | Act::Unfreeze { hold, .. } =
        &mut scene.tx.act
    {
        *hold = 77;
    }
});
pub(super) const SPENT: Fault = fault(FreezeExceeded, 0, |scene| {
    scene.act(200, Act::Unfreeze { hold: NAMED, amount: Some(25), authority: "court" });
});
pub(super) const EXPIRED: Fault = fault(FreezeExpired, 0, |scene| scene.ask(Ask::Wait { until: NOW + 60 }));
pub(super) const EXPIRES_NOW: Fault = fault(FreezeExpired, 0, |scene| {
    if let Act::Freeze { expires, .. } | Act::Raise { expires, .. } | Act::Try { expires } = &mut scene.tx.act
    {
        *expires = Some(NOW);
    }
});
pub(super) const AUTHORITY: Fault = fault(WrongAuthority, 0, |scene| {
    if let Act::Consume { authority, .. } | Act::Raise { authority, .. } | Act::Unfreeze { authority, .. } =
        &mut scene.tx.act
    {
        *authority = "police";
    }
});
pub(super) const NO_ORIGINAL: Fault = fault(UnknownOriginal, 0, |scene| {
    if let Act::Reverse { original, .. } | Act::Refund { original } | Act::Confirm { original } =
        &mut scene.tx.act
    {
        *original = 77;
    }
});
pub(super) const REVERSED: Fault = fault(AlreadyReversed, 0, |scene| {
    scene.act(201, Act::Reverse { original: NAMED, forced: false });
});
pub(super) const REFUNDED: Fault = fault(RefundExceeded, 0, |scene| {
    scene.post(Tx { act: Act::Refund { original: NAMED }, ..Tx::new(202, legs()) });
});
pub(super) const TOO_LATE: Fault = fault(RefundWindow, 0, |scene| {
    scene.ask(Ask::CloseDay { entity: 0, next: START + SHORT_WINDOW + 1, carry: vec![], forced: None });
});
pub(super) const TRY_CANCELLED: Fault =
    fault(Cancelled, 0, |scene| scene.act(203, Act::CancelTry { original: NAMED }));
pub(super) const TRY_CONFIRMED: Fault =
    fault(AlreadyPosted, 0, |scene| scene.act(204, Act::Confirm { original: NAMED }));
pub(super) const NO_APPROVAL: Fault = fault(Malformed, 0, |scene| {
    if let Act::Reverse { forced, .. } | Act::Consume { forced, .. } = &mut scene.tx.act {
        *forced = true;
    }
});

/// Leaves 5 available, by the withholding reserve.
fn reserve(scene: &mut Scene) {
    let available = scene.naive.available(PAYER);
    let amount = i64::try_from(available - 5).unwrap();
    scene.ask(Ask::SetReserve { account: PAYER, amount });
}
