//! How many instructions it takes to read a request's body and to write an answer's, counted by Callgrind. Every piece is
//! about 1,024 transactions, so that dividing by it gives instructions a transaction.
//!
//! `cargo bench -p longmen-gateway --bench instructions`; what it needs stands in the engine's bench of the same name.

#![expect(missing_docs, unused_qualifications, reason = "what the macros make")]

mod inside;
mod requests;

use std::hint::black_box;

use gungraun::{
    Callgrind, EventKind, LibraryBenchmarkConfig, library_benchmark, library_benchmark_group, main,
};
use longmen_client::Format;
use longmen_engine::ledger::Answer;

use inside::{decode, encode, in_flight, limits, price};

use decode::Asked;
use encode::{write_answer, write_compact_posted};
use requests::{BATCH, STATUS, compact_batch, compact_single, messagepack_single, posted, read};

/// The run fails when a piece takes more instructions a transaction than this: a quarter more than when it was set.
fn at_most(a_transaction: u64) -> LibraryBenchmarkConfig {
    let mut callgrind = Callgrind::with_args(["--cache-sim=no"]);
    callgrind.hard_limits([(EventKind::Ir, a_transaction * u64::from(BATCH))]);
    let mut config = LibraryBenchmarkConfig::default();
    config.tool(callgrind);
    config
}

fn read_and_price(format: Format, body: &[u8]) -> Asked {
    let asked = read(format, body);
    black_box(price::price(&asked, format));
    asked
}

#[library_benchmark]
#[bench::one_batch(args = (), setup = compact_batch, config = at_most(425))]
fn decode_compact(body: Vec<u8>) -> Asked {
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

fn results(count: u32) -> (Answer, Vec<u8>) {
    (Answer::Posted(posted(count)), Vec::with_capacity(1 << 17))
}

#[library_benchmark]
#[bench::one_batch(args = (BATCH), setup = results, config = at_most(25))]
fn encode_compact((answer, mut out): (Answer, Vec<u8>)) -> (Answer, Vec<u8>) {
    let Answer::Posted(posted) = black_box(&answer) else { panic!("results") };
    write_compact_posted(&mut out, posted);
    (answer, out)
}

#[library_benchmark]
#[bench::singles(args = (1), setup = results, config = at_most(765))]
fn encode_messagepack((answer, mut out): (Answer, Vec<u8>)) -> (Answer, Vec<u8>) {
    for _ in 0..BATCH {
        write_answer(&mut out, black_box(&answer), "posted", &[], STATUS);
    }
    (answer, out)
}

library_benchmark_group!(
    name = wire,
    benchmarks = [decode_compact, decode_singles, encode_compact, encode_messagepack]
);

main!(library_benchmark_groups = wire);
