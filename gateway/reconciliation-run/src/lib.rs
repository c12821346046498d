//! A comparison of any size (对账): ten million rows against ten million in a part of a gigabyte.
//!
//! Both sides and what is hung over go row by row into [`Rows`]. A small day stays in memory. Of a larger one the rows go into files, in
//! parts by a digest of what names a transaction, so that whatever is to be compared lies in one part; the parts are compared one by one,
//! on as many threads as there are, by the pure [`longmen_reconciliation::compare_each`]. What is kept of the findings goes into files as
//! well, and comes out in one order: the same rows give the same findings and sums, whatever the number of parts and threads, and whether
//! or not they went through files.
//!
//! The files have no names: the system takes them away when the process ends, however it ends. Every block of them is held to a digest when
//! it is read again.
//!
//! ```
//! use longmen_ledger::Date;
//! use longmen_reconciliation::{Keep, Rules};
//! use longmen_reconciliation_run::{Rows, Settings, compare_rows};
//!
//! let rules = Rules { date: Date::parse("2024-06-18").unwrap(), hang_days: 1, fee_tolerance: 0 };
//! let settings = Settings::new(std::env::temp_dir());
//! let (book, file, hung) = (Rows::new(&settings), Rows::new(&settings), Rows::new(&settings));
//! let compared = compare_rows(&settings, &rules, Keep::Told, [book, file, hung], &|_, _| {}).unwrap();
//! assert!(compared.totals().is_empty());
//! assert_eq!(compared.findings().unwrap().count(), 0);
//! ```

mod compared;
mod error;
mod findings;
mod record;
mod rows;
mod run;
mod settings;
mod spill;

pub use compared::Compared;
pub use error::RunError;
pub use findings::Findings;
pub use rows::Rows;
pub use run::compare_rows;
pub use settings::Settings;
