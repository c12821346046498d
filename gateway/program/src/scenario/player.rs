//! Plays a scenario against a node, step by step.

use longmen_client::{
    AccountKey, AccountRef, Amount, Client, ClientError, CloseDayRequest, MapTypeRequest,
    SetBookingModeRequest, SetLimitsRequest, SetReserveRequest, SetStateRequest,
};
use serde::Serialize;

use super::answer::{Answer, Request};
use super::known::unknown_operation;
use super::{Op, Outcome, Particulars, Place, Scenario, Step, open_chart};
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
    /// What it said to the same again, after a crash; absent where there was none or the step cannot be repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) said_again: Option<String>,
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
    pub(super) scenario: &'a Scenario,
    pub(super) place: Place,
    pub(super) client: Client,
    /// The ledger's ids of the scenario's accounts.
    pub(super) accounts: Vec<u64>,
    /// What the last step asked and the node said, if it has a transaction id.
    last: Option<(Request, Answer)>,
}

/// What a step said, and what did not hold.
pub(super) type Said = (String, Vec<String>);

impl<'a> Player<'a> {
    /// Opens the scenario's chart and accounts.
    pub(crate) async fn open(
        mut client: Client,
        scenario: &'a Scenario,
        place: Place,
    ) -> Result<Player<'a>, Failure> {
        let accounts = open_chart(&mut client, scenario, &place).await?;
        Ok(Player { scenario, place, client, accounts, last: None })
    }

    /// Plays the step at `index`, and takes the relations of the books after it, whatever it said.
    pub(crate) async fn play(&mut self, index: usize) -> Result<Played, Failure> {
        let step = &self.scenario.steps[index];
        self.last = None;
        let (said, mut broken) = match step.unknown() {
            Some(words) => (words.clone(), vec![words]),
            None => self.step(step).await?,
        };
        broken.extend(self.broken_relations().await?);
        Ok(Played { step: index + 1, what: describe(step), said, said_again: None, broken })
    }

    /// Goes on with the client of a node that has come back: takes the relations again, and if the step just played
    /// has a transaction id sends it again, which must give its first result.
    pub(crate) async fn come_back(&mut self, client: Client, played: &mut Played) -> Result<(), Failure> {
        self.client = client;
        let mut broken = self.broken_relations().await?;
        if let Some((request, first)) = self.last.take() {
            let again = request.send(&mut self.client).await?;
            let expect = first.again();
            if again != expect {
                broken.push(format!("sent again, the node said {again}, not {expect}"));
            }
            broken.extend(self.broken_relations().await?);
            played.said_again = Some(again.outcome().to_string());
        }
        played.broken.extend(broken.into_iter().map(|words| format!("after a crash: {words}")));
        Ok(())
    }

    async fn step(&mut self, step: &Step) -> Result<Said, Failure> {
        if let Some((request, expect)) = self.request(step) {
            let answer = request.send(&mut self.client).await?;
            let (said, mut broken) = judge(expect, &answer.outcome());
            if let Op::Reverse { id, reverses, style: Some(style), .. } = &step.op
                && !matches!(answer.outcome(), Outcome::Rejected(_))
            {
                broken.extend(self.style_differs(id, reverses, *style).await?);
            }
            self.last = Some((request, answer));
            return Ok((said, broken));
        }
        match &step.op {
            Op::Check { figures, remaining } => self.check(figures, remaining).await,
            Op::CheckTurnover { date, turnovers } => self.check_turnover(&date.to_string(), turnovers).await,
            Op::CheckBalanceAt { account, at, balance } => {
                self.check_balance_at(*account, *at, *balance).await
            }
            change => self.change(change, &step.particulars).await,
        }
    }

    /// Asks for what has no transaction id: asked again it is done again.
    async fn change(&mut self, op: &Op, by: &Particulars) -> Result<Said, Failure> {
        let registration = by.registration();
        let (said, outcome) = match op {
            Op::SetState { account, account_state, payment_state, outcome } => {
                let (account, account_state, payment_state) =
                    (self.account(account), *account_state, *payment_state);
                let request =
                    SetStateRequest { account, account_state, payment_state, expected: None, registration };
                (self.client.set_state_with(&request).await, outcome)
            }
            Op::SetReserve { account: label, amount, outcome } => {
                let (account, amount) = (self.account(label), Amount::Decimal(amount.clone()));
                let currency = Some(self.scenario.currency_of(label));
                let request = SetReserveRequest { account, amount, currency, expected: None, registration };
                (self.client.set_reserve(&request).await, outcome)
            }
            Op::SetLimits { account, transaction, day, overdraft, credit, outcome } => {
                let request = SetLimitsRequest {
                    transaction_limit: transaction.wire(),
                    day_limit: day.wire(),
                    overdraft_limit: overdraft.wire(),
                    credit_limit: credit.wire(),
                    currency: Some(self.scenario.currency_of(account)),
                    registration,
                    ..SetLimitsRequest::new(self.account(account))
                };
                (self.client.set_limits(&request).await, outcome)
            }
            Op::MapType { kind, subject, from, outcome } => {
                let (entity, from) = (&*self.place.entity, from.to_string());
                let request = MapTypeRequest { entity, kind, subject, from: &from, registration };
                (self.client.map_type(&request).await, outcome)
            }
            Op::SetBookingMode { kind, mode, from, outcome } => {
                let (entity, from) = (&*self.place.entity, from.to_string());
                let request = SetBookingModeRequest { entity, kind, mode, from: &from, registration };
                (self.client.set_booking_mode(&request).await, outcome)
            }
            Op::CloseDay { next, carry_forward, forced, outcome } => {
                let next = next.to_string();
                let carry_forward = carry_forward.iter().map(|label| self.account(label)).collect();
                let entity = &*self.place.entity;
                let request =
                    CloseDayRequest { entity, next: &next, carry_forward, forced: *forced, registration };
                (self.client.close_day_with(&request).await, outcome)
            }
            other => {
                let words = unknown_operation(other);
                return Ok((words.clone(), vec![words]));
            }
        };
        Ok(judge(outcome, &done_outcome(said)?))
    }

    /// An account; one that the scenario does not have is asked for by its name and `currency` all the same.
    pub(super) fn account_in(&self, label: &str, currency: &str) -> AccountRef {
        match self.scenario.accounts.iter().position(|account| account.label == label) {
            Some(index) => AccountRef::Id(self.accounts[index]),
            None => AccountKey::new(&self.place.entity, label, "", currency).into(),
        }
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
    let mut what = step.op.name().to_owned();
    if let Some(subject) = step.op.subject() {
        what = format!("{what} {subject}");
    }
    if step.note.is_empty() { what } else { format!("{what}, {}", step.note) }
}
