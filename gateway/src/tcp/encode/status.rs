//! How the node is, in MessagePack.

use longmen_engine::Finding;

use super::pack::Pack;
use super::write_ok;
use crate::service::question::status::NodeStatus;

/// How the node is: the engine, its files, and the gateway.
pub(super) fn write_status(out: &mut Vec<u8>, status: &NodeStatus) {
    let engine = &status.engine;
    let mut pack = write_ok(out);
    pack.map(27);
    pack.name("version").text(env!("CARGO_PKG_VERSION"));
    pack.name("durable").unsigned(engine.durable);
    pack.name("open").unsigned(engine.open);
    pack.name("shards").unsigned(engine.shards);
    pack.name("accounts").unsigned(engine.accounts);
    pack.name("decided").unsigned(engine.decided);
    pack.name("refused").unsigned(engine.refused);
    pack.name("rounds").unsigned(engine.rounds);
    pack.name("open_proposals").unsigned(engine.open_proposals);
    pack.name("deferred").unsigned(engine.deferred);
    pack.name("spanning").unsigned(engine.spanning);
    pack.name("known_ids").unsigned(engine.known_ids);
    pack.name("time_us").signed(engine.time_us);
    pack.name("clock_us").signed(engine.clock_us);
    pack.name("machine_us").signed(status.machine_us);
    pack.name("hot").array(engine.hot.len());
    for (account, legs) in &engine.hot {
        pack.array(2);
        pack.unsigned(account.0);
        pack.unsigned(*legs);
    }
    pack.name("entities").array(engine.entities.len());
    for (code, date) in &engine.entities {
        pack.array(2);
        pack.text(code);
        pack.text(&date.to_string());
    }
    pack.name("refund_days").unsigned(engine.refund_windows.days);
    pack.name("refund_windows").array(engine.refund_windows.by_type.len());
    for (kind, days) in &engine.refund_windows.by_type {
        pack.array(2);
        pack.text(kind);
        pack.unsigned(*days);
    }
    pack.name("connections").unsigned(status.connections);
    pack.name("in_flight_transactions").unsigned(status.in_flight.transactions);
    pack.name("in_flight_bytes").unsigned(status.in_flight.bytes);
    pack.name("out_of_disk").flag(engine.is_out_of_disk);
    write_disk(&mut pack, status);
}

/// What is known of the files.
fn write_disk(pack: &mut Pack<'_>, status: &NodeStatus) {
    let NodeStatus { damaged, scrub, .. } = status;
    pack.name("damaged").array(damaged.places.len());
    for Finding { file, offset, frame, fault } in &damaged.places {
        pack.map(4);
        pack.name("file").text(file);
        for (name, number) in [("offset", *offset), ("frame", frame.map(|frame| frame.0))] {
            match number {
                Some(number) => pack.name(name).unsigned(number),
                None => pack.name(name).nil(),
            }
        }
        pack.name("what").text(&fault.to_string());
    }
    pack.name("damaged_more").unsigned(damaged.beyond);
    pack.name("damage_met").unsigned(damaged.times);
    pack.name("scrub").map(6);
    pack.name("rate").unsigned(scrub.bytes_per_second);
    pack.name("passes").unsigned(scrub.passes);
    match scrub.last_pass_us {
        Some(time) => pack.name("last_pass_us").signed(time),
        None => pack.name("last_pass_us").nil(),
    }
    pack.name("file").text(&scrub.file);
    pack.name("offset").unsigned(scrub.offset);
    pack.name("frame").unsigned(scrub.frame);
}
