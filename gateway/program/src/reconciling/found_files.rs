//! The files that a comparison writes: what waits for the next file, and what was found.

use std::io;
use std::path::{Path, PathBuf};

use longmen_reconciliation::Found;

use super::break_file::{BreakFile, BreakFormat};
use super::hung_file::HungFile;
use crate::failure::Failure;

/// The files that are asked for. Both are at their paths once everything is written, or neither is.
pub(crate) struct FoundFiles {
    hung: Option<(PathBuf, HungFile)>,
    breaks: Option<(PathBuf, BreakFile)>,
}

impl FoundFiles {
    /// Begins those that are asked for.
    pub(crate) fn create(
        hung: Option<&Path>,
        breaks: Option<(&Path, BreakFormat)>,
    ) -> Result<FoundFiles, Failure> {
        let mut files = FoundFiles { hung: None, breaks: None };
        if let Some(path) = hung {
            files.hung = Some((path.to_owned(), HungFile::create(path).map_err(failed(path))?));
        }
        if let Some((path, format)) = breaks {
            files.breaks = Some((path.to_owned(), BreakFile::create(path, format).map_err(failed(path))?));
        }
        Ok(files)
    }

    /// Whether none is asked for.
    pub(crate) fn is_none(&self) -> bool {
        self.hung.is_none() && self.breaks.is_none()
    }

    /// Adds what was found to each that has it.
    pub(crate) fn write(&mut self, found: &Found) -> Result<(), Failure> {
        if let Some((path, file)) = &mut self.hung
            && let Some(hung) = found.hung()
        {
            file.write(&hung).map_err(failed(path))?;
        }
        if let Some((path, file)) = &mut self.breaks {
            file.write(&found.finding).map_err(failed(path))?;
        }
        Ok(())
    }

    /// Puts them at their paths.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        let mut whole = Vec::new();
        if let Some((path, file)) = self.hung {
            whole.push((file.finish().map_err(failed(&path))?, path));
        }
        if let Some((path, file)) = self.breaks {
            whole.push((file.finish().map_err(failed(&path))?, path));
        }
        whole.into_iter().try_for_each(|(file, path)| file.put().map_err(failed(&path)))
    }
}

fn failed(path: &Path) -> impl Fn(io::Error) -> Failure + '_ {
    move |error| Failure::Usage(format!("cannot write {}: {error}", path.display()))
}
