//! The books' side of a comparison, from a node: what moved a channel's account on a date that is closed, so that it is the same whoever
//! asks, and whenever.

use std::collections::HashMap;

use longmen_channel_files::RowKind;
use longmen_client::{
    Client, FindRequest, Named, RangeEnd, RegisterRequest, RegisterRow, Side, StatementLine,
    TransactionRecord,
};
use longmen_engine::ledger::{Amount, Date};
use longmen_reconciliation::{BookState, Transaction};
use longmen_reconciliation_store::EndedTry;

use crate::account_name::{AccountName, key_text};
use crate::failure::Failure;
use crate::id_name::shown;
use crate::reconciling::account_lines::AccountLines;
use crate::reconciling::channel::{Channel, Number};
use crate::reconciling::search::Search;

/// Rows of one page.
const PAGE: u32 = 1_000;

/// The books of a date.
pub(crate) struct NodeBook {
    /// The frame in which the date was closed: nothing of it changes behind that.
    pub(crate) frame: u64,
    /// In the order of the log.
    pub(crate) rows: Vec<Transaction>,
    /// Tries of earlier dates that their own clients confirmed or cancelled on this one; what a desk did about them is not among it.
    pub(crate) ended: Vec<EndedTry>,
}

/// The id of a transaction: the client's number, and the digits of its own.
type Key = (u32, Box<str>);

/// What a transaction moved.
struct Moved {
    reference: String,
    kind: RowKind,
    number: Box<str>,
    gross: i128,
    fee: i128,
    state: BookState,
}

/// A transaction as far as its type and its number go.
struct About {
    kind: Box<str>,
    number: Box<str>,
}

impl NodeBook {
    /// Reads the books of a date.
    ///
    /// # Errors
    /// Where the date is not closed, an account is not there or not to be seen, or a transaction of the channel's account is of a type
    /// that the channel's file does not name: nothing is passed over in silence.
    pub(crate) async fn read(
        client: &mut Client,
        channel: &Channel,
        date: Date,
    ) -> Result<NodeBook, Failure> {
        let frame = closed_in(client, channel, date).await?;
        let mut reading =
            Reading { client, channel, date, order: Vec::new(), moved: HashMap::new(), ended: Vec::new() };
        reading.read_channel().await?;
        reading.read_fees().await?;
        if channel.tries {
            reading.read_tries().await?;
        }
        let ended = std::mem::take(&mut reading.ended);
        Ok(NodeBook { frame, rows: reading.rows()?, ended })
    }
}

struct Reading<'a> {
    client: &'a mut Client,
    channel: &'a Channel,
    date: Date,
    order: Vec<Key>,
    moved: HashMap<Key, Moved>,
    ended: Vec<EndedTry>,
}

