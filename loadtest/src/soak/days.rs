//! Closes of the accounting date under load.

use std::time::Instant;

use longmen_client::{Client, ClientError};
use longmen_engine::ledger::Date;
use longmen_workload::LoadError;
use longmen_workload::check::Findings;
use longmen_workload::setup::{START_DATE, Target};
use tokio::task::JoinHandle;

/// The accounting date of one entity, as far as the harness knows it.
pub(super) struct Days {
    entity: String,
    date: Date,
    /// The close that is under way, or that a kill left without an answer.
    asked: Option<JoinHandle<Result<Instant, LoadError>>>,
    asked_at: Instant,
    unanswered: bool,
    /// Closes that happened, from asking to the answer; of those that no answer came to only the beginning is known.
    pub(super) closes: Vec<(Instant, Instant)>,
    /// Of them, those that had happened although no answer came.
    pub(super) closed_unanswered: u64,
}

impl Days {
    /// The first date of an entity.
    pub(super) fn new(entity: &str) -> Days {
        Days {
            entity: entity.to_owned(),
            date: Date::parse(START_DATE).expect("the first date is a date"),
            asked: None,
            asked_at: Instant::now(),
            unanswered: false,
            closes: Vec::new(),
            closed_unanswered: 0,
        }
    }

    pub(super) fn is_first(&self) -> bool {
        self.date.to_string() == START_DATE
    }

    pub(super) fn is_closing(&self) -> bool {
        self.asked.is_some()
    }

    /// Asks for the next date, on a connection of its own.
    pub(super) fn close(&mut self, target: &Target) {
        let (target, entity, next) = (target.clone(), self.entity.clone(), self.date.next().to_string());
        self.asked_at = Instant::now();
        self.asked = Some(tokio::task::spawn_local(async move {
            let mut client = target.client().await?;
            client.close_day(&entity, &next).await?;
            Ok(Instant::now())
        }));
    }

    /// Takes in the answer if it is there.
    pub(super) async fn look(&mut self, findings: &mut Findings) -> Result<(), LoadError> {
        if self.asked.as_ref().is_some_and(JoinHandle::is_finished) {
            self.join(findings).await?;
        }
        Ok(())
    }

    /// Waits for the answer, if one was asked for; after a kill, for the end of its connection.
    pub(super) async fn join(&mut self, findings: &mut Findings) -> Result<(), LoadError> {
        let Some(asked) = self.asked.take() else { return Ok(()) };
        match asked.await.map_err(std::io::Error::other)? {
            Ok(answered) => {
                self.date = self.date.next();
                self.closes.push((self.asked_at, answered));
            }
            Err(LoadError::Client(ClientError::Refused(refusal))) => {
                findings.add(format!("the close of {}: {refusal}", self.date));
            }
            Err(_) => self.unanswered = true,
        }
        Ok(())
    }

    /// A close that was answered has happened, one that was not asked for has not; of one without an answer the node
    /// tells.
    pub(super) async fn check(
        &mut self,
        client: &mut Client,
        findings: &mut Findings,
    ) -> Result<(), LoadError> {
        let status = client.status().await?;
        let date = status.entities.iter().find(|(code, _)| **code == *self.entity).map(|(_, date)| &**date);
        let date = date.and_then(Date::parse);
        let unanswered = std::mem::take(&mut self.unanswered);
        if unanswered && date == Some(self.date.next()) {
            self.date = self.date.next();
            self.closes.push((self.asked_at, self.asked_at));
            self.closed_unanswered += 1;
        } else if date != Some(self.date) {
            let asked = if unanswered { "a close was asked for" } else { "no close was asked for" };
            findings.add(format!("{}: the date is {date:?}, it was {}, {asked}", self.entity, self.date));
        }
        Ok(())
    }
}
