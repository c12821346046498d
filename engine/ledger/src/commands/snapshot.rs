//! A snapshot begins: what it holds exactly is gathered at a frame boundary.

use crate::commands::lines::sum_lines;
use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::record::admin::Admin;
use crate::shard::order::ShowLines;
use crate::state::State;
use crate::state::snapshot_start::SnapshotStart;

/// The general ledger being gathered for a snapshot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReadLines;

/// Begins a snapshot.
pub(crate) fn begin(state: &State) -> Outcome {
    Outcome::wait_for_all(ReadLines, state, &ShowLines { with_totals: false })
}

impl AwaitShards for ReadLines {
    type Query = ShowLines;

    fn finish(self, state: &mut State, replies: Replies<ShowLines>) -> Outcome {
        let mut names = Vec::new();
        state.books.catalog.write_names(&mut names);
        for (key, undone) in state.originals.iter() {
            #[cfg(feature = "planted-bugs")]
            if crate::planted::is(crate::planted::Bug::SnapshotWithoutOriginals) {
                continue;
            }
            Admin::Undone(key, undone.clone()).write(&mut names);
        }
        let open = &state.output.frame;
        Outcome::Snapshot(SnapshotStart {
            #[cfg(not(feature = "planted-bugs"))]
            frame: open.number - 1,
            #[cfg(feature = "planted-bugs")]
            frame: open.number - u64::from(!crate::planted::is(crate::planted::Bug::SnapshotStartsLate)),
            time_us: open.time_us,
            names,
            accounts: state.books.catalog.accounts().len(),
            lines: sum_lines(replies),
        })
    }
}
