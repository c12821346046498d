//! Logs written record by record, with good sums and whatever books a test wants.

use std::collections::HashMap;
use std::sync::Arc;

use longmen_engine::audit::{BookFault, BookFinding, RecordPlace, Verified, VerifyError, verify};
use longmen_engine::ledger::{
    AccountId, Action, Admin, Amount, ClientId, Currency, Date, Entry, Head, HotLeg, Movement, Outcome,
    Position, Posting, SectionKind, Side, SubjectId, TransactionId,
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
        entity: longmen_engine::ledger::EntityId(0),
        outcome,
        content: 0,
        accounting_date: date,
        value_date: date,
        time: 0,
        action: Action::Post,
        legs: u16::try_from(legs).unwrap(),
        step: 0,
        tail: (0, 0),
    };
    PlantedHead { head, hot: Vec::new(), notes: Vec::new() }
}

/// Which section the entries of an account stand in.
pub(crate) fn section_of(account: u64) -> usize {
    usize::from(account.is_multiple_of(2))
}

impl Planted {
    pub(crate) fn last(&mut self) -> &mut PlantedFrame {
        self.frames.last_mut().unwrap()
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
            if self.hot.contains(&account) {
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
        for (frame, number) in self.frames.iter_mut().zip(1..) {
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
                        }
                        Entry::Changed(changed) => {
                            *frozen = changed.frozen;
                            changed.previous = *last;
                        }
                        Entry::Held(held) => {
                            *frozen = held.frozen_after;
                            held.previous = *last;
                        }
                        Entry::Opened(_) => {}
                    }
                    *last = Position { frame: number, slot, section };
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

fn write(entry: &Entry<'_>, out: &mut Vec<u8>) {
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
        if self.hot.is_empty() && self.notes.is_empty() {
            return (0, 0);
        }
        let start = out.len();
        out.extend_from_slice(&u16::try_from(self.notes.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&u16::try_from(self.hot.len()).unwrap().to_le_bytes());
        out.extend_from_slice(&[0; 4]);
        for leg in &self.hot {
            out.extend_from_slice(&leg.account.0.to_le_bytes());
            out.extend_from_slice(&leg.amount.0.to_le_bytes());
            out.extend_from_slice(&leg.step.to_le_bytes());
            out.extend_from_slice(&[u8::from(leg.side == Side::Credit), 0, 0, 0, 0, 0]);
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
    let BookFinding { place, record: found_record, fault: found_fault } = &*found;
    let number = place.map(|place| place.frame);
    assert_eq!((number, *found_record, found_fault), (Some(frame), record, fault), "{found}");
    let text = found.to_string();
    let offset = place.unwrap().offset;
    assert!(text.starts_with(&format!("segment-00000001.log, offset {offset}, frame {frame}")), "{text}");
    assert!(text.ends_with(&fault.to_string()), "{text}");
}
