//! A run under way: what is found goes in as it comes, and all of it holds, or none.

use std::collections::BTreeMap;

use longmen_ledger::{Currency, Date};
use longmen_reconciliation::{Class, Fate, Finding, Hung, Side, Sums, Transaction};
use rusqlite::Transaction as DatabaseTransaction;

use crate::break_id::{BreakId, content_of};
use crate::digest::Digester;
use crate::ended_try::Ended;
use crate::error::StoreError;
use crate::findings::{self, NewFinding, OpenTry};
use crate::names::Channel;
use crate::run::{RunId, RunInputs, RunTotals};
use crate::runs;
use crate::waiting::Waiting;

/// A run under way.
#[derive(Debug)]
pub struct OpenRun<'a> {
    transaction: DatabaseTransaction<'a>,
    channel: Channel,
    date: Date,
    run: RunId,
    /// What waited before, as far as nothing was found about it yet.
    waiting: Waiting,
    /// Tries that were cancelled, and that the file has.
    cancelled: Vec<Hung>,
    /// What was found before anything was compared: tries that ended, and of which nothing is to be compared.
    concluded: Vec<Finding>,
    classes: BTreeMap<(&'static str, Class, Fate), Sums>,
    result: Digester,
}

impl<'a> OpenRun<'a> {
    pub(crate) fn new(
        transaction: DatabaseTransaction<'a>,
        inputs: &RunInputs,
        run: RunId,
        waiting: Waiting,
        ended: Ended,
    ) -> Result<OpenRun<'a>, StoreError> {
        let mut open = OpenRun {
            transaction,
            channel: inputs.channel.clone(),
            date: inputs.rules.date,
            run,
            waiting,
            cancelled: ended.cancelled,
            concluded: Vec::new(),
            classes: BTreeMap::new(),
            result: Digester::of("longmen result 1"),
        };
        for (id, since, finding) in ended.concluded {
            let tried = finding.book.as_ref().expect("what was tried is of the books");
            open.count(tried.currency, &finding);
            let content = content_of(&finding);
            let new = NewFinding { run, id: &id, since, content: &content, finding: &finding };
            findings::insert(&open.transaction, &new)?;
            open.digest(&id, since, &content, &finding);
            open.concluded.push(finding);
        }
        Ok(open)
    }

    /// What waits from the day before, to be compared with both sides. Ask before the first finding goes in.
    #[must_use]
    pub fn hung(&self) -> Vec<Hung> {
        let mut hung = self.cancelled.clone();
        for ((side, transaction), alike) in &self.waiting {
            for (_, since, days) in alike {
                let transaction = transaction.clone();
                hung.push(Hung { side: *side, since: *since, days: *days, transaction });
            }
        }
        hung
    }

    /// Takes a finding, in the order of the comparison. What was matched on its first day is counted in the totals alone, and may be left out.
    ///
    /// # Errors
    /// Whatever fails.
    ///
    /// # Panics
    /// Where both sides of it are in different currencies: each is compared by itself.
    pub fn add(&mut self, finding: &Finding) -> Result<(), StoreError> {
        if finding.class == Class::Matched && finding.days == 0 {
            return Ok(());
        }
        let (side, anchor) = match (&finding.book, &finding.file) {
            (Some(book), Some(file)) => {
                assert_eq!(book.currency, file.currency, "each currency is compared by itself");
                // What has waited names it, else the books.
                let has_waited = self.waiting.contains_key(&(Side::File, file.clone())) && finding.days > 0;
                if has_waited { (Side::File, file) } else { (Side::Book, book) }
            }
            (Some(book), None) => (Side::Book, book),
            (None, Some(file)) => (Side::File, file),
            (None, None) => panic!("a finding has a transaction"),
        };
        self.count(anchor.currency, finding);
        let (known, since) =
            self.known(side, anchor, finding).map_or((None, self.date), |(id, since)| (Some(id), since));
        let content = content_of(finding);
        for ordinal in 0.. {
            let id = known.clone();
            let id = id.unwrap_or_else(|| BreakId::of(&self.channel, side, anchor, since, ordinal));
            let new = NewFinding { run: self.run, id: &id, since, content: &content, finding };
            if findings::insert(&self.transaction, &new)? {
                self.digest(&id, since, &content, finding);
                break;
            }
            assert!(known.is_none(), "what waited is found once");
        }
        Ok(())
    }

    /// Ends the run: everything that was found is there from now on, and the run that the day had no longer counts. Gives its number, and
    /// the later dates that are stale now and to be compared again.
    ///
    /// # Errors
    /// Whatever fails; nothing is changed then.
    ///
    /// # Panics
    /// Where the totals are not those of the findings, do not make the file of the books, or nothing was found about something that waited: a
    /// comparison that does not prove itself is none.
    pub fn finish(self, totals: &[RunTotals]) -> Result<(RunId, Vec<Date>), StoreError> {
        let totals = &self.with_concluded(totals)[..];
        self.prove(totals);
        let OpenRun { transaction, channel, date, run, mut result, .. } = self;
        let mut hung = Digester::of(runs::HUNG);
        for (id, Hung { side, since, days, transaction }) in findings::hung_after(&transaction, run)? {
            hung.field(id).field(side.name()).field(since).field(days).field(&transaction.reference);
            hung.field(transaction.line).field(transaction.gross.0).field(transaction.fee.0);
            hung.field(transaction.state.name());
        }
        // What was tried waits for its client as well, for as long as that takes.
        for OpenTry { id, finding, .. } in findings::open_tries(&transaction, &channel, date)? {
            if finding.fate != Fate::Hung {
                hung.field("tried").field(id).field(content_of(&finding));
            }
        }
        for RunTotals { currency, book, file, unmoved, classes } in totals {
            result.field(currency).field(book.rows).field(book.net).field(file.rows).field(file.net);
            result.field(unmoved);
            for ((class, fate), sums) in classes {
                result.field(class.name()).field(fate.name()).field(sums.rows).field(sums.net);
            }
        }
        runs::conclude(&transaction, run, hung.end(), result.end(), totals)?;
        let stale = runs::stale(&runs::links(&transaction, &channel)?);
        transaction.commit()?;
        Ok((run, stale.into_iter().filter(|one| *one > date).collect()))
    }

    /// The totals of what was compared, and what was found before that.
    fn with_concluded(&self, totals: &[RunTotals]) -> Vec<RunTotals> {
        let mut totals = totals.to_vec();
        for finding in &self.concluded {
            let currency = finding.book.as_ref().map(|tried| tried.currency);
            let of_currency = totals.iter_mut().find(|one| Some(one.currency) == currency);
            let of_currency = of_currency.expect("the channel's currency is compared");
            of_currency.classes.entry((finding.class, finding.fate)).or_default().rows += 1;
        }
        totals
    }

    /// The break that something has which waited. What is found on its first day has waited for nothing; of one that is there too often it is
    /// not said.
    fn known(&mut self, side: Side, anchor: &Transaction, finding: &Finding) -> Option<(BreakId, Date)> {
        let is_duplicate = matches!(finding.class, Class::DuplicateInBook | Class::DuplicateInFile);
        if finding.days == 0 && !is_duplicate {
            return None;
        }
        let key = (side, anchor.clone());
        let alike = self.waiting.get_mut(&key)?;
        let (id, since, _) = alike.remove(0);
        if alike.is_empty() {
            self.waiting.remove(&key);
        }
        Some((id, since))
    }

    fn count(&mut self, currency: Currency, finding: &Finding) {
        let sums = self.classes.entry((currency.code(), finding.class, finding.fate)).or_default();
        sums.rows += 1;
        sums.net += finding.explains;
    }

    fn digest(&mut self, id: &BreakId, since: Date, content: &str, finding: &Finding) {
        let result = &mut self.result;
        result.field(id).field(finding.class.name()).field(finding.fate.name()).field(finding.days);
        result.field(finding.explains).field(since).field(content);
        for side in [&finding.book, &finding.file] {
            result.field(side.as_ref().map_or(0, |one| one.line));
        }
    }

    /// Holds what was found to the totals, and the totals to themselves.
    fn prove(&self, totals: &[RunTotals]) {
        assert!(
            self.waiting.is_empty(),
            "something is found about everything that waited: {:?}",
            self.waiting
        );
        for RunTotals { currency, book, file, classes, .. } in totals {
            let explains: i128 = classes.values().map(|sums| sums.net).sum();
            assert_eq!(book.net + explains, file.net, "what differs makes the file of the books");
            for ((class, fate), sums) in classes.iter().filter(|((class, _), _)| *class != Class::Matched) {
                let found = self.classes.get(&(currency.code(), *class, *fate));
                assert_eq!(found, Some(sums), "{} {} are those that were found", class.name(), fate.name());
            }
        }
        for ((code, class, fate), found) in &self.classes {
            let of_currency = totals.iter().find(|totals| totals.currency.code() == *code);
            let sums = of_currency.and_then(|totals| totals.classes.get(&(*class, *fate)));
            let is_in = sums.is_some_and(|sums| sums.rows >= found.rows);
            assert!(is_in, "{} {} {code} are in the totals", class.name(), fate.name());
        }
    }
}
