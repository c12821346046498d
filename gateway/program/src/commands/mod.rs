//! The subcommands, one file each.

pub(crate) mod accounts;
pub(crate) mod balance;
pub(crate) mod close_day;
pub(crate) mod demo;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod open;
pub(crate) mod play;
pub(crate) mod post;
pub(crate) mod serve;
pub(crate) mod statement;
pub(crate) mod status;
pub(crate) mod transaction;
pub(crate) mod trial_balance;
pub(crate) mod verify;
pub(crate) mod wal;
