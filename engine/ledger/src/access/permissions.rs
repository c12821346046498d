//! What a caller may do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::four_eyes::FourEyes;
use crate::access::operation::Operation;
use crate::money::amount::Amount;
use crate::money::currency::Currency;

/// Where, in what and up to how much an operation is permitted. What is absent is not restricted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// In the books of these entities, by code.
    pub entities: Option<BTreeSet<Box<str>>>,
    /// In these currencies.
    pub currencies: Option<BTreeSet<Currency>>,
    /// Up to so much, in the debits or the hold of one transaction, of these currencies; of others as much as they like.
    pub caps: BTreeMap<Currency, Amount>,
    /// Whether it is one principal's to do whatever the rules of four eyes say: a switch posts what others decided.
    pub alone: bool,
}

/// What a caller may do: of each operation, where. What nobody granted is forbidden.
///
/// ```
/// use longmen_ledger::{Currency, Grant, Operation, Permissions};
/// let entities = Some(["LM".into()].into());
/// let mut permissions = Permissions::default();
/// permissions.grant(Operation::Post, Grant { entities, ..Grant::default() });
/// let cny = Currency::from_code("CNY");
/// assert!(permissions.may_in(Operation::Post, "LM", cny, 1_230));
/// assert!(!permissions.may_in(Operation::Post, "UK", cny, 1_230));
/// assert!(!permissions.may(Operation::Reverse));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    grants: BTreeMap<Operation, Vec<Grant>>,
    /// The operations that are permitted everywhere, each a bit.
    everywhere: u64,
    /// Those of them that one principal may do everywhere by itself, whatever takes two.
    alone: u64,
    /// Those that take a second principal in some case.
    by_two: u64,
    /// What takes a second principal.
    four_eyes: Arc<FourEyes>,
}

impl Grant {
    /// Whatever the currency and the amount, in the books of these entities; `None`: of all.
    #[must_use]
    pub fn in_entities(entities: Option<&BTreeSet<Box<str>>>) -> Grant {
        Grant { entities: entities.cloned(), ..Grant::default() }
    }

    /// Whether nothing is restricted.
    #[must_use]
    pub fn is_everywhere(&self) -> bool {
        self.entities.is_none() && self.currencies.is_none() && self.caps.is_empty()
    }

    /// What is permitted by both.
    #[must_use]
    pub fn within(&self, other: &Grant) -> Grant {
        let mut caps = self.caps.clone();
        for (currency, cap) in &other.caps {
            let cap = caps.get(currency).map_or(*cap, |own| (*own).min(*cap));
            caps.insert(*currency, cap);
        }
        let entities = intersection(self.entities.as_ref(), other.entities.as_ref());
        Grant {
            entities,
            currencies: intersection(self.currencies.as_ref(), other.currencies.as_ref()),
            caps,
            alone: self.alone,
        }
    }

    fn allows(&self, entity: &str, currency: Option<Currency>, amount: i128) -> bool {
        let in_entity = self.entities.as_ref().is_none_or(|entities| entities.contains(entity));
        let Some(currency) = currency else { return in_entity };
        let in_currency = self.currencies.as_ref().is_none_or(|currencies| currencies.contains(&currency));
        let under_cap = self.caps.get(&currency).is_none_or(|cap| amount <= i128::from(cap.0));
        in_entity && in_currency && under_cap
    }
}

impl Permissions {
    /// Permits an operation where the grant says; what was permitted before stays so.
    pub fn grant(&mut self, operation: Operation, grant: Grant) {
        if grant.is_everywhere() {
            self.everywhere |= operation.bit();
            self.alone |= if grant.alone { operation.bit() } else { 0 };
        }
        self.grants.entry(operation).or_default().push(grant);
    }

    /// Says what takes a second principal from now on.
    pub fn set_four_eyes(&mut self, rules: Arc<FourEyes>) {
        let concerned = Operation::ALL.into_iter().filter(|operation| rules.concerns(*operation));
        self.by_two = concerned.fold(0, |bits, operation| bits | operation.bit());
        self.four_eyes = rules;
    }

    /// Everything, everywhere.
    pub fn everything() -> Permissions {
        let mut all = Permissions::default();
        Operation::ALL.iter().for_each(|operation| all.grant(*operation, Grant::default()));
        all
    }

    /// Whether an operation is permitted everywhere, with any amount, and takes no second principal.
    #[inline]
    pub(crate) fn may_freely(&self, operation: Operation) -> bool {
        self.everywhere & (self.alone | !self.by_two) & operation.bit() != 0
    }

    /// The same in the books of one entity.
    pub(crate) fn may_freely_in(&self, operation: Operation, entity: &str) -> bool {
        let takes_two = self.by_two & operation.bit() != 0;
        let is_free = |grant: &Grant| {
            let is_whole = grant.currencies.is_none() && grant.caps.is_empty();
            is_whole && grant.allows(entity, None, 0) && (grant.alone || !takes_two)
        };
        self.grants(operation).iter().any(is_free)
    }

    /// What an approver lets be done: everything, as far as it may approve. It needs no second approver.
    pub(crate) fn of_approver(&self) -> Permissions {
        let mut all = Permissions::default();
        for grant in self.grants(Operation::Approve) {
            Operation::ALL.iter().for_each(|operation| all.grant(*operation, grant.clone()));
        }
        all
    }

    /// The same, without what takes a second principal: whoever breaks the glass answers alone.
    pub(crate) fn without_four_eyes(&self) -> Permissions {
        Permissions { four_eyes: Arc::default(), by_two: 0, ..self.clone() }
    }

