//! The harness's own books: what every answer says was posted, added up without the node's help.

use longmen_engine::ledger::{Rejection, Side};

use crate::plan::{Leg, Planned, Request};

/// Debit and credit turnover of one account in minor units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turnover {
    /// Sum of debits.
    pub debit: i128,
    /// Sum of credits.
    pub credit: i128,
}

impl Turnover {
    /// The balance that is positive on `normal`.
    #[must_use]
    pub fn natural(self, normal: Side) -> i128 {
        normal.natural(self.debit - self.credit)
    }

    /// The turnover of both together.
    #[must_use]
    pub fn plus(self, other: Turnover) -> Turnover {
        Turnover { debit: self.debit + other.debit, credit: self.credit + other.credit }
    }
}

/// What the node answered to one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Why it was refused, or `None`: posted.
    pub rejection: Option<Rejection>,
    /// Whether it was the first result of the id, given again.
    pub repeated: bool,
}

/// Counts of answers, by what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// Posted for the first time.
    pub posted: u64,
    /// First results given again.
    pub repeated: u64,
    refused: Vec<u64>,
    /// Answers that a correct node does not give.
    pub unexpected: u64,
}

impl Default for Outcomes {
    fn default() -> Outcomes {
        Outcomes { posted: 0, repeated: 0, refused: vec![0; Rejection::ALL.len() + 1], unexpected: 0 }
    }
}

impl Outcomes {
    /// How many answers there were.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.posted + self.repeated + self.refused.iter().sum::<u64>()
    }

    /// Refusals with their counts, without those that did not happen.
    pub fn refused(&self) -> impl Iterator<Item = (Rejection, u64)> {
        let count = |rejection: Rejection| (rejection, self.refused[usize::from(rejection.number())]);
        Rejection::ALL.into_iter().map(count).filter(|(_, count)| *count > 0)
    }

    /// Counts that came since `before`, which is an earlier state of the same counts.
    #[must_use]
    pub fn since(&self, before: &Outcomes) -> Outcomes {
        Outcomes {
            posted: self.posted - before.posted,
            repeated: self.repeated - before.repeated,
            refused: self.refused.iter().zip(&before.refused).map(|(now, then)| now - then).collect(),
            unexpected: self.unexpected - before.unexpected,
        }
    }

    /// The counts of both together.
    #[must_use]
    pub fn plus(&self, other: &Outcomes) -> Outcomes {
        Outcomes {
            posted: self.posted + other.posted,
            repeated: self.repeated + other.repeated,
            refused: self.refused.iter().zip(&other.refused).map(|(one, two)| one + two).collect(),
            unexpected: self.unexpected + other.unexpected,
        }
    }

    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome { repeated: true, .. } => self.repeated += 1,
            Outcome { rejection: None, .. } => self.posted += 1,
            Outcome { rejection: Some(rejection), .. } => self.refused[usize::from(rejection.number())] += 1,
        }
    }
}

/// Turnovers of a population's accounts, and counts of answers.
#[derive(Clone, Debug)]
pub struct Books {
    turnovers: Vec<Turnover>,
    /// Counts of answers.
    pub outcomes: Outcomes,
    /// Legs of what was posted.
    pub legs: u64,
    first_unexpected: Option<String>,
}

impl Books {
    /// Empty books of a population of `accounts`.
    #[must_use]
    pub fn new(accounts: usize) -> Books {
        Books {
            turnovers: vec![Turnover::default(); accounts],
            outcomes: Outcomes::default(),
            legs: 0,
            first_unexpected: None,
        }
    }

    /// The turnover of the account at `index`.
    #[must_use]
    pub fn turnover(&self, index: usize) -> Turnover {
        self.turnovers[index]
    }

    /// The first answer that a correct node does not give, in words.
    #[must_use]
    pub fn first_unexpected(&self) -> Option<&str> {
        self.first_unexpected.as_deref()
    }

    /// Takes in the answers to a request, one for each of its transactions.
    pub fn record(&mut self, request: &Request, outcomes: impl Iterator<Item = Outcome>) {
        for ((planned, legs), outcome) in request.iter().zip(outcomes) {
            self.record_one(planned, legs, outcome);
        }
    }

