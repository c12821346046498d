//! The rules for fees and splits of an entity.

use longmen_access_log::Subject;
use longmen_engine::ledger::{Answer, Command, FeeRulesFrom, Operation};

use super::context::{Ask, Context};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{LARGE, one};
use crate::service::unanswered::Unanswered;

/// The rules of an entity: its newest files, or those before one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FeeRulesAsked {
    pub(crate) entity: Box<str>,
    /// The number of a file; 0: up to the newest.
    pub(crate) before: u32,
}

/// Files of rules, in the order in which they were set.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FeeRulesPage {
    /// The number of the file that holds on the current date.
    pub(crate) current: Option<u32>,
    pub(crate) files: Vec<FeeRulesFrom>,
}

impl Ask for FeeRulesAsked {
    const OPERATION: Operation = Operation::FeeRules;

    type Answer = FeeRulesPage;

    fn price(&self) -> InFlight {
        one(LARGE)
    }

    fn subject(&self) -> Subject {
        Subject::default().with("entity", Some(self.entity.clone()))
    }

    fn told(page: &FeeRulesPage, _: &mut Subject) -> usize {
        page.files.len()
    }

    async fn ask(self, context: &Context) -> Result<FeeRulesPage, Unanswered> {
        context.permit(Self::OPERATION, Some(&self.entity))?;
        let read = |answer| match answer {
            Answer::FeeRules { current, files } => Some(FeeRulesPage { current, files }),
            _ => None,
        };
        context.ask(Command::FeeRules { entity: self.entity, before: self.before }, read).await
    }
}
