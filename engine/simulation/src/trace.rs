//! What happened in a run: a digest of all of it always, the words only when someone wants to read them.

use std::fmt;

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The trace of a run.
#[derive(Debug)]
pub(crate) struct Trace {
    digest: u64,
    step: u64,
    lines: Option<Vec<String>>,
}

impl Trace {
    pub(crate) fn new(verbose: bool) -> Trace {
        Trace { digest: 0, step: 0, lines: verbose.then(Vec::new) }
    }

    /// The next step begins.
    pub(crate) fn at(&mut self, step: u64) {
        self.step = step;
    }

    /// The step that is under way.
    pub(crate) fn step(&self) -> u64 {
        self.step
    }

    /// Something happened; `figures` tell it apart from what else could have.
    pub(crate) fn note(&mut self, what: &'static str, figures: &[u64], words: impl FnOnce() -> String) {
        self.digest = xxh3_64_with_seed(what.as_bytes(), self.digest ^ self.step);
        for figure in figures {
            self.digest = xxh3_64_with_seed(&figure.to_le_bytes(), self.digest);
        }
        if let Some(lines) = &mut self.lines {
            lines.push(format!("{:>6}  {what:<9} {}", self.step, words()));
        }
    }

    /// A digest of everything that happened.
    pub(crate) fn digest(&self) -> u64 {
        self.digest
    }

    /// What happened, in words.
    pub(crate) fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }
}

/// Shortens what is too long for a line.
pub(crate) fn brief(what: &impl fmt::Debug) -> String {
    const MOST: usize = 300;
    let mut text = format!("{what:?}");
    if let Some((end, _)) = text.char_indices().nth(MOST) {
        text.truncate(end);
        text.push_str(" ...");
    }
    text
}
