//! What the commands that send a transaction have in common.

use jiff::Timestamp;
use jiff::civil::Date;
use longmen_client::{
    AccountRef, Action, Client, ClientError, Leg, MadeLeg, Naming, PostResult, Posted, Side, Transaction,
};
use longmen_terminal::Table;
use serde::Serialize;

use crate::account_name::{AccountName, LegName, name_of_account};
use crate::argument::{client_number, plain, said};
use crate::explain::explain;
use crate::failure::{Conclusion, Failure};
use crate::id_name::IdName;
use crate::moment::{Moment, now_seconds, time};
use crate::money::{Least, amount_of, money};
use crate::output::{Output, remark};
use crate::page::Page;
use crate::register::Register;
use crate::report::period::day;

/// The id of a transaction, and what is noted with it.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Posting {
    /// The transaction's id, any text; without it a random one
    #[arg(long)]
    id: Option<IdName>,
    #[command(flatten)]
    sent: Sent,
    /// The transaction type, a label such as `top_up`
    #[arg(long = "type", value_name = "LABEL", value_parser = said)]
    kind: Option<String>,
    /// The value date (期望入账日), where it differs from the accounting date
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    value_date: Option<Date>,
    /// The accounting date that you count on: on any other it is refused
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    accounting_date: Option<Date>,
    /// Your own reference
    #[arg(long, value_parser = said)]
    reference: Option<String>,
    /// The other party
    #[arg(long, value_name = "TEXT", value_parser = said)]
    counterparty: Option<String>,
    /// Who may see it in statements
    #[arg(long, value_parser = ["customer", "operations", "internal"])]
    visibility: Option<String>,
    #[command(flatten)]
    register: Register,
}

/// When a transaction was sent first.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Sent {
    /// When it was sent first: a time with its offset such as 2018-05-02T16:30:00Z, or seconds since 1970. Give the same
    /// again when you repeat it. Without it an id of yours is taken only where the node can tell that it is new
    #[arg(long = "time", value_name = "TIME", value_parser = sent_time)]
    time: Option<u32>,
}

impl Sent {
    /// What is sent along. An id that was made just now is sent now for the first time; of another nobody knows.
    pub(crate) fn time(self, is_new: bool) -> Option<u32> {
        self.time.or_else(|| is_new.then(now_seconds))
    }
}

fn sent_time(text: &str) -> Result<u32, String> {
    let seconds = match (plain::<u32>(text), text.parse::<Moment>()) {
        (Some(seconds), _) => Some(seconds),
        (_, Ok(Moment::Time(time_us))) => u32::try_from(time_us.div_euclid(1_000_000)).ok(),
        _ => None,
    };
    let wrong = "expected a time such as 2018-05-02T16:30:00Z, or seconds since 1970";
    seconds.filter(|seconds| *seconds > 0).ok_or_else(|| wrong.to_owned())
}

/// The legs of a transaction.
#[derive(Clone, Debug, clap::Args)]
#[group(id = "legs", required = true, multiple = true)]
pub(crate) struct Legs {
    /// A debit leg (借); amounts are in the currency's unit
    #[arg(long, value_name = "ACCOUNT=AMOUNT")]
    pub(crate) debit: Vec<LegName>,
    /// A credit leg (贷)
    #[arg(long, value_name = "ACCOUNT=AMOUNT")]
    credit: Vec<LegName>,
}

/// A transaction that another one names.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Original {
    /// The id of the transaction that it names
    #[arg(value_name = "ORIGINAL")]
    original: IdName,
    /// The number of the client whose transaction that is; without it, your own
    #[arg(long, value_name = "NUMBER", value_parser = client_number)]
    of_client: Option<u32>,
    /// Where the log has it: needed where the id is older than the window of known ids, and not looked at where the node knows
    /// the id itself
    #[arg(long, value_name = "FRAME/RECORD")]
    place: Option<String>,
}

#[derive(Serialize)]
struct Outcome {
    id: String,
    #[serde(flatten)]
    result: PostResult,
    /// The legs that a rule made, each with the account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    legs: Vec<ShownLeg>,
}

#[derive(Serialize)]
struct ShownLeg {
    account_name: String,
    #[serde(skip)]
    currency: String,
    #[serde(flatten)]
    leg: MadeLeg,
}

impl Posting {
    /// The expiry of what is to be held, in microseconds since 1970. One that has passed by this machine's clock is a slip,
    /// but where the command repeats what was sent before it.
    pub(crate) fn expiry(&self, expires: Option<Timestamp>) -> Result<Option<i64>, Failure> {
        let Some(expires) = expires else { return Ok(None) };
        let now = Timestamp::now();
        let repeats = self.sent.time.is_some_and(|sent| i64::from(sent) < expires.as_second());
        if expires <= now && !repeats {
            let [past, now] = [expires, now].map(|moment| time(moment.as_microsecond()));
            return Err(Failure::Usage(format!(
                "--expires {past} has passed, it is {now} now; to repeat what was sent before it, say with --time when"
            )));
        }
        Ok(Some(expires.as_microsecond()))
    }

