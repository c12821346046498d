//! The rows of one side, in memory or in a file.

use std::path::PathBuf;

use longmen_reconciliation::Candidate;

use crate::error::RunError;
use crate::record::Record;
use crate::settings::Settings;
use crate::spill::{BLOCK, Block, Spill};

/// The rows of one side, or what is hung over, as they are read. They may come in any order.
#[derive(Debug)]
pub struct Rows {
    directory: PathBuf,
    in_memory: usize,
    parts: u16,
    memory: Vec<Candidate>,
    spilled: Option<Spilled>,
}

impl Rows {
    /// None yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Rows {
        let Settings { directory, in_memory, parts, .. } = settings;
        Rows {
            directory: directory.clone(),
            in_memory: *in_memory,
            parts: parts.get(),
            memory: Vec::new(),
            spilled: None,
        }
    }

    /// Takes a row.
    ///
    /// # Errors
    /// [`RunError::Write`].
    pub fn push(&mut self, row: Candidate) -> Result<(), RunError> {
        if let Some(spilled) = &mut self.spilled {
            return spilled.push(&row);
        }
        self.memory.push(row);
        if self.memory.len() > self.in_memory { self.spill() } else { Ok(()) }
    }

    /// Whether they are in a file.
    pub(crate) fn is_spilled(&self) -> bool {
        self.spilled.is_some()
    }

    /// All of them, where they are in memory.
    pub(crate) fn into_memory(self) -> Vec<Candidate> {
        assert!(self.spilled.is_none(), "rows in a file are read in parts");
        self.memory
    }

    /// All of them in a file, whole.
    pub(crate) fn into_parts(mut self) -> Result<Spilled, RunError> {
        self.spill()?;
        let mut spilled = self.spilled.expect("they were put into a file");
        spilled.finish()?;
        Ok(spilled)
    }

    fn spill(&mut self) -> Result<(), RunError> {
        if self.spilled.is_none() {
            self.spilled = Some(Spilled::new(Spill::create(&self.directory)?, self.parts));
        }
        let spilled = self.spilled.as_mut().expect("it was just made");
        std::mem::take(&mut self.memory).iter().try_for_each(|row| spilled.push(row))
    }
}

/// Rows in a file, in parts by what names them.
#[derive(Debug)]
pub(crate) struct Spilled {
    spill: Spill,
    parts: Vec<Part>,
}

#[derive(Debug, Default)]
struct Part {
    rows: usize,
    blocks: Vec<Block>,
    /// What is not written yet.
    pending: Vec<u8>,
}

impl Spilled {
    fn new(spill: Spill, parts: u16) -> Spilled {
        Spilled { spill, parts: (0..parts).map(|_| Part::default()).collect() }
    }

    fn push(&mut self, row: &Candidate) -> Result<(), RunError> {
        let parts = self.parts.len() as u64;
        let part = usize::try_from(row.name_hash() % parts).expect("there are at most 65,535 parts");
        let part = &mut self.parts[part];
        part.rows += 1;
        row.write(&mut part.pending);
        if part.pending.len() >= BLOCK { part.flush(&mut self.spill) } else { Ok(()) }
    }

    fn finish(&mut self) -> Result<(), RunError> {
        self.parts.iter_mut().try_for_each(|part| {
            let flushed = part.flush(&mut self.spill);
            part.pending = Vec::new();
            flushed
        })
    }

    /// How many rows a part has.
    pub(crate) fn count(&self, part: usize) -> usize {
        self.parts[part].rows
    }

    /// Adds the rows of a part to `rows`.
    pub(crate) fn read(&self, part: usize, rows: &mut Vec<Candidate>) -> Result<(), RunError> {
        let (part, before, mut bytes) = (&self.parts[part], rows.len(), Vec::new());
        for block in &part.blocks {
            self.spill.read(*block, &mut bytes)?;
            let mut rest = bytes.as_slice();
            while !rest.is_empty() {
                rows.push(Candidate::read(&mut rest).ok_or_else(|| self.spill.changed())?);
            }
        }
        if rows.len() - before == part.rows { Ok(()) } else { Err(self.spill.changed()) }
    }
}

impl Part {
    fn flush(&mut self, spill: &mut Spill) -> Result<(), RunError> {
        if !self.pending.is_empty() {
            self.blocks.push(spill.write(&self.pending)?);
            self.pending.clear();
        }
        Ok(())
    }
}
