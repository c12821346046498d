//! What the two states of an account let through, in one place.

use crate::account::{AccountState, PaymentState};
use crate::money::amount::{Amount, Side};
use crate::rejection::Rejection;

/// How a transaction touches an account, for its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Touch {
    /// A credit: the holder receives.
    Credit,
    /// A debit: it takes from the holder, on a loan account too.
    Debit,
    /// A hold is opened.
    Freeze,
    /// A hold is released.
    Unfreeze,
    /// A hold is spent.
    Consume {
        /// Whether it is a judicial hold, spent by the authority that froze.
        judicial: bool,
        /// Whether the payment state and a reported loss are set aside, with an approval.
        forced: bool,
    },
}

impl Touch {
    /// The touch of a leg. A red entry (红字) counts as one on the opposite side.
    #[must_use]
    #[inline]
    pub fn of_leg(side: Side, amount: Amount) -> Touch {
        match side.effective(amount) {
            Side::Debit => Touch::Debit,
            Side::Credit => Touch::Credit,
        }
    }
}

/// What the states refuse.
///
/// | account state | payment state | credit | debit | freeze | unfreeze | consume |
/// | --- | --- | --- | --- | --- | --- | --- |
/// | 1 normal | 1 normal | yes | yes | yes | yes | yes |
/// | 1 | 0 receives only | yes | no | yes | yes | if forced |
/// | 1 | 2 neither | no | no | yes | yes | if forced |
/// | 1 | 3 partial stop | yes | up to available | yes | yes | yes |
/// | 1 | 4 pays only | no | yes | yes | yes | yes |
/// | 3 loss reported | any | yes | no | yes | yes | if forced |
/// | 4 judicial freeze | any | yes | no | yes | yes | that authority's hold |
/// | 0 closed | any | no | no | no | no | no |
///
/// That only the authority that froze may release or spend is judged with the hold itself, whatever the states.
#[must_use]
pub fn refuse(account: AccountState, payment: PaymentState, touch: Touch) -> Option<Rejection> {
    match account {
        AccountState::Closed => Some(Rejection::AccountState),
        AccountState::Normal => (!payment_lets(payment, touch)).then_some(Rejection::PaymentState),
        // These two decide alone, whatever the payment state.
        AccountState::LossReported => {
            let lets = !matches!(touch, Touch::Debit | Touch::Consume { forced: false, .. });
            (!lets).then_some(Rejection::AccountState)
        }
        AccountState::JudicialFreeze => {
            let lets = !matches!(touch, Touch::Debit | Touch::Consume { judicial: false, .. });
            (!lets).then_some(Rejection::AccountState)
        }
    }
}

fn payment_lets(payment: PaymentState, touch: Touch) -> bool {
    let (receives, pays) = match payment {
        PaymentState::ReceivesOnly => (true, false),
        PaymentState::Normal | PaymentState::PartialStop => (true, true),
        PaymentState::Neither => (false, false),
        PaymentState::PaysOnly => (false, true),
    };
    match touch {
        Touch::Credit => receives,
        Touch::Debit => pays,
        Touch::Freeze | Touch::Unfreeze => true,
        Touch::Consume { forced, .. } => pays || forced,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row of the table: credit, debit, freeze, unfreeze; consume: plain, forced, judicial, judicial and forced.
    #[track_caller]
    fn check(account: u8, payments: &[u8], lets: [bool; 8], refusal: Option<Rejection>) {
        let consume = |judicial, forced| Touch::Consume { judicial, forced };
        let touches = [
            Touch::Credit,
            Touch::Debit,
            Touch::Freeze,
            Touch::Unfreeze,
            consume(false, false),
            consume(false, true),
            consume(true, false),
            consume(true, true),
        ];
        let account = AccountState::from_number(account).unwrap();
        for payment in payments {
            let payment = PaymentState::from_number(*payment).unwrap();
            for (touch, lets) in touches.into_iter().zip(lets) {
                let expect = if lets { None } else { refusal };
                assert_eq!(refuse(account, payment, touch), expect, "{account:?} {payment:?} {touch:?}");
            }
        }
    }

    #[test]
    fn every_cell_of_the_matrix() {
        const Y: bool = true;
        const N: bool = false;
        let (account, payment) = (Some(Rejection::AccountState), Some(Rejection::PaymentState));
        check(1, &[1], [Y, Y, Y, Y, Y, Y, Y, Y], None);
        check(1, &[0], [Y, N, Y, Y, N, Y, N, Y], payment);
        check(1, &[2], [N, N, Y, Y, N, Y, N, Y], payment);
        check(1, &[3], [Y, Y, Y, Y, Y, Y, Y, Y], None);
        check(1, &[4], [N, Y, Y, Y, Y, Y, Y, Y], payment);
        check(3, &[0, 1, 2, 3, 4], [Y, N, Y, Y, N, Y, N, Y], account);
        check(4, &[0, 1, 2, 3, 4], [Y, N, Y, Y, N, N, Y, Y], account);
        check(0, &[0, 1, 2, 3, 4], [N; 8], account);
    }

    #[test]
    fn a_red_entry_counts_as_the_opposite_side() {
        assert_eq!(Touch::of_leg(Side::Debit, Amount(1)), Touch::Debit);
        assert_eq!(Touch::of_leg(Side::Credit, Amount(1)), Touch::Credit);
        assert_eq!(Touch::of_leg(Side::Debit, Amount(-1)), Touch::Credit);
        assert_eq!(Touch::of_leg(Side::Credit, Amount(-1)), Touch::Debit);
    }
}
