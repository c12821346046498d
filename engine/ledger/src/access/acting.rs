//! Who acts for a client.

use crate::access::permissions::Permissions;
use crate::proposals::approval::Approval;
use crate::transaction::notes::{Note, write};

/// Who acts for a client, and what it may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acting {
    /// Whose doing it is: the principal, or the one on whose behalf that acts.
    pub person: Box<str>,
    /// What it may do.
    pub permissions: Permissions,
    /// What records say of it, in the form of [`crate::notes`]: nothing, where the client acts itself.
    notes: Box<[u8]>,
    /// What is written down where this is done, if it was proposed.
    approval: Option<Approval>,
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
        let person = on_behalf.unwrap_or(principal).into();
        Acting { person, permissions, notes: notes.into(), approval: None }
    }

    /// Whoever does what was proposed: its maker, by an approver and with that one's rights, or by itself at once.
    pub(crate) fn approved(
        (maker, notes): (&str, &[u8]),
        approver: Option<&str>,
        permissions: Permissions,
        approval: Approval,
    ) -> Acting {
        let mut all = notes.to_vec();
        write(&mut all, Note::Proposal, &approval.number().to_string());
        write(&mut all, Note::Approver, approver.unwrap_or_default());
        Acting { person: maker.into(), permissions, notes: all.into(), approval: Some(approval) }
    }

    /// The same without any right: what is under way when somebody's rights end is decided with none.
    #[must_use]
    pub fn without_rights(&self) -> Acting {
        Acting { permissions: Permissions::default(), ..self.clone() }
    }

    /// What is written down where this is done.
    pub(crate) fn approval(&self) -> Option<&Approval> {
        self.approval.as_ref()
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
