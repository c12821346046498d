//! The log as a whole, on simulated and on real storage.

mod basics;
mod kit;
