//! Vouchers (凭证) from the books, and the files that accounting systems take them in as.
//!
//! Pure: entries of one day come in, vouchers and bytes go out; no clock, no paths. The same day gives the same vouchers, and the same vouchers the
//! same bytes.
//!
//! # The way of a day
//!
//! 1. [`Settings::read`] parses what the house says about its accounting system.
//! 2. [`drafts`] makes [`Draft`]s of a [`Day`]: by transaction, or by type, subject and side; each in balance; nothing netted, red kept red.
//! 3. [`Target::check`] says what the accounting system would refuse, before a number is drawn.
//! 4. [`Numbers::draw`] numbers them without a gap: [`Voucher`]s, which are kept as they are from then on.
//! 5. [`prove`] holds them to the general ledger's turnovers of the date.
//! 6. [`Target::write`] gives the file, and the [`State`] of each voucher says where it stands; [`read_acknowledgements`] and
//!    [`read_kingdee_answer`] read what the accounting system says.
//!
//! ```
//! use longmen_ledger::{Amount, Currency, Date, Side};
//! use longmen_vouchers::*;
//!
//! let settings = Settings::read(
//!     r#"
//!     format = "u8_text"
//!     mode = "day"
//!     line_limit = 500
//!     local_currency = "CNY"
//!     [people]
//!     maker = "longmen"
//!     [subjects]
//!     "*" = "="
//!     "#,
//! )
//! .unwrap();
//! let entry = |subject: &str, side| Entry {
//!     subject: subject.into(),
//!     books: Books::General,
//!     aux: Aux::new(),
//!     side,
//!     currency: Currency::from_code("CNY").unwrap(),
//!     amount: Amount(10_000),
//!     kind: "topup".into(),
//!     source: Source::Transaction("t-1".into()),
//!     summary: "银联充值".into(),
//! };
//! let entries = vec![entry("30010404", Side::Debit), entry("2011010201", Side::Credit)];
//! let day = Day { entity: "LM".into(), date: Date::parse("2024-06-18").unwrap(), entries };
//! let drafts = drafts(&day, &settings.plan, &Conditions::default()).unwrap();
//! settings.target.check(&drafts).unwrap();
//! let (numbers, vouchers) = Numbers::default().draw(drafts).unwrap();
//! assert_eq!(vouchers[0].source_key(), "LM|2024-06-18|day|1");
//! assert_eq!(numbers.last("LM", "记", 2024, 6), 1);
//! let mut file = Vec::new();
//! settings.target.write(&vouchers, &mut file).unwrap();
//! ```

mod acknowledgement;
mod entry;
mod formats;
mod made;
mod numbers;
mod pattern;
mod plain;
mod proof;
mod read;
mod refusal;
mod settings;
mod state;
mod turnover;
mod voucher;
mod words;

pub use acknowledgement::{
    Acknowledged, AcknowledgementError, Outcome, read_acknowledgements, read_kingdee_answer,
};
pub use entry::{Aux, Books, Day, Entry, Source};
pub use formats::column::{Column, ColumnError, Field};
pub use formats::export::WriteError;
pub use formats::format::Format;
pub use formats::target::{People, Target};
pub use made::conditions::Conditions;
pub use made::draft::{Draft, Line, Origin, Tone};
pub use made::drafts;
pub use made::mode::Mode;
pub use made::plan::{Attachments, Plan, WhenClosed};
pub use numbers::{Numbers, NumbersError};
pub use pattern::{PatternError, Patterns};
pub use proof::{Lack, Proof, prove};
pub use read::dbf::read_dbf;
pub use read::galaxy::read_galaxy;
pub use read::u8_text::read_u8_text;
pub use read::{ReadError, ReadLine};
pub use refusal::{Refusal, RefusalCode};
pub use settings::{Settings, SettingsError};
pub use state::{State, StateError};
pub use turnover::Turnover;
pub use voucher::Voucher;
pub use words::{WordScheme, Words};
