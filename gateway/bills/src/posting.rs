//! What is to be posted.

use longmen_ledger::{Amount, Date};

/// A transaction to be posted for a bill, or what is to be done before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    pub kind: PostingKind,
    /// The statement date of the bill.
    pub bill: Date,
    /// In minor units; positive.
    pub amount: Amount,
    /// 起息日
    pub value: Date,
    /// The same for the same posting, so that it is booked once: `bill|ACCOUNT|STATEMENT DATE|KIND|DATE`.
    pub key: String,
}

/// What a posting does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum PostingKind {
    /// 计提: late interest of a day.
    Accrue,
    /// Accrued interest that is not owed after all: a payment came with an earlier value date.
    ReturnAccrual,
    /// Accrued interest goes to the account, and stands on the next bill.
    Charge,
    /// The account gets back what it was charged too much.
    ReturnCharge,
    /// The withholding reserve (代扣备用金) is set free. It has no legs.
    ReleaseReserve,
    /// 代扣
    Withhold,
}

/// Which account a leg is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::Display)]
#[strum(serialize_all = "snake_case")]
pub enum Role {
    /// 信用户: the account that the bills are of.
    Credit,
    /// 余额户: the account that is paid from.
    Payer,
    /// 应收利息
    Receivable,
    /// 利息收入
    Income,
}

impl PostingKind {
    /// Its name: `accrue`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The debit and the credit; `None` for what has no legs.
    #[must_use]
    pub fn legs(self) -> Option<(Role, Role)> {
        match self {
            PostingKind::Accrue => Some((Role::Receivable, Role::Income)),
            PostingKind::ReturnAccrual => Some((Role::Income, Role::Receivable)),
            PostingKind::Charge => Some((Role::Credit, Role::Receivable)),
            PostingKind::ReturnCharge => Some((Role::Receivable, Role::Credit)),
            PostingKind::ReleaseReserve => None,
            PostingKind::Withhold => Some((Role::Payer, Role::Credit)),
        }
    }
}

/// What a key says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key<'a> {
    /// The credit account's text.
    pub account: &'a str,
    /// The statement date of the bill.
    pub bill: Date,
    pub kind: PostingKind,
    pub date: Date,
}

impl<'a> Key<'a> {
    /// Reads the key of a [`Posting`]; `None` where it is none.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Key<'a>> {
        // An account's text may have the mark in it.
        let mut parts = text.strip_prefix("bill|")?.rsplitn(4, '|');
        let (date, kind, bill) = (parts.next()?, parts.next()?, parts.next()?);
        let account = parts.next()?;
        Some(Key { account, bill: Date::parse(bill)?, kind: kind.parse().ok()?, date: Date::parse(date)? })
    }
}

impl Posting {
    /// A posting of `account`, the credit account's text, told on `date`.
    pub(crate) fn new(kind: PostingKind, account: &str, bill: Date, amount: i64, date: Date) -> Posting {
        assert!(amount > 0, "what moves nothing is not posted");
        let key = format!("bill|{account}|{bill}|{}|{date}", kind.name());
        Posting { kind, bill, amount: Amount(amount), value: date, key }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_as_it_was_written() {
        let (bill, date) = (Date::parse("2024-05-05").unwrap(), Date::parse("2024-06-05").unwrap());
        for account in ["LM/U1/CNY", "LM/a|b|charge/CNY"] {
            let posting = Posting::new(PostingKind::Charge, account, bill, 1, date);
            let expect = Key { account, bill, kind: PostingKind::Charge, date };
            assert_eq!(Key::read(&posting.key), Some(expect));
        }
        for text in [
            "",
            "bill|",
            "bill|a|2024-05-05|charge",
            "interest|a|2024-05-05|charge|2024-06-05",
            "bill|a|x|charge|2024-06-05",
            "bill|a|2024-05-05|spend|2024-06-05",
        ] {
            assert_eq!(Key::read(text), None, "{text}");
        }
    }
}
