//! A naive serial ledger: one request at a time, in order of arrival, over plain maps. Written from the domain's
//! rules alone; of the engine it knows the rejections' names.

use std::collections::{BTreeMap, BTreeSet};

use longmen_engine::ledger::Rejection;

use super::script::{
    Ask, ENTITIES, LegSaid, LineSaid, NOW, START, Said, Seen, Spec, Tx, TxLeg, TxSaid, View,
};

const DAY: u32 = 86_400;
const WINDOW_BACK: u32 = 3 * DAY;
const WINDOW_AHEAD: u32 = 3_600;

#[derive(Clone, Debug)]
struct Account {
    spec: Spec,
    state: u8,
    payment: u8,
    /// Natural.
    balance: i128,
    /// Debits and credits by date.
    turnover: BTreeMap<u32, (i128, i128)>,
    seen: Vec<Seen>,
}

#[derive(Clone, Debug)]
enum First {
    Cancelled,
    Decided { legs: Vec<TxLeg>, value_date: Option<u32>, refused: Option<(Rejection, u16)> },
}

/// The naive ledger.
#[derive(Clone, Debug)]
pub(crate) struct Naive {
    chart: &'static [Spec],
    accounts: BTreeMap<u64, Account>,
    /// The accounts that a batching actor posts to.
    hot: BTreeSet<u64>,
    dates: [u32; 2],
    firsts: BTreeMap<u128, First>,
}

type Refusal = (Rejection, u16);

impl Naive {
    /// A ledger with the first `open` accounts of a chart, of which some are hot.
    pub(crate) fn new(chart: &'static [Spec], open: u64, hot: &[u64]) -> Naive {
        let hot = hot.iter().copied().collect();
        let (accounts, firsts) = (BTreeMap::new(), BTreeMap::new());
        let mut naive = Naive { chart, accounts, hot, dates: [START; 2], firsts };
        naive.open(1, open);
        naive
    }

    pub(crate) fn ask(&mut self, ask: &Ask) -> Said {
        match ask {
            Ask::Post { txs, balances } => self.post_all(txs, *balances),
            Ask::Cancel { id, time } => {
                Said::Results { results: vec![self.cancel(*id, *time)], balances: vec![] }
            }
            Ask::Locate { id } if self.firsts.contains_key(id) => Said::Done,
            Ask::Locate { .. } => Said::Rejected(Rejection::UnknownTransaction),
            Ask::SetState { account, state, payment } => done(self.set_state(*account, *state, *payment)),
            Ask::SetHot { account, hot } => done(self.set_hot(*account, *hot)),
            Ask::CloseDay { entity, next } => done(self.close_day(*entity, *next)),
            Ask::Read(accounts) => Said::Views(accounts.iter().map(|account| self.view(*account)).collect()),
            Ask::Trial => Said::Lines(self.lines()),
            Ask::Open { from, to } => Said::Opened(self.open(*from, *to)),
        }
    }

    /// How many records of its own a request leaves in the log, apart from transactions.
    pub(crate) fn records(&self, ask: &Ask) -> usize {
        match ask {
            Ask::SetState { account, state, payment } => {
                usize::from(self.clone().set_state(*account, *state, *payment).is_ok())
            }
            Ask::SetHot { account, hot } => {
                let changes = self.hot.contains(account) != *hot;
                usize::from(changes && self.clone().set_hot(*account, *hot).is_ok())
            }
            Ask::CloseDay { entity, next } => usize::from(*next > self.dates[*entity]),
            Ask::Open { from, to } => (*from..=*to).filter(|id| !self.accounts.contains_key(id)).count(),
            _ => 0,
        }
    }

    /// Natural balances.
    pub(crate) fn balances(&self) -> BTreeMap<u64, i128> {
        self.accounts.iter().map(|(id, account)| (*id, account.balance)).collect()
    }

    /// Debit and credit turnover by account and date, where there is any.
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

