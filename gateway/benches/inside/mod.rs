//! Decoder, encoder and prices are private to the gateway. They are built here once more, so that nothing has to be made
//! public for a bench. A bench imports all four where it begins, because they name each other by their place in the crate.

#![expect(dead_code, unused_imports, unused_macros, unreachable_pub, reason = "benches are about posts")]

#[path = "../../src/tcp/decode/mod.rs"]
pub(crate) mod decode;
#[path = "../../src/tcp/encode/mod.rs"]
pub(crate) mod encode;
#[path = "../../src/service/mod.rs"]
pub(crate) mod service;
#[path = "../../src/sync.rs"]
pub(crate) mod sync;
