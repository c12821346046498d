//! An entry of a camt.053: one movement on the account, whether of one transaction or of many.

use std::io::BufRead;

use longmen_ledger::{Amount, Currency};

use super::elements::Elements;
use super::fields::Fields;
use crate::lines::LONGEST;
use crate::money::MoneyLine;
use crate::refusal::{Refusal, RefusalCode};

const STATUS_TEXT: &str = "Sts";
const STATUS_CODE: &str = "Sts/Cd";
const DETAILS: &str = "NtryDtls/TxDtls";

/// What is kept of a `Ntry`.
const WANTED: [&str; 15] = [
    "NtryRef",
    "Amt",
    "CdtDbtInd",
    "RvslInd",
    STATUS_TEXT,
    STATUS_CODE,
    "BookgDt/Dt",
    "BookgDt/DtTm",
    "ValDt/Dt",
    "ValDt/DtTm",
    "AcctSvcrRef",
    "BkTxCd/Domn/Cd",
    "BkTxCd/Domn/Fmly/Cd",
    "BkTxCd/Prtry/Cd",
    "AddtlNtryInf",
];

/// What is kept of a `TxDtls` in it. Names of parties stand one deeper since version 08.
const OF_DETAILS: [&str; 8] = [
    "Refs/EndToEndId",
    "Amt",
    "CdtDbtInd",
    "AmtDtls/TxAmt/Amt",
    "RltdPties/Dbtr/Nm",
    "RltdPties/Dbtr/Pty/Nm",
    "RltdPties/Cdtr/Nm",
    "RltdPties/Cdtr/Pty/Nm",
];

/// An entry, as far as it was read.
pub(super) struct Entry {
    currency: Currency,
    fields: Fields,
    details: Fields,
    remittance: String,
    count: u64,
    /// What the transactions so far come to; `None` once one of them does not say in the account's currency.
    sum: Option<i128>,
    has_charges: bool,
}

impl Entry {
    pub(super) fn at(line: u64, currency: Currency) -> Entry {
        Entry {
            currency,
            fields: Fields::at(line),
            details: Fields::default(),
            remittance: String::new(),
            count: 0,
            sum: Some(0),
            has_charges: false,
        }
    }

    /// An element opens in it.
    pub(super) fn opened(&mut self, path: &str, line: u64) {
        if path == DETAILS {
            self.count += 1;
            self.details = Fields::at(line);
            self.remittance.clear();
        } else if path.ends_with("Chrgs") {
            self.has_charges = true;
        }
    }

    /// An element closes in it.
    pub(super) fn closed<R: BufRead>(&mut self, path: &str, elements: &Elements<R>) -> Result<(), Refusal> {
        match path.strip_prefix(DETAILS) {
            None => self.fields.keep(&WANTED, path, elements),
            Some("") => self.add_details(),
            Some("/RmtInf/Ustrd") => add(&mut self.remittance, elements.text())
                .ok_or_else(|| elements.bad("RmtInf/Ustrd", format!("it is longer than {LONGEST} bytes"))),
            Some(path) => self.details.keep(&OF_DETAILS, path.trim_start_matches('/'), elements),
        }
    }

    fn add_details(&mut self) -> Result<(), Refusal> {
        let name = ["Amt", "AmtDtls/TxAmt/Amt"].into_iter().find(|name| self.details.text(name).is_some());
        let Some(name) = name.filter(|name| self.details.currency(name) == Ok(self.currency)) else {
            self.sum = None;
            return Ok(());
        };
        let amount = i128::from(self.details.amount(name, self.currency)?.0);
        // A batch may hold what goes the other way: a return among payments.
        let is_same = match self.details.text("CdtDbtInd") {
            None => true,
            Some(_) => self.details.is_credit("CdtDbtInd")? == self.fields.is_credit("CdtDbtInd")?,
        };
        self.sum = self.sum.and_then(|sum| sum.checked_add(if is_same { amount } else { -amount }));
        Ok(())
    }

