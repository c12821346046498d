//! Decoder, encoder and prices are private to the gateway. They are built here once more, so that nothing has to be made
//! public for a bench. A bench imports all five where it begins, because they name each other by their place in the crate.

#![expect(dead_code, unused_imports, unused_macros, unreachable_pub, reason = "benches are about posts")]

#[path = "../../src/decode/mod.rs"]
pub(crate) mod decode;
#[path = "../../src/encode/mod.rs"]
pub(crate) mod encode;
#[path = "../../src/in_flight.rs"]
pub(crate) mod in_flight;
#[path = "../../src/limits.rs"]
pub(crate) mod limits;
#[path = "../../src/session/price.rs"]
pub(crate) mod price;
