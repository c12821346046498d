//! The roles that are there without a line in a file.

use longmen_ledger::Operation;
use strum::{Display, EnumCount, EnumString, IntoStaticStr, VariantArray};

/// A role that is there without a line in a file. What each may do is said by [`StandardRole::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumCount, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum StandardRole {
    /// A payment switch: posts, tries, refunds and reverses what is its own.
    Poster,
    /// A card or order system: freezes, raises, releases and spends holds of its own.
    Holds,
    /// 经办: serves customers' accounts, and sets right what others posted.
    Operator,
    /// 复核: approves what others propose, and may propose itself: force, a court's freeze, a date far ahead.
    Approver,
    /// 财务: charts, day end, and the books.
    Finance,
    /// 审计: sees everything, changes nothing.
    Auditor,
    /// Opens entities and accounts. Sees no customer's money, and moves none.
    Admin,
    /// Sees how the node is.
    Monitor,
    /// Acts on behalf of others, with their rights: a console, an HTTP front.
    Front,
}

impl StandardRole {
    /// Every standard role.
    pub const ALL: [StandardRole; StandardRole::COUNT] =
        *StandardRole::VARIANTS.first_chunk().expect("as many as are counted");

    /// Its name as files have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Which of them may do an operation. A new operation has none until it is listed here, and does not compile before.
    #[must_use]
    pub fn of(operation: Operation) -> &'static [StandardRole] {
        use StandardRole::{Admin, Approver, Auditor, Finance, Front, Holds, Monitor, Operator, Poster};
        match operation {
            Operation::Post
            | Operation::Charge
            | Operation::Try
            | Operation::Confirm
            | Operation::CancelTry => &[Poster],
            Operation::Cancel => &[Poster, Holds],
            Operation::Freeze | Operation::Unfreeze => &[Holds, Operator],
            Operation::Raise | Operation::Consume => &[Holds],
            Operation::Reverse | Operation::Refund => &[Poster, Operator],
            Operation::OthersTransactions => &[Operator, Approver],
            Operation::Backdate => &[Poster, Holds, Operator],
            Operation::JudicialFreeze | Operation::ForcedConsume | Operation::ForcedReverse => {
                &[Operator, Approver]
            }
            Operation::JudicialRelease => &[Operator],
            Operation::OpenEntity | Operation::SetHot => &[Admin],
            Operation::OpenSubjects | Operation::MapType | Operation::SetBookingMode => &[Finance, Admin],
            Operation::SetFeeRules => &[Finance],
            Operation::OpenAccounts => &[Operator, Admin],
            Operation::StopAccount => &[Operator, Approver, Finance],
            Operation::SetState => &[Operator, Approver],
            Operation::SetLimits
            | Operation::RaiseLimits
            | Operation::SetReserve
            | Operation::MapCustomer => &[Operator],
            Operation::CloseDay => &[Finance],
            Operation::ForcedCloseDay => &[Finance, Approver],
            Operation::ChangeAccess => &[Admin],
            Operation::Approve => &[Approver],
            // For emergencies alone: a house says whose they are.
            Operation::BreakGlass => &[],
            Operation::Balance | Operation::Transaction => {
                &[Poster, Holds, Operator, Approver, Finance, Auditor]
            }
            Operation::Holds => &[Holds, Operator, Approver, Finance, Auditor],
            Operation::Accounts
            | Operation::Customer
            | Operation::Statement
            | Operation::BalanceAt
            | Operation::Entry
            | Operation::Register
            | Operation::Proposals
            | Operation::Find => &[Operator, Approver, Finance, Auditor],
            Operation::TrialBalance | Operation::GeneralLedger => &[Finance, Auditor],
            Operation::FeeRules => &[Approver, Finance, Auditor],
            Operation::Chart => &[Operator, Approver, Finance, Auditor, Admin],
            Operation::Status => {
                &[Poster, Holds, Operator, Approver, Finance, Auditor, Admin, Monitor, Front]
            }
            Operation::OnBehalf => &[Front],
        }
    }

    /// Whether what it may do it may do alone, whatever takes a second principal elsewhere: machines do what others decided.
    #[must_use]
    pub fn is_alone(self) -> bool {
        matches!(self, StandardRole::Poster | StandardRole::Holds)
    }

    /// Whether it may do an operation.
    #[must_use]
    pub fn may(self, operation: Operation) -> bool {
        StandardRole::of(operation).contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_may_do_something_and_no_role_everything() {
        for role in StandardRole::ALL {
            let may = Operation::ALL.into_iter().filter(|operation| role.may(*operation)).count();
            assert!(may > 0 && may < Operation::COUNT, "{role}: {may}");
            assert_eq!(role.name().parse(), Ok(role));
        }
    }

    #[test]
    fn who_sees_money_of_customers_and_who_moves_it() {
        use StandardRole::{Admin, Auditor, Front, Monitor};
        // An administrator and a front see none and move none; an auditor moves none.
        for (role, sees, moves) in
            [(Admin, false, false), (Front, false, false), (Monitor, false, false), (Auditor, true, false)]
        {
            let all = |operations: &[Operation]| operations.iter().any(|operation| role.may(*operation));
            let seen = all(&[Operation::Balance, Operation::Statement, Operation::Find, Operation::Holds]);
            let moved = all(&[Operation::Post, Operation::Reverse, Operation::Freeze, Operation::SetState]);
            assert_eq!((seen, moved), (sees, moves), "{role}");
        }
    }
}
