//! Logs written record by record, with good sums and whatever books a test wants.

use std::collections::HashMap;
use std::sync::Arc;

use longmen_engine::audit::{BookFault, BookFinding, RecordPlace, Verified, VerifyError, verify};
use longmen_engine::ledger::{
    AccountId, ActionCode, Admin, Amount, ClientId, Counting, Currency, Date, EntityId, Entry, Head, HotLeg,
    LINK_EVERY, LineId, Link, Movement, Named, OpenedEntry, Outcome, Position, Posting, SectionKind, Side,
    SubjectId, TransactionId, UnitId,
};
use longmen_wal::{Body, FaultyStorage, FrameNumber, Log, LogOptions, Section, seeded_nonces};

/// A leg as tests write it: step, account, side, amount.
pub(crate) type Leg = (u16, u64, Side, i64);

/// A log before its bytes are written.
#[derive(Clone, Default)]
pub(crate) struct Planted {
    pub(crate) frames: Vec<PlantedFrame>,
    /// The subject of each account.
    pub(crate) subjects: HashMap<u64, u32>,
    /// What the lines of the general ledger are about, and the accounts of each.
    pub(crate) lines: Vec<((EntityId, SubjectId, Currency), Vec<AccountId>)>,
    /// What is balanced.
    pub(crate) units: Vec<(EntityId, Currency)>,
    /// The accounts whose legs stand in tails.
    pub(crate) hot: Vec<u64>,
}

/// A frame: its records, entries in two sections.
#[derive(Clone, Default)]
pub(crate) struct PlantedFrame {
    pub(crate) admin: Vec<Admin>,
    pub(crate) heads: Vec<PlantedHead>,
    pub(crate) entries: [Vec<Entry<'static>>; 2],
}

/// A head with its tail.
#[derive(Clone)]
pub(crate) struct PlantedHead {
    pub(crate) head: Head,
    pub(crate) hot: Vec<HotLeg>,
    pub(crate) named: Option<Named>,
    pub(crate) notes: Vec<u8>,
}

pub(crate) fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub(crate) fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

pub(crate) fn head(id: u128, outcome: Outcome, date: Date, legs: usize) -> PlantedHead {
    let head = Head {
        id: TransactionId(id),
        client: ClientId(1),
        entity: EntityId(0),
        outcome,
        content: 0,
        accounting_date: date,
        value_date: date,
        time: 0,
        action: ActionCode::Post,
        legs: u16::try_from(legs).unwrap(),
        step: 0,
        tail: (0, 0),
    };
    PlantedHead { head, hot: Vec::new(), named: None, notes: Vec::new() }
}

/// Which section the entries of an account stand in.
pub(crate) fn section_of(account: u64) -> usize {
    usize::from(account.is_multiple_of(2))
}

impl Planted {
    pub(crate) fn last(&mut self) -> &mut PlantedFrame {
        self.frames.last_mut().unwrap()
    }

    /// Opens an account in the last frame, on the line of its subject and currency.
    pub(crate) fn open(&mut self, mut entry: OpenedEntry<'static>) {
        let (account, key) = (entry.account, (entry.entity, entry.subject, entry.currency));
        let line = self.lines.iter().position(|(line, _)| *line == key).unwrap_or_else(|| {
            self.lines.push((key, Vec::new()));
            self.lines.len() - 1
        });
        self.lines[line].1.push(account);
        entry.placement.line = LineId(u32::try_from(line).unwrap());
        if entry.placement.unit.is_some() {
            let unit = (entry.entity, entry.currency);
            let at = self.units.iter().position(|known| *known == unit).unwrap_or_else(|| {
                self.units.push(unit);
                self.units.len() - 1
            });
            entry.placement.unit = Some(UnitId(u16::try_from(at).unwrap()));
        }
        self.subjects.insert(account.0, entry.subject.0);
        self.last().entries[section_of(account.0)].push(Entry::Opened(entry));
    }

    /// Closes a date of an entity in the last frame, with the figures that its entries so far make.
    pub(crate) fn close(&mut self, entity: u16, closed: &str, next: &str) {
        let (entity, closed, next) = (EntityId(entity), date(closed), date(next));
        for line in 0..self.lines.len() {
            let [opening, debit, credit] = self.figures(line, closed);
            if self.lines[line].0.0 == entity && (opening, debit, credit) != (0, 0, 0) {
                let line = LineId(u32::try_from(line).unwrap());
                self.last().admin.push(Admin::LineClosed { line, date: closed, opening, debit, credit });
            }
        }
        self.last().admin.push(Admin::DateClosed { entity, closed, next });
    }

