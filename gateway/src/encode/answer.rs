//! The engine's answers in MessagePack.

use longmen_engine::Window;
use longmen_engine::ledger::{
    AccountView, Amount, Answer, Chart, LegBalance, Opened, PostResult, Posted, Rejection, Status,
    SubjectOpening, TrialBalance, TrialLine, show_time,
};
use longmen_engine::{Damaged, Finding, ScrubReport};

use super::ledger::write_summaries;
use super::pack::Pack;
use super::{write_done, write_ok, write_refusal};
use crate::decode::Fault;
use crate::limits::Limits;

/// What the gateway adds to the engine's status.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct GatewayStatus<'a> {
    /// The machine's clock, microseconds since 1970.
    pub(crate) machine_us: i64,
    pub(crate) connections: u32,
    pub(crate) in_flight_transactions: u64,
    pub(crate) in_flight_bytes: u64,
    /// Of the node's files, for an answer that tells of them.
    pub(crate) disk: Option<&'a DiskStatus>,
}

/// What is known of the node's files.
#[derive(Clone, Debug, Default)]
pub(crate) struct DiskStatus {
    pub(crate) damaged: Damaged,
    pub(crate) scrub: ScrubReport,
}

/// Writes an answer that is the same for whatever was asked; `posted` is the outcome of what went well among
/// results, `faults` what was malformed in which transaction.
pub(crate) fn write_answer(
    out: &mut Vec<u8>,
    answer: &Answer,
    posted: &str,
    faults: &[(u32, Fault)],
    status: GatewayStatus<'_>,
) {
    match answer {
        Answer::Rejected(rejection) => write_refusal(out, rejection.code(), None),
        Answer::Done => write_done(out),
        Answer::NotCarried(currency) => {
            let message =
                format!("income or expense in {currency} has a balance, and no account was named to take it");
            write_refusal(out, Rejection::CurrencyMismatch.code(), Some(&message));
        }
        Answer::Welcome { .. } | Answer::Located(_) | Answer::Holds(_) | Answer::Closings { .. } => {
            unreachable!("the session takes these in itself, or never asks for them")
        }
        Answer::Opened(results) => write_opened(out, results),
        Answer::Posted(answer) => write_posted(out, answer, posted, faults),
        Answer::Accounts(accounts) => write_accounts(out, accounts),
        Answer::TrialBalance(trial) => write_trial_balance(out, trial),
        Answer::Chart(chart) => write_chart(out, chart),
        Answer::Status(engine) => write_status(out, engine, status),
    }
}

/// The answer to a hello that was accepted.
pub(crate) fn write_welcome(out: &mut Vec<u8>, client: u32, limits: &Limits, window: Window) {
    let mut pack = write_ok(out);
    pack.map(8);
    pack.name("client").unsigned(client);
    pack.name("version").text(env!("CARGO_PKG_VERSION"));
    pack.name("max_request").unsigned(limits.request_bytes);
    pack.name("max_batch").unsigned(u32::try_from(longmen_client::MAX_BATCH).expect("8,192"));
    pack.name("in_flight_transactions").unsigned(limits.session.transactions);
    pack.name("in_flight_bytes").unsigned(limits.session.bytes);
    pack.name("window_back").unsigned(window.back);
    pack.name("window_ahead").unsigned(window.ahead);
}

fn write_opened(out: &mut Vec<u8>, results: &[Result<Opened, Rejection>]) {
    let mut pack = write_ok(out);
    pack.map(1);
    pack.name("results").array(results.len());
    for result in results {
        write_each(&mut pack, result, |pack, opened| {
            pack.map(2);
            pack.name("id").unsigned(opened.id);
            pack.name("existed").flag(opened.existed);
        });
    }
}

fn write_posted(out: &mut Vec<u8>, posted: &Posted, good: &str, faults: &[(u32, Fault)]) {
    let mut pack = write_ok(out);
    pack.map(2);
    pack.name("results").array(posted.results.len());
    let mut faults = faults.iter().peekable();
    for (index, result) in posted.results.iter().enumerate() {
        let fault = faults.next_if(|(at, _)| usize::try_from(*at) == Ok(index));
        // What a retry did before stands, whatever is wrong with the request that it came in.
        let message = match fault {
            Some((_, fault)) if !result.repeated => Some(fault.to_string()),
            _ => result.rejection.and_then(|rejection| explain(rejection, posted.clock_us)),
        };
        write_result(&mut pack, result, good, message.as_deref());
    }
    pack.name("balances").array(posted.balances.len());
    for balance in &posted.balances {
        write_leg_balance(&mut pack, balance);
    }
}

