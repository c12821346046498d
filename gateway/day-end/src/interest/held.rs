//! An account of a run, with its product.

use longmen_interest::{AccountInterest, Due, Product, ProductKind, Refusal, Role, Terms};
use longmen_ledger::{Amount, Currency, Date};
use longmen_reconciliation_store::InterestAccount;

use crate::account_name::currency_of;
use crate::interest::assignment::Assignment;
use crate::interest::error::InterestError;
use crate::interest::kept::read_kept;
use crate::interest::settings::Settings;

/// An account of a run, with its product.
pub(crate) struct Held<'s> {
    pub(crate) name: String,
    pub(crate) terms: Terms<'s>,
    pub(crate) begins: Date,
    pub(crate) interest: AccountInterest,
}

impl<'s> Held<'s> {
    /// An account that is met for the first time.
    pub(crate) fn open(
        name: &str,
        product: &'s Product,
        assignment: &Assignment,
    ) -> Result<Held<'s>, InterestError> {
        let (terms, begins) = (terms_of(name, product)?, assignment.begins);
        let interest = AccountInterest::open(&terms, begins, 0, assignment.matures);
        let interest =
            interest.map_err(|refusal| InterestError::Refused { account: name.to_owned(), refusal })?;
        Ok(Held { name: name.to_owned(), terms, begins, interest })
    }

    /// An account that is kept.
    pub(crate) fn read(settings: &'s Settings, kept: InterestAccount) -> Result<Held<'s>, InterestError> {
        let Some(found) = settings.products().get(&kept.product) else {
            let InterestAccount { account, product, .. } = kept;
            return Err(InterestError::NoProduct { account, product });
        };
        let (terms, interest) = (terms_of(&kept.account, found)?, read_kept(&kept)?);
        Ok(Held { name: kept.account, terms, begins: kept.begins, interest })
    }

    /// To be kept.
    pub(crate) fn kept(&self) -> Result<InterestAccount, InterestError> {
        let state = rmp_serde::to_vec(&self.interest)
            .map_err(|source| InterestError::Keep { account: self.name.clone(), source })?;
        // What has ended is never behind.
        let next_day = if self.interest.has_ended() { Date::LAST } else { self.interest.next_day() };
        Ok(InterestAccount {
            account: self.name.clone(),
            product: self.terms.product().name().to_owned(),
            begins: self.begins,
            next_day,
            state,
        })
    }

    /// Debits less credits in the product's direction.
    pub(crate) fn signed(&self, debit: i64) -> Result<Amount, InterestError> {
        let signed = match self.terms.product().kind() {
            ProductKind::Deposit => debit.checked_neg(),
            ProductKind::Loan => Some(debit),
        };
        signed.map(Amount).ok_or_else(|| self.refused(Refusal::Overflow))
    }

    /// By how much something due moves the account itself.
    pub(crate) fn moved_by(&self, due: &Due) -> Result<Option<Amount>, InterestError> {
        match (due.debit, due.credit) {
            (Role::Account, _) => self.signed(due.amount.0).map(Some),
            // It is above zero.
            (_, Role::Account) => self.signed(-due.amount.0).map(Some),
            _ => Ok(None),
        }
    }

    pub(crate) fn refused(&self, refusal: Refusal) -> InterestError {
        InterestError::Refused { account: self.name.clone(), refusal }
    }
}

fn terms_of<'s>(account: &str, product: &'s Product) -> Result<Terms<'s>, InterestError> {
    let terms = Currency::from_code(currency_of(account)).and_then(|currency| product.terms(currency));
    terms.ok_or_else(|| InterestError::NoTerms {
        account: account.to_owned(),
        product: product.name().to_owned(),
    })
}
