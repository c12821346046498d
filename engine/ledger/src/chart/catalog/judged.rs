//! By what the newest records were judged: the version of the rules, and the file that says who may do what.

use super::Catalog;

impl Catalog {
    /// The version of the rules that the newest records were judged by.
    #[must_use]
    pub fn rules(&self) -> u16 {
        self.rules
    }

    /// Says by which version of the rules what follows is judged.
    pub fn set_rules(&mut self, version: u16) {
        self.rules = version;
    }

    /// The digest of the file that says who may do what; empty: there was none.
    #[must_use]
    pub fn access(&self) -> &str {
        &self.access
    }

    /// Says by which file it is said from now on who may do what.
    pub fn set_access(&mut self, digest: &str) {
        self.access = digest.into();
    }
}
