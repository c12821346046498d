//! Deeds: what a transaction does besides posting the legs that it brings.

use strum::{EnumCount, FromRepr, IntoStaticStr, VariantArray};

use std::sync::Arc;

use crate::account::AccountKey;
use crate::account::hold::{Hold, HoldTerms};
use crate::ids::{AccountId, RecordPlace, TransactionKey};
use crate::money::amount::Amount;
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::record::head::Named;
use crate::transaction::Leg;

/// What a transaction does, as its record names it.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, EnumCount, FromRepr, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum Action {
    /// 记账: posts its legs
    #[default]
    Post = 0,
    /// 冻结
    Freeze = 1,
    /// 解冻
    Unfreeze = 2,
    /// 扣划: spends a hold and posts legs, in one atomic step
    Consume = 3,
    /// 冲正
    Reverse = 4,
    /// 退款
    Refund = 5,
    /// TCC: holds what its legs take
    Try = 6,
    /// TCC: posts the legs of a try
    Confirm = 7,
    /// TCC: releases what a try holds
    CancelTry = 8,
    /// 年终结转: income and expense carried forward
    CarryForward = 9,
}

impl Action {
    /// Every action, by number.
    pub const ALL: [Action; Action::COUNT] = *Action::VARIANTS.first_chunk().expect("as many as are counted");

    /// The name as programs see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The action of a number on disk.
    #[must_use]
    pub fn from_number(number: u16) -> Option<Action> {
        u8::try_from(number).ok().and_then(Action::from_repr)
    }
}

/// What a transaction does besides posting the legs that it brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Opens a hold named by the transaction. Brings no legs.
    Freeze(Freeze),
    /// Releases a hold, in part or all that remains. Brings no legs.
    Unfreeze {
        /// The hold.
        hold: TransactionKey,
        /// How much, in minor units; `None`: all that remains.
        amount: Option<Amount>,
        /// The currency that the amount was given in, which must be the held account's; `None`: it was not said.
        currency: Option<Currency>,
        /// Who releases it.
        authority: Box<str>,
    },
    /// Spends part of a hold and posts the legs.
    Consume {
        /// The hold.
        hold: TransactionKey,
        /// How much, in minor units: what the legs take from the held account.
        amount: Amount,
        /// Who spends it.
        authority: Box<str>,
        /// Whether the payment state, a reported loss, limits and the want of funds are set aside, with an approval.
        forced: bool,
    },
    /// Undoes an original with all its legs, once. Brings no legs.
    Reverse {
        /// What is undone.
        original: Naming,
        /// Whether funds and states are set aside, with an approval.
        forced: bool,
    },
    /// Posts legs that give back part of an original.
    Refund(Naming),
    /// Holds what the legs take from each account, and posts nothing until it is confirmed.
    Try {
        /// When it releases by itself, in microseconds since 1970.
        expires_us: Option<i64>,
    },
    /// Posts the legs of a try. Brings no legs.
    Confirm(Naming),
    /// Releases what a try holds. Brings no legs.
    CancelTry(Naming),
    /// Carries income and expense forward at the end of a year; the ledger's own.
    CarryForward,
}

/// A freeze.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// The account, or [`AccountId::NONE`] where the key is still to be resolved.
    pub account: AccountId,
    /// The account's natural key, where the client named it so.
    pub key: Option<AccountKey>,
    /// How much, in minor units.
    pub amount: Amount,
    /// The currency, which must be the account's.
    pub currency: Currency,
    /// On what terms.
    pub terms: HoldTerms,
}

/// How a transaction names another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// Its name.
    pub key: TransactionKey,
    /// What the log has of it; `None` where there is no such transaction. Whoever submits looks it up first.
    pub found: Option<Arc<Original>>,
}

/// A transaction as the log has it, for whoever names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Where its record lies.
    pub place: RecordPlace,
    /// What it did.
    pub action: Action,
    /// Whether it was posted, or tried: nothing else can be undone.
    pub done: bool,
    /// Its accounting date.
    pub date: Date,
    /// Its type (交易类型), a label that may choose the refund window.
    pub kind: Box<str>,
    /// Its legs, in step order. Their currencies are not looked at: they are their accounts'.
    pub legs: Vec<Leg>,
    /// The holds that it moved: the account, the hold after it, and by how much.
    pub holds: Vec<(AccountId, Hold, Amount)>,
    /// What it named itself.
    pub names: Option<Named>,
    /// What it refunded, if it is a refund: what the others give is told from that, when this one is reversed.
    pub refunded: Option<Arc<Original>>,
}

