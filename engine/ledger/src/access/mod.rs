//! Who may do what: operations, and the permissions that a caller comes with. Which principal has which, and how that is
//! known, is for whoever admits callers; here it is only held against what they ask.

pub(crate) mod acting;
pub(crate) mod four_eyes;
pub(crate) mod operation;
pub(crate) mod permissions;
