//! How many instructions the pieces of the ledger take, counted by Callgrind. Times on a shared machine drift by half;
//! these figures do not. Every piece is done 1,024 times, so that dividing by it gives instructions a transaction.
//!
//! `cargo bench -p longmen-engine --bench instructions`; it needs valgrind and `gungraun-runner`, of the version that
//! `Cargo.toml` has of `gungraun`. `.ci/run` installs both and prints a line for each piece.

#![expect(unused_qualifications, reason = "what the macros make")]

mod books;

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::sync::Arc;

use gungraun::{
    Callgrind, EventKind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main,
};
use longmen_engine::ledger::{
    Acting, Batch, Caps, ClientId, Decided, FourEyes, Grant, Known, KnownIds, KnownRef, Operation, Outcome,
    Permissions, Posted, Rebuilt, TransactionId,
};
use longmen_wal::{Body, FaultyStorage, FrameNumber, Log, LogOptions, Opened, seeded_nonces};

use books::{BATCH, Books, Chain, ENTITY, Payments, body, check, check_singles, records, settings};

/// Batches that have passed before the one that is counted, so that buffers have grown to their size.
const BEFORE: u32 = 4;

/// The run fails when a piece takes more instructions a transaction than this: a quarter more than when it was set.
fn at_most(a_transaction: u64) -> LibraryBenchmarkConfig {
    let mut callgrind = Callgrind::with_args(["--cache-sim=no"]);
    callgrind.hard_limits([(EventKind::Ir, a_transaction * u64::from(BATCH))]);
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(callgrind);
    config
}

/// Books in which something has passed, and what comes next.
type Ready = (Books, Batch);

fn transfers(shards: u16) -> Ready {
    let mut payments = Payments::new();
    ready(shards, || payments.transfers())
}

fn mix(shards: u16) -> Ready {
    let mut payments = Payments::new();
    ready(shards, || payments.mix())
}

fn hot(shards: u16) -> Ready {
    let mut payments = Payments::new();
    ready(shards, || payments.hot())
}

/// Transfers of a principal that may post everywhere, as a switch may where some things take two; or in the books of one entity.
fn transfers_of(is_limited: bool) -> Ready {
    let entities = is_limited.then(|| [ENTITY.into()].into());
    let mut permissions = Permissions::default();
    permissions.grant(Operation::Post, Grant { entities, alone: true, ..Grant::default() });
    let caps = Caps { of: BTreeMap::new(), others: Some(50_000) };
    let rules = FourEyes { operations: BTreeSet::new(), above: [(Operation::Post, caps)].into() };
    permissions.set_four_eyes(Arc::new(rules));
    let mut books = Books::open(1, &mut drop);
    books.acting = Some(Arc::new(Acting::new("switch", "switch", None, permissions)));
    let mut payments = Payments::new();
    ready_in(books, || payments.transfers())
}

fn ready(shards: u16, batch: impl FnMut() -> Batch) -> Ready {
    ready_in(Books::open(shards, &mut drop), batch)
}

fn ready_in(mut books: Books, mut batch: impl FnMut() -> Batch) -> Ready {
    for _ in 0..BEFORE {
        check(&books.post(batch()), true);
    }
    (books, batch())
}

#[library_benchmark]
#[bench::transfers_on_1_shard(args = (1), setup = transfers, config = at_most(3_700))]
#[bench::transfers_by_a_role(args = (false), setup = transfers_of, config = at_most(3_700))]
#[bench::transfers_by_a_role_in_one_entity(args = (true), setup = transfers_of, config = at_most(3_900))]
#[bench::transfers_on_7_shards(args = (7), setup = transfers, config = at_most(5_800))]
#[bench::mix_on_1_shard(args = (1), setup = mix, config = at_most(4_950))]
#[bench::mix_on_7_shards(args = (7), setup = mix, config = at_most(11_850))]
#[bench::hot_on_1_shard(args = (1), setup = hot, config = at_most(3_800))]
#[bench::hot_on_7_shards(args = (7), setup = hot, config = at_most(3_900))]
fn round((mut books, batch): Ready) -> (Books, Posted) {
    let posted = books.post(black_box(batch));
    (books, posted)
}

fn singles() -> (Books, Vec<Batch>) {
    ready_for_singles(Payments::singles)
}

fn singles_with_text_ids() -> (Books, Vec<Batch>) {
    ready_for_singles(Payments::singles_with_text_ids)
}

fn ready_for_singles(singles: impl Fn(&mut Payments) -> Vec<Batch>) -> (Books, Vec<Batch>) {
    let mut payments = Payments::new();
    let mut books = Books::open(1, &mut drop);
    for _ in 0..BEFORE {
        check_singles(&books.post_singles(singles(&mut payments)));
    }
    (books, singles(&mut payments))
}

