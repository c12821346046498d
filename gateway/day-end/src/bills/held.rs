//! An account of a run, with its plan.

use longmen_bills::{AccountBills, Assigned, Bill, PayerAccount, Plan, Posting, Refusal, Role, Settings};
use longmen_client::AccountKey;
use longmen_ledger::{Amount, Currency, Date};
use longmen_reconciliation_store::{BillDue, BillRow, BillsAccount, DueState};

use crate::account_name::{currency_of, key_of, name_of_key, of_entity};
use crate::bills::error::BillsError;
use crate::bills::kept::{read_account, written};

/// An account of a run, with its plan.
pub(super) struct Held<'s> {
    pub(super) name: String,
    subject: String,
    pub(super) plan: &'s Plan,
    pub(super) assigned: &'s Assigned,
    pub(super) bills: AccountBills,
}

impl<'s> Held<'s> {
    /// An account whose bills begin.
    pub(super) fn open(
        settings: &'s Settings,
        (name, subject): (&str, &str),
        first: Date,
        opening: Amount,
    ) -> Result<Held<'s>, BillsError> {
        let unknown = || BillsError::UnknownCurrency { account: name.to_owned() };
        let currency = Currency::from_code(currency_of(name)).ok_or_else(unknown)?;
        let bills = AccountBills::open(currency, first, opening);
        let bills = bills.map_err(|refusal| BillsError::Refused { account: name.to_owned(), refusal })?;
        Held::of(settings, (name, subject), bills)
    }

    /// An account that is kept.
    pub(super) fn read(settings: &'s Settings, kept: &BillsAccount) -> Result<Held<'s>, BillsError> {
        Held::of(settings, (&kept.account, &kept.subject), read_account(kept)?)
    }

    fn of(
        settings: &'s Settings,
        (name, subject): (&str, &str),
        bills: AccountBills,
    ) -> Result<Held<'s>, BillsError> {
        let (account, under) = (name.to_owned(), subject.to_owned());
        let found = settings.assigned(name, subject);
        let (plan, assigned) = found.ok_or(BillsError::NoPlan { account, subject: under })?;
        Ok(Held { name: name.to_owned(), subject: subject.to_owned(), plan, assigned, bills })
    }

    /// To be kept.
    pub(super) fn kept(&self) -> Result<BillsAccount, BillsError> {
        Ok(BillsAccount {
            account: self.name.clone(),
            subject: self.subject.clone(),
            next_date: self.bills.next_date(),
            state: written(&self.name, &self.bills)?,
        })
    }

    /// A bill as it stands at the end of a date; `None` of one that is not stated, or that asks for nothing of nobody.
    pub(super) fn row(&self, bill: &Bill, at: Date) -> Result<Option<BillRow>, BillsError> {
        let Some(stated) = bill.stated() else { return Ok(None) };
        let charges = bill.charges();
        if stated.owed == 0 && [charges.fee, charges.interest, charges.principal] == [0; 3] {
            return Ok(None);
        }
        let refused = |refusal| self.refused(refusal);
        Ok(Some(BillRow {
            account: self.name.clone(),
            statement: stated.date,
            begins: bill.from(),
            due: stated.due,
            currency: self.bills.currency().code().to_owned(),
            total: stated.total,
            minimum: stated.minimum,
            owed: stated.owed,
            open: bill.open().map_err(refused)?,
            interest: bill.late_interest(at).map_err(refused)?,
            state: bill.state(at).map_err(refused)?.to_string(),
            detail: written(&self.name, bill)?,
        }))
    }

    /// A posting, to be kept until the ledger has it.
    pub(super) fn due(&self, posting: Posting) -> BillDue {
        let (debit, credit) = posting.kind.legs().unwrap_or((Role::Payer, Role::Payer));
        BillDue {
            account: self.name.clone(),
            statement: posting.bill,
            date: posting.value,
            kind: posting.kind.name().to_owned(),
            currency: self.bills.currency().code().to_owned(),
            debit: self.account(debit),
            credit: self.account(credit),
            amount: posting.amount,
            asked: None,
            state: DueState::Waiting,
            refusal: None,
            refusals: 0,
            key: posting.key,
        }
    }

    /// The account that is paid from, by its name; `None` where nothing is withheld.
    pub(super) fn payer(&self) -> Option<String> {
        let mut key = key_of(&self.name)?;
        match self.assigned.payer.as_ref()? {
            PayerAccount::Account(name) => return Some(name.to_string()),
            PayerAccount::Type(kind) => key.kind = kind.to_string(),
            PayerAccount::Prefix([from, to]) => {
                key.number = format!("{to}{}", key.number.strip_prefix(&**from)?);
            }
        }
        Some(name_of_key(&key))
    }

    pub(super) fn refused(&self, refusal: Refusal) -> BillsError {
        BillsError::Refused { account: self.name.clone(), refusal }
    }

    /// The name of an account that a posting needs.
    fn account(&self, role: Role) -> String {
        let entity = key_of(&self.name).map_or_else(String::new, |AccountKey { entity, .. }| entity);
        let of_house = |number| of_entity(&entity, number, currency_of(&self.name));
        match role {
            Role::Credit => self.name.clone(),
            Role::Receivable => of_house(&self.assigned.receivable),
            Role::Income => of_house(&self.assigned.income),
            Role::Payer => self.payer().expect("what has no payer is not withheld for"),
        }
    }
}
