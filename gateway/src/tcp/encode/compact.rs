//! Answers to compact posts.

use longmen_engine::ledger::{LegBalance, PostResult, Posted, Rejection};

const HAS_BALANCES: u16 = 1;
const REPEATED: u16 = 0x8000;
const RESULT: usize = 16;
const BALANCE: usize = 32;

/// The answer to a compact post that was decided. Balances follow where there are any.
pub(crate) fn write_compact_posted(out: &mut Vec<u8>, posted: &Posted) {
    let has_balances = !posted.balances.is_empty();
    out.reserve(16 + RESULT * posted.results.len() + BALANCE * posted.balances.len());
    write_header(out, 0, if has_balances { HAS_BALANCES } else { 0 }, posted.results.len());
    for result in &posted.results {
        out.extend_from_slice(&result_bytes(result));
    }
    if has_balances {
        out.extend_from_slice(&count(posted.balances.len()).to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        for balance in &posted.balances {
            out.extend_from_slice(&balance_bytes(balance));
        }
    }
}

/// The answer to a compact post that was refused as a whole.
pub(crate) fn write_compact_refusal(out: &mut Vec<u8>, rejection: Rejection) {
    write_header(out, rejection.number(), 0, 0);
}

fn write_header(out: &mut Vec<u8>, status: u16, flags: u16, results: usize) {
    out.extend_from_slice(&status.to_le_bytes());
    out.extend_from_slice(&flags.to_le_bytes());
    out.extend_from_slice(&count(results).to_le_bytes());
}

fn result_bytes(result: &PostResult) -> [u8; RESULT] {
    let step = result.step | if result.repeated { REPEATED } else { 0 };
    let mut bytes = [0; RESULT];
    bytes[..8].copy_from_slice(&result.frame.to_le_bytes());
    bytes[8..12].copy_from_slice(&result.ordinal.to_le_bytes());
    bytes[12..14].copy_from_slice(&result.rejection.map_or(0, Rejection::number).to_le_bytes());
    bytes[14..].copy_from_slice(&step.to_le_bytes());
    bytes
}

fn balance_bytes(balance: &LegBalance) -> [u8; BALANCE] {
    let mut bytes = [0; BALANCE];
    bytes[..4].copy_from_slice(&balance.transaction.to_le_bytes());
    bytes[4..6].copy_from_slice(&balance.step.to_le_bytes());
    bytes[8..16].copy_from_slice(&balance.account.0.to_le_bytes());
    bytes[16..].copy_from_slice(&balance.balance.to_le_bytes());
    bytes
}

fn count(length: usize) -> u32 {
    u32::try_from(length).expect("answers have far fewer than 2^32 elements")
}
