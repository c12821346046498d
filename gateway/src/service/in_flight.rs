//! How much is under way.

/// How much may be under way: taken when a request is admitted, given back when its answer is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InFlight {
    /// Transactions; any other request counts its accounts or openings, and at least one.
    pub transactions: u64,
    /// Bytes of requests and, estimated, of their answers.
    pub bytes: u64,
}
