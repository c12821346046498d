//! What `longmen reconcile`, `reconcile-money`, `reconcile-accounts` and `desk` read and write beside the files of channels and banks.

pub(crate) mod accounts_shown;
mod atomic_file;
mod balance_file;
mod book_file;
mod break_file;
mod calendar_file;
mod channel;
mod expected_file;
mod findings_json;
mod findings_page;
mod found_files;
mod hung_file;
mod mapping_file;
pub(crate) mod money_shown;
mod node_book;
mod sides;
mod table_file;
mod trade_file;
mod transaction_row;
mod voucher_file;

pub(crate) use balance_file::read_balances;
pub(crate) use book_file::write_book;
pub(crate) use break_file::BreakFormat;
pub(crate) use calendar_file::read_calendar;
pub(crate) use channel::{Channel, ChannelAccounts, Number};
pub(crate) use expected_file::{Expected, read_expected};
pub(crate) use findings_json::show_json;
pub(crate) use findings_page::{Shown, to_page};
pub(crate) use found_files::FoundFiles;
pub(crate) use mapping_file::read_mapping;
pub(crate) use node_book::NodeBook;
pub(crate) use sides::Sides;
pub(crate) use table_file::refused;
pub(crate) use trade_file::TradeFile;
pub(crate) use voucher_file::{read_our_vouchers, read_their_vouchers};
