//! What goes back of a payment.

use longmen_ledger::{Amount, Side};

use crate::apportion::in_step;
use crate::fee::{Bearer, Fee, OnRefund};
use crate::leg::FeeLeg;
use crate::payment::{Charge, Payment, legs_of};
use crate::rate::WHOLE;
use crate::refusal::FeeRefusal;
use crate::rule::Rule;

/// What goes back of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund<'r> {
    pub(crate) rule: &'r Rule,
    /// Of the payment, in minor units.
    pub(crate) amount: u64,
    pub(crate) refund: u64,
    pub(crate) before: u64,
    pub(crate) charges: Vec<GivenBack<'r>>,
    /// What each receiver of the split gives back, in its order.
    pub(crate) parts: Vec<u64>,
}

/// What goes back of a fee, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GivenBack<'r> {
    pub(crate) fee: &'r Fee,
    /// All that was paid for it.
    pub(crate) charged: u64,
    /// What was given back before.
    pub(crate) before: u64,
    /// What goes back now, tax included.
    pub(crate) gross: u64,
    /// What of that is tax.
    pub(crate) tax: u64,
}

impl<'r> Payment<'r> {
    /// What goes back of it, where `before` was refunded of it already, both in minor units and of the gross amount.
    ///
    /// What was given back of each fee, over all refunds together, is what the sum of the refunds comes to. So nothing depends on how a
    /// payment is refunded, no more of a fee goes back than was charged, and the last refund gives the rest.
    ///
    /// # Errors
    /// [`FeeRefusal`]: the refund is not above zero, or the refunds are more than the amount.
    pub fn refund(&self, refund: Amount, before: Amount) -> Result<Refund<'r>, FeeRefusal> {
        Refund::of(self, refund, before)
    }
}

impl<'r> Refund<'r> {
    fn of(payment: &Payment<'r>, refund: Amount, before: Amount) -> Result<Refund<'r>, FeeRefusal> {
        let refund =
            u64::try_from(refund.0).ok().filter(|refund| *refund > 0).ok_or(FeeRefusal::NotPositive)?;
        let before = u64::try_from(before.0).map_err(|_| FeeRefusal::NotPositive)?;
        // Both are below 2^63.
        let refunded = refund + before;
        if refunded > payment.amount {
            let amount = Amount(i64::try_from(payment.amount).expect("it was one"));
            return Err(FeeRefusal::RefundAboveAmount { refunded: refunded.into(), amount });
        }
        let (then, now) = (Standing::of(payment, before), Standing::of(payment, refunded));
        let charges =
            payment.charges.iter().zip(then.charges.iter().zip(now.charges)).map(|(charge, (then, now))| {
                let tax = |given| tax_of(charge, given, payment.rule);
                GivenBack {
                    fee: charge.fee,
                    charged: charge.gross,
                    before: *then,
                    gross: now - then,
                    tax: tax(now) - tax(*then),
                }
            });
        let parts = now.parts.iter().zip(then.parts).map(|(now, then)| now - then);
        Ok(Refund {
            rule: payment.rule,
            amount: payment.amount,
            refund,
            before,
            charges: charges.collect(),
            parts: parts.collect(),
        })
    }

    /// The legs, of which debits are credits: the payer's first, who is credited.
    pub fn legs(&self) -> impl Iterator<Item = FeeLeg<'r>> {
        let charges = self.charges.iter().map(|given| (given.fee, given.gross, given.tax));
        legs_of(self.rule, Side::Credit, self.refund, charges, &self.parts).into_iter()
    }

    /// All that goes back of fees and their taxes to the payer, the payee, or both, without what goes back to the house; in minor
    /// units.
    #[must_use]
    pub fn fees(&self) -> i128 {
        let of_others = |given: &&GivenBack<'_>| !matches!(given.fee.bearer, Bearer::House { .. });
        self.charges.iter().filter(of_others).map(|given| i128::from(given.gross)).sum()
    }
}

/// What has gone back where so much of a payment is refunded. Each figure is never less where more is refunded.
struct Standing {
    charges: Vec<u64>,
    parts: Vec<u64>,
}

impl Standing {
    fn of(payment: &Payment<'_>, refunded: u64) -> Standing {
        let charges = charges_back(payment, refunded);
        let of_payee =
            |(charge, back): (&Charge<'_>, &u64)| (charge.fee.bearer == Bearer::Payee).then_some(*back);
        let to_payees: u64 = payment.charges.iter().zip(&charges).filter_map(of_payee).sum();
        // Who got nothing of the payment, since fees took all, pays a fee that is kept by its share.
        let back = refunded - to_payees;
        let parts = in_step(back, &payment.parts)
            .or_else(|| in_step(back, &payment.rule.split.weights()))
            .expect("a share is above zero");
        Standing { charges, parts }
    }
}

/// What has gone back of each fee.
///
/// Fees of the payee go back together, and that is shared out among them: rounded one by one, two of them could give back
/// two minor units where one is refunded, and the payee would have to get one.
fn charges_back(payment: &Payment<'_>, refunded: u64) -> Vec<u64> {
    let mut back: Vec<u64> =
        payment.charges.iter().map(|charge| back_alone(charge, payment, refunded)).collect();
    let is_together = |charge: &Charge<'_>| {
        charge.fee.bearer == Bearer::Payee && charge.fee.on_refund == OnRefund::Proportional
    };
    let weight = |charge: &Charge<'_>| if is_together(charge) { charge.gross } else { 0 };
    let weights: Vec<u64> = payment.charges.iter().map(weight).collect();
    let together = proportion(weights.iter().sum(), payment, refunded);
    if let Some(shared) = in_step(together, &weights) {
        for ((charge, back), shared) in payment.charges.iter().zip(&mut back).zip(shared) {
            if is_together(charge) {
                *back = shared;
            }
        }
    }
    back
}

fn back_alone(charge: &Charge<'_>, payment: &Payment<'_>, refunded: u64) -> u64 {
    match charge.fee.on_refund {
        OnRefund::Kept => 0,
        OnRefund::Proportional => proportion(charge.gross, payment, refunded),
        OnRefund::ByRate => {
            let rate = charge.fee.tariff.plain_rate().expect("a rule was read that has one");
            let back = payment.rule.rounding.divide(u128::from(refunded) * rate.parts(), WHOLE);
            charge.gross.min(u64::try_from(back).expect("a rate is at most all of it"))
        }
    }
}

/// As much of a figure as is refunded of the amount, rounded as the rule says.
fn proportion(figure: u64, payment: &Payment<'_>, refunded: u64) -> u64 {
    let product = u128::from(figure) * u128::from(refunded);
    let part = payment.rule.rounding.divide(product, payment.amount.into());
    u64::try_from(part).expect("it is at most the figure")
}

/// What of a fee that has gone back is tax: all of it where all of the fee has.
fn tax_of(charge: &Charge<'_>, given: u64, rule: &Rule) -> u64 {
    if charge.gross == 0 {
        return 0;
    }
    let product = u128::from(given) * u128::from(charge.tax);
    let tax = rule.rounding.divide(product, charge.gross.into());
    u64::try_from(tax).expect("it is at most the fee")
}
