//! Which accounts have which product.

use longmen_interest::{Product, ProductError, Products};
use longmen_ledger::Date;
use serde::Deserialize;

use crate::account_name::key_of;

/// Products, and whose they are: a file of [`Products`] with `[[assign]]` beside them.
///
/// ```toml
/// [[assign]]
/// subject = "20110102"      # or account = "LM/U1/CNY", which goes before its subject
/// product = "活期"           # without it such accounts have no interest
/// begins = "2024-03-21"     # the first day that earns
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    products: Products,
    assignments: Vec<Assignment>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Assignment {
    whose: Whose,
    product: Option<String>,
    begins: Date,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Whose {
    Subject(String),
    Account(String),
}

/// Why settings are none.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    #[error("{0}")]
    Unwritable(#[from] toml::ser::Error),
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error("assign {number}: {why}")]
    Assign { number: usize, why: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAssignment {
    subject: Option<String>,
    account: Option<String>,
    product: Option<String>,
    begins: Option<String>,
}

impl Settings {
    /// Reads settings from TOML.
    ///
    /// # Errors
    /// [`SettingsError`], which names what is wrong.
    pub fn parse(text: &str) -> Result<Settings, SettingsError> {
        let mut table: toml::Table = toml::from_str(text)?;
        let raw: Vec<RawAssignment> = match table.remove("assign") {
            Some(assign) => assign.try_into()?,
            None => Vec::new(),
        };
        let products = Products::parse(&toml::to_string(&table)?)?;
        let checked =
            |(number, one)| checked(&products, one).map_err(|why| SettingsError::Assign { number, why });
        let assignments = (1..).zip(raw).map(checked).collect::<Result<Vec<_>, _>>()?;
        for (index, one) in assignments.iter().enumerate() {
            if assignments[..index].iter().any(|other| other.whose == one.whose) {
                let why = "there are two of it".to_owned();
                return Err(SettingsError::Assign { number: index + 1, why });
            }
        }
        Ok(Settings { products, assignments })
    }

    /// The products.
    #[must_use]
    pub fn products(&self) -> &Products {
        &self.products
    }

    /// The product of an account under a subject, and the first day that earns.
    pub(crate) fn assigned(&self, account: &str, subject: &str) -> Option<(&Product, Date)> {
        let is_of = |one: &&Assignment, whose: &Whose| one.whose == *whose;
        let (account, subject) = (Whose::Account(account.to_owned()), Whose::Subject(subject.to_owned()));
        let found = self.assignments.iter().find(|one| is_of(one, &account));
        let found = found.or_else(|| self.assignments.iter().find(|one| is_of(one, &subject)))?;
        let product = self.products.get(found.product.as_deref()?)?;
        Some((product, found.begins))
    }
}

fn checked(products: &Products, raw: RawAssignment) -> Result<Assignment, String> {
    let whose = match (raw.subject, raw.account) {
        (Some(subject), None) => Whose::Subject(subject),
        (None, Some(account)) if key_of(&account).is_some() => Whose::Account(account),
        (None, Some(account)) => return Err(format!("`{account}` is no account, such as LM/U1/CNY")),
        _ => return Err("either subject or account is needed".to_owned()),
    };
    if let Some(product) = raw.product.as_deref().filter(|name| products.get(name).is_none()) {
        return Err(format!("there is no product {product}"));
    }
    let begins = match raw.begins {
        Some(text) => Date::parse(&text).ok_or_else(|| format!("begins: `{text}` is no date"))?,
        None if raw.product.is_none() => Date::FIRST,
        None => return Err("begins is missing: the first day that earns".to_owned()),
    };
    Ok(Assignment { whose, product: raw.product, begins })
}
