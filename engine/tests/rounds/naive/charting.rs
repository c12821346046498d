//! The chart of subjects.

use longmen_engine::ledger::Rejection;

use super::Naive;
use crate::script::{ENTITIES, NewSubject, Spec, subjects_of};

pub(super) fn at_the_start(chart: &[Spec]) -> Vec<(usize, NewSubject)> {
    let of = |entity| subjects_of(chart, entity).into_iter().map(move |spec| (entity, spec.into()));
    (0..ENTITIES.len()).flat_map(of).collect()
}

impl Naive {
    pub(super) fn subject(&self, entity: usize, code: &str) -> Option<NewSubject> {
        let found = self.subjects.iter().find(|(of, one)| (*of, one.code) == (entity, code));
        found.map(|(_, subject)| *subject)
    }

    pub(super) fn open_subject(&mut self, entity: usize, new: &NewSubject) -> Result<(u64, bool), Rejection> {
        let there = self.subjects.iter().position(|(of, one)| (*of, one.code) == (entity, new.code));
        if let Some(id) = there.filter(|id| self.subjects[*id].1 == *new) {
            return Ok((id as u64, true));
        }
        let levels = [&new.code[..4.min(new.code.len())]].into_iter();
        let levels = levels.chain((4..new.code.len()).step_by(2).filter_map(|at| new.code.get(at..at + 2)));
        let zeros = levels.map(|level| level.parse::<u32>()).any(|number| number == Ok(0));
        let whole = [4, 6, 8, 10].contains(&new.code.len());
        if !whole || zeros || new.code.parse::<u64>().is_err() {
            return Err(Rejection::Malformed);
        }
        if there.is_some() {
            return Err(Rejection::KeyConflict);
        }
        let mut others = self.subjects.iter().filter(|(of, _)| *of == entity).map(|(_, other)| other);
        let contradicts = |other: &NewSubject| {
            let below_leaf = new.code.starts_with(other.code) && other.leaf;
            let leaf_above = other.code.starts_with(new.code) && new.leaf;
            let other_class = new.code[..4] == other.code[..4] && new.class != other.class;
            below_leaf || leaf_above || other_class
        };
        if others.any(contradicts) {
            return Err(Rejection::ChartConflict);
        }
        self.subjects.push((entity, *new));
        Ok((self.subjects.len() as u64 - 1, false))
    }
}
