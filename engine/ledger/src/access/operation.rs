//! Operations: what somebody may be let do, each by its name.

use strum::{Display, EnumCount, EnumString, IntoStaticStr, VariantArray};

/// What somebody may be let do: a kind of transaction, a command or a question.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Display,
    EnumCount,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum Operation {
    /// Post legs (记账).
    Post,
    /// Freeze (冻结), but for a court.
    Freeze,
    /// Freeze for a court (司法冻结).
    JudicialFreeze,
    /// Add to a hold (追加预授权).
    Raise,
    /// Release a hold (解冻).
    Unfreeze,
    /// Spend a hold (扣划).
    Consume,
    /// Spend a hold whatever the payment state, the funds and the holds before it say.
    ForcedConsume,
    /// Reverse a transaction (冲正).
    Reverse,
    /// Reverse a transaction whatever states and funds say.
    ForcedReverse,
    /// Refund a transaction (退款).
    Refund,
    /// Try (TCC): hold what the legs take.
    Try,
    /// Confirm a try.
    Confirm,
    /// Cancel a try that stands.
    CancelTry,
    /// Post the legs that an amount comes to by the rules for fees and splits (按规则记账).
    Charge,
    /// Cancel an id, seen or not.
    Cancel,
    /// Give a transaction a value date that lies before the accounting date (倒起息), beside the right to post it.
    Backdate,
    /// Release or spend what a court froze, beside the right to do that at all.
    JudicialRelease,
    /// Do any of these to what another client posted, froze or tried, beside the right to do it at all.
    OthersTransactions,
    /// Open an entity.
    OpenEntity,
    /// Open subjects (科目).
    OpenSubjects,
    /// Open accounts (分户账).
    OpenAccounts,
    /// Stop an account: change its states so that they let nothing through that they did not before (挂失, 止付).
    StopAccount,
    /// Change an account's states in any way: release a stop, close it.
    SetState,
    /// Set limits (限额).
    SetLimits,
    /// Set limits so that they let more through than before, beside the right to set them.
    RaiseLimits,
    /// Set the withholding reserve (代扣备用金).
    SetReserve,
    /// Make an account hot, or not.
    SetHot,
    /// Close an accounting date (日切), and carry results forward (年终结转).
    CloseDay,
    /// Close a date to one that lies far ahead.
    ForcedCloseDay,
    /// Tie an account to a customer.
    MapCustomer,
    /// Say which subject accounts of a type get.
    MapType,
    /// Say how transactions of a type are booked.
    SetBookingMode,
    /// Set the rules for fees and splits (手续费, 分账).
    SetFeeRules,
    /// Change the file that says who may do what.
    ChangeAccess,
    /// Approve or reject what another principal proposed (复核), whatever it is.
    Approve,
    /// Do at once what takes a second principal (应急处置); it stays flagged until another has reviewed it.
    BreakGlass,
    /// See how accounts stand.
    Balance,
    /// List accounts.
    Accounts,
    /// List the accounts of a customer.
    Customer,
    /// List holds.
    Holds,
    /// See the general ledger on the current date (试算平衡).
    TrialBalance,
    /// See the chart (科目表).
    Chart,
    /// See the rules for fees and splits.
    FeeRules,
    /// See how the node is.
    Status,
    /// See an account's entries (对账单).
    Statement,
    /// See what an account had at a moment of the past.
    BalanceAt,
    /// Open a merged entry.
    Entry,
    /// See a register (登记簿).
    Register,
    /// See the general ledger over dates (总账).
    GeneralLedger,
    /// Look transactions up by reference, or by the id that some client gave.
    Find,
    /// See a transaction.
    Transaction,
    /// See what is proposed, and what became of it.
    Proposals,
    /// Act on behalf of another principal, with that one's rights.
    OnBehalf,
}

const _: () = assert!(Operation::COUNT <= 64, "operations are kept as bits of a word");

impl Operation {
    /// Every operation.
    pub const ALL: [Operation; Operation::COUNT] =
        *Operation::VARIANTS.first_chunk().expect("as many as are counted");

    /// Its name as people and files have it, such as `close_day`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it can be proposed to a second principal. What is only opened, asked or decided cannot.
    #[must_use]
    pub fn may_be_proposed(self) -> bool {
        match self {
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
            | Operation::Backdate
            | Operation::JudicialRelease
            | Operation::OthersTransactions
            | Operation::StopAccount
            | Operation::SetState
            | Operation::SetLimits
            | Operation::RaiseLimits
            | Operation::SetReserve
            | Operation::SetHot
            | Operation::CloseDay
            | Operation::ForcedCloseDay
            | Operation::MapCustomer
            | Operation::MapType
            | Operation::SetBookingMode
            | Operation::SetFeeRules
            | Operation::Charge
            | Operation::ChangeAccess => true,
            Operation::Cancel
            | Operation::OpenEntity
            | Operation::OpenSubjects
            | Operation::OpenAccounts
            | Operation::Approve
            | Operation::BreakGlass
            | Operation::Balance
            | Operation::Accounts
            | Operation::Customer
            | Operation::Holds
            | Operation::TrialBalance
            | Operation::Chart
            | Operation::FeeRules
            | Operation::Status
            | Operation::Statement
            | Operation::BalanceAt
            | Operation::Entry
            | Operation::Register
            | Operation::GeneralLedger
            | Operation::Find
            | Operation::Transaction
            | Operation::Proposals
            | Operation::OnBehalf => false,
        }
    }

    pub(crate) fn bit(self) -> u64 {
        1 << self as u8
    }
}