    /// Sends the transaction that does `action` with these legs, and shows what the node says.
    pub(crate) async fn send(
        self,
        client: &mut Client,
        action: Option<Action>,
        legs: Vec<Leg>,
        output: Output,
    ) -> Result<Conclusion, Failure> {
        let time = self.sent.time(self.id.is_none());
        let name = self.id.unwrap_or_else(|| {
            let name = IdName::random();
            // Told before anything is sent: whoever gets no answer can send the same again.
            remark(format_args!("the id is {name}"));
            name
        });
        let transaction = self.register.on(Transaction {
            legs,
            action,
            time,
            kind: self.kind,
            value_date: self.value_date.map(|date| date.to_string()),
            accounting_date: self.accounting_date.map(|date| date.to_string()),
            reference: self.reference,
            counterparty: self.counterparty,
            visibility: self.visibility,
            ..Transaction::new(name.id())
        });
        let posted = client.post(std::slice::from_ref(&transaction), false).await;
        let Posted { mut results, legs, .. } = posted.map_err(|error| unanswered(error, &name, time))?;
        let mut result = results.pop().ok_or(ClientError::Lacks { what: "the result of the transaction" })?;
        let done = result.is_posted();
        if !done && result.message.is_none() {
            result.message = explain(client, &transaction, &result).await.map(Into::into);
        }
        let legs = with_accounts(client, legs).await;
        output.show(&Outcome { id: name.to_string(), result, legs }, describe)?;
        Ok(Conclusion::of(done))
    }
}

impl Legs {
    /// The legs: debits, then credits.
    pub(crate) async fn read(self, client: &mut Client) -> Result<Vec<Leg>, Failure> {
        let mut legs = Vec::new();
        for (side, names) in [(Side::Debit, self.debit), (Side::Credit, self.credit)] {
            for LegName { account, amount } in names {
                let currency = currency(client, &account).await?;
                check_amount(&account, &currency, &amount, Least::AboveZero)?;
                let (amount, currency) = ((&*amount).into(), Some(currency));
                legs.push(Leg { account: account.0, side, amount, currency, step: None });
            }
        }
        Ok(legs)
    }
}

impl Original {
    /// The same as an action names it.
    pub(crate) fn naming(self) -> Naming {
        Naming { client: self.of_client, place: self.place, ..Naming::new(self.original.id()) }
    }
}

/// The currency of an account; of one that is named by its id the node is asked.
pub(crate) async fn currency(client: &mut Client, account: &AccountName) -> Result<String, Failure> {
    Ok(match account.currency() {
        Some(currency) => currency.to_owned(),
        None => {
            let found = client.balance(account.0.clone()).await;
            found.map_err(|error| Failure::about(error, account))?.currency.into()
        }
    })
}

/// Makes sure that an amount is one of the account's currency, before anything is sent.
pub(crate) fn check_amount(
    account: &AccountName,
    currency: &str,
    amount: &str,
    least: Least,
) -> Result<(), Failure> {
    amount_of(currency, amount, least).map_err(|why| Failure::Usage(format!("{account}: {amount}: {why}")))
}

/// What came of a transaction that was sent with this time: refused as a whole, or not answered.
fn unanswered(error: ClientError, name: &IdName, time: Option<u32>) -> Failure {
    match error {
        ClientError::Refused(refusal) => Failure::Refused(refusal),
        ClientError::Proposed(proposal) => Failure::Proposed(proposal),
        source => {
            let time = time.map(|time| format!(" --time {time}")).unwrap_or_default();
            let again = format!("send the same again with --id {}{time}", name.quoted());
            Failure::Unknown { what: name.to_string(), again, source }
        }
    }
}

/// Shows what became of a transaction.
pub(crate) fn show(name: &IdName, result: PostResult, output: Output) -> Result<(), Failure> {
    output.show(&Outcome { id: name.to_string(), result, legs: Vec::new() }, describe)
}

fn describe(outcome: &Outcome) -> Page {
    let Outcome { id, result, legs } = outcome;
    let again = if result.repeated { ", the first result given again" } else { "" };
    let place = match result.frame {
        0 => String::new(),
        frame => format!(", frame {frame} record {}", result.ordinal),
    };
    let step = match result.step {
        0 => String::new(),
        step => format!(" at step {step}"),
    };
    let message = result.message.as_deref().map(|text| format!(": {text}")).unwrap_or_default();
    let mut page = Page::new();
    page.line(format_args!("{id}: {}{step}{message}{again}{place}", result.outcome));
    if &*result.outcome == "time_required" {
        page.line(format_args!(
            "If it is sent for the first time, say so: --time {}; and give the same whenever you repeat it",
            now_seconds()
        ));
    }
    if !legs.is_empty() {
        page.table(table_of(legs));
    }
    page
}

fn table_of(legs: &[ShownLeg]) -> Table {
    let mut table = Table::new(&["=account", ">debit", ">credit"]);
    for ShownLeg { account_name, currency, leg } in legs {
        let amount = money(currency, leg.amount.into());
        let (debit, credit) = match leg.side {
            Side::Debit => (&*amount, ""),
            Side::Credit => ("", &*amount),
        };
        table.row([&**account_name, debit, credit]);
    }
    table
}

/// The legs with the names of their accounts; one that may not be seen has its number.
async fn with_accounts(client: &mut Client, legs: Vec<MadeLeg>) -> Vec<ShownLeg> {
    let mut shown = Vec::new();
    for leg in legs {
        let found = client.balance(AccountRef::Id(leg.account)).await.ok();
        let account_name = found.as_ref().map_or_else(|| format!("@{}", leg.account), name_of_account);
        let currency = found.map_or_else(String::new, |found| found.currency.into());
        shown.push(ShownLeg { account_name, currency, leg });
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_the_first_sending_is_a_moment_or_seconds() {
        #[track_caller]
        fn check(text: &str, expect: Option<u32>) {
            assert_eq!(sent_time(text).ok(), expect, "{text}");
        }
        check("1525278600", Some(1_525_278_600));
        check("@1525278600", Some(1_525_278_600));
        check("2018-05-02T16:30:00Z", Some(1_525_278_600));
        check("2018-05-03T00:30:00+08:00", Some(1_525_278_600));
        check("2018-05-02", None);
        check("0", None);
        check("now", None);
        check("4294967296", None);
        check("1969-12-31T00:00:00Z", None);
    }
}
