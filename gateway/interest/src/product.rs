//! Products (产品): what interest an account has, by whose rules.

use std::collections::BTreeMap;

use longmen_ledger::{Amount, Currency, Date};

use crate::calendar::day_of_month;
use crate::day_count::DayCount;
use crate::rate_table::{RateTable, Tiering};
use crate::role::Role;
use crate::rounding::Rounding;
use crate::settlement_rule::SettlementRule;
use crate::terms::Terms;

/// A product, known to make sense. [`Products`](crate::Products) reads it from a file, and lists its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    pub(crate) name: Box<str>,
    pub(crate) kind: ProductKind,
    pub(crate) settles: SettlementRule,
    pub(crate) accrues: AccrualDays,
    pub(crate) reversals: ReversalRule,
    /// Where interest goes, or comes from, in place of the account itself.
    pub(crate) pay_to: Option<Box<str>>,
    pub(crate) accounts: BTreeMap<Role, Box<str>>,
    pub(crate) interest: Method,
    pub(crate) overdraft: Option<Method>,
}

/// Who owes whom: balances and amounts are positive in the product's direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum ProductKind {
    /// 存款: a balance is owed to the customer, and so is its interest.
    Deposit,
    /// 贷款: a balance is owed by the customer, and so is its interest.
    Loan,
}

/// On which days interest is accrued (计提), besides the day on which it is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum AccrualDays {
    /// Each day.
    Daily,
    /// The last of each month.
    MonthEnd,
    /// No other day.
    Settlement,
}

/// From which day a reversal (冲正) counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum ReversalRule {
    /// From the value date of what it reverses, as if that had never been.
    #[default]
    ValueDate,
    /// From the accounting date of the reversal.
    AccountingDate,
}

/// How one side of an account, what there is or what is overdrawn, becomes interest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Method {
    pub(crate) day_count: DayCount,
    pub(crate) base: Base,
    pub(crate) balance: BalanceRule,
    pub(crate) tiering: Tiering,
    pub(crate) rounding: Rounding,
    pub(crate) remainder: Remainder,
    pub(crate) rates: BTreeMap<Currency, RateTable>,
    pub(crate) minimum: BTreeMap<Currency, Amount>,
}

/// What of a day's balance counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Base {
    /// All of it.
    #[default]
    Exact,
    /// Whole units: 元以下角分不计息.
    WholeUnits,
}

/// Which balance is looked up in tiers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum BalanceRule {
    /// Each day's.
    #[default]
    Daily,
    /// The average of the period's days (日均).
    Average,
}

/// What becomes of interest that rounds to nothing at settlement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::EnumString, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub(crate) enum Remainder {
    /// It is gone.
    #[default]
    Clear,
    /// It goes into the next period.
    Carry,
}

impl Product {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who owes whom.
    #[must_use]
    pub fn kind(&self) -> ProductKind {
        self.kind
    }

    /// When it is settled.
    #[must_use]
    pub fn settles(&self) -> SettlementRule {
        self.settles
    }

    /// The first day on or after a day on which interest is accrued, where there is one besides days of settlement.
    pub(crate) fn accrues_from(&self, day: Date) -> Option<Date> {
        match self.accrues {
            AccrualDays::Daily => Some(day),
            AccrualDays::MonthEnd => day_of_month(day, 31),
            AccrualDays::Settlement => None,
        }
    }

    /// The text that the product's file has for a role: a subject or an account, for whoever posts to find. None for the account itself.
    #[must_use]
    pub fn account(&self, role: Role) -> Option<&str> {
        match role {
            Role::Account => None,
            Role::PayTo => self.pay_to.as_deref(),
            role => self.accounts.get(&role).map(|text| &**text),
        }
    }

    /// How days up to one are reckoned, line by line: day count, base, and each row of rates that has begun by then. What was folded by other
    /// lines than those of now gives other interest than was accrued.
    #[must_use]
    pub fn terms_until(&self, day: Date) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, method) in [("interest", Some(&self.interest)), ("overdraft", self.overdraft.as_ref())] {
            let Some(method) = method else { continue };
            let Method { day_count, base, balance, tiering, rounding, rates, .. } = method;
            lines.push(format!("{name}: {day_count}, {base}, {balance}, {tiering}, {rounding}"));
            for (currency, table) in rates {
                lines.extend(table.until(day).map(|row| format!("{name}: {} {row}", currency.code())));
            }
        }
        lines
    }

    /// The product in one of its currencies; none where it has no rates in it.
    #[must_use]
    pub fn terms(&self, currency: Currency) -> Option<Terms<'_>> {
        Terms::of(self, currency)
    }
}
