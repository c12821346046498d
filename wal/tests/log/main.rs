//! The log as a whole, on simulated and on real storage.

mod basics;
mod damage;
mod faults;
mod kit;
mod power_cuts;
mod random;
mod real_files;