    fn open(&mut self, from: u64, to: u64) -> Vec<(u64, bool)> {
        let mut opened = Vec::new();
        for id in from..=to {
            let existed = self.accounts.contains_key(&id);
            opened.push((id, existed));
            let spec = self.chart[id as usize - 1];
            self.accounts.entry(id).or_insert(Account {
                spec,
                state: 1,
                payment: 1,
                balance: 0,
                turnover: BTreeMap::new(),
                seen: Vec::new(),
            });
        }
        opened
    }

    fn post_all(&mut self, txs: &[Tx], want: bool) -> Said {
        let mut results = Vec::new();
        let mut balances = Vec::new();
        for (index, tx) in (0..).zip(txs) {
            let said = self.post(tx);
            if want && said.rejection.is_none() && !said.repeated {
                balances.extend(tx.legs.iter().map(|leg| LegSaid {
                    transaction: index,
                    step: leg.step,
                    account: leg.account,
                    balance: self.balance_after(tx.id, leg),
                }));
            }
            results.push(said);
        }
        Said::Results { results, balances }
    }

    fn balance_after(&self, id: u128, leg: &TxLeg) -> i128 {
        let seen = &self.accounts[&leg.account].seen;
        seen.iter().rev().find(|seen| (seen.0, seen.1) == (id, leg.step)).unwrap().4
    }

    fn post(&mut self, tx: &Tx) -> TxSaid {
        if let Err(refusal) = self.judge_shape(tx) {
            return refused(refusal);
        }
        match self.firsts.get(&tx.id) {
            Some(First::Cancelled) => return refused((Rejection::Cancelled, 0)),
            Some(First::Decided { legs, value_date, refused: result }) => {
                if *legs != tx.legs || *value_date != tx.value_date {
                    return refused((Rejection::IdempotencyConflict, 0));
                }
                let (rejection, step) = result.map_or((None, 0), |(rejection, step)| (Some(rejection), step));
                return TxSaid { rejection, step, repeated: true };
            }
            None => {}
        }
        if let Err(refusal) = judge_time(tx.time) {
            return refused(refusal);
        }
        let verdict = self.judge(tx);
        let (legs, value_date) = (tx.legs.clone(), tx.value_date);
        self.firsts.insert(tx.id, First::Decided { legs, value_date, refused: verdict.err() });
        match verdict {
            Err(refusal) => refused(refusal),
            Ok(date) => {
                tx.legs.iter().for_each(|leg| self.book(tx.id, leg, date));
                TxSaid { rejection: None, step: 0, repeated: false }
            }
        }
    }

    /// Shape, which is answered and forgotten: what it is, whether it balances per entity and currency, amounts,
    /// single entry off the balance sheet, currencies.
    fn judge_shape(&self, tx: &Tx) -> Result<(), Refusal> {
        let mut steps: Vec<u16> = tx.legs.iter().map(|leg| leg.step).collect();
        steps.sort_unstable();
        steps.dedup();
        if steps.is_empty() || steps != tx.legs.iter().map(|leg| leg.step).collect::<Vec<_>>() {
            return Err((Rejection::Malformed, 0));
        }
        let off =
            |leg: &TxLeg| self.accounts.get(&leg.account).map(|a| a.spec.subject().class == "off_balance");
        let is_off = tx.legs.iter().all(|leg| off(leg) == Some(true));
        if !is_off {
            // Within one entity an unknown account is taken to belong to it; over several it belongs to none.
            let entities =
                tx.legs.iter().filter_map(|leg| self.accounts.get(&leg.account)).map(|a| a.spec.entity);
            let entities: BTreeSet<usize> = entities.collect();
            let mut sums: BTreeMap<(Option<usize>, &str), i128> = BTreeMap::new();
            for leg in &tx.legs {
                let entity = self.accounts.get(&leg.account).map(|a| a.spec.entity);
                let entity = if entities.len() > 1 { entity } else { None };
                let signed = if leg.debit { i128::from(leg.amount) } else { -i128::from(leg.amount) };
                *sums.entry((entity, leg.currency)).or_default() += signed;
            }
            if sums.values().any(|sum| *sum != 0) {
                return Err((Rejection::Unbalanced, 0));
            }
        }
        if let Some(leg) = tx.legs.iter().find(|leg| leg.amount <= 0) {
            return Err((Rejection::InvalidAmount, leg.step));
        }
        if tx.legs.iter().any(|leg| off(leg) == Some(true)) && !is_off {
            return Err((Rejection::MixedOffBalance, 0));
        }
        let differs =
            |leg: &&TxLeg| self.accounts.get(&leg.account).is_some_and(|a| a.spec.currency != leg.currency);
        match tx.legs.iter().find(differs) {
            Some(leg) => Err((Rejection::CurrencyMismatch, leg.step)),
            None => Ok(()),
        }
    }

