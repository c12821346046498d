//! Proposals in MessagePack: what is proposed, field by field, as people read it before they approve.

use std::fmt::Write;

use longmen_engine::ledger::notes::{self, TextIds};
use longmen_engine::ledger::{
    AccountId, Action, Amount, AttributeChange, Batch, Content, Currency, HoldTerms, Leg, Party, Proposal,
    Refund, Registered, TransactionId, TransactionKey, show_time,
};

use super::accounts::{KNOWN_ACCOUNT_FIELDS, write_known_account};
use super::pack::Pack;
use super::{write_done, write_id, write_ok};
use crate::service::question::KnownAccounts;
use crate::service::question::proposals::ProposalsPage;
use crate::service::question::propose::Executed;

/// What a content says beside its legs, each with its name.
type Fields = Vec<(&'static str, String)>;

/// What came of a proposal. The results of a transaction are written where those of posts are.
pub(super) fn write_executed(out: &mut Vec<u8>, executed: &Executed) {
    match executed {
        Executed::Done => write_done(out),
        Executed::Proposed(registered, accounts) => {
            let mut pack = write_ok(out);
            write_proposal(&mut pack, registered, accounts);
        }
        Executed::Posted(_) | Executed::NotCarried(_) => unreachable!("they are written with other answers"),
    }
}

/// That a command was done which was approved: it has no results.
pub(super) fn write_approved(out: &mut Vec<u8>) {
    let mut pack = write_ok(out);
    pack.map(1);
    pack.name("results").array(0);
}

/// A page of proposals.
pub(super) fn write_proposals(out: &mut Vec<u8>, page: &ProposalsPage) {
    let mut pack = write_ok(out);
    pack.map(2);
    pack.name("proposals").array(page.proposals.len());
    page.proposals.iter().for_each(|registered| write_proposal(&mut pack, registered, &page.accounts));
    match page.next {
        Some(next) => pack.name("next").unsigned(next),
        None => pack.name("next").nil(),
    }
}

fn write_proposal(pack: &mut Pack<'_>, registered: &Registered, accounts: &KnownAccounts) {
    let Registered { proposal, decision } = registered;
    let Proposal { number, key, maker, at_once, expires_us, frame, accounts: about, content, notes } =
        proposal;
    let digest = hex(&proposal.digest());
    let content = Content::read(content);
    pack.map(16);
    pack.name("proposal").unsigned(*number);
    pack.name("client").unsigned(key.client.0);
    write_id(pack, "id", key.id, TextIds::read(notes).own);
    pack.name("maker").text(maker);
    pack.name("at_once").flag(*at_once);
    match expires_us {
        Some(moment) => pack.name("expires_us").signed(*moment),
        None => pack.name("expires_us").nil(),
    }
    pack.name("frame").unsigned(*frame);
    pack.name("digest").text(&digest);
    pack.name("state").text(state_of(registered));
    let by = decision.as_ref().map_or("", |decision| &decision.by);
    pack.name("decided_by").text(by);
    match decision {
        Some(decision) => pack.name("decided_in").unsigned(decision.frame),
        None => pack.name("decided_in").nil(),
    }
    write_fields(pack.name("decision"), &fields_of_notes(decision.as_ref().map_or(&[], |one| &one.notes)));
    write_fields(
        pack.name("content"),
        &content.as_ref().map(|content| fields_of(content, accounts)).unwrap_or_default(),
    );
    pack.name("legs");
    write_legs(pack, content.as_ref(), accounts);
    pack.name("accounts").array(about.len());
    for account in about {
        pack.map(KNOWN_ACCOUNT_FIELDS);
        write_known_account(pack, accounts, *account);
    }
}

fn state_of(registered: &Registered) -> &'static str {
    match &registered.decision {
        Some(decision) => decision.kind.name(),
        None if registered.proposal.at_once => "unreviewed",
        None => "open",
    }
}

fn write_fields(pack: &mut Pack<'_>, fields: &Fields) {
    pack.array(fields.len());
    for (name, value) in fields {
        pack.array(2);
        pack.text(name);
        pack.text(value);
    }
}

fn write_legs(pack: &mut Pack<'_>, content: Option<&Content>, accounts: &KnownAccounts) {
    let legs: &[Leg] = match content {
        Some(Content::Transaction(batch)) => &batch.legs,
        _ => &[],
    };
    pack.array(legs.len());
    for leg in legs {
        pack.map(KNOWN_ACCOUNT_FIELDS + 3);
        write_known_account(pack, accounts, leg.account);
        pack.name("step").unsigned(leg.step);
        pack.name("side").text(leg.side.name());
        pack.name("amount").signed(leg.amount.0);
    }
}

