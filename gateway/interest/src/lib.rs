//! Interest (计息), exactly. Pure: products, movements and days come in; figures, and what is to be posted, come out.
//!
//! # How it is reckoned
//!
//! A **product** (产品, [`Product`]) says what interest an account has: rates by date and amount, a day count, days of settlement. The balance at
//! the end of each day, **by value date** (起息日), counts for that day. Balance times days is the **day-balance product** (积数), here a
//! [`Segment`]: a whole number of minor units times days, kept apart for each rate and tier. Interest is the sum of these products, each
//! with its rate, through the days of the year.
//!
//! Day-balance products are whole numbers of 128 bits. Interest is one fraction of two of them, [`Exact`]: a rate is a whole number of
//! 10^-12, and what is below the line is 10^12 times the days of the year (times 365 and 366 where years differ, times the days of
//! the period where an average decides). A decimal could not hold it: a 360th has no end. It is **rounded in one place**,
//! where an amount is accrued or paid. What does not fit is [`Refusal::Overflow`], and never wrapped.
//!
//! [`AccountInterest`] is what is kept of an account between days. [`AccountInterest::advance`] folds closed days, accrues (计提) and
//! settles (结息); [`AccountInterest::back_value`] takes movements valued on days that were folded (倒起息), which change products of the open
//! period, and are adjustments (补息, 扣息) of their own in settled ones; [`AccountInterest::close`] is for closing (销户). What is to be
//! posted is told as [`Due`]s, and [`explain`] shows how a figure comes about.
//!
//! # A quarter
//!
//! ```
//! use longmen_interest::{AccountInterest, DueKind, Part, Products};
//! use longmen_ledger::{Amount, Currency, Date};
//!
//! let products = Products::parse(r#"
//!     [[product]]
//!     name = "活期"
//!     kind = "deposit"
//!     settles = "quarterly 20"
//!     accrues = "settlement"
//!     accounts = { expense = "6411", payable = "2231" }
//!     [product.interest]
//!     day_count = "ACT/360"
//!     rates = [{ currency = "CNY", from = "2024-01-01", rate = "0.20%" }]
//! "#).unwrap();
//! let terms = products.get("活期").unwrap().terms(Currency::from_code("CNY").unwrap()).unwrap();
//! let day = |text| Date::parse(text).unwrap();
//!
//! let mut account = AccountInterest::open(&terms, day("2024-03-21"), 10_000_00, None).unwrap();
//! account.enter(day("2024-04-15"), Amount(5_000_00)).unwrap();
//! account.enter(day("2024-05-10"), Amount(-8_000_00)).unwrap();
//! assert_eq!(account.advance(&terms, "LM/U1/CNY", day("2024-06-19")).unwrap(), []);
//! assert_eq!(account.segments(Part::Balance).product().unwrap(), 912_000_00); // 积数
//! let dues = account.advance(&terms, "LM/U1/CNY", day("2024-06-20")).unwrap();
//! assert_eq!((dues[1].kind, dues[1].amount), (DueKind::Capitalise, Amount(5_11)));
//! assert_eq!(dues[1].key, "interest|LM/U1/CNY|活期|2024-03-21/2024-06-20|capitalise");
//! assert_eq!(dues[1].date, day("2024-06-21"));
//! ```

mod account;
mod calendar;
mod date_serde;
mod day_balances;
mod day_count;
mod due;
mod exact;
mod explain;
mod movement;
mod part;
mod period;
mod product;
mod products;
mod rate;
mod rate_table;
mod raw_product;
mod refusal;
mod role;
mod rounding;
mod segments;
mod settlement_rule;
mod terms;
mod wide_serde;

pub use account::AccountInterest;
pub use day_balances::DayBalances;
pub use day_count::DayCount;
pub use due::{Due, DueKind};
pub use exact::Exact;
pub use explain::{DayRow, Explanation, RateRowSum, explain};
pub use movement::Movement;
pub use part::Part;
pub use period::Period;
pub use product::{Product, ProductKind, ReversalRule};
pub use products::Products;
pub use rate::{Rate, RateError};
pub use raw_product::{MAX_PRODUCT_NAME, ProductError};
pub use refusal::Refusal;
pub use role::Role;
pub use rounding::Rounding;
pub use segments::{Segment, Segments};
pub use settlement_rule::{NoSettlementRule, SettlementRule};
pub use terms::Terms;
