//! Findings in their order, from memory or merged from sorted runs.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::slice;

use longmen_channel_files::RowKind;
use longmen_reconciliation::{Found, Transaction};

use crate::error::RunError;
use crate::record::Record;
use crate::spill::{Block, Spill};

/// Findings of one part, in order.
#[derive(Debug)]
pub(crate) struct SortedRun {
    /// Which file they are in.
    spill: usize,
    pub(crate) blocks: Vec<Block>,
}

impl SortedRun {
    pub(crate) fn new(spill: usize) -> SortedRun {
        SortedRun { spill, blocks: Vec::new() }
    }
}

/// Findings by currency, merchant's number and kind.
#[derive(Debug)]
pub struct Findings<'a> {
    source: Source<'a>,
}

#[derive(Debug)]
enum Source<'a> {
    Memory(slice::Iter<'a, Found>),
    /// The run that comes next is on top. No name is in two runs.
    Runs(BinaryHeap<Reverse<Head<'a>>>),
}

impl<'a> Findings<'a> {
    pub(crate) fn of_memory(found: &'a [Found]) -> Findings<'a> {
        Findings { source: Source::Memory(found.iter()) }
    }

    pub(crate) fn merged(spills: &'a [Spill], runs: &'a [SortedRun]) -> Result<Findings<'a>, RunError> {
        let mut heads = BinaryHeap::new();
        for run in runs {
            let reader = RunReader::new(&spills[run.spill], &run.blocks);
            heads.extend(Head::of(reader)?.map(Reverse));
        }
        Ok(Findings { source: Source::Runs(heads) })
    }
}

impl Iterator for Findings<'_> {
    type Item = Result<Found, RunError>;

    fn next(&mut self) -> Option<Result<Found, RunError>> {
        let heads = match &mut self.source {
            Source::Memory(found) => return found.next().cloned().map(Ok),
            Source::Runs(heads) => heads,
        };
        let Reverse(Head { found, reader }) = heads.pop()?;
        match Head::of(reader) {
            Ok(next) => heads.extend(next.map(Reverse)),
            Err(error) => {
                heads.clear();
                return Some(Err(error));
            }
        }
        Some(Ok(found))
    }
}

/// The next finding of a run, and the run behind it.
#[derive(Debug)]
struct Head<'a> {
    found: Found,
    reader: RunReader<'a>,
}

impl<'a> Head<'a> {
    fn of(mut reader: RunReader<'a>) -> Result<Option<Head<'a>>, RunError> {
        Ok(reader.next()?.map(|found| Head { found, reader }))
    }

    fn place(&self) -> (&'static str, &str, Option<RowKind>) {
        let either = self.found.finding.book.as_ref().or(self.found.finding.file.as_ref());
        let place = |one: &'_ Transaction| (one.currency.code(), one.kind);
        let (code, kind) = either.map(place).unzip();
        (code.unwrap_or_default(), self.found.finding.merchant_number(), kind)
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Head<'_> {}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.place().cmp(&other.place())
    }
}

/// Reads a run, block by block.
#[derive(Debug)]
struct RunReader<'a> {
    spill: &'a Spill,
    blocks: slice::Iter<'a, Block>,
    bytes: Vec<u8>,
    at: usize,
}

impl<'a> RunReader<'a> {
    fn new(spill: &'a Spill, blocks: &'a [Block]) -> RunReader<'a> {
        RunReader { spill, blocks: blocks.iter(), bytes: Vec::new(), at: 0 }
    }

    fn next(&mut self) -> Result<Option<Found>, RunError> {
        if self.at == self.bytes.len() {
            let Some(block) = self.blocks.next() else { return Ok(None) };
            self.spill.read(*block, &mut self.bytes)?;
            self.at = 0;
        }
        let mut rest = &self.bytes[self.at..];
        let found = Found::read(&mut rest).ok_or_else(|| self.spill.changed())?;
        self.at = self.bytes.len() - rest.len();
        Ok(Some(found))
    }
}
