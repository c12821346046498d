//! Asks again, with the same ids, for what was answered before the kill and for what was not.

use longmen_client::{Client, ClientError, Connection, Receiver, Sender};
use longmen_engine::ledger::Rejection;

use crate::books::{Books, Outcome};
use crate::check::Findings;
use crate::driver::Answered;
use crate::encode::{Encoder, Encoding, Placed, read_answer, side};
use crate::error::LoadError;
use crate::plan::Request;
use crate::setup::{House, Target, now_seconds};

/// Two connections of the client whose requests are asked again.
pub struct Asker<'a> {
    encoder: Encoder<'a>,
    house: &'a House,
    sender: Sender,
    receiver: Receiver,
    client: Client,
    placed: Vec<Placed>,
}

impl<'a> Asker<'a> {
    /// Connects.
    ///
    /// # Errors
    /// [`LoadError`], when the node cannot be reached.
    pub async fn connect(target: &Target, house: &'a House) -> Result<Asker<'a>, LoadError> {
        let connection: Connection = target.connection().await?;
        let (sender, receiver) = connection.split();
        let encoder = Encoder::new(Encoding::Transactions, &house.accounts);
        let client = target.client().await?;
        Ok(Asker { encoder, house, sender, receiver, client, placed: Vec::new() })
    }

    /// Cancels an id again whose cancel was not answered; its transaction has not been asked again yet.
    ///
    /// # Errors
    /// [`LoadError`], when the node breaks the connection.
    pub async fn cancel(&mut self, id: u128, findings: &mut Findings) -> Result<(), LoadError> {
        let result = self.client.cancel(id, Some(now_seconds())).await?;
        if &*result.outcome != "cancelled" {
            findings.add(format!("the cancel of {id:032x} is answered {} after recovery", result.outcome));
        }
        Ok(())
    }

    /// Asks again for transactions that were never answered and takes the answers into the books. Gives how many
    /// were there already.
    ///
    /// # Errors
    /// [`LoadError`], when the node breaks the connection.
    pub async fn settle(&mut self, request: &Request, books: &mut Books) -> Result<u64, LoadError> {
        self.ask(request).await?;
        let mut there = 0;
        for ((planned, legs), one) in request.iter().zip(&self.placed) {
            // The first answer that anyone gets is the first result, whenever it came about.
            let repeated = one.outcome.repeated && planned.again;
            there += u64::from(one.outcome.repeated && !planned.again);
            books.record_one(planned, legs, Outcome { repeated, ..one.outcome });
        }
        Ok(there)
    }

    /// Asks again for transactions that were answered: the same results, from the same places of the log.
    ///
    /// # Errors
    /// [`LoadError`], when the node breaks the connection.
    pub async fn confirm(&mut self, answered: &Answered, findings: &mut Findings) -> Result<(), LoadError> {
        let mut request = Request::default();
        let mut first: Vec<&Placed> = Vec::new();
        for (index, one) in answered.placed.iter().enumerate() {
            if one.is_result() {
                request.push_from(&answered.request, index);
                first.push(one);
            }
        }
        self.ask(&request).await?;
        for ((planned, first), now) in request.planned().iter().zip(first).zip(&self.placed) {
            let remembered = first.outcome.rejection.is_none_or(Rejection::is_result);
            let same_place = (now.frame, now.ordinal) == (first.frame, first.ordinal);
            let as_before = now.outcome.rejection == first.outcome.rejection
                && (!remembered || (now.outcome.repeated && same_place));
            if !as_before {
                let id = planned.id;
                findings
                    .add(format!("{id:032x} was answered {first:?} before the kill and {now:?} after it"));
            }
        }
        Ok(())
    }

    /// Looks a transaction of an answered request up in the log: all its legs, or none and its refusal.
    ///
    /// # Errors
    /// [`LoadError`], when the node breaks the connection.
    pub async fn look_up(&mut self, answered: &Answered, findings: &mut Findings) -> Result<(), LoadError> {
        let Some((planned, legs)) = answered.request.iter().next() else { return Ok(()) };
        let (id, first) = (planned.id, answered.placed[0]);
        let remembered = first.outcome.rejection.is_none_or(Rejection::is_result);
        match self.client.transaction(id).await {
            Ok(record) => {
                let outcome = first.outcome.rejection.map_or("posted", Rejection::code);
                let planned_legs = legs.iter().map(|leg| {
                    let index = usize::try_from(leg.account).expect("an index into a table in memory");
                    (self.house.accounts[index], leg.amount, side(leg.side))
                });
                let recorded = record.legs.iter().map(|leg| (leg.account, leg.amount, leg.side));
                let whole = first.outcome.rejection.is_some() || planned_legs.eq(recorded);
                if *record.outcome != *outcome || !whole {
                    findings.add(format!("{id:032x} was answered {outcome}; the log has {record:?}"));
                }
            }
            Err(ClientError::Refused(_)) if !remembered => {}
            Err(ClientError::Refused(refusal)) => {
                findings.add(format!("{id:032x} was answered {first:?}; looking it up: {refusal}"));
            }
            Err(other) => return Err(other.into()),
        }
        Ok(())
    }

    /// Posts a request and reads its results into `placed`, however often the node is busy.
    async fn ask(&mut self, request: &Request) -> Result<(), LoadError> {
        self.placed.clear();
        if request.is_empty() {
            return Ok(());
        }
        loop {
            self.encoder.queue(&mut self.sender, 0, now_seconds(), request)?;
            self.sender.flush().await?;
            let answer = self.receiver.next().await?;
            match read_answer(Encoding::Transactions, &answer, &mut self.placed)? {
                None => return Ok(()),
                Some(rejection) if rejection.may_retry() => tokio::task::yield_now().await,
                Some(rejection) => {
                    let refusal = longmen_client::Refusal::from_number(rejection.number());
                    return Err(LoadError::Refused { what: "a request asked again".into(), refusal });
                }
            }
        }
    }
}
