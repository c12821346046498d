//! What answers about the books carry: statements, past balances, merged entries, registers and the general ledger.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::Side;
use crate::answer::integer::wide;
use crate::answer::{Account, Named, TransactionRecord};

/// A page of an account's entries: `opening` plus what shown and hidden lines moved is `closing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The account as it stood when the page was asked for.
    pub account: Account,
    /// The lines, in the order asked for.
    pub lines: Vec<StatementLine>,
    /// The balance before the oldest entry of the page.
    #[serde(deserialize_with = "wide")]
    pub opening: i128,
    /// The balance after the newest entry of the page.
    #[serde(deserialize_with = "wide")]
    pub closing: i128,
    /// `before` of the next page; absent on the last.
    pub next: Option<Box<str>>,
    /// What the lines moved.
    pub shown: Turnover,
    /// What entries of the page moved that are not for these eyes.
    pub hidden: Turnover,
    /// The whole range.
    pub range: RangeFigures,
}

/// What entries moved on the two sides (发生额).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turnover {
    /// How many lines.
    pub lines: u64,
    /// Debits; red ones count negative.
    #[serde(deserialize_with = "wide")]
    pub debit: i128,
    /// Credits; red ones count negative.
    #[serde(deserialize_with = "wide")]
    pub credit: i128,
}

/// The figures of a whole range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeFigures {
    /// The balance before it.
    #[serde(deserialize_with = "wide")]
    pub opening: i128,
    /// The balance at its end.
    #[serde(deserialize_with = "wide")]
    pub closing: i128,
    /// What is shown, where totals were asked for.
    pub shown: Option<Turnover>,
    /// What is hidden, where totals were asked for.
    pub hidden: Option<Turnover>,
}

/// One entry (流水) of an account, one leg of a merged entry, or one move of a hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// Where it lies in the log.
    pub position: Box<str>,
    /// Which leg of a merged entry it is, where the legs are lines.
    pub leg: u32,
    /// The client whose transaction it is.
    pub client: u32,
    /// The transaction's id as 32 hexadecimal digits; absent for a merged entry, and for an expiry.
    pub transaction: Option<Box<str>>,
    /// The text that the transaction's id was given as; absent where it was a number.
    #[serde(default)]
    pub text_id: Option<Box<str>>,
    /// The leg's step.
    pub step: u16,
    /// What the transaction does: `post`, or the name of its action.
    pub action: Box<str>,
    /// The transaction's type, where it has one.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    pub accounting_date: Box<str>,
    pub value_date: Box<str>,
    /// The ledger's time, in microseconds since 1970.
    pub time_us: i64,
    /// Debit or credit; of a merged entry, the side of its net.
    pub side: Side,
    /// How much, negative in red; of a merged entry, its net.
    #[serde(deserialize_with = "wide")]
    pub amount: i128,
    /// Whether it is a red entry (红字).
    pub red: bool,
    /// What a merged entry stands for.
    pub merged: Option<Merged>,
    /// The hold that moved, where the line is no entry of the balance.
    pub hold: Option<HoldLine>,
    /// The balance before.
    #[serde(deserialize_with = "wide")]
    pub before: i128,
    /// The balance after.
    #[serde(deserialize_with = "wide")]
    pub after: i128,
    /// What was frozen before.
    pub frozen_before: i64,
    /// What is frozen after.
    pub frozen_after: i64,
    /// What its transaction names: what it reverses, refunds, confirms, releases or spends.
    pub named: Option<Named>,
    /// Its transaction's notes by name: `reference`, `counterparty`, `operator` and so on.
    pub notes: BTreeMap<Box<str>, Box<str>>,
}

/// What one merged entry of a hot account stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// How many legs.
    pub count: u32,
    /// Their debits.
    #[serde(deserialize_with = "wide")]
    pub debit: i128,
    /// Their credits.
    #[serde(deserialize_with = "wide")]
    pub credit: i128,
}

/// A move of a hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldLine {
    /// `frozen`, `released`, `consumed`, `restored`, `expired` or `raised`.
    #[serde(rename = "move")]
    pub moved: Box<str>,
    /// By how much.
    pub amount: i64,
    /// The client of the transaction that froze.
    pub client: u32,
    /// The id of the transaction that froze, as 32 hexadecimal digits.
    pub id: Box<str>,
    /// The text that it was given as; absent where it was a number.
    #[serde(default)]
    pub text_id: Option<Box<str>>,
    /// `business`, `control`, `judicial`, `loss` or `try`.
    pub kind: Box<str>,
    /// Who alone may release or spend it; empty: anyone who knows its name.
    pub authority: Box<str>,
    /// What is still frozen after it.
    pub remaining: i64,
}

