//! Statements of bank accounts in the formats that banks share: camt.053 of ISO 20022, and MT940 of SWIFT. A bank's own table is read
//! by a profile.

mod balance;
pub(crate) mod camt053;
mod counted;
mod elements;
mod entry;
mod fields;
pub(crate) mod mt940;
mod mt940_entry;
mod mt940_field;
