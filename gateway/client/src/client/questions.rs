//! What a client asks of a node that changes nothing.

use super::Client;
use crate::account::AccountRef;
use crate::answer::{
    Account, AccountsFound, AccountsPage, Holds, Proposals, Status, TransactionRecord, each,
};
use crate::error::{ClientError, Refusal};
use crate::history::{
    Chart, FeeRules, FoundTransactions, GeneralLedger, MergedEntry, PastBalance, Register, Statement,
    TrialBalance,
};
use crate::id::TransactionId;
use crate::question::{
    BalanceAtRequest, EntryRequest, FindRequest, GeneralLedgerRequest, RegisterRequest, StatementRequest,
};
use crate::request::{
    BalanceRequest, ChartRequest, CustomerRequest, FeeRulesRequest, HoldsRequest, ListAccountsRequest,
    ListAfter, ProposalsRequest, TransactionRequest, TrialBalanceRequest,
};
use crate::wire::Operation;

impl Client {
    /// How accounts stand, one result each.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn balances(
        &mut self,
        accounts: &[AccountRef],
    ) -> Result<Vec<Result<Account, Refusal>>, ClientError> {
        let found: AccountsFound = self.question(Operation::Balance, &BalanceRequest { accounts }).await?;
        each(found.accounts)
    }

    /// How one account stands.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_account`, when there is none.
    pub async fn balance(&mut self, account: impl Into<AccountRef>) -> Result<Account, ClientError> {
        let mut found = self.balances(&[account.into()]).await?;
        Ok(found.pop().ok_or(ClientError::Lacks { what: "the account" })??)
    }

    /// A page of accounts in order of opening, from the one after `after` (0: from the first).
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn accounts(&mut self, after: u64, limit: u32) -> Result<Vec<Account>, ClientError> {
        let after = ListAfter::Account(after);
        let request = ListAccountsRequest { after, limit, ..ListAccountsRequest::default() };
        Ok(self.accounts_with(&request).await?.accounts)
    }

    /// A page of the accounts that the request says: it may be short, or empty, and not the last.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_entity`, when there is none of that code.
    pub async fn accounts_with(
        &mut self,
        request: &ListAccountsRequest<'_>,
    ) -> Result<AccountsPage, ClientError> {
        let found: AccountsFound = self.question(Operation::Accounts, request).await?;
        let accounts = each(found.accounts)?.into_iter().collect::<Result<_, _>>()?;
        Ok(AccountsPage { accounts, next: found.next })
    }

    /// The accounts of a customer (客户号).
    ///
    /// # Errors
    /// See [`Client`]; `unknown_entity`, when there is none of that code.
    pub async fn customer(&mut self, entity: &str, customer: &str) -> Result<Vec<Account>, ClientError> {
        let found: AccountsFound =
            self.question(Operation::Customer, &CustomerRequest { entity, customer }).await?;
        Ok(each(found.accounts)?.into_iter().collect::<Result<_, _>>()?)
    }

    /// A page of what is proposed, and what became of it.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn proposals(&mut self, request: &ProposalsRequest) -> Result<Proposals, ClientError> {
        self.question(Operation::Proposals, request).await
    }

    /// A page of holds (冻结), by account and name: of one account, or of all those of which something remains.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_account`, when there is none.
    pub async fn holds(&mut self, request: &HoldsRequest<'_>) -> Result<Holds, ClientError> {
        self.question(Operation::Holds, request).await
    }

    /// A page of an account's entries, newest first; `before` is `next` of the page before.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn statement(
        &mut self,
        account: impl Into<AccountRef>,
        before: Option<&str>,
        limit: u32,
    ) -> Result<Statement, ClientError> {
        self.statement_with(&StatementRequest { before, ..StatementRequest::new(account, limit) }).await
    }

    /// A page of an account's entries over a range.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn statement_with(&mut self, request: &StatementRequest<'_>) -> Result<Statement, ClientError> {
        self.question(Operation::Statement, request).await
    }

    /// What an account had at a moment of the past.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn balance_at(&mut self, request: &BalanceAtRequest<'_>) -> Result<PastBalance, ClientError> {
        self.question(Operation::BalanceAt, request).await
    }

    /// The legs that a merged entry stands for.
    ///
    /// # Errors
    /// See [`Client`]; `malformed`, when the entry is not merged.
    pub async fn entry(&mut self, request: &EntryRequest<'_>) -> Result<MergedEntry, ClientError> {
        self.question(Operation::Entry, request).await
    }

    /// A page of a register (登记簿): who changed what, when and why.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn register(&mut self, request: &RegisterRequest<'_>) -> Result<Register, ClientError> {
        self.question(Operation::Register, request).await
    }

    /// The general ledger of an entity over a range of accounting dates.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn general_ledger(
        &mut self,
        request: &GeneralLedgerRequest<'_>,
    ) -> Result<GeneralLedger, ClientError> {
        self.question(Operation::GeneralLedger, request).await
    }

    /// A transaction of this client by its id.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_transaction`, when the node does not know it.
    pub async fn transaction(
        &mut self,
        id: impl Into<TransactionId>,
    ) -> Result<TransactionRecord, ClientError> {
        let request = TransactionRequest { id: Some(id.into()), ..TransactionRequest::default() };
        self.question(Operation::Transaction, &request).await
    }

    /// A transaction of whichever client by its id, inside the window of known ids.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_transaction`, when the node does not know it.
    pub async fn transaction_of(
        &mut self,
        client: u32,
        id: impl Into<TransactionId>,
    ) -> Result<TransactionRecord, ClientError> {
        let request = TransactionRequest { id: Some(id.into()), place: None, client: Some(client) };
        self.question(Operation::Transaction, &request).await
    }

    /// The transaction, of whichever client, whose record lies at a place (`frame/ordinal`) that a result or a search
    /// gave.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_transaction`, when none lies there.
    pub async fn transaction_at(&mut self, place: &str) -> Result<TransactionRecord, ClientError> {
        let request = TransactionRequest { place: Some(place), ..TransactionRequest::default() };
        self.question(Operation::Transaction, &request).await
    }

    /// A page of transactions, of whichever client, by their reference, by their id, or by their dates.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn find(&mut self, request: &FindRequest<'_>) -> Result<FoundTransactions, ClientError> {
        self.question(Operation::Find, request).await
    }

    /// The chart of an entity (科目表).
    ///
    /// # Errors
    /// See [`Client`]; `unknown_entity`, when there is none of that code.
    pub async fn chart(&mut self, entity: &str) -> Result<Chart, ClientError> {
        self.question(Operation::Chart, &ChartRequest { entity }).await
    }

    /// The rules for fees and splits of an entity: the newest files before one of this number; 0: up to the newest.
    ///
    /// # Errors
    /// See [`Client`]; `unknown_entity`, when there is none of that code.
    pub async fn fee_rules(&mut self, entity: &str, before: u32) -> Result<FeeRules, ClientError> {
        self.question(Operation::FeeRules, &FeeRulesRequest { entity, before }).await
    }

    /// The general ledger of an entity at its leaves; an empty code: of every entity.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn trial_balance(&mut self, entity: &str) -> Result<TrialBalance, ClientError> {
        self.question(Operation::TrialBalance, &TrialBalanceRequest { entity }).await
    }

    /// How the node is.
    ///
    /// # Errors
    /// See [`Client`].
    pub async fn status(&mut self) -> Result<Status, ClientError> {
        self.question(Operation::Status, &()).await
    }
}