/// What an account had at a moment of the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastBalance {
    /// The account as it stands now.
    pub account: Account,
    /// The balance then.
    #[serde(deserialize_with = "wide")]
    pub balance: i128,
    /// What was frozen then; absent by value date.
    pub frozen: Option<i64>,
    /// The newest record that counted; absent by value date, and before the account was opened.
    pub position: Option<Box<str>>,
}

/// Legs of a merged entry, in the order of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedEntry {
    /// The account as it stands now.
    pub account: Account,
    /// The legs.
    pub lines: Vec<StatementLine>,
    /// How many legs the entry has.
    pub count: u32,
    /// The balance before the first leg of the page.
    #[serde(deserialize_with = "wide")]
    pub opening: i128,
    /// The balance after the last leg of the page.
    #[serde(deserialize_with = "wide")]
    pub closing: i128,
    /// `from` of the next page; absent on the last.
    pub next: Option<u32>,
}

/// A page of a register (登记簿): an account's newest first, the ledger's oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Register {
    /// The account as it stands now, where the register is that of one.
    #[serde(default)]
    pub account: Option<Account>,
    /// What was done.
    pub rows: Vec<RegisterRow>,
    /// `after` of the next page; absent on the last. A page may be empty and not the last.
    pub next: Option<Box<str>>,
}

/// What was done to an account, or to names and dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterRow {
    /// Where its record lies in the log.
    pub position: Box<str>,
    /// The ledger's time, in microseconds since 1970.
    pub time_us: i64,
    /// The accounting date of the account; absent for its opening, and for what has no account.
    pub date: Option<Box<str>>,
    /// The client that asked; 0: the ledger itself, or not known.
    pub client: u32,
    /// The transaction that moved a hold, as 32 hexadecimal digits.
    pub transaction: Option<Box<str>>,
    /// The text that its id was given as; absent where it was a number.
    #[serde(default)]
    pub text_id: Option<Box<str>>,
    /// `opened`, `changed`, the move of a hold, or the command.
    pub action: Box<str>,
    /// What it was about: the hold as `client/id`, or what the command says.
    pub about: Box<str>,
    /// The text that the hold's id was given as; absent where it was a number, or there is no hold.
    #[serde(default)]
    pub about_text_id: Option<Box<str>>,
    /// What changed: attribute, value before where there was one, value after; amounts in minor units.
    pub changes: Vec<AttributeChange>,
    /// `operator`, `approval`, `reason`.
    pub notes: BTreeMap<Box<str>, Box<str>>,
}

/// An attribute, its value before where there was one, and its value after.
pub type AttributeChange = (Box<str>, Option<Box<str>>, Box<str>);

/// Transactions that were looked for, in the order of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundTransactions {
    /// The transactions, with their legs on accounts of the entity where these were asked for.
    pub transactions: Vec<TransactionRecord>,
    /// `after` of the next page; absent on the last. A page may be empty and not the last.
    pub next: Option<Box<str>>,
}

/// The general ledger (总账) of an entity at its leaves, over a range of accounting dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneralLedger {
    /// The first date.
    pub from: Box<str>,
    /// The last date.
    pub to: Box<str>,
    /// The accounting date that was current.
    pub current: Box<str>,
    /// The frame up to which the current date counts.
    pub frame: u64,
    /// The accounting dates of the range.
    pub dates: Vec<Box<str>>,
    /// The lines, by subject code and currency.
    pub lines: Vec<LedgerLine>,
    /// The subjects above the leaves, as far as they are in the chart.
    pub summaries: Vec<SummarySubject>,
}

/// Transactions of a type are booked so from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeFrom {
    /// The transaction type.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// The first accounting date on which it holds, until the next of the same type.
    pub from: Box<str>,
    /// `double`, `single_double` or `single`.
    pub mode: Box<str>,
}

/// Files of rules for fees and splits, in the order in which they were set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRules {
    /// The number of the file that holds on the current date.
    pub current: Option<u32>,
    pub files: Vec<FeeRulesFrom>,
    /// The number before which there are more.
    pub next: Option<u32>,
}

/// A file of rules for fees and splits, from a date on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeRulesFrom {
    /// Counted from 1, among those of its entity.
    pub number: u32,
    /// The first accounting date on which it holds.
    pub from: Box<str>,
    pub file: Box<str>,
}

