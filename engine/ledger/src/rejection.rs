//! Rejections: coded answers to a client, in one documented order of precedence.

use strum::{EnumCount, IntoStaticStr, VariantArray};

use std::fmt;

/// Why a request was refused. The order of the variants is the order of precedence: where several apply, the one
/// whose [`Rejection::group`] comes first is given, and within a group that of the first leg in step order.
///
/// A rejection moves nothing. Whether it is remembered as the result of its id says [`Rejection::is_result`],
/// whether the same request may succeed later says [`Rejection::may_retry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumCount, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[repr(u16)]
pub enum Rejection {
    /// The request does not have the shape that the protocol asks for.
    Malformed = 1,
    /// The caller may not do that, or not there, not in that currency or not with that amount.
    Forbidden = 41,
    /// The caller's roles let it ask that only with a reason (查询须填事由), and it gave none.
    ReasonRequired = 43,
    /// It takes a second principal (四眼原则): it is to be proposed.
    NeedsApproval = 44,
    /// Nobody approves, rejects or reviews what it proposed itself, and nobody takes back what another proposed.
    OwnProposal = 45,
    /// Debits and credits differ in some currency or entity.
    Unbalanced = 2,
    /// An amount is zero, negative or too large.
    InvalidAmount = 3,
    /// Off-balance legs (表外) together with on-balance legs.
    MixedOffBalance = 4,
    /// A leg's currency, or entity, is not its account's.
    CurrencyMismatch = 5,
    /// Memo legs (备忘) alone, without a leg on another account of their entity.
    MemoAlone = 49,
    /// Not the sides that the booking mode of its type asks for on the accounting date.
    BookingMode = 50,
    /// No rule of fees is for this type, channel, merchant and currency on the accounting date; or what is to be refunded by
    /// amount was charged by none.
    NoRule = 51,
    /// The payee's fees are more than the amount.
    FeeAboveAmount = 52,
    /// The rule asks for accounts of others than the charge gives.
    WrongParties = 53,
    /// The id was used before with other content.
    IdempotencyConflict = 6,
    /// The id was cancelled before the request was ever seen (空回滚, 防悬挂).
    Cancelled = 7,
    /// What is to be approved is not what was proposed.
    DigestMismatch = 46,
    /// The request's own time lies before the window of known ids.
    TooOld = 8,
    /// The request's own time lies too far in the future.
    TooNew = 9,
    /// The request has no time of its own, and its id cannot be shown to be new: the ledger is older than its window of
    /// known ids.
    TimeRequired = 38,
    /// A cancel names a transaction that was posted: reverse it instead.
    AlreadyPosted = 10,
    /// No such entity.
    UnknownEntity = 11,
    /// No such account.
    UnknownAccount = 12,
    /// No such subject.
    UnknownSubject = 13,
    /// The subject has subjects below it: accounts and postings belong to leaves.
    NotLeaf = 14,
    /// No such hold (冻结).
    UnknownFreeze = 27,
    /// What is to be undone, refunded or confirmed is no posted transaction that can be.
    UnknownOriginal = 28,
    /// No such transaction.
    UnknownTransaction = 15,
    /// No such proposal, or one that ended long ago.
    UnknownProposal = 47,
    /// The natural key, or the name of a hold or try, is taken by something else.
    KeyConflict = 16,
    /// The subject contradicts its chart: below a leaf, a leaf above others, or of another class than its first level.
    ChartConflict = 36,
    /// The account's subject is of a class that it may not have here: results are carried to equity or common accounts, and a
    /// memo account is nobody's, has no limits and holds nothing.
    WrongClass = 37,
    /// The accounting date is closed, or the next date does not follow it.
    DateClosed = 17,
    /// The next accounting date lies far ahead of the current one and of the clock, and is not forced.
    DateAhead = 39,
    /// The value date lies far ahead of the accounting date and of the clock, or years before the accounting date.
    ValueDate = 40,
    /// The original was reversed before (冲正 once only).
    AlreadyReversed = 29,
    /// More than is left of the original to refund, or to reverse.
    RefundExceeded = 30,
    /// The original is older than the refund window of its type.
    RefundWindow = 31,
    /// More than remains of the hold.
    FreezeExceeded = 32,
    /// The hold has expired.
    FreezeExpired = 33,
    /// Only the authority that froze may release or spend the hold.
    WrongAuthority = 34,
    /// The account has moved since the position that a change of it expects.
    VersionConflict = 42,
    /// The proposal has ended: it was decided otherwise, or its time has run out.
    ProposalClosed = 48,
    /// The account still has a balance, a hold or a reservation.
    NotEmpty = 18,
    /// The account state (账户状态) forbids it.
    AccountState = 19,
    /// The payment state (支付状态) forbids it.
    PaymentState = 20,
    /// Not enough available.
    InsufficientFunds = 21,
    /// A limit of the account, or of the ledger, would be exceeded.
    LimitExceeded = 22,
    /// The day limit of the account would be exceeded.
    DayLimitExceeded = 35,
    /// The node is at its limits; nothing was done, try again later with the same id.
    Busy = 23,
    /// No room in the log; nothing was done, try again later with the same id.
    OutOfDisk = 24,
    /// The node is about to stop; nothing was done, try again with the same id.
    ShuttingDown = 25,
    /// The client is not who it says, or said nothing yet.
    NotAuthenticated = 26,
}

