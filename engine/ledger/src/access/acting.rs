//! Who acts for a client.

use crate::access::permissions::Permissions;
use crate::transaction::notes::{Note, write};

/// Who acts for a client, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// What it may do.
    pub permissions: Permissions,
    /// What records say of it, in the form of [`crate::notes`]: nothing, where the client acts itself.
    notes: Box<[u8]>,
}

impl Acting {
    /// A principal that acts for a client, and for another principal, if for one.
    #[must_use]
    pub fn new(client: &str, principal: &str, on_behalf: Option<&str>, permissions: Permissions) -> Acting {
        let mut notes = Vec::new();
        if principal != client || on_behalf.is_some() {
            write(&mut notes, Note::Principal, principal);
        }
        write(&mut notes, Note::OnBehalf, on_behalf.unwrap_or_default());
        Acting { permissions, notes: notes.into() }
    }

    /// The same without any right: what is under way when somebody's rights end is decided with none.
    #[must_use]
    pub fn without_rights(&self) -> Acting {
        Acting { permissions: Permissions::default(), notes: self.notes.clone() }
    }

    /// What records say of it.
    pub(crate) fn notes(&self) -> &[u8] {
        &self.notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::notes::read;

    #[test]
    fn records_name_whoever_is_not_the_client_itself() {
        for (client, principal, on_behalf, expect) in [
            ("ann", "ann", None, &[][..]),
            ("till-3", "ann", None, &[(Note::Principal, "ann")]),
            ("ann", "http", Some("ann"), &[(Note::Principal, "http"), (Note::OnBehalf, "ann")]),
            ("http", "http", Some("ann"), &[(Note::Principal, "http"), (Note::OnBehalf, "ann")]),
        ] {
            let acting = Acting::new(client, principal, on_behalf, Permissions::default());
            assert_eq!(read(acting.notes()).collect::<Vec<_>>(), expect);
        }
    }
}
