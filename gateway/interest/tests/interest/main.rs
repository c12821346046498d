//! Interest against figures of practice, a naive model, and a library that shares nothing with it.

#![allow(clippy::unwrap_used)]

mod account;
mod cases;
mod day_counts;
mod histories;
mod naive;
mod product_files;
mod written;
