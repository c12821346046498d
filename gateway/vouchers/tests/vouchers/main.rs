//! Vouchers from a day to a file and back: rows of cases, seeded days, and programs of others that read the files.

#![allow(clippy::unwrap_used)]

mod acknowledgements;
mod day;
mod drawing;
mod files;
mod making;
mod outside;
mod properties;
mod proving;
mod reading;
mod refusing;
mod settings;
mod states;
mod worded;
