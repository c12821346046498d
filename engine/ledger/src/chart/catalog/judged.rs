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

    /// The digest of the one that holds, where that one was only approved; empty: there was none.
    #[must_use]
    pub fn access_held(&self) -> &str {
        &self.access_held
    }

    /// Takes a digest as the log has it.
    pub fn set_access(&mut self, digest: &str) {
        self.access_held = std::mem::replace(&mut self.access, digest.into());
    }
}
