//! What the states of an account let through, as the audit reads the table of account and payment states (账户状态,
//! 支付状态): written down a second time, so that a slip in the ledger's own is found.

use crate::ledger::{AccountState, HoldKind, HoldMove, PaymentState};

/// What a record does to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// A credit: the holder receives. A red debit is one.
    Receives,
    /// A debit: it takes from the holder. A red credit is one.
    Pays,
    /// More is held.
    Holds,
    /// Less is held.
    Releases,
    /// A hold is spent.
    Spends {
        /// A hold of a court.
        judicial: bool,
        /// With an approval.
        forced: bool,
    },
}

/// What an account's states let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lets(u8);

const RECEIVES: u8 = 1;
const PAYS: u8 = 2;
const HOLDS: u8 = 4;
const RELEASES: u8 = 8;
const SPENDS: u8 = 16;
const SPENDS_FORCED: u8 = 32;
const SPENDS_JUDICIAL: u8 = 64;

impl Lets {
    /// Of an account that was just opened.
    pub(super) const ALL: Lets = Lets(RECEIVES | PAYS | HOLDS | RELEASES | SPENDS);

    pub(super) fn of(account: AccountState, payment: PaymentState) -> Lets {
        let held = HOLDS | RELEASES;
        Lets(match (account, payment) {
            (AccountState::Closed, _) => 0,
            (AccountState::LossReported, _) => RECEIVES | held | SPENDS_FORCED,
            (AccountState::JudicialFreeze, _) => RECEIVES | held | SPENDS_JUDICIAL,
            (AccountState::Normal, PaymentState::Normal | PaymentState::PartialStop) => return Lets::ALL,
            (AccountState::Normal, PaymentState::ReceivesOnly) => RECEIVES | held | SPENDS_FORCED,
            (AccountState::Normal, PaymentState::Neither) => held | SPENDS_FORCED,
            (AccountState::Normal, PaymentState::PaysOnly) => PAYS | held | SPENDS,
        })
    }

    /// Whether the account is closed: nothing passes.
    pub(super) fn nothing(self) -> bool {
        self.0 == 0
    }

    pub(super) fn lets(self, doing: Doing) -> bool {
        let passes = match doing {
            Doing::Receives => RECEIVES,
            Doing::Pays => PAYS,
            Doing::Holds => HOLDS,
            Doing::Releases => RELEASES,
            Doing::Spends { judicial, forced } => {
                let judicial = if judicial { SPENDS_JUDICIAL } else { 0 };
                let forced = if forced { SPENDS_FORCED } else { 0 };
                SPENDS | judicial | forced
            }
        };
        self.0 & passes != 0
    }
}

impl Doing {
    /// What a leg does that moves the balance by `signed`, debit-positive.
    pub(super) fn of_leg(signed: i128) -> Doing {
        if signed > 0 { Doing::Pays } else { Doing::Receives }
    }

    /// What a move of a hold does; `forced` where its transaction is.
    pub(super) fn of_move(moved: HoldMove, kind: HoldKind, forced: bool) -> Doing {
        match moved {
            HoldMove::Frozen | HoldMove::Restored | HoldMove::Raised => Doing::Holds,
            HoldMove::Released | HoldMove::Expired => Doing::Releases,
            HoldMove::Consumed => Doing::Spends { judicial: kind == HoldKind::Judicial, forced },
        }
    }

    /// In words, for a finding.
    pub(super) fn name(self) -> &'static str {
        match self {
            Doing::Receives => "a credit",
            Doing::Pays => "a debit",
            Doing::Holds => "a freeze",
            Doing::Releases => "an unfreeze",
            Doing::Spends { .. } => "a consume",
        }
    }
}
