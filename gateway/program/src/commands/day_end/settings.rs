//! What the end of an entity's day is made of: a file that finance writes.

use std::path::{Path, PathBuf};

use longmen_engine::ledger::Date;
use longmen_toml_file::read_toml;
use serde::Deserialize;

use crate::account_name::AccountName;
use crate::failure::Failure;

/// What the end of a day is made of. What is not named is left out.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// Where the file stands: paths in it are seen from there.
    directory: PathBuf,
    written: Written,
    /// Where income and expense are carried to at the end of a year, one for each currency.
    pub(super) carry_forward: Vec<AccountName>,
    /// Accounts whose statements are written.
    pub(super) accounts: Vec<AccountName>,
    /// The last date that is closed in the accounting system.
    pub(super) closed_through: Option<Date>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    entity: String,
    interest: Option<PathBuf>,
    bills: Option<PathBuf>,
    vouchers: Option<Vouchers>,
    revaluation: Option<Revaluation>,
    #[serde(default)]
    carry_forward: Vec<String>,
    statements: Option<Statements>,
    #[serde(default)]
    channels: Vec<PathBuf>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vouchers {
    settings: PathBuf,
    out: Option<PathBuf>,
    /// What other currencies are worth (记账汇率).
    rates: Option<PathBuf>,
    /// The last date that is closed in the accounting system (已结账).
    closed_through: Option<String>,
}

