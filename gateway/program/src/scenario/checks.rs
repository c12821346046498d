//! The steps that only look.

use longmen_client::{AccountRef, MAX_LIST, Side, StatementLine};
use longmen_loadtest::relations::{natural, relations};

use super::player::{Player, Said};
use super::{Figure, Moment, Shown};
use crate::failure::Failure;

impl Player<'_> {
    pub(super) async fn check(&mut self, figures: &[Figure]) -> Result<Said, Failure> {
        let asked: Vec<AccountRef> =
            figures.iter().map(|figure| AccountRef::Id(self.accounts[figure.account])).collect();
        let found = self.client.balances(&asked).await?;
        let mut broken = Vec::new();
        for (figure, account) in figures.iter().zip(found) {
            let account = account.map_err(Failure::Refused)?;
            let value = match figure.what {
                Shown::Balance => account.balance,
                Shown::Frozen => account.frozen,
                Shown::Available => account.available,
            };
            broken.extend(self.difference(figure.account, figure.what.name(), value, figure.value));
        }
        Ok((format!("{} figures", figures.len()), broken))
    }

    pub(super) async fn check_turnover(
        &mut self,
        date: &str,
        turnovers: &[(usize, i128, i128)],
    ) -> Result<Said, Failure> {
        let mut broken = Vec::new();
        for &(account, debit, credit) in turnovers {
            let lines = self.statement(account).await?;
            let sum = |side| {
                let on_date = lines.iter().filter(|line| &*line.accounting_date == date);
                on_date.map(|line| turnover(line, side)).sum::<i128>()
            };
            let what = |side: &str| format!("{side} turnover of {date}");
            broken.extend(self.difference(account, &what("debit"), sum(Side::Debit), debit));
            broken.extend(self.difference(account, &what("credit"), sum(Side::Credit), credit));
        }
        Ok((format!("{} turnovers", turnovers.len()), broken))
    }

    pub(super) async fn check_balance_at(
        &mut self,
        account: usize,
        at: Moment,
        balance: i128,
    ) -> Result<Said, Failure> {
        let view = self.client.balance(self.accounts[account]).await?;
        let lines = self.statement(account).await?;
        let moved = |line: &StatementLine| {
            natural(view.normal, turnover(line, Side::Debit) - turnover(line, Side::Credit))
        };
        let (what, found) = match at {
            Moment::AccountingDate(date) => {
                let date = date.to_string();
                let last = lines.iter().find(|line| *line.accounting_date <= *date);
                (format!("balance at the end of {date}"), last.map_or(0, |line| line.after))
            }
            Moment::ValueDate(date) => {
                let date = date.to_string();
                let sum = lines.iter().filter(|line| *line.value_date <= *date).map(moved).sum();
                (format!("balance by value date {date}"), sum)
            }
        };
        let broken = self.difference(account, &what, found, balance);
        Ok((what, broken.into_iter().collect()))
    }

    /// All entries of an account, newest first.
    async fn statement(&mut self, account: usize) -> Result<Vec<StatementLine>, Failure> {
        let mut lines = Vec::new();
        let mut before: Option<Box<str>> = None;
        loop {
            let page = self.client.statement(self.accounts[account], before.as_deref(), MAX_LIST).await?;
            lines.extend(page.lines);
            before = page.next;
            if before.is_none() {
                return Ok(lines);
            }
        }
    }

    fn difference(&self, account: usize, what: &str, found: i128, expect: i128) -> Option<String> {
        let account = &self.scenario.accounts[account];
        let print = |minor| account.currency.print(minor);
        (found != expect)
            .then(|| format!("{}: {what} is {}, not {}", account.label, print(found), print(expect)))
    }

    /// Debits equal credits, each subject's total the sum of its accounts.
    pub(super) async fn broken_relations(&mut self) -> Result<Vec<String>, Failure> {
        let trial = self.client.trial_balance(&self.place.entity).await?;
        let broken = relations(&trial).into_iter().flat_map(|relation| {
            relation.broken.into_iter().map(move |words| format!("{}: {words}", relation.name))
        });
        Ok(broken.collect())
    }
}

/// What a line moves on one side; red entries count negative on theirs.
fn turnover(line: &StatementLine, side: Side) -> i128 {
    match (line.merged, side) {
        (Some(merged), Side::Debit) => merged.debit,
        (Some(merged), Side::Credit) => merged.credit,
        (None, side) if side == line.side => line.amount,
        (None, _) => 0,
    }
}
