//! The file of tokens, in TOML. It keeps hashes: whoever reads it cannot act as anybody.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use jiff::Timestamp;
use longmen_ledger::{has_blank_end, is_hidden};
use longmen_toml_file::{TomlFault, read_toml};
use serde::{Deserialize, Serialize};

/// The most bytes of a name of a principal.
pub(crate) const MAX_NAME: usize = 64;

/// A file of tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenFile {
    /// By id.
    tokens: BTreeMap<Box<str>, Token>,
}

/// What a principal proves itself with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Names it, in the secret too; no secret itself.
    pub id: Box<str>,
    /// The BLAKE3 hash of the secret, in hexadecimal digits.
    hash: Box<str>,
    /// Who acts with it.
    pub principal: Box<str>,
    /// The roles that it has, beside none of those that the principal has; absent: all that the principal has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<BTreeSet<Box<str>>>,
    /// Where it holds; absent: where the roles do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entities: Option<BTreeSet<Box<str>>>,
    /// From which networks it is taken; absent: from any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub networks: Option<BTreeSet<IpNet>>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// The moment from which it is taken no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// When it was revoked: it is taken no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Timestamp>,
}

/// What is wrong with a file of tokens.
#[derive(Debug, thiserror::Error)]
pub enum TokenFileError {
    /// It is no such file.
    #[error("{0}")]
    Toml(TomlFault),
    /// A token has no id that can be one.
    #[error("{id} is no id of a token: 1 to {MAX_NAME} bytes, all of which can be seen")]
    Id { id: String },
    /// A token's hash is none.
    #[error("token {id}: the hash is none: 64 hexadecimal digits of BLAKE3")]
    Hash { id: Box<str> },
    /// A token's principal has no name that can be one.
    #[error(
        "token {id}: the principal's name is empty, longer than {MAX_NAME} bytes, or not all of it can be seen"
    )]
    Principal { id: Box<str> },
    /// A token's role has no name that can be one.
    #[error("token {id}: {role} is no name of a role")]
    Role { id: Box<str>, role: String },
    /// Two tokens have one id.
    #[error("token {id} is there twice")]
    Twice { id: Box<str> },
}

/// A text that is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no network, such as 10.8.0.0/16")]
pub struct NotANetwork;

/// Whether a text is a network, such as `10.8.0.0/16`.
///
/// # Errors
/// [`NotANetwork`].
pub fn check_network(text: &str) -> Result<(), NotANetwork> {
    text.parse::<IpNet>().map(drop).map_err(|_| NotANetwork)
}

/// Whether a text can name somebody in lines for people and programs: all of it is seen.
pub(crate) fn is_name(text: &str) -> bool {
    (1..=MAX_NAME).contains(&text.len()) && !has_blank_end(text) && !text.chars().any(is_hidden)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    tokens: Vec<Token>,
}

impl Token {
    /// A token without any restriction.
    pub(crate) fn new(id: &str, hash: &blake3::Hash, principal: &str) -> Token {
        Token {
            id: id.into(),
            hash: hash.to_hex().as_str().into(),
            principal: principal.into(),
            roles: None,
            entities: None,
            networks: None,
            created: None,
            expires: None,
            revoked: None,
        }
    }

    /// Its hash; `None` where it is none.
    pub(crate) fn hash(&self) -> Option<blake3::Hash> {
        blake3::Hash::from_hex(self.hash.as_bytes()).ok()
    }

    /// Whether it is taken at a moment.
    #[must_use]
    pub fn is_valid(&self, now: Timestamp) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| now < expires)
    }
}

