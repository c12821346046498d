//! One id, one result: the ids of the window with their first results, in memory and in archives.

pub(crate) mod decided;
pub(crate) mod generation;
pub(crate) mod index;
pub(crate) mod known_ids;
pub(crate) mod pages;
pub(crate) mod table;
