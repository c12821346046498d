//! The file of settings for bills, in TOML.

use std::collections::BTreeMap;

use longmen_toml_file::{TomlFault, read_toml};
use serde::Deserialize;

use crate::movement::MovementKind;
use crate::plan::Plan;

/// Plans by name, and what the types of transactions are to a bill.
///
/// ```
/// use longmen_bills::{MovementKind, Settings};
///
/// let settings = Settings::parse(r#"
///     [kinds]                          # types of transactions on a credit account
///     credit_spend = "spend"           # 信用消费
///     credit_fee = "fee"
///     late_interest = "interest"
///     credit_repay = "repayment"       # 信用还款
///     withhold = "repayment"           # 代扣
///     refund = "refund"
///     reversal = "reversal"            # 冲正
///
///     [plans.standard.cycle]
///     statement = 5                    # 1 to 28, or "month_end"
///     due = { day = 25 }               # the next 25th; or { days_after = 20 }
///     grace = 0                        # 容时, in days
///
///     [plans.standard.minimum]
///     percent = "10%"
///     floor = { CNY = "10.00" }        # one for each currency of its accounts
///     rounding = "half_up"             # "half_even", "up", "down"
///
///     [plans.standard.repayment]
///     order = ["fee", "interest", "principal"]
///     first = "part"                   # of every bill, the oldest first; or "bill", one after the other
///
///     [plans.standard.late]
///     rate = "0.05%"                   # a day
///     on = "principal"                 # or "bill"
///     minimum = { CNY = "0.00" }       # optional
///     rounding = "half_up"
/// "#).unwrap();
/// assert!(settings.plan("standard").is_some());
/// assert_eq!(settings.kind_of("withhold"), Some(MovementKind::Repayment));
/// assert_eq!(settings.kind_of("transfer"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    kinds: BTreeMap<Box<str>, MovementKind>,
    plans: BTreeMap<Box<str>, Plan>,
}

impl Settings {
    /// Reads the file.
    ///
    /// # Errors
    /// [`TomlFault`], with the line of the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Settings, TomlFault> {
        // Some editors put a mark of byte order before it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        read_toml(text)
    }

    /// The plan of that name.
    #[must_use]
    pub fn plan(&self, name: &str) -> Option<&Plan> {
        self.plans.get(name)
    }

    /// What a type of transactions is to a bill. One that is not in the file is nothing known: whoever meets it on a credit account
    /// must not pass it by, or bills would not agree with balances.
    #[must_use]
    pub fn kind_of(&self, transaction_type: &str) -> Option<MovementKind> {
        self.kinds.get(transaction_type).copied()
    }
}