/// One leaf subject in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// The subject's code.
    pub subject: Box<str>,
    /// The subject's name.
    pub name: Box<str>,
    /// `asset`, `liability`, `common`, `equity`, `income`, `expense`, `off_balance` or `memo`.
    pub class: Box<str>,
    /// The subject's normal side.
    pub normal: Side,
    /// The currency's ISO 4217 code.
    pub currency: Box<str>,
    /// Decimal places of the currency's minor unit.
    pub exponent: u8,
    /// The balance before the first date.
    #[serde(deserialize_with = "wide")]
    pub opening: i128,
    /// Debit turnover.
    #[serde(deserialize_with = "wide")]
    pub debit: i128,
    /// Credit turnover.
    #[serde(deserialize_with = "wide")]
    pub credit: i128,
    /// The balance at the end of the last date.
    #[serde(deserialize_with = "wide")]
    pub closing: i128,
    /// What of the debit turnover carried forward at a year's end.
    #[serde(deserialize_with = "wide")]
    pub carried_debit: i128,
    /// What of the credit turnover carried forward at a year's end.
    #[serde(deserialize_with = "wide")]
    pub carried_credit: i128,
}

/// The general ledger at its leaves (余额表).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialBalance {
    /// The frame up to which it counts, itself included.
    pub frame: u64,
    /// The lines, by entity, subject code and currency.
    pub lines: Vec<TrialLine>,
    /// The subjects above the leaves, as far as they are in the charts.
    #[serde(default)]
    pub summaries: Vec<SummarySubject>,
}

/// The chart of an entity (科目表).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// The entity's first accounting date.
    pub start: Box<str>,
    /// The month in which the entity's year begins.
    pub year_starts: u8,
    /// The subjects, by code.
    pub subjects: Vec<Subject>,
    /// Which subject accounts of a type get, by type and date.
    pub mappings: Vec<Mapping>,
    /// How transaction types are booked, by type and date; those that are not listed double.
    #[serde(default)]
    pub modes: Vec<ModeFrom>,
}

/// A subject (科目) as it was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    pub code: Box<str>,
    /// The name for people.
    pub name: Box<str>,
    /// `asset`, `liability`, `common`, `equity`, `income`, `expense`, `off_balance` or `memo`.
    pub class: Box<str>,
    /// The side on which its balance normally stands.
    pub normal: Side,
    /// Whether accounts may be opened under it.
    pub leaf: bool,
    /// The first accounting date on which accounts may be opened under it, if there is one.
    pub valid_from: Option<Box<str>>,
    /// The last accounting date on which accounts may be opened under it, if there is one.
    pub valid_to: Option<Box<str>>,
    /// 期限; empty where nothing was said, as the next two.
    pub tenor: Box<str>,
    /// 主体: whom it is about.
    pub party: Box<str>,
    /// 用途
    pub purpose: Box<str>,
}

/// Accounts of a type that are opened from a date on get this subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The account type.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// The first accounting date on which it holds, until the next of the same type.
    pub from: Box<str>,
    /// The subject's code.
    pub subject: Box<str>,
}

/// One leaf subject in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialLine {
    /// The entity's code.
    pub entity: Box<str>,
    /// The entity's current accounting date, of which the turnovers speak.
    pub date: Box<str>,
    /// The subject's code.
    pub subject: Box<str>,
    /// The subject's name.
    pub name: Box<str>,
    /// `asset`, `liability`, `common`, `equity`, `income`, `expense`, `off_balance` or `memo`.
    pub class: Box<str>,
    /// The subject's normal side.
    pub normal: Side,
    /// The currency's ISO 4217 code.
    pub currency: Box<str>,
    /// Decimal places of the currency's minor unit.
    pub exponent: u8,
    /// The balance at the end of the date before.
    #[serde(deserialize_with = "wide")]
    pub opening: i128,
    /// Debit turnover of the date.
    #[serde(deserialize_with = "wide")]
    pub debit: i128,
    /// Credit turnover of the date.
    #[serde(deserialize_with = "wide")]
    pub credit: i128,
    /// The balance now, kept in step with the postings.
    #[serde(deserialize_with = "wide")]
    pub closing: i128,
    /// The balance now as the sum over the subject's accounts.
    #[serde(deserialize_with = "wide")]
    pub accounts_total: i128,
    /// How many accounts the subject has in this currency.
    pub accounts: u64,
}

/// A subject that has others below it (汇总科目).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SummarySubject {
    /// The entity's code.
    pub entity: Box<str>,
    /// The subject's code.
    pub subject: Box<str>,
    /// The subject's name.
    pub name: Box<str>,
}
