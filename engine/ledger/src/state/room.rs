//! Whether the log has room for what is decided.

/// Whether the log has room for what a round may write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Room {
    /// It has.
    #[default]
    Enough,
    /// It will have in a moment: nothing more is decided until then.
    Soon,
    /// The disk is full: what would write is refused with [`OutOfDisk`](crate::rejection::Rejection::OutOfDisk), and forgotten; reads go on.
    None,
}
