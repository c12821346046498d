//! A copy of the access file that holds, in the data directory: a start compares it with the file that is there by then, and whoever
//! changed that one while no node ran has changed nothing that takes two.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use longmen_access::AccessFile;

const NAME: &str = "access-held.toml";
/// What is written before it takes the place of the other. One name for all, so that kills leave one at most.
const UNFINISHED: &str = "access-held.toml.new";

/// The copy of a node.
#[derive(Clone, Debug)]
pub(crate) struct HeldFile {
    data: PathBuf,
}

impl HeldFile {
    pub(crate) fn of(data: &Path) -> HeldFile {
        HeldFile { data: data.to_path_buf() }
    }

    /// The copy, if there is one that can be read.
    pub(crate) fn read(&self) -> Option<AccessFile> {
        AccessFile::parse(&fs::read_to_string(self.data.join(NAME)).ok()?).ok()
    }

    /// Keeps what holds from now on, whole or not at all.
    pub(crate) fn write(&self, file: &AccessFile) -> io::Result<()> {
        let unfinished = self.data.join(UNFINISHED);
        let mut copy =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
        copy.write_all(file.text().as_bytes())?;
        copy.sync_all()?;
        fs::rename(&unfinished, self.data.join(NAME))?;
        File::open(&self.data)?.sync_all()
    }
}
