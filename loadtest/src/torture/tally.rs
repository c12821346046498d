//! What hostile connections came to.

use std::collections::BTreeMap;

use super::raw::{Answer, Heard};

/// Findings that are put into words; the rest are counted.
const SHOWN: usize = 8;

/// What the connections of one attack did, and what they were told.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Connections made.
    pub connections: u64,
    /// Connections that the node ended.
    pub closed: u64,
    /// Connections that could not be made, or were told that there are too many.
    pub turned_away: u64,
    /// Answers, by what they say.
    pub codes: BTreeMap<Box<str>, u64>,
    /// What should not be, in words.
    pub findings: Vec<String>,
    /// How many findings there are.
    pub found: u64,
}

impl Tally {
    pub(super) fn add(&mut self, other: Tally) {
        self.connections += other.connections;
        self.closed += other.closed;
        self.turned_away += other.turned_away;
        for (code, count) in other.codes {
            *self.codes.entry(code).or_default() += count;
        }
        self.found += other.found;
        self.findings.extend(other.findings);
        self.findings.truncate(SHOWN);
    }

    pub(super) fn find(&mut self, words: impl Into<String>) {
        self.found += 1;
        if self.findings.len() < SHOWN {
            self.findings.push(words.into());
        }
    }

    pub(super) fn note(&mut self, answer: &Answer) {
        match self.codes.get_mut(&answer.code) {
            Some(count) => *count += 1,
            None => drop(self.codes.insert(answer.code.clone(), 1)),
        }
    }

    /// Notes what came to `what`, where one of `codes` or the end of the connection was due. True while the connection
    /// lives.
    pub(super) fn hear(&mut self, what: &str, heard: &Heard, codes: &[&str]) -> bool {
        match heard {
            Heard::Answer(answer) => {
                self.note(answer);
                // A node at its limits may say so to anything.
                if !codes.contains(&&*answer.code) && &*answer.code != "busy" {
                    self.find(format!("{what}: answered {}", answer.code));
                }
                !answer.is_farewell
            }
            Heard::Closed => {
                self.closed += 1;
                false
            }
            Heard::Silence => {
                self.find(format!("{what}: neither answered nor closed"));
                false
            }
            Heard::Nonsense(words) => {
                self.find(format!("{what}: answered what is no answer: {words}"));
                false
            }
        }
    }
}
