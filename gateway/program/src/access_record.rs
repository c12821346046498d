//! Lines of the access log, as people ask for them and read them.

use std::collections::BTreeSet;

use longmen_client::{AccountKey, AccountRef};
use serde_json::Value;

use crate::account_name::{AccountName, key_text};
use crate::argument::quoted;

/// A line of the access log.
#[derive(Debug)]
pub(crate) struct AccessRecord(Value);

/// Which lines are wanted; whatever is absent does not matter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Who asked, or for whom.
    pub(crate) principal: Option<String>,
    pub(crate) client: Option<String>,
    /// Any of these accounts.
    pub(crate) accounts: Vec<AccountName>,
    pub(crate) operation: Option<String>,
    pub(crate) outcome: Option<String>,
    /// The first and the last moment, as lines have it: texts that sort as the times do.
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
}

impl AccessRecord {
    /// Reads a line; `None` where it is none.
    pub(crate) fn read(line: &[u8]) -> Option<AccessRecord> {
        let value: Value = serde_json::from_slice(line).ok()?;
        value.get("seq")?.as_u64()?;
        Some(AccessRecord(value))
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    fn number(&self, name: &str) -> u64 {
        self.0.get(name).and_then(Value::as_u64).unwrap_or_default()
    }

    fn accounts(&self) -> impl Iterator<Item = &Value> {
        self.0.get("accounts").and_then(Value::as_array).into_iter().flatten()
    }

    /// Runs of ids of accounts that it tells of without their names.
    fn told(&self) -> impl Iterator<Item = (u64, u64)> {
        let runs = self.text("told").into_iter().flat_map(|runs| runs.split(','));
        runs.filter_map(|run| match run.split_once('-') {
            Some((first, last)) => Some((first.parse().ok()?, last.parse().ok()?)),
            None => run.parse().ok().map(|one| (one, one)),
        })
    }

    /// It in one line, for people.
    pub(crate) fn describe(&self) -> String {
        let head = format!("{}  #{}", self.text("time").unwrap_or_default(), self.number("seq"));
        let what = match self.text("event") {
            Some(event) => self.describe_event(event),
            None => self.describe_question(),
        };
        format!("{head}  {what}")
    }

    fn describe_question(&self) -> String {
        let client = self.text("client").unwrap_or_default();
        let mut who = quoted(self.text("principal").unwrap_or(client));
        if let Some(other) = self.text("on_behalf") {
            who += &format!(" for {}", quoted(other));
        }
        if self.text("principal").is_some_and(|principal| principal != client) {
            who += &format!(" as client {}", quoted(client));
        }
        if let Some(from) = self.text("from") {
            who += &format!(" from {from}");
        }
        let mut parts = vec![who, self.text("operation").unwrap_or_default().to_owned()];
        let accounts: Vec<String> = self.accounts().map(name_of).collect();
        parts.extend((!accounts.is_empty()).then(|| accounts.join(", ")));
        let more = Some(self.number("also_refused")).filter(|more| *more > 0);
        parts.extend(more.map(|more| format!("and {more} more, refused")));
        let terms = self.0.get("terms").and_then(Value::as_object).into_iter().flatten();
        let terms: Vec<String> = terms
            .map(|(name, term)| format!("{name} {}", quoted(term.as_str().unwrap_or_default())))
            .collect();
        parts.extend((!terms.is_empty()).then(|| terms.join(", ")));
        parts.extend(self.text("told").map(|told| format!("accounts @{told}")));
        parts.extend(self.text("part").map(|part| format!("part {part}")));
        match self.text("outcome").unwrap_or_default() {
            "ok" if self.text("operation") == Some("hello") => parts.push("let in".to_owned()),
            "ok" => parts.push(format!("{} rows", self.number("rows"))),
            refused => parts.push(refused.to_owned()),
        }
        parts.extend(self.text("reason").map(|reason| format!("because: {reason}")));
        parts.join("  ")
    }

    fn describe_event(&self, event: &str) -> String {
        let text = |name| self.text(name).unwrap_or_default();
        match event {
            "opened" => format!("-- file {} begins ({})", self.number("file"), text("why")),
            "started" => format!("-- a node begins to write, version {}", text("version")),
            "stopped" => "-- the node ended, and wrote all that it had".to_owned(),
            "torn" => {
                format!(
                    "-- the node had ended amid a record: {} bytes of it were cut off",
                    self.number("bytes")
                )
            }
            "broken" => format!("-- what was there before does not hold: {}", text("what")),
            "interrupted" => {
                format!(
                    "-- it could not be written since {}, and questions were refused: {}",
                    text("since"),
                    text("why")
                )
            }
            "uncounted" => {
                let count = self.number("records");
                format!(
                    "-- {count} further hellos, or questions how the node is, left no record of their own"
                )
            }
            other => format!("-- {other}"),
        }
    }
}

fn key_of(account: &Value) -> Option<AccountKey> {
    let text = |name: &str| account.get(name).and_then(Value::as_str);
    Some(AccountKey::new(
        text("entity")?,
        text("number")?,
        text("type").unwrap_or_default(),
        text("currency")?,
    ))
}

fn id_of(account: &Value) -> Option<u64> {
    account.get("id")?.as_u64()
}

fn name_of(account: &Value) -> String {
    let key =
        key_of(account).map(|key| quoted(&key_text(&key.entity, &key.number, &key.kind, &key.currency)));
    let id = id_of(account).map(|id| format!("@{id}"));
    let refused = account.get("refused").and_then(Value::as_str).map(|code| format!("({code})"));
    let parts: Vec<String> = [key, id, refused].into_iter().flatten().collect();
    parts.join(" ")
}

impl Wanted {
    /// Whether what a line says of accounts may name one of those wanted in another way than they are given.
    pub(crate) fn has_accounts(&self) -> bool {
        !self.accounts.is_empty()
    }

