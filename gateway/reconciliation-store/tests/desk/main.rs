//! A desk from outside: files, runs, breaks and handlings, and what is left of them after a kill or damage.

#![allow(clippy::unwrap_used)]

mod bills;
mod damage;
mod desk;
mod files;
mod handlings;
mod interest;
mod kills;
mod runs;
mod told_by_the_ledger;
mod vouchers;
