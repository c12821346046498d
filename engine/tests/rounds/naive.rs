//! A naive serial ledger: one request at a time, in order of arrival, over plain maps. Written from the domain's
//! rules alone; of the engine it knows the rejections' names.

mod booking;
mod changing;
mod charging;
mod charting;
mod closing;
mod doing;
mod judging;
mod knowing;
mod passing;
mod proposing;
mod showing;

pub(crate) use judging::{CLEARING, CLEARING_TYPE, SHORT_TYPE, SHORT_WINDOW};

use std::collections::{BTreeMap, BTreeSet};

use longmen_engine::ledger::Rejection;

use super::script::{
    Ask, ClosedLine, FeeRule, LegSaid, NOW, NewSubject, START, Said, Seen, Spec, Tx, TxLeg, TxSaid,
};

use proposing::Proposed;

#[derive(Clone, Debug)]
struct Account {
    spec: Spec,
    subject: &'static str,
    state: u8,
    payment: u8,
    /// Natural.
    balance: i128,
    overdraft: i64,
    credit_limit: Option<i64>,
    transaction_limit: Option<i64>,
    day_limit: Option<i64>,
    reserve: i64,
    holds: BTreeMap<u128, Hold>,
    /// Debits and credits by date.
    turnover: BTreeMap<u32, (i128, i128)>,
    /// What was used of the day limit by date, while there are limits.
    used: BTreeMap<u32, i128>,
    /// The date on which limits were taken off: what is used of it goes on being counted.
    taken_off: Option<u32>,
    seen: Vec<Seen>,
}

#[derive(Clone, Copy, Debug)]
struct Hold {
    judicial: bool,
    authority: &'static str,
    expires: Option<u32>,
    amount: i64,
    remaining: i64,
    expired: bool,
    of_try: bool,
    /// When it began to hold what it holds, counted over all transactions.
    since: usize,
}

/// What is known of an id.
#[derive(Clone, Debug)]
enum First {
    Cancelled,
    Decided(Box<Record>),
}

/// A transaction that was decided.
#[derive(Clone, Debug)]
struct Record {
    tx: Tx,
    refused: Option<Refusal>,
    date: u32,
    /// The legs that it posted; of a try, those that a confirm would post.
    legs: Vec<TxLeg>,
    /// The rule by which its legs were made.
    rule: Option<FeeRule>,
    /// Of a consume what it took from its hold, of a try what it holds: account, hold, amount.
    held: Vec<(u64, u128, i64)>,
    /// The request that brought it.
    asked: u64,
    fate: Fate,
    /// Refunds of it that were posted.
    refunds: Vec<u128>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Standing,
    Reversed,
    Confirmed,
    Cancelled,
}

/// The naive ledger.
#[derive(Clone, Debug)]
pub(crate) struct Naive {
    chart: &'static [Spec],
    accounts: BTreeMap<u64, Account>,
    /// The accounts that a batching actor posts to.
    hot: BTreeSet<u64>,
    dates: [u32; 2],
    /// The subjects with their entities, in the order of their ids.
    subjects: Vec<(usize, NewSubject)>,
    /// Subjects of the mapped type, by entity and the date from which they hold.
    mappings: BTreeMap<(usize, u32), &'static str>,
    /// How types are booked, in the order in which it was said.
    modes: Vec<booking::Said>,
    /// The rules for fees, in the order in which they were set.
    fees: Vec<charging::Said>,
    firsts: BTreeMap<u128, First>,
    closed: Vec<ClosedLine>,
    /// How often income and expense were carried forward.
    carried: usize,
    /// The logged time, seconds since 1970; it never goes back.
    now: u32,
    /// What clients' times are held against: a clock that was wrong may be set right.
    clock: u32,
    /// Requests so far.
    asked: u64,
    /// By number, from 1 on.
    proposals: Vec<Proposed>,
}

type Refusal = (Rejection, u16);

