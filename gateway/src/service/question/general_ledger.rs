//! The general ledger over a range of dates.

use longmen_access_log::Subject;
use longmen_engine::GeneralLedger;
use longmen_engine::ledger::{Answer, Command, Date, Operation};

use super::context::{Ask, Context};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{LARGE, one};
use crate::service::unanswered::Unanswered;

/// The general ledger over a range of dates.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct GeneralLedgerAsked {
    pub(crate) entity: Box<str>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
}

impl Ask for GeneralLedgerAsked {
    const OPERATION: Operation = Operation::GeneralLedger;

    type Answer = GeneralLedger;

    fn price(&self) -> InFlight {
        one(LARGE)
    }

    fn subject(&self) -> Subject {
        Subject::default()
            .with("entity", Some(self.entity.clone()))
            .with("from", self.from.map(|date| date.to_string()))
            .with("to", self.to.map(|date| date.to_string()))
    }

    fn told(ledger: &GeneralLedger, _: &mut Subject) -> usize {
        ledger.lines.len()
    }

    async fn ask(self, context: &Context) -> Result<GeneralLedger, Unanswered> {
        let GeneralLedgerAsked { entity, from, to } = self;
        context.permit(Self::OPERATION, Some(&entity))?;
        let read = |answer| match answer {
            Answer::TrialBalance(trial) => Some(trial),
            _ => None,
        };
        let trial = context.ask(Command::TrialBalance { entity: entity.clone() }, read).await?;
        let closings = context.closings(entity).await?;
        let found = context.look_up(move |history| history.general_ledger(from, to, &trial, &closings));
        let (mut ledger, carried) = found.await?;
        if !carried.is_empty() {
            let accounts = context.accounts_in(carried.iter().map(|leg| leg.account)).await?;
            ledger.tell_carried(&carried, accounts.iter());
        }
        Ok(ledger)
    }
}
