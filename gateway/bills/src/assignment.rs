//! Whose bills go by which plan.

use longmen_ledger::Date;
use serde::Deserialize;

/// Accounts that have bills, and the accounts that go with them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Assignment {
    whose: Whose,
    terms: Option<Assigned>,
}

/// What accounts with bills have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assigned {
    /// The name of their plan.
    pub plan: Box<str>,
    /// The first date of the first cycle. What is owed before it is principal of the first bill.
    pub begins: Date,
    /// 应收利息, by its number, or its number and type: `1132` or `1132/late`.
    pub receivable: Box<str>,
    /// 利息收入, named alike.
    pub income: Box<str>,
    /// 余额户: what is withheld from; `None` where nothing is.
    pub payer: Option<PayerAccount>,
    /// Whether the payer's withholding reserve (代扣备用金) is for its bills.
    pub reserve: Reserve,
}

/// How the account that is paid from is found.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayerAccount {
    /// By its name.
    Account(Box<str>),
    /// It has the number and currency of the credit account, and this type.
    Type(Box<str>),
    /// It has the number of the credit account with the first of these in front replaced by the second.
    Prefix([Box<str>; 2]),
}

/// What a payer's withholding reserve is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reserve {
    /// Its bills: it is released before they are withheld.
    Bills,
    /// Something else, and not to be touched.
    #[default]
    Another,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Subject(Box<str>),
    Account(Box<str>),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    subject: Option<Box<str>>,
    account: Option<Box<str>>,
    plan: Option<Box<str>>,
    begins: Option<Box<str>>,
    receivable: Option<Box<str>>,
    income: Option<Box<str>>,
    payer: Option<PayerAccount>,
    #[serde(default)]
    reserve: Reserve,
}

impl Assignment {
    /// Whether it speaks of that account, or else of its subject.
    pub(crate) fn is_of(&self, whose: &Whose) -> bool {
        self.whose == *whose
    }

    pub(crate) fn whose(&self) -> &Whose {
        &self.whose
    }

    /// What these accounts have; `None` where they have no bills.
    pub(crate) fn terms(&self) -> Option<&Assigned> {
        self.terms.as_ref()
    }
}

impl TryFrom<Written> for Assignment {
    type Error = String;

    fn try_from(written: Written) -> Result<Assignment, String> {
        let Written { subject, account, plan, begins, receivable, income, payer, reserve } = written;
        let whose = match (subject, account) {
            (Some(subject), None) => Whose::Subject(subject),
            (None, Some(account)) => Whose::Account(account),
            _ => return Err("either subject or account is needed".to_owned()),
        };
        let Some(plan) = plan else { return Ok(Assignment { whose, terms: None }) };
        let begins = begins.ok_or("begins is missing: the first date of the first cycle")?;
        let begins = Date::parse(&begins).ok_or_else(|| format!("begins: `{begins}` is no date"))?;
        let receivable = receivable.ok_or("receivable is missing: the account of interest that is owed")?;
        let income = income.ok_or("income is missing: the account of late interest")?;
        if reserve == Reserve::Bills && payer.is_none() {
            return Err("the reserve is a payer's, and there is no payer".to_owned());
        }
        Ok(Assignment { whose, terms: Some(Assigned { plan, begins, receivable, income, payer, reserve }) })
    }
}
