//! What the access log keeps of a question.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use longmen_ledger::{AccountId, AccountKey, AccountRef, AccountView, Rejection};

/// Of so many accounts that a question names and is told nothing of is written which they are.
const MOST_REFUSED: usize = 16;

/// Who asks: the same for all that one connection asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asker {
    /// Who proved to be somebody; `None` where every name is taken at its word.
    pub principal: Option<Box<str>>,
    /// For whom it acts.
    pub on_behalf: Option<Box<str>>,
    /// The client whose ids it uses.
    pub client: Box<str>,
    /// The id of the token that it showed, which is no secret.
    pub token: Option<Box<str>>,
    /// Where it comes from.
    pub from: Option<IpAddr>,
}

/// What somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// It said who it is.
    Hello,
    /// It asked a question.
    Question(longmen_ledger::Operation),
}

impl Operation {
    /// Its name, as access files have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Operation::Hello => "hello",
            Operation::Question(operation) => operation.name(),
        }
    }
}

/// What somebody was told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Outcome {
    /// What it asked.
    #[default]
    Told,
    /// Why it was told nothing.
    Refused(Rejection),
    /// That the node failed at it.
    Failed,
}

impl Outcome {
    /// As the log has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Told => "ok",
            Outcome::Refused(rejection) => rejection.code(),
            Outcome::Failed => "failed",
        }
    }
}

/// An account that a question names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// As it was named.
    pub asked: AccountRef,
    /// Which one it is, where that was told.
    pub found: Option<(AccountId, AccountKey)>,
    /// Why nothing was told of it, where others beside it were.
    pub refused: Option<Rejection>,
}

/// What a question is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The accounts that it names.
    pub accounts: Vec<Sighting>,
    /// How many more it names of which nothing was told: only the first of those are kept.
    pub also_refused: u64,
    /// Runs of ids, first and last, of accounts that it did not name and was told of.
    pub told: Vec<(u64, u64)>,
    /// Whatever else it says, by the names that the protocol has for it.
    pub terms: Vec<(&'static str, Box<str>)>,
}

impl Subject {
    /// About these accounts.
    #[must_use]
    pub fn of_accounts<'a>(accounts: impl IntoIterator<Item = &'a AccountRef>) -> Subject {
        let sighting = |asked: &AccountRef| Sighting { asked: asked.clone(), found: None, refused: None };
        Subject { accounts: accounts.into_iter().map(sighting).collect(), ..Subject::default() }
    }

    /// The same with another term, where there is one.
    #[must_use]
    pub fn with(mut self, name: &'static str, term: Option<impl Into<Box<str>>>) -> Subject {
        self.terms.extend(term.map(|term| (name, term.into())));
        self
    }

    /// Notes which account the first one is that the question names.
    pub fn found(&mut self, account: &AccountView) {
        if let Some(sighting) = self.accounts.first_mut() {
            sighting.found = Some((account.id, account.key.clone()));
        }
    }

    /// Notes what was told of each account that the question names, in their order.
    pub fn found_each(&mut self, told: &[Result<AccountView, Rejection>]) {
        for (sighting, told) in self.accounts.iter_mut().zip(told) {
            match told {
                Ok(account) => sighting.found = Some((account.id, account.key.clone())),
                Err(rejection) => sighting.refused = Some(*rejection),
            }
        }
    }

    /// What was told of it. Where every account is refused for itself, nothing was.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let mut refused = self.accounts.iter().map(|account| account.refused);
        match refused.next().flatten() {
            Some(rejection) if refused.all(|refused| refused.is_some()) => Outcome::Refused(rejection),
            _ => Outcome::Told,
        }
    }

    /// Keeps an account once, however often the question names it: otherwise one account could fill the disk.
    fn fold_repeated(&mut self) {
        if self.accounts.len() > 1 {
            let mut seen = HashSet::new();
            self.accounts.retain(|account| {
                let named = account.found.as_ref().map(|(id, _)| AccountRef::Id(*id));
                seen.insert(named.unwrap_or_else(|| account.asked.clone()))
            });
        }
    }

    /// Keeps the first of the accounts of which nothing was told, and how many there were beside them: otherwise whoever may
    /// ask nothing could fill the disk with what it asks for. `all`: of none anything was told.
    fn fold_refused(&mut self, all: bool) {
        let (before, mut refused) = (self.accounts.len(), 0);
        self.accounts.retain(|account| {
            let is_refused = all || account.refused.is_some();
            refused += usize::from(is_refused);
            !is_refused || refused <= MOST_REFUSED
        });
        self.also_refused += (before - self.accounts.len()) as u64;
    }

    /// Notes an account that the question did not name, and its answer tells of.
    pub fn tell(&mut self, account: AccountId) {
        match self.told.last_mut() {
            Some((first, last)) if (*first..=*last).contains(&account.0) => {}
            Some((_, last)) if last.checked_add(1) == Some(account.0) => *last = account.0,
            _ => self.told.push((account.0, account.0)),
        }
    }
}

/// What the log keeps of a question, or of a hello.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Who asked.
    pub asker: Arc<Asker>,
    /// When it was answered, in microseconds since 1970.
    pub time_us: i64,
    pub operation: Operation,
    pub subject: Subject,
    /// How many rows were told.
    pub rows: u64,
    pub outcome: Outcome,
    /// Why it was asked, as whoever asked says.
    pub reason: Option<Box<str>>,
    /// How much of the recorder's room it takes while it waits.
    pub weight: u64,
}

impl Record {
    /// The record as it is kept, once it is known what was told.
    #[must_use]
    pub fn folded(mut self) -> Record {
        self.subject.fold_repeated();
        self.subject.fold_refused(self.outcome != Outcome::Told);
        self
    }
}
