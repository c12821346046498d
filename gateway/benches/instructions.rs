//! How many instructions it takes to read a request's body and to write an answer's, counted by Callgrind. Every piece is
//! about 1,024 transactions, so that dividing by it gives instructions a transaction.
//!
//! `cargo bench -p longmen-gateway --bench instructions`; what it needs stands in the engine's bench of the same name.

#![expect(unused_qualifications, reason = "what the macros make")]

mod inside;
mod requests;

use std::hint::black_box;

use gungraun::{
    Callgrind, EventKind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main,
};
use longmen_client::Format;

use inside::{decode, encode, service, sync};

use decode::result_bytes;
use encode::write_outcome;
use requests::{BATCH, compact_batch, compact_single, messagepack_single, posted, read};
use service::price::price;
use service::{Answer, Outcome, Request};

/// The run fails when a piece takes more instructions a transaction than this: a quarter more than when it was set.
fn at_most(a_transaction: u64) -> LibraryBenchmarkConfig {
    let mut callgrind = Callgrind::with_args(["--cache-sim=no"]);
    callgrind.hard_limits([(EventKind::Ir, a_transaction * u64::from(BATCH))]);
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(callgrind);
    config
}

fn read_and_price(format: Format, body: &[u8]) -> Request {
    let asked = read(format, body);
    black_box(price(&asked, result_bytes(format)));
    asked
}

#[library_benchmark]
#[bench::one_batch(args = (), setup = compact_batch, config = at_most(425))]
fn decode_compact(body: Vec<u8>) -> Request {
    read_and_price(Format::Compact, &body)
}

#[library_benchmark]
#[bench::compact(args = (Format::Compact, compact_single()), config = at_most(3_250))]
#[bench::messagepack(args = (Format::MessagePack, messagepack_single()), config = at_most(11_200))]
fn decode_singles(format: Format, body: Vec<u8>) -> Vec<u8> {
    for _ in 0..BATCH {
        black_box(read_and_price(format, &body));
    }
    body
}

fn results(count: u32) -> (Outcome, Vec<u8>) {
    (Ok(Answer::Posted(posted(count), Vec::new())), Vec::with_capacity(1 << 17))
}

#[library_benchmark]
#[bench::one_batch(args = (BATCH), setup = results, config = at_most(25))]
fn encode_compact((outcome, mut out): (Outcome, Vec<u8>)) -> (Outcome, Vec<u8>) {
    write_outcome(&mut out, Format::Compact, black_box(&outcome));
    (outcome, out)
}

#[library_benchmark]
#[bench::singles(args = (1), setup = results, config = at_most(765))]
fn encode_messagepack((outcome, mut out): (Outcome, Vec<u8>)) -> (Outcome, Vec<u8>) {
    for _ in 0..BATCH {
        write_outcome(&mut out, Format::MessagePack, black_box(&outcome));
    }
    (outcome, out)
}

library_benchmark_group!(
    name = wire,
    benchmarks = [decode_compact, decode_singles, encode_compact, encode_messagepack]
);

main!(library_benchmark_groups = wire);