impl Deed {
    /// What its record calls it.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Deed::Freeze(_) => Action::Freeze,
            Deed::Unfreeze { .. } => Action::Unfreeze,
            Deed::Consume { .. } => Action::Consume,
            Deed::Reverse { .. } => Action::Reverse,
            Deed::Refund(_) => Action::Refund,
            Deed::Try { .. } => Action::Try,
            Deed::Confirm(_) => Action::Confirm,
            Deed::CancelTry(_) => Action::CancelTry,
            Deed::CarryForward => Action::CarryForward,
        }
    }

    /// Whether its legs come with it; else it has none, or those of what it names.
    #[must_use]
    pub fn brings_legs(&self) -> bool {
        matches!(self, Deed::Consume { .. } | Deed::Refund(_) | Deed::Try { .. } | Deed::CarryForward)
    }

    /// The hold or the original that it names.
    #[must_use]
    pub(crate) fn named(&self) -> Option<TransactionKey> {
        match self {
            Deed::Unfreeze { hold, .. } | Deed::Consume { hold, .. } => Some(*hold),
            _ => self.naming().map(|naming| naming.key),
        }
    }

    /// The transaction that must be looked up before the deed can be done.
    #[must_use]
    pub fn naming(&self) -> Option<&Naming> {
        match self {
            Deed::Reverse { original, .. } => Some(original),
            Deed::Refund(naming) | Deed::Confirm(naming) | Deed::CancelTry(naming) => Some(naming),
            _ => None,
        }
    }

    /// The same, to attach what was found.
    pub fn naming_mut(&mut self) -> Option<&mut Naming> {
        match self {
            Deed::Reverse { original, .. } => Some(original),
            Deed::Refund(naming) | Deed::Confirm(naming) | Deed::CancelTry(naming) => Some(naming),
            _ => None,
        }
    }

    /// Appends everything the client gave, for the digest of the content: it is stored, so it must never change.
    pub(crate) fn write_content(&self, out: &mut Vec<u8>) {
        out.push(self.action() as u8);
        match self {
            Deed::Freeze(freeze) => {
                out.extend_from_slice(&freeze.account.0.to_le_bytes());
                if let Some(key) = &freeze.key {
                    for part in [&key.entity, &key.number, &key.kind] {
                        write_text(out, part);
                    }
                }
                out.extend_from_slice(&freeze.amount.0.to_le_bytes());
                out.extend_from_slice(&freeze.currency.numeric().to_le_bytes());
                out.push(freeze.terms.kind as u8);
                write_text(out, &freeze.terms.authority);
                out.extend_from_slice(&freeze.terms.expires_us.unwrap_or(i64::MAX).to_le_bytes());
            }
            Deed::Unfreeze { hold, amount, currency, authority } => {
                write_key(out, *hold);
                out.extend_from_slice(&amount.map_or(i64::MAX, |amount| amount.0).to_le_bytes());
                out.extend_from_slice(&currency.map_or(0, Currency::numeric).to_le_bytes());
                write_text(out, authority);
            }
            Deed::Consume { hold, amount, authority, forced } => {
                write_key(out, *hold);
                out.extend_from_slice(&amount.0.to_le_bytes());
                write_text(out, authority);
                out.push(u8::from(*forced));
            }
            Deed::Reverse { original, forced } => {
                write_key(out, original.key);
                out.push(u8::from(*forced));
            }
            Deed::Refund(naming) | Deed::Confirm(naming) | Deed::CancelTry(naming) => {
                write_key(out, naming.key);
            }
            Deed::Try { expires_us } => {
                out.extend_from_slice(&expires_us.unwrap_or(i64::MAX).to_le_bytes());
            }
            Deed::CarryForward => {}
        }
    }
}

fn write_key(out: &mut Vec<u8>, key: TransactionKey) {
    out.extend_from_slice(&key.client.0.to_le_bytes());
    out.extend_from_slice(&key.id.0.to_le_bytes());
}

fn write_text(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(&(text.len() as u64).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}
