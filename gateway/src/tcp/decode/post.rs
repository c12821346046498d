//! Posts in MessagePack: straight into a [`Batch`], one transaction's faults apart from the others.

use longmen_client::{MAX_ORIGINALS, MAX_STEP};
use longmen_engine::ledger::notes::{self, Note, TextIds};
use longmen_engine::ledger::{
    AccountId, AccountKey, AccountRef, Action, Amount, Draft, Leg, MAX_BATCH, MAX_LEGS, MAX_NOTES,
    RecordPlace, Rejection,
};

use super::action::{ACTIONS, ReadAction, read_action};
use super::asking::Asking;
use super::reader::{Reader, read_fields};
use super::value::{Written, account, currency, date, required, side, transaction_id};
use crate::service::{Fault, Post};

/// Reads the body of a post.
#[inline]
pub(crate) fn read_post(reader: &mut Reader<'_>, asking: Asking) -> Result<Post, Fault> {
    let mut post = Post::default();
    let mut has_transactions = None;
    let mut want_balances = false;
    read_fields(reader, &["transactions", "balances"], |index, reader| {
        match index {
            0 => has_transactions = Some(read_transactions(reader, asking, &mut post)?),
            _ => want_balances = reader.flag()?,
        }
        Ok(())
    })?;
    required(has_transactions, "transactions")?;
    post.batch.want_balances = want_balances;
    Ok(post)
}

fn read_transactions(reader: &mut Reader<'_>, asking: Asking, post: &mut Post) -> Result<(), Fault> {
    let count = reader.array()?;
    if count > MAX_BATCH {
        return Err(Fault::too_many("has more transactions than are allowed", count, MAX_BATCH));
    }
    let mut parts = Parts::new(asking);
    for index in 0..count {
        let start = *reader;
        parts.clear();
        if let Err(fault) = parts.read(reader) {
            *reader = start;
            reader.skip().map_err(|fault| fault.in_element(index))?;
            post.push_malformed(parts.draft, fault);
        } else {
            parts.push_to(post);
        }
        if post.places.len() > MAX_ORIGINALS {
            return Err(Fault::new("names more originals than are allowed").in_element(index));
        }
    }
    if !post.places.is_empty() {
        post.refuse_own_originals(asking.client);
    }
    Ok(())
}

/// The fields of a transaction.
const FIELDS: [&str; 23] = [
    "id",
    "legs",
    "time",
    "value_date",
    "type",
    "reference",
    "tags",
    "operator",
    "approval",
    "reason",
    "accounting_date",
    "visibility",
    "counterparty",
    ACTIONS[0],
    ACTIONS[1],
    ACTIONS[2],
    ACTIONS[3],
    ACTIONS[4],
    ACTIONS[5],
    ACTIONS[6],
    ACTIONS[7],
    ACTIONS[8],
    ACTIONS[9],
];
/// The first fields of the notes, in the order of their tags, and of the actions.
const FIRST_NOTE: usize = 4;
const VISIBILITY: usize = 11;
const COUNTERPARTY: usize = 12;
const FIRST_ACTION: usize = 13;
/// What the note on visibility may say.
pub(super) const VISIBILITIES: [&str; 3] = ["customer", "operations", "internal"];

/// One transaction under way, its buffers used again for the next.
struct Parts<'a> {
    asking: Asking,
    draft: Draft,
    /// The text of the id; empty where it is a number.
    text_id: &'a str,
    legs: Vec<Leg>,
    keys: Vec<(usize, AccountKey)>,
    texts: [&'a str; Note::GIVEN.len()],
    notes: Vec<u8>,
    action: Option<ReadAction<'a>>,
    has_bad_amount: bool,
}

