//! How far a run is, for whoever looks on.

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The journal was read up to a frame, of the last that counts.
    Read { frame: u64, of: u64 },
    /// So many accounts are folded.
    Folded { accounts: u64 },
    /// So many postings were answered.
    Posted { dues: u64 },
}

/// Who looks on.
pub type Watch<'w> = &'w mut dyn FnMut(Step);
