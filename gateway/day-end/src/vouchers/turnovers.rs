//! What the ledger's own sums have of a date: the general ledger (总账), and the totals of memo accounts (备忘).

use longmen_client::{
    Account, Client, GeneralLedger, GeneralLedgerRequest, ListAccountsRequest, ListAfter, MAX_LIST, RangeEnd,
    Side, StatementRequest, Subject,
};
use longmen_ledger::{Currency, Date};
use longmen_vouchers::Turnover;

use crate::error::NodeError;

/// The turnovers of a date.
pub(super) struct Turnovers {
    /// Of what goes into vouchers.
    pub(super) all: Vec<Turnover>,
    /// Off-balance subjects that moved and are left out.
    pub(super) left_out: Vec<String>,
}

/// The general ledger of a range of dates.
pub(super) async fn general_ledger(
    client: &mut Client,
    entity: &str,
    from: Date,
    to: Date,
) -> Result<GeneralLedger, NodeError> {
    let (from, to) = (from.to_string(), to.to_string());
    let request = GeneralLedgerRequest { entity, from: Some(&from), to: Some(&to) };
    Ok(client.general_ledger(&request).await?)
}

/// The turnovers of a date, without those that are left out.
pub(super) async fn turnovers(
    client: &mut Client,
    entity: &str,
    date: Date,
    subjects: impl Iterator<Item = &Subject>,
    is_left_out: impl Fn(&str) -> bool,
) -> Result<Turnovers, NodeError> {
    let mut found = Turnovers { all: Vec::new(), left_out: Vec::new() };
    for line in general_ledger(client, entity, date, date).await?.lines {
        let is_moved = (line.debit, line.credit) != (0, 0);
        if &*line.class == "off_balance" && is_left_out(&line.subject) {
            if is_moved && !found.left_out.contains(&line.subject.to_string()) {
                found.left_out.push(line.subject.into());
            }
        } else if is_moved && &*line.class != "memo" {
            found.all.push(turnover(&line.subject, &line.currency, (line.debit, line.credit))?);
        }
    }
    for subject in subjects.filter(|subject| subject.leaf && &*subject.class == "memo") {
        for account in accounts_of(client, entity, &subject.code).await? {
            let moved = moved(client, &account, date).await?;
            if moved != (0, 0) {
                found.all.push(turnover(&account.subject, &account.currency, moved)?);
            }
        }
    }
    Ok(found)
}

fn turnover(subject: &str, currency: &str, (debit, credit): (i128, i128)) -> Result<Turnover, NodeError> {
    let known = Currency::from_code(currency);
    let currency = known.ok_or_else(|| NodeError::Answer { what: "the currency", text: currency.into() })?;
    Ok(Turnover { subject: subject.into(), currency, debit, credit })
}

async fn accounts_of(client: &mut Client, entity: &str, subject: &str) -> Result<Vec<Account>, NodeError> {
    let (mut found, mut next) = (Vec::new(), None::<Box<str>>);
    loop {
        let page = client
            .accounts_with(&ListAccountsRequest {
                after: next.as_deref().map_or(ListAfter::Account(0), ListAfter::Page),
                limit: MAX_LIST,
                entity: Some(entity),
                subject: Some(subject),
                ..ListAccountsRequest::default()
            })
            .await?;
        found.extend(page.accounts);
        next = page.next;
        if next.is_none() {
            return Ok(found);
        }
    }
}

/// Debits and credits of an account on a date, which have to lead from its balance before to the one behind.
async fn moved(client: &mut Client, account: &Account, date: Date) -> Result<(i128, i128), NodeError> {
    let end = || Some(RangeEnd::Date(date.to_string().into()));
    let request =
        StatementRequest { from: end(), to: end(), totals: true, ..StatementRequest::new(account.id, 1) };
    let range = client.statement_with(&request).await?.range;
    let (shown, hidden) = (range.shown.unwrap_or_default(), range.hidden.unwrap_or_default());
    let (debit, credit) = (shown.debit + hidden.debit, shown.credit + hidden.credit);
    let net = if account.normal == Side::Debit { debit - credit } else { credit - debit };
    if range.opening + net == range.closing {
        return Ok((debit, credit));
    }
    let text = format!("{debit} {credit} of {}", account.number);
    Err(NodeError::Answer { what: "turnovers that do not lead to the balance:", text })
}
