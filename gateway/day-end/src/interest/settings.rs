//! Which accounts have which product.

use longmen_interest::{Product, ProductError, Products, SettlementRule};
use longmen_ledger::Date;
use serde::Deserialize;

use crate::account_name::key_of;
use crate::interest::assignment::{Assignment, Whose};

/// Products, and whose they are: a file of [`Products`] with `[[assign]]` beside them.
///
/// ```toml
/// [[assign]]
/// subject = "20110102"      # or account = "LM/U1/CNY", which goes before its subject
/// product = "活期"           # without it such accounts have no interest
/// begins = "2024-03-21"     # the first day that earns
/// matures = "2025-03-21"    # of an account whose product settles at maturity: the day, which earns nothing any more
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    products: Products,
    assignments: Vec<Assignment>,
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
    matures: Option<String>,
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

    /// The maturities (到期日) that are said of accounts and of subjects, by name.
    pub fn maturities(&self) -> impl Iterator<Item = (&str, Date)> {
        self.assignments.iter().filter_map(|one| {
            let (Whose::Subject(name) | Whose::Account(name)) = &one.whose;
            one.matures.map(|date| (&**name, date))
        })
    }

    /// The products.
    #[must_use]
    pub fn products(&self) -> &Products {
        &self.products
    }

    /// The product of an account under a subject, and what else is said of it.
    pub(crate) fn assigned(&self, account: &str, subject: &str) -> Option<(&Product, &Assignment)> {
        let of_account = |one: &&Assignment| matches!(&one.whose, Whose::Account(name) if name == account);
        let of_subject = |one: &&Assignment| matches!(&one.whose, Whose::Subject(code) if code == subject);
        let found = self.assignments.iter().find(of_account);
        let found = found.or_else(|| self.assignments.iter().find(of_subject))?;
        let product = self.products.get(found.product.as_deref()?)?;
        Some((product, found))
    }
}

fn checked(products: &Products, raw: RawAssignment) -> Result<Assignment, String> {
    let whose = match (raw.subject, raw.account) {
        (Some(subject), None) => Whose::Subject(subject),
        (None, Some(account)) if key_of(&account).is_some() => Whose::Account(account),
        (None, Some(account)) => return Err(format!("`{account}` is no account, such as LM/U1/CNY")),
        _ => return Err("either subject or account is needed".to_owned()),
    };
    let date = |what: &str, text: Option<String>| match text {
        Some(text) => Date::parse(&text).map(Some).ok_or_else(|| format!("{what}: `{text}` is no date")),
        None => Ok(None),
    };
    let (begins, matures) = (date("begins", raw.begins)?, date("matures", raw.matures)?);
    let Some(product) = raw.product else {
        return match matures {
            Some(_) => Err("matures: there is no product".to_owned()),
            None => Ok(Assignment { whose, product: None, begins: begins.unwrap_or(Date::FIRST), matures }),
        };
    };
    let begins = begins.ok_or("begins is missing: the first day that earns")?;
    let found = products.get(&product).ok_or_else(|| format!("there is no product {product}"))?;
    match (found.settles(), matures) {
        (SettlementRule::AtMaturity, None) => Err(format!("matures is missing: {product} settles then")),
        (SettlementRule::AtMaturity, Some(day)) if day <= begins => {
            Err(format!("matures: {day} is not after {begins}, when it begins"))
        }
        (SettlementRule::AtMaturity, Some(_)) | (_, None) => {
            Ok(Assignment { whose, product: Some(product), begins, matures })
        }
        (_, Some(_)) => Err(format!("matures: {product} settles otherwise")),
    }
}
