//! The access log of a node (查询日志): the thread that writes it, from the start to the end.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use clap::Args;
use longmen_access_log::{DIRECTORY, Folder, FolderError, Recorder, WriteSettings, Writer, channel};

/// A file of the log is not much longer.
const FILE_BYTES: u64 = 64 << 20;
/// What is left free on its disk where nothing else is said.
const ROOM: u64 = 128 << 20;

/// Whether and where it is kept who read what.
#[derive(Clone, Debug, Args)]
pub struct AccessLogArgs {
    /// Keep who read what in this directory [default where clients prove who they are: access-log in the data directory]
    #[arg(long, value_name = "DIR")]
    pub access_log: Option<PathBuf>,
    /// Do not keep who read what
    #[arg(long, conflicts_with = "access_log")]
    pub no_access_log: bool,
    /// Leave so many bytes free on the disk of the access log: before that, questions are refused
    #[arg(long, value_name = "BYTES", default_value_t = ROOM)]
    pub access_log_room: u64,
}

impl AccessLogArgs {
    /// Where it is kept, if it is.
    pub(crate) fn folder(&self, data: &Path, is_proof: bool) -> Option<Folder> {
        match &self.access_log {
            Some(path) => Some(Folder::new(path)),
            None => (is_proof && !self.no_access_log).then(|| Folder::new(data.join(DIRECTORY))),
        }
    }

    /// What a start says of it.
    pub(crate) fn in_words(&self, folder: Option<&Folder>, is_proof: bool) -> Option<String> {
        match folder {
            Some(folder) => Some(format!("who reads what is kept in {}", folder.path().display())),
            None if is_proof => {
                Some("WARNING: --no-access-log: questions leave no trace of who asked them".to_owned())
            }
            None => None,
        }
    }
}

/// The access log while it is written.
pub(crate) struct AccessLog {
    recorder: Recorder,
    thread: JoinHandle<()>,
}

impl AccessLog {
    /// Takes the directory, and begins to write as soon as there is something to write.
    pub(crate) fn start(folder: Folder, ledger: impl Display, room: u64) -> Result<AccessLog, FolderError> {
        let ledger = ledger.to_string();
        let path = folder.path().to_owned();
        let writer = Writer::open(WriteSettings { folder, ledger, file_bytes: FILE_BYTES, room })?;
        let (recorder, records) = channel();
        let thread = std::thread::Builder::new().name("access-log".to_owned());
        let thread = thread.spawn(move || writer.run(&records));
        let thread = thread.map_err(|source: io::Error| FolderError::Io { path, source })?;
        Ok(AccessLog { recorder, thread })
    }

    /// The way into it.
    pub(crate) fn recorder(&self) -> Recorder {
        self.recorder.clone()
    }

    /// Has it written to its end, now that nobody asks any more.
    pub(crate) fn stop(self) {
        self.recorder.end();
        if let Err(panic) = self.thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
}
