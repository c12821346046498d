//! The open frame: everything that has passed since the last one was sealed.

use crate::answer::{Answer, ReplyTo};
use crate::ids::{ShardId, UnitId};
use crate::record::admin::Admin;
use crate::record::head::{HEAD_BYTES, Head};
use crate::record::section::SectionKind;
use crate::shard::round::Written;

impl SectionKind {
    /// The kind of a number in the log.
    #[must_use]
    pub fn from_number(number: u16) -> Option<SectionKind> {
        match number {
            1 => Some(SectionKind::Heads),
            2 => Some(SectionKind::Tails),
            3 => Some(SectionKind::Admin),
            4 => Some(SectionKind::Entries),
            _ => None,
        }
    }
}

/// One section of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameSection {
    /// What it holds.
    pub kind: SectionKind,
    /// Who wrote it: the shard of an entries section, else 0.
    pub owner: u16,
    /// How many records.
    pub records: u32,
    /// The bytes, in pieces.
    pub chunks: Vec<Vec<u8>>,
}

/// A sealed frame, and the answers that leave when it is durable.
#[derive(Clone, Debug)]
pub struct Frame {
    pub number: u64,
    /// The logged time of everything in it, in microseconds since 1970.
    pub time_us: i64,
    pub sections: Vec<FrameSection>,
    /// The answers.
    pub replies: Vec<(ReplyTo, Answer)>,
}

/// The frame being filled.
#[derive(Clone, Debug)]
pub(crate) struct OpenFrame {
    pub(crate) number: u64,
    pub(crate) time_us: i64,
    pub(crate) replies: Vec<(ReplyTo, Answer)>,
    pub(crate) tails: Vec<u8>,
    pub(crate) heads: Vec<u8>,
    admin: Vec<u8>,
    admin_records: u32,
    entries: Vec<(u32, Vec<Vec<u8>>)>,
    entry_bytes: usize,
    nets: Vec<i128>,
}

impl OpenFrame {
    pub(crate) fn new(number: u64, time_us: i64, shards: u16) -> OpenFrame {
        OpenFrame {
            number,
            time_us,
            replies: Vec::new(),
            tails: Vec::new(),
            heads: Vec::new(),
            admin: Vec::new(),
            admin_records: 0,
            entries: vec![(0, Vec::new()); usize::from(shards)],
            entry_bytes: 0,
            nets: Vec::new(),
        }
    }

    /// The time of everything in the frame is that of its first round; it never goes back.
    pub(crate) fn set_time(&mut self, now_us: i64) {
        fail_point!("TimeGoesBack", |_| self.time_us = now_us);
        self.time_us = self.time_us.max(now_us);
    }

    pub(crate) fn has_content(&self) -> bool {
        self.bytes() > 0
    }

    pub(crate) fn bytes(&self) -> usize {
        self.heads.len() + self.tails.len() + self.admin.len() + self.entry_bytes
    }

    /// The ordinal of the next head.
    pub(crate) fn next_ordinal(&self) -> u32 {
        u32::try_from(self.heads.len() / HEAD_BYTES).expect("a frame is capped far below 2^32 transactions")
    }

    #[inline]
    pub(crate) fn push_head(&mut self, head: &Head) {
        head.write(&mut self.heads);
    }

    pub(crate) fn push_admin(&mut self, admin: &Admin) {
        admin.write(&mut self.admin);
        self.admin_records += 1;
    }

    pub(crate) fn take_written(&mut self, shard: ShardId, written: Written) {
        for (UnitId(unit), net) in written.nets {
            let unit = usize::from(unit);
            let units = self.nets.len().max(unit + 1);
            self.nets.resize(units, 0);
            self.nets[unit] += net;
        }
        fail_point!("SectionLost", shard.0 > 0, |_| ());
        if !written.section.is_empty() {
            let (records, chunks) = &mut self.entries[usize::from(shard.0)];
            *records += written.records;
            self.entry_bytes += written.section.len();
            chunks.push(written.section);
        }
    }

    /// Closes the frame.
    ///
    /// # Panics
    /// If debits and credits differ in any entity and currency: such a frame must never reach the log.
    pub(crate) fn seal(self) -> Frame {
        for (unit, net) in self.nets.iter().enumerate() {
            assert_eq!(*net, 0, "frame {}: debits and credits of unit {unit} differ", self.number);
        }
        let heads = self.next_ordinal();
        let section = |kind, owner, records, chunks| FrameSection { kind, owner, records, chunks };
        let mut sections = vec![
            section(SectionKind::Admin, 0, self.admin_records, vec![self.admin]),
            section(SectionKind::Heads, 0, heads, vec![self.heads]),
            section(SectionKind::Tails, 0, 0, vec![self.tails]),
        ];
        for (owner, (records, chunks)) in (0..).zip(self.entries) {
            sections.push(section(SectionKind::Entries, owner, records, chunks));
        }
        sections.retain(|section| section.chunks.iter().any(|chunk| !chunk.is_empty()));
        Frame { number: self.number, time_us: self.time_us, sections, replies: self.replies }
    }
}
