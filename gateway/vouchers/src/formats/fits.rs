//! Whether a voucher fits the format.

use encoding_rs::GBK;
use longmen_ledger::Currency;

use super::column::{Column, Field};
use super::format::Limits;
use super::target::Target;
use super::theirs::Theirs;
use super::values::values;
use crate::made::draft::{Draft, Tone};
use crate::refusal::{Refusal, RefusalCode};

/// Digits that a cell of a sheet keeps.
const SHEET_DIGITS: usize = 15;

type Fault = (RefusalCode, String);

/// Holds a voucher to all that its format asks for; `columns` are those of its table, if it has one.
pub(super) fn check(theirs: &Theirs<'_>, target: &Target, columns: &[Column]) -> Result<(), Refusal> {
    let limits = target.format.limits();
    let found = check_whole(theirs, target, &limits)
        .and_then(|()| check_balance(theirs.draft()))
        .and_then(|()| check_texts(theirs, target, &limits))
        .and_then(|()| check_amounts(theirs, target, &limits))
        .and_then(|()| check_columns(theirs, target, &limits, columns));
    found.map_err(|(code, reason)| Refusal::new(code, &theirs.source_key, reason))
}

fn check_whole(theirs: &Theirs<'_>, target: &Target, limits: &Limits) -> Result<(), Fault> {
    let draft = theirs.draft();
    let most = target.line_limit.min(limits.lines);
    if draft.lines.len() > most {
        return Err((RefusalCode::TooManyLines, format!("{} lines, and {most} fit", draft.lines.len())));
    }
    if draft.is_off_balance && !target.format.takes_off_balance() {
        let reason = format!("{} has no vouchers of one side", target.format.name());
        return Err((RefusalCode::NoOffBalance, reason));
    }
    if draft.tone == Tone::Mixed && target.format.marks_red_as_a_whole() {
        return Err((RefusalCode::MixedRed, "red lines balance only with others".to_owned()));
    }
    let first = draft.lines.first().map(|line| line.currency);
    if target.format.has_one_currency() && draft.lines.iter().any(|line| Some(line.currency) != first) {
        return Err((RefusalCode::MixedCurrencies, "lines of more than one currency".to_owned()));
    }
    Ok(())
}

/// Whoever made it has balanced it; what was kept may have been changed since.
fn check_balance(draft: &Draft) -> Result<(), Fault> {
    if draft.is_off_balance {
        return Ok(());
    }
    let mut sums: Vec<(Currency, i128)> = Vec::new();
    let locally = draft.lines.iter().map(|line| line.side.signed(line.local)).sum();
    for line in &draft.lines {
        let by = line.side.signed(line.amount);
        match sums.iter_mut().find(|(currency, _)| *currency == line.currency) {
            Some((_, sum)) => *sum += by,
            None => sums.push((line.currency, by)),
        }
    }
    sums.push((draft.local_currency, locally));
    match sums.into_iter().find(|(_, sum)| *sum != 0) {
        None => Ok(()),
        Some((currency, sum)) => {
            let reason = format!("debits less credits are {} {currency}", currency.print(sum));
            Err((RefusalCode::Unbalanced, reason))
        }
    }
}

fn check_texts(theirs: &Theirs<'_>, target: &Target, limits: &Limits) -> Result<(), Fault> {
    let people = &target.people;
    for (name, text) in [
        ("maker", &people.maker),
        ("checker", &people.checker),
        ("poster", &people.poster),
        ("cashier", &people.cashier),
    ] {
        check_text(name, text, limits.name, limits)?;
    }
    check_text("word", theirs.word, 10, limits)?;
    let summary = target.summary_width.unwrap_or(limits.summary);
    for line in &theirs.lines {
        check_text("summary", &line.line.summary, summary, limits)?;
        check_text("subject", line.subject, limits.subject, limits)?;
        check_text("currency", line.currency, 10, limits)?;
        for (name, value) in &line.aux {
            check_text(name, value, 80, limits)?;
        }
    }
    Ok(())
}

/// Whether a text fits a field of so many characters, of GBK formats of so many bytes.
fn check_text(name: &str, text: &str, width: usize, limits: &Limits) -> Result<(), Fault> {
    if text.chars().any(char::is_control) {
        return Err((RefusalCode::BadText, format!("{name} {text:?} has control characters")));
    }
    let has = if limits.is_gbk { gbk_bytes(name, text)? } else { text.chars().count() };
    if has > width {
        let unit = if limits.is_gbk { "bytes of GBK" } else { "characters" };
        return Err((RefusalCode::TextTooWide, format!("{name} {text} has {has} {unit}, and {width} fit")));
    }
    Ok(())
}

fn gbk_bytes(name: &str, text: &str) -> Result<usize, Fault> {
    // The encoder would write a reference in HTML's way, which looks like text.
    let mut bytes = 0;
    for character in text.chars() {
        let mut buffer = [0; 4];
        let (encoded, _, is_missing) = GBK.encode(character.encode_utf8(&mut buffer));
        if is_missing {
            return Err((RefusalCode::NotInGbk, format!("{name} {text} has {character}, which GBK has not")));
        }
        bytes += encoded.len();
    }
    Ok(bytes)
}

fn check_amounts(theirs: &Theirs<'_>, target: &Target, limits: &Limits) -> Result<(), Fault> {
    for line in &theirs.lines {
        for (amount, currency) in [(line.amount(), line.line.currency), (line.local(), line.local_currency)] {
            check_amount(&amount, currency, target, limits)?;
        }
    }
    Ok(())
}

fn check_amount(amount: &str, currency: Currency, target: &Target, limits: &Limits) -> Result<(), Fault> {
    let finest = amount.split_once('.').map_or(0, |(_, places)| places.trim_end_matches('0').len());
    if finest > limits.places as usize {
        let reason = format!("{amount} {currency} has {finest} places, and {} fit", limits.places);
        return Err((RefusalCode::AmountTooFine, reason));
    }
    let whole = amount.split_once('.').map_or(amount, |(whole, _)| whole);
    let width = whole.len() + 1 + limits.places as usize;
    let digits = amount.bytes().filter(u8::is_ascii_digit).count();
    if width > limits.amount || target.format.is_sheet() && digits > SHEET_DIGITS {
        let reason = format!("{amount} {currency} is wider than its field of {}", limits.amount);
        return Err((RefusalCode::AmountTooWide, reason));
    }
    Ok(())
}

/// The fields of a table, each with its own width; and that no term of a line is without a column.
fn check_columns(
    theirs: &Theirs<'_>,
    target: &Target,
    limits: &Limits,
    columns: &[Column],
) -> Result<(), Fault> {
    for (at, line) in theirs.lines.iter().enumerate() {
        for (column, value) in columns.iter().zip(values(columns, theirs, at, target)) {
            if let Some(width) = column.width {
                check_text(&column.title, value.text(), width, limits)?;
            }
        }
        for (nth, (name, _)) in (1..).zip(&line.aux) {
            let shows = |column: &Column| match &column.field {
                Field::Aux(shown) => **shown == **name,
                Field::AuxValue(shown) => *shown == nth,
                _ => false,
            };
            if !columns.is_empty() && !columns.iter().any(shows) {
                return Err((RefusalCode::UnknownAux, format!("no column has {name}")));
            }
        }
    }
    Ok(())
}
