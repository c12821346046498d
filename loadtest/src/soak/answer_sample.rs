//! What the harness remembers of the node's answers, in bounded room: the newest, and a sample of all.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use longmen_workload::driver::Answered;
use longmen_workload::{Placed, Request};
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// Answers that are not older than this are all remembered.
pub(super) const RECENT: Duration = Duration::from_secs(5);
/// At most 400,000 transactions of them, if more were answered in that time.
const MOST_RECENT: usize = 400_000;
/// Requests of the sample over everything.
const SAMPLE: usize = 4_096;
/// Transactions that are asked again in one request.
const TOGETHER: usize = 512;

/// Answers to be asked again.
pub(super) struct AnswerSample {
    recent: VecDeque<(Instant, Answered)>,
    recent_transactions: usize,
    sample: Vec<Answered>,
    /// Requests that the sample was drawn from.
    seen: u64,
    rng: SmallRng,
}

impl AnswerSample {
    pub(super) fn new(seed: u64) -> AnswerSample {
        AnswerSample {
            recent: VecDeque::new(),
            recent_transactions: 0,
            sample: Vec::new(),
            seen: 0,
            rng: SmallRng::seed_from_u64(seed),
        }
    }

    /// Remembers an answer that came at `now`. Gives back one that is not remembered, for its buffers.
    pub(super) fn take(&mut self, now: Instant, answered: Answered) -> Option<Answered> {
        // What was refused for want of room or time is no result, and is not asked again.
        if !answered.placed.iter().any(Placed::is_result) {
            return Some(answered);
        }
        self.recent_transactions += answered.request.len();
        self.recent.push_back((now, answered));
        let mut given_back = None;
        while self.is_long(now) {
            let Some((_, oldest)) = self.recent.pop_front() else { break };
            self.recent_transactions -= oldest.request.len();
            given_back = self.draw(oldest);
        }
        given_back
    }

    fn is_long(&self, now: Instant) -> bool {
        let oldest = self.recent.front();
        self.recent_transactions > MOST_RECENT
            || oldest.is_some_and(|(at, _)| now.saturating_duration_since(*at) > RECENT)
    }

    /// Lets a request take part in the sample, in which each has the same chance to be. Gives back who is left out.
    fn draw(&mut self, answered: Answered) -> Option<Answered> {
        self.seen += 1;
        if self.sample.len() < SAMPLE {
            self.sample.push(answered);
            return None;
        }
        let place = usize::try_from(self.rng.random_range(0..self.seen)).unwrap_or(usize::MAX);
        match self.sample.get_mut(place) {
            Some(one) => Some(std::mem::replace(one, answered)),
            None => Some(answered),
        }
    }

    /// Leaves of the newest only what the sample takes: they have been asked again.
    pub(super) fn age(&mut self) {
        self.recent_transactions = 0;
        for (_, answered) in std::mem::take(&mut self.recent) {
            self.draw(answered);
        }
    }

    /// A few of the newest, one by one.
    pub(super) fn newest(&self, count: usize) -> impl Iterator<Item = &Answered> {
        self.recent.iter().rev().map(|(_, answered)| answered).take(count)
    }

    /// Everything that is remembered, in requests of a good size.
    pub(super) fn to_ask_again(&self) -> Vec<Answered> {
        let all = self.recent.iter().map(|(_, answered)| answered).chain(&self.sample);
        let mut requests = Vec::new();
        let mut filling = Answered { request: Request::default(), placed: Vec::new() };
        for one in all {
            if filling.request.len() + one.request.len() > TOGETHER && !filling.request.is_empty() {
                let full = Answered { request: Request::default(), placed: Vec::new() };
                requests.push(std::mem::replace(&mut filling, full));
            }
            for (index, placed) in one.placed.iter().enumerate().filter(|(_, placed)| placed.is_result()) {
                filling.request.push_from(&one.request, index);
                filling.placed.push(*placed);
            }
        }
        requests.push(filling);
        requests
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use longmen_engine::ledger::Rejection;
    use longmen_workload::books::Outcome;
    use longmen_workload::{Expect, Kind};

    fn answered(number: u128, rejection: Option<Rejection>) -> Answered {
        let mut request = Request::default();
        request.push(number, Kind::Transfer, Expect::Posted, &[]);
        let outcome = Outcome { rejection, repeated: false };
        Answered { request, placed: vec![Placed { outcome, frame: 1, ordinal: 0 }] }
    }

    fn ids(recollection: &AnswerSample) -> Vec<u128> {
        let asked = recollection.to_ask_again();
        asked.iter().flat_map(|one| one.request.planned()).map(|planned| planned.id).collect()
    }

    #[test]
    fn the_newest_are_all_there_and_of_the_others_a_sample_of_the_whole() {
        let start = Instant::now();
        let mut recollection = AnswerSample::new(7);
        let second = 10_000_u32;
        for number in 0..20 * u128::from(second) {
            let at = start + Duration::from_secs(1) * u32::try_from(number).unwrap() / second;
            drop(recollection.take(at, answered(number, None)));
        }
        let all = ids(&recollection);
        let (old, recent): (Vec<u128>, Vec<u128>) = all.iter().partition(|id| **id < 149_999);
        assert_eq!((old.len(), recent.len()), (SAMPLE, 50_001));
        let early = old.iter().filter(|id| **id < 75_000).count();
        assert!((SAMPLE * 2 / 5..SAMPLE * 3 / 5).contains(&early), "{early} of the first half");
        assert_eq!(recollection.newest(2).count(), 2);
        recollection.age();
        assert_eq!(ids(&recollection).len(), SAMPLE);
    }

    #[test]
    fn what_is_no_result_is_given_back() {
        let mut recollection = AnswerSample::new(7);
        let now = Instant::now();
        assert!(recollection.take(now, answered(1, Some(Rejection::Busy))).is_some());
        assert!(recollection.take(now, answered(2, Some(Rejection::InsufficientFunds))).is_none());
        assert_eq!(ids(&recollection), [2]);
    }
}
