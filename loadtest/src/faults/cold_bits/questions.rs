//! Every question about an original that is answered from the log, asked through the socket.

use std::fmt::Debug;

use longmen_client::{
    BalanceAtRequest, Client, ClientError, EntryRequest, FindRequest, GeneralLedger, GeneralLedgerRequest,
    RangeEnd, RegisterRequest, StatementRequest, TransactionRecord,
};
use longmen_workload::LoadError;
use longmen_workload::setup::START_DATE;

use super::originals::{Accounts, ENTITY, Original};

/// Every so many originals the questions are asked that read much of the log.
const WIDE_EVERY: u32 = 8;

/// What a node says to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// That what it reads is damaged, and where.
    Damaged,
    /// What was asked for, in words.
    Told(String),
    /// What cannot be, whatever was answered before, or a refusal.
    Wrong(String),
}

/// An answer, or nothing but an error where the node said nothing.
pub(super) fn told<T: Debug>(answer: Result<T, ClientError>) -> Result<Answer, LoadError> {
    match answer {
        Ok(answer) => Ok(Answer::Told(format!("{answer:?}"))),
        Err(ClientError::Refused(refusal)) if &*refusal.code == "failed" => {
            let is_named = refusal.message.as_ref().is_some_and(|words| words.contains("segment-"));
            Ok(if is_named { Answer::Damaged } else { Answer::Wrong(refusal.to_string()) })
        }
        Err(ClientError::Refused(refusal)) => Ok(Answer::Wrong(refusal.to_string())),
        Err(other) => Err(other.into()),
    }
}

/// What is asked about an original.
pub(super) struct Questions<'a> {
    accounts: Accounts,
    original: &'a Original,
    time_us: i64,
    /// Where the merged entry of its leg on the hot account lies, once a statement has said so.
    entry: Option<Box<str>>,
}

/// Answers by question.
pub(super) type Answers = Vec<(&'static str, Answer)>;

impl Questions<'_> {
    /// Those about an original, which was logged at this time.
    pub(super) fn about(accounts: Accounts, original: &Original, time_us: i64) -> Questions<'_> {
        Questions { accounts, original, time_us, entry: None }
    }

    /// Asks them all.
    pub(super) async fn ask(&mut self, client: &mut Client) -> Result<Answers, LoadError> {
        let mut answers = Answers::new();
        let original = self.original;
        let place = format!("{}/{}", original.frame, original.ordinal);
        answers.push(("transaction", self.record(client.transaction(original.id()).await)?));
        answers.push(("transaction at its place", self.record(client.transaction_at(&place).await)?));
        for (statement, balance, account) in [
            ("statement of the payer", "past balance of the payer", self.accounts.payer),
            ("statement of the payee", "past balance of the payee", self.accounts.payee),
            ("statement of the hot account", "past balance of the hot account", self.accounts.fees),
        ] {
            answers.push((statement, self.statement(client, account).await?));
            let time_us = Some(self.time_us);
            let at = BalanceAtRequest { account: account.into(), date: None, time_us, value_date: None };
            answers.push((balance, told(client.balance_at(&at).await)?));
        }
        if let Some(position) = &self.entry {
            let account = self.accounts.fees.into();
            let entry = client.entry(&EntryRequest { account, position, from: 0, limit: 9 }).await;
            answers.push(("merged entry", told(entry)?));
        }
        if original.number % WIDE_EVERY < 4 {
            answers.push(("find by reference", self.find(client, true).await?));
        }
        if original.number.is_multiple_of(WIDE_EVERY) {
            answers.push(("find by id", self.find(client, false).await?));
            self.ask_widely(client, &mut answers).await?;
        }
        Ok(answers)
    }

    /// A record must be what was posted, besides being what it was before.
    fn record(&self, answer: Result<TransactionRecord, ClientError>) -> Result<Answer, LoadError> {
        match answer {
            Ok(record) if !self.original.is(&record) => Ok(Answer::Wrong(format!("not posted: {record:?}"))),
            answer => told(answer),
        }
    }

    /// What moved an account in the moment of the original.
    async fn statement(&mut self, client: &mut Client, account: u64) -> Result<Answer, LoadError> {
        let moment = || Some(RangeEnd::Number(self.time_us));
        let request = StatementRequest {
            from: moment(),
            to: moment(),
            by: Some("time"),
            holds: true,
            ..StatementRequest::new(account, 10)
        };
        let found = client.statement_with(&request).await;
        let merged = found
            .iter()
            .flat_map(|page| &page.lines)
            .find(|line| line.merged.is_some() && self.entry.is_none());
        if let Some(line) = merged {
            self.entry = Some(line.position.clone());
        }
        told(found)
    }

    /// Finds it, page by page.
    async fn find(&self, client: &mut Client, by_reference: bool) -> Result<Answer, LoadError> {
        let reference = self.original.reference();
        let (mut found, mut next) = (Vec::new(), None::<Box<str>>);
        loop {
            let request = FindRequest {
                reference: by_reference.then_some(&*reference),
                id: (!by_reference).then(|| self.original.id()),
                entity: Some(ENTITY),
                from: Some(START_DATE),
                to: Some(START_DATE),
                after: next.as_deref(),
                limit: 5,
                ..FindRequest::default()
            };
            match client.find(&request).await {
                Ok(page) => {
                    found.extend(page.transactions);
                    next = page.next;
                    if next.is_none() {
                        return Ok(self.found(&found));
                    }
                }
                failed => return told(failed),
            }
        }
    }

    /// It must be found, and alone.
    fn found(&self, found: &[TransactionRecord]) -> Answer {
        let place = (self.original.frame, self.original.ordinal);
        match found {
            [one] if (one.frame, one.ordinal) == place => Answer::Told(format!("{one:?}")),
            other => Answer::Wrong(format!("found {other:?}")),
        }
    }

    /// What is read from many frames.
    async fn ask_widely(&self, client: &mut Client, answers: &mut Answers) -> Result<(), LoadError> {
        let (payer, payee) = (self.accounts.payer, self.accounts.payee);
        let customer = StatementRequest { visible_to: Some("customer"), ..StatementRequest::new(payer, 50) };
        answers.push(("statement for a customer", told(client.statement_with(&customer).await)?));
        let date = || Some(RangeEnd::Date(START_DATE.into()));
        let by_value = StatementRequest {
            from: date(),
            to: date(),
            by: Some("value"),
            ..StatementRequest::new(payee, 9)
        };
        answers.push(("statement by value date", told(client.statement_with(&by_value).await)?));
        let of_payer =
            RegisterRequest { account: Some(payer.into()), limit: 400, ..RegisterRequest::default() };
        answers.push(("register of an account", told(client.register(&of_payer).await)?));
        let of_ledger = RegisterRequest { limit: 50, ..RegisterRequest::default() };
        answers.push(("register of the ledger", told(client.register(&of_ledger).await)?));
        let dates = GeneralLedgerRequest { entity: ENTITY, from: Some(START_DATE), to: None };
        let ledger = client.general_ledger(&dates).await;
        // The log goes on by itself: an idle frame may have been written between two questions.
        answers.push(("general ledger", told(ledger.map(|ledger| GeneralLedger { frame: 0, ..ledger }))?));
        Ok(())
    }
}
