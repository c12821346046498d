//! The chart and the accounts, as far as the coordinator must know them to decide.

use crate::account::AccountRef;
use crate::account::change::AttributeChange;
use crate::account::registered::Account;
use crate::chart::catalog::Catalog;
use crate::chart::subject::SubjectClass;
use crate::ids::{AccountId, EntityId, LineId};
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::rejection::Rejection;
use crate::state::descriptor::AccountDescriptor;
use crate::transaction::leg::Leg;

/// Everything that has a name, and one word about each account.
#[derive(Clone, Debug)]
pub(crate) struct Books {
    pub(crate) catalog: Catalog,
    pub(crate) descriptors: Vec<AccountDescriptor>,
}

impl Books {
    pub(crate) fn new(catalog: Catalog) -> Books {
        let descriptors = catalog.accounts().iter();
        let descriptors =
            descriptors.map(|account| AccountDescriptor::new(account, class_of(&catalog, account))).collect();
        Books { catalog, descriptors }
    }

    /// Gives a new account its place.
    pub(crate) fn add_account(&mut self, account: &Account, hot: bool) -> AccountId {
        let id = self.catalog.next_account();
        self.catalog.add_account(&Catalog::opened_entry(id, account, hot));
        self.descriptors.push(AccountDescriptor::new(account, class_of(&self.catalog, account)));
        id
    }

    #[inline]
    pub(crate) fn descriptor(&self, account: AccountId) -> Option<AccountDescriptor> {
        self.descriptors.get(account.index()?).copied()
    }

    /// The descriptor of an account that is known to be there.
    pub(crate) fn descriptor_mut(&mut self, account: AccountId) -> &mut AccountDescriptor {
        &mut self.descriptors[account.index().expect("an account that was found has a place")]
    }

    /// A leg as the log has it, with the currency of its account, which the log does not repeat.
    pub(crate) fn with_currency(&self, leg: &Leg) -> Leg {
        let currency = self.descriptor(leg.account).map_or(leg.currency, |descriptor| descriptor.currency);
        Leg { currency, ..*leg }
    }

    /// The descriptor of a leg's account, if it is an ordinary one: one without a gate.
    #[inline]
    pub(crate) fn ordinary(&self, leg: &Leg) -> Option<AccountDescriptor> {
        self.descriptor(leg.account).filter(|descriptor| descriptor.gate().is_none())
    }

    /// The account that a request names.
    pub(crate) fn find(&self, account: &AccountRef) -> Result<AccountId, Rejection> {
        let id = match account {
            AccountRef::Id(id) => self.catalog.account(*id).map(|_| *id),
            AccountRef::Key(key) => self.catalog.find(key),
        };
        id.ok_or(Rejection::UnknownAccount)
    }

    /// The entity of an account that was found.
    pub(crate) fn entity_of(&self, account: AccountId) -> EntityId {
        self.descriptor(account).expect("a found account has a descriptor").entity
    }

    pub(crate) fn entity_of_line(&self, line: LineId) -> EntityId {
        self.catalog.subject(self.catalog.lines()[line.0 as usize].subject).entity
    }

    /// The current accounting date of an account.
    pub(crate) fn date_of(&self, account: AccountId) -> Option<Date> {
        Some(self.catalog.date(self.catalog.account(account)?.entity))
    }

    /// Whether an account is a memo account (备忘).
    pub(crate) fn is_memo(&self, account: AccountId) -> bool {
        self.descriptor(account).is_some_and(AccountDescriptor::is_memo)
    }

    /// Why an account is none that can be so changed, if it is none: a memo account has no limits and no reserve.
    pub(crate) fn refuse_change(&self, account: AccountId, change: AttributeChange) -> Option<Rejection> {
        let is_of_funds = matches!(change, AttributeChange::Reserve(_) | AttributeChange::Limits { .. });
        (is_of_funds && self.is_memo(account)).then_some(Rejection::WrongClass)
    }

    /// What an account must balance in.
    pub(crate) fn balancing_unit(&self, account: AccountId) -> Option<(EntityId, Currency)> {
        self.descriptor(account).map(|descriptor| (descriptor.entity, descriptor.currency))
    }

    /// What legs take from an account, natural.
    pub(crate) fn taken_from(&self, account: AccountId, legs: &[Leg]) -> i128 {
        let of_account = legs.iter().filter(|leg| leg.account == account);
        let net: i128 = of_account.map(|leg| leg.side.signed(leg.amount)).sum();
        self.catalog.account(account).map_or(0, |found| -found.placement.normal.natural(net))
    }
}

fn class_of(catalog: &Catalog, account: &Account) -> SubjectClass {
    catalog.subject(account.subject).opening.class
}
