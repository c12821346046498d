//! Interest (计息) is accrued, settled and posted.
//!
//! [`accrue`] reads an entity's journal (序时账) from where it was read to, folds days up to a date for each account, and keeps what is to
//! be posted; all of it is one transaction of the desk's database, so that a run that is killed never was. [`post_dues`] posts what
//! is due. Each posting has an id of its own that stays, so doing it again does nothing twice.

mod accrue;
mod assignment;
mod close;
mod error;
mod held;
mod kept;
mod pending;
mod posting;
mod run;
mod settings;
mod step;
mod sums;

pub use accrue::accrue;
pub use close::{Closed, Closing, close};
pub use error::InterestError;
pub use kept::read_kept;
pub use posting::{PostedDues, RefusedDue, post_dues};
pub use run::Accrued;
pub use settings::{Settings, SettingsError};
pub use step::{Step, Watch};
