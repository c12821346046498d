//! The log as a whole, on simulated and on real storage.

mod basics;
mod damage;
mod kit;
mod power_cuts;
mod random;
