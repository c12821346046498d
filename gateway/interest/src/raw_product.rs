//! A product as it is written, before it is known to make sense.

use std::collections::BTreeMap;
use std::str::FromStr;

use longmen_ledger::{Amount, Currency, Date, is_hidden, shows_nothing};
use serde::Deserialize;
use strum::VariantArray;

use crate::day_count::DayCount;
use crate::product::{BalanceRule, Base, Method, Product, ProductKind, Remainder, ReversalRule};
use crate::rate::Rate;
use crate::rate_table::{RateRow, RateTable, Tier, Tiering};
use crate::role::Role;
use crate::rounding::Rounding;

/// The longest name of a product, in bytes: it is part of the ids of postings.
pub const MAX_PRODUCT_NAME: usize = 64;

/// Why products are none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProductError {
    /// It is no TOML, or has a key that is not known, or lacks one.
    #[error("it cannot be read: {0}")]
    Toml(#[from] toml::de::Error),
    /// What a key says makes no sense.
    #[error("product `{product}`: {key}: {reason}")]
    Key { product: Box<str>, key: Box<str>, reason: Box<str> },
}

impl ProductError {
    pub(crate) fn key(product: &str, key: impl Into<Box<str>>, reason: impl Into<Box<str>>) -> ProductError {
        let product = product.escape_debug().to_string().into();
        ProductError::Key { product, key: key.into(), reason: reason.into() }
    }
}

