//! How long the pieces of the ledger take, each alone on one thread: rounds, the table of known ids, rows and entries,
//! frames into a log in memory, and the way back from it.
//!
//! `cargo bench -p longmen-engine --bench pieces -- [NAME]`

mod books;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use longmen_engine::ledger::{Batch, ClientId, Decided, KnownIds, Outcome, Rebuilt, TransactionId};
use longmen_wal::{Body, FaultyStorage, FrameNumber, Log, LogOptions, Opened, seeded_nonces};

use books::{BATCH, Books, Chain, Payments, body, check, check_singles, records, settings};

/// Batches in a log that is written, scanned or replayed.
const BATCHES: u32 = 64;

fn rounds(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("round of 1024");
    group.throughput(Throughput::Elements(u64::from(BATCH)));
    for (shards, on) in [(1, "on 1 shard"), (7, "on 7 shards")] {
        let mut books = Books::open(shards, &mut drop);
        let mut payments = Payments::new();
        group.bench_function(format!("transfers {on}"), |bencher| {
            let post = |batch: Batch| check(&books.post(batch), false);
            bencher.iter_batched(|| payments.transfers(), post, BatchSize::PerIteration);
        });
        group.bench_function(format!("transfers {on}, a request each, 64 together"), |bencher| {
            let post = |singles: Vec<Batch>| check_singles(&books.post_singles(singles));
            bencher.iter_batched(|| payments.singles(), post, BatchSize::PerIteration);
        });
        group.bench_function(format!("transfers {on}, the same with text ids"), |bencher| {
            let post = |singles: Vec<Batch>| check_singles(&books.post_singles(singles));
            bencher.iter_batched(|| payments.singles_with_text_ids(), post, BatchSize::PerIteration);
        });
        group.bench_function(format!("hot {on}"), |bencher| {
            let post = |batch: Batch| check(&books.post(batch), false);
            bencher.iter_batched(|| payments.hot(), post, BatchSize::PerIteration);
        });
        group.bench_function(format!("mix {on}"), |bencher| {
            let post = |batch: Batch| check(&books.post(batch), true);
            bencher.iter_batched(|| payments.mix(), post, BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn rows(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("row");
    let chain = Chain::new();
    group.throughput(Throughput::Elements(u64::from(BATCH)));
    group.bench_function("post and write an entry", |bencher| {
        bencher.iter_batched_ref(
            || (chain.clone(), Vec::with_capacity(1 << 16)),
            |(chain, out)| chain.post(out),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// Ids in the table that is searched.
const KNOWN: u32 = 1 << 20;

fn known_ids(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("known ids");
    group.throughput(Throughput::Elements(1));
    let client = ClientId(1);
    let mut known = KnownIds::new(7, KNOWN as usize, 0);
    let decided = Decided { content: 5, outcome: Outcome::Posted, step: 0, frame: 9, ordinal: 3 };
    let mut n = 0;
    let mut decide = |known: &mut KnownIds, time_us| {
        n += 1;
        let id = id(n);
        assert_eq!(known.get(client, id), None);
        let at = known.begin(client, id, time_us);
        known.decide(at, &decided);
    };
    (0..KNOWN).for_each(|_| decide(&mut known, 0));
    let mut next = 0_u32;
    group.bench_function("one of a million found", |bencher| {
        bencher.iter(|| {
            next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            assert!(known.get(client, id(next % KNOWN + 1)).is_some());
        });
    });
    // A full generation is forgotten when the next one begins: two are in memory, as in a node under load.
    let mut time_us = 0;
    group.bench_function("a new one begun and decided", |bencher| {
        bencher.iter(|| {
            time_us += 1;
            decide(&mut known, time_us);
        });
    });
    group.finish();
}

fn id(n: u32) -> TransactionId {
    TransactionId(u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

fn log(criterion: &mut Criterion) {
    let (mut bodies, mut postings) = (Vec::new(), 0);
    let mut books = Books::open(1, &mut |frame| bodies.push(body(frame)));
    let setup = bodies.len();
    let mut payments = Payments::new();
    for _ in 0..BATCHES {
        check(&books.post(payments.transfers()), false);
        bodies.extend(books.sealed.drain(..).map(body));
        postings += 2 * u64::from(BATCH);
    }
    let transfers = &bodies[setup..];
    let bytes = transfers.iter().flat_map(|body| &body.sections).map(|section| section.len() as u64).sum();

    let mut group = criterion.benchmark_group("log in memory");
    group.throughput(Throughput::Bytes(bytes));
    group.bench_function("append and sync frames of 1024 transfers", |bencher| {
        // The first sync of a segment is that of all its zeros.
        let begun = || {
            let mut opened = open(&FaultyStorage::new(), 16 << 20);
            append(&mut opened, &bodies[..1]);
            opened
        };
        bencher.iter_batched_ref(begun, |opened| append(opened, transfers), BatchSize::PerIteration);
    });
    let storage = FaultyStorage::new();
    let mut opened = open(&storage, SMALL_SEGMENT);
    append(&mut opened, &bodies);
    opened.writer.close().expect("memory has room");
    group.bench_function("open: scan and check", |bencher| {
        let open = |storage| open(&storage, SMALL_SEGMENT);
        bencher.iter_batched(|| storage.branch(), open, BatchSize::PerIteration);
    });
    group.finish();

    let mut group = criterion.benchmark_group("replay");
    group.throughput(Throughput::Elements(postings));
    for (shards, into) in [(1, "into 1 shard"), (7, "into 7 shards, on one thread")] {
        group.bench_function(format!("entries {into}"), |bencher| {
            bencher.iter_batched_ref(
                || Rebuilt::empty(&settings(shards)),
                |rebuilt| {
                    for view in opened.reader.frames(FrameNumber::FIRST) {
                        let view = view.expect("a frame that was written just now");
                        rebuilt.replay(&records(&view)).expect("records that the ledger wrote");
                    }
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// So that the new segments that an opened log begins are little beside what is scanned.
const SMALL_SEGMENT: u64 = 1 << 20;

fn open(storage: &FaultyStorage, segment_bytes: u64) -> Opened {
    let options = LogOptions { segment_bytes, segments_ahead: 0, ..LogOptions::default() };
    let opened = Log::open(Arc::new(storage.clone()), options, FrameNumber::FIRST, seeded_nonces(1));
    opened.expect("a log in good order")
}

fn append(opened: &mut Opened, bodies: &[Body]) {
    for body in bodies {
        opened.writer.append(body).expect("memory has room");
        opened.writer.sync().expect("memory does not fail");
    }
    black_box(opened.writer.durable());
}

criterion_group! {
    name = pieces;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = rounds, rows, known_ids, log
}
criterion_main!(pieces);
