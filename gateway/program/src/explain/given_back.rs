//! How far the refunds of an original went, on the accounts that they move: by the statements of these accounts.

use std::collections::BTreeMap;

use longmen_client::{
    Account, AccountRef, Client, Leg, MAX_LIST, RangeEnd, Side, StatementLine, StatementRequest, Transaction,
    TransactionRecord,
};

use super::minor;
use crate::account_name::name_of_account;
use crate::id_name::shown;
use crate::money::money;

/// At most eight pages of a statement are read to find refunds; where there is more, nothing is said of them.
const PAGES: usize = 8;
/// At most four accounts are told.
const TOLD: usize = 4;

/// What the original moved on an account, and what its refunds did there; debit-positive.
struct Moved {
    account: Account,
    original: i128,
    /// `None` where it cannot be found out.
    refunds: Option<i128>,
    asked: Option<i128>,
}

/// What the original moved, what was given back of it and what is left, on each account that is asked for, those first
/// on which more is asked for than is left.
pub(super) async fn given_back(
    client: &mut Client,
    transaction: &Transaction,
    record: &TransactionRecord,
) -> Option<String> {
    let mut all = Vec::new();
    for (account, asked) in accounts(client, &transaction.legs, record).await? {
        let account = client.balance(account).await.ok()?;
        let legs = record.legs.iter().filter(|leg| leg.account == account.id);
        let original = legs.map(|leg| signed(leg.side, leg.amount.into())).sum();
        let refunds = refunds(client, &account, record).await;
        all.push(Moved { account, original, refunds, asked });
    }
    all.sort_by_key(|moved| !moved.is_too_much());
    let words: Vec<String> = all.iter().take(TOLD).map(Moved::words).collect();
    let ways = if go_different_ways(&all) { DIFFERENT_WAYS } else { "" };
    Some(format!("{ways}{}", words.join("; "))).filter(|_| !words.is_empty())
}

/// The first account that a refund with these legs moves further the original's own way.
pub(crate) async fn moved_on(
    client: &mut Client,
    legs: &[Leg],
    record: &TransactionRecord,
) -> Option<String> {
    for (account, asked) in accounts(client, legs, record).await? {
        let of_account = record.legs.iter().filter(|leg| leg.account == account);
        let original: i128 = of_account.map(|leg| signed(leg.side, leg.amount.into())).sum();
        let further = asked.unwrap_or_default();
        if original.signum() * further.signum() > 0 {
            let account = client.balance(account).await.ok()?;
            let amount = money(&account.currency, further.abs());
            let way = if further > 0 { "debits" } else { "credits" };
            return Some(format!("{way} {} {amount} {} again", name_of_account(&account), account.currency));
        }
    }
    None
}

/// What the refunds of an original come to without one of them, which is to be undone: on each account that it moved.
pub(super) async fn without(client: &mut Client, refund: &TransactionRecord) -> Option<String> {
    let named = refund.named.as_ref()?;
    let original = client.transaction_at(named.place.as_deref()?).await.ok()?;
    let mut own: BTreeMap<u64, i128> = BTreeMap::new();
    for leg in &refund.legs {
        *own.entry(leg.account).or_default() += signed(leg.side, leg.amount.into());
    }
    let mut words = Vec::new();
    for (account, moved) in own.into_iter().take(TOLD) {
        let account = client.balance(account).await.ok()?;
        let legs = original.legs.iter().filter(|leg| leg.account == account.id);
        let of_original = legs.map(|leg| signed(leg.side, leg.amount.into())).sum();
        let refunds = refunds(client, &account, &original).await;
        let rest =
            Moved { account, original: of_original, refunds: refunds.map(|all| all - moved), asked: None };
        words.push(rest.words_without());
    }
    let name = shown(&named.id, named.text_id.as_deref());
    let of =
        if named.client == refund.client { String::new() } else { format!(" of client {}", named.client) };
    Some(format!("it is a refund of {name}{of}, whose others stay within it: {}", words.join("; ")))
}

/// Why refunds of which each account has its share can be too much together.
const DIFFERENT_WAYS: &str =
    "all refunds together either give back or go the original's own way, on every account: ";

/// Whether refunds would move some accounts against the original's way, and others on along it.
fn go_different_ways(all: &[Moved]) -> bool {
    let ways = all.iter().filter(|moved| moved.original != 0).filter_map(|moved| {
        let in_all = moved.refunds? + moved.asked.unwrap_or_default();
        Some(moved.against(in_all).signum())
    });
    let ways: Vec<i128> = ways.collect();
    ways.contains(&1) && ways.contains(&-1)
}

/// The accounts that a refund moves, each with its net; those of the original for an action that brings no legs.
async fn accounts(
    client: &mut Client,
    legs: &[Leg],
    record: &TransactionRecord,
) -> Option<BTreeMap<u64, Option<i128>>> {
    if legs.is_empty() {
        return Some(record.legs.iter().map(|leg| (leg.account, None)).collect());
    }
    let mut accounts: BTreeMap<u64, Option<i128>> = BTreeMap::new();
    for leg in legs {
        let account = client.balance(AccountRef::clone(&leg.account)).await.ok()?;
        let amount = signed(leg.side, minor(&leg.amount, &account.currency).ok()?);
        let asked = accounts.entry(account.id).or_default();
        *asked = Some(asked.unwrap_or_default() + amount);
    }
    Some(accounts)
}

