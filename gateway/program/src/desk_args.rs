//! Which reconciliation desk a command is about, and what it says no to.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use longmen_client::Refusal;
use longmen_reconciliation_store::{Person, Reader, Store, StoreError};

use crate::failure::Failure;

/// How long another program at the same desk is waited for.
pub(crate) const WAIT: Duration = Duration::from_secs(10);

/// Which desk.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct DeskArgs {
    /// The directory of the desk
    #[arg(long, value_name = "DIR", env = "LONGMEN_DESK")]
    pub(crate) desk: PathBuf,
}

impl DeskArgs {
    /// To write to it.
    pub(crate) fn open(&self) -> Result<Store, Failure> {
        Store::open(&self.desk, WAIT).map_err(failed)
    }

    /// To look at it.
    pub(crate) fn read(&self) -> Result<Reader, Failure> {
        if !self.desk.is_dir() {
            let words = format!(
                "there is no desk at {}: the first `longmen desk import` or `longmen day-end` makes one",
                self.desk.display()
            );
            return Err(Failure::Usage(words));
        }
        Reader::open(&self.desk).map_err(failed)
    }
}

/// What the store said no to, or what failed.
pub(crate) fn failed(error: StoreError) -> Failure {
    match &error {
        StoreError::Refused(refusal) => Failure::Refused(Refusal {
            code: refusal.code().into(),
            message: Some(refusal.to_string().into()),
        }),
        StoreError::File(_) | StoreError::InUse { .. } | StoreError::NoDatabase { .. } => {
            Failure::Usage(error.to_string())
        }
        _ => Failure::Damaged(Box::new(error)),
    }
}

/// Somebody, by the name on the command line.
pub(crate) fn person(name: &str) -> Result<Person, Failure> {
    Person::new(name).map_err(|error| Failure::Usage(format!("`{name}`: {error}")))
}

pub(crate) fn now_us() -> i64 {
    Timestamp::now().as_microsecond()
}
