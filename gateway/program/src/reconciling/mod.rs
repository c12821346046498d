//! What `longmen reconcile` reads and writes beside the channel's file: the books of a date, and what is hung over.

mod book_file;
mod channel;
mod hung_file;
mod node_book;
mod rows;

pub(crate) use book_file::{read_book, write_book};
pub(crate) use channel::Channel;
pub(crate) use hung_file::{read_hung, write_hung};
pub(crate) use node_book::NodeBook;
