//! A shard: the rows of the accounts that live in it, and the decisions about them.

pub(crate) mod order;
pub(crate) mod round;

mod effects;
pub(crate) mod judging;
pub(crate) mod places;
mod replay;

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::account::change::Registration;
use crate::account::cold_row::{ColdRow, Limits};
use crate::account::day_use::DayUse;
use crate::account::row::Row;
use crate::chart::line::{AccountsTotal, Line};
use crate::ids::{AccountId, LineId, Position, ShardId, UnitId};
use crate::money::date::Date;
use crate::record::entry::{Changed, Counting, Link, Movement, OpenedEntry, Posting};
use crate::shard::order::{ExpireHolds, Expired};
use crate::shard::places::{account_at, slot_of};
use crate::shard::round::{BalanceAfter, Merge, Part, ShardAnswer, ShardLeg, ShardRound, Visit, Written};
use crate::transaction::effect::Effect;

/// A shard of the ledger.
#[derive(Clone, Debug)]
pub struct Shard {
    id: ShardId,
    shards: u16,
    pub(crate) rows: Vec<Row>,
    /// What few accounts have, by the places of their rows.
    cold_rows: HashMap<usize, ColdRow, FixedState>,
    lines: Vec<Line>,
    nets: Vec<i128>,
    prepared: Visit,
    votes: Vec<bool>,
    frame: u64,
    /// The newest frame of which a row that came from a snapshot has seen something.
    seen: u64,
    slots_before: usize,
    pub(crate) written: Written,
}

impl Shard {
    /// An empty shard, number `id` of `shards`.
    #[must_use]
    pub fn new(id: ShardId, shards: u16) -> Shard {
        assert!(id.0 < shards, "a shard is one of those there are");
        Shard {
            id,
            shards,
            rows: Vec::new(),
            cold_rows: HashMap::default(),
            lines: Vec::new(),
            nets: Vec::new(),
            prepared: Visit::default(),
            votes: Vec::new(),
            frame: 0,
            seen: 0,
            slots_before: 0,
            written: Written::default(),
        }
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> ShardId {
        self.id
    }

    /// Among how many.
    #[must_use]
    pub fn shards(&self) -> u16 {
        self.shards
    }

    /// Runs a round: settles and releases what was prepared, executes, prepares.
    pub fn round(&mut self, mut round: ShardRound) -> ShardAnswer {
        self.enter(round.frame);
        self.written.section = std::mem::take(&mut round.section);
        assert!(self.written.section.is_empty(), "memory comes without contents");
        self.resolve(&round.resolve);
        let verdicts = self.execute_all(&round.execute);
        let prepare = round.prepare.iter();
        let votes =
            prepare.map(|(part, legs, effects)| self.prepare(part, legs, effects)).collect::<Vec<_>>();
        self.votes.extend(votes.iter().map(Option::is_none));
        self.prepared.append(&round.prepare);
        round.clear();
        ShardAnswer { verdicts, votes, written: self.take_written(), spent: round }
    }

    /// Posts merged entries on hot accounts.
    pub fn merge(&mut self, frame: u64, merges: &[Merge]) -> Written {
        self.enter(frame);
        for merge in merges {
            let movement = Movement::Merged { count: merge.count, debit: merge.debit, credit: merge.credit };
            let slot = self.slot_of(merge.account);
            self.post(slot, movement, merge.date, Counting::Takes);
        }
        self.take_written()
    }

    /// Opens accounts, each once and in order of their ids.
    pub fn open<'a>(&mut self, frame: u64, accounts: impl Iterator<Item = OpenedEntry<'a>>) -> Written {
        self.enter(frame);
        for opened in accounts {
            let at = self.next_position();
            opened.write(&mut self.written.section);
            self.written.records += 1;
            self.add_row(&opened, at);
        }
        self.take_written()
    }

