//! Where a caller comes from.

use std::net::IpAddr;

use super::certificate::Certificate;

/// Where a caller comes from, as far as is known before its hello.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// Its address, where it has one.
    pub(crate) peer: Option<IpAddr>,
    /// What it showed.
    pub(crate) certificate: Certificate,
}
