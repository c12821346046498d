//! A Longmen node as a process: [`serve`] is what runs in it, [`Launch`] starts it from another one, and [`NodeProcess`]
//! stops or kills it.

mod access_files;
mod access_log;
mod clearing;
mod held_file;
mod meters;
mod open_files;
mod options;
mod privacy;
mod process;
mod reloading;
mod serve;
mod tls;
mod watch;

pub use access_files::AccessFilesError;
pub use access_log::AccessLogArgs;
pub use meters::{METERS_LINE, MeterLine};
pub use open_files::TooFewFiles;
pub use options::ServeArgs;
pub use privacy::warning_of;
pub use process::{Launch, NodeError, NodeProcess, READY_LINE, ScrubPace};
pub use reloading::ChangedAccess;
pub use serve::{ServeError, serve};
pub use tls::{ClientAuthArg, TlsArgs};
pub use watch::Watch;
