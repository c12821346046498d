//! Who is let in, and with which rights.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;
use longmen_ledger::{Acting, Grant, Operation, Permissions};

use crate::about_customers::is_about_customers;
use crate::access_file::{AccessFile, Principal};
use crate::secret::{hash, id_of};
use crate::token_file::{Token, TokenFile};

/// The principals of a node, their roles and their tokens.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Whether there is an access file: then nobody is a principal who is not in it.
    has_file: bool,
    file: AccessFile,
    tokens: TokenFile,
}

/// What contradicts itself between the two files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessError {
    /// A token's principal has no role anywhere.
    #[error(
        "token {token}: principal {principal} is not in the access file; without such a file the token needs roles of its own"
    )]
    Principal { token: Box<str>, principal: Box<str> },
    /// A token has a role that does not exist.
    #[error("token {token} has role {role}, which is neither in the access file nor a standard role")]
    Role { token: Box<str>, role: Box<str> },
    /// A token is to have a role that its principal has not.
    #[error(
        "token {token} names role {role}, which principal {principal} has not: the token has not got it either"
    )]
    NotOfPrincipal { token: Box<str>, role: Box<str>, principal: Box<str> },
}

/// Somebody who asks to be let in.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// The client whose ids it wants to use.
    pub client: &'a str,
    /// The secret that it shows; empty: none.
    pub token: &'a str,
    /// The principal whose certificate it has shown.
    pub certificate: Option<&'a str>,
    /// The principal for whom it wants to act.
    pub on_behalf: Option<&'a str>,
    /// Where it comes from.
    pub peer: Option<IpAddr>,
    pub now: Timestamp,
}

/// Somebody who was let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// The id of the token that it showed; empty where a certificate was its proof.
    pub token: Box<str>,
    /// Who it is.
    pub principal: Box<str>,
    /// For whom it acts, and with whose rights.
    pub on_behalf: Option<Box<str>>,
    /// Who acts, and what it may do.
    pub acting: Acting,
    /// The questions for which it has to give a reason.
    pub reasons: BTreeSet<Operation>,
    /// The moment from which it is let in no more.
    pub expires: Option<Timestamp>,
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAdmitted {
    /// It did not prove to be anybody: no token, a wrong, expired or revoked one, or one that is not taken from there. It is
    /// not told which.
    Unknown,
    /// It is somebody, who may not use the ids of that client, or not act for that principal.
    Forbidden,
}

impl AccessError {
    /// Whether the token lets its principal in all the same.
    fn lets_in(&self) -> bool {
        matches!(self, AccessError::NotOfPrincipal { .. })
    }
}

impl Access {
    /// Puts both files together, as they are to be at the start: each token that is taken is of a principal that there is.
    ///
    /// # Errors
    /// [`AccessError`], where a token's principal or role is nowhere.
    pub fn new(file: Option<AccessFile>, tokens: TokenFile) -> Result<Access, AccessError> {
        let access = Access::of(file, tokens);
        let contradiction = access.contradictions().find(|one| !one.lets_in());
        contradiction.map_or(Ok(access), Err)
    }

    /// The same of files that have changed: a token whose principal or role is nowhere lets in nobody, or lacks that role.
    #[must_use]
    pub fn of(file: Option<AccessFile>, tokens: TokenFile) -> Access {
        Access { has_file: file.is_some(), file: file.unwrap_or_default(), tokens }
    }

    /// The same rules with other tokens.
    #[must_use]
    pub fn with_tokens(&self, tokens: TokenFile) -> Access {
        Access { tokens, ..self.clone() }
    }

    /// The same tokens by other rules.
    #[must_use]
    pub fn with_file(&self, file: AccessFile) -> Access {
        Access { has_file: true, file, tokens: self.tokens.clone() }
    }

    /// The access file; `None` where there is none.
    #[must_use]
    pub fn file(&self) -> Option<&AccessFile> {
        self.has_file.then_some(&self.file)
    }

    /// Its tokens.
    #[must_use]
    pub fn tokens(&self) -> &TokenFile {
        &self.tokens
    }

    /// Whether there is a token that is not revoked, and whose principal and roles are there.
    #[must_use]
    pub fn lets_anybody_in(&self) -> bool {
        let tokens = self.tokens.tokens().filter(|token| token.revoked.is_none());
        tokens.count() > self.contradictions().filter(|one| !one.lets_in()).count()
    }

