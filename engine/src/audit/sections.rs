//! A frame's sections, each in its place.

use longmen_wal::FrameView;

use super::fault::{BookFault, Checked, RecordPlace};
use crate::ledger::{SectionKind, is_logged_time};

/// A section and its place in the frame.
pub(super) struct Placed<'a> {
    pub(super) owner: u16,
    pub(super) bytes: &'a [u8],
    records: u32,
    place: RecordPlace,
}

/// The sections of a frame by kind.
#[derive(Default)]
pub(super) struct Sections<'a> {
    pub(super) admin: Option<Placed<'a>>,
    pub(super) heads: Option<Placed<'a>>,
    pub(super) tails: Option<Placed<'a>>,
    /// By owner, ascending.
    pub(super) entries: Vec<Placed<'a>>,
}

impl<'a> Sections<'a> {
    /// Sorts a frame's sections by kind. They stand in one order: admin, heads, tails, entries by owner.
    pub(super) fn of(view: &'a FrameView) -> Checked<Sections<'a>> {
        let mut sections = Sections::default();
        let mut newest = None;
        let time_us = view.time_us();
        RecordPlace::Frame.check(is_logged_time(time_us), || BookFault::Time { time_us })?;
        for (index, section) in (0..).zip(view.sections()) {
            let section = section.expect("an audit shows frames whose sums it has checked");
            let place = RecordPlace::Section(index);
            let (number, owner) = (section.kind, section.owner);
            let kind = SectionKind::from_number(number)
                .ok_or_else(|| place.flaw(BookFault::SectionKind { kind: number }))?;
            let rank = rank(kind, owner);
            place.check(newest < Some(rank), || BookFault::SectionOrder { kind: number, owner })?;
            newest = Some(rank);
            let placed = Placed { owner, bytes: section.bytes, records: section.records, place };
            match kind {
                SectionKind::Admin => sections.admin = Some(placed),
                SectionKind::Heads => sections.heads = Some(placed),
                SectionKind::Tails => sections.tails = Some(placed),
                SectionKind::Entries => sections.entries.push(placed),
            }
        }
        Ok(sections)
    }
}

impl Placed<'_> {
    /// Holds the number of records found against what the section says.
    pub(super) fn check_records(&self, found: u32) -> Checked {
        self.place.check(self.records == found, || BookFault::Records { said: self.records, found })
    }
}

fn rank(kind: SectionKind, owner: u16) -> (u8, u16) {
    match kind {
        SectionKind::Admin => (0, 0),
        SectionKind::Heads => (1, 0),
        SectionKind::Tails => (2, 0),
        SectionKind::Entries => (3, owner),
    }
}