    /// Existence, date, states, funds, limits; gives the accounting date.
    fn judge(&self, tx: &Tx) -> Result<u32, Refusal> {
        if let Some(leg) = tx.legs.iter().find(|leg| !self.accounts.contains_key(&leg.account)) {
            return Err((Rejection::UnknownAccount, leg.step));
        }
        let date_of = |leg: &TxLeg| self.dates[self.accounts[&leg.account].spec.entity];
        let date = date_of(&tx.legs[0]);
        if tx.legs.iter().any(|leg| date_of(leg) != date) {
            return Err((Rejection::DateClosed, 0));
        }
        for (rejection, lets) in [
            (Rejection::AccountState, account_state_lets as fn(&Account, bool) -> bool),
            (Rejection::PaymentState, payment_state_lets),
        ] {
            if let Some(leg) = tx.legs.iter().find(|leg| !lets(&self.accounts[&leg.account], leg.debit)) {
                return Err((rejection, leg.step));
            }
        }
        let nets = self.nets(tx);
        let short = |(id, net, _): &&(u64, i128, u16)| {
            let account = &self.accounts[id];
            let available = account.balance + i128::from(account.spec.overdraft);
            *net < 0 && !account.spec.may_go_negative && available + net < 0
        };
        if let Some((.., step)) = nets.iter().find(short) {
            return Err((Rejection::InsufficientFunds, *step));
        }
        let over = |(id, net, _): &&(u64, i128, u16)| {
            let account = &self.accounts[id];
            *net > 0
                && account.spec.credit_limit.is_some_and(|limit| account.balance + net > i128::from(limit))
        };
        match nets.iter().find(over) {
            Some((.., step)) => Err((Rejection::LimitExceeded, *step)),
            None => Ok(date),
        }
    }

    /// The net natural effect on each account, with its first step, in that order.
    fn nets(&self, tx: &Tx) -> Vec<(u64, i128, u16)> {
        let mut nets: Vec<(u64, i128, u16)> = Vec::new();
        for leg in &tx.legs {
            let natural = self.natural(leg);
            match nets.iter_mut().find(|net| net.0 == leg.account) {
                Some(net) => net.1 += natural,
                None => nets.push((leg.account, natural, leg.step)),
            }
        }
        nets
    }

    fn natural(&self, leg: &TxLeg) -> i128 {
        let same = self.accounts[&leg.account].spec.subject().debit_normal == leg.debit;
        if same { i128::from(leg.amount) } else { -i128::from(leg.amount) }
    }

    fn book(&mut self, id: u128, leg: &TxLeg, date: u32) {
        let natural = self.natural(leg);
        let account = self.accounts.get_mut(&leg.account).unwrap();
        account.balance += natural;
        let (debits, credits) = account.turnover.entry(date).or_default();
        *(if leg.debit { debits } else { credits }) += i128::from(leg.amount);
        account.seen.push((id, leg.step, leg.debit, leg.amount, account.balance));
    }

    fn cancel(&mut self, id: u128, time: u32) -> TxSaid {
        match self.firsts.get(&id) {
            Some(First::Decided { refused: None, .. }) => refused((Rejection::AlreadyPosted, 0)),
            Some(_) => TxSaid { rejection: None, step: 0, repeated: true },
            None => match judge_time(time) {
                Err(refusal) => refused(refusal),
                Ok(()) => {
                    self.firsts.insert(id, First::Cancelled);
                    TxSaid { rejection: None, step: 0, repeated: false }
                }
            },
        }
    }

