//! Which questions are about customers: their answers tell of accounts and what moved on them.

use longmen_ledger::Operation;

/// Whether an operation is a question about customers, for which a role may demand a reason. A new operation does not compile
/// before it is said here.
#[must_use]
pub fn is_about_customers(operation: Operation) -> bool {
    match operation {
        Operation::Balance
        | Operation::Accounts
        | Operation::Customer
        | Operation::Holds
        | Operation::Statement
        | Operation::BalanceAt
        | Operation::Entry
        | Operation::Register
        | Operation::Find
        | Operation::Transaction
        | Operation::Proposals => true,
        // The books as a whole, and how the node is.
        Operation::TrialBalance
        | Operation::GeneralLedger
        | Operation::Chart
        | Operation::FeeRules
        | Operation::Status => false,
        // No questions.
        Operation::Post
        | Operation::Freeze
        | Operation::JudicialFreeze
        | Operation::Raise
        | Operation::Unfreeze
        | Operation::Consume
        | Operation::ForcedConsume
        | Operation::Reverse
        | Operation::ForcedReverse
        | Operation::Refund
        | Operation::Try
        | Operation::Confirm
        | Operation::CancelTry
        | Operation::Cancel
        | Operation::OthersTransactions
        | Operation::OpenEntity
        | Operation::OpenSubjects
        | Operation::OpenAccounts
        | Operation::StopAccount
        | Operation::SetState
        | Operation::SetLimits
        | Operation::SetReserve
        | Operation::SetHot
        | Operation::CloseDay
        | Operation::ForcedCloseDay
        | Operation::MapCustomer
        | Operation::MapType
        | Operation::SetBookingMode
        | Operation::SetFeeRules
        | Operation::Charge
        | Operation::Backdate
        | Operation::JudicialRelease
        | Operation::RaiseLimits
        | Operation::ChangeAccess
        | Operation::Approve
        | Operation::BreakGlass
        | Operation::OnBehalf => false,
    }
}