    /// Balance before a date, debits and credits of it.
    fn figures(&self, line: usize, date: Date) -> [i128; 3] {
        let mut figures = [0; 3];
        let entries = self.frames.iter().flat_map(|frame| frame.entries.iter().flatten());
        for entry in entries.filter(|entry| self.lines[line].1.contains(&entry.account())) {
            let Entry::Posting(posting) = entry else { continue };
            let (debit, credit) = posting.movement.turnover();
            if posting.date == date {
                figures[1] += debit;
                figures[2] += credit;
            } else {
                figures[0] += debit - credit;
            }
        }
        figures
    }

    /// Adds a posted transaction to the last frame.
    pub(crate) fn post(&mut self, id: u128, on: &str, legs: &[Leg]) {
        self.plant(head(id, Outcome::Posted, date(on), legs.len()), legs);
    }

    /// Adds a head with these legs to the last frame.
    pub(crate) fn plant(&mut self, mut head: PlantedHead, legs: &[Leg]) {
        let ordinal = u32::try_from(self.last().heads.len()).unwrap();
        for &(step, account, side, amount) in legs {
            let (amount, account_id) = (Amount(amount), AccountId(account));
            if self.hot.contains(&account) || head.head.outcome == Outcome::Tried {
                head.hot.push(HotLeg { account: account_id, amount, step, side });
                continue;
            }
            let movement = Movement::Leg { transaction: ordinal, step, side, amount };
            self.enter(account, head.head.accounting_date, movement);
        }
        self.last().heads.push(head);
    }

    /// Adds a merged entry to the last frame.
    pub(crate) fn merge(&mut self, account: u64, on: &str, count: u32, debit: i128, credit: i128) {
        self.enter(account, date(on), Movement::Merged { count, debit, credit });
    }

    fn enter(&mut self, account: u64, date: Date, movement: Movement) {
        let subject = SubjectId(self.subjects.get(&account).copied().unwrap_or(0));
        let posting = Posting {
            account: AccountId(account),
            movement,
            balance_after: 0,
            frozen_after: 0,
            previous: Position::NONE,
            subject,
            date,
            link: None,
            counting: Counting::Takes,
        };
        self.last().entries[section_of(account)].push(Entry::Posting(posting));
    }

    /// The first posting on an account in the last frame.
    pub(crate) fn posting(&mut self, account: u64) -> &mut Posting {
        let entries = self.last().entries.iter_mut().flatten();
        let mut postings = entries.filter_map(|entry| match entry {
            Entry::Posting(posting) if posting.account.0 == account => Some(posting),
            _ => None,
        });
        postings.next().unwrap()
    }

    /// Makes chains and balances right, whatever the entries are.
    pub(crate) fn chain(&mut self) {
        let mut accounts: HashMap<AccountId, (Position, i128, i64)> = HashMap::new();
        let mut links: HashMap<AccountId, (u64, Position)> = HashMap::new();
        for (frame, number_of) in self.frames.iter_mut().zip(1..) {
            for (section, entries) in (0..).zip(&mut frame.entries) {
                let mut bytes = Vec::new();
                for entry in entries {
                    let slot = u32::try_from(bytes.len() / 8).unwrap();
                    let (last, balance, frozen) = accounts.entry(entry.account()).or_default();
                    match entry {
                        Entry::Posting(posting) => {
                            *balance += posting.movement.signed();
                            posting.balance_after = *balance;
                            posting.frozen_after = *frozen;
                            posting.previous = *last;
                            let (postings, near) = links.entry(posting.account).or_default();
                            *postings += 1;
                            posting.link = None;
                            if postings.is_multiple_of(LINK_EVERY) {
                                let (number, far) = (*postings / LINK_EVERY, Position::NONE);
                                posting.link = Some(Link { number, near: *near, far });
                                *near = Position { frame: number_of, slot, section };
                            }
                        }
                        Entry::Changed(changed) => {
                            changed.frozen = *frozen;
                            changed.previous = *last;
                        }
                        Entry::Held(held) => {
                            *frozen += held.moved.signed(held.amount);
                            held.frozen_after = *frozen;
                            held.previous = *last;
                        }
                        Entry::Opened(_) => {}
                    }
                    *last = Position { frame: number_of, slot, section };
                    write(entry, &mut bytes);
                }
            }
        }
    }

