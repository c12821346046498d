//! The node's books against the harness's own.

use longmen_client::{Account, AccountRef, Client, TrialBalance};

use crate::books::{Books, Turnover};
use crate::encode::side;
use crate::error::LoadError;
use crate::setup::House;

/// Accounts asked for in one request.
const PAGE: usize = 2_000;
/// Differences that are put into words; the rest are counted.
const SHOWN: usize = 20;

/// What a comparison of books found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Accounts compared.
    pub accounts: usize,
    /// Subjects compared.
    pub subjects: usize,
    /// The first differences, in words.
    pub differences: Vec<String>,
    /// How many differences there are.
    pub count: usize,
}

impl Findings {
    /// Whether nothing differs.
    #[must_use]
    pub fn held(&self) -> bool {
        self.count == 0
    }

    /// Adds a difference.
    pub fn add(&mut self, difference: String) {
        self.count += 1;
        if self.differences.len() < SHOWN {
            self.differences.push(difference);
        }
    }
}

/// Compares every account and every subject of `house` with `books`: balances, and the turnovers of the date as long
/// as no date was closed; and takes the relations of the trial balance.
///
/// # Errors
/// [`LoadError`], when the node cannot be asked.
pub async fn compare(
    client: &mut Client,
    house: &House,
    books: &Books,
    first_date: bool,
) -> Result<Findings, LoadError> {
    let mut findings = Findings::default();
    if let Some(words) = books.first_unexpected() {
        findings.add(format!("{} wrong answers, the first: {words}", books.outcomes.unexpected));
    }
    for (page, ids) in house.accounts.chunks(PAGE).enumerate() {
        let asked: Vec<AccountRef> = ids.iter().copied().map(AccountRef::Id).collect();
        let found = client.balances(&asked).await?;
        for (offset, account) in found.into_iter().enumerate() {
            let index = page * PAGE + offset;
            match account {
                Ok(account) => compare_account(&mut findings, house, books, index, &account, first_date),
                Err(refusal) => findings.add(format!("account {}: {refusal}", ids[offset])),
            }
        }
    }
    let trial = client.trial_balance(&house.entity).await?;
    compare_subjects(&mut findings, house, books, &trial, first_date);
    for relation in trial.relations() {
        for broken in relation.broken {
            findings.add(format!("{}: {broken}", relation.name));
        }
    }
    Ok(findings)
}

fn compare_account(
    findings: &mut Findings,
    house: &House,
    books: &Books,
    index: usize,
    account: &Account,
    first_date: bool,
) {
    let plan = &house.population.accounts[index];
    let own = books.turnover(index);
    let balance = own.natural(house.population.subjects[plan.subject].normal);
    findings.accounts += 1;
    if *account.number != *plan.number || account.balance != balance {
        findings.add(format!(
            "account {}: the node says {} {}, its answers come to {balance}",
            plan.number, account.number, account.balance
        ));
    }
    let turnover = Turnover { debit: account.debit_turnover, credit: account.credit_turnover };
    if first_date && turnover != own {
        findings.add(format!("account {}: turnover {turnover:?}, its answers come to {own:?}", plan.number));
    }
}

fn compare_subjects(
    findings: &mut Findings,
    house: &House,
    books: &Books,
    trial: &TrialBalance,
    first_date: bool,
) {
    let mut totals = vec![Turnover::default(); house.population.subjects.len()];
    for (index, plan) in house.population.accounts.iter().enumerate() {
        totals[plan.subject] = totals[plan.subject].plus(books.turnover(index));
    }
    for (plan, own) in house.population.subjects.iter().zip(totals) {
        let Some(line) = trial.lines.iter().find(|line| *line.subject == *plan.code) else {
            if own != Turnover::default() {
                findings.add(format!("subject {}: not in the trial balance", plan.code));
            }
            continue;
        };
        findings.subjects += 1;
        if line.normal != side(plan.normal) || line.closing != own.natural(plan.normal) {
            let closing = own.natural(plan.normal);
            let said = line.closing;
            findings.add(format!("subject {}: closing {said}, its answers come to {closing}", plan.code));
        }
        let turnover = Turnover { debit: line.debit, credit: line.credit };
        if first_date && turnover != own {
            findings
                .add(format!("subject {}: turnover {turnover:?}, its answers come to {own:?}", plan.code));
        }
    }
}