/// What a content says, in the order in which people ask: what it does, to what, how much, why.
fn fields_of(content: &Content, accounts: &KnownAccounts) -> Fields {
    match content {
        Content::Transaction(batch) => of_transaction(batch, accounts),
        Content::Change { account, change, expected, notes } => {
            let currency = accounts.key(*account).map(|key| key.currency);
            let mut fields = of_change(*change, currency);
            fields.insert(1, ("account", name_of(*account, accounts)));
            fields.extend(expected.map(|at| ("expected", at.to_string())));
            fields.extend(fields_of_notes(notes));
            fields
        }
        Content::CloseDay { entity, next, carry_forward, forced, notes } => {
            let mut fields: Fields = vec![
                ("operation", "close_day".into()),
                ("entity", entity.to_string()),
                ("next", next.to_string()),
                ("forced", forced.to_string()),
            ];
            fields.extend(carry_forward.iter().map(|account| ("carry_forward", name_of(*account, accounts))));
            fields.extend(fields_of_notes(notes));
            fields
        }
        Content::MapCustomer { account, customer, notes } => {
            let mut fields: Fields = vec![
                ("operation", "map_customer".into()),
                ("account", name_of(*account, accounts)),
                ("customer", customer.to_string()),
            ];
            fields.extend(fields_of_notes(notes));
            fields
        }
        Content::MapType { entity, kind, subject, from, notes } => {
            let mut fields: Fields = vec![
                ("operation", "map_type".into()),
                ("entity", entity.to_string()),
                ("type", kind.to_string()),
                ("subject", subject.to_string()),
                ("from", from.to_string()),
            ];
            fields.extend(fields_of_notes(notes));
            fields
        }
        Content::BookingMode { entity, kind, mode, from, notes } => {
            let mut fields: Fields = vec![
                ("operation", "set_booking_mode".into()),
                ("entity", entity.to_string()),
                ("type", kind.to_string()),
                ("mode", mode.name().into()),
                ("from", from.to_string()),
            ];
            fields.extend(fields_of_notes(notes));
            fields
        }
        Content::FeeRules { entity, file, from, notes } => {
            let mut fields: Fields = vec![
                ("operation", "set_fee_rules".into()),
                ("entity", entity.to_string()),
                ("from", from.to_string()),
                ("file", file.to_string()),
            ];
            fields.extend(fields_of_notes(notes));
            fields
        }
        Content::Access { digest } => {
            vec![("operation", "change_access".into()), ("file_digest", digest.to_string())]
        }
    }
}

fn of_transaction(batch: &Batch, accounts: &KnownAccounts) -> Fields {
    let [transaction] = &batch.transactions[..] else { return Fields::new() };
    let texts = batch.texts(transaction);
    let mut fields: Fields = vec![
        ("operation", batch.action_code(transaction).name().into()),
        ("id", shown_id(transaction.id, texts.own)),
    ];
    if let Some(action) = batch.action(transaction) {
        fields.extend(of_action(action, texts.named, accounts));
    }
    fields.extend(transaction.value_date.map(|date| ("value_date", date.to_string())));
    fields.extend(transaction.accounting_date.map(|date| ("accounting_date", date.to_string())));
    fields.extend(fields_of_notes(batch.notes(transaction)));
    fields
}

