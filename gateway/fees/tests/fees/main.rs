//! Rules, and what amounts come to by them.

mod chosen;
mod documented;
mod faults;
mod figures;
mod model;
mod refunds;
mod rules;
