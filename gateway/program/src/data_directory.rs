//! The data directory that a command reads.

use std::path::Path;

use longmen_wal::{Contents, DirectoryError, DirectoryStorage};

use crate::failure::Failure;

/// Opens a ledger's directory to read it. One that is none is a slip on the command line, and so is one that cannot be
/// read; one that a node runs on is not.
pub(crate) fn open_ledger(path: &Path) -> Result<DirectoryStorage, Failure> {
    let storage = DirectoryStorage::open_read_only(path).map_err(failure)?;
    let no_ledger = |has: &str| Failure::Usage(format!("{} is no ledger: {has}", path.display()));
    match Contents::of(path).map_err(failure)? {
        Contents::Log => Ok(storage),
        Contents::Nothing => Err(no_ledger("there is nothing in it")),
        Contents::Others(names) => Err(no_ledger(&format!("it has {:?}, and no log", names[0]))),
    }
}

fn failure(error: DirectoryError) -> Failure {
    match error {
        DirectoryError::Io { .. } => Failure::Usage(error.to_string()),
        busy @ DirectoryError::DirectoryBusy { .. } => Failure::node(busy),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_no_ledger_is_a_slip_on_the_command_line() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("data");
        let refused = |expect: &str| {
            let Err(Failure::Usage(words)) = open_ledger(&data) else { panic!("{expect}") };
            assert!(words.contains(expect), "{words}");
        };
        refused("No such file");
        fs::write(&data, "a file").unwrap();
        refused("Not a directory");
        fs::remove_file(&data).unwrap();
        fs::create_dir(&data).unwrap();
        refused("data is no ledger: there is nothing in it");
        fs::write(data.join("notes.txt"), "").unwrap();
        refused("it has \"notes.txt\", and no log");
        fs::write(data.join("segment-00000001.log"), "").unwrap();
        assert!(open_ledger(&data).is_ok());
    }
}
