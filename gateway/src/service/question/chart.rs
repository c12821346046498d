//! The chart of an entity (科目表).

use longmen_access_log::Subject;
use longmen_engine::ledger::{Answer, Chart, Command, Operation};

use super::context::{Ask, Context};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{LARGE, one};
use crate::service::unanswered::Unanswered;

/// The chart of an entity.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ChartAsked {
    pub(crate) entity: Box<str>,
}

impl Ask for ChartAsked {
    const OPERATION: Operation = Operation::Chart;

    type Answer = Chart;

    fn price(&self) -> InFlight {
        one(LARGE)
    }

    fn subject(&self) -> Subject {
        Subject::default().with("entity", Some(self.entity.clone()))
    }

    fn told(chart: &Chart, _: &mut Subject) -> usize {
        chart.subjects.len()
    }

    async fn ask(self, context: &Context) -> Result<Chart, Unanswered> {
        context.permit(Self::OPERATION, Some(&self.entity))?;
        let read = |answer| match answer {
            Answer::Chart(chart) => Some(chart),
            _ => None,
        };
        context.ask(Command::Chart { entity: self.entity }, read).await
    }
}
