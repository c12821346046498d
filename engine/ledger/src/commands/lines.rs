//! The general ledger, out of the shards' parts.

use crate::chart::line::Line;
use crate::commands::outcome::Replies;
use crate::shard::order::ShowLines;

/// The lines of the general ledger, summed over the shards, by id.
pub(super) fn sum_lines(replies: Replies<ShowLines>) -> Vec<Line> {
    let mut sums: Vec<Line> = Vec::new();
    for (_, (lines, _)) in replies {
        sums.resize(sums.len().max(lines.len()), Line::default());
        for (sum, line) in sums.iter_mut().zip(&lines) {
            sum.add(line);
        }
    }
    sums
}
