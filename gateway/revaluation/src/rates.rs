//! Closing rates (期末汇率).

use std::collections::BTreeMap;
use std::fmt;

use longmen_ledger::{Currency, Date};
use longmen_toml_file::{TomlFault, read_toml};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::refusal::Refusal;
use crate::rounding::Rounding;

/// Rates by currency and date, all in one local currency.
///
/// ```
/// use longmen_revaluation::Rates;
///
/// let rates = Rates::parse(r#"
///     local = "CNY"
///     [[rates]]
///     currency = "JPY"
///     date = "2024-12-31"
///     unit = 100                # 100 JPY
///     rate = "4.6233"           # are 4.6233 CNY
/// "#).unwrap();
/// let (jpy, date) = (longmen_ledger::Currency::from_code("JPY").unwrap(), longmen_ledger::Date::parse("2024-12-31").unwrap());
/// assert_eq!(rates.get(jpy, date).unwrap().to_string(), "4.6233/100");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Rates {
    local: Currency,
    rates: BTreeMap<(Currency, Date), Rate>,
}

/// So many of the local currency for so many units of a foreign one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// In 10^-[`PLACES`].
    parts: i128,
    unit: u32,
}

/// The most decimal places of a rate.
const PLACES: u32 = 12;

/// Above it a rate is a mistake of the point, or of the unit.
const LARGEST: i128 = 1_000_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    local: Code,
    rates: Vec<WrittenRate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRate {
    currency: Code,
    date: Day,
    unit: Unit,
    rate: Parts,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Code(Currency);

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Day(Date);

#[derive(Deserialize)]
#[serde(try_from = "i64")]
struct Unit(u32);

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Parts(i128);

impl Rates {
    /// Reads the file.
    ///
    /// # Errors
    /// [`TomlFault`], with the line of the first thing that is wrong; a rate that is there twice is told at the first line.
    pub fn parse(text: &str) -> Result<Rates, TomlFault> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        read_toml(text)
    }

    /// The currency that all rates are in.
    #[must_use]
    pub fn local(&self) -> Currency {
        self.local
    }

    /// All rates of a date.
    pub fn of(&self, date: Date) -> impl Iterator<Item = (Currency, Rate)> {
        let of_date = move |(&(currency, of), &rate): (&(Currency, Date), &Rate)| {
            (of == date).then_some((currency, rate))
        };
        self.rates.iter().filter_map(of_date)
    }

    /// The rate of a currency on a date, and on no other.
    ///
    /// # Errors
    /// [`Refusal::NoRate`].
    pub fn get(&self, currency: Currency, date: Date) -> Result<Rate, Refusal> {
        self.rates.get(&(currency, date)).copied().ok_or(Refusal::NoRate { currency, date })
    }
}

impl Rate {
    /// What one unit of the foreign currency is in the local one, as exactly as a decimal has it.
    #[must_use]
    pub fn per_unit(self) -> Decimal {
        (Decimal::from_i128_with_scale(self.parts, PLACES) / Decimal::from(self.unit)).normalize()
    }

    /// An amount of the foreign currency in the local one, both in minor units.
    ///
    /// # Errors
    /// [`Refusal::Overflow`].
    pub(crate) fn convert(
        self,
        amount: i128,
        (foreign, local): (Currency, Currency),
        rounding: Rounding,
    ) -> Result<i128, Refusal> {
        let above = self.parts * 10_i128.pow(local.exponent());
        let below = 10_i128.pow(PLACES + foreign.exponent()) * i128::from(self.unit);
        let product = amount.checked_mul(above).ok_or(Refusal::Overflow { currency: foreign })?;
        Ok(rounding.round(product, below))
    }
}

/// The rate as it is quoted: `7.1884`, and `4.6233/100` for 100 units.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = Decimal::from_i128_with_scale(self.parts, PLACES).normalize();
        match self.unit {
            1 => write!(f, "{rate}"),
            unit => write!(f, "{rate}/{unit}"),
        }
    }
}

impl TryFrom<Written> for Rates {
    type Error = String;

    fn try_from(written: Written) -> Result<Rates, String> {
        let Code(local) = written.local;
        let mut rates = BTreeMap::new();
        for WrittenRate { currency: Code(currency), date: Day(date), unit: Unit(unit), rate: Parts(parts) } in
            written.rates
        {
            if currency == local {
                return Err(format!("{local} is the local currency, and needs no rate"));
            }
            if rates.insert((currency, date), Rate { parts, unit }).is_some() {
                return Err(format!("there are two rates of {currency} on {date}"));
            }
        }
        Ok(Rates { local, rates })
    }
}

impl TryFrom<String> for Code {
    type Error = String;

    fn try_from(code: String) -> Result<Code, String> {
        Currency::from_code(&code).map(Code).ok_or_else(|| format!("{code:?} is no currency"))
    }
}

impl TryFrom<String> for Day {
    type Error = String;

    fn try_from(text: String) -> Result<Day, String> {
        Date::parse(&text).map(Day).ok_or_else(|| format!("{text:?} is no date such as 2024-12-31"))
    }
}

impl TryFrom<i64> for Unit {
    type Error = &'static str;

    fn try_from(unit: i64) -> Result<Unit, &'static str> {
        match unit {
            1 => Ok(Unit(1)),
            10 => Ok(Unit(10)),
            100 => Ok(Unit(100)),
            1_000 => Ok(Unit(1_000)),
            10_000 => Ok(Unit(10_000)),
            _ => Err("rates are quoted for 1, 10, 100, 1000 or 10000 units"),
        }
    }
}

impl TryFrom<String> for Parts {
    type Error = String;

    fn try_from(text: String) -> Result<Parts, String> {
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
        let number = Decimal::from_str_exact(&text).ok().filter(|_| is_digits(whole) && is_digits(fraction));
        let number = number.ok_or_else(|| format!("{text:?} is no rate such as 7.1884"))?.normalize();
        let finer = PLACES.checked_sub(number.scale());
        let finer = finer.ok_or_else(|| format!("{text} has more than {PLACES} decimal places"))?;
        let parts = number.mantissa().checked_mul(10_i128.pow(finer));
        let parts = parts.filter(|parts| (1..=LARGEST * 10_i128.pow(PLACES)).contains(parts));
        parts.map(Parts).ok_or_else(|| format!("{text} is no rate: more than zero, and at most {LARGEST}"))
    }
}
