//! A snapshot begins: what it holds exactly is gathered at a frame boundary.

use crate::commands::lines::sum_lines;
use crate::commands::outcome::{AwaitShards, Outcome, Replies};
use crate::record::admin::Admin;
use crate::shard::order::ShowLines;
use crate::state::State;
use crate::state::frame::OpenFrame;
use crate::state::snapshot_start::SnapshotStart;
use crate::transaction::originals::Originals;

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
        write_originals(&state.originals, &mut names);
        let open = &state.output.frame;
        Outcome::Snapshot(SnapshotStart {
            frame: start_before(open),
            time_us: open.time_us,
            names,
            accounts: state.books.catalog.accounts().len(),
            lines: sum_lines(replies),
        })
    }
}

fn write_originals(originals: &Originals, names: &mut Vec<u8>) {
    fail_point!("SnapshotWithoutOriginals", |_| ());
    for (key, undone) in originals.iter() {
        Admin::Undone(key, undone.clone()).write(names);
    }
}

/// The frame that a snapshot starts from while another is open.
fn start_before(open: &OpenFrame) -> u64 {
    fail_point!("SnapshotStartsLate", |_| open.number);
    open.number - 1
}