impl Reading<'_> {
    async fn read_channel(&mut self) -> Result<(), Failure> {
        let account = self.account(&self.channel.accounts.channel)?;
        let mut lines = AccountLines::of(account, self.date);
        while let Some(page) = lines.page(self.client).await? {
            for line in &page.lines {
                self.take(line).await?;
            }
        }
        Ok(())
    }

    /// A leg of the channel's account.
    async fn take(&mut self, line: &StatementLine) -> Result<(), Failure> {
        let Some(key) = key_of(line) else { return Ok(()) };
        // What a desk does about another date is no transaction of this one, though it confirms one.
        if self.channel.ignored.contains(&*line.kind) {
            return Ok(());
        }
        if &*line.action == "reverse"
            && let Some(named) = &line.named
            && let Some(original) = self.moved.get_mut(&(named.client, named.id.clone()))
        {
            // Both are of this date: to the channel it never happened.
            original.state = BookState::Failed;
            return Ok(());
        }
        let signed = signed(line);
        if let Some(moved) = self.moved.get_mut(&key) {
            moved.gross += signed;
            return Ok(());
        }
        let is_undo = &*line.action == "reverse";
        let about = match &line.named {
            // What confirms, cancels or reverses is known to the channel as its original is.
            Some(named) if is_undo || &*line.action == "confirm" => {
                let record = self.original(named).await?;
                self.about(&record.notes, &record.id, record.text_id.as_deref())?
            }
            _ => {
                let id = line.transaction.as_deref().unwrap_or_default();
                self.about(&line.notes, id, line.text_id.as_deref())?
            }
        };
        if self.channel.ignored.contains(&*about.kind) {
            return Ok(());
        }
        let kind = if is_undo { RowKind::Revoke } else { self.kind(&about.kind, line)? };
        let reference = reference(&key, line.text_id.as_deref());
        let moved =
            Moved { reference, kind, number: about.number, gross: signed, fee: 0, state: BookState::Done };
        self.order.push(key.clone());
        self.moved.insert(key, moved);
        Ok(())
    }

    /// The fees of what was found on the channel's account.
    async fn read_fees(&mut self) -> Result<(), Failure> {
        let account = self.account(&self.channel.accounts.fee_payable)?;
        let mut lines = AccountLines::of(account, self.date);
        while let Some(page) = lines.page(self.client).await? {
            for line in &page.lines {
                let Some(moved) = key_of(line).and_then(|key| self.moved.get_mut(&key)) else { continue };
                moved.fee -= signed(line);
            }
        }
        Ok(())
    }

    /// What was tried on the date, and neither confirmed nor cancelled on it; and what came to its end on it, and was tried before.
    async fn read_tries(&mut self) -> Result<(), Failure> {
        let date = self.date.to_string();
        let entity = Some(&*self.channel.entity);
        let request = FindRequest { entity, from: Some(&date), to: Some(&date), ..FindRequest::default() };
        let (mut tried, mut search) = (Vec::new(), Search::of(request));
        while let Some(page) = search.page(self.client).await? {
            for record in page.transactions {
                match (&*record.action, &record.named) {
                    ("try", _) => tried.push(record),
                    (action @ ("confirm" | "cancel_try"), Some(named)) => {
                        let is_it =
                            |one: &TransactionRecord| (one.client, &one.id) == (named.client, &named.id);
                        match tried.iter().position(is_it) {
                            Some(place) => drop(tried.remove(place)),
                            None => self.ended.extend(self.ended_try(&record, named, action == "confirm")),
                        }
                    }
                    _ => {}
                }
            }
        }
        for record in tried {
            self.take_try(&record).await?;
        }
        Ok(())
    }

    /// A try of an earlier date that came to its end, unless it is a desk's doing: that is noted there.
    fn ended_try(&self, by: &TransactionRecord, tried: &Named, is_confirmed: bool) -> Option<EndedTry> {
        let kind = by.notes.get("type").map_or("", |kind| kind);
        let reference = reference(&(tried.client, tried.id.clone()), tried.text_id.as_deref());
        (!self.channel.ignored.contains(kind)).then(|| EndedTry { reference: reference.into(), is_confirmed })
    }

    async fn take_try(&mut self, found: &TransactionRecord) -> Result<(), Failure> {
        let place = format!("{}/{}", found.frame, found.ordinal);
        let record = self.client.transaction_at(&place).await?;
        let on = |account: &str| -> i128 {
            let of_account = record.tried.iter().filter(|leg| {
                key_text(&leg.entity, &leg.number, &leg.account_type, &leg.currency) == account
            });
            of_account
                .map(|leg| if leg.side == Side::Debit { leg.amount } else { -leg.amount })
                .map(i128::from)
                .sum()
        };
        let accounts = &self.channel.accounts;
        let (gross, fee) = (on(&accounts.channel), -on(&accounts.fee_payable));
        let about = self.about(&record.notes, &record.id, record.text_id.as_deref())?;
        if gross == 0 && fee == 0 || self.channel.ignored.contains(&*about.kind) {
            return Ok(());
        }
        let key = (record.client, record.id.clone());
        let kind = self.kind_of(&about.kind, &place)?;
        let reference = reference(&key, record.text_id.as_deref());
        let moved = Moved { reference, kind, number: about.number, gross, fee, state: BookState::Pending };
        self.order.push(key.clone());
        self.moved.insert(key, moved);
        Ok(())
    }

    fn rows(mut self) -> Result<Vec<Transaction>, Failure> {
        let mut rows = Vec::with_capacity(self.order.len());
        for (key, line) in self.order.iter().zip(1..) {
            let moved = self.moved.remove(key).expect("each is in order once");
            let amount = |minor: i128| {
                i64::try_from(minor).map(Amount).map_err(|_| {
                    Failure::Usage(format!(
                        "{}: {minor} minor units are beyond what a row holds",
                        moved.reference
                    ))
                })
            };
            rows.push(Transaction {
                kind: moved.kind,
                merchant_number: moved.number.clone(),
                gross: amount(moved.gross)?,
                fee: amount(moved.fee)?,
                reference: moved.reference.clone().into(),
                line,
                currency: self.channel.currency,
                state: moved.state,
            });
        }
        Ok(rows)
    }

    async fn original(&mut self, named: &Named) -> Result<TransactionRecord, Failure> {
        let Some(place) = &named.place else {
            return Err(Failure::Usage(format!("{} of client {} cannot be found", named.id, named.client)));
        };
        self.client.transaction_at(place).await.map_err(|error| Failure::about(error, place))
    }

    fn about(
        &self,
        notes: &std::collections::BTreeMap<Box<str>, Box<str>>,
        digits: &str,
        text: Option<&str>,
    ) -> Result<About, Failure> {
        let note = |name: &str| notes.get(name).cloned().unwrap_or_default();
        let number = match self.channel.number {
            Number::Reference => note("reference"),
            Number::Id => shown(digits, text).into(),
        };
        let kind = note("type");
        if number.is_empty() && !self.channel.ignored.contains(&*kind) {
            let id = shown(digits, text);
            return Err(Failure::Usage(format!(
                "transaction {id} has no reference, by which the channel could know it"
            )));
        }
        Ok(About { kind, number })
    }

    fn kind(&self, kind: &str, line: &StatementLine) -> Result<RowKind, Failure> {
        self.kind_of(kind, &line.position)
    }

    fn kind_of(&self, kind: &str, place: &str) -> Result<RowKind, Failure> {
        self.channel.kinds.get(kind).copied().ok_or_else(|| {
            Failure::Usage(format!(
                "a transaction of type `{kind}` (at {place}) moved {}: say in kinds what it is in the channel's file, or that it is ignored",
                self.channel.accounts.channel
            ))
        })
    }

    fn account(&self, name: &str) -> Result<AccountName, Failure> {
        self.channel.account(name).map_err(Failure::Usage)
    }
}