    /// Notes what else the accounts are called that are wanted, where a line says that.
    pub(crate) fn learn(&mut self, record: &AccessRecord) {
        for account in record.accounts() {
            let (Some(key), Some(id)) = (key_of(account), id_of(account)) else { continue };
            let names = [AccountName(AccountRef::Key(key)), AccountName(AccountRef::Id(id))];
            if names.iter().any(|name| self.accounts.contains(name)) {
                self.accounts.extend(names);
                self.accounts.dedup();
            }
        }
        if self.accounts.len() > 1_024 {
            let mut seen = BTreeSet::new();
            self.accounts.retain(|name| seen.insert(name.to_string()));
        }
    }

    /// Whether a line is wanted.
    pub(crate) fn has(&self, record: &AccessRecord) -> bool {
        let time = record.text("time").unwrap_or_default();
        let in_time = self.from.as_deref().is_none_or(|from| time >= from)
            && self.to.as_deref().is_none_or(|to| time <= to);
        let is = |wanted: &Option<String>, name: &str| {
            wanted.as_deref().is_none_or(|wanted| record.text(name) == Some(wanted))
        };
        let is_who = is(&self.principal, "principal") || is(&self.principal, "on_behalf");
        in_time
            && is_who
            && is(&self.client, "client")
            && is(&self.operation, "operation")
            && (is(&self.outcome, "outcome") || refuses_one(record, self.outcome.as_deref()))
            && (self.accounts.is_empty() || self.accounts.iter().any(|name| tells_of(record, &name.0)))
    }
}

/// Whether it tells of one account that it was refused by this code.
fn refuses_one(record: &AccessRecord, code: Option<&str>) -> bool {
    record.accounts().any(|account| account.get("refused").and_then(Value::as_str) == code)
}

fn tells_of(record: &AccessRecord, wanted: &AccountRef) -> bool {
    match wanted {
        AccountRef::Id(id) => {
            record.accounts().any(|account| id_of(account) == Some(*id))
                || record.told().any(|(first, last)| (first..=last).contains(id))
        }
        AccountRef::Key(key) => record.accounts().any(|account| key_of(account).as_ref() == Some(key)),
    }
}
