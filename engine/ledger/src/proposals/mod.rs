//! Four eyes (四眼原则): what one principal proposes (经办) and another approves (复核). A proposal is a record of the log; it
//! does nothing until it is approved, and then its content is done at the approval's place in the log, judged anew there, and
//! both stand in one frame.

pub(crate) mod approval;
pub(crate) mod decision;
pub(crate) mod proposal;
pub(crate) mod register;
