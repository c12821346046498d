//! A voucher in the accounting system's terms.

use longmen_ledger::{Amount, Currency, Side};

use super::target::Target;
use crate::entry::Books;
use crate::made::draft::{Draft, Line, Origin};
use crate::refusal::{Refusal, RefusalCode};
use crate::voucher::Voucher;

/// A voucher, and what things in it are called there.
#[derive(Debug)]
pub(crate) struct Theirs<'a> {
    pub(crate) voucher: &'a Voucher,
    pub(crate) source_key: String,
    pub(crate) entity: &'a str,
    pub(crate) word: &'a str,
    pub(crate) lines: Vec<TheirLine<'a>>,
}

/// A line, and what things in it are called there.
#[derive(Debug)]
pub(crate) struct TheirLine<'a> {
    pub(crate) line: &'a Line,
    pub(crate) subject: &'a str,
    pub(crate) currency: &'a str,
    /// Terms by their names there.
    pub(crate) aux: Vec<(&'a str, &'a str)>,
    pub(crate) local_currency: Currency,
}

impl<'a> Theirs<'a> {
    pub(super) fn of(voucher: &'a Voucher, target: &'a Target) -> Result<Theirs<'a>, Refusal> {
        let source_key = voucher.source_key();
        let draft = &voucher.content;
        let unknown = |code, reason: String| Refusal::new(code, &source_key, reason);
        let entity = match target.entities.get(&draft.entity) {
            Some(entity) => entity,
            None if target.entities.is_empty() => &draft.entity,
            None => {
                let reason = format!("nothing says what {} is called there", draft.entity);
                return Err(unknown(RefusalCode::UnknownEntity, reason));
            }
        };
        let lines = draft.lines.iter().map(|line| TheirLine::of(line, draft, target));
        let lines = lines.collect::<Result<_, _>>().map_err(|(code, reason)| unknown(code, reason))?;
        let word = target.words.get(&draft.word).unwrap_or(&draft.word);
        Ok(Theirs { voucher, entity, word, lines, source_key })
    }

    pub(crate) fn draft(&self) -> &'a Draft {
        &self.voucher.content
    }

    /// Word and number, as people name a voucher: 记-1.
    pub(crate) fn reference(&self) -> String {
        format!("{}-{}", self.draft().word, self.voucher.number)
    }
}

type Unknown = (RefusalCode, String);

impl<'a> TheirLine<'a> {
    fn of(line: &'a Line, draft: &'a Draft, target: &'a Target) -> Result<TheirLine<'a>, Unknown> {
        let currency = match target.currencies.get(&line.currency) {
            Some(currency) => currency,
            None if target.currencies.is_empty() => line.currency.code(),
            None => {
                let reason = format!("nothing says what {} is called there", line.currency);
                return Err((RefusalCode::UnknownCurrency, reason));
            }
        };
        Ok(TheirLine {
            line,
            subject: subject_of(line, target)?,
            currency,
            aux: aux_of(line, target)?,
            local_currency: draft.local_currency,
        })
    }

    pub(crate) fn is_foreign(&self) -> bool {
        self.line.currency != self.local_currency
    }

    /// The amount in the line's currency.
    pub(crate) fn amount(&self) -> String {
        self.line.currency.print(self.line.amount.0.into())
    }

    pub(crate) fn local(&self) -> String {
        self.local_currency.print(self.line.local.0.into())
    }

    /// The local amount on a side; 0.00 where the line is on the other.
    pub(crate) fn local_on(&self, side: Side) -> String {
        let Amount(local) = if self.line.side == side { self.line.local } else { Amount(0) };
        self.local_currency.print(local.into())
    }

    /// The amount in the line's currency on a side.
    pub(crate) fn amount_on(&self, side: Side) -> String {
        let Amount(amount) = if self.line.side == side { self.line.amount } else { Amount(0) };
        self.line.currency.print(amount.into())
    }

    /// What the line is called where there is room for one reference.
    pub(crate) fn first_source(&self) -> &'a str {
        match &self.line.sources[..] {
            [one] => one,
            _ => "",
        }
    }

    pub(crate) fn aux_value(&self, name: &str) -> &'a str {
        self.aux.iter().find(|(theirs, _)| *theirs == name).map_or("", |(_, value)| value)
    }
}

/// The further terms, by their names there.
fn aux_of<'a>(line: &'a Line, target: &'a Target) -> Result<Vec<(&'a str, &'a str)>, Unknown> {
    let named = line.aux.iter().map(|(name, value)| match target.aux.get(name) {
        Some(theirs) => Ok((&**theirs, &**value)),
        None => Err((RefusalCode::UnknownAux, format!("nothing says what {name} is called there"))),
    });
    named.collect()
}

fn subject_of<'a>(line: &'a Line, target: &'a Target) -> Result<&'a str, Unknown> {
    let subject = &*line.subject;
    match (line.origin, line.books) {
        (Origin::Clearing, _) => Ok(subject),
        (Origin::Books, Books::Memo) => match target.memo.get(subject) {
            Some(theirs) => Ok(theirs),
            None => {
                let reason = format!("nothing says which subject of theirs memo {subject} stands for");
                Err((RefusalCode::UnknownMemo, reason))
            }
        },
        (Origin::Books, _) => match target.subjects.of(subject).map(|theirs| &**theirs) {
            Some("=") => Ok(subject),
            Some(theirs) => Ok(theirs),
            None => {
                Err((RefusalCode::UnknownSubject, format!("nothing says what {subject} is called there")))
            }
        },
    }
}