fn of_action(action: &Action, named: &str, accounts: &KnownAccounts) -> Fields {
    let key = |key: TransactionKey| format!("{} of client {}", shown_id(key.id, named), key.client);
    match action {
        Action::Freeze(freeze) => {
            let HoldTerms { kind, authority, expires_us, .. } = &freeze.terms;
            let mut fields: Fields = vec![
                ("account", name_of(freeze.account, accounts)),
                ("amount", money(freeze.amount, Some(freeze.currency))),
                ("kind", kind.name().into()),
            ];
            fields.extend(of_authority(authority));
            fields.extend(of_moment(*expires_us));
            fields
        }
        Action::Raise(raise) => {
            let mut fields: Fields =
                vec![("hold", key(raise.hold)), ("amount", money(raise.amount, Some(raise.currency)))];
            fields.extend(of_authority(&raise.authority));
            fields.extend(of_moment(raise.expires_us));
            fields
        }
        Action::Unfreeze(unfreeze) => {
            let amount = unfreeze.amount.map_or("all".into(), |amount| money(amount, unfreeze.currency));
            let mut fields: Fields = vec![("hold", key(unfreeze.hold)), ("amount", amount)];
            fields.extend(of_authority(&unfreeze.authority));
            fields
        }
        Action::Consume(consume) => {
            let mut fields: Fields = vec![
                ("hold", key(consume.hold)),
                ("amount", money(consume.amount, consume.currency)),
                ("forced", consume.forced.to_string()),
            ];
            fields.extend(of_authority(&consume.authority));
            fields
        }
        Action::Reverse(reverse) => {
            vec![("original", key(reverse.original.key)), ("forced", reverse.forced.to_string())]
        }
        Action::Try(tried) => of_moment(tried.expires_us),
        Action::Charge(charge) => {
            let party = |party: &Party| format!("{}: {}", party.role, name_of(party.account, accounts));
            let mut fields: Fields = vec![("amount", money(charge.amount, Some(charge.currency)))];
            fields.extend(charge.parties.iter().map(|one| ("party", party(one))));
            for (name, text) in [("channel", &charge.channel), ("merchant", &charge.merchant)] {
                fields.extend((!text.is_empty()).then(|| (name, text.to_string())));
            }
            fields
        }
        Action::Refund(Refund { original, amount: Some(amount), currency }) => {
            vec![("original", key(original.key)), ("amount", money(*amount, *currency))]
        }
        Action::Refund(_) | Action::Confirm(_) | Action::CancelTry(_) | Action::CarryForward(_) => {
            action.naming().map(|naming| ("original", key(naming.key))).into_iter().collect()
        }
    }
}

fn of_change(change: AttributeChange, currency: Option<Currency>) -> Fields {
    let money = |amount: Amount| money(amount, currency);
    let limit = |limit: Option<Amount>| limit.map_or("none".into(), money);
    match change {
        AttributeChange::States { account_state, payment_state } => {
            let mut fields: Fields = vec![("operation", "set_state".into())];
            fields.extend(account_state.map(|state| ("account_state", state_name(&state))));
            fields.extend(payment_state.map(|state| ("payment_state", state_name(&state))));
            fields
        }
        AttributeChange::Hot(hot) => vec![("operation", "set_hot".into()), ("hot", hot.to_string())],
        AttributeChange::Reserve(amount) => {
            vec![("operation", "set_reserve".into()), ("amount", money(amount))]
        }
        AttributeChange::Limits { overdraft, credit, transaction, day } => {
            let mut fields: Fields = vec![("operation", "set_limits".into())];
            fields.extend(overdraft.map(|amount| ("overdraft", money(amount))));
            fields.extend(credit.map(|cap| ("credit", limit(cap))));
            fields.extend(transaction.map(|cap| ("transaction", limit(cap))));
            fields.extend(day.map(|cap| ("day", limit(cap))));
            fields
        }
    }
}

/// The name of a state as people type it: `receives-only`.
fn state_name(state: &impl std::fmt::Debug) -> String {
    let mut name = String::new();
    for letter in format!("{state:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// The natural key of an account, or its number where the key is not known.
fn name_of(account: AccountId, accounts: &KnownAccounts) -> String {
    let Some(key) = accounts.key(account) else { return account.to_string() };
    let kind = if key.kind.is_empty() { String::new() } else { format!("{}/", key.kind) };
    format!("{}/{}/{kind}{}", key.entity, key.number, key.currency)
}

fn of_authority(authority: &str) -> Option<(&'static str, String)> {
    (!authority.is_empty()).then(|| ("authority", authority.to_owned()))
}

fn of_moment(moment_us: Option<i64>) -> Fields {
    moment_us.map(|moment| ("expires", show_time(moment))).into_iter().collect()
}

fn fields_of_notes(notes: &[u8]) -> Fields {
    notes::read(notes).map(|(note, text)| (note.name(), text.to_owned())).collect()
}

/// An amount as people read it; in minor units where its account alone knows the currency.
fn money(amount: Amount, currency: Option<Currency>) -> String {
    match currency {
        Some(currency) => format!("{} {currency}", currency.print(i128::from(amount.0))),
        None => format!("{} minor units", amount.0),
    }
}

fn shown_id(id: TransactionId, text: &str) -> String {
    if text.is_empty() { id.0.to_string() } else { text.to_owned() }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").expect("a string takes everything");
        digits
    })
}
