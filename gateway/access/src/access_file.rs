//! The file that says who may do what: roles and principals, in TOML.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use longmen_ledger::{Amount, Currency, FourEyes, Grant, Operation};
use longmen_toml_file::{TomlFault, read_toml};
use serde::Deserialize;

use crate::about_customers::is_about_customers;
use crate::four_eyes::{WrittenFourEyes, usual_four_eyes};
use crate::standard_role::StandardRole;
use crate::token_file::{MAX_NAME, is_name};

/// Who may do what.
#[derive(Clone, Debug, Default)]
pub struct AccessFile {
    roles: BTreeMap<Box<str>, Role>,
    pub(crate) principals: BTreeMap<Box<str>, Principal>,
    pub(crate) four_eyes: Arc<FourEyes>,
    /// What was read; `None` where there is no file.
    text: Option<Box<str>>,
}

/// What is wrong with the file.
#[derive(Debug, thiserror::Error)]
pub enum AccessFileError {
    /// It is no such file.
    #[error("{0}")]
    Toml(TomlFault),
    /// There is no such operation.
    #[error("four_eyes names {word}, which is no operation: `longmen token roles` lists them")]
    FourEyesOperation { word: Box<str> },
    /// It has no amount that a figure could be held to.
    #[error(
        "four_eyes has a figure above which {operation} takes two, and that moves nothing: put it into operations"
    )]
    NoAmount { operation: Operation },
    /// Nobody could do it any more.
    #[error("four_eyes names {operation}, which cannot be proposed: nobody could do it any more")]
    NotProposable { operation: Operation },
    /// A figure above which a second principal is needed is none.
    #[error(
        "four_eyes has {text} {code} for {operation}, which is no amount of that currency; `*` takes whole units"
    )]
    FourEyesAmount { operation: Operation, code: Box<str>, text: Box<str> },
    /// A role has a name that a standard role has.
    #[error("role {role} is a standard role already: give yours another name")]
    StandardRole { role: Box<str> },
    /// There is no such operation.
    #[error("role {role} may {word}, which is no operation: `longmen token roles` lists them")]
    Operation { role: Box<str>, word: Box<str> },
    /// There is no such currency.
    #[error("{owner} names {code}, which is no currency")]
    Currency { owner: String, code: Box<str> },
    /// A cap is no amount of its currency.
    #[error("role {role} has a cap of {text} {code}, which is no amount of that currency")]
    Cap { role: Box<str>, code: Box<str>, text: Box<str> },
    /// A role asks for a reason, and lets nothing be asked that could need one.
    #[error("role {role} has reason = true, and permits no question about customers")]
    Reason { role: Box<str> },
    /// A name of a role or principal is none: it would forge lines wherever it is written.
    #[error("{name} is no name of a role or principal: 1 to {MAX_NAME} bytes, all of which can be seen")]
    Name { name: String },
    /// There is no such role.
    #[error("principal {principal} has role {role}, which is neither in the file nor a standard role")]
    Role { principal: Box<str>, role: Box<str> },
}

/// What a role may do, and where.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    operations: BTreeSet<Operation>,
    grant: Grant,
    /// Whether its questions about customers need a reason (查询须填事由).
    reason: bool,
}

/// Who acts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Principal {
    pub(crate) roles: Vec<Box<str>>,
    /// Where its roles hold; absent: where they say.
    pub(crate) entities: Option<BTreeSet<Box<str>>>,
    /// The clients whose ids it may use beside its own; `*` for any.
    #[serde(default)]
    pub(crate) clients: BTreeSet<Box<str>>,
    /// Whether all its questions about customers need a reason, whichever of its roles permits them.
    #[serde(default)]
    pub(crate) reason: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    roles: BTreeMap<Box<str>, WrittenRole>,
    #[serde(default)]
    principals: BTreeMap<Box<str>, Principal>,
    four_eyes: Option<WrittenFourEyes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRole {
    may: Vec<Box<str>>,
    entities: Option<BTreeSet<Box<str>>>,
    currencies: Option<BTreeSet<Box<str>>>,
    #[serde(default)]
    caps: BTreeMap<Box<str>, Box<str>>,
    #[serde(default)]
    reason: bool,
    /// Whether it is one principal's to do, whatever `four_eyes` says.
    #[serde(default)]
    alone: bool,
}