    fn set_state(&mut self, id: u64, state: Option<u8>, payment: Option<u8>) -> Result<(), Rejection> {
        let account = self.accounts.get_mut(&id).ok_or(Rejection::UnknownAccount)?;
        if account.state == 0 {
            return Err(Rejection::AccountState);
        }
        if state == Some(0) && account.balance != 0 {
            return Err(Rejection::NotEmpty);
        }
        account.state = state.unwrap_or(account.state);
        account.payment = payment.unwrap_or(account.payment);
        Ok(())
    }

    fn set_hot(&mut self, id: u64, hot: bool) -> Result<(), Rejection> {
        let account = self.accounts.get(&id).ok_or(Rejection::UnknownAccount)?;
        if self.hot.contains(&id) == hot {
            return Ok(());
        }
        if account.state == 0 {
            return Err(Rejection::AccountState);
        }
        if hot {
            self.hot.insert(id)
        } else {
            self.hot.remove(&id)
        };
        Ok(())
    }

    fn close_day(&mut self, entity: usize, next: u32) -> Result<(), Rejection> {
        if next < self.dates[entity] {
            return Err(Rejection::DateClosed);
        }
        self.dates[entity] = next;
        Ok(())
    }

    fn view(&self, id: u64) -> Result<View, Rejection> {
        let account = self.accounts.get(&id).ok_or(Rejection::UnknownAccount)?;
        let date = self.dates[account.spec.entity];
        let (debit, credit) = account.turnover.get(&date).copied().unwrap_or_default();
        Ok(View {
            account: id,
            balance: account.balance,
            available: account.balance + i128::from(account.spec.overdraft),
            state: account.state,
            payment: account.payment,
            date,
            opening: account.balance - natural_turnover(account, (debit, credit)),
            debit,
            credit,
        })
    }

    fn lines(&self) -> Vec<LineSaid> {
        let mut lines: BTreeMap<(usize, &str, &str), LineSaid> = BTreeMap::new();
        for account in self.accounts.values() {
            let spec = account.spec;
            let date = self.dates[spec.entity];
            let line = lines.entry((spec.entity, spec.subject, spec.currency)).or_insert(LineSaid {
                entity: ENTITIES[spec.entity].into(),
                subject: spec.subject.into(),
                currency: spec.currency.into(),
                date,
                opening: 0,
                debit: 0,
                credit: 0,
                closing: 0,
                accounts_total: 0,
                accounts: 0,
            });
            let today = account.turnover.get(&date).copied().unwrap_or_default();
            line.opening += account.balance - natural_turnover(account, today);
            line.debit += today.0;
            line.credit += today.1;
            line.closing += account.balance;
            line.accounts_total += account.balance;
            line.accounts += 1;
        }
        let mut lines: Vec<LineSaid> = lines.into_values().collect();
        lines.sort();
        lines
    }
}

fn done(result: Result<(), Rejection>) -> Said {
    result.map_or_else(Said::Rejected, |()| Said::Done)
}

fn refused((rejection, step): Refusal) -> TxSaid {
    TxSaid { rejection: Some(rejection), step, repeated: false }
}

fn judge_time(time: u32) -> Result<(), Refusal> {
    if time < NOW - WINDOW_BACK {
        return Err((Rejection::TooOld, 0));
    }
    if time > NOW + WINDOW_AHEAD { Err((Rejection::TooNew, 0)) } else { Ok(()) }
}

fn natural_turnover(account: &Account, (debit, credit): (i128, i128)) -> i128 {
    if account.spec.subject().debit_normal { debit - credit } else { credit - debit }
}

fn account_state_lets(account: &Account, debit: bool) -> bool {
    match account.state {
        1 => true,
        3 | 4 => !debit,
        _ => false,
    }
}

fn payment_state_lets(account: &Account, debit: bool) -> bool {
    match (account.state, account.payment) {
        (1, 0) => !debit,
        (1, 2) => false,
        (1, 4) => debit,
        // Normal and partial stop; loss and judicial freeze decide alone.
        _ => true,
    }
}
