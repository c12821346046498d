//! What the fuzz targets in `gateway/fuzz` reach into, and nothing else should.

pub use crate::tcp::fuzz::{Conversed, Decoded, converse, decode};