    /// Whether what is permitted takes a second principal here: in the books of an entity, with this amount where it has one.
    pub(crate) fn needs_approval(
        &self,
        operation: Operation,
        entity: &str,
        amount: Option<(Currency, i128)>,
    ) -> bool {
        let (currency, minor) =
            (amount.map(|(currency, _)| currency), amount.map_or(0, |(_, minor)| minor.abs()));
        let is_alone = |grant: &Grant| grant.alone && grant.allows(entity, currency, minor);
        self.four_eyes.requires(operation, amount) && !self.grants(operation).iter().any(is_alone)
    }

    /// Where an operation is permitted.
    #[must_use]
    pub fn grants(&self, operation: Operation) -> &[Grant] {
        self.grants.get(&operation).map_or(&[], Vec::as_slice)
    }

    /// Whether an operation is permitted in the books of an entity as a whole, whatever the currency.
    #[must_use]
    pub fn may_in_all_currencies(&self, operation: Operation, entity: &str) -> bool {
        let is_whole = |grant: &Grant| grant.currencies.is_none() && grant.allows(entity, None, 0);
        self.may_everywhere(operation) || self.grants(operation).iter().any(is_whole)
    }

    /// Whether an operation is permitted anywhere.
    #[must_use]
    pub fn may(&self, operation: Operation) -> bool {
        self.grants.contains_key(&operation)
    }

    /// Whether an operation is permitted everywhere.
    #[must_use]
    #[inline]
    pub fn may_everywhere(&self, operation: Operation) -> bool {
        self.everywhere & operation.bit() != 0
    }

    /// Whether an operation is permitted in the books of an entity, in a currency where it is about one, with this amount in
    /// minor units.
    #[must_use]
    pub fn may_in(
        &self,
        operation: Operation,
        entity: &str,
        currency: Option<Currency>,
        amount: i128,
    ) -> bool {
        self.may_everywhere(operation)
            || self.grants(operation).iter().any(|grant| grant.allows(entity, currency, amount.abs()))
    }
}

/// What is in both; `None` stands for all.
fn intersection<T: Ord + Clone>(
    one: Option<&BTreeSet<T>>,
    other: Option<&BTreeSet<T>>,
) -> Option<BTreeSet<T>> {
    match (one, other) {
        (None, all) | (all, None) => all.cloned(),
        (Some(one), Some(other)) => Some(one.intersection(other).cloned().collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_granted_is_permitted_there_and_nowhere_else() {
        let currency = |code| Currency::from_code(code).unwrap();
        let (cny, usd) = (currency("CNY"), currency("USD"));
        let in_lm = Grant { entities: Some(["LM".into()].into()), ..Grant::default() };
        let mut permissions = Permissions::default();
        let small = Grant { caps: [(cny, Amount(500))].into(), ..in_lm.clone() };
        permissions.grant(Operation::Post, small);
        permissions.grant(Operation::Refund, in_lm);
        permissions.grant(Operation::Refund, Grant { currencies: Some([usd].into()), ..Grant::default() });
        permissions.grant(Operation::Status, Grant::default());
        for (operation, entity, currency, amount, expect) in [
            (Operation::Post, "LM", Some(cny), 500, true),
            (Operation::Post, "LM", Some(cny), 501, false),
            // A red amount is as large as a black one.
            (Operation::Post, "LM", Some(cny), -501, false),
            (Operation::Post, "LM", Some(usd), 501, true),
            (Operation::Post, "UK", Some(cny), 1, false),
            (Operation::Post, "LM", None, 0, true),
            (Operation::Refund, "LM", Some(cny), 1 << 70, true),
            (Operation::Refund, "UK", Some(cny), 1, false),
            (Operation::Refund, "UK", Some(usd), 1, true),
            (Operation::Reverse, "LM", Some(cny), 1, false),
            (Operation::Status, "", None, 0, true),
        ] {
            let found = permissions.may_in(operation, entity, currency, amount);
            assert_eq!(found, expect, "{operation} {entity} {currency:?} {amount}");
        }
        assert!(permissions.may_in_all_currencies(Operation::Post, "LM"));
        assert!(!permissions.may_in_all_currencies(Operation::Refund, "UK"));
        let (lm, small) = (&in_both("LM", &["CNY"], 7), &in_both("UK", &["CNY", "USD"], 5));
        let all = &Grant::default();
        assert_eq!((lm.within(all), all.within(lm)), (lm.clone(), lm.clone()));
        assert_eq!(lm.within(small).entities.unwrap().len(), 0);
        assert_eq!((lm.within(small).currencies.unwrap().len(), lm.within(small).caps[&cny]), (1, Amount(5)));
        assert!(permissions.may(Operation::Post) && !permissions.may_everywhere(Operation::Post));
        assert!(permissions.may_everywhere(Operation::Status) && !permissions.may(Operation::Reverse));
    }

    fn in_both(entity: &str, currencies: &[&str], cap: i64) -> Grant {
        let currencies: BTreeSet<Currency> =
            currencies.iter().filter_map(|code| Currency::from_code(code)).collect();
        let caps = [(Currency::from_code("CNY").unwrap(), Amount(cap))].into();
        Grant { entities: Some([entity.into()].into()), currencies: Some(currencies), caps, alone: false }
    }

    #[test]
    fn names_of_operations_are_read_as_they_are_written() {
        for operation in Operation::ALL {
            assert_eq!(operation.name().parse(), Ok(operation));
        }
        assert!("pay".parse::<Operation>().is_err());
    }
}