/// When positions in other currencies are revalued, and by what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Revaluation {
    settings: PathBuf,
    rates: PathBuf,
    on: Rhythm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Rhythm {
    Daily,
    MonthEnd,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statements {
    directory: PathBuf,
    #[serde(default)]
    accounts: Vec<String>,
}

impl Settings {
    /// Reads the file of an entity.
    pub(super) fn read(path: &Path, entity: &str) -> Result<Settings, Failure> {
        let wrong = |why: String| Failure::Usage(format!("{}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        Settings::of(&text, entity, directory.unwrap_or(Path::new("."))).map_err(wrong)
    }

    fn of(text: &str, entity: &str, directory: &Path) -> Result<Settings, String> {
        let written: Written = read_toml(text)
            .map_err(|fault| format!("{fault}; `longmen day-end --help` shows a whole one"))?;
        if written.entity != entity {
            return Err(format!(
                "it is the file of {}, and the day of {entity} is to be ended",
                written.entity
            ));
        }
        let accounts = |names: &[String], key: &str| {
            let read = |name: &String| name.parse().map_err(|why| format!("{key}: `{name}`: {why}"));
            names.iter().map(read).collect::<Result<Vec<AccountName>, String>>()
        };
        let named = written.statements.as_ref().map_or(&[][..], |statements| &statements.accounts);
        let out = written.vouchers.as_ref().and_then(|vouchers| vouchers.out.as_ref());
        let rates = written.revaluation.as_ref().map(|revaluation| &revaluation.rates);
        for (key, path) in [("vouchers.out", out), ("revaluation.rates", rates)] {
            if path.is_some_and(|path| !path.to_string_lossy().contains(DATE)) {
                return Err(format!(
                    "{key}: each date has a file of its own: let it have {DATE} in its path"
                ));
            }
        }
        let closed = written.vouchers.as_ref().and_then(|vouchers| vouchers.closed_through.as_deref());
        let date = |text| {
            Date::parse(text)
                .ok_or_else(|| format!("vouchers.closed_through: `{text}` is no date such as 2024-02-29"))
        };
        Ok(Settings {
            closed_through: closed.map(date).transpose()?,
            directory: directory.to_owned(),
            carry_forward: accounts(&written.carry_forward, "carry_forward")?,
            accounts: accounts(named, "statements.accounts")?,
            written,
        })
    }

    /// Products, and whose they are.
    pub(super) fn interest(&self) -> Option<PathBuf> {
        self.written.interest.as_ref().map(|path| self.directory.join(path))
    }

    /// Plans of credit bills, and whose they are.
    pub(super) fn bills(&self) -> Option<PathBuf> {
        self.written.bills.as_ref().map(|path| self.directory.join(path))
    }

    /// The accounting system's settings.
    pub(super) fn vouchers(&self) -> Option<PathBuf> {
        self.written.vouchers.as_ref().map(|vouchers| self.directory.join(&vouchers.settings))
    }

    /// What other currencies are worth on a date: a file of its own, or that of revaluation.
    pub(super) fn voucher_rates(&self, date: Date) -> Option<PathBuf> {
        let of_positions = self.written.revaluation.as_ref().map(|revaluation| &revaluation.rates);
        let path = self.written.vouchers.as_ref()?.rates.as_ref().or(of_positions)?;
        Some(self.of_date(path, date))
    }

    /// Where the vouchers of a date are written.
    pub(super) fn voucher_file(&self, date: Date) -> Option<PathBuf> {
        self.written.vouchers.as_ref()?.out.as_ref().map(|path| self.of_date(path, date))
    }

    /// Whether positions are revalued on any date.
    pub(super) fn revalues(&self) -> bool {
        self.written.revaluation.is_some()
    }

    /// Settings and rates, where positions are revalued on a date.
    pub(super) fn revaluation(&self, date: Date) -> Option<(PathBuf, PathBuf)> {
        let found = self.written.revaluation.as_ref()?;
        let is_due = match found.on {
            Rhythm::Daily => true,
            Rhythm::MonthEnd => date.following().is_none_or(|next| next.month() != date.month()),
        };
        is_due.then(|| (self.directory.join(&found.settings), self.of_date(&found.rates, date)))
    }

    /// Where statements of a date are written.
    pub(super) fn statements(&self, date: Date) -> Option<PathBuf> {
        let statements = self.written.statements.as_ref()?;
        Some(self.directory.join(&statements.directory).join(date.to_string()))
    }

    /// Files of channels.
    pub(super) fn channels(&self) -> impl Iterator<Item = PathBuf> {
        self.written.channels.iter().map(|path| self.directory.join(path))
    }

    fn of_date(&self, path: &Path, date: Date) -> PathBuf {
        self.directory.join(path.to_string_lossy().replace(DATE, &date.to_string()))
    }
}

/// Stands for the date in a path.
const DATE: &str = "{date}";

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
entity = "LM"
interest = "interest.toml"
carry_forward = ["LM/profit/CNY", "LM/profit/USD"]
channels = ["wechat.toml"]
vouchers = { settings = "u8.toml", out = "vouchers/{date}.txt" }
revaluation = { settings = "positions.toml", rates = "rates/{date}.toml", on = "month-end" }
statements = { directory = "statements", accounts = ["LM/1002/CNY"] }
"#;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn paths_are_seen_from_the_file_and_have_its_date() {
        let settings = Settings::of(WHOLE, "LM", Path::new("/finance")).unwrap();
        let (month_end, other) = (date("2024-02-29"), date("2024-02-28"));
        assert_eq!(settings.interest().unwrap(), Path::new("/finance/interest.toml"));
        assert_eq!(settings.voucher_file(other).unwrap(), Path::new("/finance/vouchers/2024-02-28.txt"));
        assert_eq!(settings.revaluation(other), None);
        let (_, rates) = settings.revaluation(month_end).unwrap();
        assert_eq!(rates, Path::new("/finance/rates/2024-02-29.toml"));
        assert_eq!(settings.statements(other).unwrap(), Path::new("/finance/statements/2024-02-28"));
        assert_eq!((settings.bills(), settings.carry_forward.len()), (None, 2));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, says) in [
            ("entity = \"XX\"", "file of XX"),
            ("entity = \"LM\"\nintrest = \"a\"", "intrest"),
            ("entity = \"LM\"\ncarry_forward = [\"profit\"]", "carry_forward"),
            ("entity = \"LM\"\nvouchers = { settings = \"a\", out = \"b.txt\" }", "vouchers.out"),
            (
                "entity = \"LM\"\nrevaluation = { settings = \"a\", rates = \"b-{date}\", on = \"now\" }",
                "now",
            ),
            ("", "entity"),
        ] {
            let why = Settings::of(text, "LM", Path::new(".")).unwrap_err();
            assert!(why.contains(says), "{text}: {why}");
        }
    }
}
