//! What the fuzz targets in `gateway/fuzz` reach into, and nothing else should: the decoder of requests, and a whole
//! connection without its socket.

use longmen_client::{Format, Header, Operation};
use longmen_engine::ledger::{Batch, ClientId};

use super::decode::{Asking, answer_format, read_request, result_bytes};
use crate::service::price::price;
use crate::service::{InFlight, Request};

pub use super::connection::fuzz::{Conversed, converse};

/// What the decoder makes of a body.
#[derive(Debug)]
pub struct Decoded {
    /// What was asked for, in words.
    pub asked: String,
    /// What it takes of the permits.
    pub price: InFlight,
    /// Of a post, its transactions, and what is malformed in which.
    pub post: Option<(Batch, Vec<(u32, String)>)>,
}

/// Decodes the body of a request of client 1.
///
/// # Errors
/// What is wrong with it, in words.
pub fn decode(operation: Operation, format: Format, body: &[u8]) -> Result<Decoded, String> {
    let asking = Asking { client: ClientId(1) };
    let asked = read_request(operation, format, body, asking).map_err(|fault| fault.to_string())?;
    let price = price(&asked, result_bytes(answer_format(Header::request(operation, format, 0))));
    let words = format!("{asked:?}");
    let post = match asked {
        Request::Post(post) => {
            let faults = post.faults.into_iter().map(|(index, fault)| (index, fault.to_string()));
            Some((post.batch, faults.collect()))
        }
        _ => None,
    };
    Ok(Decoded { asked: words, price, post })
}
