//! Subjects: those that a chart takes, and those that its rules exclude.

use super::Maker;
use crate::script::{Ask, NewSubject};

/// Codes beside, above and below each other, and some that are none. Of 2001 and 200201 there are accounts.
const CODES: [&str; 18] = [
    "2001",
    "200101",
    "2002",
    "200201",
    "200202",
    "20020201",
    "200203",
    "20020101",
    "2003",
    "200301",
    "20030101",
    "2003010101",
    "200302",
    "0000",
    "200200",
    "20030100",
    "200",
    "20a1",
];

impl Maker {
    pub(super) fn open_subjects(&mut self) -> Ask {
        let entity = usize::from(self.random.percent(20));
        let count = 1 + self.random.below(3);
        Ask::OpenSubjects { entity, subjects: (0..count).map(|_| self.new_subject()).collect() }
    }

    fn new_subject(&mut self) -> NewSubject {
        let code = self.random.one_of(&CODES);
        // Accounts of the mapped type are known to stand on the credit side.
        let debit_normal = code.starts_with("2003") && self.random.percent(20);
        let class = if self.random.percent(80) { "liability" } else { "asset" };
        NewSubject { code, class, debit_normal, leaf: self.random.percent(60) }
    }
}