impl Naive {
    /// A ledger with the first `open` accounts of a chart, of which some are hot.
    pub(crate) fn new(chart: &'static [Spec], open: u64, hot: &[u64]) -> Naive {
        let mut naive = Naive {
            chart,
            accounts: BTreeMap::new(),
            hot: hot.iter().copied().collect(),
            dates: [START; 2],
            subjects: charting::at_the_start(chart),
            mappings: BTreeMap::new(),
            modes: Vec::new(),
            fees: Vec::new(),
            firsts: BTreeMap::new(),
            closed: Vec::new(),
            carried: 0,
            now: NOW,
            clock: NOW,
            asked: 0,
            proposals: Vec::new(),
        };
        naive.open(1, open);
        naive
    }

    pub(crate) fn ask(&mut self, ask: &Ask) -> Said {
        self.asked += 1;
        match ask {
            Ask::Post { txs, balances } => self.post_all(txs, *balances),
            Ask::Cancel { id, time } => self.cancel(*id, *time),
            Ask::Locate { id } if self.firsts.contains_key(id) => Said::Done,
            Ask::Locate { .. } => Said::Rejected(Rejection::UnknownTransaction),
            Ask::SetState { account, state, payment } => done(self.set_state(*account, *state, *payment)),
            Ask::SetHot { account, hot } => done(self.set_hot(*account, *hot)),
            Ask::SetReserve { account, amount } => done(self.set_reserve(*account, *amount)),
            Ask::SetLimits { account, limits } => done(self.set_limits(*account, limits)),
            Ask::Expecting { current, change } => self.expecting(*current, change),
            Ask::Propose { .. } => self.propose(ask),
            Ask::Decide { who, number, end, shown } => self.decide(*who, *number, *end, *shown),
            Ask::Proposals => Said::Proposals(self.proposals()),
            Ask::CloseDay { entity, next, carry, forced } => {
                done(self.close_day(*entity, *next, carry, *forced))
            }
            Ask::MapType { entity, subject, from } => done(self.map_type(*entity, subject, *from)),
            Ask::SetMode { entity, kind, mode, from } => done(self.set_mode(*entity, kind, mode, *from)),
            Ask::SetFees { entity, rules, from } => done(self.set_fees(*entity, rules, *from)),
            Ask::OpenSubjects { entity, subjects } => {
                Said::Opened(subjects.iter().map(|one| self.open_subject(*entity, one)).collect())
            }
            Ask::Read(accounts) => Said::Views(accounts.iter().map(|account| self.view(*account)).collect()),
            Ask::Holds(account) => self.holds(*account).map_or_else(Said::Rejected, Said::Holds),
            Ask::Trial => Said::Lines(self.lines()),
            Ask::Open { from, to } => Said::Opened(self.open(*from, *to)),
            Ask::Wait { until } => {
                self.wait(*until);
                Said::Done
            }
        }
    }

    /// How many records of its own a request leaves in the log, apart from transactions.
    pub(crate) fn records(&self, ask: &Ask) -> usize {
        self.records_of(ask, &self.clone().ask(ask))
    }

    /// The same, of a request to which it will say this.
    pub(crate) fn records_of(&self, ask: &Ask, said: &Said) -> usize {
        let is_done = *said == Said::Done;
        let ask = ask.change();
        match (ask, said) {
            (
                Ask::SetState { .. }
                | Ask::SetReserve { .. }
                | Ask::SetLimits { .. }
                | Ask::MapType { .. }
                | Ask::SetMode { .. }
                | Ask::SetFees { .. },
                _,
            ) => usize::from(is_done),
            (Ask::SetHot { account, hot }, _) => usize::from(self.hot.contains(account) != *hot && is_done),
            (Ask::Propose { .. } | Ask::Decide { .. }, _) => self.records_of_two(ask),
            (Ask::CloseDay { entity, next, .. }, _) => usize::from(*next > self.dates[*entity] && is_done),
            (Ask::Open { .. } | Ask::OpenSubjects { .. }, Said::Opened(opened)) => {
                opened.iter().filter(|one| matches!(one, Ok((_, false)))).count()
            }
            _ => 0,
        }
    }

    /// Natural balances.
    pub(crate) fn balances(&self) -> BTreeMap<u64, i128> {
        self.accounts.iter().map(|(id, account)| (*id, account.balance)).collect()
    }

