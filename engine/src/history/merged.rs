//! Drill-down: the transactions that a merged entry of a hot account stands for.

use longmen_wal::FrameView;

use super::chain::Chain;
use super::lines::{Detail, Piece, StatementLine, pieces};
use super::{History, HistoryError, section, tail_of};
use crate::ledger::{
    AccountId, AccountView, Entry, HEAD_BYTES, Head, HotLeg, Movement, Outcome, Position, Posting,
    ReplayError, SectionKind,
};

/// Legs of a merged entry, in the order of the log. Opening + their sum = closing, natural.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedPage {
    /// The legs, each with the balance before and after it.
    pub legs: Vec<StatementLine>,
    /// How many legs the entry has.
    pub count: u32,
    /// The balance before the first leg of the page.
    pub opening: i128,
    /// The balance after the last leg of the page.
    pub closing: i128,
    /// The leg with which the next page begins, if there is one.
    pub next: Option<u32>,
}

/// A leg of a merged entry and the ordinal of its transaction in the frame.
pub(super) struct MergedLeg {
    pub(super) ordinal: u32,
    pub(super) leg: HotLeg,
}

impl History {
    /// The legs of the merged entry of `account` at `at`, from leg number `from` on, at most `limit` (0 counts as 1); `None` where the
    /// entry there is not merged.
    ///
    /// # Errors
    /// [`HistoryError`], where the log cannot be read or no record of the account lies there.
    pub fn merged_entry(
        &self,
        account: &AccountView,
        at: Position,
        from: u32,
        limit: usize,
    ) -> Result<Option<MergedPage>, HistoryError> {
        let mut chain = Chain::new(self, account.id);
        chain.must_begin_at(at)?;
        let Entry::Posting(posting) = chain.record(at)?.entry else { return Ok(None) };
        let Movement::Merged { count, .. } = posting.movement else { return Ok(None) };
        let (pieces, _) = pieces(&mut chain, at, Detail { holds: false, legs: true })?;
        let mut balance = posting.balance_after - posting.movement.signed();
        let (mut opening, mut legs, mut next) = (None, Vec::new(), None);
        for piece in pieces {
            if piece.leg >= from {
                if legs.len() >= limit.max(1) {
                    next = Some(piece.leg);
                    break;
                }
                opening = opening.or(Some(balance));
                legs.push(piece.line(chain.view(), balance, account.normal)?);
            }
            balance = piece.after(balance);
        }
        let natural = |balance| account.normal.natural(balance);
        let (opening, closing) = (natural(opening.unwrap_or(balance)), natural(balance));
        Ok(Some(MergedPage { legs, count, opening, closing, next }))
    }
}

/// The legs of the merged entry `posting` at `at` as pieces, oldest first.
pub(super) fn pieces_of(
    chain: &mut Chain<'_>,
    at: Position,
    posting: &Posting,
) -> Result<Vec<Piece>, HistoryError> {
    let Movement::Merged { count, .. } = posting.movement else {
        unreachable!("only merged entries have legs")
    };
    let skip = merged_before(chain, posting.previous, at.frame)?;
    let mut after = posting.balance_after - posting.movement.signed();
    let mut pieces = Vec::new();
    for (leg, hot) in (0..).zip(hot_legs(chain.view(), posting.account, skip, count)?) {
        after += hot.leg.side.signed(hot.leg.amount);
        pieces.push(Piece::of_merged(at, posting, leg, &hot, after));
    }
    Ok(pieces)
}

/// How many legs of this frame stand in merged entries of the account before this one.
fn merged_before(chain: &mut Chain<'_>, mut at: Position, frame: u64) -> Result<u64, HistoryError> {
    let mut legs = 0;
    while at.frame == frame {
        let record = chain.record(at)?;
        if let Entry::Posting(Posting { movement: Movement::Merged { count, .. }, .. }) = record.entry {
            legs += u64::from(count);
        }
        at = record.entry.previous();
    }
    Ok(legs)
}

/// `count` legs on a hot account in the order of the log, after the frame's first `skip`.
fn hot_legs(
    view: &FrameView,
    account: AccountId,
    mut skip: u64,
    count: u32,
) -> Result<Vec<MergedLeg>, HistoryError> {
    let wanted = usize::try_from(count).expect("a count of 32 bits");
    let heads = section(view, SectionKind::Heads, 0)?;
    let mut legs = Vec::new();
    for (ordinal, bytes) in (0..).zip(heads.chunks_exact(HEAD_BYTES)) {
        let Some(head) = Head::read(bytes, 0).filter(|head| head.outcome == Outcome::Posted) else {
            continue;
        };
        for leg in tail_of(view, &head)?.hot_legs.into_iter().filter(|leg| leg.account == account) {
            match skip {
                0 if legs.len() < wanted => legs.push(MergedLeg { ordinal, leg }),
                0 => return Ok(legs),
                _ => skip -= 1,
            }
        }
    }
    if legs.len() == wanted {
        return Ok(legs);
    }
    let what =
        format!("a merged entry of account {account} stands for {count} legs, of which {}", legs.len());
    Err(ReplayError { frame: view.number().0, what: format!("{what} are there") }.into())
}
