//! A page of proposals.

use longmen_engine::ledger::{AccountView, Answer, Command, Content, Operation, ProposalsWanted, Registered};

use super::context::{Ask, Context};
use super::known_accounts::KnownAccounts;
use crate::service::in_flight::InFlight;
use crate::service::sizes::{RECORD, rows};
use crate::service::unanswered::Unanswered;
use longmen_access_log::Subject;

/// Which proposals are asked for.
#[derive(Debug)]
pub(crate) struct ProposalsAsked(pub(crate) ProposalsWanted);

/// Proposals by number, and the accounts that they are about.
#[derive(Debug)]
pub(crate) struct ProposalsPage {
    pub(crate) proposals: Vec<Registered>,
    /// `after` of the next page.
    pub(crate) next: Option<u64>,
    pub(crate) accounts: KnownAccounts,
    /// The account that was asked for, where one was.
    of: Option<Box<AccountView>>,
}

impl Ask for ProposalsAsked {
    const OPERATION: Operation = Operation::Proposals;

    type Answer = ProposalsPage;

    fn price(&self) -> InFlight {
        rows(self.0.limit, RECORD)
    }

    fn subject(&self) -> Subject {
        let ProposalsWanted { after, limit, only_open, account } = &self.0;
        Subject::of_accounts(account)
            .with("after", Some(after.to_string()))
            .with("limit", Some(limit.to_string()))
            .with("open", Some(only_open.to_string()))
    }

    fn told(page: &ProposalsPage, subject: &mut Subject) -> usize {
        page.of.iter().for_each(|account| subject.found(account));
        let about = page.proposals.iter().flat_map(|registered| &registered.proposal.accounts);
        about.for_each(|account| subject.tell(*account));
        page.proposals.len()
    }

    /// What is about books that the caller may not see is left out, so that a page may be shorter than was asked for.
    async fn ask(self, context: &Context) -> Result<ProposalsPage, Unanswered> {
        let ProposalsAsked(wanted) = self;
        let limit = wanted.limit;
        let of = match &wanted.account {
            Some(account) => Some(context.account_for(Self::OPERATION, account.clone()).await?),
            None => None,
        };
        let mut proposals = context.proposals(wanted).await?;
        let is_full = u32::try_from(proposals.len()) == Ok(limit);
        let next = proposals.last().filter(|_| is_full).map(|last| last.proposal.number);
        let about = proposals.iter().flat_map(|registered| registered.proposal.accounts.iter().copied());
        let accounts = context.accounts_in(about).await?;
        proposals.retain(|registered| context.may_see_proposal(registered, &accounts));
        Ok(ProposalsPage { proposals, next, accounts: KnownAccounts::of(accounts), of })
    }
}

impl Context {
    /// Proposals as the ledger has them, whoever may see them.
    pub(super) async fn proposals(&self, wanted: ProposalsWanted) -> Result<Vec<Registered>, Unanswered> {
        let read = |answer| match answer {
            Answer::Proposals(proposals) => Some(proposals),
            _ => None,
        };
        self.ask(Command::Proposals(wanted), read).await
    }

    fn may_see_proposal(&self, registered: &Registered, accounts: &[AccountView]) -> bool {
        let operation = Operation::Proposals;
        if self.may_everywhere(operation) || registered.proposal.key.client == self.client() {
            return true;
        }
        let of_content = Content::read(&registered.proposal.content).is_some_and(|content| {
            let may_in = |entity| self.may_in(operation, entity, None);
            !content.is_about_access() && content.entity().is_none_or(may_in)
        });
        let mut about = registered.proposal.accounts.iter();
        of_content
            && about.all(|id| {
                accounts.iter().any(|account| account.id == *id && self.may_see(operation, account))
            })
    }
}