    /// Takes in the answer to one transaction.
    pub fn record_one(&mut self, planned: &Planned, legs: &[Leg], outcome: Outcome) {
        self.outcomes.count(outcome);
        let node_was_full = outcome.rejection.is_some_and(Rejection::may_retry);
        if outcome.rejection != planned.expect.rejection() && !node_was_full {
            self.unexpected(planned, legs, outcome);
        }
        if outcome.rejection.is_none() && !outcome.repeated {
            self.post(legs);
        }
    }

    /// Counts the whole request as refused.
    pub fn record_refused(&mut self, request: &Request, rejection: Rejection) {
        let outcome = Outcome { rejection: Some(rejection), repeated: false };
        self.record(request, std::iter::repeat_n(outcome, request.len()));
    }

    /// Counts an answer outside of any plan that a correct node does not give.
    pub fn complain(&mut self, what: impl FnOnce() -> String) {
        self.outcomes.unexpected += 1;
        if self.first_unexpected.is_none() {
            self.first_unexpected = Some(what());
        }
    }

    fn post(&mut self, legs: &[Leg]) {
        self.legs += u64::try_from(legs.len()).expect("a length fits");
        for leg in legs {
            let account = usize::try_from(leg.account).expect("an index into a table in memory");
            let turnover = &mut self.turnovers[account];
            match leg.side {
                Side::Debit => turnover.debit += i128::from(leg.amount),
                Side::Credit => turnover.credit += i128::from(leg.amount),
            }
        }
    }

    #[cold]
    fn unexpected(&mut self, planned: &Planned, legs: &[Leg], outcome: Outcome) {
        self.complain(|| {
            let said = outcome.rejection.map_or("posted", Rejection::code);
            let right = planned.expect.rejection().map_or("posted", Rejection::code);
            let kind = planned.kind.label();
            format!("{kind} {:032x} was answered {said}, a correct node says {right}: {legs:?}", planned.id)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Expect, Kind};

    const POSTED: Outcome = Outcome { rejection: None, repeated: false };
    const REPEATED: Outcome = Outcome { rejection: None, repeated: true };

    fn refused(rejection: Rejection) -> Outcome {
        Outcome { rejection: Some(rejection), repeated: false }
    }

    fn one_transfer(expect: Expect) -> Request {
        let mut request = Request::default();
        let leg = |account, side| Leg { account, amount: 5, side };
        request.push(1, Kind::Transfer, expect, &[leg(0, Side::Debit), leg(1, Side::Credit)]);
        request.repeat_last();
        request
    }

    #[test]
    fn only_what_was_posted_first_moves_balances() {
        #[track_caller]
        fn check(expect: Expect, answers: [Outcome; 2], posted: u64, unexpected: u64) {
            let mut books = Books::new(2);
            books.record(&one_transfer(expect), answers.into_iter());
            let moved = i128::from(posted) * 5;
            assert_eq!(books.turnover(0), Turnover { debit: moved, credit: 0 });
            assert_eq!(books.turnover(1).natural(Side::Credit), moved);
            assert_eq!((books.outcomes.posted, books.legs), (posted, 2 * posted));
            assert_eq!(books.outcomes.unexpected, unexpected);
            assert_eq!(books.first_unexpected().is_some(), unexpected > 0);
            assert_eq!(books.outcomes.total(), 2);
        }
        let short = Rejection::InsufficientFunds;
        check(Expect::Posted, [POSTED, REPEATED], 1, 0);
        check(Expect::Posted, [refused(Rejection::Busy), POSTED], 1, 0);
        check(Expect::Posted, [refused(Rejection::Busy), refused(Rejection::OutOfDisk)], 0, 0);
        check(Expect::Posted, [refused(short), refused(short)], 0, 2);
        check(Expect::Refused(short), [refused(short), refused(short)], 0, 0);
        check(Expect::Refused(short), [POSTED, REPEATED], 1, 2);
    }

    #[test]
    fn counts_are_by_code_and_since() {
        let mut books = Books::new(2);
        let request = one_transfer(Expect::Posted);
        books.record_refused(&request, Rejection::Busy);
        let before = books.outcomes.clone();
        books.record(&request, [POSTED, REPEATED].into_iter());
        assert_eq!(books.outcomes.refused().collect::<Vec<_>>(), [(Rejection::Busy, 2)]);
        let since = books.outcomes.since(&before);
        assert_eq!((since.posted, since.repeated, since.refused().count()), (1, 1, 0));
        assert_eq!(before.plus(&since), books.outcomes);
    }
}
