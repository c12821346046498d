//! Kills of a node under load at random moments, and in volume.

pub mod command;
mod quick_rounds;

pub use quick_rounds::QuickRounds;
