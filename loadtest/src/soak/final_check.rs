//! What a node that has been started again says, against everything that was said before.

use std::time::Instant;

use longmen_client::GeneralLedgerRequest;
use longmen_workload::LoadError;
use longmen_workload::books::Turnover;
use longmen_workload::check::{Findings, compare};
use longmen_workload::crash::recheck::Asker;
use longmen_workload::crash::statement;
use longmen_workload::driver::{Sent, Unanswered};
use longmen_workload::setup::START_DATE;
use rand::Rng;
use rand::rngs::SmallRng;

use super::traffic::Traffic;

/// Transactions of the newest that are looked up in the log.
const LOOKED_UP: usize = 8;
/// Statements that are walked.
const STATEMENTS: usize = 2;

/// How much was asked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FinalCheck {
    /// Transactions that had no answer, and of them those that were there.
    pub(super) unanswered: u64,
    pub(super) unanswered_there: u64,
    /// Transactions that had been answered.
    pub(super) asked_again: u64,
    /// Accounts whose balance was compared.
    pub(super) accounts: u64,
}

impl FinalCheck {
    /// Asks again for what has no answer, which then has one, in the books too. `down_until` is when the node answered
    /// again, after which what this takes is the harness's own affair.
    pub(super) async fn settle(
        &mut self,
        traffic: &mut Traffic,
        down_until: Instant,
        findings: &mut Findings,
    ) -> Result<(), LoadError> {
        let unanswered = std::mem::take(&mut traffic.unanswered);
        let recorder = traffic.recorder();
        let mut asker = Asker::connect(&traffic.target, &traffic.house).await?;
        for one in &unanswered {
            if let Sent::Cancel(id) = one.sent {
                asker.cancel(id, findings).await?;
            }
        }
        for Unanswered { due, sent } in &unanswered {
            if let Sent::Post(request) = sent {
                self.unanswered_there += asker.settle(request, &mut traffic.books).await?;
                self.unanswered += count(request.len());
                let latency = down_until.saturating_duration_since(*due);
                recorder.borrow_mut().answered_again(Instant::now(), latency, request.len());
            }
        }
        Ok(())
    }

    /// Asks again for what was answered, and compares all books. `first_date`, as long as no date was closed.
    pub(super) async fn check(
        &mut self,
        traffic: &Traffic,
        first_date: bool,
        rng: &mut SmallRng,
        findings: &mut Findings,
    ) -> Result<(), LoadError> {
        self.confirm(traffic, findings).await?;
        let mut client = traffic.target.client().await?;
        let compared = compare(&mut client, &traffic.house, &traffic.books, first_date).await?;
        self.accounts += count(compared.accounts);
        findings.count += compared.count;
        findings.differences.extend(compared.differences);
        compare_turnovers(traffic, findings).await?;
        for _ in 0..STATEMENTS {
            let account = traffic.house.accounts[rng.random_range(1..traffic.house.accounts.len())];
            statement::walk(&mut client, account, findings).await?;
        }
        Ok(())
    }

    async fn confirm(&mut self, traffic: &Traffic, findings: &mut Findings) -> Result<(), LoadError> {
        let mut asker = Asker::connect(&traffic.target, &traffic.house).await?;
        let recollection = traffic.recollection.borrow().to_ask_again();
        for one in &recollection {
            self.asked_again += count(one.request.len());
            asker.confirm(one, findings).await?;
        }
        let newest: Vec<_> = traffic.recollection.borrow().newest(LOOKED_UP).cloned().collect();
        for one in &newest {
            asker.look_up(one, findings).await?;
        }
        traffic.recollection.borrow_mut().age();
        Ok(())
    }
}

/// The turnovers of every subject over all accounting dates are what the answers come to, and it began with nothing.
async fn compare_turnovers(traffic: &Traffic, findings: &mut Findings) -> Result<(), LoadError> {
    let (house, books) = (&traffic.house, &traffic.books);
    let mut client = traffic.target.client().await?;
    let request = GeneralLedgerRequest { entity: &house.entity, from: Some(START_DATE), to: None };
    let ledger = client.general_ledger(&request).await?;
    let mut totals = vec![Turnover::default(); house.population.subjects.len()];
    for (index, plan) in house.population.accounts.iter().enumerate() {
        totals[plan.subject] = totals[plan.subject].plus(books.turnover(index));
    }
    for (plan, own) in house.population.subjects.iter().zip(totals) {
        let line = ledger.lines.iter().find(|line| *line.subject == *plan.code);
        let said = line.map(|line| (line.opening, Turnover { debit: line.debit, credit: line.credit }));
        if said.unwrap_or_default() != (0, own) {
            let days = ledger.dates.len();
            findings.add(format!(
                "subject {}: opening and turnover over {days} dates {said:?}, its answers come to {own:?}",
                plan.code
            ));
        }
    }
    Ok(())
}

fn count(length: usize) -> u64 {
    u64::try_from(length).expect("a length fits")
}
