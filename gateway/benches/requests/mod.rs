//! Requests as a client writes them, and answers as the engine gives them.

use std::hint::black_box;

use longmen_client::{
    CompactLeg, CompactSettings, CompactTransaction, Format, Note, Operation, PostRequest, Side, Transaction,
    Transfer, write_transactions, write_transfers,
};
use longmen_engine::ledger::{ClientId, PostResult, Posted};
use serde::Serialize;

use crate::decode::{Asking, read_request};
use crate::service::Request;

/// Transactions of a batch.
pub(crate) const BATCH: u32 = 1_024;
/// ISO 4217 numeric of CNY.
const CNY: u16 = 156;
/// Who asks.
const ASKING: Asking = Asking { client: ClientId(1) };
const SETTINGS: CompactSettings = CompactSettings { want_balances: false, time: 1_790_000_000 };

/// Reads the body of a post, which must be in order.
pub(crate) fn read(format: Format, body: &[u8]) -> Request {
    let asked = read_request(Operation::Post, format, black_box(body), ASKING);
    let asked = asked.expect("a request that is well formed");
    assert!(matches!(&asked, Request::Post(post) if post.faults.is_empty()));
    asked
}

/// A compact post of transfers.
pub(crate) fn compact_batch() -> Vec<u8> {
    let transfer = |n: u64| Transfer {
        id: u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
        debit: n % 97 + 1,
        credit: n % 89 + 101,
        amount: 100 + n,
    };
    let transfers: Vec<Transfer> = (1..=u64::from(BATCH)).map(transfer).collect();
    let mut body = Vec::new();
    write_transfers(&mut body, SETTINGS, CNY, &transfers);
    body
}

/// A compact post of one payment of three legs, with its type.
pub(crate) fn compact_single() -> Vec<u8> {
    let leg = |step, account, side, amount| CompactLeg { account, amount, currency: CNY, step, side };
    let legs =
        [leg(1, 4_711, Side::Debit, 1_000), leg(2, 12, Side::Credit, 994), leg(3, 10_001, Side::Credit, 6)];
    let notes = [(Note::Kind, "balance_payment")];
    let payment = CompactTransaction { id: 1 << 100 | 7, value_date: None, legs: &legs, notes: &notes };
    let mut body = Vec::new();
    write_transactions(&mut body, SETTINGS, &[payment]);
    body
}

/// The same payment in MessagePack.
pub(crate) fn messagepack_single() -> Vec<u8> {
    let payment = Transaction::new(1 << 100 | 7_u128)
        .time(SETTINGS.time)
        .debit(4_711, 1_000, "CNY")
        .credit(12, 994, "CNY")
        .credit(10_001, 6, "CNY")
        .kind("balance_payment");
    let request = PostRequest { transactions: &[payment], balances: false };
    let mut body = Vec::new();
    let written = request.serialize(&mut rmp_serde::Serializer::new(&mut body).with_struct_map());
    written.expect("memory takes everything");
    body
}

/// Results of so many transactions that were posted.
pub(crate) fn posted(count: u32) -> Posted {
    let result = |ordinal| PostResult { frame: 70_000, ordinal, ..PostResult::default() };
    Posted {
        results: (0..count).map(result).collect(),
        balances: Vec::new(),
        made: None,
        clock_us: 1_790_000_000_000_000,
    }
}
