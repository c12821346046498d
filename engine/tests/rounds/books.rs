//! The books as the log alone tells them: added up from its entries, with no row and no rule.

use std::collections::{BTreeMap, BTreeSet};

use longmen_engine::ledger::{
    ActionCode, Admin, DecisionKind, Entry, FrameRecords, Head, Held, Movement, OpenedEntry, Outcome,
    Posting, SectionKind, Side, notes::TextIds, read_tail,
};

use super::naive::Naive;
use super::script::{ClosedLine, End, HoldSaid, ProposalSaid, Seen, Spec};
use super::translate::{self, script_id};

/// What a log says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    /// Natural.
    pub(crate) balances: BTreeMap<u64, i128>,
    /// Debits and credits by account and date.
    pub(crate) turnovers: BTreeMap<(u64, u32), (i128, i128)>,
    /// Legs posted one by one, in order, by account.
    pub(crate) seen: BTreeMap<u64, Vec<Seen>>,
    /// The ids that have a record.
    pub(crate) ids: BTreeSet<u128>,
    /// Records that are no transactions: openings, changes, closed dates.
    pub(crate) records: usize,
    /// Merged entries.
    pub(crate) merged: usize,
    /// Holds as their last records have them, by account and name.
    pub(crate) holds: BTreeMap<(u64, u128), HoldSaid>,
    /// The figures of lines on closed dates, in the order of the log.
    pub(crate) closed: Vec<ClosedLine>,
    /// How often income and expense were carried forward.
    pub(crate) carried: usize,
    /// Reversals on the opposite sides.
    pub(crate) blue: usize,
    pub(crate) proposals: Vec<ProposalSaid>,
    frozen: BTreeMap<u64, i64>,
    subjects: BTreeMap<u32, String>,
    /// Entity, subject and currency of each line of the general ledger.
    lines: BTreeMap<u32, (usize, String, String)>,
}

/// Reads a log.
///
/// # Panics
/// If a frame's debits and credits differ in an entity and currency, an entry does not follow from the one before,
/// what is frozen is not the sum of the holds, a merged entry is not the sum of its legs, or an id has two records.
pub(crate) fn read<'a>(log: impl IntoIterator<Item = FrameRecords<'a>>, chart: &[Spec]) -> Books {
    let mut books = Books::default();
    for frame in log {
        books.take(&frame, chart);
    }
    books
}

/// The books in a log are those of the naive ledger: balances, turnovers by date, holds, the figures of closed dates, and
/// leg by leg for the accounts that were never hot.
pub(crate) fn assert_books(books: &Books, naive: &Naive, hot: &[u64]) {
    for (account, balance) in naive.balances() {
        assert_eq!(books.balances.get(&account).copied().unwrap_or(0), balance, "balance of {account}");
        if !hot.contains(&account) {
            let seen = books.seen.get(&account).map_or(&[][..], Vec::as_slice);
            assert_eq!(seen, naive.seen(account), "entries of {account}");
        }
    }
    assert_eq!(books.turnovers, naive.turnovers());
    let holds: Vec<HoldSaid> = books.holds.values().cloned().collect();
    assert_eq!(holds, naive.all_holds());
    assert_eq!(books.closed, naive.closed());
    assert_eq!(books.proposals, naive.proposals());
}

impl Books {
    /// Ends what has expired by now: a hold that comes back after its moment is released by the frame after, a proposal ends
    /// in the frame after its moment, and a power cut may come between.
    pub(crate) fn let_due_expire(&mut self, now: &Naive) {
        for (proposal, now) in self.proposals.iter_mut().zip(now.proposals()) {
            if proposal.end.is_none() && matches!(now.end, Some((End::Expired, _))) {
                proposal.end = now.end;
            }
        }
        for hold in now.all_holds().iter().filter(|hold| hold.expired) {
            if let Some(found) =
                self.holds.get_mut(&(hold.account, hold.id)).filter(|found| found.remaining > 0)
            {
                *found = hold.clone();
            }
        }
    }

    /// Takes the next frame.
    pub(crate) fn take(&mut self, records: &FrameRecords<'_>, chart: &[Spec]) {
        let heads: Vec<Head> = records.heads().map(|head| head.unwrap()).collect();
        let tails = records.sections.iter().find(|(kind, ..)| *kind == SectionKind::Tails);
        let tails = tails.map_or(&[][..], |(.., bytes)| bytes);
        let mut merged: BTreeMap<u64, (u32, i128, i128)> = BTreeMap::new();
        self.names(records);
        let mut ids = Vec::new();
        for head in &heads {
            // The ledger's own transactions have ids of their own.
            let is_own = head.action == ActionCode::CarryForward;
            let tail = read_tail(head, tails).unwrap();
            let texts = TextIds::read(tail.notes);
            let id = if is_own { 0 } else { script_id(head.id, texts.own) };
            assert!(is_own || self.ids.insert(id), "transaction {id} has two records");
            assert!(!is_own || head.outcome == Outcome::Posted);
            self.carried += usize::from(is_own);
            ids.push(id);
            if let Some(named) = tail.named {
                script_id(named.key.id, texts.named);
            }
            let is_blue = tail.named.is_some_and(|named| named.blue);
            self.blue += usize::from(is_blue && head.outcome == Outcome::Posted);
            let legs = tail.hot_legs;
            let has_legs = matches!(head.outcome, Outcome::Posted | Outcome::Tried);
            assert!(legs.is_empty() || has_legs, "only what is posted, or tried, has legs");
            for leg in legs.iter().filter(|_| head.outcome == Outcome::Posted) {
                let sums = merged.entry(leg.account.0).or_default();
                sums.0 += 1;
                *(if leg.side == Side::Debit { &mut sums.1 } else { &mut sums.2 }) +=
                    i128::from(leg.amount.0);
            }
        }
        let mut nets: BTreeMap<(usize, &str), i128> = BTreeMap::new();
        for entry in records.entries() {
            let posting = match entry.unwrap().1 {
                Entry::Posting(posting) => posting,
                Entry::Held(held) => {
                    self.hold(&held);
                    continue;
                }
                Entry::Opened(opened) => {
                    self.open(&opened, chart);
                    self.records += 1;
                    continue;
                }
                Entry::Changed(_) => {
                    self.records += 1;
                    continue;
                }
            };
            let spec = &chart[posting.account.0 as usize - 1];
            if spec.subject().class != "off_balance" {
                *nets.entry((spec.entity, spec.currency)).or_default() += posting.movement.signed();
            }
            if let Movement::Merged { count, debit, credit } = posting.movement {
                let sums = merged.entry(posting.account.0).or_default();
                *sums = (sums.0 - count, sums.1 - debit, sums.2 - credit);
                self.merged += 1;
            }
            self.post(&posting, spec, &heads, &ids);
        }
        assert!(nets.values().all(|net| *net == 0), "debits and credits of a frame differ: {nets:?}");
        let rest = merged.values().all(|sums| *sums == (0, 0, 0));
        assert!(rest, "a merged entry is not the sum of its legs: {merged:?}");
        for record in records.admin() {
            self.close(&record.unwrap());
        }
    }

