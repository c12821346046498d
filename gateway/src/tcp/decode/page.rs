//! How much of a list is asked for.

use longmen_client::MAX_LIST;

use super::reader::Reader;
use crate::service::Fault;

/// Lines of a page where the request does not say.
pub(super) const DEFAULT_PAGE: u32 = 50;

/// Bytes of a cursor.
pub(super) const MAX_CURSOR: usize = 64;

/// What a cursor is that no page of this list gave, or a page of one that was asked for with other filters.
pub(super) const NOT_A_CURSOR: Fault =
    Fault::new("not where a page of this list ended, asked for with the same filters");

pub(super) fn page_limit(reader: &mut Reader<'_>) -> Result<u32, Fault> {
    let limit = reader.integer()?;
    if (1..=MAX_LIST).contains(&limit) { Ok(limit) } else { Err(Fault::new("out of range")) }
}
