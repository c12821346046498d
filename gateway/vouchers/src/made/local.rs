//! Amounts in the local currency (本位币).

use std::collections::BTreeMap;

use longmen_ledger::{Amount, Currency};
use rust_decimal::{Decimal, RoundingStrategy};

use super::blocks::Block;
use super::draft::Line;
use super::sums::local_imbalances;
use crate::refusal::{Refusal, RefusalCode};

/// Decimal places of a rate, which is as many as the formats have.
const MOST_PLACES: u32 = 10;

/// Gives each line its local amount, so that what balances in its currency does so in the local one: the few cents that rounding leaves over (尾差) go to
/// the largest line of the currency, of several the first.
pub(super) fn value(
    block: &mut Block,
    local: Currency,
    rates: &BTreeMap<Currency, Decimal>,
) -> Result<(), Refusal> {
    for line in &mut block.lines {
        line.rate = rate_of(line.currency, local, rates)
            .map_err(|reason| Refusal::new(RefusalCode::NoRate, &block.about, reason))?;
        line.local = local_amount(line, local).ok_or_else(|| overflow(&block.about, line))?;
    }
    let left_over = if block.is_off_balance { BTreeMap::new() } else { local_imbalances(&block.lines) };
    for (currency, sum) in left_over {
        let of_currency = block.lines.iter_mut().filter(|line| line.currency == currency);
        let largest = of_currency.rev().max_by_key(|line| line.amount.0.unsigned_abs());
        let line = largest.expect("a currency with a sum has a line");
        let moved = i64::try_from(line.side.natural(sum)).ok();
        let settled = moved.and_then(|moved| line.local.0.checked_sub(moved));
        line.local = Amount(settled.ok_or_else(|| overflow(&block.about, line))?);
    }
    Ok(())
}

fn rate_of(
    currency: Currency,
    local: Currency,
    rates: &BTreeMap<Currency, Decimal>,
) -> Result<Decimal, String> {
    if currency == local {
        return Ok(Decimal::ONE);
    }
    match rates.get(&currency) {
        None => Err(format!("{currency} has no rate")),
        Some(rate) if *rate <= Decimal::ZERO => Err(format!("the rate of {currency} is {rate}")),
        Some(rate) if rate.normalize().scale() > MOST_PLACES => {
            Err(format!("the rate of {currency} is {rate}, and {MOST_PLACES} places fit"))
        }
        Some(rate) => Ok(*rate),
    }
}

fn local_amount(line: &Line, local: Currency) -> Option<Amount> {
    if line.currency == local {
        return Some(line.amount);
    }
    let amount = Decimal::try_from_i128_with_scale(line.amount.0.into(), line.currency.exponent()).ok()?;
    let exact = amount.checked_mul(line.rate)?;
    let mut rounded = exact.round_dp_with_strategy(local.exponent(), RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(local.exponent());
    // A number too large for its decimal places is left with fewer.
    let is_whole = rounded.scale() == local.exponent();
    is_whole.then(|| i64::try_from(rounded.mantissa()).ok()).flatten().map(Amount)
}

fn overflow(about: &str, line: &Line) -> Refusal {
    let reason = format!("the local amount of {} is beyond 64 bits", line.subject);
    Refusal::new(RefusalCode::Overflow, about, reason)
}
