//! Torn tail or damage: the decision table of recovery.
//!
//! The mark is the highest frame that anything believable calls durable: the envelope of any good frame
//! wherever it stands, the manifest, a clean shutdown, or a file beside the log that was made of durable frames
//! (a [`crate::Witness`]).
//!
//! | at the place of frame n | n against the mark | behind it | disposition |
//! | --- | --- | --- | --- |
//! | good | n <= mark | any | keep: it stays where it is |
//! | good | n > mark | any | rewrite: keep, but write and sync it anew, for its sync may have failed |
//! | absent or bad | n <= mark | any | damage: acknowledged data is gone, refuse to start |
//! | absent | n > mark | nothing | end of the log |
//! | absent | n > mark | something | torn tail: cut |
//! | bad | n > mark | any | torn tail: cut |

use crate::number::FrameNumber;

/// What stands where a frame should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameState {
    /// The frame, whole, continuing the chain.
    Good,
    /// Zeros, or the end of the file.
    Absent,
    /// Anything else.
    Bad,
}

/// What recovery does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Disposition {
    /// The frame is durable where it is.
    Keep,
    /// The frame counts, but may not be durable: write and sync it anew.
    Rewrite,
    /// The log ends before this place.
    End,
    /// Cut from this place on, and report it.
    Cut,
    /// Acknowledged data is damaged: refuse to start, change nothing.
    Refuse,
}

/// Decides about the place of frame `number`; `something_behind` tells whether anything was ever written behind it.
pub(crate) fn disposition(
    state: FrameState,
    number: FrameNumber,
    mark: FrameNumber,
    something_behind: bool,
) -> Disposition {
    fail_point!("DamageCut", number <= mark && state != FrameState::Good, |_| Disposition::Cut);
    match (state, number <= mark) {
        (FrameState::Good, true) => Disposition::Keep,
        (FrameState::Good, false) => Disposition::Rewrite,
        (FrameState::Absent | FrameState::Bad, true) => Disposition::Refuse,
        (FrameState::Absent, false) if !something_behind => Disposition::End,
        (FrameState::Absent | FrameState::Bad, false) => Disposition::Cut,
    }
}

#[cfg(test)]
mod tests {
    use super::{Disposition, FrameState, disposition};
    use crate::FrameNumber;

    #[test]
    fn every_row_of_the_table() {
        use FrameState::{Absent, Bad, Good};
        let check = |state, number, behind, expected| {
            let decided = disposition(state, FrameNumber(number), FrameNumber(10), behind);
            assert_eq!(decided, expected, "{state:?} frame {number}, mark 10, behind: {behind}");
        };
        for behind in [false, true] {
            check(Good, 9, behind, Disposition::Keep);
            check(Good, 10, behind, Disposition::Keep);
            check(Good, 11, behind, Disposition::Rewrite);
            check(Absent, 9, behind, Disposition::Refuse);
            check(Absent, 10, behind, Disposition::Refuse);
            check(Bad, 9, behind, Disposition::Refuse);
            check(Bad, 10, behind, Disposition::Refuse);
            check(Bad, 11, behind, Disposition::Cut);
            check(Bad, u64::MAX, behind, Disposition::Cut);
        }
        check(Absent, 11, false, Disposition::End);
        check(Absent, 11, true, Disposition::Cut);
    }
}
