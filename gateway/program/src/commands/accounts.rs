//! `longmen accounts`

use longmen_client::{
    Account, Amount, Client, ClientError, ListAccountsRequest, ListAfter, MAX_LIST, Owner, Refusal,
};
use longmen_terminal::Table;
use serde_json::json;

use crate::account_name::AccountName;
use crate::account_state::{AccountState, PaymentState, state};
use crate::argument::said;
use crate::connect_args::AskArgs;
use crate::explain::about_account;
use crate::failure::{Conclusion, Failure};
use crate::money::money;
use crate::output::Output;
use crate::page::Page;

/// List accounts in order of opening: all, or those of which everything holds that is asked for
///
/// There is no index but of customers: a list that lets few of many accounts through looks at all of them, a page at a time,
/// with the payments of others in between.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  longmen accounts
  longmen accounts --entity LM --limit 1000 --json
  longmen accounts --entity LM --subject 2203 --account-state judicial
  longmen accounts --number-prefix 6222 --owner customer --payment-state receives-only
  longmen accounts --customer C-1001")]
pub(crate) struct Args {
    /// Only those of this entity
    #[arg(long, value_parser = said)]
    entity: Option<String>,
    /// Only those whose subject (科目) begins with these digits
    #[arg(long, value_name = "CODE", value_parser = subject)]
    subject: Option<String>,
    /// Only those of this kind of owner
    #[arg(long, value_name = "OWNER", value_enum)]
    owner: Option<OwnerName>,
    /// Only those in this account state (账户状态)
    #[arg(long, visible_alias = "state", value_name = "STATE", value_enum)]
    account_state: Option<AccountState>,
    /// Only those in this payment state (支付状态)
    #[arg(long, value_name = "STATE", value_enum)]
    payment_state: Option<PaymentState>,
    /// Only those whose account number begins so
    #[arg(long, value_name = "TEXT", value_parser = said)]
    number_prefix: Option<String>,
    /// Only those of this customer (客户号)
    #[arg(long, value_name = "ID", value_parser = said)]
    customer: Option<String>,
    /// Start after this account id
    #[arg(long, value_name = "ID", default_value_t = 0)]
    after: u64,
    /// How many at most
    #[arg(long, default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    ask_args: AskArgs,
    #[command(flatten)]
    output: Output,
}

pub(crate) async fn run(args: Args) -> Result<Conclusion, Failure> {
    let mut client = args.ask_args.connect().await?;
    if let Some(entity) = &args.entity {
        must_be_open(&mut client, entity).await?;
    }
    let (mut found, mut next) = (Vec::<Account>::new(), None::<Box<str>>);
    // A page may look at its stretch of the accounts and find none.
    while found.len() < args.limit {
        let room = args.limit - found.len();
        let after = next.as_deref().map_or(ListAfter::Account(args.after), ListAfter::Page);
        let limit = u32::try_from(room).unwrap_or(MAX_LIST).min(MAX_LIST);
        let page = client.accounts_with(&ListAccountsRequest { after, limit, ..args.request() }).await?;
        found.extend(page.accounts);
        next = page.next;
        if next.is_none() {
            break;
        }
    }
    let more = found.last().filter(|_| next.is_some()).map(|last| last.id);
    args.output.show(&found, |found| listed(found, more))?;
    Ok(Conclusion::Held)
}

impl Args {
    /// All that is asked for, but where a page begins and how much it has.
    fn request(&self) -> ListAccountsRequest<'_> {
        ListAccountsRequest {
            entity: self.entity.as_deref(),
            subject: self.subject.as_deref(),
            owner: self.owner.map(OwnerName::owner),
            account_state: self.account_state.map(|state| state as u8),
            payment_state: self.payment_state.map(|state| state as u8),
            number_prefix: self.number_prefix.as_deref(),
            customer: self.customer.as_deref(),
            ..ListAccountsRequest::default()
        }
    }
}

/// Who owns accounts.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum OwnerName {
    /// 客户
    Customer,
    /// 商户
    Merchant,
    /// 内部户
    Internal,
}

impl OwnerName {
    fn owner(self) -> Owner {
        match self {
            OwnerName::Customer => Owner::Customer,
            OwnerName::Merchant => Owner::Merchant,
            OwnerName::Internal => Owner::Internal,
        }
    }
}

/// What the code of a subject begins with.
fn subject(text: &str) -> Result<String, String> {
    match (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(text.to_owned()),
        false => Err("a subject's code is up to ten digits".to_owned()),
    }
}

