//! The accounts of a customer.

use longmen_access_log::Subject;
use longmen_engine::ledger::{AccountView, Command, Operation, Rejection};

use super::context::{Ask, Context, accounts_of};
use crate::service::in_flight::InFlight;
use crate::service::sizes::{LARGE, one};
use crate::service::unanswered::Unanswered;

/// A customer of an entity.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CustomerAsked {
    pub(crate) entity: Box<str>,
    pub(crate) customer: Box<str>,
}

impl Ask for CustomerAsked {
    const OPERATION: Operation = Operation::Customer;

    type Answer = Vec<Result<AccountView, Rejection>>;

    fn price(&self) -> InFlight {
        one(LARGE)
    }

    fn subject(&self) -> Subject {
        let (entity, customer) = (self.entity.clone(), self.customer.clone());
        Subject::default().with("entity", Some(entity)).with("customer", Some(customer))
    }

    fn told(answer: &Self::Answer, subject: &mut Subject) -> usize {
        answer.iter().flatten().map(|account| subject.tell(account.id)).count()
    }

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let CustomerAsked { entity, customer } = self;
        context.permit(Self::OPERATION, Some(&entity))?;
        context.ask(Command::Customer { entity, customer }, accounts_of).await
    }
}
