//! A file of rules, and which of them is for a transaction.

use longmen_ledger::{Currency, Date};
use serde::Deserialize;
use toml::Spanned;

use crate::accounts::{Accounts, WrittenAccount};
use crate::fault::{Misplaced, NoAccount, RuleFault, RuleFileError, place};
use crate::refusal::FeeRefusal;
use crate::rule::Rule;
use crate::written::WrittenRule;

/// A file of rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleFile {
    rules: Vec<Rule>,
    pub(crate) accounts: Accounts,
}

/// What a rule is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Asked<'a> {
    /// The type of the transaction.
    pub kind: &'a str,
    /// The channel; empty where there is none.
    pub channel: &'a str,
    /// The merchant; empty where there is none.
    pub merchant: &'a str,
    pub currency: Currency,
    /// The date of the payment; of a refund that of its original, whose rule holds.
    pub date: Date,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default, rename = "rule")]
    rules: Vec<Spanned<WrittenRule>>,
    #[serde(default, rename = "account")]
    accounts: Vec<WrittenAccount>,
}

impl RuleFile {
    /// Reads a file of rules.
    ///
    /// # Errors
    /// [`RuleFileError`], the first thing that is wrong, with its line.
    pub fn parse(text: &str) -> Result<RuleFile, RuleFileError> {
        // Some editors put a mark of byte order before it.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let written: Written = toml::from_str(text).map_err(|error| RuleFileError::of_toml(text, &error))?;
        let mut rules: Vec<Rule> = Vec::new();
        let mut starts: Vec<usize> = Vec::new();
        for rule in written.rules {
            let at = rule.span();
            let rule = rule.into_inner().checked().map_err(|fault| fault.within(text))?;
            if let Some(same) = rules.iter().position(|other| is_same(other, &rule)) {
                let (line, _) = place(text, starts[same]);
                return Err(Misplaced { at, fault: RuleFault::SameRule { line } }.within(text));
            }
            starts.push(at.start);
            rules.push(rule);
        }
        let accounts = Accounts::read(written.accounts).map_err(|fault| fault.within(text))?;
        Ok(RuleFile { rules, accounts })
    }

    /// Whether the file names the accounts of the books that all of its rules need, so that a ledger can keep it. Whoever has a share may be
    /// named with each transaction.
    ///
    /// # Errors
    /// The first that is missing.
    pub fn check_accounts(&self) -> Result<(), NoAccount> {
        let missing =
            |rule: &Rule| Some((rule.name().into(), self.accounts.missing(rule)?.into(), rule.currency()));
        match self.rules.iter().find_map(missing) {
            Some((rule, role, currency)) => Err(NoAccount { rule, role, currency }),
            None => Ok(()),
        }
    }

    /// The rules, in the order of the file.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule for a transaction. Of those that have begun and fit, one with the merchant is before one without, then one with
    /// the channel before one without, then the one that began last.
    ///
    /// # Errors
    /// [`FeeRefusal::NoRule`]
    pub fn rule(&self, asked: &Asked<'_>) -> Result<&Rule, FeeRefusal> {
        let fits = self.rules.iter().filter(|rule| is_for(rule, asked));
        fits.max_by_key(|rule| (rule.merchant.is_some(), rule.channel.is_some(), rule.from))
            .ok_or(FeeRefusal::NoRule)
    }
}

fn is_for(rule: &Rule, asked: &Asked<'_>) -> bool {
    let any_or = |named: &Option<Box<str>>, asked: &str| named.as_deref().is_none_or(|named| named == asked);
    *rule.kind == *asked.kind
        && any_or(&rule.channel, asked.channel)
        && any_or(&rule.merchant, asked.merchant)
        && rule.currency == asked.currency
        && rule.from <= asked.date
}

fn is_same(one: &Rule, other: &Rule) -> bool {
    let key = |rule: &Rule| {
        (rule.kind.clone(), rule.channel.clone(), rule.merchant.clone(), rule.currency, rule.from)
    };
    key(one) == key(other)
}
