//! What takes two: one proposes it, and it is done where another approves.

use longmen_engine::ledger::Rejection;

use super::Naive;
use crate::script::{Ask, End, ProposalSaid, Said, Tx};

/// A proposal.
#[derive(Clone, Debug)]
pub(super) struct Proposed {
    maker: usize,
    id: u128,
    what: Ask,
    /// In seconds since 1970; `None`: it was done at once.
    expires: Option<u32>,
    end: Option<(End, Option<usize>)>,
}

impl Naive {
    pub(super) fn propose(&mut self, ask: &Ask) -> Said {
        let Ask::Propose { who, id, what, expires, at_once } = ask else {
            panic!("{ask:?} proposes nothing")
        };
        if let Err(rejection) = self.judge_proposed(what) {
            return Said::Rejected(rejection);
        }
        let there = self.proposals.iter().position(|proposed| proposed.id == *id);
        if there.is_none() && !at_once && *expires <= self.now {
            return Said::Rejected(Rejection::Malformed);
        }
        if let Some(place) = there {
            let proposed = &self.proposals[place];
            let is_same = proposed.what == **what && proposed.expires.is_none() == *at_once;
            return match is_same {
                true => Said::Proposals(vec![self.proposals().swap_remove(place)]),
                false => Said::Rejected(Rejection::IdempotencyConflict),
            };
        }
        let said = if *at_once { self.ask(what) } else { Said::Done };
        if is_done_now(&said) {
            let expires = (!at_once).then_some(*expires);
            let (maker, id, what) = (*who, *id, (**what).clone());
            self.proposals.push(Proposed { maker, id, what, expires, end: None });
        }
        if *at_once { said } else { Said::Proposals(self.proposals().pop().into_iter().collect()) }
    }

    /// What is wrong with something whatever may happen until it is approved.
    fn judge_proposed(&self, what: &Ask) -> Result<(), Rejection> {
        if what.changed().is_some_and(|account| !self.accounts.contains_key(&account)) {
            return Err(Rejection::UnknownAccount);
        }
        match what {
            Ask::SetReserve { amount, .. } if *amount < 0 => Err(Rejection::InvalidAmount),
            Ask::SetReserve { account, .. } | Ask::SetLimits { account, .. } if self.is_memo(*account) => {
                Err(Rejection::WrongClass)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn decide(&mut self, who: usize, number: u64, end: End, shown: bool) -> Said {
        let place = usize::try_from(number).unwrap().checked_sub(1);
        let Some((place, proposed)) =
            place.and_then(|place| Some((place, self.proposals.get(place)?.clone())))
        else {
            return Said::Rejected(Rejection::UnknownProposal);
        };
        let is_own = proposed.maker == who;
        let may = if end == End::Withdrawn { is_own && proposed.expires.is_some() } else { !is_own };
        if !may {
            return Said::Rejected(Rejection::OwnProposal);
        }
        if end == End::Approved && !shown {
            return Said::Rejected(Rejection::DigestMismatch);
        }
        match proposed.end {
            Some(before) if before == (end, Some(who)) => {
                let there = self.proposals().swap_remove(place);
                return if end == End::Approved { Said::Proposals(vec![there]) } else { Said::Done };
            }
            Some(_) => return Said::Rejected(Rejection::ProposalClosed),
            None => {}
        }
        let is_to_do = end == End::Approved && proposed.expires.is_some();
        let said = if is_to_do { self.ask(&proposed.what) } else { Said::Done };
        if is_done_now(&said) {
            self.proposals[place].end = Some((end, Some(who)));
        }
        said
    }

    /// Ends what nobody has decided about in time.
    pub(super) fn end_proposals(&mut self) {
        let now = self.now;
        let is_due = |proposed: &&mut Proposed| {
            proposed.end.is_none() && proposed.expires.is_some_and(|moment| moment <= now)
        };
        self.proposals
            .iter_mut()
            .filter(is_due)
            .for_each(|proposed| proposed.end = Some((End::Expired, None)));
    }

    pub(crate) fn proposals(&self) -> Vec<ProposalSaid> {
        let said = |(number, proposed): (u64, &Proposed)| {
            let Proposed { maker, id, expires, end, .. } = proposed;
            ProposalSaid { number, id: *id, maker: *maker, at_once: expires.is_none(), end: *end }
        };
        (1..).zip(&self.proposals).map(said).collect()
    }

    /// The transaction that would be done by a proposal, or its approval, if anything is.
    pub(crate) fn transaction_of<'a>(&'a self, ask: &'a Ask) -> Option<&'a Tx> {
        self.content_of(ask)?.txs().first()
    }

    fn content_of<'a>(&'a self, ask: &'a Ask) -> Option<&'a Ask> {
        match ask {
            Ask::Propose { what, at_once: true, .. } => Some(what),
            Ask::Decide { number, end: End::Approved, .. } => {
                let place = usize::try_from(*number).unwrap().checked_sub(1)?;
                self.proposals.get(place).filter(|proposed| proposed.expires.is_some()).map(|one| &one.what)
            }
            _ => None,
        }
    }

    /// How many records a proposal or a decision leaves in the log: its own, and those of what is done by it.
    pub(super) fn records_of_two(&self, ask: &Ask) -> usize {
        let mut after = self.clone();
        let said = after.ask(ask);
        let ends = |naive: &Naive| naive.proposals.iter().filter(|one| one.end.is_some()).count();
        let own = after.proposals.len() + ends(&after) - self.proposals.len() - ends(self);
        let of_content = self.content_of(ask).filter(|_| own > 0);
        own + of_content.map_or(0, |content| self.records_of(content, &said))
    }
}

/// Whether something was done, and not before.
fn is_done_now(said: &Said) -> bool {
    match said {
        Said::Results { results, .. } => results.iter().all(|one| one.rejection.is_none() && !one.repeated),
        other => *other == Said::Done,
    }
}
