//! What is to be posted.

use longmen_ledger::{Amount, Date};

use crate::part::Part;
use crate::period::Period;
use crate::product::{Product, ProductKind};
use crate::refusal::Refusal;
use crate::role::Role;

/// A posting that interest asks for. Nothing is posted here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub kind: DueKind,
    /// Above zero. Where something is taken back the sides have changed places.
    pub amount: Amount,
    pub debit: Role,
    pub credit: Role,
    /// Accounting date and value date.
    pub date: Date,
    /// What it is interest of.
    pub period: Period,
    /// The same for the same posting and for no other, `interest|ACCOUNT|PRODUCT|FROM/TO|KIND`: an id that makes posting it twice harmless.
    pub key: String,
}

/// What a posting is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display)]
#[strum(serialize_all = "kebab-case")]
pub enum DueKind {
    /// 计提: what has been earned since the last time.
    Accrue,
    /// 付息, 收息: interest goes to, or comes from, another account.
    Pay,
    /// 结息入本: interest goes into the account itself, and earns from then on.
    Capitalise,
    /// 补息, 扣息: what a movement, valued in a period that is settled, changes there.
    Adjust,
    /// 计提 of interest on what is overdrawn.
    AccrueOverdraft,
    /// 透支利息: the account is charged.
    ChargeOverdraft,
    /// What a movement changes of interest on what was overdrawn.
    AdjustOverdraft,
}

/// What is done with interest of one side of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Accrue,
    Settle,
    /// The ordinal tells those of one period apart.
    Adjust(u32),
}

/// Whose interest it is, and of when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Occasion<'a> {
    pub(crate) product: &'a Product,
    pub(crate) account: &'a str,
    pub(crate) period: Period,
    pub(crate) date: Date,
}

impl Occasion<'_> {
    /// The posting of an amount; none for 0.
    pub(crate) fn due(&self, part: Part, step: Step, amount: i128) -> Result<Option<Due>, Refusal> {
        if amount == 0 {
            return Ok(None);
        }
        let Occasion { product, account, period, date } = *self;
        let kind = kind(product, part, step);
        let (debit, credit) = sides(product, part, step);
        let (debit, credit) = if amount > 0 { (debit, credit) } else { (credit, debit) };
        let amount = amount.checked_abs().and_then(|amount| i64::try_from(amount).ok());
        let amount = Amount(amount.ok_or(Refusal::Overflow)?);
        let mut key = format!("interest|{account}|{}|{period}|{kind}", product.name());
        if let Step::Adjust(ordinal) = step {
            key += &format!("-{ordinal}");
        }
        Ok(Some(Due { kind, amount, debit, credit, date, period, key }))
    }
}

fn kind(product: &Product, part: Part, step: Step) -> DueKind {
    match (step, part) {
        (Step::Accrue, Part::Balance) => DueKind::Accrue,
        (Step::Settle, Part::Balance) if product.pay_to.is_some() => DueKind::Pay,
        (Step::Settle, Part::Balance) => DueKind::Capitalise,
        (Step::Adjust(_), Part::Balance) => DueKind::Adjust,
        (Step::Accrue, Part::Overdraft) => DueKind::AccrueOverdraft,
        (Step::Settle, Part::Overdraft) => DueKind::ChargeOverdraft,
        (Step::Adjust(_), Part::Overdraft) => DueKind::AdjustOverdraft,
    }
}

/// Debit and credit.
fn sides(product: &Product, part: Part, step: Step) -> (Role, Role) {
    let other = if product.pay_to.is_some() { Role::PayTo } else { Role::Account };
    let owed_to_customer = product.kind == ProductKind::Deposit && part == Part::Balance;
    // What is overdrawn is charged to the account, wherever its own interest goes.
    let other = if part == Part::Overdraft { Role::Account } else { other };
    match (step, owed_to_customer) {
        (Step::Accrue, true) => (Role::Expense, Role::Payable),
        (Step::Settle, true) => (Role::Payable, other),
        (Step::Adjust(_), true) => (Role::Expense, other),
        (Step::Accrue, false) => (Role::Receivable, Role::Income),
        (Step::Settle, false) => (other, Role::Receivable),
        (Step::Adjust(_), false) => (other, Role::Income),
    }
}
