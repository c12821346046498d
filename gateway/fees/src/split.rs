//! Who gets what is left after fees (分账).

use crate::apportion::by_largest_fraction;

/// Who gets what is left after fees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Split {
    /// At least one.
    pub(crate) shares: Vec<Share>,
    /// Whoever gets what is left of whole units; `None`: one each to the largest fractions.
    pub(crate) remainder_to: Option<Box<str>>,
}

/// A receiver's share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) to: Box<str>,
    /// Its share beside those of the others; millionths, so that it is whole.
    pub(crate) weight: u64,
    /// As the rule has it.
    pub(crate) shown: Box<str>,
}

impl Split {
    /// A receiver alone.
    pub(crate) fn all_to(to: &str) -> Split {
        let share = Share { to: to.into(), weight: 1, shown: "1".into() };
        Split { shares: vec![share], remainder_to: None }
    }

    pub(crate) fn weights(&self) -> Vec<u64> {
        let mut weights: Vec<u64> = self.shares.iter().map(|share| share.weight).collect();
        weights.resize(self.receivers().count(), 0);
        weights
    }

    /// Who may get something: the shares in their order, and then whoever gets what is left.
    pub(crate) fn receivers(&self) -> impl Iterator<Item = &str> {
        self.shares.iter().map(|share| &*share.to).chain(self.remainder_to.as_deref())
    }

    /// What each receiver gets of an amount, in minor units: all of it.
    pub(crate) fn of(&self, amount: u64) -> Vec<u64> {
        let weights = self.weights();
        if self.remainder_to.is_none() {
            return by_largest_fraction(amount, &weights).expect("a share is above zero");
        }
        let total: u128 = weights.iter().copied().map(u128::from).sum();
        let whole = |weight: &u64| u128::from(amount) * u128::from(*weight) / total;
        let narrow = |part| u64::try_from(part).expect("a part is no more than the whole");
        let mut parts: Vec<u64> = weights.iter().map(|weight| narrow(whole(weight))).collect();
        let left = amount - parts.iter().sum::<u64>();
        *parts.last_mut().expect("whoever gets what is left stands last") += left;
        parts
    }
}
