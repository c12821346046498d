//! What commands print: text for people, JSON for programs.

use std::fmt::Display;
use std::io::{self, IsTerminal};

use longmen_terminal::{tell, visible, visible_json};
use serde::Serialize;

use crate::failure::Failure;
use crate::json::to_json;
use crate::page::Page;

/// Whether to print for programs.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Output {
    /// Print JSON, with amounts in minor units; integers beyond 2^53 as text
    #[arg(long)]
    pub(crate) json: bool,
}

impl Output {
    /// Prints `value` as JSON, or what `people` makes of it.
    pub(crate) fn show<T: Serialize, P: Into<Page>>(
        self,
        value: &T,
        people: impl FnOnce(&T) -> P,
    ) -> Result<(), Failure> {
        let mut text = match self.json {
            true => visible_json(&to_json(value)?).into_owned(),
            false => people(value).into().to_string(),
        };
        text.push('\n');
        Ok(tell(io::stdout().lock(), &text)?)
    }

    /// Prints a line for people, at once; nothing for programs.
    pub(crate) fn say(self, line: impl Display) -> Result<(), Failure> {
        if !self.json {
            tell(io::stdout().lock(), &format!("{}\n", visible(&line.to_string())))?;
        }
        Ok(())
    }
}

/// Writes data for programs as it is; to a terminal with all written out that it would obey.
pub(crate) fn write_data(text: &str) -> Result<(), Failure> {
    let out = io::stdout();
    let shown = match out.is_terminal() {
        true => text.split('\n').map(visible).collect::<Vec<_>>().join("\n"),
        false => text.to_owned(),
    };
    Ok(tell(out.lock(), &shown)?)
}

/// Says a line on standard error, beside what is printed. That nobody can be told there is no failure.
pub(crate) fn remark(line: impl Display) {
    drop(tell(io::stderr().lock(), &format!("longmen: {}\n", visible(&line.to_string()))));
}