    /// The line that it is, if it is booked. What is pending or for information has moved nothing.
    pub(super) fn line(&self) -> Result<Option<MoneyLine>, Refusal> {
        let fields = &self.fields;
        match fields.any(&[STATUS_TEXT, STATUS_CODE]) {
            Some("BOOK") => {}
            Some(_) => return Ok(None),
            None => return Err(fields.missing(STATUS_TEXT)),
        }
        let booked = fields.moment("BookgDt/Dt", "BookgDt/DtTm")?;
        let (booked, time) = booked.ok_or_else(|| fields.missing("BookgDt"))?;
        let value_date = fields.moment("ValDt/Dt", "ValDt/DtTm")?.map(|(date, _)| date);
        let amount = self.amount()?;
        Ok(Some(MoneyLine {
            line: fields.line,
            amount,
            booked,
            time,
            value_date,
            number: fields.any(&["AcctSvcrRef", "NtryRef"]).unwrap_or_default().into(),
            merchant_number: self.end_to_end().into(),
            kind: self.kind().into(),
            remark: self.remark(amount)?.into(),
            balance: None,
        }))
    }

    /// `CdtDbtInd` says which way the money went, whether the entry is a reversal or not: by the definition of ISO 20022, CRDT with
    /// `RvslInd` true is the reversal of what was a debit. So a reversal turns no sign.
    fn amount(&self) -> Result<Amount, Refusal> {
        let amount = self.fields.amount("Amt", self.currency)?;
        let is_credit = self.fields.is_credit("CdtDbtInd")?;
        // With charges the transactions may be told before, and the entry after them.
        if let Some(sum) =
            self.sum.filter(|sum| self.count > 1 && *sum != amount.0.into() && !self.has_charges)
        {
            let (sum, amount) = (self.currency.print(sum), self.currency.print(amount.0.into()));
            let reason = format!("it is {amount}, and its {} transactions are {sum}", self.count);
            return Err(Refusal::of(RefusalCode::BadControlTotal, self.fields.line, "Amt", reason));
        }
        Ok(if is_credit { amount } else { Amount(-amount.0) })
    }

    /// The number of whoever ordered it. `NOTPROVIDED` is what banks write where the scheme demands one and there is none.
    fn end_to_end(&self) -> &str {
        let told = self.details.text("Refs/EndToEndId").filter(|told| *told != "NOTPROVIDED");
        told.filter(|_| self.count == 1).unwrap_or_default()
    }

    fn kind(&self) -> String {
        let domain = ["BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd"].map(|name| self.fields.text(name));
        let kind: Vec<&str> = domain.into_iter().flatten().collect();
        match kind[..] {
            [] => self.fields.text("BkTxCd/Prtry/Cd").unwrap_or_default().into(),
            _ => kind.join("/"),
        }
    }

    /// What its one transaction was paid for, and by or to whom. Of several, or where that is not said, what the bank says of it.
    fn remark(&self, amount: Amount) -> Result<String, Refusal> {
        let mut remark = String::new();
        if self.count == 1 {
            // A reversal keeps the parties of what it reverses: who was paid by a debit is the creditor still.
            let is_reversal = self.fields.truth("RvslInd")?.unwrap_or_default();
            let other = match (amount.0 >= 0) != is_reversal {
                true => ["RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm"],
                false => ["RltdPties/Cdtr/Nm", "RltdPties/Cdtr/Pty/Nm"],
            };
            remark.push_str(&self.remittance);
            self.details.any(&other).and_then(|name| add(&mut remark, name));
        }
        if remark.is_empty() {
            remark = self.fields.text("AddtlNtryInf").unwrap_or_default().into();
        }
        Ok(remark)
    }
}

/// Adds to a text, behind a blank; `None` where it becomes too long.
fn add(to: &mut String, text: &str) -> Option<()> {
    if to.len() + text.len() >= LONGEST {
        return None;
    }
    if !to.is_empty() && !text.is_empty() {
        to.push(' ');
    }
    to.push_str(text);
    Some(())
}