impl TokenFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`TokenFileError`], naming the first thing that is wrong.
    pub fn parse(text: &str) -> Result<TokenFile, TokenFileError> {
        let Written { tokens: written } = read_toml(text).map_err(TokenFileError::Toml)?;
        let mut tokens = BTreeMap::new();
        for token in written {
            let id = token.id.clone();
            if !is_name(&id) {
                return Err(TokenFileError::Id { id: format!("{id:?}") });
            }
            if token.hash().is_none() {
                return Err(TokenFileError::Hash { id });
            }
            if !is_name(&token.principal) {
                return Err(TokenFileError::Principal { id });
            }
            if let Some(role) = token.roles.iter().flatten().find(|role| !is_name(role)) {
                return Err(TokenFileError::Role { id, role: format!("{role:?}") });
            }
            if tokens.insert(id.clone(), token).is_some() {
                return Err(TokenFileError::Twice { id });
            }
        }
        Ok(TokenFile { tokens })
    }

    /// The file's text.
    ///
    /// # Panics
    /// Never: all that it holds can be written.
    #[must_use]
    pub fn to_text(&self) -> String {
        let written = Written { tokens: self.tokens.values().cloned().collect() };
        let tokens = toml::to_string(&written).expect("texts, lists and moments can be written");
        format!(
            "# Tokens of a Longmen node: hashes, no secrets. `longmen token` makes and revokes them.\n\n{tokens}"
        )
    }

    /// The same with one token more, or in place of the one of its id.
    #[must_use]
    pub fn with(mut self, token: Token) -> TokenFile {
        self.tokens.insert(token.id.clone(), token);
        self
    }

    /// The same with a token revoked; `None` where there is no such token.
    #[must_use]
    pub fn revoke(mut self, id: &str, now: Timestamp) -> Option<TokenFile> {
        let token = self.tokens.get_mut(id)?;
        token.revoked = token.revoked.or(Some(now));
        Some(self)
    }

    /// The token of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Token> {
        self.tokens.get(id)
    }

    /// All tokens, by id.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.tokens.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_file_comes_back_as_written() {
        let secret = Secret::from_bytes([1; 8], [2; 32]);
        let mut token = secret.token_of("ann");
        token.roles = Some(["poster".into()].into());
        token.networks = Some(["10.0.0.0/8".parse().unwrap()].into());
        token.expires = Some("2030-01-01T00:00:00Z".parse().unwrap());
        let file = TokenFile::default()
            .with(token.clone())
            .with(Secret::from_bytes([3; 8], [4; 32]).token_of("bob"));
        let text = file.to_text();
        assert_eq!(TokenFile::parse(&text).unwrap(), file, "{text}");
        assert!(!text.contains("0202"), "no secret is in the file: {text}");
        let now = "2029-12-31T23:59:59Z".parse().unwrap();
        assert!(token.is_valid(now) && !token.is_valid("2030-01-01T00:00:00Z".parse().unwrap()));
        let revoked = file.revoke(&secret.id(), now).unwrap();
        assert!(!revoked.get(&secret.id()).unwrap().is_valid(now));
        assert!(revoked.revoke("nothing", now).is_none());
    }

    #[test]
    fn what_is_wrong_is_named() {
        let token = |id: &str, hash: &str, principal: &str| {
            format!("[[tokens]]\nid = {id:?}\nhash = {hash:?}\nprincipal = {principal:?}\n")
        };
        let hash = "ab".repeat(32);
        for (text, expect) in [
            (token("1", "xyz", "ann"), "token 1: the hash is none"),
            (token("1", &hash, ""), "token 1: the principal's name is empty"),
            (token("1", &hash, "ann\nACCESS LOG: forged"), "token 1: the principal's name is empty"),
            (token("1\n", &hash, "ann"), "\"1\\n\" is no id of a token"),
            (token("1", &hash, "ann "), "token 1: the principal's name is empty"),
            (token("1", &hash, "cho\u{200b}").replace("\\u{200b}", "\u{200b}"), "not all of it can be seen"),
            (token("1", &hash, "ann") + "roles = [\"x\u{202e}y\"]", "is no name of a role"),
            (token("1", &hash, "ann") + &token("1", &hash, "bob"), "token 1 is there twice"),
            (token("1", &hash, "ann") + "role = 1", "unknown field `role`"),
            ("ann 0123456789abcdef".into(), "expected"),
        ] {
            let error = TokenFile::parse(&text).unwrap_err().to_string();
            assert!(error.contains(expect), "{text}: {error}");
        }
    }
}
