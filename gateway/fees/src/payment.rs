//! What a gross amount comes to by a rule.

use longmen_ledger::{Amount, Side};

use crate::fee::{Bearer, Fee, TaxPlace};
use crate::leg::{FeeLeg, Legs};
use crate::refusal::FeeRefusal;
use crate::rule::{PAYER, Rule};
use crate::working::Working;

/// What a gross amount comes to by a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment<'r> {
    pub(crate) rule: &'r Rule,
    pub(crate) amount: u64,
    pub(crate) charges: Vec<Charge<'r>>,
    /// What each receiver of the split gets, in its order.
    pub(crate) parts: Vec<u64>,
}

/// A fee as it is charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Charge<'r> {
    pub(crate) fee: &'r Fee,
    pub(crate) working: Working,
    /// All that is paid for it, tax included, in minor units.
    pub(crate) gross: u64,
    /// What of that is tax.
    pub(crate) tax: u64,
}

impl Rule {
    /// What a gross amount comes to. The amount, in minor units, is what is paid for: fees of the payer come on top of it, those
    /// of the payee out of it.
    ///
    /// # Errors
    /// [`FeeRefusal`]: it is not above zero, the payee's fees are more than it, or a sum is more than a leg may have.
    pub fn payment(&self, amount: Amount) -> Result<Payment<'_>, FeeRefusal> {
        Payment::of(self, amount)
    }
}

impl<'r> Payment<'r> {
    fn of(rule: &'r Rule, amount: Amount) -> Result<Payment<'r>, FeeRefusal> {
        let minor = u64::try_from(amount.0).ok().filter(|minor| *minor > 0).ok_or(FeeRefusal::NotPositive)?;
        let charges: Vec<Charge<'_>> =
            rule.fees.iter().map(|fee| Charge::of(fee, minor, rule)).collect::<Result<_, _>>()?;
        let sum = |wanted: fn(&Bearer) -> bool| -> u128 {
            charges
                .iter()
                .filter(|charge| wanted(&charge.fee.bearer))
                .map(|charge| u128::from(charge.gross))
                .sum()
        };
        let taken = sum(|bearer| *bearer == Bearer::Payee);
        let beside = sum(|bearer| *bearer != Bearer::Payee);
        // A leg is a sum of some of that.
        if i64::try_from(u128::from(minor) + beside).is_err() {
            return Err(FeeRefusal::TooLarge);
        }
        let Some(left) = u64::try_from(taken).ok().and_then(|taken| minor.checked_sub(taken)) else {
            let fees = i128::try_from(taken).expect("fewer fees than bits");
            return Err(FeeRefusal::FeeAboveAmount { fees, amount });
        };
        Ok(Payment { rule, amount: minor, charges, parts: rule.split.of(left) })
    }

    /// The legs, of which debits are credits: the payer's first, then who gets what is left, then fees and taxes.
    pub fn legs(&self) -> impl Iterator<Item = FeeLeg<'r>> {
        let charges = self.charges.iter().map(|charge| (charge.fee, charge.gross, charge.tax));
        legs_of(self.rule, Side::Debit, self.amount, charges, &self.parts).into_iter()
    }

    /// All fees and their taxes that are charged on the payer, the payee, or both, without those of the house; in minor units.
    #[must_use]
    pub fn fees(&self) -> i128 {
        let of_others = |charge: &&Charge<'_>| !matches!(charge.fee.bearer, Bearer::House { .. });
        self.charges.iter().filter(of_others).map(|charge| i128::from(charge.gross)).sum()
    }
}

impl<'r> Charge<'r> {
    fn of(fee: &'r Fee, amount: u64, rule: &Rule) -> Result<Charge<'r>, FeeRefusal> {
        let working = fee.tariff.charge(amount, rule.rounding)?;
        let charge = working.charge();
        let tax = fee.tax.as_ref().map_or(0, |tax| tax.of(charge, rule.rounding));
        let on_top = match &fee.tax {
            Some(known) if known.place == TaxPlace::OnTop => tax,
            _ => 0,
        };
        let gross = charge.checked_add(on_top).ok_or(FeeRefusal::TooLarge)?;
        Ok(Charge { fee, working, gross, tax })
    }
}

/// The legs of a payment, whose payer is debited, or of a refund, with all sides turned. Charges are all that is paid for a fee,
/// and what of it is tax.
pub(crate) fn legs_of<'r>(
    rule: &'r Rule,
    payer: Side,
    amount: u64,
    charges: impl Iterator<Item = (&'r Fee, u64, u64)> + Clone,
    parts: &[u64],
) -> Vec<FeeLeg<'r>> {
    let (mut legs, others) = (Legs::default(), payer.opposite());
    let on_top = charges.clone().filter(|(fee, ..)| fee.bearer == Bearer::Payer);
    legs.add(PAYER, payer, amount + on_top.map(|(_, gross, _)| gross).sum::<u64>());
    for (to, part) in rule.split.receivers().zip(parts) {
        legs.add(to, others, *part);
    }
    for (fee, gross, tax) in charges {
        if let Bearer::House { cost } = &fee.bearer {
            legs.add(cost, payer, gross);
        }
        legs.add(&fee.to, others, gross - tax);
        if let Some(known) = &fee.tax {
            legs.add(&known.to, others, tax);
        }
    }
    legs.balanced()
}
