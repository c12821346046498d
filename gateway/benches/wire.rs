//! How long it takes to read a request's body and to write an answer's.
//!
//! `cargo bench -p longmen-gateway --bench wire -- [NAME]`

mod inside;
mod requests;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use longmen_client::Format;

use inside::{decode, encode, service, sync};

use decode::result_bytes;
use encode::write_outcome;
use requests::{BATCH, compact_batch, compact_single, messagepack_single, posted, read};
use service::Answer;
use service::price::price;

fn decoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode and price");
    let cases = [
        ("compact, 1024 transfers", Format::Compact, compact_batch(), BATCH),
        ("compact, 1 payment", Format::Compact, compact_single(), 1),
        ("MessagePack, 1 payment", Format::MessagePack, messagepack_single(), 1),
    ];
    for (name, format, body, count) in cases {
        group.throughput(Throughput::Elements(u64::from(count)));
        group.bench_function(name, |bencher| {
            bencher.iter_with_large_drop(|| {
                let asked = read(format, &body);
                (price(&asked, result_bytes(format)), asked)
            });
        });
    }
    group.finish();
}

fn encoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode results");
    for count in [BATCH, 1] {
        group.throughput(Throughput::Elements(u64::from(count)));
        let mut out = Vec::new();
        let outcome = Ok(Answer::Posted(posted(count), Vec::new()));
        group.bench_function(format!("compact, {count}"), |bencher| {
            bencher.iter(|| {
                out.clear();
                write_outcome(&mut out, Format::Compact, black_box(&outcome));
            });
        });
        group.bench_function(format!("MessagePack, {count}"), |bencher| {
            bencher.iter(|| {
                out.clear();
                write_outcome(&mut out, Format::MessagePack, black_box(&outcome));
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = wire;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3));
    targets = decoding, encoding
}
criterion_main!(wire);