    /// Writes a change of a row's attributes; `edit` says what is new.
    pub fn change(
        &mut self,
        frame: u64,
        account: AccountId,
        by: &Registration,
        edit: impl FnOnce(&mut Changed<'_>),
    ) -> Written {
        self.enter(frame);
        let at = self.next_position();
        let slot = self.slot_of(account);
        let attributes = self.rows[slot].attributes(account, self.limits(slot));
        let mut changed = Changed { client: by.client, date: by.date, notes: &by.notes, ..attributes };
        edit(&mut changed);
        changed.write(&mut self.written.section);
        self.written.records += 1;
        let counted = self.rows[slot].counts();
        self.rows[slot].change(&changed, at);
        self.keep_limits(slot, &changed, counted);
        self.take_written()
    }

    /// Lets holds expire, in order.
    pub(crate) fn expire_all(&mut self, expiring: &ExpireHolds) -> Expired {
        self.enter(expiring.frame);
        let mut later = Vec::new();
        for (effect, date) in &expiring.effects {
            let moved = self.expire(effect, *date, expiring.time_us);
            later.extend(moved.map(|moment| (moment, effect.account, effect.key)));
        }
        let accounts = expiring.effects.iter().map(|(effect, _)| effect.account);
        let rows = accounts.map(|account| (account, self.rows[self.slot_of(account)].clone())).collect();
        Expired { written: self.take_written(), rows, later }
    }

    /// The row of an account of this shard, if it is open.
    #[must_use]
    pub fn row(&self, account: AccountId) -> Option<&Row> {
        let slot = slot_of(self.id, self.shards, account)?;
        self.rows.get(slot).filter(|row| row.last != Position::NONE)
    }

    /// All rows with their accounts.
    pub fn rows(&self) -> impl Iterator<Item = (AccountId, &Row)> {
        self.rows_at(0..self.rows.len())
    }

    /// The rows at these places, with their accounts: a slice of a snapshot.
    pub fn rows_at(&self, places: std::ops::Range<usize>) -> impl Iterator<Item = (AccountId, &Row)> {
        let open = places.clone().zip(&self.rows[places]).filter(|(_, row)| row.last != Position::NONE);
        open.map(|(slot, row)| (account_at(self.id, self.shards, slot), row))
    }

    /// How many places the table of rows has.
    #[must_use]
    pub fn places(&self) -> usize {
        self.rows.len()
    }

    /// Its part of the general ledger, by line.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The sums of its accounts by line, added up anew: what the general ledger is held against (总分).
    #[must_use]
    pub fn recount(&self) -> Vec<AccountsTotal> {
        let mut totals = vec![AccountsTotal::default(); self.lines.len()];
        for row in self.rows.iter().filter(|row| row.last != Position::NONE) {
            let total = &mut totals[row.line.0 as usize];
            total.balance += row.balance;
            total.accounts += 1;
        }
        totals
    }

    fn enter(&mut self, frame: u64) {
        assert!(frame >= self.frame, "frames are filled in order");
        if frame != self.frame {
            self.frame = frame;
            self.slots_before = 0;
        }
    }

    fn take_written(&mut self) -> Written {
        let mut written = std::mem::take(&mut self.written);
        self.slots_before += written.section.len() / 8;
        for (unit, net) in (0..).map(UnitId).zip(&mut self.nets).filter(|(_, net)| **net != 0) {
            written.nets.push((unit, std::mem::take(net)));
        }
        written
    }

    pub(crate) fn next_position(&self) -> Position {
        let slot = self.slots_before + self.written.section.len() / 8;
        let slot = u32::try_from(slot).expect("a frame is capped far below 2^35 bytes");
        Position { frame: self.frame, slot, section: self.id.0 }
    }

    #[inline]
    fn book(&mut self, part: &Part, legs: &[ShardLeg], effects: &[Effect]) {
        match effects.is_empty() {
            true => self.book_legs(part, legs, |_| part.counting),
            false => self.book_action(part, legs, effects),
        }
    }

    #[inline]
    pub(crate) fn book_legs(
        &mut self,
        part: &Part,
        legs: &[ShardLeg],
        counting: impl Fn(&ShardLeg) -> Counting,
    ) {
        for leg in legs {
            let movement = Movement::Leg {
                transaction: part.ordinal,
                step: leg.step,
                side: leg.side,
                amount: leg.amount,
            };
            let balance = self.post(leg.slot as usize, movement, part.date, counting(leg));
            if part.want_balances {
                self.written.balances.push(BalanceAfter { ordinal: part.ordinal, step: leg.step, balance });
            }
        }
    }

    /// Posts one movement, and gives the natural balance after it.
    #[inline]
    fn post(&mut self, slot: usize, movement: Movement, date: Date, counting: Counting) -> i128 {
        let at = self.next_position();
        let account = account_at(self.id, self.shards, slot);
        let link = self.next_link(slot, at);
        let row = &mut self.rows[slot];
        let posting = Posting {
            account,
            movement,
            balance_after: row.balance + movement.signed(),
            frozen_after: row.frozen,
            previous: row.last,
            subject: row.subject,
            date,
            link,
            counting,
        };
        posting.write(&mut self.written.section);
        self.written.records += 1;
        row.post(&posting, at);
        let (line, balance) = (row.line, row.normal().natural(row.balance));
        if row.counts() {
            self.use_limit(slot, &posting, at);
        }
        self.count(line, &movement, date);
        balance
    }

    /// Counts a posting against the day limit of its account. Few accounts have one, so it is no part of the posting. Where
    /// limits were taken off on an earlier date there is nothing more to count.
    #[cold]
    #[inline(never)]
    pub(crate) fn use_limit(&mut self, slot: usize, posting: &Posting, at: Position) {
        let Movement::Leg { transaction, .. } = posting.movement else { return };
        let (date, signed, counting) = (posting.date, posting.movement.signed(), posting.counting);
        let limited = self.rows[slot].limited();
        let day_use = &mut self.cold_row_mut(slot).day_use;
        if !limited && day_use.is_before(date) {
            *day_use = DayUse::default();
            return self.rows[slot].count_no_more();
        }
        day_use.take(at, transaction, date, signed, counting);
    }

    /// The link that the posting at `at` carries, if one is due.
    #[inline]
    fn next_link(&mut self, slot: usize, at: Position) -> Option<Link> {
        if !self.rows[slot].link_is_due() {
            return None;
        }
        let links = &mut self.cold_row_mut(slot).links;
        let link = links.next();
        links.take(&link, at);
        Some(link)
    }

    pub(crate) fn cold_row(&self, slot: usize) -> Option<&ColdRow> {
        self.cold_rows.get(&slot)
    }

    pub(crate) fn cold_row_mut(&mut self, slot: usize) -> &mut ColdRow {
        self.cold_rows.entry(slot).or_default()
    }

    /// The limits per transaction and day of the account at `slot`.
    pub(crate) fn limits(&self, slot: usize) -> Limits {
        self.limits_and_use(slot).0
    }

    /// The same, and what was used of the limit per day.
    pub(crate) fn limits_and_use(&self, slot: usize) -> (Limits, DayUse) {
        self.cold_row(slot)
            .map_or((Limits::NONE, DayUse::default()), |cold_row| (cold_row.limits, cold_row.day_use))
    }

    /// Takes the limits of a change; `counted` tells whether the row was counted before it.
    fn keep_limits(&mut self, slot: usize, changed: &Changed<'_>, counted: bool) {
        let limits = Limits::new(changed.transaction_limit, changed.day_limit);
        if limits != self.limits(slot) {
            let Row { day, turnover, .. } = self.rows[slot];
            let begun = (!counted).then(|| DayUse::from_turnover(day, turnover.0));
            self.cold_row_mut(slot).keep_limits(limits, changed.date, begun);
        }
    }

    /// Keeps the general ledger in step (二级同步核算).
    #[inline(always)]
    fn count(&mut self, line: LineId, movement: &Movement, date: Date) {
        let line = &mut self.lines[line.0 as usize];
        let (debit, credit) = movement.turnover();
        line.balance += debit - credit;
        if date > line.day {
            line.day = date;
            line.turnover = (0, 0);
        }
        // Replay takes a frame's sections one after the other, so where a date was closed within the frame, entries
        // of the date before may follow.
        if date == line.day {
            line.turnover.0 += debit;
            line.turnover.1 += credit;
        }
        if let Some(unit) = line.unit {
            self.nets[usize::from(unit.0)] += movement.signed();
        }
    }

    fn add_row(&mut self, opened: &OpenedEntry<'_>, at: Position) {
        let slot =
            slot_of(self.id, self.shards, opened.account).expect("an account is opened in its own shard");
        self.place(slot);
        assert!(self.rows[slot].last == Position::NONE, "account {} is opened once", opened.account);
        self.rows[slot] = Row::open(opened, at);
        self.line_of(opened.placement.line, opened.placement.unit);
    }

    fn place(&mut self, slot: usize) {
        let places = self.rows.len().max(slot + 1);
        self.rows.resize(places, Row::VACANT);
    }

    /// The line, made if it is new. A line that a shard has no account of stands there without its unit, so a unit
    /// that is known is kept.
    fn line_of(&mut self, id: LineId, unit: Option<UnitId>) -> &mut Line {
        let index = id.0 as usize;
        let lines = self.lines.len().max(index + 1);
        self.lines.resize(lines, Line::default());
        let units = self.nets.len().max(unit.map_or(0, |unit| usize::from(unit.0) + 1));
        self.nets.resize(units, 0);
        let line = &mut self.lines[index];
        line.unit = unit.or(line.unit);
        line
    }

    pub(crate) fn slot_of(&self, account: AccountId) -> usize {
        slot_of(self.id, self.shards, account).expect("an account's work goes to its own shard")
    }
}