/// A fault before it is known whose it is: the key and the reason.
type Fault = (String, String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProducts {
    #[serde(default)]
    pub(crate) product: Vec<RawProduct>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProduct {
    name: Box<str>,
    kind: String,
    settles: String,
    accrues: String,
    reversals: Option<String>,
    pay_to: Option<Box<str>>,
    #[serde(default)]
    accounts: BTreeMap<String, Box<str>>,
    interest: RawMethod,
    overdraft: Option<RawMethod>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMethod {
    day_count: String,
    base: Option<String>,
    balance: Option<String>,
    tiering: Option<String>,
    rounding: Option<String>,
    remainder: Option<String>,
    #[serde(default)]
    minimum: BTreeMap<String, String>,
    rates: Vec<RawRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    currency: String,
    from: String,
    rate: Option<String>,
    #[serde(default)]
    tiers: Vec<RawTier>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTier {
    from: String,
    rate: String,
}

impl RawProduct {
    /// The product, where all that it says fits together.
    pub(crate) fn checked(self) -> Result<Product, ProductError> {
        let name = self.name.clone();
        self.product().map_err(|(key, reason)| ProductError::key(&name, key, reason))
    }

    fn product(self) -> Result<Product, Fault> {
        check_name(&self.name)?;
        let kind: ProductKind = word("kind", &self.kind)?;
        let interest = self.interest.checked("interest", kind == ProductKind::Loan)?;
        if self.overdraft.is_some() && kind == ProductKind::Loan {
            return fault("overdraft", "a loan has none: its balance is what is owed");
        }
        let overdraft = self.overdraft.map(|raw| raw.checked("overdraft", true)).transpose()?;
        if overdraft.as_ref().is_some_and(|overdraft| !overdraft.rates.keys().eq(interest.rates.keys())) {
            return fault("overdraft.rates", "they are of the same currencies as those of interest");
        }
        if self.pay_to.as_deref().is_some_and(is_no_text) {
            return fault("pay_to", "it names an account");
        }
        Ok(Product {
            name: self.name,
            kind,
            settles: self.settles.parse().map_err(|error| ("settles".to_owned(), format!("{error}")))?,
            accrues: word("accrues", &self.accrues)?,
            reversals: optional("reversals", self.reversals.as_deref())?.unwrap_or(ReversalRule::ValueDate),
            pay_to: self.pay_to,
            accounts: accounts(self.accounts, kind, overdraft.is_some())?,
            interest,
            overdraft,
        })
    }
}

fn check_name(name: &str) -> Result<(), Fault> {
    if is_no_text(name) || name.contains('|') || name.len() > MAX_PRODUCT_NAME {
        return fault("name", format!("it has 1 to {MAX_PRODUCT_NAME} bytes, and no `|`"));
    }
    Ok(())
}

fn is_no_text(text: &str) -> bool {
    shows_nothing(text) || text.chars().any(is_hidden)
}

/// The accounts that the product's postings need, and no other.
fn accounts(
    given: BTreeMap<String, Box<str>>,
    kind: ProductKind,
    has_overdraft: bool,
) -> Result<BTreeMap<Role, Box<str>>, Fault> {
    let needs = |role| match role {
        Role::Expense | Role::Payable => kind == ProductKind::Deposit,
        Role::Receivable | Role::Income => kind == ProductKind::Loan || has_overdraft,
        Role::Account | Role::PayTo => false,
    };
    let mut accounts = BTreeMap::new();
    for (key, text) in given {
        let path = format!("accounts.{}", key.escape_debug());
        match Role::VARIANTS.iter().find(|role| role.to_string() == key) {
            Some(role) if needs(*role) && !is_no_text(&text) => accounts.insert(*role, text),
            Some(role) if needs(*role) => return fault(path, "it names an account"),
            _ => return fault(path, "no posting of the product needs it"),
        };
    }
    match Role::VARIANTS.iter().find(|role| needs(**role) && !accounts.contains_key(*role)) {
        Some(role) => fault(format!("accounts.{role}"), "the product's postings need it"),
        None => Ok(accounts),
    }
}

impl RawMethod {
    fn checked(self, of: &str, may_have_minimum: bool) -> Result<Method, Fault> {
        self.method(may_have_minimum).map_err(|(key, reason)| (format!("{of}.{key}"), reason))
    }

    fn method(self, may_have_minimum: bool) -> Result<Method, Fault> {
        let day_count: DayCount = word("day_count", &self.day_count)?;
        let rates = rate_tables(self.rates, day_count)?;
        let tiering: Option<Tiering> = optional("tiering", self.tiering.as_deref())?;
        let balance: BalanceRule = optional("balance", self.balance.as_deref())?.unwrap_or_default();
        let has_tiers = rates.values().any(RateTable::has_tiers);
        if tiering.is_some() != has_tiers {
            return fault("tiering", "it is said where a row of rates has several tiers, and only there");
        }
        if balance == BalanceRule::Average && !has_tiers {
            return fault("balance", "an average changes nothing where no row of rates has several tiers");
        }
        Ok(Method {
            day_count,
            base: optional("base", self.base.as_deref())?.unwrap_or(Base::Exact),
            balance,
            tiering: tiering.unwrap_or(Tiering::Slices),
            rounding: optional("rounding", self.rounding.as_deref())?.unwrap_or(Rounding::HalfUp),
            remainder: optional("remainder", self.remainder.as_deref())?.unwrap_or(Remainder::Clear),
            minimum: minima(self.minimum, &rates, may_have_minimum)?,
            rates,
        })
    }
}

fn rate_tables(raw: Vec<RawRow>, day_count: DayCount) -> Result<BTreeMap<Currency, RateTable>, Fault> {
    let mut rows: BTreeMap<Currency, Vec<RateRow>> = BTreeMap::new();
    for (number, row) in (1_usize..).zip(raw) {
        let of_row = |(key, reason): Fault| (format!("rates {number}: {key}"), reason);
        let currency = currency("currency", &row.currency).map_err(of_row)?;
        rows.entry(currency).or_default().push(row.checked(currency, day_count).map_err(of_row)?);
    }
    if rows.is_empty() {
        return fault("rates", "there are none");
    }
    let table = |(currency, rows)| match RateTable::of(rows) {
        Ok(table) => Ok((currency, table)),
        Err(error) => fault("rates", format!("{currency}: {error}")),
    };
    rows.into_iter().map(table).collect()
}

impl RawRow {
    fn checked(self, currency: Currency, day_count: DayCount) -> Result<RateRow, Fault> {
        let Some(from) = Date::parse(&self.from) else {
            return fault("from", format!("`{}` is no date such as 2024-01-01", self.from.escape_debug()));
        };
        let rate = |text: &str| {
            let because = |error| ("rate".to_owned(), format!("`{}`: {error}", text.escape_debug()));
            Rate::parse(text, day_count).map_err(because)
        };
        let tiers = match (self.rate, self.tiers) {
            (Some(text), tiers) if tiers.is_empty() => vec![Tier { from: 0, rate: rate(&text)? }],
            (None, tiers) if !tiers.is_empty() => {
                let tier = |raw: RawTier| {
                    Ok(Tier { from: amount("tiers.from", currency, &raw.from)?.0, rate: rate(&raw.rate)? })
                };
                tiers.into_iter().map(tier).collect::<Result<_, Fault>>()?
            }
            _ => return fault("rate", "a row says one of two: `rate` or `tiers`"),
        };
        RateRow::of(from, tiers).map_err(|error| ("tiers".to_owned(), error.to_string()))
    }
}

fn minima(
    raw: BTreeMap<String, String>,
    rates: &BTreeMap<Currency, RateTable>,
    may_be: bool,
) -> Result<BTreeMap<Currency, Amount>, Fault> {
    let mut minima = BTreeMap::new();
    for (code, text) in raw {
        let currency = currency("minimum", &code)?;
        let minimum = amount("minimum", currency, &text)?;
        if !may_be {
            return fault("minimum", "it is for what is charged: an overdraft, or a loan");
        }
        if minimum.0 <= 0 || !rates.contains_key(&currency) {
            return fault("minimum", "it is above 0, in a currency that has rates");
        }
        minima.insert(currency, minimum);
    }
    Ok(minima)
}

fn currency(key: &str, code: &str) -> Result<Currency, Fault> {
    let none = || (key.to_owned(), format!("`{}` is no currency of ISO 4217", code.escape_debug()));
    Currency::from_code(code).ok_or_else(none)
}

fn amount(key: &str, currency: Currency, text: &str) -> Result<Amount, Fault> {
    let because = |error| (key.to_owned(), format!("`{}`: {error}", text.escape_debug()));
    currency.parse_amount(text).map_err(because)
}

/// One of the words that a type has.
fn word<T: FromStr>(key: &str, text: &str) -> Result<T, Fault> {
    text.parse().map_err(|_| (key.to_owned(), format!("`{}` is none of its words", text.escape_debug())))
}

fn optional<T: FromStr>(key: &str, text: Option<&str>) -> Result<Option<T>, Fault> {
    text.map(|text| word(key, text)).transpose()
}

fn fault<T>(key: impl Into<String>, reason: impl Into<String>) -> Result<T, Fault> {
    Err((key.into(), reason.into()))
}
