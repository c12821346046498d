//! The file of settings for revaluation, in TOML.

use std::collections::BTreeSet;

use longmen_ledger::Currency;
use longmen_toml_file::{TomlFault, read_toml};
use serde::Deserialize;

use crate::account::Account;
use crate::rounding::Rounding;

/// The accounts by which an entity holds foreign currencies.
///
/// ```
/// use longmen_revaluation::Settings;
///
/// let settings = Settings::parse(r#"
///     entity = "LM"
///     difference = "LM/fx/CNY"              # 汇兑损益; its currency is the local one
///     rounding = "half_up"                  # "half_even", "up", "down"
///
///     [[positions]]                         # 货币兑换, one for each currency
///     foreign = "LM/position/USD"
///     local = "LM/position-usd/CNY"
///
///     [[carried]]                           # what a close carried in a foreign currency, and where it goes
///     foreign = "LM/profit/USD"
///     local = "LM/profit/CNY"
/// "#).unwrap();
/// assert_eq!((settings.entity(), settings.local().code()), ("LM", "CNY"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Settings {
    pub(crate) entity: Box<str>,
    pub(crate) difference: Account,
    pub(crate) rounding: Rounding,
    pub(crate) positions: Vec<Pair>,
    pub(crate) carried: Vec<Pair>,
}

/// An account in a foreign currency and its counterpart in the local one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    pub(crate) foreign: Account,
    pub(crate) local: Account,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    entity: Box<str>,
    difference: Account,
    rounding: Rounding,
    positions: Vec<Pair>,
    #[serde(default)]
    carried: Vec<Pair>,
}

impl Settings {
    /// Reads the file.
    ///
    /// # Errors
    /// [`TomlFault`], with the line of the first thing that is wrong; what does not fit together is told at the first line.
    pub fn parse(text: &str) -> Result<Settings, TomlFault> {
        // Some editors put a mark of byte order before it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        read_toml(text)
    }

    /// The entity whose accounts they are.
    #[must_use]
    pub fn entity(&self) -> &str {
        &self.entity
    }

    /// 本位币
    #[must_use]
    pub fn local(&self) -> Currency {
        self.difference.currency
    }

    /// The accounts whose balances are needed, each once.
    pub fn accounts(&self) -> impl Iterator<Item = &str> {
        let positions = self.positions.iter().flat_map(|pair| [&pair.foreign, &pair.local]);
        let carried = self.carried.iter().map(|pair| &pair.foreign);
        positions.chain(carried).map(|account| &*account.text)
    }

    /// The position accounts of a currency.
    pub(crate) fn position(&self, currency: Currency) -> Option<&Pair> {
        self.positions.iter().find(|pair| pair.foreign.currency == currency)
    }
}

impl TryFrom<Written> for Settings {
    type Error = String;

    fn try_from(written: Written) -> Result<Settings, String> {
        let Written { entity, difference, rounding, positions, carried } = written;
        let settings = Settings { entity, difference, rounding, positions, carried };
        settings.check()?;
        Ok(settings)
    }
}

impl Settings {
    fn check(&self) -> Result<(), String> {
        let pairs = || self.positions.iter().chain(&self.carried);
        // Results of several currencies may go to one account.
        let results: BTreeSet<&Account> = self.carried.iter().map(|pair| &pair.local).collect();
        let carried = self.carried.iter().map(|pair| &pair.foreign);
        let positions = self.positions.iter().flat_map(|pair| [&pair.foreign, &pair.local]);
        let mut seen = BTreeSet::new();
        for account in positions.chain(carried).chain(results).chain([&self.difference]) {
            if !account.is_of(&self.entity) {
                return Err(format!("{} is no account of {}", account.text, self.entity));
            }
            if !seen.insert(account) {
                return Err(format!("{} serves two purposes", account.text));
            }
        }
        for Pair { foreign, local } in pairs() {
            if local.currency != self.local() {
                return Err(format!("{} is not in the local currency, {}", local.text, self.local()));
            }
            if foreign.currency == self.local() {
                return Err(format!("{} is in the local currency", foreign.text));
            }
            if self.position(foreign.currency).is_none() {
                return Err(format!("there is no position in {} for {}", foreign.currency, foreign.text));
            }
        }
        for of in [&self.positions, &self.carried] {
            let mut currencies = BTreeSet::new();
            let twice = of.iter().find(|pair| !currencies.insert(pair.foreign.currency));
            if let Some(pair) = twice {
                return Err(format!(
                    "{} is a second account in {}",
                    pair.foreign.text, pair.foreign.currency
                ));
            }
        }
        Ok(())
    }
}
