//! Questions about the past: statements, past balances, merged entries, registers, the general ledger.

use longmen_engine::ledger::{ClientId, Date, MAX_NOTES, RecordPlace};
use longmen_engine::{Moment, Outcomes, PageOrder, Sought, StatementQuery, StatementRange, View};

use super::page::{MAX_CURSOR, NOT_A_CURSOR, page_limit};
use super::question_body::QuestionBody;
use super::reader::Reader;
use super::value::{account, cursor, date, entity, place_of, position, required, transaction_id};
use crate::service::Fault;
use crate::service::question::balance_at::BalanceAtAsked;
use crate::service::question::entry::EntryAsked;
use crate::service::question::find::{FindAsked, FindWhat};
use crate::service::question::general_ledger::GeneralLedgerAsked;
use crate::service::question::register::{RegisterAsked, RegisterEnd};
use crate::service::question::statement::StatementAsked;

/// Lines of a page where the request does not say.
const DEFAULT_PAGE: usize = super::page::DEFAULT_PAGE as usize;

/// What a statement's range goes by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum By {
    #[default]
    Accounting,
    Time,
    Value,
}

/// A date, or a number that means what the request says elsewhere.
#[derive(Clone, Copy, Debug)]
enum End {
    Date(Date),
    Number(i64),
}

impl End {
    fn read(reader: &mut Reader<'_>) -> Result<End, Fault> {
        match reader.is_at_text()? {
            true => date(reader).map(End::Date),
            false => reader.integer().map(End::Number),
        }
    }

    fn date(self) -> Result<Date, Fault> {
        let of_days = |days| u32::try_from(days).ok().and_then(Date::from_days);
        match self {
            End::Date(date) => Ok(date),
            End::Number(days) => of_days(days).ok_or(Fault::new("not a date")),
        }
    }

    fn time_us(self) -> Result<i64, Fault> {
        match self {
            End::Number(time_us) => Ok(time_us),
            End::Date(_) => Err(Fault::new("a date where a time belongs")),
        }
    }

    fn register(self) -> Result<RegisterEnd, Fault> {
        match self {
            End::Date(date) => Ok(RegisterEnd::Date(date)),
            End::Number(frame) => {
                u64::try_from(frame).map(RegisterEnd::Frame).map_err(|_| Fault::new("not a frame"))
            }
        }
    }
}

/// One of a few words.
fn word<T: Copy>(reader: &mut Reader<'_>, words: &[(&str, T)]) -> Result<T, Fault> {
    let text = reader.text(32)?;
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, meaning)| *meaning).ok_or(Fault::new("a word that is not known here"))
}

fn limit(reader: &mut Reader<'_>) -> Result<usize, Fault> {
    Ok(usize::try_from(page_limit(reader)?).expect("usize has at least 32 bits here"))
}

const BY: [(&str, By); 3] = [("accounting", By::Accounting), ("time", By::Time), ("value", By::Value)];
const ORDERS: [(&str, PageOrder); 2] =
    [("newest_first", PageOrder::NewestFirst), ("oldest_first", PageOrder::OldestFirst)];
const OUTCOMES: [(&str, Outcomes); 3] = [
    (Outcomes::Done.name(), Outcomes::Done),
    (Outcomes::Refused.name(), Outcomes::Refused),
    (Outcomes::All.name(), Outcomes::All),
];
const VIEWS: [(&str, View); 3] =
    [("internal", View::Internal), ("operations", View::Operations), ("customer", View::Customer)];