/// What a code does not say of itself: whose clock is asked to be right.
#[cold]
fn explain(rejection: Rejection, clock_us: i64) -> Option<String> {
    let what = match rejection {
        Rejection::TooOld => "its time is before the window of known ids",
        Rejection::TooNew => "its time is in the future",
        Rejection::TimeRequired => {
            "it has no time, and whether its id is new cannot be told: give the time at which it was sent first"
        }
        _ => return None,
    };
    Some(format!("{what}; the node's clock shows {} ({})", show_time(clock_us), clock_us / 1_000_000))
}

fn write_result(pack: &mut Pack<'_>, result: &PostResult, good: &str, message: Option<&str>) {
    pack.map(5 + u32::from(message.is_some()));
    pack.name("outcome").text(result.rejection.map_or(good, |rejection| rejection.code()));
    pack.name("step").unsigned(result.step);
    pack.name("repeated").flag(result.repeated);
    pack.name("frame").unsigned(result.frame);
    pack.name("ordinal").unsigned(result.ordinal);
    if let Some(message) = message {
        pack.name("message").text(message);
    }
}

fn write_leg_balance(pack: &mut Pack<'_>, balance: &LegBalance) {
    pack.array(4);
    pack.unsigned(balance.transaction);
    pack.unsigned(balance.step);
    pack.unsigned(balance.account.0);
    pack.wide(balance.balance);
}

fn write_accounts(out: &mut Vec<u8>, accounts: &[Result<AccountView, Rejection>]) {
    let mut pack = write_ok(out);
    pack.map(1);
    pack.name("accounts").array(accounts.len());
    for account in accounts {
        write_each(&mut pack, account, write_account);
    }
}

