//! Accruals (计提) that are posted as one.

use std::collections::BTreeMap;

use longmen_interest::{Due, DueKind, Product, Role};
use longmen_ledger::{Amount, Date};
use longmen_reconciliation_store::{DueState, InterestDue};

use crate::account_name::{currency_of, of_entity};
use crate::interest::error::InterestError;
use crate::interest::settings::Settings;

/// Accruals of a run, summed: one posting for each product, currency and date.
#[derive(Debug, Default)]
pub(crate) struct Sums(BTreeMap<Date, Vec<Sum>>);

#[derive(Debug)]
struct Sum {
    product: String,
    currency: String,
    is_overdraft: bool,
    /// What is debited and credited where it is above zero.
    debit: Role,
    credit: Role,
    amount: i128,
}

impl Sums {
    /// Adds an account's accrual.
    pub(crate) fn add(&mut self, product: &Product, account: &str, due: &Due) {
        let is_forward = matches!(due.debit, Role::Expense | Role::Receivable);
        let (debit, credit) = if is_forward { (due.debit, due.credit) } else { (due.credit, due.debit) };
        let signed = i128::from(if is_forward { due.amount.0 } else { -due.amount.0 });
        let (is_overdraft, currency) = (due.kind == DueKind::AccrueOverdraft, currency_of(account));
        // There are few products and currencies, and many accounts.
        let sums = self.0.entry(due.date).or_default();
        let is_its = |sum: &&mut Sum| {
            (sum.is_overdraft, &*sum.currency, &*sum.product, sum.debit)
                == (is_overdraft, currency, product.name(), debit)
        };
        match sums.iter_mut().find(is_its) {
            // Amounts are of 64 bits, and accounts are fewer than 2^63.
            Some(sum) => sum.amount += signed,
            None => sums.push(Sum {
                product: product.name().to_owned(),
                currency: currency.to_owned(),
                is_overdraft,
                debit,
                credit,
                amount: signed,
            }),
        }
    }

    /// What is to be posted of an entity. Ids lack their last part: a number, for what is accrued for a date again.
    pub(crate) fn dues(self, settings: &Settings, entity: &str) -> Result<Vec<InterestDue>, InterestError> {
        let all = self.0.into_iter().flat_map(|(date, sums)| sums.into_iter().map(move |sum| (date, sum)));
        all.filter(|(_, sum)| sum.amount != 0).map(|(date, sum)| sum.due(date, settings, entity)).collect()
    }
}

impl Sum {
    fn due(self, date: Date, settings: &Settings, entity: &str) -> Result<InterestDue, InterestError> {
        let Sum { product, currency, is_overdraft, debit, credit, amount } = self;
        let (debit, credit) = if amount > 0 { (debit, credit) } else { (credit, debit) };
        let kind = if is_overdraft { DueKind::AccrueOverdraft } else { DueKind::Accrue };
        let key = format!("interest|{entity}|{product}|{currency}|{date}|{kind}|");
        let amount = i64::try_from(amount.unsigned_abs()).map_err(|_| InterestError::TooMuch(key.clone()))?;
        let found = settings.products().get(&product).expect("an account has it");
        let role = |role| of_entity(entity, found.account(role).unwrap_or_default(), &currency);
        Ok(InterestDue {
            date,
            kind: kind.to_string(),
            debit: role(debit),
            credit: role(credit),
            period: date.to_string(),
            subject: product,
            currency,
            amount: Amount(amount),
            state: DueState::Waiting,
            refusal: None,
            refusals: 0,
            asked: None,
            key,
        })
    }
}
