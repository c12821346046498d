//! The accounts of a customer.

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

    async fn ask(self, context: &Context) -> Result<Self::Answer, Unanswered> {
        let CustomerAsked { entity, customer } = self;
        context.permit(Self::OPERATION, Some(&entity))?;
        context.ask(Command::Customer { entity, customer }, accounts_of).await
    }
}
