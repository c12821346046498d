//! How the command line names an account.

use std::fmt;
use std::str::FromStr;

use longmen_client::{Account, AccountKey, AccountRef};

use crate::argument::{plain, quoted};
use crate::money::{Least, amount, amount_of, currency_code};

/// An account: `ENTITY/NUMBER/CURRENCY`, `ENTITY/NUMBER/TYPE/CURRENCY`, or `@ID` by its dense id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountName(pub(crate) AccountRef);

/// What is written to say so in `--help`.
pub(crate) const ACCOUNT_HELP: &str = "\
An ACCOUNT is ENTITY/NUMBER/CURRENCY, ENTITY/NUMBER/TYPE/CURRENCY where it has a type, or @ID by the id that \
`longmen accounts` shows. A slash in a part is written %2F.";

/// Examples of a command, and how accounts are named in them, for `--help`.
pub(crate) fn with_account_names(examples: &str) -> String {
    format!("{examples}\n\n{ACCOUNT_HELP}")
}

/// The natural key of an account, as commands take it: a slash in a part is `%2F`, or its key would read as that of another.
pub(crate) fn key_text(entity: &str, number: &str, kind: &str, currency: &str) -> String {
    let [entity, number, kind] = [entity, number, kind].map(escaped);
    match &*kind {
        "" => format!("{entity}/{number}/{currency}"),
        kind => format!("{entity}/{number}/{kind}/{currency}"),
    }
}

fn escaped(part: &str) -> String {
    // What reads as an escape and is none is one more.
    part.replace("%25", "%2525").replace("%2F", "%252F").replace('/', "%2F")
}

fn unescaped(part: &str) -> String {
    part.replace("%2F", "/").replace("%25", "%")
}

impl AccountName {
    /// The entity and the currency, where the name says them.
    pub(crate) fn entity_and_currency(&self) -> Option<(&str, &str)> {
        match &self.0 {
            AccountRef::Key(key) => Some((&key.entity, &key.currency)),
            AccountRef::Id(_) => None,
        }
    }

    /// The currency, where the name says it.
    pub(crate) fn currency(&self) -> Option<&str> {
        match &self.0 {
            AccountRef::Key(key) => Some(&key.currency),
            AccountRef::Id(_) => None,
        }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&name_of(&self.0))
    }
}

/// An account as it is named on the command line, in quotes where its name has a blank or the like.
pub(crate) fn name_of(account: &AccountRef) -> String {
    match account {
        AccountRef::Id(id) => format!("@{id}"),
        AccountRef::Key(AccountKey { entity, number, kind, currency }) => {
            quoted(&key_text(entity, number, kind, currency))
        }
    }
}

/// An account by its natural key, as it is named on the command line, in quotes where they are needed.
pub(crate) fn name_of_account(account: &Account) -> String {
    quoted(&key_text(&account.entity, &account.number, &account.kind, &account.currency))
}

impl FromStr for AccountName {
    type Err = String;

    fn from_str(text: &str) -> Result<AccountName, String> {
        if let Some(id) = text.strip_prefix('@') {
            let id = plain(id).ok_or_else(|| format!("`{id}` is no account id, such as @7"))?;
            return Ok(AccountName(AccountRef::Id(id)));
        }
        let parts: Vec<String> = text.split('/').map(unescaped).collect();
        let key = match &parts[..] {
            [entity, number, currency] => AccountKey::new(entity, number, "", currency),
            [entity, number, kind, currency] => AccountKey::new(entity, number, kind, currency),
            _ => return Err("expected ENTITY/NUMBER/CURRENCY, ENTITY/NUMBER/TYPE/CURRENCY or @ID".to_owned()),
        };
        if key.entity.is_empty() || key.number.is_empty() {
            return Err("expected an entity and a number before the currency".to_owned());
        }
        currency_code(&key.currency)?;
        Ok(AccountName(AccountRef::Key(key)))
    }
}

/// One who has a share, on the command line: `NAME=ACCOUNT`.
#[derive(Clone, Debug)]
pub(crate) struct ShareName {
    pub(crate) role: String,
    pub(crate) account: AccountName,
}

impl FromStr for ShareName {
    type Err = String;

    fn from_str(text: &str) -> Result<ShareName, String> {
        let (role, account) = text.split_once('=').ok_or("expected NAME=ACCOUNT")?;
        Ok(ShareName { role: role.to_owned(), account: account.parse()? })
    }
}

/// One leg on the command line: `ACCOUNT=AMOUNT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LegName {
    pub(crate) account: AccountName,
    pub(crate) amount: String,
}

impl FromStr for LegName {
    type Err = String;

    fn from_str(text: &str) -> Result<LegName, String> {
        let (account, written) = text.rsplit_once('=').ok_or("expected ACCOUNT=AMOUNT")?;
        let wrong = |why| format!("`{written}`: {why}");
        let amount = amount(written).map_err(wrong)?;
        let account: AccountName = account.parse()?;
        if let Some(currency) = account.currency() {
            amount_of(currency, &amount, Least::Zero).map_err(wrong)?;
        }
        Ok(LegName { account, amount })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_shown_is_read_as_the_same_account() {
        let parts = ["U1", "U1/x", "a%b", "50%", "%2F", "%25", "%252F", "/", "%/", "%2", "2F", "%25/"];
        for entity in parts {
            for (number, kind) in parts.into_iter().flat_map(|number| [(number, ""), (number, "x/%2F")]) {
                let shown = key_text(entity, number, kind, "CNY");
                let key = AccountKey::new(entity, number, kind, "CNY");
                assert_eq!(shown.parse(), Ok(AccountName(key.into())), "{shown}");
            }
        }
    }

    #[test]
    fn accounts_are_named_by_key_or_id() {
        #[track_caller]
        fn check(text: &str, expect: Result<AccountRef, &str>) {
            let read = text.parse::<AccountName>().map(|name| name.0);
            match expect {
                Ok(account) => assert_eq!(read, Ok(account)),
                Err(words) => assert!(read.clone().unwrap_err().contains(words), "{read:?}"),
            }
        }
        let key = |entity, number, kind, currency| Ok(AccountKey::new(entity, number, kind, currency).into());
        check("@12", Ok(AccountRef::Id(12)));
        for text in ["@x", "@+1", "@01", "@"] {
            check(text, Err("no account id"));
        }
        check("LM/U1/cny", Err("write CNY"));
        check("LM/U1/CNY ", Err("write CNY"));
        check("LM/U1/XXX", Err("no currency"));
        check("LM//CNY", Err("an entity and a number"));
        check("/U1/CNY", Err("an entity and a number"));
        check("LM/220301.U1/CNY", key("LM", "220301.U1", "", "CNY"));
        check("LM/U1/cash/CNY", key("LM", "U1", "cash", "CNY"));
        check("LM/U1", Err("expected"));
        check("LM/a/b/c/CNY", Err("expected"));
    }

    #[test]
    fn legs_are_an_account_and_an_amount() {
        let leg: LegName = "LM/a=b/CNY=1.50".parse().unwrap();
        assert_eq!((leg.account.currency(), &*leg.amount), (Some("CNY"), "1.50"));
        assert!("LM/U1/CNY".parse::<LegName>().is_err());
        for (text, words) in [
            ("LM/U1/CNY=1e3", "not a decimal number"),
            ("LM/U1/CNY=1.001", "`1.001`: CNY has 2 decimals"),
            ("LM/U1/CNY=-1", "not negative"),
            ("LM/U1/CNY=92233720368547758.08", "beyond the largest amount"),
        ] {
            assert!(text.parse::<LegName>().unwrap_err().contains(words), "{text}");
        }
    }
}