impl Rejection {
    /// Every rejection, in order of precedence.
    pub const ALL: [Rejection; Rejection::COUNT] =
        *Rejection::VARIANTS.first_chunk().expect("as many as are counted");

    /// The code as programs see it, such as `insufficient_funds`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.into()
    }

    /// The rejection of a number on disk or on the wire.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Rejection> {
        // A look at a table: each known id that is found again asks for it.
        Rejection::BY_NUMBER.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// Every rejection, by its number: they are counted from 1.
    const BY_NUMBER: [Rejection; Rejection::COUNT] = {
        let mut by_number = [Rejection::Malformed; Rejection::COUNT];
        let mut index = 0;
        while index < Rejection::COUNT {
            by_number[Rejection::ALL[index] as usize - 1] = Rejection::ALL[index];
            index += 1;
        }
        by_number
    };

    /// The number on disk and in compact answers; never changes its meaning.
    #[must_use]
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The group of the order of precedence: 0 shape and permission, 1 id, 2 existence, 3 date, 4 original, hold and version, 5 account
    /// state, 6 payment state, 7 funds, 8 limits, 9 the node.
    #[must_use]
    pub fn group(self) -> u8 {
        match self {
            Rejection::Malformed
            | Rejection::Forbidden
            | Rejection::ReasonRequired
            | Rejection::NeedsApproval
            | Rejection::OwnProposal
            | Rejection::Unbalanced
            | Rejection::InvalidAmount
            | Rejection::MixedOffBalance
            | Rejection::CurrencyMismatch
            | Rejection::MemoAlone
            | Rejection::BookingMode
            | Rejection::NoRule
            | Rejection::FeeAboveAmount
            | Rejection::WrongParties => 0,
            Rejection::IdempotencyConflict
            | Rejection::Cancelled
            | Rejection::DigestMismatch
            | Rejection::TooOld
            | Rejection::TooNew
            | Rejection::TimeRequired
            | Rejection::AlreadyPosted => 1,
            Rejection::UnknownEntity
            | Rejection::UnknownAccount
            | Rejection::UnknownSubject
            | Rejection::NotLeaf
            | Rejection::UnknownFreeze
            | Rejection::UnknownOriginal
            | Rejection::UnknownTransaction
            | Rejection::UnknownProposal
            | Rejection::KeyConflict
            | Rejection::ChartConflict
            | Rejection::WrongClass => 2,
            Rejection::DateClosed | Rejection::DateAhead | Rejection::ValueDate => 3,
            Rejection::AlreadyReversed
            | Rejection::RefundExceeded
            | Rejection::RefundWindow
            | Rejection::FreezeExceeded
            | Rejection::FreezeExpired
            | Rejection::WrongAuthority
            | Rejection::VersionConflict
            | Rejection::ProposalClosed
            | Rejection::NotEmpty => 4,
            Rejection::AccountState => 5,
            Rejection::PaymentState => 6,
            Rejection::InsufficientFunds => 7,
            Rejection::LimitExceeded | Rejection::DayLimitExceeded => 8,
            Rejection::Busy
            | Rejection::OutOfDisk
            | Rejection::ShuttingDown
            | Rejection::NotAuthenticated => 9,
        }
    }

    /// Whether the refusal is the result of its id: given again for the same id and content, whatever has changed
    /// since. What is malformed, forbidden, unbalanced or a question of the id itself is answered and forgotten, as is what
    /// the node could not take on.
    #[must_use]
    pub fn is_result(self) -> bool {
        (2..=8).contains(&self.group())
    }

    /// Whether the same request, with the same id, may be sent again and may then succeed.
    #[must_use]
    pub fn may_retry(self) -> bool {
        matches!(self, Rejection::Busy | Rejection::OutOfDisk | Rejection::ShuttingDown)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_codes_and_groups_are_in_order() {
        for rejection in Rejection::ALL {
            assert_eq!(Rejection::from_number(rejection.number()), Some(rejection));
        }
        assert_eq!(Rejection::from_number(0), None);
        assert_eq!(Rejection::from_number(1_000), None);
        assert!(Rejection::ALL.is_sorted_by_key(|r| r.group()));
        let mut codes = Rejection::ALL.map(Rejection::code);
        codes.sort_unstable();
        assert!(codes.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