/// The frame in which a date was closed.
async fn closed_in(client: &mut Client, channel: &Channel, date: Date) -> Result<u64, Failure> {
    let text = date.to_string();
    let status = client.status().await?;
    let current = status.entities.iter().find(|(code, _)| **code == *channel.entity).map(|(_, date)| date);
    let Some(current) = current else {
        return Err(Failure::Usage(format!("there is no entity {}", channel.entity)));
    };
    if **current <= *text {
        return Err(Failure::Usage(format!(
            "{date} is not closed: {} is at {current}, and what is booked may still change",
            channel.entity
        )));
    }
    let end = || Some(RangeEnd::Date(text.clone().into()));
    let (mut after, mut frame) = (None::<Box<str>>, None);
    loop {
        let request = RegisterRequest {
            entity: Some(&channel.entity),
            from: end(),
            to: end(),
            after: after.as_deref(),
            limit: PAGE,
            ..RegisterRequest::default()
        };
        let page = client.register(&request).await?;
        let closes = page.rows.iter().filter(|row| &*row.action == "close_day" && ends(row, &text));
        let mut frames = closes.filter_map(|row| row.position.split('/').next()?.parse().ok());
        frame = frames.next_back().or(frame);
        after = match page.next {
            Some(next) => Some(next),
            None => break,
        };
    }
    frame.ok_or_else(|| Failure::Usage(format!("the register has no close of {date}")))
}

/// Whether a close of a date is of this one.
fn ends(row: &RegisterRow, date: &str) -> bool {
    row.changes.iter().any(|(name, before, _)| &**name == "date" && before.as_deref() == Some(date))
}

fn key_of(line: &StatementLine) -> Option<Key> {
    Some((line.client, line.transaction.clone()?))
}

/// How a transaction is named beyond its client.
fn reference(key: &Key, text: Option<&str>) -> String {
    format!("{}/{}", key.0, shown(&key.1, text))
}

/// Debits positive.
fn signed(line: &StatementLine) -> i128 {
    if line.side == Side::Debit { line.amount } else { -line.amount }
}
