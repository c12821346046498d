//! Fees and splits by rules (手续费, 分账), as the ledger sees them: somebody else reads files of rules and says what an amount
//! comes to by them. The ledger keeps the files, knows the dates, and finds the accounts.

use std::fmt::Debug;
use std::sync::Arc;

use crate::ids::AccountId;
use crate::money::amount::{Amount, Side};
use crate::money::currency::Currency;
use crate::money::date::Date;
use crate::rejection::Rejection;

/// Whose account pays the amount, in the legs of every rule.
pub const PAYER: &str = "payer";
/// Whose account gets what is left after fees, where a rule does not split it.
pub const PAYEE: &str = "payee";

/// The most bytes of a file of rules: a proposal of it has room for its notes beside it.
pub const MAX_FEE_RULES: usize = 30_000;

/// What the register says of a file of rules that is set: whose rules they are, from when, and the BLAKE3 hash of the file.
#[must_use]
pub fn about_fee_rules(entity: &str, file: &str, from: Date) -> String {
    format!("{entity} from {from}, blake3 {}", blake3::hash(file.as_bytes()).to_hex())
}

/// Reads files of rules. Pure: the same file is always read in the same way.
pub trait Tariffs: Debug + Send + Sync {
    /// The rules of a file; `None` where it is none, or names a role of the books without the account that it stands for.
    fn read(&self, file: &str) -> Option<Arc<dyn Tariff>>;
}

/// The rules of one file. Pure: the same question has the same answer.
pub trait Tariff: Debug + Send + Sync {
    /// The accounts that the file names, all of the entity whose rules they are.
    fn accounts(&self) -> Vec<TariffAccount>;

    /// What a gross amount comes to, by the rule that is for it.
    ///
    /// # Errors
    /// [`Rejection::NoRule`], [`Rejection::FeeAboveAmount`], [`Rejection::InvalidAmount`] where a sum is more than a leg may
    /// have.
    fn charge(&self, asked: &TariffAsked<'_>) -> Result<Tariffed, Rejection>;

    /// What a gross amount comes to by one rule, by its place in the file, counted from 0.
    ///
    /// # Errors
    /// As [`charge`](Tariff::charge).
    fn charge_by(&self, rule: u32, amount: Amount) -> Result<Tariffed, Rejection>;

    /// What goes back of a gross amount by one rule, where `before` was refunded of it already.
    ///
    /// # Errors
    /// As [`charge`](Tariff::charge), and [`Rejection::RefundExceeded`].
    fn refund_by(
        &self,
        rule: u32,
        amount: Amount,
        refund: Amount,
        before: Amount,
    ) -> Result<Vec<TariffLeg>, Rejection>;
}

/// What a rule is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TariffAsked<'a> {
    /// The type of the transaction.
    pub kind: &'a str,
    /// The channel; empty where there is none.
    pub channel: &'a str,
    /// The merchant; empty where there is none.
    pub merchant: &'a str,
    pub currency: Currency,
    /// The accounting date of the payment.
    pub date: Date,
    /// The gross amount, in minor units.
    pub amount: Amount,
}

/// What an amount comes to by a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tariffed {
    /// The place of the rule in its file, counted from 0.
    pub rule: u32,
    /// What people call the rule.
    pub name: Box<str>,
    /// At most [`MAX_LEGS`](crate::MAX_LEGS). Debits equal credits, and none is of zero.
    pub legs: Vec<TariffLeg>,
    /// Whose accounts the rule asks for: [`PAYER`] and who else is no account of the file. Each once.
    pub parties: Vec<Box<str>>,
}

/// A leg by a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TariffLeg {
    pub who: TariffRole,
    pub side: Side,
    /// In minor units.
    pub amount: Amount,
}

/// Whose leg it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TariffRole {
    /// Somebody whose account the transaction gives, as the rule calls it.
    Party(Box<str>),
    /// An account that the file gives.
    Account(TariffAccount),
}

/// An account of the entity whose rules they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TariffAccount {
    pub number: Box<str>,
    /// The account type.
    pub kind: Box<str>,
    pub currency: Currency,
}

/// A leg that a rule made, as the answer to whoever sent the amount tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MadeLeg {
    pub step: u16,
    pub account: AccountId,
    pub side: Side,
    /// In minor units.
    pub amount: Amount,
}
