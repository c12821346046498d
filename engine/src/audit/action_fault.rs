//! What does not hold of a transaction that does more than post.

use crate::ledger::{AccountId, Currency};

/// Why a transaction's records do not make what its head says that it does. Amounts are minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActionFault {
    /// Posted where it can only be tried, or the other way round.
    #[error("has an outcome that it cannot have")]
    Outcome,
    /// Another transaction must be named, and is not.
    #[error("names no other transaction")]
    NamesNone,
    /// Another transaction is named where none can be.
    #[error("names another transaction, which it cannot")]
    NamesOther,
    /// Marked as forced where nothing can be, or without an approval.
    #[error("is forced without an approval, or where nothing can be")]
    Forced,
    /// Marked as blue where nothing can be.
    #[error("is marked as blue, and is no reversal")]
    Blue,
    /// The ledger's own transactions carry forward, and no others.
    #[error("is of the ledger itself, and carries nothing forward, or the other way round")]
    Client,
    /// By which rule its legs were made is not said where it must be, or is said where no rule makes legs.
    #[error("says not by which rule its legs were made, or says so of legs that no rule made")]
    Rule,
    /// A transaction without legs has some.
    #[error("has legs of its own, which it cannot")]
    HasLegs,
    /// It names a place that is not before it.
    #[error("names what does not lie before it")]
    NotBefore,
    /// At the place that it names lies another transaction, or none.
    #[error("names what does not lie where it says")]
    NotThere,
    /// What it names was not done, or cannot be undone, refunded or confirmed.
    #[error("names what was not done, or cannot be undone so")]
    NotUndoable,
    /// What it names was reversed, confirmed or cancelled before.
    #[error("names what was undone or confirmed before")]
    UndoneBefore,
    /// What it reverses was refunded.
    #[error("reverses what was refunded")]
    Refunded,
    /// Red in another year, or blue in the same one.
    #[error("is red over years, or blue within one")]
    Style,
    /// Its legs are not those of what it names, in the style that it says.
    #[error("has not the legs that follow from what it names")]
    OtherLegs,
    /// The refunds of an original give an account more than it took.
    #[error("the refunds give account {account} {given}, and the original took {taken}")]
    RefundOfAccount {
        account: AccountId,
        /// What it was given in all.
        given: i128,
        /// What the original took from it.
        taken: i128,
    },
    /// The refunds of an original move more than it did.
    #[error("the refunds move {refunded} {currency}, and the original moved {moved}")]
    RefundInAll {
        currency: Currency,
        /// What all refunds moved.
        refunded: i128,
        /// What the original moved.
        moved: i128,
    },
    /// The refunds of an original come to what it does not let them, by so much over all accounts.
    #[error("the refunds of the original come to {by} more than, or other than, it moved")]
    RefundOutside {
        /// By how much.
        by: i128,
    },
    /// Marked as a refund by way of clearing, where it moves no account that its original did not, or is none.
    #[error("is marked as going by way of clearing, and does not")]
    Clearing,
    /// A reversal that counts otherwise against day limits than its date asks for.
    #[error("gives back of a day limit what it must not, or does not what it must")]
    Counting,
    /// Moves other holds, or moves them otherwise, than it says.
    #[error("does not move just the holds that it must")]
    Holds,
    /// A consume spends another amount than its legs take.
    #[error("spends {amount} of a hold of account {account}, and its legs take {taken}")]
    Spent {
        /// The held account.
        account: AccountId,
        /// What is spent of the hold.
        amount: i64,
        /// What the legs take, natural.
        taken: i128,
    },
    /// A cancelled try still holds something.
    #[error("leaves {remaining} of the try held on account {account}")]
    HoldLeft {
        account: AccountId,
        /// What is left.
        remaining: i64,
    },
    /// The legs of a try could not be posted.
    #[error("has legs that could not be posted")]
    TryLegs,
    /// Carries forward an account that is neither income nor expense.
    #[error("carries account {account} forward, which is neither income nor expense")]
    NoResult { account: AccountId },
    /// Carries forward to an account that is neither equity nor common.
    #[error("carries results forward to account {account}, which is neither equity nor common")]
    Target { account: AccountId },
    /// An account that is carried forward keeps a balance.
    #[error("carries account {account} forward, and leaves something in it")]
    NotCarried { account: AccountId },
}
