//! The general ledger over a range of accounting dates (日计表, 月计表, 年报): figures of closed dates from the frames that
//! closed them, those of the current date from the shards.

use std::collections::BTreeMap;

use super::carried::CarriedLeg;
use super::{ClosedLine, History, HistoryError};
use crate::ledger::{
    AccountView, Currency, Date, EntityId, LineId, Side, SubjectClass, SummarySubject, TrialBalance,
    TrialLine,
};

/// The closed dates of an entity, asked for after the trial balance that stands for the current one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closings {
    pub entity: EntityId,
    /// Its current accounting date.
    pub current: Date,
    /// Its closed dates in order, each with the frame that closed it.
    pub closed: Vec<(Date, u64)>,
}

/// The general ledger of an entity at its leaves, over a range of accounting dates, up to one exact frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GeneralLedger {
    /// The first date asked for.
    pub from: Date,
    /// The last date asked for.
    pub to: Date,
    /// The accounting date that was current.
    pub current: Date,
    /// The frame up to which the current date counts.
    pub frame: u64,
    /// The accounting dates of the range.
    pub dates: Vec<Date>,
    /// The lines, by subject code and currency.
    pub lines: Vec<LedgerLine>,
    /// The subjects above the leaves.
    pub summaries: Vec<SummarySubject>,
}

/// One leaf subject in one currency. Balances are natural.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// The subject's code.
    pub subject: Box<str>,
    /// The subject's name.
    pub name: Box<str>,
    /// The subject's class.
    pub class: SubjectClass,
    /// The subject's normal side.
    pub normal: Side,
    pub currency: Currency,
    /// The balance before the first date of the range.
    pub opening: i128,
    /// Debit turnover of the range.
    pub debit: i128,
    /// Credit turnover of the range.
    pub credit: i128,
    /// The balance at the end of the last date of the range.
    pub closing: i128,
    /// What of the debit turnover carried forward at a year's end.
    pub carried_debit: i128,
    /// What of the credit turnover carried forward at a year's end.
    pub carried_credit: i128,
}

/// Debit-positive figures of a line.
#[derive(Clone, Copy, Default)]
struct Figures {
    opening: i128,
    debit: i128,
    credit: i128,
}

impl Figures {
    fn closing(self) -> i128 {
        self.opening + self.debit - self.credit
    }
}

impl From<&ClosedLine> for Figures {
    fn from(line: &ClosedLine) -> Figures {
        Figures { opening: line.opening, debit: line.debit, credit: line.credit }
    }
}

type Day = BTreeMap<LineId, Figures>;

impl History {
    /// The general ledger from one accounting date to another, both included; absent ends stand for the current date.
    /// `trial` is that of the entity alone. Where no accounting date lies in the range, there is no turnover and the
    /// balances are those before it. Also gives the legs that carried income and expense forward in the range: hand them
    /// to [`GeneralLedger::tell_carried`] with their accounts.
    ///
    /// # Errors
    /// [`HistoryError`], where a frame that closed a date cannot be read.
    pub fn general_ledger(
        &self,
        from: Option<Date>,
        to: Option<Date>,
        trial: &TrialBalance,
        closings: &Closings,
    ) -> Result<(GeneralLedger, Vec<CarriedLeg>), HistoryError> {
        // A date may have been closed since: the trial balance has it as it was, to the frame that it names.
        let current = trial.lines.first().map_or(closings.current, |line| line.date);
        let to = to.unwrap_or(current);
        let from = from.unwrap_or(to);
        let closed = || closings.closed.iter().copied().filter(move |(date, _)| *date < current);
        let today = current_day(trial);
        let (mut days, mut dates, mut legs) = (Vec::new(), Vec::new(), Vec::new());
        for (date, frame) in closed().filter(|(date, _)| (from..=to).contains(date)) {
            days.push(self.closed_day(closings.entity, date, frame)?);
            dates.push(date);
            legs.extend(self.carried_forward(frame, closings.entity, date)?);
        }
        if (from..=to).contains(&current) {
            days.push(today.clone());
            dates.push(current);
        }
        if days.is_empty() {
            let before = match closed().rfind(|(date, _)| *date < from) {
                _ if from > current => today,
                Some((date, frame)) => self.closed_day(closings.entity, date, frame)?,
                None => Day::new(),
            };
            let rest = |figures: Figures| Figures { opening: figures.closing(), ..Figures::default() };
            days.push(before.into_iter().map(|(line, figures)| (line, rest(figures))).collect());
        }
        let lines = trial.lines.iter().map(|line| ledger_line(line, &days)).collect();
        let (frame, summaries) = (trial.frame, trial.summaries.clone());
        Ok((GeneralLedger { from, to, current, frame, dates, lines, summaries }, legs))
    }

    fn closed_day(&self, entity: EntityId, date: Date, frame: u64) -> Result<Day, HistoryError> {
        let lines = self.closed_lines(frame, entity)?;
        Ok(lines.iter().filter(|line| line.date == date).map(|line| (line.line, line.into())).collect())
    }
}

/// The figures of the current date.
fn current_day(trial: &TrialBalance) -> Day {
    let figures = |line: &TrialLine| Figures {
        opening: line.normal.natural(line.opening),
        debit: line.debit,
        credit: line.credit,
    };
    trial.lines.iter().map(|line| (line.id, figures(line))).collect()
}

/// A line over days in order; a line that a closed day does not have had nothing.
fn ledger_line(line: &TrialLine, days: &[Day]) -> LedgerLine {
    let of = |day: &Day| day.get(&line.id).copied().unwrap_or_default();
    let natural = |balance| line.normal.natural(balance);
    LedgerLine {
        subject: line.subject.clone(),
        name: line.name.clone(),
        class: line.class,
        normal: line.normal,
        currency: line.currency,
        opening: days.first().map_or(0, |day| natural(of(day).opening)),
        debit: days.iter().map(|day| of(day).debit).sum(),
        credit: days.iter().map(|day| of(day).credit).sum(),
        closing: days.last().map_or(0, |day| natural(of(day).closing())),
        carried_debit: 0,
        carried_credit: 0,
    }
}

impl GeneralLedger {
    /// Says what of the turnovers of income and expense carried forward, given the accounts of the legs.
    pub fn tell_carried<'a>(&mut self, legs: &[CarriedLeg], accounts: impl Iterator<Item = &'a AccountView>) {
        let accounts: BTreeMap<_, _> = accounts.map(|account| (account.id, account)).collect();
        let mut sums: BTreeMap<(&str, Currency), (i128, i128)> = BTreeMap::new();
        for leg in legs {
            let Some(account) = accounts.get(&leg.account) else { continue };
            let sum = sums.entry((&account.subject, account.key.currency)).or_default();
            match leg.side {
                Side::Debit => sum.0 += i128::from(leg.amount.0),
                Side::Credit => sum.1 += i128::from(leg.amount.0),
            }
        }
        for line in &mut self.lines {
            if let Some((debit, credit)) = sums.get(&(&line.subject, line.currency)) {
                (line.carried_debit, line.carried_credit) = (*debit, *credit);
            }
        }
    }
}