impl AccessFile {
    /// Reads the file.
    ///
    /// # Errors
    /// [`AccessFileError`], naming the first thing that is wrong.
    pub fn parse(text: &str) -> Result<AccessFile, AccessFileError> {
        // Some editors put a mark of byte order before it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Written { roles: written, principals, four_eyes } =
            read_toml(text).map_err(AccessFileError::Toml)?;
        if let Some(name) = written.keys().chain(principals.keys()).find(|name| !is_name(name)) {
            return Err(AccessFileError::Name { name: format!("{name:?}") });
        }
        let four_eyes = four_eyes.map_or_else(|| Ok(usual_four_eyes()), WrittenFourEyes::read)?;
        let mut roles = BTreeMap::new();
        for (name, role) in written {
            if name.parse::<StandardRole>().is_ok() {
                return Err(AccessFileError::StandardRole { role: name });
            }
            let role = read_role(&name, role)?;
            roles.insert(name, role);
        }
        for (name, principal) in &principals {
            let is_known = |role: &str| roles.contains_key(role) || role.parse::<StandardRole>().is_ok();
            if let Some(role) = principal.roles.iter().find(|role| !is_known(role)) {
                return Err(AccessFileError::Role { principal: name.clone(), role: role.clone() });
            }
        }
        let four_eyes = Arc::new(four_eyes);
        Ok(AccessFile { roles, principals, four_eyes, text: Some(text.into()) })
    }

    /// The digest of the file's bytes; `None` where there is no file.
    #[must_use]
    pub fn digest(&self) -> Option<String> {
        self.text.as_ref().map(|text| blake3::hash(text.as_bytes()).to_hex().to_string())
    }

    /// What was read; empty where there is no file.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }

    /// Whether a role is in the file, or a standard one.
    pub(crate) fn has_role(&self, role: &str) -> bool {
        self.roles.contains_key(role) || role.parse::<StandardRole>().is_ok()
    }

    /// Whether a role has its questions about customers give a reason.
    pub(crate) fn demands_reason(&self, role: &str) -> bool {
        self.roles.get(role).is_some_and(|role| role.reason)
    }

    /// What a role permits: operations, each where it says.
    pub(crate) fn grants<'a>(&'a self, role: &str) -> Box<dyn Iterator<Item = (Operation, Grant)> + 'a> {
        if let Ok(standard) = role.parse::<StandardRole>() {
            let may = Operation::ALL.into_iter().filter(move |operation| standard.may(*operation));
            let grant = Grant { alone: standard.is_alone(), ..Grant::default() };
            return Box::new(may.map(move |operation| (operation, grant.clone())));
        }
        let role = self.roles.get(role);
        Box::new(
            role.into_iter()
                .flat_map(|role| role.operations.iter().map(|operation| (*operation, role.grant.clone()))),
        )
    }
}

