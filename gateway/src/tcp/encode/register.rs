//! Registers (登记簿) in MessagePack: who did what, when and why, and what it changed.

use longmen_engine::ledger::notes::Note;
use longmen_engine::ledger::{AccountView, Amount, Changed, Date, Position, TransactionId};
use longmen_engine::{ClosedDate, HoldLine, LedgerRegister, RegisterEntry, Registered, RegisteredCommand};

use super::account::write_account;
use super::history::write_notes;
use super::pack::Pack;
use super::{write_ok, write_text_id};
use crate::service::question::register::{AccountRegister, RegisterEnd};

/// One change: the attribute, what it was where there was anything, what it is.
type Change = (&'static str, Option<String>, String);
/// Attributes by name.
type Attributes = Vec<(&'static str, String)>;

struct Row<'a> {
    place: Position,
    time_us: i64,
    date: Option<Date>,
    client: u32,
    transaction: Option<TransactionId>,
    text_id: &'a str,
    action: &'a str,
    about: String,
    /// The text of the hold that moved.
    about_text: &'a str,
    changes: Vec<Change>,
    notes: &'a [(Note, String)],
}

/// A page of an account's register, newest first.
pub(super) fn write_account_register(out: &mut Vec<u8>, register: &AccountRegister) {
    let AccountRegister { account, page, before: older, range } = register;
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut before = older.as_ref().map(attributes).unwrap_or_default();
    for entry in page.entries.iter().rev() {
        let row = row_of(entry, &mut before);
        if is_within(entry, *range) {
            rows.push(row);
        }
    }
    rows.reverse();
    write_rows(out, Some(account), &rows, page.next);
}

/// A part of the ledger's register, oldest first.
pub(super) fn write_ledger_register(out: &mut Vec<u8>, register: &LedgerRegister) {
    let row = |command: &'_ RegisteredCommand| (at_frame(command.frame), command.about.to_string());
    let rows = register.commands.iter().map(|command| {
        let (place, about) = row(command);
        Row {
            place,
            time_us: command.time_us,
            date: None,
            client: command.client.0,
            transaction: None,
            text_id: "",
            action: &command.command,
            about,
            about_text: "",
            changes: command.closed.as_ref().map(of_close).unwrap_or_default(),
            notes: &command.notes,
        }
    });
    write_rows(out, None, &rows.collect::<Vec<_>>(), register.next.map(at_frame));
}

/// What a close of a date changed.
fn of_close(closed: &ClosedDate) -> Vec<Change> {
    let ClosedDate { date, next, forced } = closed;
    let forced = forced.then(|| ("forced", None, "true".to_owned()));
    [("date", Some(date.to_string()), next.to_string())].into_iter().chain(forced).collect()
}

fn at_frame(frame: u64) -> Position {
    Position { frame, slot: 0, section: 0 }
}

fn is_within(entry: &RegisterEntry, (from, to): (Option<RegisterEnd>, Option<RegisterEnd>)) -> bool {
    let from = match from {
        Some(RegisterEnd::Date(from)) => entry.date.is_some_and(|date| date >= from),
        Some(RegisterEnd::Frame(from)) => entry.position.frame >= from,
        None => true,
    };
    let to = match to {
        Some(RegisterEnd::Date(to)) => entry.date.is_none_or(|date| date <= to),
        Some(RegisterEnd::Frame(to)) => entry.position.frame <= to,
        None => true,
    };
    from && to
}

fn row_of<'a>(entry: &'a RegisterEntry, before: &mut Attributes) -> Row<'a> {
    let (mut about, mut about_text) = (String::new(), "");
    let (action, changes) = match &entry.what {
        Registered::Held(HoldLine { moved, amount, hold }) => {
            let was = hold.remaining - moved.signed(*amount);
            let change = ("remaining", Some(was.to_string()), hold.remaining.to_string());
            about = format!("{}/{:032x}", hold.key.client, hold.key.id.0);
            about_text = &hold.terms.text_id;
            (moved.name(), vec![change])
        }
        what => {
            let after = attributes(entry);
            let changes = differences(before, &after);
            *before = after;
            let opened = matches!(what, Registered::Opened { .. });
            (if opened { "opened" } else { "changed" }, changes)
        }
    };
    Row {
        place: entry.position,
        time_us: entry.time_us,
        date: entry.date,
        client: entry.client.0,
        transaction: entry.transaction,
        text_id: &entry.text_id,
        action,
        about,
        about_text,
        changes,
        notes: &entry.notes,
    }
}

