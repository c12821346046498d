//! Records and events as lines of the log.

use jiff::Timestamp;
use longmen_ledger::{AccountKey, AccountRef};

use crate::chain::Chain;
use crate::event::{Event, write_text};
use crate::record::{Operation, Record, Sighting};

/// One line names so many accounts at most; a question about more takes several.
const ACCOUNTS: usize = 64;
/// The same for runs of ids.
const RUNS: usize = 1_024;
/// No line is longer.
pub(crate) const MOST_BYTES: usize = 256 << 10;

/// Adds an event to the chain.
pub(crate) fn write_event(out: &mut Vec<u8>, chain: &mut Chain, time_us: i64, event: &Event) {
    chain.add(out, |out| {
        write_time(out, time_us);
        text_field(out, "event", event.name());
        match event {
            Event::Opened { file, ledger, after, why } => {
                number_field(out, "file", *file);
                text_field(out, "ledger", ledger);
                text_field(out, "after", after);
                text_field(out, "why", why);
            }
            Event::Torn { bytes } => number_field(out, "bytes", *bytes),
            Event::Broken { what } => text_field(out, "what", what),
            Event::Interrupted { why, since_us } => {
                text_field(out, "why", why);
                text_field(out, "since", &shown_time(*since_us));
            }
            Event::Uncounted { records } => number_field(out, "records", *records),
            Event::Started => text_field(out, "version", env!("CARGO_PKG_VERSION")),
            Event::Stopped => {}
        }
    });
}

/// Adds a record to the chain, in as many lines as it takes; every line says all but the accounts.
pub(crate) fn write_record(out: &mut Vec<u8>, chain: &mut Chain, record: &Record) {
    let accounts = record.subject.accounts.chunks(ACCOUNTS);
    let told = record.subject.told.chunks(RUNS);
    let parts = accounts.len().max(told.len()).max(1);
    let (mut accounts, mut told) = (accounts, told);
    for part in 1..=parts {
        chain.add(out, |out| {
            write_asker(out, record);
            write_accounts(out, accounts.next().unwrap_or_default());
            if part == parts && record.subject.also_refused > 0 {
                number_field(out, "also_refused", record.subject.also_refused);
            }
            write_told(out, told.next().unwrap_or_default());
            write_rest(out, record);
            if parts > 1 {
                text_field(out, "part", &format!("{part}/{parts}"));
            }
        });
    }
}

fn write_asker(out: &mut Vec<u8>, record: &Record) {
    let asker = &record.asker;
    write_time(out, record.time_us);
    optional_field(out, "principal", asker.principal.as_deref());
    optional_field(out, "on_behalf", asker.on_behalf.as_deref());
    text_field(out, "client", &asker.client);
    if let Some(from) = asker.from {
        text_field(out, "from", &from.to_canonical().to_string());
    }
    text_field(out, "operation", record.operation.name());
    if record.operation == Operation::Hello {
        optional_field(out, "token", asker.token.as_deref());
    }
}

fn write_accounts(out: &mut Vec<u8>, accounts: &[Sighting]) {
    if accounts.is_empty() {
        return;
    }
    name(out, "accounts");
    for (index, sighting) in accounts.iter().enumerate() {
        out.push(if index == 0 { b'[' } else { b',' });
        write_account(out, sighting);
    }
    out.push(b']');
}

fn write_account(out: &mut Vec<u8>, sighting: &Sighting) {
    let start = out.len();
    match (&sighting.found, &sighting.asked) {
        (Some((id, key)), _) => {
            number_field(out, "id", id.0);
            write_key(out, key);
        }
        (None, AccountRef::Id(id)) => number_field(out, "id", id.0),
        (None, AccountRef::Key(key)) => write_key(out, key),
    }
    optional_field(out, "refused", sighting.refused.map(|rejection| rejection.code()));
    // The comma before its first field.
    out[start] = b'{';
    out.push(b'}');
}

fn write_key(out: &mut Vec<u8>, key: &AccountKey) {
    text_field(out, "entity", &key.entity);
    text_field(out, "number", &key.number);
    optional_field(out, "type", Some(&*key.kind).filter(|kind| !kind.is_empty()));
    text_field(out, "currency", key.currency.code());
}

fn write_told(out: &mut Vec<u8>, told: &[(u64, u64)]) {
    if !told.is_empty() {
        let run = |(first, last): &(u64, u64)| match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        };
        text_field(out, "told", &told.iter().map(run).collect::<Vec<_>>().join(","));
    }
}

fn write_rest(out: &mut Vec<u8>, record: &Record) {
    if !record.subject.terms.is_empty() {
        name(out, "terms");
        let start = out.len();
        for (name, term) in &record.subject.terms {
            text_field(out, name, term);
        }
        out[start] = b'{';
        out.push(b'}');
    }
    number_field(out, "rows", record.rows);
    text_field(out, "outcome", record.outcome.name());
    optional_field(out, "reason", record.reason.as_deref());
}

fn write_time(out: &mut Vec<u8>, time_us: i64) {
    text_field(out, "time", &shown_time(time_us));
}

/// A time in UTC, to the microsecond.
pub(crate) fn shown_time(time_us: i64) -> String {
    Timestamp::from_microsecond(time_us).map_or_else(|_| time_us.to_string(), |time| format!("{time:.6}"))
}

fn optional_field(out: &mut Vec<u8>, field: &str, text: Option<&str>) {
    if let Some(text) = text {
        text_field(out, field, text);
    }
}

fn text_field(out: &mut Vec<u8>, field: &str, text: &str) {
    name(out, field);
    write_text(out, text);
}

fn number_field(out: &mut Vec<u8>, field: &str, number: u64) {
    name(out, field);
    out.extend_from_slice(number.to_string().as_bytes());
}

fn name(out: &mut Vec<u8>, field: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(field.as_bytes());
    out.extend_from_slice(b"\":");
}