    /// What contradicts itself between the two files, of tokens that are not revoked.
    pub fn contradictions(&self) -> impl Iterator<Item = AccessError> {
        let tokens = self.tokens.tokens().filter(|token| token.revoked.is_none());
        tokens.filter_map(|token| {
            if let Some(role) = token.roles.iter().flatten().find(|role| !self.file.has_role(role)) {
                return Some(AccessError::Role { token: token.id.clone(), role: role.clone() });
            }
            let principal = &token.principal;
            let is_there = self.file.principals.contains_key(principal);
            let has = |role: &str| {
                self.file
                    .principals
                    .get(principal)
                    .is_none_or(|one| one.roles.iter().any(|own| **own == *role))
            };
            if let Some(role) = token.roles.iter().flatten().find(|role| !has(role)) {
                let (token, role, principal) = (token.id.clone(), role.clone(), principal.clone());
                return Some(AccessError::NotOfPrincipal { token, role, principal });
            }
            let (token, roles) = (token.id.clone(), token.roles.is_some());
            let stands_alone = roles && !self.has_file;
            (!is_there && !stands_alone)
                .then(|| AccessError::Principal { token, principal: principal.clone() })
        })
    }

    /// Whether a change of the access file takes a second principal.
    #[must_use]
    pub fn is_changed_by_two(&self) -> bool {
        self.has_file && self.file.four_eyes.operations.contains(&Operation::ChangeAccess)
    }

