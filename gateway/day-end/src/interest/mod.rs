//! Interest (计息) is accrued, settled and posted.
//!
//! [`accrue`] reads an entity's journal (序时账) from where it was read to, folds days up to a date for each account, and keeps what is to
//! be posted; all of it is one transaction of the desk's database, so that a run that is killed never was. [`post_dues`] posts what
//! is due. Each posting has an id of its own that stays, so doing it again does nothing twice.

mod accrue;
mod error;
mod held;
mod kept;
mod posting;
mod settings;

pub use accrue::{Accrued, accrue};
pub use error::InterestError;
pub use kept::read_kept;
pub use posting::{PostedDues, RefusedDue, post_dues};
pub use settings::{Settings, SettingsError};