impl<'a> Parts<'a> {
    fn new(asking: Asking) -> Parts<'a> {
        Parts {
            asking,
            draft: Draft::default(),
            text_id: "",
            legs: Vec::new(),
            keys: Vec::new(),
            texts: [""; Note::GIVEN.len()],
            notes: Vec::new(),
            action: None,
            has_bad_amount: false,
        }
    }

    fn clear(&mut self) {
        self.draft = Draft::default();
        self.text_id = "";
        self.legs.clear();
        self.keys.clear();
        self.texts = [""; Note::GIVEN.len()];
        self.notes.clear();
        self.action = None;
        self.has_bad_amount = false;
    }

    fn read(&mut self, reader: &mut Reader<'a>) -> Result<(), Fault> {
        let mut id = None;
        let mut has_legs = None;
        read_fields(reader, &FIELDS, |index, reader| {
            match index {
                0 => {
                    let given = transaction_id(reader)?;
                    (self.draft.id, self.text_id) = (given.id, given.text);
                    id = Some(());
                }
                1 => has_legs = Some(self.read_legs(reader)?),
                2 => self.draft.time = reader.integer()?,
                3 => self.draft.value_date = Some(date(reader)?),
                10 => self.draft.accounting_date = Some(date(reader)?),
                VISIBILITY => self.texts[Note::Visibility as usize - 1] = visibility(reader)?,
                COUNTERPARTY => self.texts[Note::Counterparty as usize - 1] = reader.text(MAX_NOTES)?,
                FIRST_ACTION.. => self.read_action(index - FIRST_ACTION, reader)?,
                _ => self.texts[index - FIRST_NOTE] = reader.text(MAX_NOTES)?,
            }
            Ok(())
        })?;
        required(id, "id")?;
        if self.action.as_ref().is_none_or(|read| read.action.brings_legs()) {
            required(has_legs, "legs")?;
        }
        self.write_notes()
    }

    fn read_action(&mut self, index: usize, reader: &mut Reader<'a>) -> Result<(), Fault> {
        if self.action.is_some() {
            return Err(Fault::new("comes beside another action"));
        }
        self.action = Some(read_action(index, reader, self.asking.client)?);
        Ok(())
    }

    fn write_notes(&mut self) -> Result<(), Fault> {
        for (note, text) in Note::GIVEN.into_iter().zip(self.texts) {
            notes::write(&mut self.notes, note, text);
        }
        match self.notes.len() {
            0..=MAX_NOTES => Ok(()),
            bytes => Err(Fault::too_many("has more notes than are allowed, in bytes", bytes, MAX_NOTES)),
        }
    }

    fn read_legs(&mut self, reader: &mut Reader<'a>) -> Result<(), Fault> {
        let count = reader.array()?;
        if count > MAX_LEGS {
            return Err(Fault::too_many("has more legs than are allowed", count, MAX_LEGS));
        }
        for index in 0..count {
            self.read_leg(reader, index).map_err(|fault| fault.in_element(index))?;
        }
        Ok(())
    }

    fn read_leg(&mut self, reader: &mut Reader<'a>, index: usize) -> Result<(), Fault> {
        let (mut named, mut on, mut written, mut in_currency) = (None, None, None, None);
        let mut step = u16::try_from(index + 1).expect("legs are capped at 512");
        read_fields(reader, &["account", "side", "amount", "currency", "step"], |field, reader| {
            match field {
                0 => named = Some(account(reader)?),
                1 => on = Some(side(reader)?),
                2 => written = Some(Written::read(reader)?),
                3 => in_currency = Some(currency(reader)?),
                _ => step = read_step(reader)?,
            }
            Ok(())
        })?;
        let (account, key) = match required(named, "account")? {
            AccountRef::Id(id) => (id, None),
            AccountRef::Key(key) => (AccountId::NONE, Some(key)),
        };
        let currency = required(in_currency.or(key.as_ref().map(|key| key.currency)), "currency")?;
        let amount = required(written, "amount")?
            .amount(currency)
            .map_err(|fault| of_amount(fault, account, key.as_ref()))?;
        self.has_bad_amount |= amount.is_none();
        let amount = amount.unwrap_or(Amount(0));
        self.legs.push(Leg { account, amount, currency, step, side: required(on, "side")? });
        self.keys.extend(key.map(|key| (index, key)));
        Ok(())
    }

    /// An amount that no 64 bits hold, or finer than the minor unit, is as wrong as zero; but what is malformed or
    /// unbalanced beside it comes first in the order of precedence, as far as it can be told.
    fn push_to(&mut self, post: &mut Post) {
        let mut texts = TextIds { own: self.text_id, named: "" };
        let wrong = match self.action.take() {
            None => {
                post.batch.push(self.draft, &self.legs, &self.notes);
                "has no legs, or steps that do not increase"
            }
            Some(ReadAction { action, place, text }) => {
                texts.named = text;
                self.push_action(post, action, place)
            }
        };
        post.batch.keep_texts(texts);
        let transaction = post.batch.transactions.last_mut().expect("one was just pushed");
        if transaction.shape == Some(Rejection::Malformed) {
            let index = u32::try_from(post.batch.transactions.len() - 1).expect("a batch is capped at 8,192");
            post.faults.push((index, Fault::new(wrong)));
            return;
        }
        if self.has_bad_amount {
            transaction.shape = Some(Rejection::InvalidAmount);
        }
        for (leg, key) in self.keys.drain(..) {
            post.batch.name_account(leg, key);
        }
    }

    /// Pushes an action; what is wrong with it if it comes out malformed.
    fn push_action(&mut self, post: &mut Post, action: Action, place: Option<RecordPlace>) -> &'static str {
        let (names, brings_legs) = (action.naming().is_some(), action.brings_legs());
        post.batch.push_action(self.draft, action, &self.legs, &self.notes);
        let transaction = post.batch.transactions.last().expect("one was just pushed");
        let malformed = transaction.shape == Some(Rejection::Malformed);
        post.places.extend((names && !malformed).then_some(place));
        match (brings_legs, self.legs.is_empty()) {
            (true, true) => "has no legs",
            (true, false) => "has steps that do not increase, or is forced without an approval",
            (false, true) => "is forced without an approval",
            (false, false) => "has legs, which this action brings itself",
        }
    }
}

/// A fault of the amount on an account.
#[cold]
fn of_amount(fault: Fault, account: AccountId, key: Option<&AccountKey>) -> Fault {
    let account = match key {
        Some(AccountKey { entity, number, kind, currency }) => {
            let kind = if kind.is_empty() { String::new() } else { format!("/{kind}") };
            format!("{entity}/{number}{kind}/{}", currency.code()).escape_debug().to_string()
        }
        None => account.0.to_string(),
    };
    fault.about(format_args!("of account {account}")).in_field("amount")
}

/// Who may see a transaction in statements.
fn visibility<'a>(reader: &mut Reader<'a>) -> Result<&'a str, Fault> {
    let text = reader.text(MAX_NOTES)?;
    if VISIBILITIES.contains(&text) {
        Ok(text)
    } else {
        Err(Fault::new("neither customer, operations nor internal"))
    }
}

/// A step, from 1 to [`MAX_STEP`]: 0 says "no leg" in answers, and compact answers need the highest bit.
fn read_step(reader: &mut Reader<'_>) -> Result<u16, Fault> {
    let step: u16 = reader.integer()?;
    if (1..=MAX_STEP).contains(&step) { Ok(step) } else { Err(Fault::new("out of range")) }
}
