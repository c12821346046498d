//! What `longmen reconcile`, `reconcile-money` and `reconcile-accounts` read and write beside the files of channels and banks.

pub(crate) mod accounts_shown;
mod balance_file;
mod book_file;
mod calendar_file;
mod expected_file;
mod hung_file;
mod mapping_file;
pub(crate) mod money_shown;
mod rows;
mod table_file;
mod voucher_file;

pub(crate) use balance_file::read_balances;
pub(crate) use book_file::read_book;
pub(crate) use calendar_file::read_calendar;
pub(crate) use expected_file::{Expected, read_expected};
pub(crate) use hung_file::{read_hung, write_hung};
pub(crate) use mapping_file::read_mapping;
pub(crate) use table_file::refused;
pub(crate) use voucher_file::{read_our_vouchers, read_their_vouchers};
