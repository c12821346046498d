//! What was found, as JSON: it is printed as it comes, since there may be more than fits into memory.

use std::cell::RefCell;
use std::iter::Peekable;

use longmen_engine::ledger::Date;
use longmen_reconciliation::{Finding, Found, Sums, Totals, Transaction};
use longmen_reconciliation_run::{Compared, Findings, RunError};
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::output::stream_json;

/// Prints what was compared.
pub(crate) fn show_json(date: Date, compared: &Compared) -> Result<(), Failure> {
    let source = Source { findings: compared.findings()?.peekable(), failed: None };
    let source = RefCell::new(source);
    let currencies = compared.totals().iter().map(|(code, totals)| one_currency(code, totals, &source));
    let printed = stream_json(&Shown { currencies: currencies.collect(), date: date.to_string() });
    match source.into_inner().failed {
        Some(error) => Err(error.into()),
        None => printed,
    }
}

#[derive(Serialize)]
struct Shown<'a, 'f> {
    currencies: Vec<OneCurrency<'a, 'f>>,
    date: String,
}

#[derive(Serialize)]
struct OneCurrency<'a, 'f> {
    agrees: bool,
    book: Value,
    classes: Vec<Value>,
    currency: &'a str,
    file: Value,
    findings: OfCurrency<'a, 'f>,
    hung: u64,
    unmoved: u64,
}

fn one_currency<'a, 'f>(
    code: &'a str,
    totals: &Totals,
    source: &'a RefCell<Source<'f>>,
) -> OneCurrency<'a, 'f> {
    let sums = |Sums { rows, net }: Sums| json!({"rows": rows, "net": net});
    let classes = totals.classes.iter().map(|((class, fate), sums)| {
        json!({"class": class.name(), "fate": fate.name(), "rows": sums.rows, "explains": sums.net})
    });
    OneCurrency {
        agrees: totals.agrees(),
        book: sums(totals.book),
        classes: classes.collect(),
        currency: code,
        file: sums(totals.file),
        findings: OfCurrency { code, source },
        hung: totals.hung(),
        unmoved: totals.unmoved,
    }
}

/// The findings of all currencies, and why there are no more.
struct Source<'a> {
    findings: Peekable<Findings<'a>>,
    failed: Option<RunError>,
}

impl Source<'_> {
    /// The next finding, if it is of this currency.
    fn next_of(&mut self, code: &str) -> Option<Finding> {
        let is_next = |next: &Result<Found, RunError>| match next {
            Ok(found) => found.currency_code() == code,
            Err(_) => true,
        };
        match self.findings.next_if(is_next)? {
            Ok(found) => Some(found.finding),
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }
}

/// The findings of a currency, which stand before those of the next.
struct OfCurrency<'a, 'f> {
    code: &'a str,
    source: &'a RefCell<Source<'f>>,
}

impl Serialize for OfCurrency<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let findings = std::iter::from_fn(|| self.source.borrow_mut().next_of(self.code));
        serializer.collect_seq(findings.map(|finding| to_json(&finding)))
    }
}

fn to_json(finding: &Finding) -> Value {
    let side = |side: &Option<Transaction>| {
        side.as_ref().map(|one| {
            json!({
                "reference": one.reference, "line": one.line, "gross": one.gross.0, "fee": one.fee.0,
                "state": one.state.name(),
            })
        })
    };
    let either = finding.book.as_ref().or(finding.file.as_ref());
    json!({
        "merchant_number": finding.merchant_number(), "kind": either.map(|one| one.kind.name()),
        "class": finding.class.name(), "fate": finding.fate.name(), "days": finding.days,
        "explains": finding.explains, "book": side(&finding.book), "file": side(&finding.file),
    })
}