/// What the refunds of an original that were not undone moved on an account; `None` where the statement is too long.
async fn refunds(client: &mut Client, account: &Account, record: &TransactionRecord) -> Option<i128> {
    let mut of_refund: BTreeMap<(u32, Box<str>), i128> = BTreeMap::new();
    let walked = walk(client, account.id, record, |line| {
        take(&mut of_refund, line, record);
        false
    });
    match walked.await? {
        Walked::ToTheEnd => Some(of_refund.values().sum()),
        Walked::Found(_) => unreachable!("no line is looked for"),
    }
}

/// The first line of an account, since an original was posted, that names the original and is wanted.
pub(super) async fn line_of(
    client: &mut Client,
    account: u64,
    record: &TransactionRecord,
    wanted: impl Fn(&StatementLine) -> bool,
) -> Option<StatementLine> {
    let names = |line: &StatementLine| {
        line.named.as_ref().is_some_and(|named| named.client == record.client && named.id == record.id)
    };
    match walk(client, account, record, |line| names(line) && wanted(line)).await? {
        Walked::Found(line) => Some(*line),
        Walked::ToTheEnd => None,
    }
}

/// How a walk over a statement ended.
enum Walked {
    Found(Box<StatementLine>),
    ToTheEnd,
}

/// Walks over the lines of an account since an original was posted, to one that is the last to be looked at; `None` where
/// the statement is too long.
async fn walk(
    client: &mut Client,
    account: u64,
    record: &TransactionRecord,
    mut is_last: impl FnMut(&StatementLine) -> bool,
) -> Option<Walked> {
    let mut before: Option<Box<str>> = None;
    for _ in 0..PAGES {
        let request = StatementRequest {
            from: Some(RangeEnd::Date(record.accounting_date.clone())),
            by: Some("accounting"),
            order: Some("oldest_first"),
            legs: true,
            before: before.as_deref(),
            ..StatementRequest::new(account, MAX_LIST)
        };
        let statement = client.statement_with(&request).await.ok()?;
        if let Some(line) = statement.lines.into_iter().find(&mut is_last) {
            return Some(Walked::Found(Box::new(line)));
        }
        before = statement.next;
        if before.is_none() {
            return Some(Walked::ToTheEnd);
        }
    }
    None
}

/// Takes a line of a refund of the original, or of a reversal of such a refund: nothing is left of that one.
fn take(of_refund: &mut BTreeMap<(u32, Box<str>), i128>, line: &StatementLine, record: &TransactionRecord) {
    let (Some(id), Some(named)) = (&line.transaction, &line.named) else { return };
    match &*line.action {
        "refund" if named.client == record.client && named.id == record.id => {
            *of_refund.entry((line.client, id.clone())).or_default() += signed(line.side, line.amount);
        }
        "reverse" => drop(of_refund.remove(&(named.client, named.id.clone()))),
        _ => {}
    }
}

fn signed(side: Side, amount: i128) -> i128 {
    match side {
        Side::Debit => amount,
        Side::Credit => -amount,
    }
}

impl Moved {
    /// The same as it is told: against the original's way a refund gives back.
    fn against(&self, debit_positive: i128) -> i128 {
        if self.original < 0 { debit_positive } else { -debit_positive }
    }

    fn is_too_much(&self) -> bool {
        let asked = self.asked.map(|asked| self.against(asked));
        let left = self.refunds.map(|refunds| self.original.abs() - self.against(refunds));
        self.original == 0 || asked.zip(left).is_some_and(|(asked, left)| asked > left)
    }

    /// The same where one of the refunds is taken out.
    fn words_without(&self) -> String {
        let print = |minor: i128| money(&self.account.currency, minor);
        let name = name_of_account(&self.account);
        let way = if self.original < 0 { "credited" } else { "debited" };
        let mut text =
            format!("{name}: {way} {} {} by the original", print(self.original.abs()), self.account.currency);
        if let Some(refunds) = self.refunds {
            text.push_str(&format!(", {} given back without it", print(self.against(refunds))));
        }
        text
    }

    fn words(&self) -> String {
        let print = |minor: i128| money(&self.account.currency, minor);
        let name = name_of_account(&self.account);
        let currency = &self.account.currency;
        if self.original == 0 {
            return format!("{name}: the original did not move it");
        }
        let way = if self.original > 0 { "debited" } else { "credited" };
        let mut text = format!("{name}: {way} {} {currency} by the original", print(self.original.abs()));
        if let Some(refunds) = self.refunds {
            let back = self.against(refunds);
            let rest = match self.original.abs() - back {
                left @ 0.. => format!("{} left", print(left)),
                more => format!("{} more than it was {way}", print(-more)),
            };
            text.push_str(&format!(", {} given back before, {rest}", print(back)));
        }
        match self.asked.map(|asked| self.against(asked)) {
            Some(asked @ 0..) => text.push_str(&format!(", {} asked for", print(asked))),
            Some(on) => text.push_str(&format!(", {} more {way} asked for", print(-on))),
            None => {}
        }
        text
    }
}
