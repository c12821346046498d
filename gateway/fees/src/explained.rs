//! Figures with how they came to be.

use longmen_ledger::{Amount, Currency};

use crate::fee::{OnRefund, TaxPlace};
use crate::payment::{Charge, Payment};
use crate::refund::{GivenBack, Refund};
use crate::rule::Rule;
use crate::split::Split;

/// A figure with how it came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained<'r> {
    /// What it is: the fee's name, `tax on` it, `share of` a receiver.
    pub what: String,
    /// The account that gets it of a payment, or gives it of a refund.
    pub account: &'r str,
    /// In words: `100.00 x 0.6% = 0.60`.
    pub how: String,
    /// In minor units; it may be zero.
    pub amount: Amount,
}

impl<'r> Payment<'r> {
    /// How each figure came to be, in the order of the rule.
    #[must_use]
    pub fn explained(&self) -> Vec<Explained<'r>> {
        let currency = self.rule.currency;
        let mut rows: Vec<Explained<'r>> =
            self.charges.iter().flat_map(|charge| of_charge(charge, currency)).collect();
        let left = self.parts.iter().sum();
        let split = &self.rule.split;
        let mut shares = shares_of(self.rule, &self.parts, |at| how_shared(split, at, left, currency));
        // Where one gets all that is left, that is what fees leave.
        if let ([_], [row]) = (&split.shares[..], &mut shares[..]) {
            row.how = format!("{} less fees", print(currency, self.amount));
        }
        rows.append(&mut shares);
        rows
    }
}

impl<'r> Refund<'r> {
    /// How each figure came to be, in the order of the rule.
    #[must_use]
    pub fn explained(&self) -> Vec<Explained<'r>> {
        let currency = self.rule.currency;
        let mut rows: Vec<Explained<'r>> =
            self.charges.iter().flat_map(|given| of_given(given, self, currency)).collect();
        let how = format!("{} less fees given back", print(currency, self.refund));
        rows.append(&mut shares_of(self.rule, &self.parts, |_| how.clone()));
        rows
    }
}

fn of_charge<'r>(charge: &Charge<'r>, currency: Currency) -> Vec<Explained<'r>> {
    let (fee, known) = (charge.fee, charge.fee.tax.as_ref());
    let how_much = charge.working.charge();
    let mut rows =
        vec![row(fee.name.to_string(), &fee.to, charge.working.show(currency), charge.gross - charge.tax)];
    let Some(tax) = known else { return rows };
    let of = print(currency, how_much);
    let (how, word) = match tax.place {
        TaxPlace::Inside => (format!("{of} x {0} / (100% + {0})", tax.rate), "in"),
        TaxPlace::OnTop => (format!("{of} x {}", tax.rate), "on"),
    };
    if tax.place == TaxPlace::Inside {
        rows[0].how += &format!("; {of} less tax");
    }
    rows.push(row(format!("tax {word} {}", fee.name), &tax.to, how, charge.tax));
    rows
}

fn of_given<'r>(given: &GivenBack<'r>, refund: &Refund<'_>, currency: Currency) -> Vec<Explained<'r>> {
    let money = |minor| print(currency, minor);
    let refunded = money(refund.refund + refund.before);
    let how = match given.fee.on_refund {
        OnRefund::Kept => "it is kept".to_owned(),
        OnRefund::Proportional => {
            format!("{} x {refunded} / {}", money(given.charged), money(refund.amount))
        }
        OnRefund::ByRate => {
            let rate = given.fee.tariff.plain_rate().expect("a rule was read that has one");
            format!("{refunded} x {rate}")
        }
    };
    let (total, before) = (money(given.before + given.gross), money(given.before));
    let how = match (given.fee.on_refund, given.before) {
        (OnRefund::Kept, _) => how,
        (_, 0) => format!("{how} = {total}"),
        _ => format!("{how} = {total}, less {before} given back before"),
    };
    let how = if given.tax > 0 { format!("{how}; less tax") } else { how };
    let mut rows = vec![row(given.fee.name.to_string(), &given.fee.to, how, given.gross - given.tax)];
    if let Some(tax) = &given.fee.tax {
        let how = format!("as much of the tax as {total} is of {}", money(given.charged));
        rows.push(row(format!("tax in {}", given.fee.name), &tax.to, how, given.tax));
    }
    rows
}

fn shares_of<'r>(rule: &'r Rule, parts: &[u64], how: impl Fn(usize) -> String) -> Vec<Explained<'r>> {
    let shares = rule.split.receivers().zip(parts).enumerate();
    shares.map(|(at, (to, part))| row(format!("share of {to}"), to, how(at), *part)).collect()
}

fn how_shared(split: &Split, at: usize, left: u64, currency: Currency) -> String {
    let all: Vec<&str> = split.shares.iter().map(|share| &*share.shown).collect();
    match split.shares.get(at) {
        Some(share) => format!("{} x {} / ({})", print(currency, left), share.shown, all.join(" + ")),
        None => "what is left of whole units".to_owned(),
    }
}

fn row(what: String, account: &str, how: String, minor: u64) -> Explained<'_> {
    let amount = Amount(i64::try_from(minor).expect("the sum of a payment fits"));
    Explained { what, account, how, amount }
}

fn print(currency: Currency, minor: u64) -> String {
    currency.print(minor.into())
}