fn differences(before: &Attributes, after: &Attributes) -> Vec<Change> {
    let was = |name: &str| before.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone());
    let changed = after.iter().filter(|(name, value)| was(name).as_ref() != Some(value));
    changed.map(|(name, value)| (*name, was(name), value.clone())).collect()
}

/// The attributes after an opening or a change; amounts in minor units.
fn attributes(entry: &RegisterEntry) -> Attributes {
    match &entry.what {
        Registered::Opened { owner, overdraft_limit, credit_limit, hot, .. } => {
            let mut found = of_new_account(*overdraft_limit, *credit_limit);
            found.push(("hot", hot.to_string()));
            found.push(("owner", owner.name().to_owned()));
            found
        }
        Registered::Changed(changed) => of_changed(changed),
        Registered::Held(_) => Vec::new(),
    }
}

fn of_new_account(overdraft: Amount, credit: Option<Amount>) -> Attributes {
    let states = [("account_state", "1".to_owned()), ("payment_state", "1".to_owned())];
    let limits = [("overdraft_limit", overdraft.0.to_string()), ("credit_limit", limit(credit))];
    let rest =
        [("withholding", "0".to_owned()), ("transaction_limit", limit(None)), ("day_limit", limit(None))];
    states.into_iter().chain(limits).chain(rest).collect()
}

fn of_changed(changed: &Changed<'_>) -> Attributes {
    vec![
        ("account_state", (changed.account_state as u8).to_string()),
        ("payment_state", (changed.payment_state as u8).to_string()),
        ("overdraft_limit", changed.overdraft_limit.0.to_string()),
        ("credit_limit", limit(changed.credit_limit)),
        ("withholding", changed.withholding.to_string()),
        ("transaction_limit", limit(changed.transaction_limit)),
        ("day_limit", limit(changed.day_limit)),
        ("hot", changed.hot.to_string()),
    ]
}

/// A limit; the largest number that there is limits nothing.
fn limit(limit: Option<Amount>) -> String {
    limit.filter(|limit| limit.0 != i64::MAX).map_or("none".to_owned(), |limit| limit.0.to_string())
}

fn write_rows(out: &mut Vec<u8>, account: Option<&AccountView>, rows: &[Row<'_>], next: Option<Position>) {
    let mut pack = write_ok(out);
    pack.map(3);
    match account {
        Some(account) => write_account(pack.name("account"), account),
        None => pack.name("account").nil(),
    }
    pack.name("rows").array(rows.len());
    for row in rows {
        write_row(&mut pack, row);
    }
    match next {
        Some(next) => pack.name("next").text(&next.to_string()),
        None => pack.name("next").nil(),
    }
}

fn write_row(pack: &mut Pack<'_>, row: &Row<'_>) {
    pack.map(11);
    pack.name("position").text(&row.place.to_string());
    pack.name("time_us").signed(row.time_us);
    match row.date {
        Some(date) => pack.name("date").text(&date.to_string()),
        None => pack.name("date").nil(),
    }
    pack.name("client").unsigned(row.client);
    match row.transaction {
        Some(id) => pack.name("transaction").text(&format!("{:032x}", id.0)),
        None => pack.name("transaction").nil(),
    }
    write_text_id(pack.name("text_id"), row.text_id);
    pack.name("action").text(row.action);
    pack.name("about").text(&row.about);
    write_text_id(pack.name("about_text_id"), row.about_text);
    pack.name("changes").array(row.changes.len());
    for (name, was, is) in &row.changes {
        pack.array(3);
        pack.text(name);
        match was {
            Some(was) => pack.text(was),
            None => pack.nil(),
        }
        pack.text(is);
    }
    write_notes(pack.name("notes"), row.notes);
}