/// One of several results: a status and a payload of its own.
fn write_each<T>(
    pack: &mut Pack<'_>,
    result: &Result<T, Rejection>,
    payload: impl FnOnce(&mut Pack<'_>, &T),
) {
    match result {
        Ok(good) => payload(&mut write_ok(pack.0), good),
        Err(rejection) => write_refusal(pack.0, rejection.code(), None),
    }
}

pub(super) fn write_account(pack: &mut Pack<'_>, view: &AccountView) {
    let currency = view.key.currency;
    pack.map(26);
    pack.name("id").unsigned(view.id.0);
    pack.name("entity").text(&view.key.entity);
    pack.name("number").text(&view.key.number);
    pack.name("type").text(&view.key.kind);
    pack.name("currency").text(currency.code());
    pack.name("exponent").unsigned(currency.exponent());
    pack.name("subject").text(&view.subject);
    pack.name("normal").text(view.normal.name());
    pack.name("owner").text(view.owner.name());
    pack.name("balance").wide(view.balance);
    pack.name("frozen").wide(view.frozen);
    pack.name("available").wide(view.available);
    pack.name("may_go_negative").flag(view.may_go_negative);
    pack.name("overdraft_limit").signed(view.overdraft_limit.0);
    write_limit(pack.name("credit_limit"), view.credit_limit);
    pack.name("withholding").signed(view.withholding.0);
    write_limit(pack.name("transaction_limit"), view.transaction_limit);
    write_limit(pack.name("day_limit"), view.day_limit);
    pack.name("account_state").unsigned(view.account_state as u8);
    pack.name("payment_state").unsigned(view.payment_state as u8);
    pack.name("date").text(&view.date.to_string());
    pack.name("opening").wide(view.opening);
    pack.name("debit_turnover").wide(view.debit_turnover);
    pack.name("credit_turnover").wide(view.credit_turnover);
    pack.name("hot").flag(view.hot);
    pack.name("last").text(&view.last.to_string());
}

fn write_limit(pack: &mut Pack<'_>, limit: Option<Amount>) {
    match limit {
        Some(limit) => pack.signed(limit.0),
        None => pack.nil(),
    }
}

fn write_trial_balance(out: &mut Vec<u8>, trial: &TrialBalance) {
    let mut pack = write_ok(out);
    pack.map(3);
    pack.name("frame").unsigned(trial.frame);
    pack.name("lines").array(trial.lines.len());
    for line in &trial.lines {
        write_trial_line(&mut pack, line);
    }
    pack.name("summaries");
    write_summaries(&mut pack, &trial.summaries);
}

fn write_trial_line(pack: &mut Pack<'_>, line: &TrialLine) {
    pack.map(14);
    pack.name("entity").text(&line.entity);
    pack.name("date").text(&line.date.to_string());
    pack.name("subject").text(&line.subject);
    pack.name("name").text(&line.name);
    pack.name("class").text(line.class.name());
    pack.name("normal").text(line.normal.name());
    pack.name("currency").text(line.currency.code());
    pack.name("exponent").unsigned(line.currency.exponent());
    pack.name("opening").wide(line.opening);
    pack.name("debit").wide(line.debit);
    pack.name("credit").wide(line.credit);
    pack.name("closing").wide(line.closing);
    pack.name("accounts_total").wide(line.accounts_total);
    pack.name("accounts").unsigned(line.accounts);
}

fn write_chart(out: &mut Vec<u8>, chart: &Chart) {
    let mut pack = write_ok(out);
    pack.map(4);
    pack.name("start").text(&chart.start.to_string());
    pack.name("year_starts").unsigned(chart.year_starts.month());
    pack.name("subjects").array(chart.subjects.len());
    for subject in &chart.subjects {
        write_subject(&mut pack, subject);
    }
    pack.name("mappings").array(chart.mappings.len());
    for mapping in &chart.mappings {
        pack.map(3);
        pack.name("type").text(&mapping.kind);
        pack.name("from").text(&mapping.from.to_string());
        pack.name("subject").text(&mapping.subject);
    }
}

fn write_subject(pack: &mut Pack<'_>, subject: &SubjectOpening) {
    pack.map(10);
    pack.name("code").text(&subject.code);
    pack.name("name").text(&subject.name);
    pack.name("class").text(subject.class.name());
    pack.name("normal").text(subject.normal.name());
    pack.name("leaf").flag(subject.leaf);
    for (name, date) in [("valid_from", subject.valid_from), ("valid_to", subject.valid_to)] {
        match date {
            Some(date) => pack.name(name).text(&date.to_string()),
            None => pack.name(name).nil(),
        }
    }
    pack.name("tenor").text(&subject.tenor);
    pack.name("party").text(&subject.party);
    pack.name("purpose").text(&subject.purpose);
}

fn write_status(out: &mut Vec<u8>, engine: &Status, gateway: GatewayStatus<'_>) {
    let mut pack = write_ok(out);
    pack.map(23);
    pack.name("version").text(env!("CARGO_PKG_VERSION"));
    pack.name("durable").unsigned(engine.durable);
    pack.name("open").unsigned(engine.open);
    pack.name("shards").unsigned(engine.shards);
    pack.name("accounts").unsigned(engine.accounts);
    pack.name("decided").unsigned(engine.decided);
    pack.name("refused").unsigned(engine.refused);
    pack.name("rounds").unsigned(engine.rounds);
    pack.name("deferred").unsigned(engine.deferred);
    pack.name("spanning").unsigned(engine.spanning);
    pack.name("known_ids").unsigned(engine.known_ids);
    pack.name("time_us").signed(engine.time_us);
    pack.name("clock_us").signed(engine.clock_us);
    pack.name("machine_us").signed(gateway.machine_us);
    pack.name("hot").array(engine.hot.len());
    for (account, legs) in &engine.hot {
        pack.array(2);
        pack.unsigned(account.0);
        pack.unsigned(*legs);
    }
    pack.name("entities").array(engine.entities.len());
    for (code, date) in &engine.entities {
        pack.array(2);
        pack.text(code);
        pack.text(&date.to_string());
    }
    pack.name("connections").unsigned(gateway.connections);
    pack.name("in_flight_transactions").unsigned(gateway.in_flight_transactions);
    pack.name("in_flight_bytes").unsigned(gateway.in_flight_bytes);
    write_disk(&mut pack, gateway.disk.unwrap_or(&DiskStatus::default()));
}

/// What is known of the files.
fn write_disk(pack: &mut Pack<'_>, disk: &DiskStatus) {
    let DiskStatus { damaged, scrub } = disk;
    pack.name("damaged").array(damaged.places.len());
    for Finding { file, offset, frame, fault } in &damaged.places {
        pack.map(4);
        pack.name("file").text(file);
        for (name, number) in [("offset", *offset), ("frame", frame.map(|frame| frame.0))] {
            match number {
                Some(number) => pack.name(name).unsigned(number),
                None => pack.name(name).nil(),
            }
        }
        pack.name("what").text(&fault.to_string());
    }
    pack.name("damaged_more").unsigned(damaged.beyond);
    pack.name("damage_met").unsigned(damaged.times);
    pack.name("scrub").map(6);
    pack.name("rate").unsigned(scrub.bytes_per_second);
    pack.name("passes").unsigned(scrub.passes);
    match scrub.last_pass_us {
        Some(time) => pack.name("last_pass_us").signed(time),
        None => pack.name("last_pass_us").nil(),
    }
    pack.name("file").text(&scrub.file);
    pack.name("offset").unsigned(scrub.offset);
    pack.name("frame").unsigned(scrub.frame);
}
