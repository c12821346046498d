//! Revaluation (期末调汇): positions in foreign currencies brought to the closing rate, with the difference to a named account (汇兑损益);
//! and results that a close carried in a foreign currency, turned into the local one. Pure: balances and rates come in, entries go out.
//!
//! Books in several currencies balance in each of them. A house that buys 100.00 USD for 720.00 CNY books `D cash USD 100.00 / C position USD
//! 100.00` and `D position CNY 720.00 / C cash CNY 720.00`: the pair of position accounts (货币兑换) ties both. At another rate its sides are
//! worth different amounts, and the difference is a gain or a loss:
//!
//! ```
//! use longmen_revaluation::{Balances, Rates, Settings, revalue};
//! use longmen_ledger::{Amount, Currency, Date, Side};
//!
//! let settings = Settings::parse(r#"
//!     entity = "LM"
//!     difference = "LM/fx/CNY"
//!     rounding = "half_up"
//!     [[positions]]
//!     foreign = "LM/position/USD"
//!     local = "LM/position-usd/CNY"
//! "#).unwrap();
//! let rates = Rates::parse(r#"
//!     local = "CNY"
//!     rates = [{ currency = "USD", date = "2024-12-31", unit = 1, rate = "7.10" }]
//! "#).unwrap();
//! let currency = |code| Currency::from_code(code).unwrap();
//! let balances = [("LM/position/USD", currency("USD"), -100_00), ("LM/position-usd/CNY", currency("CNY"), 720_00)];
//! let balances = Balances::of(balances).unwrap();
//!
//! let found = revalue(&settings, &rates, &balances, Date::parse("2024-12-31").unwrap()).unwrap();
//! assert_eq!(found[0].row.gain, -10_00);
//! let entry = found[0].entry.as_ref().unwrap();
//! assert_eq!(entry.key, "revalue|LM|2024-12-31|USD");
//! let legs: Vec<_> = entry.legs().iter().map(|leg| (&*leg.account, leg.side, leg.amount)).collect();
//! assert_eq!(legs, [("LM/position-usd/CNY", Side::Credit, Amount(10_00)), ("LM/fx/CNY", Side::Debit, Amount(10_00))]);
//! ```

mod account;
mod balances;
mod entry;
mod rates;
mod refusal;
mod revalue;
mod rounding;
mod settings;
mod translate;

pub use balances::Balances;
pub use entry::{Entry, Leg};
pub use longmen_toml_file::TomlFault;
pub use rates::{Rate, Rates};
pub use refusal::Refusal;
pub use revalue::{Revaluation, Row, revalue};
pub use rounding::Rounding;
pub use settings::Settings;
pub use translate::{Translation, TranslationRow, translate};
