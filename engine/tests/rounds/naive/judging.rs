//! What refuses a transaction, in the order of precedence.

use std::collections::{BTreeMap, BTreeSet};

use longmen_engine::ledger::Rejection;

use super::{Account, Fate, Naive, Record, Refusal};
use crate::script::{Act, Tx, TxLeg};

const REFUND_WINDOW: u32 = 365;
/// Refunds of this type are taken for two days only, see the harness's settings.
pub(crate) const SHORT_TYPE: &str = "flash_sale";
pub(crate) const SHORT_WINDOW: u32 = 2;

/// Refunds of this type go by way of these accounts too.
pub(crate) const CLEARING_TYPE: &str = "cleared";
pub(crate) const CLEARING: [u64; 2] = [9, 17];

/// What a transaction does to a hold.
pub(super) enum Touch {
    Freeze { amount: i64, judicial: bool },
    Raise { amount: i64, authority: &'static str, expires: Option<u32> },
    Release(Option<i64>, &'static str),
    Spend { amount: i64, authority: &'static str, forced: bool },
    Restore(i64),
    Abandon,
}

/// The groups of the order of precedence behind shape and id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Existence,
    Date,
    Original,
    AccountState,
    PaymentState,
    Funds,
    Limits,
}

/// What was found against a transaction.
#[derive(Default)]
pub(super) struct Findings(Vec<(Group, u16, Rejection)>);

impl Findings {
    pub(super) fn add(&mut self, group: Group, step: u16, rejection: Rejection) {
        self.0.push((group, step, rejection));
    }

    /// The first group; within it the first step; within that what was found first.
    fn first(&self) -> Option<Refusal> {
        self.0.iter().min_by_key(|(group, step, _)| (*group, *step)).map(|(_, step, code)| (*code, *step))
    }
}

impl Naive {
    /// Shape, which is answered and forgotten.
    pub(super) fn judge_shape(&self, tx: &Tx, legs: &[TxLeg]) -> Result<(), Refusal> {
        self.judge_act(tx, legs)?;
        self.judge_booking(tx, legs)
    }

    fn judge_act(&self, tx: &Tx, legs: &[TxLeg]) -> Result<(), Refusal> {
        let named = match tx.act {
            Act::Raise { hold, .. } | Act::Unfreeze { hold, .. } | Act::Consume { hold, .. } => Some(hold),
            _ => tx.act.original(),
        };
        // Zero is no name of anything.
        if tx.id == 0 || named == Some(0) {
            return Err((Rejection::Malformed, 0));
        }
        let forced = matches!(tx.act, Act::Consume { forced: true, .. } | Act::Reverse { forced: true, .. });
        if forced && !tx.approved {
            return Err((Rejection::Malformed, 0));
        }
        match &tx.act {
            Act::Freeze { account, amount, currency, .. } => {
                if *amount <= 0 {
                    return Err((Rejection::InvalidAmount, 0));
                }
                let found = self.accounts.get(account);
                let differs = found.is_some_and(|account| account.spec.currency != *currency);
                if differs { Err((Rejection::CurrencyMismatch, 0)) } else { Ok(()) }
            }
            Act::Raise { amount, .. } if *amount <= 0 => Err((Rejection::InvalidAmount, 0)),
            Act::Raise { hold, currency, .. } => {
                let held = self.held_account(*hold).map(|account| &self.accounts[&account]);
                let differs = held.is_some_and(|account| account.spec.currency != *currency);
                if differs { Err((Rejection::CurrencyMismatch, 0)) } else { Ok(()) }
            }
            Act::Charge { amount, .. } | Act::GiveBack { amount, .. } if *amount <= 0 => {
                Err((Rejection::InvalidAmount, 0))
            }
            Act::Charge { .. } | Act::GiveBack { .. } if legs.is_empty() => Ok(()),
            Act::Charge { .. } | Act::GiveBack { .. } => self.judge_legs(legs),
            Act::Unfreeze { amount: Some(amount), .. } if *amount <= 0 => Err((Rejection::InvalidAmount, 0)),
            Act::Unfreeze { .. } | Act::Reverse { .. } | Act::Confirm { .. } | Act::CancelTry { .. } => {
                Ok(())
            }
            Act::Post | Act::Refund { .. } => self.judge_legs(legs),
            Act::Try { .. } => {
                self.judge_legs(legs)?;
                let checked =
                    |leg: &&TxLeg| self.accounts.get(&leg.account).is_some_and(|a| !a.spec.may_go_negative);
                let holds = |leg: &&TxLeg| self.taken(leg.account, legs) > i128::from(i64::MAX);
                match legs.iter().find(|leg| checked(leg) && holds(leg)) {
                    Some(leg) => Err((Rejection::InvalidAmount, leg.step)),
                    None => Ok(()),
                }
            }
            Act::Consume { hold, amount, .. } => {
                self.judge_legs(legs)?;
                if *amount <= 0 {
                    return Err((Rejection::InvalidAmount, 0));
                }
                let held = self.held_account(*hold);
                let differs = held.is_some_and(|account| self.taken(account, legs) != i128::from(*amount));
                if differs { Err((Rejection::InvalidAmount, 0)) } else { Ok(()) }
            }
        }
    }

    /// What the legs are, whether they balance per entity and currency, amounts, single entry off the balance sheet,
    /// currencies.
    fn judge_legs(&self, legs: &[TxLeg]) -> Result<(), Refusal> {
        let mut steps: Vec<u16> = legs.iter().map(|leg| leg.step).collect();
        steps.sort_unstable();
        steps.dedup();
        if steps.is_empty() || steps != legs.iter().map(|leg| leg.step).collect::<Vec<_>>() {
            return Err((Rejection::Malformed, 0));
        }
        let off =
            |leg: &TxLeg| self.accounts.get(&leg.account).map(|a| a.spec.subject().class == "off_balance");
        let is_off = legs.iter().all(|leg| off(leg) == Some(true));
        if !is_off && !self.balance(legs) {
            return Err((Rejection::Unbalanced, 0));
        }
        if let Some(leg) = legs.iter().find(|leg| leg.amount <= 0) {
            return Err((Rejection::InvalidAmount, leg.step));
        }
        let is_mixed =
            legs.iter().any(|leg| off(leg) == Some(true)) && legs.iter().any(|leg| off(leg) == Some(false));
        if is_mixed {
            return Err((Rejection::MixedOffBalance, 0));
        }
        let differs =
            |leg: &&TxLeg| self.accounts.get(&leg.account).is_some_and(|a| a.spec.currency != leg.currency);
        match legs.iter().find(differs) {
            Some(leg) => Err((Rejection::CurrencyMismatch, leg.step)),
            None => Ok(()),
        }
    }

    fn balance(&self, legs: &[TxLeg]) -> bool {
        // Within one entity an unknown account is taken to belong to it; over several it belongs to none.
        let entities = legs.iter().filter_map(|leg| self.accounts.get(&leg.account)).map(|a| a.spec.entity);
        let entities: BTreeSet<usize> = entities.collect();
        let mut sums: BTreeMap<(Option<usize>, &str), i128> = BTreeMap::new();
        for leg in legs {
            let entity = self.accounts.get(&leg.account).map(|a| a.spec.entity);
            let entity = if entities.len() > 1 { entity } else { None };
            let signed = if leg.debit { i128::from(leg.amount) } else { -i128::from(leg.amount) };
            *sums.entry((entity, leg.currency)).or_default() += signed;
        }
        sums.values().all(|sum| *sum == 0)
    }

    /// Whether a try was decided otherwise.
    pub(super) fn judge_second_step(&self, tx: &Tx) -> Option<Rejection> {
        let (Act::Confirm { original } | Act::CancelTry { original }) = tx.act else { return None };
        let record = self.found(original).filter(|record| is_standing_try(record))?;
        match record.fate {
            Fate::Cancelled => Some(Rejection::Cancelled),
            Fate::Confirmed => Some(Rejection::AlreadyPosted),
            Fate::Standing | Fate::Reversed => None,
        }
    }

    /// Existence, date, original and hold, states, funds, limits; gives the accounting date.
    pub(super) fn judge(&self, tx: &Tx, legs: &[TxLeg]) -> Result<u32, Refusal> {
        let mut found = Findings::default();
        self.judge_existence(tx, legs, &mut found);
        if let Some(refusal) = found.first() {
            return Err(refusal);
        }
        let date = self.judge_date(tx, legs, &mut found);
        self.judge_original(tx, legs, &mut found);
        let posts = !matches!(tx.act, Act::Try { .. });
        let forced = matches!(tx.act, Act::Reverse { forced: true, .. });
        let touches = self.touches(tx, legs);
        let legs = if posts { legs } else { &[] };
        self.judge_holds(&touches, &mut found);
        self.judge_states(&touches, legs, forced, &mut found);
        if !forced {
            self.judge_funds(&touches, legs, date, &mut found);
        }
        found.first().map_or(Ok(date), Err)
    }

    fn judge_existence(&self, tx: &Tx, legs: &[TxLeg], found: &mut Findings) {
        match &tx.act {
            Act::Charge { payer: account, .. } | Act::Freeze { account, .. }
                if !self.accounts.contains_key(account) =>
            {
                found.add(Group::Existence, 0, Rejection::UnknownAccount);
            }
            Act::Freeze { account, .. } if self.is_memo(*account) => {
                found.add(Group::Existence, 0, Rejection::WrongClass);
            }
            Act::Raise { hold, .. } | Act::Unfreeze { hold, .. } | Act::Consume { hold, .. }
                if self.held_account(*hold).is_none() =>
            {
                found.add(Group::Existence, 0, Rejection::UnknownFreeze);
            }
            _ => {}
        }
        if let Some(id) = tx.act.original() {
            let undoable = |record: &&Record| record.refused.is_none() && may_name(&tx.act, &record.tx.act);
            if self.found(id).filter(undoable).is_none() {
                found.add(Group::Existence, 0, Rejection::UnknownOriginal);
            }
        }
        for leg in legs.iter().filter(|leg| !self.accounts.contains_key(&leg.account)) {
            found.add(Group::Existence, leg.step, Rejection::UnknownAccount);
        }
    }

    fn judge_date(&self, tx: &Tx, legs: &[TxLeg], found: &mut Findings) -> u32 {
        let dates: Vec<u32> = match &tx.act {
            Act::Freeze { account, .. } => vec![self.date_of(*account)],
            Act::Raise { hold, .. } | Act::Unfreeze { hold, .. } => {
                self.held_account(*hold).map(|a| self.date_of(a)).into_iter().collect()
            }
            Act::GiveBack { original, .. } if legs.is_empty() => {
                self.record(*original).legs.iter().map(|leg| self.date_of(leg.account)).collect()
            }
            Act::CancelTry { original } => {
                let record = self.record(*original);
                let held = record.held.iter().map(|(account, ..)| *account);
                let first = held.chain(record.legs.iter().map(|leg| leg.account)).next();
                first.map(|account| self.date_of(account)).into_iter().collect()
            }
            _ => legs.iter().map(|leg| self.date_of(leg.account)).collect(),
        };
        let date = dates[0];
        let agreed = tx.accounting_date.is_none_or(|wanted| wanted == date);
        if dates.iter().any(|other| *other != date) || !agreed {
            found.add(Group::Date, 0, Rejection::DateClosed);
        }
        // Ten days ahead of the later of the books' date and the clock's, ten years back.
        let latest = date.max(self.clock / 86_400) + 10;
        if tx.value_date.is_some_and(|value| value > latest || value + 3_653 < date) {
            found.add(Group::Date, 0, Rejection::ValueDate);
        }
        date
    }

    fn judge_original(&self, tx: &Tx, legs: &[TxLeg], found: &mut Findings) {
        match tx.act {
            Act::Freeze { expires: Some(moment), .. }
            | Act::Raise { expires: Some(moment), .. }
            | Act::Try { expires: Some(moment) }
                if moment <= self.now =>
            {
                found.add(Group::Original, 0, Rejection::FreezeExpired);
            }
            Act::Reverse { original, .. } => {
                let record = self.record(original);
                if record.fate == Fate::Reversed {
                    found.add(Group::Original, 0, Rejection::AlreadyReversed);
                } else if self.nets(&self.refunded(record, None)).iter().any(|(_, net, _)| *net != 0) {
                    found.add(Group::Original, 0, Rejection::RefundExceeded);
                }
                if let Act::Refund { original: refunded } | Act::GiveBack { original: refunded, .. } =
                    record.tx.act
                    && record.fate != Fate::Reversed
                {
                    let refunded = self.record(refunded);
                    if !self.may_refund(refunded, &self.refunded(refunded, Some(original))) {
                        found.add(Group::Original, 0, Rejection::RefundExceeded);
                    }
                }
            }
            Act::Refund { original } | Act::GiveBack { original, .. } => {
                let record = self.record(original);
                if record.fate == Fate::Reversed {
                    found.add(Group::Original, 0, Rejection::AlreadyReversed);
                    return;
                }
                let all = [self.refunded(record, None), legs.to_vec()].concat();
                if !self.may_refund(record, &all) {
                    found.add(Group::Original, 0, Rejection::RefundExceeded);
                }
                if !self.is_in_window(record) {
                    found.add(Group::Original, 0, Rejection::RefundWindow);
                }
                if matches!(tx.act, Act::GiveBack { .. }) && legs.is_empty() {
                    found.add(Group::Original, 0, Rejection::RefundExceeded);
                }
            }
            _ => {}
        }
    }

    /// Whether an original may still be refunded today.
    pub(super) fn is_in_window(&self, original: &Record) -> bool {
        let window = if original.tx.kind == SHORT_TYPE { SHORT_WINDOW } else { REFUND_WINDOW };
        let first = original.legs.first().expect("what can be refunded has legs");
        self.date_of(first.account) <= original.date + window
    }

    /// The legs of all refunds of an original that stand, without one of them.
    fn refunded(&self, original: &Record, without: Option<u128>) -> Vec<TxLeg> {
        let refunds = original.refunds.iter().filter(|id| Some(**id) != without).map(|id| self.record(*id));
        refunds
            .filter(|refund| refund.fate == Fate::Standing)
            .flat_map(|refund| refund.legs.clone())
            .collect()
    }

    /// Whether refunds of an original may come to these legs: they give back, to nobody more than was taken from him, by
    /// those who got something, in all no more than they got in that entity and currency; or they go the original's own
    /// way, on no account further than it did; the one or the other in all entities and currencies. Accounts that it did not move stay as they are, but those of its type's
    /// clearing.
    fn may_refund(&self, original: &Record, legs: &[TxLeg]) -> bool {
        let undone = original.fate == Fate::Reversed;
        let did = if undone { BTreeMap::new() } else { self.debit_nets(&original.legs) };
        let clearing: &[u64] = if original.tx.kind == CLEARING_TYPE { &CLEARING } else { &[] };
        let mut units: BTreeMap<_, Vec<(u64, i128, i128)>> = BTreeMap::new();
        let mut given = self.debit_nets(legs);
        did.keys().for_each(|account| *given.entry(*account).or_default() += 0);
        for (account, given) in given {
            let spec = self.accounts[&account].spec;
            let did = did.get(&account).copied().unwrap_or(0);
            units.entry((spec.entity, spec.currency)).or_default().push((account, did, given));
        }
        let judged = units.values().map(|nets| {
            let debits: i128 = nets.iter().map(|(_, did, _)| (*did).max(0)).sum();
            let credits: i128 = nets.iter().map(|(_, did, _)| (-*did).max(0)).sum();
            let most = debits.max(credits);
            let stays = |(account, did, given): &(u64, i128, i128)| {
                *did != 0 || *given == 0 || clearing.contains(account) && given.abs() <= most
            };
            let known = || nets.iter().filter(|(_, did, _)| *did != 0);
            let payers = known().all(|(_, did, given)| *did < 0 || (-*did..=0).contains(given));
            let payees = known().all(|(_, did, given)| *did > 0 || *given >= 0);
            let returned: i128 = known().filter(|(_, did, _)| *did < 0).map(|(.., given)| given).sum();
            let own_way = known().all(|(_, did, given)| did * given >= 0 && given.abs() <= did.abs());
            (nets.iter().all(stays), payers && payees && returned <= credits, own_way)
        });
        let judged: Vec<(bool, bool, bool)> = judged.collect();
        judged.iter().all(|(stays, ..)| *stays)
            && (judged.iter().all(|(_, back, _)| *back) || judged.iter().all(|(.., own_way)| *own_way))
    }

    fn debit_nets(&self, legs: &[TxLeg]) -> BTreeMap<u64, i128> {
        let mut nets = BTreeMap::new();
        for leg in legs {
            let signed = if leg.debit { i128::from(leg.amount) } else { -i128::from(leg.amount) };
            *nets.entry(leg.account).or_default() += signed;
        }
        nets
    }

    /// What a transaction does to holds: account, hold, touch.
    pub(super) fn touches(&self, tx: &Tx, legs: &[TxLeg]) -> Vec<(u64, u128, Touch)> {
        match &tx.act {
            Act::Post | Act::Refund { .. } | Act::Charge { .. } | Act::GiveBack { .. } => vec![],
            Act::Freeze { account, amount, judicial, .. } => {
                vec![(*account, tx.id, Touch::Freeze { amount: *amount, judicial: *judicial })]
            }
            Act::Raise { hold, amount, authority, expires, .. } => {
                let account = self.held_account(*hold).unwrap();
                let (amount, expires) = (*amount, *expires);
                vec![(account, *hold, Touch::Raise { amount, authority, expires })]
            }
            Act::Unfreeze { hold, amount, authority } => {
                let account = self.held_account(*hold).unwrap();
                vec![(account, *hold, Touch::Release(*amount, authority))]
            }
            Act::Consume { hold, amount, authority, forced } => {
                let account = self.held_account(*hold).unwrap();
                let spend = Touch::Spend { amount: *amount, authority, forced: *forced };
                vec![(account, *hold, spend)]
            }
            Act::Reverse { original, .. } => {
                let consumed = &self.record(*original).held;
                let consumed =
                    consumed.iter().filter(|_| matches!(self.record(*original).tx.act, Act::Consume { .. }));
                consumed.map(|(account, hold, amount)| (*account, *hold, Touch::Restore(*amount))).collect()
            }
            Act::Try { .. } => {
                let accounts: BTreeSet<u64> = legs.iter().map(|leg| leg.account).collect();
                let checked =
                    accounts.into_iter().filter(|account| !self.accounts[account].spec.may_go_negative);
                let taken = checked.map(|account| (account, self.taken(account, legs)));
                let taken = taken.filter(|(_, amount)| *amount > 0);
                let freeze = |amount| Touch::Freeze { amount: amount as i64, judicial: false };
                taken.map(|(account, amount)| (account, tx.id, freeze(amount))).collect()
            }
            Act::Confirm { original } => {
                let spend = |amount| Touch::Spend { amount, authority: "", forced: false };
                let held = self.record(*original).held.iter();
                held.map(|(account, hold, amount)| (*account, *hold, spend(*amount))).collect()
            }
            Act::CancelTry { original } => {
                let held = self.record(*original).held.iter();
                held.map(|(account, hold, _)| (*account, *hold, Touch::Abandon)).collect()
            }
        }
    }

    /// What legs take from an account.
    fn taken(&self, account: u64, legs: &[TxLeg]) -> i128 {
        let of = legs.iter().filter(|leg| leg.account == account);
        of.map(|leg| -self.accounts[&account].natural(leg)).sum()
    }

    /// The account of a hold that may be named: those of a try move with it alone.
    fn held_account(&self, hold: u128) -> Option<u64> {
        let holds = |account: &Account| account.holds.get(&hold).is_some_and(|hold| !hold.of_try);
        self.accounts.iter().find(|(_, account)| holds(account)).map(|(id, _)| *id)
    }

    pub(super) fn date_of(&self, account: u64) -> u32 {
        self.dates[self.accounts[&account].spec.entity]
    }
}

fn is_standing_try(record: &Record) -> bool {
    record.refused.is_none() && matches!(record.tx.act, Act::Try { .. })
}

/// Whether what names an original may name one that did this.
pub(super) fn may_name(act: &Act, original: &Act) -> bool {
    match act {
        Act::Reverse { .. } => {
            matches!(original, Act::Post | Act::Consume { .. } | Act::Refund { .. } | Act::Confirm { .. })
                || matches!(original, Act::Charge { .. } | Act::GiveBack { .. })
        }
        Act::Refund { .. } | Act::GiveBack { .. } => {
            matches!(original, Act::Post | Act::Consume { .. } | Act::Confirm { .. } | Act::Charge { .. })
        }
        _ => matches!(original, Act::Try { .. }),
    }
}
