//! What `longmen reconcile` reads and writes beside the channel's file: the books of a date, and what is hung over.

mod book_file;
mod hung_file;
mod rows;

pub(crate) use book_file::read_book;
pub(crate) use hung_file::{read_hung, write_hung};
