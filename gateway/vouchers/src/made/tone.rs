//! Whether lines are red (红字).

use super::draft::{Line, Tone};

/// The tone of lines, of which none is zero.
pub(super) fn tone_of(lines: &[Line]) -> Tone {
    let red = lines.iter().filter(|line| line.amount.0 < 0).count();
    match red {
        0 => Tone::Black,
        all if all == lines.len() => Tone::Red,
        _ => Tone::Mixed,
    }
}
