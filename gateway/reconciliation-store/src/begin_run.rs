//! Beginning a run: what it rests on is there, and nothing is compared twice.

use std::collections::BTreeMap;

use longmen_channel_files::TradeFormat;
use longmen_ledger::Date;

use crate::ended_try::{EndedTry, end_tries};
use crate::error::StoreError;
use crate::findings;
use crate::names::{Channel, Person};
use crate::open_run::OpenRun;
use crate::refusal::Refusal;
use crate::run::{Run, RunId, RunInputs};
use crate::runs::{self, Link, NewRun};
use crate::store::Store;
use crate::stored_file::{FileState, StoredFile};

/// What is to be compared, or that it was.
#[derive(Debug)]
pub enum Begun<'a> {
    /// The same inputs were compared, and gave this.
    Known(Box<Run>),
    /// What is found goes in here. Without [`OpenRun::finish`] nothing of it stays.
    Open(Box<OpenRun<'a>>),
}

impl Store {
    /// Begins to compare a date. What waits is that of the day before, as its run left it, so a day may be compared again: its file was
    /// corrected, or its books were. `ended` are tries of earlier dates that were confirmed or cancelled on this one; the digest of the books is of
    /// them as well.
    ///
    /// # Errors
    /// `no_such_file`, `wrong_file`, `not_transactions`, `file_not_active`, `books_open`; `missing_run`, `stale_run` and `before_first_run`,
    /// where the day before is not there to go on from; whatever fails.
    pub fn begin_run(
        &mut self,
        inputs: &RunInputs,
        ended: &[EndedTry],
        by: &Person,
        at_us: i64,
    ) -> Result<Begun<'_>, StoreError> {
        let file = self.reader.file(inputs.file)?;
        check_file(inputs, &file)?;
        let (date, closed) = (inputs.rules.date, inputs.book.closed);
        if closed < date {
            return Err(Refusal::BooksOpen { closed, date }.into());
        }
        let links = runs::links(&self.reader.connection, &inputs.channel)?;
        let before = day_before(&links, &inputs.channel, date)?;
        let hung_before = before.map_or_else(runs::nothing_hung, |link| link.hung_after);
        let digest = runs::digest_of(inputs, file.sha256, hung_before);
        if let Some(same) = links.iter().find(|link| link.date == date && link.inputs == digest) {
            return Ok(Begun::Known(Box::new(self.reader.run(same.id)?)));
        }
        let before = before.map(|link| link.id);
        let new = NewRun { inputs, digest, hung_before, made_at_us: at_us, made_by: by };
        self.open_run(&new, before, ended).map(|open| Begun::Open(Box::new(open)))
    }

    fn open_run(
        &mut self,
        new: &NewRun<'_>,
        before: Option<RunId>,
        ended: &[EndedTry],
    ) -> Result<OpenRun<'_>, StoreError> {
        let transaction = self.reader.connection.transaction()?;
        let waits = before.map_or(Ok(Vec::new()), |run| findings::hung_after(&transaction, run))?;
        let (channel, date) = (&new.inputs.channel, new.inputs.rules.date);
        let tries = match date.previous() {
            Some(previous) if !ended.is_empty() => findings::open_tries(&transaction, channel, previous)?,
            _ => Vec::new(),
        };
        let run = runs::insert(&transaction, new)?;
        let mut hung: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (id, one) in waits {
            hung.entry((one.side, one.transaction)).or_default().push((id, one.since, one.days));
        }
        let ended = end_tries(&mut hung, tries, ended, date);
        OpenRun::new(transaction, new.inputs, run, hung, ended)
    }
}

fn check_file(inputs: &RunInputs, file: &StoredFile) -> Result<(), Refusal> {
    let (id, key) = (file.id, &file.key);
    if key.channel != inputs.channel || key.date != inputs.rules.date {
        return Err(Refusal::WrongFile { file: id, channel: key.channel.clone(), date: key.date });
    }
    if !TradeFormat::ALL.iter().any(|format| format.name() == &*key.format) {
        return Err(Refusal::NotTransactions { file: id });
    }
    match file.state {
        FileState::Active => Ok(()),
        state => Err(Refusal::FileNotActive { file: id, state }),
    }
}

/// The run of the day before, which must be there and hold; none where the day is the channel's first.
fn day_before<'a>(links: &'a [Link], channel: &Channel, date: Date) -> Result<Option<&'a Link>, Refusal> {
    let Some(first) = links.first().map(|link| link.date).filter(|first| *first != date) else {
        return Ok(None);
    };
    if date < first {
        return Err(Refusal::BeforeFirstRun { channel: channel.clone(), first });
    }
    let before = date.previous().unwrap_or(date);
    let Some(link) = links.iter().find(|link| link.date == before) else {
        return Err(Refusal::MissingRun { channel: channel.clone(), date: before });
    };
    if runs::stale(links).contains(&before) {
        return Err(Refusal::StaleRun { channel: channel.clone(), date: before });
    }
    Ok(Some(link))
}