    /// Debit and credit turnover by account and date, where something was posted.
    pub(crate) fn turnovers(&self) -> BTreeMap<(u64, u32), (i128, i128)> {
        let of = |(id, account): (&u64, &Account)| {
            let id = *id;
            account.turnover.clone().into_iter().map(move |(date, sums)| ((id, date), sums))
        };
        self.accounts.iter().flat_map(of).collect()
    }

    /// What happened on an account, in order.
    pub(crate) fn seen(&self, account: u64) -> &[Seen] {
        &self.accounts[&account].seen
    }

    /// The figures of the lines on the dates that were closed.
    pub(crate) fn closed(&self) -> &[ClosedLine] {
        &self.closed
    }

    /// How often income and expense were carried forward.
    pub(crate) fn carried(&self) -> usize {
        self.carried
    }

    fn post_all(&mut self, txs: &[Tx], want: bool) -> Said {
        let mut results = Vec::new();
        let mut balances = Vec::new();
        for (index, tx) in (0..).zip(txs) {
            let said = self.post(tx);
            if want && said.rejection.is_none() && !said.repeated {
                for leg in self.posted_legs(tx.id) {
                    balances.push(LegSaid {
                        transaction: index,
                        step: leg.step,
                        account: leg.account,
                        balance: self.balance_after(tx.id, &leg),
                    });
                }
            }
            results.push(said);
        }
        Said::Results { results, balances }
    }

    fn balance_after(&self, id: u128, leg: &TxLeg) -> i128 {
        let seen = &self.accounts[&leg.account].seen;
        seen.iter().rev().find(|seen| (seen.0, seen.1) == (id, leg.step)).unwrap().4
    }

    /// Lets time pass: holds whose moment has come release by themselves.
    fn wait(&mut self, until: u32) {
        (self.now, self.clock) = (self.now.max(until), self.clock.max(until));
        self.expire();
    }

    fn expire(&mut self) {
        self.end_proposals();
        let now = self.now;
        for hold in self.accounts.values_mut().flat_map(|account| account.holds.values_mut()) {
            if hold.remaining > 0 && hold.expires.is_some_and(|moment| moment <= now) {
                (hold.remaining, hold.expired) = (0, true);
            }
        }
    }
}

impl Account {
    fn new(mut spec: Spec, subject: &'static str) -> Account {
        // What is only noted has no funds.
        spec.may_go_negative |= spec.subject().class == "memo";
        Account {
            spec,
            subject,
            state: 1,
            payment: 1,
            balance: 0,
            overdraft: spec.overdraft,
            credit_limit: spec.credit_limit,
            transaction_limit: None,
            day_limit: None,
            reserve: 0,
            holds: BTreeMap::new(),
            turnover: BTreeMap::new(),
            used: BTreeMap::new(),
            taken_off: None,
            seen: Vec::new(),
        }
    }

    fn frozen(&self) -> i128 {
        self.holds.values().map(|hold| i128::from(hold.remaining)).sum()
    }

    fn use_limit(&mut self, debit: i128, date: u32) {
        if self.has_limits() || self.taken_off == Some(date) {
            *self.used.entry(date).or_default() += debit;
        }
    }

    fn has_limits(&self) -> bool {
        self.transaction_limit.is_some() || self.day_limit.is_some()
    }

    /// What may still go out: the balance without holds and reserve, with the overdraft limit.
    fn available(&self) -> i128 {
        self.balance - self.frozen() - i128::from(self.reserve) + i128::from(self.overdraft)
    }

    /// What a leg moves, on the subject's normal side.
    fn natural(&self, leg: &TxLeg) -> i128 {
        let amount = i128::from(leg.amount);
        if self.spec.subject().debit_normal == leg.debit { amount } else { -amount }
    }
}

fn done(result: Result<(), Rejection>) -> Said {
    result.map_or_else(Said::Rejected, |()| Said::Done)
}

fn refused((rejection, step): Refusal) -> TxSaid {
    TxSaid { rejection: Some(rejection), step, repeated: false }
}