/// The accounts of a list, and where it goes on.
fn listed(found: &[Account], more: Option<u64>) -> Page {
    if found.is_empty() {
        return "none found".to_owned().into();
    }
    let mut page = Page::from(table(found));
    if let Some(last) = more {
        page.line(format_args!("more: --after {last}"));
    }
    page
}

/// Refuses an entity that the node has not.
async fn must_be_open(client: &mut Client, entity: &str) -> Result<(), Failure> {
    let known = client.status().await?.entities;
    if known.iter().any(|(code, _)| **code == *entity) {
        return Ok(());
    }
    let known: Vec<&str> = known.iter().take(8).map(|(code, _)| &**code).collect();
    let message = match &known[..] {
        [] => format!("entity {entity}: none is open"),
        known => format!("entity {entity}; there are {}", known.join(", ")),
    };
    Err(Failure::Refused(Refusal { code: "unknown_entity".into(), message: Some(message.into()) }))
}

/// Accounts, one a row.
pub(crate) fn table(accounts: &[Account]) -> Table {
    let heads = [
        ">id",
        "entity",
        "=number",
        "type",
        "subject",
        "owner",
        "",
        ">balance",
        ">available",
        "state",
        "posting",
    ];
    let mut table = Table::new(&heads);
    for account in accounts {
        let available = match account.may_go_negative {
            true => "no limit".to_owned(),
            false => money(&account.currency, account.available),
        };
        table.row([
            account.id.to_string(),
            account.entity.to_string(),
            account.number.to_string(),
            account.kind.to_string(),
            account.subject.to_string(),
            format!("{:?}", account.owner).to_lowercase(),
            account.currency.to_string(),
            money(&account.currency, account.balance),
            available,
            state(account),
            if account.hot { "hot".to_owned() } else { String::new() },
        ]);
    }
    table
}

/// What came of a change of an account, to an amount in its currency where it is to one: a refusal says how the account
/// stands.
pub(crate) async fn settle(
    client: &mut Client,
    name: &AccountName,
    amount: Option<(&Amount, &str)>,
    changed: Result<(), ClientError>,
) -> Result<(), Failure> {
    let Err(error) = changed else { return Ok(()) };
    let code = error.refusal().map(|refusal| refusal.code.clone());
    let failure = Failure::of_change(error, "the change");
    let Some(code) = code else { return Err(failure) };
    let about = about_account(client, &name.0, amount, &code).await;
    Err(failure.naming(about.unwrap_or_else(|| name.to_string())))
}

/// Shows how one account stands, with what is set aside and its limits.
pub(crate) async fn show_one(
    client: &mut Client,
    account: AccountName,
    output: Output,
) -> Result<Conclusion, Failure> {
    let account = client.balance(account.0.clone()).await.map_err(|error| Failure::about(error, &account))?;
    output.show(&account, describe)?;
    Ok(Conclusion::Held)
}

/// The same of an account that was changed just now. Whatever keeps it from being shown, a right to look that is missing or a full
/// disk, the change is done, and nobody is told otherwise.
pub(crate) async fn show_changed(
    client: &mut Client,
    account: AccountName,
    output: Output,
) -> Result<Conclusion, Failure> {
    match client.balance(account.0.clone()).await {
        Ok(changed) => output.show(&changed, describe)?,
        Err(error) => {
            let why = error.to_string();
            let shown = json!({"account": account.to_string(), "done": true, "not_shown": why});
            output.show(&shown, |_| Page::from(format!("done; how {account} stands is not shown: {why}")))?;
        }
    }
    Ok(Conclusion::Held)
}

fn describe(account: &Account) -> Page {
    let print = |minor: i128| money(&account.currency, minor);
    let limit = |limit: Option<i64>| limit.map_or_else(|| "none".to_owned(), |minor| print(minor.into()));
    let mut rest = Table::new(&[
        ">frozen",
        ">withholding reserve",
        ">per transaction",
        ">per day",
        ">overdraft",
        ">credit",
    ]);
    rest.row([
        print(account.frozen),
        print(account.withholding.into()),
        limit(account.transaction_limit),
        limit(account.day_limit),
        print(account.overdraft_limit.into()),
        limit(account.credit_limit),
    ]);
    let mut page = Page::from(table(std::slice::from_ref(account)));
    page.table(rest);
    if let (Some(used), Some(left)) = (account.day_used, account.day_left()) {
        page.line(format_args!(
            "of the limit per day on {}: {} used, {} left",
            account.date,
            print(used),
            print(left)
        ));
    }
    page.line(format_args!("newest record: {}", account.last));
    page
}
