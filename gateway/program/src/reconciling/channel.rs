//! How the books of one channel are told from all others: its accounts, and what its transactions are called. A file that the clerk writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use longmen_channel_files::{RowKind, TradeFormat};
use longmen_engine::ledger::Currency;
use longmen_reconciliation::{Accounts, Chart};
use longmen_reconciliation_store::Merchant;
use longmen_toml_file::read_toml;
use serde::Deserialize;

use crate::account_name::AccountName;
use crate::commands::channel_file::trade_format;
use crate::failure::Failure;

/// A channel, as its file says.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    /// Its name: `wechat`.
    pub(crate) name: String,
    /// Whose transactions they are: the merchant's number at the channel.
    pub(crate) merchant: String,
    /// What its files of transactions look like.
    pub(crate) format: TradeFormat,
    /// The entity in whose books they are.
    pub(crate) entity: String,
    pub(crate) currency: Currency,
    /// What names a transaction to the channel.
    pub(crate) number: Number,
    /// What each type of transaction is in the channel's file.
    pub(crate) kinds: BTreeMap<String, RowKind>,
    /// Types that move the channel's account and are in none of its files, such as its settlements.
    pub(crate) ignored: BTreeSet<String>,
    /// Whether payments are tried before they are booked, so that what is tried and not confirmed is looked for as well.
    pub(crate) tries: bool,
    /// Files that something on one side only waits for.
    pub(crate) hang_days: u32,
    /// Minor units that a fee may differ by.
    pub(crate) fee_tolerance: u64,
    pub(crate) accounts: ChannelAccounts,
}

/// What names a transaction to the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Number {
    /// Its reference (业务流水号).
    Reference,
    /// The id that the client gave it.
    Id,
}

/// The accounts of a channel in one currency.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelAccounts {
    /// 清算资金往来: what the channel owes.
    pub(crate) channel: String,
    /// 应付手续费: fees that the channel takes off when it settles.
    pub(crate) fee_payable: String,
    /// 手续费支出
    pub(crate) fee_expense: String,
    /// 待查长款
    pub(crate) long_suspense: String,
    /// 待查短款
    pub(crate) short_suspense: String,
    /// 长款收益
    pub(crate) gain: String,
    /// 短款损失
    pub(crate) loss: String,
    /// Where the channel settles to.
    pub(crate) bank: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    channel: String,
    merchant: String,
    format: String,
    entity: String,
    currency: String,
    number: Number,
    kinds: BTreeMap<String, String>,
    #[serde(default)]
    ignored: BTreeSet<String>,
    #[serde(default)]
    tries: bool,
    #[serde(default = "one")]
    hang_days: u32,
    #[serde(default)]
    fee_tolerance: u64,
    accounts: ChannelAccounts,
}

fn one() -> u32 {
    1
}

impl Channel {
    /// Reads the file of a channel.
    pub(crate) fn read(path: &Path) -> Result<Channel, Failure> {
        let wrong = |why: String| Failure::Usage(format!("{}: {why}", path.display()));
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))?;
        let written: Written = read_toml(&text)
            .map_err(|fault| wrong(format!("{fault}; `longmen channel-book --help` shows a whole one")))?;
        Channel::of(written).map_err(wrong)
    }

    fn of(written: Written) -> Result<Channel, String> {
        let format =
            trade_format(&written.format).map_err(|why| format!("format `{}`: {why}", written.format))?;
        let currency = Currency::from_code(&written.currency)
            .ok_or_else(|| format!("currency: `{}` is none", written.currency))?;
        if !(1..=3).contains(&written.hang_days) {
            return Err("hang_days: 1 to 3".to_owned());
        }
        let mut kinds = BTreeMap::new();
        for (kind, word) in written.kinds {
            let row = word.parse().map_err(|_| {
                format!("kinds.{kind}: `{word}` is none of pay, refund, revoke, recharge, payout, settle, fee, other")
            })?;
            if written.ignored.contains(&kind) {
                return Err(format!("ignored: {kind} is in kinds as well"));
            }
            kinds.insert(kind, row);
        }
        let channel = Channel {
            name: written.channel,
            merchant: written.merchant,
            format,
            entity: written.entity,
            currency,
            number: written.number,
            kinds,
            ignored: written.ignored,
            tries: written.tries,
            hang_days: written.hang_days,
            fee_tolerance: written.fee_tolerance,
            accounts: written.accounts,
        };
        for (purpose, account) in channel.accounts.named().all() {
            channel.account(account).map_err(|why| format!("accounts.{purpose}: {why}"))?;
        }
        Ok(channel)
    }

    /// What the desk calls it: the channel, and whose it is there.
    pub(crate) fn desk_name(&self) -> Result<longmen_reconciliation_store::Channel, Failure> {
        let name = format!("{}/{}", self.name, self.merchant);
        longmen_reconciliation_store::Channel::new(&name)
            .map_err(|error| Failure::Usage(format!("channel {name}: {error}")))
    }

    /// Whose transactions they are, as the desk has it.
    pub(crate) fn desk_merchant(&self) -> Result<Merchant, Failure> {
        Merchant::new(&self.merchant)
            .map_err(|error| Failure::Usage(format!("merchant {}: {error}", self.merchant)))
    }

    /// The accounts that differences are booked to.
    pub(crate) fn chart(&self) -> Result<Chart, Failure> {
        Chart::new(self.accounts.named()).map_err(|error| Failure::Usage(format!("accounts: {error}")))
    }

    /// An account by its name; that of the channel's entity and currency.
    pub(crate) fn account(&self, name: &str) -> Result<AccountName, String> {
        let account: AccountName = name.parse()?;
        match account.entity_and_currency() {
            Some((entity, currency)) if *entity == *self.entity && *currency == *self.currency.code() => {
                Ok(account)
            }
            _ => Err(format!("{name} is no account of {} in {}", self.entity, self.currency.code())),
        }
    }
}

impl ChannelAccounts {
    /// The same as entries name them.
    fn named(&self) -> Accounts {
        let text = |account: &String| account.as_str().into();
        Accounts {
            channel: text(&self.channel),
            fee_payable: text(&self.fee_payable),
            fee_expense: text(&self.fee_expense),
            long_suspense: text(&self.long_suspense),
            short_suspense: text(&self.short_suspense),
            gain: text(&self.gain),
            loss: text(&self.loss),
            bank: text(&self.bank),
        }
    }
}
