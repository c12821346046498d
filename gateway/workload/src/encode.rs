//! Requests onto the wire, and answers back from it.

use longmen_client::{
    AnswerFrame, ClientError, CompactLeg, CompactSettings, CompactTransaction, Note, PostRequest, Posted,
    Sender, Side, Transaction, Transfer,
};
use longmen_engine::ledger::{self, Currency, Rejection};

use crate::books::Outcome;
use crate::plan::{CURRENCY, Leg, Request, Workload};

/// How transactions stand in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Compact two-leg transfers, without notes.
    Transfers,
    /// Compact transactions of any shape, with their type.
    Transactions,
    /// MessagePack, with their type.
    MessagePack,
}

impl Encoding {
    /// The compact form that suits a workload.
    #[must_use]
    pub fn compact_for(workload: Workload) -> Encoding {
        match workload {
            Workload::Mix => Encoding::Transactions,
            Workload::Transfers | Workload::Hot => Encoding::Transfers,
        }
    }
}

/// Where one transaction is in the log, and what came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// What came of it.
    pub outcome: Outcome,
    /// Frame of its record; 0: none.
    pub frame: u64,
    /// Ordinal of its record in the frame.
    pub ordinal: u32,
}

impl Placed {
    /// Whether it is a result, and not a refusal for the moment.
    #[must_use]
    pub fn is_result(&self) -> bool {
        self.outcome.rejection.is_none_or(|rejection| !rejection.may_retry())
    }
}

/// Writes requests over a population whose accounts have these ids.
#[derive(Debug)]
pub(crate) struct Encoder<'a> {
    encoding: Encoding,
    accounts: &'a [u64],
    currency: u16,
    transfers: Vec<Transfer>,
    legs: Vec<CompactLeg>,
}

impl<'a> Encoder<'a> {
    pub(crate) fn new(encoding: Encoding, accounts: &'a [u64]) -> Encoder<'a> {
        let currency = Currency::from_code(CURRENCY).expect("the workloads' currency is known").numeric();
        Encoder { encoding, accounts, currency, transfers: Vec::new(), legs: Vec::new() }
    }

    /// Queues a post of the request's transactions, which carry `time` as the client's own.
    pub(crate) fn queue(
        &mut self,
        sender: &mut Sender,
        tag: u64,
        time: u32,
        request: &Request,
    ) -> Result<(), ClientError> {
        match self.encoding {
            Encoding::Transfers => self.queue_transfers(sender, tag, time, request),
            Encoding::Transactions => self.queue_transactions(sender, tag, time, request),
            Encoding::MessagePack => return self.queue_messagepack(sender, tag, time, request),
        }
        Ok(())
    }

    fn queue_transfers(&mut self, sender: &mut Sender, tag: u64, time: u32, request: &Request) {
        self.transfers.clear();
        for (planned, legs) in request.iter() {
            let [debit, credit] = legs else {
                unreachable!("only workloads of two legs are sent as transfers")
            };
            self.transfers.push(Transfer {
                id: planned.id,
                debit: account(self.accounts, debit),
                credit: account(self.accounts, credit),
                amount: debit.amount.unsigned_abs(),
            });
        }
        let settings = CompactSettings { want_balances: false, time };
        sender.queue_transfers(tag, settings, self.currency, &self.transfers);
    }

    fn queue_transactions(&mut self, sender: &mut Sender, tag: u64, time: u32, request: &Request) {
        self.legs.clear();
        for (_, legs) in request.iter() {
            self.legs.extend((1..).zip(legs).map(|(step, leg)| CompactLeg {
                account: account(self.accounts, leg),
                amount: leg.amount,
                currency: self.currency,
                step,
                side: side(leg.side),
            }));
        }
        let notes: Vec<[(Note, &str); 1]> =
            request.planned().iter().map(|planned| [(Note::Kind, planned.kind.label())]).collect();
        let mut rest = self.legs.as_slice();
        let mut transactions = Vec::with_capacity(request.len());
        for ((planned, legs), notes) in request.iter().zip(&notes) {
            let (legs, others) = rest.split_at(legs.len());
            rest = others;
            transactions.push(CompactTransaction { id: planned.id, value_date: None, legs, notes });
        }
        sender.queue_transactions(tag, CompactSettings { want_balances: false, time }, &transactions);
    }

    fn queue_messagepack(
        &mut self,
        sender: &mut Sender,
        tag: u64,
        time: u32,
        request: &Request,
    ) -> Result<(), ClientError> {
        let transactions: Vec<Transaction> = request
            .iter()
            .map(|(planned, legs)| {
                let start = Transaction::new(planned.id).time(time).kind(planned.kind.label());
                legs.iter().fold(start, |transaction, leg| {
                    let account = account(self.accounts, leg);
                    match leg.side {
                        ledger::Side::Debit => transaction.debit(account, leg.amount, CURRENCY),
                        ledger::Side::Credit => transaction.credit(account, leg.amount, CURRENCY),
                    }
                })
            })
            .collect();
        let body = PostRequest { transactions: &transactions, balances: false };
        sender.queue(tag, longmen_client::Operation::Post, &body)
    }
}

/// Reads the answer to a post: a result for each of its transactions, or why it was refused as a whole.
pub(crate) fn read_answer(
    encoding: Encoding,
    answer: &AnswerFrame<'_>,
    placed: &mut Vec<Placed>,
) -> Result<Option<Rejection>, ClientError> {
    placed.clear();
    if encoding == Encoding::MessagePack {
        return read_messagepack(answer, placed);
    }
    let answer = answer.compact()?;
    if let Some(rejection) = rejection_of_number(answer.status())? {
        return Ok(Some(rejection));
    }
    for result in answer.results() {
        let outcome =
            Outcome { rejection: rejection_of_number(result.rejection)?, repeated: result.repeated };
        placed.push(Placed { outcome, frame: result.frame, ordinal: result.ordinal });
    }
    Ok(None)
}

fn read_messagepack(
    answer: &AnswerFrame<'_>,
    placed: &mut Vec<Placed>,
) -> Result<Option<Rejection>, ClientError> {
    let posted: Posted = match answer.payload() {
        Ok(posted) => posted,
        Err(ClientError::Refused(refusal)) => return rejection_of_code(&refusal.code).map(Some),
        Err(other) => return Err(other),
    };
    for result in posted.results {
        let rejection = if result.is_posted() { None } else { Some(rejection_of_code(&result.outcome)?) };
        let outcome = Outcome { rejection, repeated: result.repeated };
        placed.push(Placed { outcome, frame: result.frame, ordinal: result.ordinal });
    }
    Ok(None)
}

/// The rejection of a code in an answer.
pub(crate) fn rejection_of_code(code: &str) -> Result<Rejection, ClientError> {
    let known = Rejection::ALL.into_iter().find(|rejection| rejection.code() == code);
    known.ok_or(ClientError::Lacks { what: "a rejection that this program knows" })
}

fn rejection_of_number(number: u16) -> Result<Option<Rejection>, ClientError> {
    if number == 0 {
        return Ok(None);
    }
    let known = Rejection::from_number(number);
    known.map(Some).ok_or(ClientError::Lacks { what: "a rejection that this program knows" })
}

fn account(accounts: &[u64], leg: &Leg) -> u64 {
    accounts[usize::try_from(leg.account).expect("an index into a table in memory")]
}

/// The side, as the wire has it.
pub(crate) fn side(side: ledger::Side) -> Side {
    match side {
        ledger::Side::Debit => Side::Debit,
        ledger::Side::Credit => Side::Credit,
    }
}
