//! Money (资金对账): what channels settled, against the lines of the bank's statement.
//!
//! What a channel settled of a day is expected on the date that its rule says. A line is matched by its words and amount, then by date and amount, then
//! as the sum of several days, or a day as the sum of several lines. Where more than one answer is possible none is taken: it is told as ambiguous.
//!
//! The sums prove it: what was expected, with all that was found to differ, is what the bank has.

mod bank_line;
mod combined;
mod continuity;
mod finding;
mod matching;
mod pool;
mod rules;
mod settlement;
mod single;
mod subsets;

pub use bank_line::BankLine;
pub use continuity::{Gap, GapKind, StatementHead, gaps};
pub use finding::{Class, Finding};
pub use matching::{Compared, match_money};
pub use rules::{ChannelWord, Rules};
pub use settlement::Settlement;