    /// The bytes of the log's frames.
    pub(crate) fn bodies(&self) -> Vec<Body> {
        self.frames
            .iter()
            .zip(1..)
            .map(|(frame, time_us)| Body { time_us, sections: frame.sections() })
            .collect()
    }
}

pub(crate) fn write(entry: &Entry<'_>, out: &mut Vec<u8>) {
    match entry {
        Entry::Posting(posting) => posting.write(out),
        Entry::Opened(opened) => opened.write(out),
        Entry::Changed(changed) => changed.write(out),
        Entry::Held(held) => held.write(out),
    }
}

impl PlantedFrame {
    fn sections(&self) -> Vec<Section> {
        let (mut admin, mut heads, mut tails) = (Vec::new(), Vec::new(), Vec::new());
        self.admin.iter().for_each(|record| record.write(&mut admin));
        for planted in &self.heads {
            Head { tail: planted.write_tail(&mut tails), ..planted.head }.write(&mut heads);
        }
        let count = |len: usize| u32::try_from(len).unwrap();
        let section = |kind: SectionKind, owner, records, bytes| Section {
            kind: kind as u16,
            owner,
            records,
            chunks: vec![bytes],
        };
        let mut sections = vec![
            section(SectionKind::Admin, 0, count(self.admin.len()), admin),
            section(SectionKind::Heads, 0, count(self.heads.len()), heads),
            section(SectionKind::Tails, 0, 0, tails),
        ];
        for (owner, entries) in (0..).zip(&self.entries) {
            let mut bytes = Vec::new();
            entries.iter().for_each(|entry| write(entry, &mut bytes));
            sections.push(section(SectionKind::Entries, owner, count(entries.len()), bytes));
        }
        sections.retain(|section| !section.is_empty());
        sections
    }
}

impl PlantedHead {
    fn write_tail(&self, out: &mut Vec<u8>) -> (u32, u32) {
        if self.hot.is_empty() && self.notes.is_empty() && self.named.is_none() {
            return (0, 0);
        }
        let start = out.len();
        out.extend_from_slice(&u16::try_from(self.notes.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&u16::try_from(self.hot.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&[u8::from(self.named.is_some()), 0, 0, 0]);
        for leg in &self.hot {
            out.extend_from_slice(&leg.account.0.to_le_bytes());
            out.extend_from_slice(&leg.amount.0.to_le_bytes());
            out.extend_from_slice(&leg.step.to_le_bytes());
            out.extend_from_slice(&[u8::from(leg.side == Side::Credit), 0, 0, 0, 0, 0]);
        }
        if let Some(Named { key, place, forced, blue, clearing }) = &self.named {
            let flags = u32::from(*forced) | u32::from(*blue) << 1 | u32::from(*clearing) << 2;
            out.extend_from_slice(&flags.to_le_bytes());
            out.extend_from_slice(&key.client.0.to_le_bytes());
            out.extend_from_slice(&key.id.0.to_le_bytes());
            out.extend_from_slice(&place.frame.to_le_bytes());
            out.extend_from_slice(&u64::from(place.ordinal).to_le_bytes());
        }
        out.extend_from_slice(&self.notes);
        out.resize(out.len().next_multiple_of(8), 0);
        (u32::try_from(start).unwrap(), u32::try_from(out.len() - start).unwrap())
    }
}

/// A cleanly closed log of these frames.
pub(crate) fn written(bodies: &[Body]) -> FaultyStorage {
    let storage = FaultyStorage::new();
    let options = LogOptions { segment_bytes: 64 << 10, segments_ahead: 0, ..LogOptions::default() };
    let opened = Log::open(Arc::new(storage.clone()), options, FrameNumber::FIRST, seeded_nonces(1)).unwrap();
    let mut writer = opened.writer;
    for body in bodies {
        writer.append(body).unwrap();
        writer.sync().unwrap();
    }
    writer.close().unwrap();
    storage
}

pub(crate) fn audited(storage: &FaultyStorage) -> Result<Verified, VerifyError> {
    verify(storage, &mut |_| {})
}

/// The audit ends at `record` of `frame` with `fault`.
#[track_caller]
pub(crate) fn check_found(bodies: &[Body], frame: u64, record: RecordPlace, fault: &BookFault) {
    let found = match audited(&written(bodies)) {
        Ok(_) => panic!("nothing was found, where this was planted: {fault}"),
        Err(VerifyError::Log(error)) => panic!("the log itself does not hold: {error}"),
        Err(VerifyError::Books(found)) => found,
    };
    let BookFinding { place, record: found_record, fault: found_fault, .. } = &*found;
    let number = place.map(|place| place.frame);
    assert_eq!((number, *found_record, found_fault), (Some(frame), record, fault), "{found}");
    let text = found.to_string();
    let (segment, offset) = place.map(|place| (place.segment.file_name(), place.offset)).unwrap();
    assert!(text.starts_with(&format!("{segment}, offset {offset}, frame {frame}")), "{text}");
    assert!(text.ends_with(&fault.to_string()), "{text}");
}
