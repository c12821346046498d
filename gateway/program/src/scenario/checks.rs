//! The steps that only look.

use longmen_client::{AccountRef, Hold, HoldsRequest, MAX_LIST, RecordedLeg, Side, StatementLine};

use super::player::{Player, Said};
use super::{Figure, Moment, Remaining, Shown, Style};
use crate::failure::Failure;

impl Player<'_> {
    pub(super) async fn check(
        &mut self,
        figures: &[Figure],
        remaining: &[Remaining],
    ) -> Result<Said, Failure> {
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
        for hold in remaining {
            broken.extend(self.check_remaining(hold).await?);
        }
        Ok((format!("{} figures", figures.len() + remaining.len()), broken))
    }

    async fn check_remaining(&mut self, expect: &Remaining) -> Result<Option<String>, Failure> {
        let what = format!("what remains of the hold {}", expect.hold);
        Ok(match self.hold(expect.account, &expect.hold).await? {
            Some(hold) => self.difference(expect.account, &what, hold.remaining.into(), expect.value),
            None => Some(format!("{}: the hold {} is not known", self.label(expect.account), expect.hold)),
        })
    }

    /// A hold of an account.
    async fn hold(&mut self, account: usize, name: &str) -> Result<Option<Hold>, Failure> {
        let (own, id) = (self.client.welcome().client, format!("{:032x}", self.id(name).number()));
        let mut after: Option<Box<str>> = None;
        loop {
            let request = HoldsRequest {
                account: Some(AccountRef::Id(self.accounts[account])),
                after: after.as_deref(),
                limit: MAX_LIST,
            };
            let page = self.client.holds(&request).await?;
            let found = page.holds.into_iter().find(|hold| hold.client == own && *hold.id == *id);
            after = page.next;
            if found.is_some() || after.is_none() {
                return Ok(found);
            }
        }
    }

    /// In what a posted reversal differs from the style that it must have.
    pub(super) async fn style_differs(
        &mut self,
        reversal: &str,
        original: &str,
        style: Style,
    ) -> Result<Option<String>, Failure> {
        let reversed = self.client.transaction(self.id(original)).await?;
        let found = self.client.transaction(self.id(reversal)).await?;
        let undo = |leg: &RecordedLeg| match style {
            Style::Red => (leg.account, leg.side, -leg.amount),
            Style::BlueOpposite => (leg.account, opposite(leg.side), leg.amount),
        };
        let expect: Vec<_> = reversed.legs.iter().map(undo).collect();
        let legs: Vec<_> = found.legs.iter().map(|leg| (leg.account, leg.side, leg.amount)).collect();
        let blue = found.named.as_ref().is_some_and(|named| named.blue);
        let (said, asked) = (if blue { Style::BlueOpposite } else { Style::Red }, style);
        Ok(match said == asked && legs == expect {
            true => None,
            false => {
                Some(format!("the reversal is {} with the legs {legs:?}, not {}", said.name(), asked.name()))
            }
        })
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
            view.normal.natural(turnover(line, Side::Debit) - turnover(line, Side::Credit))
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
        let label = self.label(account);
        let account = &self.scenario.accounts[account];
        let print = |minor| account.currency.print(minor);
        (found != expect).then(|| format!("{label}: {what} is {}, not {}", print(found), print(expect)))
    }

    fn label(&self, account: usize) -> &str {
        &self.scenario.accounts[account].label
    }

    /// Debits equal credits, each subject's total the sum of its accounts.
    pub(super) async fn broken_relations(&mut self) -> Result<Vec<String>, Failure> {
        let trial = self.client.trial_balance(&self.place.entity).await?;
        let broken = trial.relations().into_iter().flat_map(|relation| {
            relation.broken.into_iter().map(move |words| format!("{}: {words}", relation.name))
        });
        Ok(broken.collect())
    }
}

fn opposite(side: Side) -> Side {
    match side {
        Side::Debit => Side::Credit,
        Side::Credit => Side::Debit,
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
