//! What `longmen reconcile` reads and writes: both sides, what is hung over, what was found.

mod atomic_file;
mod book_file;
mod break_file;
mod channel;
mod findings_json;
mod findings_page;
mod found_files;
mod hung_file;
mod node_book;
mod sides;
mod transaction_row;

pub(crate) use book_file::write_book;
pub(crate) use break_file::BreakFormat;
pub(crate) use channel::Channel;
pub(crate) use findings_json::show_json;
pub(crate) use findings_page::{Shown, to_page};
pub(crate) use found_files::FoundFiles;
pub(crate) use node_book::NodeBook;
pub(crate) use sides::Sides;
