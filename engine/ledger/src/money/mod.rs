//! Money: amounts in minor units, currencies with their decimals, accounting dates.

pub(crate) mod amount;
pub(crate) mod currency;
pub(crate) mod date;
