//! The file of settings for bills, in TOML.

use std::collections::BTreeMap;

use longmen_toml_file::{TomlFault, read_toml};
use serde::Deserialize;

use crate::assignment::{Assigned, Assignment, Whose};
use crate::movement::MovementKind;
use crate::plan::Plan;

/// Plans by name, what the types of transactions are to a bill, and whose bills go by which plan.
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
///
///     [[assign]]
///     subject = "130301"               # or account = "LM/U1/CNY", which goes before its subject
///     plan = "standard"                # without it such accounts have no bills
///     begins = "2024-04-06"            # the first date of the first cycle
///     receivable = "1132"              # 应收利息: NUMBER, or NUMBER/TYPE
///     income = "6011"                  # 利息收入
///     payer = { type = "cash" }        # 余额户; or account = "LM/U1/cash/CNY", or prefix = ["130301.", "220301."]
///     reserve = "bills"                # what the payer's 代扣备用金 is for; "another" if nothing is said
/// "#).unwrap();
/// assert!(settings.plan("standard").is_some());
/// assert_eq!(settings.kind_of("withhold"), Some(MovementKind::Repayment));
/// assert_eq!(settings.kind_of("transfer"), None);
/// assert_eq!(&*settings.assigned("LM/U1/credit/CNY", "130301").unwrap().1.income, "6011");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Settings {
    kinds: BTreeMap<Box<str>, MovementKind>,
    plans: BTreeMap<Box<str>, Plan>,
    assignments: Vec<Assignment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kinds: BTreeMap<Box<str>, MovementKind>,
    plans: BTreeMap<Box<str>, Plan>,
    #[serde(default)]
    assign: Vec<Assignment>,
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

    /// The plan of that name.
    #[must_use]
    pub fn plan(&self, name: &str) -> Option<&Plan> {
        self.plans.get(name)
    }

    /// All plans, by name.
    pub fn plans(&self) -> impl Iterator<Item = (&str, &Plan)> {
        self.plans.iter().map(|(name, plan)| (&**name, plan))
    }

    /// What a type of transactions is to a bill. One that is not in the file is nothing known: whoever meets it on a credit account
    /// must not pass it by, or bills would not agree with balances.
    #[must_use]
    pub fn kind_of(&self, transaction_type: &str) -> Option<MovementKind> {
        self.kinds.get(transaction_type).copied()
    }

    /// The plan of an account under a subject, and what goes with it; `None` where it has no bills.
    #[must_use]
    pub fn assigned(&self, account: &str, subject: &str) -> Option<(&Plan, &Assigned)> {
        let (account, subject) = (Whose::Account(account.into()), Whose::Subject(subject.into()));
        let found = self.assignments.iter().find(|one| one.is_of(&account));
        let found = found.or_else(|| self.assignments.iter().find(|one| one.is_of(&subject)))?;
        let assigned = found.terms()?;
        let plan = self.plans.get(&assigned.plan).expect("checked: there is the plan");
        Some((plan, assigned))
    }
}

impl TryFrom<Written> for Settings {
    type Error = String;

    fn try_from(written: Written) -> Result<Settings, String> {
        let Written { kinds, plans, assign } = written;
        for (index, one) in assign.iter().enumerate() {
            let number = index + 1;
            if assign[..index].iter().any(|other| other.is_of(one.whose())) {
                return Err(format!("assign {number}: there are two of it"));
            }
            if let Some(terms) = one.terms().filter(|terms| !plans.contains_key(&terms.plan)) {
                return Err(format!("assign {number}: there is no plan {}", terms.plan));
            }
        }
        Ok(Settings { kinds, plans, assignments: assign })
    }
}
