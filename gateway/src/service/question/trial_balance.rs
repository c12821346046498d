//! The general ledger on the current date, at its leaves, beside the sums of its accounts.

use longmen_access_log::Subject;
use longmen_engine::ledger::{Answer, Command, Operation, TrialBalance};

use super::context::{Ask, Context};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{LARGE, one};
use crate::service::unanswered::Unanswered;

/// The books of an entity.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TrialBalanceAsked {
    /// Its code; empty: of every entity.
    pub(crate) entity: Box<str>,
}

impl Ask for TrialBalanceAsked {
    const OPERATION: Operation = Operation::TrialBalance;

    type Answer = TrialBalance;

    fn price(&self) -> InFlight {
        one(LARGE)
    }

    fn subject(&self) -> Subject {
        let entity = Some(self.entity.clone()).filter(|entity| !entity.is_empty());
        Subject::default().with("entity", entity)
    }

    fn told(trial: &TrialBalance, _: &mut Subject) -> usize {
        trial.lines.len()
    }

    async fn ask(self, context: &Context) -> Result<TrialBalance, Unanswered> {
        context.permit(Self::OPERATION, Some(&self.entity))?;
        let read = |answer| match answer {
            Answer::TrialBalance(trial) => Some(trial),
            _ => None,
        };
        context.ask(Command::TrialBalance { entity: self.entity }, read).await
    }
}
