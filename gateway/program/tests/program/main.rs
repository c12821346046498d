//! The program as its users meet it: command lines, outputs and exit codes, against real nodes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod access;
mod amounts;
mod bills;
mod bills_random;
mod booking;
mod channel_books;
mod channel_files;
mod charge;
mod closed_pipe;
mod crowd;
mod day_end;
mod demo;
mod desk;
mod desk_again;
mod desk_kills;
mod exit_codes;
mod exports;
mod fees;
mod four_eyes;
mod hostile_text;
mod import;
mod interest;
mod interest_histories;
mod longmen;
mod older;
mod opening;
mod operations;
mod random_days;
mod reads;
mod reconciling;
mod reconciling_accounts;
mod reconciling_money;
mod refusals;
mod reports;
mod revaluation;
mod scenarios;
mod serving;
mod stopping;
mod tls;
mod tour;
mod unanswered;
mod voucher_desk;
mod vouchers;
mod vouchers_kept;
mod vouchers_kills;
mod vouchers_random;
mod widths;
#[path = "../../../tests/tcp/year.rs"]
mod year;
