//! The legs on hot accounts of the transactions of a round. Each transaction's are looked up once, when it is placed: its
//! gates are asked, held and told by them, and its record is written by them.

use crate::state::books::Books;
use crate::state::gated_leg::{GatedLeg, LegRange};
use crate::state::hot_accounts::HotAccounts;
use crate::transaction::leg::Leg;

/// The hot legs of a round, in one list whose memory serves the next round.
#[derive(Clone, Debug, Default)]
pub(super) struct HotLegs {
    list: Vec<GatedLeg>,
}

impl HotLegs {
    /// Begins a round. Only the legs of what the last one prepared stay, given in the order of listing.
    pub(super) fn begin_round<'l>(&mut self, prepared: impl Iterator<Item = &'l mut LegRange>) {
        let mut kept = 0;
        for listed in prepared {
            let range = listed.range();
            assert!(range.is_empty() || range.start >= kept, "legs are kept in the order of listing");
            let count = range.len();
            self.list.copy_within(range, kept);
            *listed = listed_at(kept, kept + count);
            kept += count;
        }
        self.list.truncate(kept);
    }

    /// Lists the legs of a transaction on hot accounts. Which accounts are hot changes only when nothing is undecided.
    #[inline]
    pub(super) fn list(&mut self, hot: &HotAccounts, books: &Books, legs: &[Leg]) -> LegRange {
        let start = self.list.len();
        for (index, leg) in (0_u16..).zip(legs) {
            let Some(descriptor) = books.descriptor(leg.account) else { continue };
            let Some(place) = descriptor.gate() else { continue };
            let mut gated = GatedLeg {
                net: hot.at(place).natural(leg.side, leg.amount),
                leg: index,
                gate: descriptor.gate,
                first: true,
            };
            if let Some(first) = self.list[start..].iter_mut().find(|one| one.first && one.gate == gated.gate)
            {
                first.net += gated.net;
                gated.first = false;
            }
            self.list.push(gated);
        }
        listed_at(start, self.list.len())
    }

    /// The hot legs of a transaction, in step order.
    #[inline]
    pub(super) fn of(&self, listed: LegRange) -> &[GatedLeg] {
        &self.list[listed.range()]
    }

    /// Forgets the legs that were listed last: their transaction goes into a later round.
    pub(super) fn forget(&mut self, listed: LegRange) {
        assert_eq!(listed.range().end, self.list.len(), "only what was listed last is forgotten");
        self.list.truncate(listed.range().start);
    }
}

fn listed_at(start: usize, end: usize) -> LegRange {
    let place = |place: usize| u32::try_from(place).expect("a round is capped far below 2^32 legs");
    LegRange { start: place(start), end: place(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(legs: &mut HotLegs, nets: &[i128]) -> LegRange {
        let start = legs.list.len();
        legs.list.extend(nets.iter().map(|net| GatedLeg { net: *net, leg: 0, gate: 0, first: true }));
        listed_at(start, legs.list.len())
    }

    fn nets(legs: &HotLegs, listed: LegRange) -> Vec<i128> {
        legs.of(listed).iter().map(|leg| leg.net).collect()
    }

    #[test]
    fn what_was_prepared_keeps_its_legs_and_nothing_else_does() {
        let mut legs = HotLegs::default();
        add(&mut legs, &[1, 2]);
        let mut prepared = [LegRange::NONE, add(&mut legs, &[3]), LegRange::NONE];
        let later = add(&mut legs, &[4, 5]);
        legs.forget(later);
        prepared[2] = add(&mut legs, &[6, 7, 8]);
        add(&mut legs, &[9]);
        for _ in 0..2 {
            legs.begin_round(prepared.iter_mut());
            assert_eq!(prepared.map(|listed| nets(&legs, listed)), [vec![], vec![3], vec![6, 7, 8]]);
            assert_eq!(legs.list.len(), 4);
            add(&mut legs, &[10]);
        }
    }

    #[test]
    #[should_panic(expected = "only what was listed last is forgotten")]
    fn what_others_follow_is_not_forgotten() {
        let mut legs = HotLegs::default();
        let first = add(&mut legs, &[1]);
        add(&mut legs, &[2]);
        legs.forget(first);
    }
}
