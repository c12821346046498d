//! Plays a scenario against a node, step by step.

use longmen_client::{
    AccountKey, AccountRef, Amount, Client, ClientError, Leg as WireLeg, MAX_LIST, PostResult, Side,
    StatementLine, Transaction, TransactionId,
};
use longmen_loadtest::relations::{natural, relations};
use serde::Serialize;

use super::{Figure, Leg, Moment, Op, Outcome, Place, Scenario, Shown, Step, open_chart};
use crate::failure::Failure;

/// What became of one step.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Played {
    /// Its number, from 1.
    pub(crate) step: usize,
    /// What it is, in words.
    pub(crate) what: String,
    /// What the node said, in words.
    pub(crate) said: String,
    /// What did not hold; empty: all did.
    pub(crate) broken: Vec<String>,
}

impl Played {
    pub(crate) fn held(&self) -> bool {
        self.broken.is_empty()
    }
}

/// A scenario whose accounts are open.
pub(crate) struct Player<'a> {
    scenario: &'a Scenario,
    place: Place,
    client: &'a mut Client,
    /// The ledger's ids of the scenario's accounts.
    accounts: Vec<u64>,
}

/// What a step said, and what did not hold.
type Said = (String, Vec<String>);

impl<'a> Player<'a> {
    /// Opens the scenario's chart and accounts.
    pub(crate) async fn open(
        client: &'a mut Client,
        scenario: &'a Scenario,
        place: Place,
    ) -> Result<Player<'a>, Failure> {
        let accounts = open_chart(client, scenario, &place).await?;
        Ok(Player { scenario, place, client, accounts })
    }

    /// Plays the step at `index`, and takes the relations of the books after it, whatever it said.
    pub(crate) async fn play(&mut self, index: usize) -> Result<Played, Failure> {
        let step = &self.scenario.steps[index];
        let (said, mut broken) = self.step(&step.op).await?;
        broken.extend(self.broken_relations().await?);
        Ok(Played { step: index + 1, what: describe(step), said, broken })
    }

    async fn step(&mut self, op: &Op) -> Result<Said, Failure> {
        match op {
            Op::Post { id, kind, value_date, legs, outcome } => {
                let transaction = Transaction {
                    legs: legs.iter().map(|leg| self.wire_leg(leg)).collect(),
                    kind: (!kind.is_empty()).then(|| kind.clone()),
                    value_date: value_date.map(|date| date.to_string()),
                    ..Transaction::new(self.id(id))
                };
                let said = self.client.post_one(&transaction).await;
                Ok(judge(outcome, &post_outcome(said, "posted")?))
            }
            Op::Cancel { id, outcome } => {
                let said = self.client.cancel(self.id(id), None).await;
                Ok(judge(outcome, &post_outcome(said, "cancelled")?))
            }
            Op::SetState { account, account_state, payment_state, outcome } => {
                let account = self.accounts[*account];
                let said = self.client.set_state(account, *account_state, *payment_state).await;
                Ok(judge(outcome, &done_outcome(said)?))
            }
            Op::CloseDay { next } => {
                let said = self.client.close_day(&self.place.entity, &next.to_string()).await;
                Ok(judge(&Outcome::Posted, &done_outcome(said)?))
            }
            Op::Check { figures } => self.check(figures).await,
            Op::CheckTurnover { date, turnovers } => self.check_turnover(&date.to_string(), turnovers).await,
            Op::CheckBalanceAt { account, at, balance } => {
                self.check_balance_at(*account, *at, *balance).await
            }
            Op::Unknown { op } => {
                let words = format!("this version does not know the operation `{op}`");
                Ok((words.clone(), vec![words]))
            }
        }
    }

    fn id(&self, id: &str) -> TransactionId {
        TransactionId::Text(format!("{}{id}", self.place.prefix))
    }

    /// A leg; an account that the scenario does not have is asked for by its name all the same.
    fn wire_leg(&self, leg: &Leg) -> WireLeg {
        let known = self.scenario.accounts.iter().position(|account| account.label == leg.account);
        let account = match known {
            Some(index) => AccountRef::Id(self.accounts[index]),
            None => AccountKey::new(&self.place.entity, &leg.account, "", &leg.currency).into(),
        };
        WireLeg {
            account,
            side: leg.side,
            amount: Amount::Decimal(leg.amount.clone()),
            currency: Some(leg.currency.clone()),
            step: Some(leg.step),
        }
    }

    async fn check(&mut self, figures: &[Figure]) -> Result<Said, Failure> {
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

    async fn check_turnover(
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

    async fn check_balance_at(&mut self, account: usize, at: Moment, balance: i128) -> Result<Said, Failure> {
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
    async fn broken_relations(&mut self) -> Result<Vec<String>, Failure> {
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

/// What the node said to a transaction or a cancel, in the words of scenario files.
fn post_outcome(said: Result<PostResult, ClientError>, done: &str) -> Result<Outcome, Failure> {
    match said {
        Ok(result) if *result.outcome == *done && result.repeated => Ok(Outcome::Duplicate),
        Ok(result) if *result.outcome == *done => Ok(Outcome::Posted),
        Ok(result) => Ok(Outcome::Rejected(result.outcome.into())),
        Err(ClientError::Refused(refusal)) => Ok(Outcome::Rejected(refusal.code.into())),
        Err(other) => Err(other.into()),
    }
}

fn done_outcome(said: Result<(), ClientError>) -> Result<Outcome, Failure> {
    match said {
        Ok(()) => Ok(Outcome::Posted),
        Err(ClientError::Refused(refusal)) => Ok(Outcome::Rejected(refusal.code.into())),
        Err(other) => Err(other.into()),
    }
}

fn judge(expect: &Outcome, said: &Outcome) -> Said {
    let broken = (said != expect).then(|| format!("the node said {said}, not {expect}"));
    (said.to_string(), broken.into_iter().collect())
}

fn describe(step: &Step) -> String {
    let what = match &step.op {
        Op::Post { id, .. } => format!("post {id}"),
        Op::Cancel { id, .. } => format!("cancel {id}"),
        Op::SetState { .. } => "set_state".to_owned(),
        Op::CloseDay { next } => format!("close_day to {next}"),
        Op::Check { .. } => "check".to_owned(),
        Op::CheckTurnover { .. } => "check_turnover".to_owned(),
        Op::CheckBalanceAt { .. } => "check_balance_at".to_owned(),
        Op::Unknown { op } => op.clone(),
    };
    if step.note.is_empty() { what } else { format!("{what}, {}", step.note) }
}
