//! Fees (手续费) and splits (分账) by rules that are data: what a gross amount comes to, leg by leg, and what a refund gives back.
//! Pure: the file of rules comes in as a text, dates as arguments, and the same rule makes the same legs.
//!
//! ```
//! use longmen_fees::{Asked, RuleFile};
//! use longmen_ledger::{Amount, Currency, Date, Side};
//!
//! let file = RuleFile::parse(
//!     r#"
//!     [[rule]]
//!     name = "card payments"
//!     type = "card_pay"
//!     currency = "CNY"
//!     from = "2026-01-01"
//!     rounding = "half_up"
//!
//!     [[rule.fee]]
//!     name = "platform fee"
//!     paid_by = "payee"
//!     to = "fee_income"
//!     rate = "0.6%"
//!     refund = "proportional"
//!     "#,
//! )
//! .unwrap();
//! let cny = Currency::from_code("CNY").unwrap();
//! let date = Date::parse("2026-12-01").unwrap();
//! let rule = file.rule(&Asked { kind: "card_pay", channel: "", merchant: "", currency: cny, date }).unwrap();
//!
//! let payment = rule.payment(Amount(10_000)).unwrap();
//! let legs: Vec<_> = payment.legs().map(|leg| (leg.account, leg.side, leg.amount.0)).collect();
//! assert_eq!(
//!     legs,
//!     [("payer", Side::Debit, 10_000), ("payee", Side::Credit, 9_940), ("fee_income", Side::Credit, 60)]
//! );
//! let refund = payment.refund(Amount(4_000), Amount(0)).unwrap();
//! assert_eq!(refund.legs().map(|leg| leg.amount.0).collect::<Vec<_>>(), [4_000, 3_976, 24]);
//! ```
//!
//! A [`RuleFile`] has [`Rule`]s, one of which is for a transaction: by type, channel, merchant, currency and date. A rule has
//! fees, each with its rate or bands and, if need be, a tax, and says how what is left is split. [`Payment`] is what an amount comes
//! to, [`Refund`] what goes back of it; both know their legs and how each figure came to be. `docs/FEES.md` has the form of the file. A ledger
//! that is given [`FeeTariffs`] keeps such files and makes the legs itself.

mod accounts;
mod apportion;
mod explained;
mod fault;
mod fee;
mod leg;
mod payment;
mod rate;
mod refund;
mod refusal;
mod rounding;
mod rule;
mod rule_file;
mod split;
mod tariff;
mod tariffs;
mod working;
mod written;

pub use explained::Explained;
pub use fault::{NoAccount, RuleFault, RuleFileError};
pub use leg::FeeLeg;
pub use payment::Payment;
pub use rate::{Rate, RateError};
pub use refund::Refund;
pub use refusal::FeeRefusal;
pub use rounding::Rounding;
pub use rule::Rule;
pub use rule_file::{Asked, RuleFile};
pub use tariffs::FeeTariffs;
