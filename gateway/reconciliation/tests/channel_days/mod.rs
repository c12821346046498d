//! Days of a channel made at random with breaks planted in them, as the files that both sides have of them: what is to be found is known.
//!
//! The files are those of the real formats, written here and nowhere in the product. Days come in chains, since what is on one side only
//! waits for the next file.

mod alipay;
mod bank;
mod chain;
mod channel;
mod deals;
mod plant;
mod row;
mod told;
mod unionpay;
mod wechat;

pub(crate) use chain::Chain;
pub(crate) use channel::Channel;
pub(crate) use deals::GivenBack;
pub(crate) use plant::Plant;
pub(crate) use row::{clock, yuan};
pub(crate) use told::Told;