    fn names(&mut self, records: &FrameRecords<'_>) {
        for record in records.admin() {
            if let Admin::Subject { id, opening, .. } = record.unwrap() {
                self.subjects.insert(id.0, opening.code.to_string());
            }
        }
    }

    fn open(&mut self, opened: &OpenedEntry<'_>, chart: &[Spec]) {
        let spec = &chart[opened.account.0 as usize - 1];
        let line = (spec.entity, self.subjects[&opened.subject.0].clone(), spec.currency.to_string());
        let there = self.lines.entry(opened.placement.line.0).or_insert_with(|| line.clone());
        assert_eq!(*there, line, "a subject and currency have one line");
    }

    fn close(&mut self, record: &Admin) {
        self.records += usize::from(is_of_a_request(record));
        self.propose(record);
        if let Admin::LineClosed { line, date, opening, debit, credit } = record {
            let (entity, subject, currency) = self.lines[&line.0].clone();
            self.closed.push(((entity, subject, currency, date.days()), (*opening, *debit, *credit)));
            // Lines of one close, in the naive ledger's order.
            let same = |one: &ClosedLine| (one.0.0, one.0.3) == (entity, date.days());
            let start = self.closed.iter().rposition(|one| !same(one)).map_or(0, |at| at + 1);
            self.closed[start..].sort();
        }
    }

    fn propose(&mut self, record: &Admin) {
        match record {
            Admin::Proposed(proposal) => {
                let said = translate::proposal(proposal, None);
                assert_eq!(said.number, self.proposals.len() as u64 + 1, "proposals are numbered one by one");
                self.proposals.push(said);
            }
            Admin::Decided(decision) => {
                let proposal = &mut self.proposals[decision.number as usize - 1];
                assert_eq!(proposal.end, None, "proposal {} ends twice", decision.number);
                proposal.end = Some(translate::end(decision));
            }
            _ => {}
        }
    }

    fn hold(&mut self, held: &Held) {
        let (account, id) = (held.account.0, script_id(held.hold.key.id, &held.hold.terms.text_id));
        let (amount, remaining, expired) = (held.hold.amount, held.hold.remaining, held.hold.expired);
        let frozen = self.frozen.entry(account).or_default();
        *frozen += held.moved.signed(held.amount);
        assert_eq!(*frozen, held.frozen_after, "account {account}: before + move = after");
        self.holds.insert((account, id), HoldSaid { account, id, amount, remaining, expired });
        let of_account = self.holds.range((account, 0)..=(account, u128::MAX));
        let sum: i64 = of_account.map(|(_, hold)| hold.remaining).sum();
        assert_eq!(sum, held.frozen_after, "account {account}: frozen is the sum of its holds");
    }

    fn post(&mut self, posting: &Posting, spec: &Spec, heads: &[Head], ids: &[u128]) {
        let account = posting.account.0;
        let natural = |signed: i128| if spec.subject().debit_normal { signed } else { -signed };
        let balance = self.balances.entry(account).or_default();
        *balance += natural(posting.movement.signed());
        assert_eq!(*balance, natural(posting.balance_after), "account {account}: before + amount = after");
        let (debit, credit) = posting.movement.turnover();
        let turnover = self.turnovers.entry((account, posting.date.days())).or_default();
        *turnover = (turnover.0 + debit, turnover.1 + credit);
        if let Movement::Leg { transaction, step, side, amount } = posting.movement {
            let head = &heads[transaction as usize];
            assert_eq!((head.outcome, head.accounting_date), (Outcome::Posted, posting.date));
            let seen = (ids[transaction as usize], step, side == Side::Debit, amount.0, *balance);
            self.seen.entry(account).or_default().push(seen);
        }
    }
}

/// Whether a request is the reason for a record; the figures of a closed date and the register stand beside such a one, and
/// time ends proposals.
fn is_of_a_request(record: &Admin) -> bool {
    match record {
        Admin::LineClosed { .. } | Admin::Registered { .. } | Admin::Rules { .. } => false,
        Admin::Decided(decision) => decision.kind != DecisionKind::Expired,
        _ => true,
    }
}