#[library_benchmark]
#[bench::sixty_four_together(args = (), setup = singles, config = at_most(5_950))]
#[bench::with_text_ids(args = (), setup = singles_with_text_ids, config = at_most(6_400))]
fn single_requests((mut books, batches): (Books, Vec<Batch>)) -> (Books, Vec<Posted>) {
    let posted = books.post_singles(black_box(batches));
    (books, posted)
}

fn chain() -> (Chain, Vec<u8>) {
    (Chain::new(), Vec::with_capacity(1 << 17))
}

#[library_benchmark]
#[bench::post_and_write(args = (), setup = chain, config = at_most(210))]
fn row((mut chain, mut out): (Chain, Vec<u8>)) -> (Chain, Vec<u8>) {
    chain.post(&mut out);
    (chain, out)
}

const DECIDED: Decided = Decided { content: 5, outcome: Outcome::Posted, step: 0, frame: 9, ordinal: 3 };

fn id(n: u32) -> TransactionId {
    TransactionId(u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

fn begin_and_decide(known: &mut KnownIds, ids: std::ops::Range<u32>) {
    for n in ids {
        let hash = known.hash(ClientId(1), id(n));
        assert!(known.get_hashed(hash, ClientId(1), id(n)).is_none());
        let at: KnownRef = known.begin_hashed(hash, ClientId(1), id(n), 0);
        known.decide(at, &DECIDED);
    }
}

/// A generation that is nearly full, where a search takes longest.
fn known() -> KnownIds {
    let mut known = KnownIds::new(7, 1 << 14, 0);
    begin_and_decide(&mut known, 0..15 * BATCH);
    known
}

#[library_benchmark]
#[bench::get(args = (), setup = known, config = at_most(800))]
fn known_ids_found(known: KnownIds) -> KnownIds {
    for n in 0..BATCH {
        let hash = known.hash(ClientId(1), id(n));
        assert_eq!(known.get_hashed(hash, ClientId(1), id(n)), Some(Known::Decided(DECIDED)));
    }
    known
}

#[library_benchmark]
#[bench::get_begin_decide(args = (), setup = known, config = at_most(555))]
fn known_ids_new(mut known: KnownIds) -> KnownIds {
    begin_and_decide(&mut known, 15 * BATCH..16 * BATCH);
    known
}

/// A log in memory with a frame of transfers, another such frame, and the books before it.
struct Logged {
    log: Opened,
    last: Body,
    before: Rebuilt,
}

fn logged() -> Logged {
    let options = LogOptions { segment_bytes: 4 << 20, segments_ahead: 0, ..LogOptions::default() };
    let storage = Arc::new(FaultyStorage::new());
    let log = Log::open(storage, options, FrameNumber::FIRST, seeded_nonces(1));
    let mut log = log.expect("memory is in good order");
    let mut opening = Vec::new();
    let mut books = Books::open(1, &mut |frame| opening.push(body(frame)));
    let mut payments = Payments::new();
    check(&books.post(payments.transfers()), false);
    opening.extend(books.sealed.drain(..).map(body));
    opening.iter().for_each(|body| append(&mut log, body));
    let mut before = Rebuilt::empty(&settings(1));
    for view in log.reader.frames(FrameNumber::FIRST) {
        let view = view.expect("a frame that was written just now");
        before.replay(&records(&view)).expect("records that the ledger wrote");
    }
    check(&books.post(payments.transfers()), false);
    let last = books.sealed.pop().map(body).expect("transfers are in a frame");
    Logged { log, last, before }
}

fn append(log: &mut Opened, body: &Body) {
    log.writer.append(body).expect("memory has room");
    log.writer.sync().expect("memory does not fail");
}

fn appended() -> Logged {
    let mut logged = logged();
    append(&mut logged.log, &logged.last);
    logged
}

// Sums, digest and the write; the sync of memory is nothing that a node does. About a tenth is the simulated disk's own
// notes of which sectors are synced.
#[library_benchmark]
#[bench::append(args = (), setup = appended, config = at_most(1_085))]
fn frame(mut logged: Logged) -> Logged {
    logged.log.writer.append(black_box(&logged.last)).expect("memory has room");
    logged
}

#[library_benchmark]
#[bench::verify_and_replay(args = (), setup = appended, config = at_most(1_880))]
fn replay(mut logged: Logged) -> Logged {
    let view = logged.log.reader.frame(logged.log.writer.durable()).expect("the last frame is there");
    view.verify().expect("memory is in good order");
    logged.before.replay(&records(&view)).expect("records that the ledger wrote");
    logged
}

library_benchmark_group!(
    name = pieces,
    benchmarks = [round, single_requests, row, known_ids_found, known_ids_new, frame, replay]
);

main!(library_benchmark_groups = pieces);
