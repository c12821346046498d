//! What commands print: text for people, JSON for programs.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use crate::failure::Failure;

/// Whether to print for programs.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Output {
    /// Print JSON, with amounts in minor units
    #[arg(long)]
    json: bool,
}

impl Output {
    /// Prints `value` as JSON, or what `people` makes of it.
    pub(crate) fn show<T: Serialize, D: Display>(
        self,
        value: &T,
        people: impl FnOnce(&T) -> D,
    ) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        if self.json {
            serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{}", people(value))?;
        }
        Ok(())
    }

    /// Prints a line for people, at once; nothing for programs.
    pub(crate) fn say(self, line: impl Display) -> Result<(), Failure> {
        if !self.json {
            writeln!(io::stdout(), "{line}")?;
        }
        Ok(())
    }
}
