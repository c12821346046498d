//! Effects: what a transaction does to holds, judged and applied by the shard of the held account.

use crate::account::hold::{Hold, HoldKind, HoldMove, HoldTerms};
use crate::account::states::Touch;
use crate::ids::{AccountId, TransactionKey};
use crate::money::amount::Amount;
use crate::rejection::Rejection;

/// What a transaction does to one hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The held account.
    pub account: AccountId,
    /// The hold.
    pub key: TransactionKey,
    /// What is done to it.
    pub what: EffectKind,
}

/// What is done to a hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EffectKind {
    /// It is opened.
    Freeze {
        /// How much.
        amount: Amount,
        /// On what terms.
        terms: HoldTerms,
    },
    /// It is raised.
    Raise {
        /// By how much.
        amount: Amount,
        /// When it releases by itself from now on, in microseconds since 1970; `None`: as before.
        expires_us: Option<i64>,
        /// By whom.
        authority: Box<str>,
    },
    /// It is released.
    Release {
        /// How much; `None`: all that remains.
        amount: Option<Amount>,
        /// By whom.
        authority: Box<str>,
    },
    /// It is spent by the legs of the transaction.
    Consume {
        /// How much.
        amount: Amount,
        /// By whom.
        authority: Box<str>,
        /// Whether the payment state, a reported loss, limits and the want of funds are set aside.
        forced: bool,
    },
    /// A consume was reversed: the amount is held again.
    Restore {
        /// How much.
        amount: Amount,
        /// The hold as the consume left it, in case it was forgotten since.
        hold: Hold,
    },
    /// A try is cancelled: whatever remains is released.
    Abandon {
        /// The hold as the try opened it, in case it was forgotten since.
        hold: Hold,
    },
    /// It has reached its expiry.
    Expire,
}

impl Effect {
    /// The hold after the effect, what its record calls it and the amount moved; or why not. `hold` is the hold as it
    /// stands, if it is there.
    ///
    /// # Errors
    /// The first of: there is no such hold, or one of this name already; more than remains, or expired; the authority is
    /// another.
    pub(crate) fn on(&self, hold: Option<&Hold>) -> Result<(Hold, HoldMove, i64), Rejection> {
        match &self.what {
            EffectKind::Freeze { amount, terms } => {
                // Its id was forgotten since, and came again.
                if hold.is_some() {
                    return Err(Rejection::KeyConflict);
                }
                let (key, terms, amount) = (self.key, terms.clone(), amount.0);
                let hold = Hold { key, terms, amount, remaining: amount, expired: false };
                Ok((hold, HoldMove::Frozen, amount))
            }
            EffectKind::Raise { amount, expires_us, authority } => {
                let raised = raise(hold.ok_or(Rejection::UnknownFreeze)?, amount.0, authority)?;
                let expires_us = expires_us.or(raised.terms.expires_us);
                let terms = HoldTerms { expires_us, ..raised.terms };
                Ok((Hold { terms, ..raised }, HoldMove::Raised, amount.0))
            }
            EffectKind::Release { amount, authority } => {
                let hold = hold.ok_or(Rejection::UnknownFreeze)?;
                let amount = amount.map_or(hold.remaining, |amount| amount.0);
                Ok((take(hold, amount, authority)?, HoldMove::Released, amount))
            }
            EffectKind::Consume { amount, authority, .. } => {
                let hold = hold.ok_or(Rejection::UnknownFreeze)?;
                Ok((take(hold, amount.0, authority)?, HoldMove::Consumed, amount.0))
            }
            EffectKind::Restore { amount, hold: consumed } => {
                // A raise only adds: of two states of a hold, the one with more was later, and knows the terms.
                let latest = hold.filter(|hold| hold.amount >= consumed.amount).unwrap_or(consumed);
                let remaining = hold.map_or(0, |hold| hold.remaining);
                let mut hold = Hold { remaining, ..latest.clone() };
                hold.remaining += amount.0;
                hold.expired = false;
                Ok((hold, HoldMove::Restored, amount.0))
            }
            EffectKind::Abandon { hold: opened } => {
                let remaining = hold.map_or(0, |hold| hold.remaining);
                let abandoned = Hold { remaining: 0, ..hold.unwrap_or(opened).clone() };
                Ok((abandoned, HoldMove::Released, remaining))
            }
            EffectKind::Expire => {
                let hold = hold.ok_or(Rejection::UnknownFreeze)?;
                let expired = Hold { remaining: 0, expired: true, ..hold.clone() };
                Ok((expired, HoldMove::Expired, hold.remaining))
            }
        }
    }

    /// How it touches its account, for the states.
    pub(crate) fn touch(&self, hold: &Hold) -> Touch {
        match self.what {
            EffectKind::Freeze { .. } | EffectKind::Raise { .. } | EffectKind::Restore { .. } => {
                Touch::Freeze
            }
            EffectKind::Release { .. } | EffectKind::Abandon { .. } | EffectKind::Expire => Touch::Unfreeze,
            EffectKind::Consume { forced, .. } => {
                Touch::Consume { judicial: hold.terms.kind == HoldKind::Judicial, forced }
            }
        }
    }

    /// Whether it freezes for a court, which may be more than there is: what comes in later is frozen too (限额冻结).
    pub(crate) fn seizes(&self, hold: Option<&Hold>) -> bool {
        match &self.what {
            EffectKind::Freeze { terms, .. } => terms.kind == HoldKind::Judicial,
            EffectKind::Raise { .. } => hold.is_some_and(|hold| hold.terms.kind == HoldKind::Judicial),
            _ => false,
        }
    }

    /// Whether it opens a hold that others may name: those of a try move with it alone.
    pub(crate) fn opens_named(&self) -> bool {
        matches!(&self.what, EffectKind::Freeze { terms, .. } if terms.kind != HoldKind::Try)
    }

    /// Whether it must stand before the legs of its transaction, so that nothing in between is below zero.
    pub(crate) fn frees(&self) -> bool {
        !matches!(
            self.what,
            EffectKind::Freeze { .. } | EffectKind::Raise { .. } | EffectKind::Restore { .. }
        )
    }
}

fn take(hold: &Hold, amount: i64, authority: &str) -> Result<Hold, Rejection> {
    check_open(hold, amount, authority)?;
    Ok(Hold { remaining: hold.remaining - amount, ..hold.clone() })
}

/// A hold of which nothing remains has ended, and is raised no more.
fn raise(hold: &Hold, amount: i64, authority: &str) -> Result<Hold, Rejection> {
    check_open(hold, 0, authority)?;
    let more = |than: i64| than.checked_add(amount).ok_or(Rejection::LimitExceeded);
    Ok(Hold { amount: more(hold.amount)?, remaining: more(hold.remaining)?, ..hold.clone() })
}

/// Whether a hold stands with so much remaining, and is this authority's.
fn check_open(hold: &Hold, amount: i64, authority: &str) -> Result<(), Rejection> {
    if hold.expired {
        return Err(Rejection::FreezeExpired);
    }
    if amount > hold.remaining || hold.remaining == 0 {
        return Err(Rejection::FreezeExceeded);
    }
    if !hold.terms.authority.is_empty() && *hold.terms.authority != *authority {
        return Err(Rejection::WrongAuthority);
    }
    Ok(())
}
