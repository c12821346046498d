//! How the node is.

use crate::answer::{Answer, Status};
use crate::state::State;
use crate::state::room::Room;

pub(super) fn run(state: &State) -> Answer {
    let State { settings, books, hot, ids, output, counts, room, .. } = state;
    let entities = books.catalog.entities().iter().map(|entity| (entity.code.clone(), entity.date));
    let mut hot: Vec<_> = hot.gates().map(|gate| (gate.account, gate.legs)).collect();
    hot.sort_unstable_by_key(|(account, legs)| (std::cmp::Reverse(*legs), *account));
    Answer::Status(Box::new(Status {
        durable: output.durable(),
        open: output.frame.number,
        accounts: books.catalog.accounts().len() as u64,
        known_ids: ids.known.len() as u64,
        time_us: output.frame.time_us,
        clock_us: ids.window.clock_us(),
        hot,
        entities: entities.collect(),
        refund_windows: settings.refund_windows.clone(),
        access: books.catalog.access().into(),
        access_held: books.catalog.access_held().into(),
        open_proposals: books.catalog.proposals().open() as u64,
        is_out_of_disk: *room == Room::None,
        ..counts.clone()
    }))
}
