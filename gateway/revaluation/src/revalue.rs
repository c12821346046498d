//! Positions brought to the closing rate (期末调汇).

use longmen_ledger::{Currency, Date};

use crate::balances::Balances;
use crate::entry::Entry;
use crate::rates::{Rate, Rates};
use crate::refusal::Refusal;
use crate::settings::{Pair, Settings};

/// What becomes of one currency's position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revaluation {
    pub row: Row,
    /// What is to be posted; `None` where the local side is right already.
    pub entry: Option<Entry>,
}

/// How a difference comes about. Balances are debit-positive, in minor units of their currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub currency: Currency,
    /// The position account in the foreign currency.
    pub foreign: i128,
    pub rate: Rate,
    /// Its counterpart in the local currency, before.
    pub before: i128,
    /// What that is to be: the foreign side at the rate, rounded, on the other side.
    pub after: i128,
    /// 汇兑损益: positive a gain (收益), negative a loss (损失).
    pub gain: i128,
}

/// Brings the local side of each position to the rate of a date; the difference goes to the account of differences.
///
/// A foreign currency that the house has stands on the credit side of its position account, and what was given for it on the debit side
/// of the counterpart. Both are worth the same at the closing rate when the counterpart is `-round(rate x foreign)`, debit-positive.
///
/// # Errors
/// [`Refusal`], where a rate or balance is missing, or an amount is too large. Then nothing is revalued.
pub fn revalue(
    settings: &Settings,
    rates: &Rates,
    balances: &Balances,
    date: Date,
) -> Result<Vec<Revaluation>, Refusal> {
    let local = check_local(settings, rates)?;
    let revalued = |position: &Pair| {
        let currency = position.foreign.currency;
        let rate = rates.get(currency, date)?;
        let (foreign, before) = (balances.get(&position.foreign)?, balances.get(&position.local)?);
        let worth = rate.convert(foreign, (currency, local), settings.rounding)?;
        let too_large = Refusal::Overflow { currency: local };
        let gain = (-worth).checked_sub(before).ok_or(too_large)?;
        let row = Row { currency, foreign, rate, before, after: -worth, gain };
        let moves = [(&position.local, gain), (&settings.difference, -gain)];
        let entry = Entry::of(("revalue", &settings.entity, date, currency), &moves)?;
        Ok(Revaluation { row, entry })
    };
    settings.positions.iter().map(revalued).collect()
}

/// The local currency, where the books and the rates have one.
pub(crate) fn check_local(settings: &Settings, rates: &Rates) -> Result<Currency, Refusal> {
    let (local, of) = (settings.local(), rates.local());
    if local == of { Ok(local) } else { Err(Refusal::OtherLocal { rates: of, local }) }
}
