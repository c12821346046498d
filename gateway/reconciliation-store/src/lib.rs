//! What a reconciliation desk (对账) remembers: which files came, what was compared with them, what differs, and what was done about it.
//!
//! A [`Store`] is a directory: a SQLite database, and beside it the bytes of every file, as they came. One program writes at a time, any number
//! read by [`Reader`]. Nothing here knows a ledger's node: what is booked, the ledger decides, and this remembers what became of it. Moments and names of
//! people are passed in.
//!
//! - A **file** is imported once for its channel, merchant, date and format, after its reader has taken it whole. Other bytes for the same
//!   day wait for somebody other than the importer.
//! - A **run** is a date of the books compared with the active file of it; it goes on from what waited after the run of the day before. The same
//!   inputs are compared once. A day may be compared again; the days behind it that rest on something else then are stale.
//! - A **break** has a name that stays when a day is compared again, and ends in one way.
//! - A **handling** is a step of what is done about a break: drafted, proposed to the ledger, posted or refused. Where a run no longer finds what it
//!   was made for, it is orphaned, and somebody has to undo it.
//! - A **settlement** of a day goes the same way, once for each day.

mod ageing;
mod asked;
mod back_up;
mod begin_run;
mod bills;
mod booked;
mod break_id;
mod breaks;
mod cells;
mod day_end;
mod day_ends;
mod decide_file;
mod digest;
mod directory;
mod draft;
mod dump;
mod ended_try;
mod error;
mod files;
mod findings;
mod handling;
mod handlings;
mod import;
mod interest;
mod interest_due;
mod interest_terms;
mod kept_voucher;
mod legs;
mod names;
mod open_run;
mod progress;
mod reader;
mod rebuild;
mod refusal;
mod run;
mod runs;
mod schema;
mod settlement;
mod settlements;
mod settling;
mod sidecar;
mod step_tag;
mod store;
mod stored_file;
mod undo;
mod vouchers;
mod vouchers_taken_over;
mod waiting;

pub use ageing::{AGES, Ageing, Bucket};
pub use begin_run::Begun;
pub use bills::{BillDue, BillFilter, BillMovement, BillOriginal, BillRow, BillsAccount, BillsRun};
pub use booked::Booked;
pub use break_id::BreakId;
pub use breaks::{Break, BreakFilter, BreakState};
pub use day_end::{DayEnd, EndedStage, Stage};
pub use digest::Digest;
pub use ended_try::EndedTry;
pub use error::StoreError;
pub use files::FileFilter;
pub use handling::{Draft, Handling, HandlingId, HandlingState};
pub use import::{Import, NewFile};
pub use interest::{InterestAccount, InterestRun, JournalPlace};
pub use interest_due::{DueState, InterestDue};
pub use kept_voucher::{KeptVoucher, VoucherDay, VoucherFilter};
pub use names::{Channel, MAX_NAME, MAX_REASON, Merchant, NameError, Person, Reason};
pub use open_run::OpenRun;
pub use reader::Shown;
pub use rebuild::{Rebuilt, rebuild};
pub use refusal::Refusal;
pub use run::{BookSide, Run, RunId, RunInputs, RunTotals};
pub use runs::RunFilter;
pub use settlement::{Settlement, SettlementId};
pub use step_tag::StepTag;
pub use store::{Reader, Store};
pub use stored_file::{FileFormat, FileId, FileKey, FileState, FileSum, StoredFile};
pub use vouchers::{NumberGap, VoucherRun, VoucherStateError};
