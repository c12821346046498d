//! Days to make vouchers of.

use std::collections::BTreeMap;

use longmen_ledger::{Amount, Currency, Date, Side};
use longmen_vouchers::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

pub(crate) const D: Side = Side::Debit;
pub(crate) const C: Side = Side::Credit;

pub(crate) fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

pub(crate) fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// A leg in fen of yuan, in the books that its first letter says: M memo, 9 off-balance, else the general ledger.
pub(crate) fn leg(transaction: &str, kind: &str, subject: &str, side: Side, amount: i64) -> Entry {
    let books = match subject.as_bytes()[0] {
        b'M' => Books::Memo,
        b'9' => Books::OffBalance,
        _ => Books::General,
    };
    Entry {
        subject: subject.into(),
        books,
        aux: Aux::new(),
        side,
        currency: currency("CNY"),
        amount: Amount(amount),
        kind: kind.into(),
        source: Source::Transaction(transaction.into()),
        summary: "银联充值".into(),
    }
}

pub(crate) fn in_currency(code: &str, entry: Entry) -> Entry {
    Entry { currency: currency(code), ..entry }
}

pub(crate) fn day(entries: Vec<Entry>) -> Day {
    Day { entity: "LM".into(), date: date("2024-06-18"), entries }
}

/// The top-up of the worked day: 100.00 with a fee of 0.20.
pub(crate) fn topup(transaction: &str) -> Vec<Entry> {
    let leg = |subject, side, amount| leg(transaction, "topup", subject, side, amount);
    vec![
        leg("30010404", D, 10_000),
        leg("642107", D, 20),
        leg("2011010201", C, 10_000),
        leg("22410605", C, 20),
    ]
}

/// Settings with what a case says of its own; tables go last, so that lines before them stand at the top.
pub(crate) fn settings(format: &str, top: &str, tables: &str) -> Settings {
    let subjects = if tables.contains("[subjects]") { "" } else { "[subjects]\n\"*\" = \"=\"\n" };
    let text = format!(
        "format = \"{format}\"\n{}{}local_currency = \"CNY\"\n{top}\n{tables}\n{subjects}",
        if top.contains("mode =") { "" } else { "mode = \"day\"\n" },
        if top.contains("line_limit =") { "" } else { "line_limit = 500\n" },
    );
    Settings::read(&text).unwrap_or_else(|error| panic!("{text}\n{error:?}"))
}

/// A day's vouchers, drawn from 1.
pub(crate) fn vouchers_of(day: &Day, settings: &Settings, conditions: &Conditions) -> Vec<Voucher> {
    let made = drafts(day, &settings.plan, conditions).unwrap_or_else(|refusal| panic!("{refusal}"));
    Numbers::default().draw(made).unwrap().1
}

pub(crate) fn written(settings: &Settings, vouchers: &[Voucher]) -> Vec<u8> {
    let mut bytes = Vec::new();
    settings.target.write(vouchers, &mut bytes).unwrap_or_else(|error| panic!("{error}"));
    bytes
}

/// A line for people: `D 30010404 CNY 100.00`, red with `red`, clearing with `clearing`.
pub(crate) fn show(line: &Line) -> String {
    let side = if line.side == D { "D" } else { "C" };
    let amount = line.currency.print(line.amount.0.into());
    let clearing = if line.origin == Origin::Clearing { " clearing" } else { "" };
    format!("{side} {} {} {amount}{clearing}", line.subject, line.currency)
}

/// Vouchers for people, a line for each: `记1 black: D 1 CNY 1.00; C 2 CNY 1.00`.
pub(crate) fn show_all(vouchers: &[Voucher]) -> Vec<String> {
    let one = |voucher: &Voucher| {
        let Draft { word, tone, lines, .. } = &voucher.content;
        let lines: Vec<String> = lines.iter().map(show).collect();
        format!("{word}{} {tone:?}: {}", voucher.number, lines.join("; "))
    };
    vouchers.iter().map(one).collect()
}

/// A random day, and its turnovers as they were when each leg was thrown: what the general ledger would have.
pub(crate) struct RandomDay {
    pub(crate) day: Day,
    pub(crate) conditions: Conditions,
    pub(crate) turnovers: Vec<Turnover>,
}

/// Amounts in three currencies; of six types, of which one is booked with memo legs, some red, some mixed, some off-balance.
pub(crate) fn random_day(seed: u64) -> RandomDay {
    let mut random = StdRng::seed_from_u64(seed);
    let mut entries = Vec::new();
    for number in 0..random.random_range(0..40) {
        transaction(&mut random, number, &mut entries);
    }
    let mut turnovers: BTreeMap<(Box<str>, Currency), (i128, i128)> = BTreeMap::new();
    for entry in &entries {
        let sums = turnovers.entry((entry.subject.clone(), entry.currency)).or_default();
        match entry.side {
            Side::Debit => sums.0 += i128::from(entry.amount.0),
            Side::Credit => sums.1 += i128::from(entry.amount.0),
        }
    }
    let turnover = |((subject, currency), (debit, credit))| Turnover { subject, currency, debit, credit };
    let rates = [("USD", "7.1234567"), ("JPY", "0.0453")];
    let rates = rates.map(|(code, rate)| (currency(code), rate.parse().unwrap()));
    RandomDay {
        day: day(entries),
        conditions: Conditions { rates: rates.into(), closed_through: None },
        turnovers: turnovers.into_iter().map(turnover).collect(),
    }
}

fn transaction(random: &mut StdRng, number: u32, entries: &mut Vec<Entry>) {
    let id = format!("t{number}");
    let kind = ["topup", "pay", "transfer", "memo_topup", "refund", "split"][random.random_range(0..6)];
    let code = ["CNY", "CNY", "CNY", "USD", "JPY"][random.random_range(0..5)];
    let sign = if random.random_bool(0.2) { -1 } else { 1 };
    let mut left = random.random_range(1..2_000_000_i64);
    let customer = |random: &mut StdRng| format!("20110102{:02}", random.random_range(1..4));
    let first = match kind {
        "memo_topup" => "M01".to_owned(),
        "topup" => "10020101".to_owned(),
        _ => customer(random),
    };
    let mut add = |entry: Entry| entries.push(in_currency(code, entry));
    add(leg(&id, kind, &first, D, sign * left));
    while left > 0 {
        let part = if random.random_bool(0.5) { left } else { random.random_range(1..=left) };
        let mut entry = leg(&id, kind, &customer(random), C, sign * part);
        entry.aux.insert("customer".into(), format!("K{}", random.random_range(1..4)).into());
        add(entry);
        left -= part;
    }
    if random.random_bool(0.1) {
        // A fee that is given back: red beside black.
        add(leg(&id, kind, "60210101", C, -sign * 7));
        add(leg(&id, kind, "2011010201", D, -sign * 7));
    }
    if random.random_bool(0.1) {
        add(leg(&id, kind, "90010101", if sign > 0 { D } else { C }, 500));
    }
    if random.random_bool(0.05) {
        add(leg(&id, kind, "60210101", C, 0));
    }
}
