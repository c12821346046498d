//! Texts of rules for tests, and what comes of them in words.

use longmen_fees::{Asked, FeeLeg, FeeRefusal, Payment, RuleFile};
use longmen_ledger::{Amount, Currency, Date, Side};

/// A file with one rule of type `t`.
pub(crate) fn file_of(currency: &str, rounding: &str, body: &str) -> RuleFile {
    let head = format!(
        "[[rule]]\nname = \"r\"\ntype = \"t\"\ncurrency = \"{currency}\"\nfrom = \"2026-01-01\"\nrounding = \"{rounding}\"\n"
    );
    RuleFile::parse(&format!("{head}{body}")).unwrap_or_else(|error| panic!("{error}\n{body}"))
}

/// A fee of the payee that goes to `income`, with these lines more.
pub(crate) fn fee(lines: &str) -> String {
    format!(
        "[[rule.fee]]\nname = \"fee\"\npaid_by = \"payee\"\nto = \"income\"\nrefund = \"proportional\"\n{lines}\n"
    )
}

/// What an amount comes to by the one rule of a file.
pub(crate) fn pay<'f>(file: &'f RuleFile, amount: &str) -> Result<Payment<'f>, FeeRefusal> {
    let rule = &file.rules()[0];
    rule.payment(rule.currency().parse_amount(amount).unwrap())
}

pub(crate) fn asked(kind: &'static str) -> Asked<'static> {
    let currency = Currency::from_code("CNY").unwrap();
    Asked { kind, channel: "", merchant: "", currency, date: Date::parse("2026-12-01").unwrap() }
}

/// Legs in a line: `D payer 100.00, C payee 99.40`.
pub(crate) fn shown<'r>(currency: Currency, legs: impl Iterator<Item = FeeLeg<'r>>) -> String {
    let legs = legs.map(|leg| {
        let side = if leg.side == Side::Debit { "D" } else { "C" };
        format!("{side} {} {}", leg.account, currency.print(leg.amount.0.into()))
    });
    legs.collect::<Vec<_>>().join(", ")
}

/// Minor units of all legs of an account on a side.
pub(crate) fn sum_of<'r>(legs: impl Iterator<Item = FeeLeg<'r>>, account: &str, side: Side) -> i64 {
    legs.filter(|leg| leg.account == account && leg.side == side).map(|leg| leg.amount.0).sum()
}

pub(crate) fn minor(amount: u64) -> Amount {
    Amount(i64::try_from(amount).unwrap())
}
