//! Accounts, subjects, amounts and sides, as requests name them.

use serde::{Deserialize, Serialize, Serializer};

/// The natural key of an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AccountKey {
    /// The code of the accounting entity.
    pub entity: String,
    /// The account number.
    pub number: String,
    /// The account type, such as `cash`; may be empty.
    #[serde(rename = "type")]
    pub kind: String,
    /// The currency's ISO 4217 code.
    pub currency: String,
}

impl AccountKey {
    /// The key of these four.
    #[must_use]
    pub fn new(entity: &str, number: &str, kind: &str, currency: &str) -> AccountKey {
        let (entity, number) = (entity.to_owned(), number.to_owned());
        AccountKey { entity, number, kind: kind.to_owned(), currency: currency.to_owned() }
    }
}

/// How a request names an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
pub enum AccountRef {
    /// By the dense id that opening it gave.
    Id(u64),
    /// By its natural key.
    Key(AccountKey),
}

impl From<u64> for AccountRef {
    fn from(id: u64) -> AccountRef {
        AccountRef::Id(id)
    }
}

impl From<AccountKey> for AccountRef {
    fn from(key: AccountKey) -> AccountRef {
        AccountRef::Key(key)
    }
}

/// An amount of money.
///
/// ```
/// use longmen_client::Amount;
/// assert_eq!(Amount::from(1230), Amount::Minor(1230)); // 12.30 CNY
/// assert_eq!(Amount::from("12.30"), Amount::Decimal("12.30".into()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Amount {
    /// In the currency's minor unit.
    Minor(i64),
    /// A plain decimal number in the currency's unit, such as `12.30`.
    Decimal(String),
}

impl From<i64> for Amount {
    fn from(minor: i64) -> Amount {
        Amount::Minor(minor)
    }
}

impl From<&str> for Amount {
    fn from(decimal: &str) -> Amount {
        Amount::Decimal(decimal.to_owned())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Amount::Minor(minor) => serializer.serialize_i64(*minor),
            Amount::Decimal(text) => serializer.serialize_str(text),
        }
    }
}

/// The side of a leg, or of a subject's normal balance (借, 贷).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// 借
    Debit,
    /// 贷
    Credit,
}

impl Side {
    /// Turns a debit-positive balance into a natural one (positive on this side), and back.
    #[must_use]
    pub fn natural(self, balance: i128) -> i128 {
        match self {
            Side::Debit => balance,
            Side::Credit => -balance,
        }
    }
}

/// Who owns an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// 客户
    Customer,
    /// 商户
    Merchant,
    /// 内部户
    Internal,
}

/// A subject (科目) to open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubjectOpening {
    /// Digits in levels of 4-2-2-2.
    pub code: String,
    /// The name for people.
    pub name: String,
    /// `asset`, `liability`, `common`, `equity`, `income`, `expense`, `off_balance` or `memo`.
    pub class: String,
    /// The side on which its balance normally stands.
    pub normal: Side,
    /// Whether accounts may be opened under it.
    pub leaf: bool,
    /// The first accounting date (`YYYY-MM-DD`) on which accounts may be opened under it; absent: always.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// The last accounting date on which accounts may be opened under it; absent: for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// 期限, such as `current`; at most 64 bytes, as the next two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenor: Option<String>,
    /// 主体: whom it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<String>,
    /// 用途
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}

impl SubjectOpening {
    /// A subject under which accounts may be opened.
    #[must_use]
    pub fn leaf(code: &str, name: &str, class: &str, normal: Side) -> SubjectOpening {
        let (code, name, class) = (code.to_owned(), name.to_owned(), class.to_owned());
        let (valid_from, valid_to, tenor, party, purpose) = Default::default();
        SubjectOpening { code, name, class, normal, leaf: true, valid_from, valid_to, tenor, party, purpose }
    }

    /// A subject that only has other subjects below it.
    #[must_use]
    pub fn parent(code: &str, name: &str, class: &str, normal: Side) -> SubjectOpening {
        SubjectOpening { leaf: false, ..SubjectOpening::leaf(code, name, class, normal) }
    }
}

/// An account (分户账) to open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountOpening {
    /// The natural key.
    #[serde(flatten)]
    pub key: AccountKey,
    /// The code of its leaf subject; empty: the one that its type is mapped to.
    pub subject: String,
    /// Who owns it.
    pub owner: Owner,
    /// Whether the natural balance may go below zero without limit.
    pub may_go_negative: bool,
    /// How far the natural balance may go below zero (透支额度).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdraft_limit: Option<Amount>,
    /// The cap on the natural balance of a credit account (授信额度).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_limit: Option<Amount>,
    /// Whether a batching actor posts to it from the start (热点账户).
    pub hot: bool,
    /// The customer whose account it is (客户号), if it is noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
}

impl AccountOpening {
    /// An account that may not go negative, without limits, not hot.
    #[must_use]
    pub fn new(
        entity: &str,
        number: &str,
        kind: &str,
        currency: &str,
        subject: &str,
        owner: Owner,
    ) -> AccountOpening {
        AccountOpening {
            key: AccountKey::new(entity, number, kind, currency),
            subject: subject.to_owned(),
            owner,
            may_go_negative: false,
            overdraft_limit: None,
            credit_limit: None,
            hot: false,
            customer: None,
        }
    }

    /// The same, tied to a customer.
    #[must_use]
    pub fn customer(self, customer: &str) -> AccountOpening {
        AccountOpening { customer: Some(customer.to_owned()), ..self }
    }

    /// The same, but its natural balance may go below zero without limit.
    #[must_use]
    pub fn may_go_negative(self) -> AccountOpening {
        AccountOpening { may_go_negative: true, ..self }
    }

    /// The same, with an overdraft limit.
    #[must_use]
    pub fn overdraft_limit(self, limit: impl Into<Amount>) -> AccountOpening {
        AccountOpening { overdraft_limit: Some(limit.into()), ..self }
    }

    /// The same, with a cap on its natural balance.
    #[must_use]
    pub fn credit_limit(self, limit: impl Into<Amount>) -> AccountOpening {
        AccountOpening { credit_limit: Some(limit.into()), ..self }
    }

    /// The same, with a batching actor from the start.
    #[must_use]
    pub fn hot(self) -> AccountOpening {
        AccountOpening { hot: true, ..self }
    }
}
