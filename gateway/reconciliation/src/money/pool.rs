//! What is not matched yet, and what may belong to what.

use longmen_ledger::Date;

use super::bank_line::BankLine;
use super::finding::{Class, Finding};
use super::rules::Rules;
use super::settlement::Settlement;
use crate::calendar::CalendarError;

/// How near a line has to be to a settlement to be taken for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    /// Days of the calendar between the date that is due and the one of the line.
    pub(super) days: u32,
    /// Whether the line has to have a word of the channel.
    pub(super) is_told: bool,
}

/// Settlements and lines by their places, which stay, and which of them are open.
pub(super) struct Pool<'a> {
    rules: &'a Rules<'a>,
    pub(super) settlements: Vec<Settlement>,
    pub(super) lines: Vec<BankLine>,
    open_settlements: Vec<bool>,
    open_lines: Vec<bool>,
    /// For each line the settlements that it names.
    named: Vec<Vec<usize>>,
    /// For each settlement the lines that name it.
    named_by: Vec<Vec<usize>>,
    /// For each line the channels whose words it has.
    channels: Vec<Vec<Box<str>>>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Pool<'a> {
    pub(super) fn of(
        rules: &'a Rules<'a>,
        mut settlements: Vec<Settlement>,
        mut lines: Vec<BankLine>,
    ) -> Pool<'a> {
        settlements.sort();
        lines.sort();
        let mut named = vec![Vec::new(); lines.len()];
        let mut named_by = vec![Vec::new(); settlements.len()];
        for (at, line) in lines.iter().enumerate() {
            for (settlement, one) in settlements.iter().enumerate() {
                if line.names(&one.reference) {
                    named[at].push(settlement);
                    named_by[settlement].push(at);
                }
            }
        }
        let channels = |line: &BankLine| {
            let told = rules.words.iter().filter(|told| line.words.contains(&*told.word));
            told.map(|told| told.channel.clone()).collect()
        };
        Pool {
            rules,
            open_settlements: vec![true; settlements.len()],
            open_lines: vec![true; lines.len()],
            named,
            named_by,
            channels: lines.iter().map(channels).collect(),
            settlements,
            lines,
            findings: Vec::new(),
        }
    }

    pub(super) fn open_settlements(&self) -> Vec<usize> {
        open(&self.open_settlements)
    }

    pub(super) fn open_lines(&self) -> Vec<usize> {
        open(&self.open_lines)
    }

    /// The open settlements that a line names.
    pub(super) fn named(&self, line: usize) -> Vec<usize> {
        self.named[line].iter().copied().filter(|place| self.open_settlements[*place]).collect()
    }

    /// The open lines that name a settlement.
    pub(super) fn named_by(&self, settlement: usize) -> Vec<usize> {
        self.named_by[settlement].iter().copied().filter(|place| self.open_lines[*place]).collect()
    }

    /// Whether a line is near a settlement, and of its channel, as far as it has words of channels.
    pub(super) fn is_near(&self, settlement: usize, line: usize, reach: Reach) -> bool {
        let (one, channels) = (&self.settlements[settlement], &self.channels[line]);
        let is_of_channel = channels.contains(&one.channel) || (channels.is_empty() && !reach.is_told);
        is_of_channel && one.due.days().abs_diff(self.lines[line].booked.days()) <= reach.days
    }

    /// Notes what belongs together; it is open no more.
    pub(super) fn close(
        &mut self,
        class: Class,
        settlements: &[usize],
        lines: &[usize],
    ) -> Result<(), CalendarError> {
        settlements.iter().for_each(|place| self.open_settlements[*place] = false);
        lines.iter().for_each(|place| self.open_lines[*place] = false);
        let settlements: Vec<_> = settlements.iter().map(|place| self.settlements[*place].clone()).collect();
        let lines: Vec<_> = lines.iter().map(|place| self.lines[*place].clone()).collect();
        let late = self.late(class, &settlements, &lines)?;
        let explains = lines.iter().map(|line| line.amount).sum::<i128>()
            - settlements.iter().map(|one| one.net).sum::<i128>();
        self.findings.push(Finding { class, settlements, lines, late, is_searched: true, explains });
        Ok(())
    }

    /// Working days between the last date that was due and the one on which the last line came, or the statement ends.
    fn late(
        &self,
        class: Class,
        settlements: &[Settlement],
        lines: &[BankLine],
    ) -> Result<u32, CalendarError> {
        let came: Option<Date> = lines.iter().map(|line| line.booked).max();
        match (settlements.iter().map(|one| one.due).max(), came, class) {
            (_, _, Class::NothingDue) | (None, _, _) => Ok(0),
            (Some(due), came, _) => {
                self.rules.calendar.working_days_between(due, came.unwrap_or(self.rules.as_of))
            }
        }
    }
}

fn open(flags: &[bool]) -> Vec<usize> {
    let places = flags.iter().enumerate().filter(|(_, is_open)| **is_open);
    places.map(|(place, _)| place).collect()
}
