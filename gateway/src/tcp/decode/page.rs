//! How much of a list is asked for.

use longmen_client::MAX_LIST;

use super::reader::Reader;
use crate::service::Fault;

/// Lines of a page where the request does not say.
pub(super) const DEFAULT_PAGE: u32 = 50;

pub(super) fn page_limit(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    let limit = reader.integer()?;
    if (1..=MAX_LIST).contains(&limit) { Ok(limit) } else { Err(Fault::new("out of range")) }
}