    /// The digest of the access file; `None` where there is none.
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        self.file.digest()
    }

    /// Lets somebody in, if it is to be let in.
    ///
    /// # Errors
    /// [`NotAdmitted`].
    pub fn admit(&self, asking: &Asking<'_>) -> Result<Admitted, NotAdmitted> {
        if asking.token.is_empty() {
            return self.admit_certificate(asking);
        }
        let token = self.known(asking).ok_or(NotAdmitted::Unknown)?;
        self.admit_token(token, asking)
    }

    /// Whose token that is, and its id, though it may let nobody in: it is revoked, expired, or used where it is not taken.
    #[must_use]
    pub fn owner(&self, token: &str) -> Option<(&str, &str)> {
        let found = self.tokens.get(id_of(token)?)?;
        (found.hash() == Some(hash(token))).then_some((&*found.principal, &*found.id))
    }

    /// The same for somebody who was let in before, with the token of this id: what the files say now.
    ///
    /// # Errors
    /// [`NotAdmitted`].
    pub fn admit_again(&self, token: &str, asking: &Asking<'_>) -> Result<Admitted, NotAdmitted> {
        if token.is_empty() {
            return self.admit_certificate(asking);
        }
        let token = self.tokens.get(token).filter(|token| is_taken(token, asking));
        self.admit_token(token.ok_or(NotAdmitted::Unknown)?, asking)
    }

    /// The token that was shown. It takes as long for a wrong secret as for a right one, and for one that nobody has.
    fn known(&self, asking: &Asking<'_>) -> Option<&Token> {
        let given = hash(asking.token);
        let token = id_of(asking.token).and_then(|id| self.tokens.get(id));
        let expected = token.and_then(Token::hash).unwrap_or(blake3::Hash::from_bytes([0; 32]));
        // The comparison of hashes takes constant time.
        let is_right = expected == given;
        token.filter(|token| is_right && is_taken(token, asking))
    }

    /// Whoever has a certificate needs no token: it acts as the principal of that name, if there is one.
    fn admit_certificate(&self, asking: &Asking<'_>) -> Result<Admitted, NotAdmitted> {
        let known = asking.certificate.filter(|name| self.file.principals.contains_key(*name));
        let name = known.ok_or(NotAdmitted::Unknown)?;
        self.admit_token(&Token::new("", &blake3::Hash::from_bytes([0; 32]), name), asking)
    }

    fn admit_token(&self, token: &Token, asking: &Asking<'_>) -> Result<Admitted, NotAdmitted> {
        let nobody = Principal::default();
        let principal = match self.file.principals.get(&token.principal) {
            None if self.has_file => return Err(NotAdmitted::Unknown),
            known => known.unwrap_or(&nobody),
        };
        let may_use = |client: &str| {
            *client == *token.principal
                || principal.clients.contains(client)
                || principal.clients.contains("*")
        };
        if !may_use(asking.client) {
            return Err(NotAdmitted::Forbidden);
        }
        let roles = self.roles(principal, token);
        let own = self.permissions(principal, token, &roles);
        let (permissions, reasons) = match asking.on_behalf {
            // A token that has fewer roles than its principal has what all of them demand.
            None => {
                let all = principal.roles.iter().map(|role| &**role).chain(roles.iter().copied());
                (own, self.reasons(principal.reason, &all.collect::<Vec<_>>()))
            }
            Some(other) => {
                let permissions = self.on_behalf(other, &own).ok_or(NotAdmitted::Forbidden)?;
                let other = self.file.principals.get(other).unwrap_or(&nobody);
                let roles: Vec<&str> = other.roles.iter().map(|role| &**role).collect();
                (permissions, self.reasons(principal.reason || other.reason, &roles))
            }
        };
        Ok(Admitted {
            token: token.id.clone(),
            principal: token.principal.clone(),
            on_behalf: asking.on_behalf.map(Into::into),
            acting: Acting::new(asking.client, &token.principal, asking.on_behalf, permissions),
            reasons,
            expires: token.expires,
        })
    }

    /// What somebody may do for another principal: what that one may do itself, but act for others, and only where its own
    /// right to act for others reaches.
    fn on_behalf(&self, other: &str, own: &Permissions) -> Option<Permissions> {
        let principal = self.file.principals.get(other).filter(|_| own.may(Operation::OnBehalf))?;
        let mut permissions = Permissions::default();
        permissions.set_four_eyes(Arc::clone(&self.file.four_eyes));
        for (operation, grant) in principal.roles.iter().flat_map(|role| self.file.grants(role)) {
            if operation == Operation::OnBehalf {
                continue;
            }
            let theirs = grant.within(&Grant::in_entities(principal.entities.as_ref()));
            for reach in own.grants(Operation::OnBehalf) {
                permissions.grant(operation, theirs.within(reach));
            }
        }
        Some(permissions)
    }

    /// The roles of somebody with this token. A token without a principal in the file has its own; with one it has no more than
    /// the principal.
    fn roles<'a>(&self, principal: &'a Principal, token: &'a Token) -> Vec<&'a str> {
        let own = principal.roles.iter();
        match &token.roles {
            Some(roles) if self.file.principals.contains_key(&token.principal) => {
                own.filter(|role| roles.contains(*role)).map(|role| &**role).collect()
            }
            Some(roles) => roles.iter().map(|role| &**role).collect(),
            None => own.map(|role| &**role).collect(),
        }
    }

    /// The questions about customers for which a reason has to be given: those that a role permits which demands one, though
    /// another permits them as well; or all of them.
    fn reasons(&self, all: bool, roles: &[&str]) -> BTreeSet<Operation> {
        let demanding = roles.iter().filter(|role| all || self.file.demands_reason(role));
        let operations = demanding.flat_map(|role| self.file.grants(role)).map(|(operation, _)| operation);
        operations.filter(|operation| is_about_customers(*operation)).collect()
    }

    fn permissions(&self, principal: &Principal, token: &Token, roles: &[&str]) -> Permissions {
        let mut permissions = Permissions::default();
        for (operation, grant) in roles.iter().flat_map(|role| self.file.grants(role)) {
            let own = grant.within(&Grant::in_entities(principal.entities.as_ref()));
            permissions.grant(operation, own.within(&Grant::in_entities(token.entities.as_ref())));
        }
        permissions.set_four_eyes(Arc::clone(&self.file.four_eyes));
        permissions
    }
}

fn is_taken(token: &Token, asking: &Asking<'_>) -> bool {
    let from = |peer: IpAddr| {
        let networks = token.networks.as_ref();
        networks.is_none_or(|networks| networks.iter().any(|network| network.contains(&peer.to_canonical())))
    };
    // Who has a certificate is nobody else.
    let is_own = asking.certificate.is_none_or(|name| *name == *token.principal);
    // Who cannot say where it comes from comes from no network.
    is_own && token.is_valid(asking.now) && asking.peer.map_or(token.networks.is_none(), from)
}

#[cfg(test)]
mod tests;
