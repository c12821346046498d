//! Reads the steps of a scenario.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde_json::Value;

use super::super::{Account, Figure, Moment, Op, Particulars, Remaining, Shown, Step};
use super::fields::Fields;
use super::values::{Wrong, amount, wrong};

/// Reads steps, in order, against the accounts that they name.
pub(super) struct StepReader<'a> {
    accounts: &'a [Account],
    /// The accounts of the holds that the steps so far have opened.
    holds: HashMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTurnover {
    debit: String,
    credit: String,
}

impl<'a> StepReader<'a> {
    pub(super) fn new(accounts: &'a [Account]) -> StepReader<'a> {
        StepReader { accounts, holds: HashMap::new() }
    }

    /// Reads the next step; one whose operation is unknown is not looked into.
    pub(super) fn step(&mut self, number: usize, step: Value) -> Result<Step, Wrong> {
        let mut fields = Fields::of(number, step)?;
        let note = fields.or_default("note")?;
        let name: String = fields.required("op")?;
        let Some(op) = self.op(number, &name, &mut fields)? else {
            return Ok(Step { note, particulars: Particulars::default(), op: Op::Unknown { op: name } });
        };
        let particulars = fields.particulars()?;
        fields.nothing_else()?;
        if let Op::Freeze { hold, account, .. } = &op
            && let Some(account) = self.find(account)
        {
            self.holds.entry(hold.clone()).or_insert(account);
        }
        Ok(Step { note, particulars, op })
    }

    fn op(&self, number: usize, op: &str, fields: &mut Fields) -> Result<Option<Op>, Wrong> {
        let read = match op {
            "post" | "try" | "confirm" | "cancel_try" | "cancel" | "reverse" => transaction(op, fields),
            "freeze" | "unfreeze" | "raise" | "consume" => hold(number, op, fields),
            "set_state" | "set_reserve" | "set_limits" => setting(op, fields),
            "map_type" => map_type(fields),
            "set_booking_mode" => set_booking_mode(fields),
            "close_day" => close_day(fields),
            "check" => self.check(fields),
            "check_turnover" => self.check_turnover(fields),
            "check_balance_at" => self.check_balance_at(fields),
            _ => return Ok(None),
        };
        read.map(Some)
    }

    fn check(&self, fields: &mut Fields) -> Result<Op, Wrong> {
        let place = &fields.place();
        let mut figures = Vec::new();
        for (what, name) in
            [(Shown::Balance, "balances"), (Shown::Frozen, "frozen"), (Shown::Available, "available")]
        {
            for (label, text) in fields.or_default::<BTreeMap<String, String>>(name)? {
                let place = format!("{place}: `{name}`");
                let (account, value) = self.figure(&place, &label, &text)?;
                figures.push(Figure { account, what, value });
            }
        }
        let remaining = fields.or_default::<BTreeMap<String, String>>("remaining")?.into_iter();
        let remaining = remaining.map(|(hold, text)| self.remaining(place, hold, &text));
        Ok(Op::Check { figures, remaining: remaining.collect::<Result<_, _>>()? })
    }

    fn check_turnover(&self, fields: &mut Fields) -> Result<Op, Wrong> {
        let place = &fields.place();
        let date = fields.date("date")?;
        let turnover: BTreeMap<String, RawTurnover> = fields.required("turnover")?;
        let place = format!("{place}: `turnover`");
        let read = |(label, raw): (String, RawTurnover)| {
            let (account, debit) = self.figure(&place, &label, &raw.debit)?;
            let (_, credit) = self.figure(&place, &label, &raw.credit)?;
            Ok((account, debit, credit))
        };
        Ok(Op::CheckTurnover { date, turnovers: turnover.into_iter().map(read).collect::<Result<_, _>>()? })
    }

    fn check_balance_at(&self, fields: &mut Fields) -> Result<Op, Wrong> {
        let place = &fields.place();
        let dates = (fields.optional_date("accounting_date")?, fields.optional_date("value_date")?);
        let at = match dates {
            (Some(date), None) => Moment::AccountingDate(date),
            (None, Some(date)) => Moment::ValueDate(date),
            _ => return Err(wrong(place, "it names not one date but none or two")),
        };
        let (label, text): (String, String) = (fields.required("account")?, fields.required("balance")?);
        let (account, balance) = self.figure(&format!("{place}: `balance`"), &label, &text)?;
        Ok(Op::CheckBalanceAt { account, at, balance })
    }

    fn remaining(&self, place: &str, hold: String, text: &str) -> Result<Remaining, Wrong> {
        let place = format!("{place}: `remaining`");
        let account = self.holds.get(&hold).copied();
        let account = account
            .ok_or_else(|| wrong(&place, format!("no step before this one opens the hold `{hold}`")))?;
        let value = amount(&place, self.accounts[account].currency, text)?;
        Ok(Remaining { hold, account, value: value.into() })
    }

    fn figure(&self, place: &str, label: &str, text: &str) -> Result<(usize, i128), Wrong> {
        let account = self.account(place, label)?;
        let value = amount(place, self.accounts[account].currency, text)?;
        Ok((account, value.into()))
    }

    fn account(&self, place: &str, label: &str) -> Result<usize, Wrong> {
        let absent = || wrong(place, format!("account `{label}` is not among the accounts"));
        self.find(label).ok_or_else(absent)
    }

    fn find(&self, label: &str) -> Option<usize> {
        self.accounts.iter().position(|account| account.label == label)
    }
}

fn map_type(fields: &mut Fields) -> Result<Op, Wrong> {
    let (kind, subject) = (fields.required("type")?, fields.required("subject")?);
    Ok(Op::MapType { kind, subject, from: fields.date("from")?, outcome: fields.outcome()? })
}

fn set_booking_mode(fields: &mut Fields) -> Result<Op, Wrong> {
    let (kind, mode) = (fields.required("type")?, fields.required("mode")?);
    Ok(Op::SetBookingMode { kind, mode, from: fields.date("from")?, outcome: fields.outcome()? })
}

fn close_day(fields: &mut Fields) -> Result<Op, Wrong> {
    let carry_forward = fields.one_or_more("carry_forward")?;
    let (next, forced) = (fields.date("next")?, fields.or_default("forced")?);
    Ok(Op::CloseDay { next, carry_forward, forced, outcome: fields.outcome()? })
}

fn transaction(op: &str, fields: &mut Fields) -> Result<Op, Wrong> {
    let id = fields.id("txn")?;
    let outcome = fields.outcome()?;
    Ok(match op {
        "post" => {
            Op::Post { id, posting: fields.posting()?, refunds: fields.optional_id("refunds")?, outcome }
        }
        "try" => Op::Try { id, posting: fields.posting()?, expires: fields.expiry()?, outcome },
        "confirm" => {
            let (id, tried) = ending(op, id, fields)?;
            Op::Confirm { id, tried, outcome }
        }
        "cancel_try" => {
            let (id, tried) = ending(op, id, fields)?;
            Op::CancelTry { id, tried, outcome }
        }
        "cancel" => Op::Cancel { id, outcome },
        _ => Op::Reverse {
            id,
            reverses: fields.id("reverses")?,
            style: fields.optional("expect_style")?,
            forced: fields.or_default("forced")?,
            value_date: fields.optional_date("value_date")?,
            outcome,
        },
    })
}

/// The id of what ends a try, and that of the try; a file that gives one id gives the try's.
fn ending(op: &str, txn: String, fields: &mut Fields) -> Result<(String, String), Wrong> {
    Ok(match fields.optional_id("try")? {
        Some(tried) => (txn, tried),
        None => (format!("{txn}/{op}"), txn),
    })
}

fn hold(number: usize, op: &str, fields: &mut Fields) -> Result<Op, Wrong> {
    let hold = fields.id("freeze")?;
    let authority = fields.optional("authority")?;
    let outcome = fields.outcome()?;
    Ok(match op {
        "freeze" => Op::Freeze {
            hold,
            account: fields.required("account")?,
            amount: fields.required("amount")?,
            kind: fields.optional("kind")?,
            authority,
            expires: fields.expiry()?,
            outcome,
        },
        "unfreeze" => Op::Unfreeze {
            id: fields.optional_id("txn")?.unwrap_or_else(|| format!("{hold}/unfreeze/{number}")),
            hold,
            amount: fields.optional("amount")?,
            authority,
            forced: fields.or_default("forced")?,
            value_date: fields.optional_date("value_date")?,
            outcome,
        },
        "raise" => Op::Raise {
            id: fields.optional_id("txn")?.unwrap_or_else(|| format!("{hold}/raise/{number}")),
            hold,
            amount: fields.required("amount")?,
            authority,
            expires: fields.expiry()?,
            value_date: fields.optional_date("value_date")?,
            outcome,
        },
        _ => {
            let (id, amount) = (fields.id("txn")?, fields.optional("amount")?);
            Op::Consume { id, hold, amount, authority, posting: fields.posting()?, outcome }
        }
    })
}

fn setting(op: &str, fields: &mut Fields) -> Result<Op, Wrong> {
    let account = fields.required("account")?;
    let outcome = fields.outcome()?;
    Ok(match op {
        "set_state" => Op::SetState {
            account,
            account_state: fields.optional("account_state")?,
            payment_state: fields.optional("payment_state")?,
            outcome,
        },
        "set_reserve" => Op::SetReserve { account, amount: fields.required("amount")?, outcome },
        _ => Op::SetLimits {
            account,
            transaction: fields.limit("transaction_limit")?,
            day: fields.limit("day_limit")?,
            overdraft: fields.limit("overdraft_limit")?,
            credit: fields.limit("credit_limit")?,
            outcome,
        },
    })
}