pub(super) fn read_statement(body: &mut QuestionBody<'_, '_>) -> Result<StatementAsked, Fault> {
    let (mut of, mut by, mut from, mut to) = (None, By::default(), None, None);
    let mut query = StatementQuery { limit: DEFAULT_PAGE, ..StatementQuery::default() };
    let names =
        ["account", "before", "limit", "from", "to", "by", "order", "visible_to", "holds", "legs", "totals"];
    body.fields(names, |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            1 => query.after = Some(cursor(reader)?),
            2 => query.limit = limit(reader)?,
            3 => from = Some(End::read(reader)?),
            4 => to = Some(End::read(reader)?),
            5 => by = word(reader, &BY)?,
            6 => query.order = word(reader, &ORDERS)?,
            7 => query.view = word(reader, &VIEWS)?,
            8 => query.holds = reader.flag()?,
            9 => query.legs = reader.flag()?,
            _ => query.totals = reader.flag()?,
        }
        Ok(())
    })?;
    query.range = range(by, from, to)?;
    Ok(StatementAsked { account: required(of, "account")?, query })
}

fn range(by: By, from: Option<End>, to: Option<End>) -> Result<StatementRange, Fault> {
    if from.is_none() && to.is_none() && by != By::Value {
        return Ok(StatementRange::All);
    }
    let date = |end: Option<End>, absent, name| {
        end.map_or(Ok(absent), |end: End| end.date().map_err(|f| f.in_field(name)))
    };
    let time = |end: Option<End>, absent, name| {
        end.map_or(Ok(absent), |end: End| end.time_us().map_err(|f| f.in_field(name)))
    };
    if by == By::Time {
        let (from_us, to_us) = (time(from, 0, "from")?, time(to, i64::MAX, "to")?);
        in_order(&from_us, &to_us)?;
        return Ok(StatementRange::Time { from_us, to_us });
    }
    let (from, to) = (date(from, Date::FIRST, "from")?, date(to, Date::LAST, "to")?);
    in_order(&from, &to)?;
    Ok(match by {
        By::Value => StatementRange::Value { from, to },
        _ => StatementRange::Accounting { from, to },
    })
}

/// A range that ends before it begins is a slip, and no empty range.
fn in_order<T: PartialOrd>(from: &T, to: &T) -> Result<(), Fault> {
    if to < from { Err(Fault::new("lies before `from`").in_field("to")) } else { Ok(()) }
}

pub(super) fn read_balance_at(body: &mut QuestionBody<'_, '_>) -> Result<BalanceAtAsked, Fault> {
    let (mut of, mut moments) = (None, Vec::new());
    body.fields(["account", "date", "time_us", "value_date"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            1 => moments.push(Moment::Accounting(date(reader)?)),
            2 => moments.push(Moment::Time(reader.integer()?)),
            _ => moments.push(Moment::Value(date(reader)?)),
        }
        Ok(())
    })?;
    match moments[..] {
        [moment] => Ok(BalanceAtAsked { account: required(of, "account")?, moment }),
        _ => Err(Fault::new("needs one of date, time_us and value_date")),
    }
}

pub(super) fn read_entry(body: &mut QuestionBody<'_, '_>) -> Result<EntryAsked, Fault> {
    let (mut of, mut at) = (None, None);
    let (mut from, mut lines) = (0, DEFAULT_PAGE);
    body.fields(["account", "position", "from", "limit"], |index, reader| {
        match index {
            0 => of = Some(account(reader)?),
            1 => at = Some(position(reader)?),
            2 => from = reader.integer()?,
            _ => lines = limit(reader)?,
        }
        Ok(())
    })?;
    let position = required(at, "position")?;
    Ok(EntryAsked { account: required(of, "account")?, position, from, limit: lines })
}

pub(super) fn read_register(body: &mut QuestionBody<'_, '_>) -> Result<RegisterAsked, Fault> {
    let mut asked = RegisterAsked { limit: DEFAULT_PAGE, ..RegisterAsked::default() };
    body.fields(["account", "entity", "from", "to", "after", "limit"], |index, reader| {
        match index {
            0 => asked.account = Some(account(reader)?),
            1 => asked.entity = Some(entity(reader)?),
            2 => asked.from = Some(End::read(reader)?.register()?),
            3 => asked.to = Some(End::read(reader)?.register()?),
            4 => asked.after = Some(position(reader)?),
            _ => asked.limit = limit(reader)?,
        }
        Ok(())
    })?;
    match (asked.from, asked.to) {
        (Some(RegisterEnd::Date(from)), Some(RegisterEnd::Date(to))) => in_order(&from, &to)?,
        (Some(RegisterEnd::Frame(from)), Some(RegisterEnd::Frame(to))) => in_order(&from, &to)?,
        (Some(_), Some(_)) => return Err(Fault::new("is a date, or a frame, unlike `from`").in_field("to")),
        _ => {}
    }
    let by_date = [asked.from, asked.to].iter().any(|end| matches!(end, Some(RegisterEnd::Date(_))));
    if by_date && asked.account.is_none() && asked.entity.is_none() {
        return Err(Fault::new("has dates, but says not of which entity"));
    }
    Ok(asked)
}

