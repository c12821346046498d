//! The journal of a closed date, as entries that vouchers are made of.

use std::collections::{BTreeMap, HashMap};

use longmen_client::{Client, FindRequest, RecordedLeg, Subject, TransactionRecord};
use longmen_ledger::{Amount, Currency, Date, Side, SubjectClass};
use longmen_vouchers::{Aux, Books, Day, Entry, Mode, Settings, Source};

use super::error::VoucherError;
use super::fold::Fold;
use super::own_types::own_summary;
use crate::error::NodeError;

/// Transactions of one page.
const PAGE: u32 = 1_000;
/// What the books can say of a line.
const TERMS: [&str; 5] = ["account", "account_type", "tenor", "party", "purpose"];

/// Reads a closed date of an entity's books.
pub(super) struct Reading<'a> {
    pub(super) entity: &'a str,
    pub(super) date: Date,
    pub(super) settings: &'a Settings,
    /// By code.
    pub(super) subjects: HashMap<Box<str>, Subject>,
}

/// What was read so far: sums where vouchers are made of sums, else each entry.
enum Read {
    Sums(Fold),
    Entries { entries: Vec<Entry>, clients: HashMap<Box<str>, u32> },
}

impl Reading<'_> {
    /// Reads all of it, and says after each page how many transactions there were.
    pub(super) async fn day(
        &self,
        client: &mut Client,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Day, VoucherError> {
        self.check_terms()?;
        let (date, mut after, mut count) = (self.date.to_string(), None::<Box<str>>, 0);
        let mut read = match self.settings.plan.mode {
            Mode::Day | Mode::DayWithAux => Read::Sums(Fold::default()),
            Mode::Transaction | Mode::Packed => {
                Read::Entries { entries: Vec::new(), clients: HashMap::new() }
            }
        };
        loop {
            let request = FindRequest {
                entity: Some(self.entity),
                from: Some(&date),
                to: Some(&date),
                after: after.as_deref(),
                limit: PAGE,
                legs: true,
                ..FindRequest::default()
            };
            let page = client.find(&request).await.map_err(NodeError::from)?;
            count += page.transactions.len() as u64;
            for record in &page.transactions {
                read.take(self.entries(record)?, record.client);
            }
            progress(count);
            after = page.next;
            if after.is_none() {
                return Ok(Day { entity: self.entity.into(), date: self.date, entries: self.end(read)? });
            }
        }
    }

    fn check_terms(&self) -> Result<(), VoucherError> {
        match self.settings.target.aux.keys().find(|term| !TERMS.contains(&&***term)) {
            Some(term) => Err(VoucherError::NoTerm(term.clone())),
            None => Ok(()),
        }
    }

    fn end(&self, read: Read) -> Result<Vec<Entry>, VoucherError> {
        match read {
            Read::Entries { entries, .. } => Ok(entries),
            Read::Sums(fold) => {
                let date = self.date.to_string().replace('-', "");
                Ok(fold.end(|kind| format!("{}{date}-{kind}", self.entity))?)
            }
        }
    }

    fn entries(&self, record: &TransactionRecord) -> Result<Vec<Entry>, NodeError> {
        // What has no type is called by what it does: `post`, `reverse`, `carry_forward`.
        let kind = record.notes.get("type").filter(|kind| !kind.is_empty()).unwrap_or(&record.action);
        let summary = self.settings.summaries.get(&**kind).map(|text| &**text);
        let summary = summary.or_else(|| own_summary(kind)).unwrap_or(kind);
        let id = record.text_id.as_deref().unwrap_or(&record.id);
        record.legs.iter().map(|leg| self.entry(leg, (kind, summary, id))).collect()
    }

    fn entry(&self, leg: &RecordedLeg, (kind, summary, id): (&str, &str, &str)) -> Result<Entry, NodeError> {
        let answer = |what, text: &str| NodeError::Answer { what, text: text.to_owned() };
        let subject = self.subjects.get(&leg.subject);
        let subject = subject.ok_or_else(|| answer("a subject that the chart has not", &leg.subject))?;
        let class = SubjectClass::from_name(&subject.class);
        let class = class.ok_or_else(|| answer("the class", &subject.class))?;
        let currency = Currency::from_code(&leg.currency);
        Ok(Entry {
            subject: leg.subject.clone(),
            books: Books::of(class),
            aux: self.aux(leg, subject),
            side: match leg.side {
                longmen_client::Side::Debit => Side::Debit,
                longmen_client::Side::Credit => Side::Credit,
            },
            currency: currency.ok_or_else(|| answer("the currency", &leg.currency))?,
            amount: Amount(leg.amount),
            kind: kind.into(),
            source: Source::Transaction(id.into()),
            summary: summary.into(),
        })
    }

    /// The terms that the settings name, as far as the books have them.
    fn aux(&self, leg: &RecordedLeg, subject: &Subject) -> Aux {
        if self.settings.plan.mode == Mode::Day {
            return Aux::new();
        }
        let value = |term: &str| match term {
            "account" => &leg.number,
            "account_type" => &leg.account_type,
            "tenor" => &subject.tenor,
            "party" => &subject.party,
            _ => &subject.purpose,
        };
        let terms = self.settings.target.aux.keys().map(|term| (term.clone(), value(term).clone()));
        terms.filter(|(_, value)| !value.is_empty()).collect::<BTreeMap<_, _>>()
    }
}

impl Read {
    fn take(&mut self, mut taken: Vec<Entry>, client: u32) {
        match self {
            Read::Sums(fold) => fold.take(taken),
            Read::Entries { entries, clients } => {
                for entry in &mut taken {
                    let Source::Transaction(id) = &mut entry.source else { continue };
                    // Two clients may have called theirs the same.
                    if *clients.entry(id.clone()).or_insert(client) != client {
                        *id = format!("{id}@{client}").into();
                    }
                }
                entries.append(&mut taken);
            }
        }
    }
}