fn read_role(name: &str, written: WrittenRole) -> Result<Role, AccessFileError> {
    let operation = |word: &str| {
        word.parse().map_err(|_| AccessFileError::Operation { role: name.into(), word: word.into() })
    };
    let currency = |code: &str| {
        let wrong = || AccessFileError::Currency { owner: format!("role {name}"), code: code.into() };
        Currency::from_code(code).ok_or_else(wrong)
    };
    let cap = |code: &str, text: &str| {
        let currency = currency(code)?;
        let amount = currency.parse_amount(text).ok().filter(|amount| *amount > Amount(0));
        let wrong = || AccessFileError::Cap { role: name.into(), code: code.into(), text: text.into() };
        Ok((currency, amount.ok_or_else(wrong)?))
    };
    let operations: BTreeSet<Operation> =
        written.may.iter().map(|word| operation(word)).collect::<Result<_, _>>()?;
    if written.reason && !operations.iter().any(|operation| is_about_customers(*operation)) {
        return Err(AccessFileError::Reason { role: name.into() });
    }
    let codes = written.currencies.as_ref();
    let currencies = codes.map(|codes| codes.iter().map(|code| currency(code)).collect());
    let caps = written.caps.iter().map(|(code, text)| cap(code, text));
    let caps = caps.collect::<Result<_, AccessFileError>>()?;
    Ok(Role {
        operations,
        reason: written.reason,
        grant: Grant {
            entities: written.entities,
            currencies: currencies.transpose()?,
            caps,
            alone: written.alone,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_named() {
        for (text, expect) in [
            ("", None),
            ("[principals.ann]\nroles = [\"poster\"]", None),
            ("[principals.ann]\nroles = [\"boss\"]", Some("principal ann has role boss, which is neither")),
            ("[principals.ann]\nroles = []\nrole = 1", Some("unknown field `role`")),
            ("[roles.poster]\nmay = []", Some("role poster is a standard role already")),
            ("[roles.a]\nmay = [\"pay\"]", Some("role a may pay, which is no operation")),
            (
                "[roles.a]\nmay = [\"post\"]\ncurrencies = [\"cny\"]",
                Some("role a names cny, which is no currency"),
            ),
            (
                "[roles.a]\nmay = [\"post\"]\ncaps = { XXY = \"1\" }",
                Some("role a names XXY, which is no currency"),
            ),
            (
                "[roles.a]\nmay = [\"post\"]\ncaps = { CNY = \"1.001\" }",
                Some("a cap of 1.001 CNY, which is no amount"),
            ),
            (
                "[roles.a]\nmay = [\"post\"]\ncaps = { CNY = \"0\" }",
                Some("a cap of 0 CNY, which is no amount"),
            ),
            ("[roles.a]\nmay = [\"balance\"]\nreason = true", None),
            (
                "[roles.a]\nmay = [\"status\"]\nreason = true",
                Some("role a has reason = true, and permits no question about customers"),
            ),
            ("roles = 1", Some("line 1, column 9: invalid type: integer `1`")),
            ("\n[roles.a]\nmay = [\"post\"\n\"\u{1}", Some("line 4, column ")),
            ("[roles.\"a\\nb\"]\nmay = []", Some("\"a\\nb\" is no name of a role or principal")),
            ("[principals.\"\"]\nroles = []", Some("\"\" is no name of a role or principal")),
        ] {
            let found = AccessFile::parse(text).map_err(|error| error.to_string());
            match (found, expect) {
                (Ok(_), None) => {}
                (Err(error), Some(expect)) => {
                    assert!(error.contains(expect) && !error.contains('\n'), "{text}: {error}");
                }
                (found, expect) => panic!("{text}: {found:?}, expected {expect:?}"),
            }
        }
    }

    #[test]
    fn roles_permit_what_they_say() {
        let text = "[roles.a]\nmay = [\"post\"]\nentities = [\"LM\"]\ncurrencies = [\"CNY\"]\ncaps = { CNY = \"2.50\" }";
        let file = AccessFile::parse(text).unwrap();
        let cny = Currency::from_code("CNY").unwrap();
        let grant = Grant {
            entities: Some(["LM".into()].into()),
            currencies: Some([cny].into()),
            caps: [(cny, Amount(250))].into(),
            alone: false,
        };
        assert_eq!(file.grants("a").collect::<Vec<_>>(), [(Operation::Post, grant)]);
        assert_eq!(file.grants("monitor").collect::<Vec<_>>(), [(Operation::Status, Grant::default())]);
        assert_eq!(file.grants("b").count(), 0);
        assert_ne!(file.digest(), AccessFile::parse("").unwrap().digest());
    }
}