pub(super) fn read_find(body: &mut QuestionBody<'_, '_>) -> Result<FindAsked, Fault> {
    let (mut sought, mut outcomes, mut client, mut of) = (Vec::new(), None, None, None);
    let (mut from, mut to, mut after, mut rows, mut legs) = (None, None, None, DEFAULT_PAGE, false);
    let names = ["reference", "id", "entity", "from", "to", "after", "limit", "client", "outcomes", "legs"];
    body.fields(names, |index, reader| {
        match index {
            0 => sought.push(Sought::Reference(reference(reader)?)),
            1 => sought.push(Sought::Id(transaction_id(reader)?.id)),
            2 => of = Some(entity(reader)?),
            3 => from = Some(date(reader)?),
            4 => to = Some(date(reader)?),
            5 => after = Some(reader.text(MAX_CURSOR)?),
            6 => rows = limit(reader)?,
            7 => client = Some(ClientId(reader.integer()?)),
            8 => outcomes = Some(word(reader, &OUTCOMES)?),
            _ => legs = reader.flag()?,
        }
        Ok(())
    })?;
    if legs && of.is_none() {
        return Err(Fault::new("are asked for, but not of which entity").in_field("legs"));
    }
    let has_dates = from.is_some() || to.is_some();
    if of.is_none() && has_dates {
        return Err(Fault::new("has dates, but says not of which entity"));
    }
    if let (Some(from), Some(to)) = (from, to) {
        in_order(&from, &to)?;
    }
    let sought = match (sought.pop(), sought.pop()) {
        (Some(sought), None) => sought,
        (None, None) if has_dates => Sought::All,
        _ => return Err(Fault::new("needs one of reference and id, or dates")),
    };
    // Who looks for one thing asks what became of it; who wants all of a date, what was done.
    let usual = if sought == Sought::All { Outcomes::Done } else { Outcomes::All };
    let outcomes = outcomes.unwrap_or(usual);
    let what = FindWhat { sought, client, outcomes, entity: of, from, to, legs };
    let after = after.map(|text| record_after(text, &what).map_err(|fault| fault.in_field("after")));
    Ok(FindAsked { after: after.transpose()?, what, limit: rows })
}

/// A reference, whole.
fn reference(reader: &mut Reader<'_>) -> Result<Box<str>, Fault> {
    match reader.text(MAX_NOTES)? {
        "" => Err(Fault::new("is empty")),
        text => Ok(text.into()),
    }
}

/// The record at which a search goes on.
fn record_after(cursor: &str, what: &FindWhat) -> Result<RecordPlace, Fault> {
    let place = what.filters().place(cursor).and_then(place_of);
    place.ok_or(NOT_A_CURSOR)
}

pub(super) fn read_general_ledger(body: &mut QuestionBody<'_, '_>) -> Result<GeneralLedgerAsked, Fault> {
    let (mut of, mut from, mut to) = (None, None, None);
    body.fields(["entity", "from", "to"], |index, reader| {
        match index {
            0 => of = Some(entity(reader)?),
            1 => from = Some(date(reader)?),
            _ => to = Some(date(reader)?),
        }
        Ok(())
    })?;
    if let (Some(from), Some(to)) = (from, to) {
        in_order(&from, &to)?;
    }
    Ok(GeneralLedgerAsked { entity: required(of, "entity")?, from, to })
}
