//! Accounts (分户账): their natural key, attributes and states.

pub(crate) mod change;
pub(crate) mod cold_row;
pub(crate) mod day_use;
pub(crate) mod filter;
pub(crate) mod hold;
pub(crate) mod registered;
pub(crate) mod row;
pub(crate) mod states;

use strum::{EnumCount, FromRepr, IntoStaticStr, VariantArray};

use crate::ids::{AccountId, Position};
use crate::money::amount::{Amount, Side};
use crate::money::currency::Currency;
use crate::money::date::Date;

/// The natural key of an account; opening is idempotent by it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountKey {
    /// The code of the accounting entity.
    pub entity: Box<str>,
    /// The account number.
    pub number: Box<str>,
    /// The account type (cash, credit, deposit ...), defined by the user; may be empty.
    pub kind: Box<str>,
    pub currency: Currency,
}

/// How a request names an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AccountRef {
    /// By the ledger's dense id.
    Id(AccountId),
    /// By its natural key.
    Key(AccountKey),
}

/// Who owns an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumCount, FromRepr, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum Owner {
    /// 客户
    Customer = 1,
    /// 商户
    Merchant = 2,
    /// 内部户
    Internal = 3,
}

impl Owner {
    /// Every owner, by number.
    pub const ALL: [Owner; Owner::COUNT] = *Owner::VARIANTS.first_chunk().expect("as many as are counted");

    /// The name as programs see it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The owner of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Owner> {
        Owner::ALL.into_iter().find(|owner| owner.name() == name)
    }

    /// The owner of a number on disk.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Owner> {
        Owner::from_repr(number)
    }
}

/// What a client asks for when it opens an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountOpening {
    /// The natural key.
    pub key: AccountKey,
    /// The code of its leaf subject; empty: the one that its account type is mapped to on the entity's date.
    pub subject: Box<str>,
    /// The customer whose account it is (客户号), if it is noted.
    pub customer: Option<Box<str>>,
    /// Who owns it.
    pub owner: Owner,
    /// Whether the natural balance may go below zero without limit.
    pub may_go_negative: bool,
    /// How far the natural balance may go below zero (透支额度); not negative.
    pub overdraft_limit: Amount,
    /// The cap on the natural balance of a credit account (授信额度), if it has one.
    pub credit_limit: Option<Amount>,
    /// Whether a batching actor posts to it from the start (热点账户).
    pub hot: bool,
}

/// The account state (账户状态).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum AccountState {
    /// 销户
    Closed = 0,
    /// 正常
    #[default]
    Normal = 1,
    /// 挂失
    LossReported = 3,
    /// 司法冻结
    JudicialFreeze = 4,
}

impl AccountState {
    /// Whether it lets nothing through that `before` does not. Closing an account is no stop: it is for ever.
    pub(crate) fn stops(self, before: AccountState) -> bool {
        let strict = |state| match state {
            AccountState::Normal => 0,
            AccountState::LossReported => 1,
            AccountState::JudicialFreeze => 2_u8,
            AccountState::Closed => 3,
        };
        self != AccountState::Closed && strict(self) >= strict(before)
    }

    /// The state of a number on the wire and on disk.
    #[must_use]
    pub fn from_number(number: u8) -> Option<AccountState> {
        match number {
            0 => Some(AccountState::Closed),
            1 => Some(AccountState::Normal),
            3 => Some(AccountState::LossReported),
            4 => Some(AccountState::JudicialFreeze),
            _ => None,
        }
    }
}

/// The payment state (支付状态).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum PaymentState {
    /// 只收不付
    ReceivesOnly = 0,
    /// 正常
    #[default]
    Normal = 1,
    /// 不收不付
    Neither = 2,
    /// 部分止付: pays up to what is available
    PartialStop = 3,
    /// 只付不收
    PaysOnly = 4,
}

impl PaymentState {
    /// Whether it lets nothing through that `before` does not.
    pub(crate) fn stops(self, before: PaymentState) -> bool {
        // Receives, pays, pays beyond what is available.
        let lets = |state| match state {
            PaymentState::Normal => 0b111,
            PaymentState::PartialStop => 0b110,
            PaymentState::ReceivesOnly => 0b100,
            PaymentState::PaysOnly => 0b011,
            PaymentState::Neither => 0_u8,
        };
        lets(self) & !lets(before) == 0
    }

    /// The state of a number on the wire and on disk.
    #[must_use]
    pub fn from_number(number: u8) -> Option<PaymentState> {
        match number {
            0 => Some(PaymentState::ReceivesOnly),
            1 => Some(PaymentState::Normal),
            2 => Some(PaymentState::Neither),
            3 => Some(PaymentState::PartialStop),
            4 => Some(PaymentState::PaysOnly),
            _ => None,
        }
    }
}

/// What a balance query shows of an account. Balances are natural: positive on the subject's normal side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    /// The dense id.
    pub id: AccountId,
    /// The natural key.
    pub key: AccountKey,
    /// The subject's code.
    pub subject: Box<str>,
    /// The subject's normal side.
    pub normal: Side,
    /// Who owns it.
    pub owner: Owner,
    pub balance: i128,
    /// The sum of open holds.
    pub frozen: i128,
    /// What may be taken out: balance - frozen - withholding reserve + overdraft limit. For an account that may go
    /// negative it limits nothing.
    pub available: i128,
    /// Whether the balance may go negative without limit.
    pub may_go_negative: bool,
    pub overdraft_limit: Amount,
    /// The cap on the natural balance, if any.
    pub credit_limit: Option<Amount>,
    /// The withholding reserve (代扣备用金).
    pub withholding: Amount,
    /// The most that one transaction may take out, if there is such a limit.
    pub transaction_limit: Option<Amount>,
    /// The most that the transactions of one accounting date may take out, if there is such a limit.
    pub day_limit: Option<Amount>,
    /// What the transactions of the date below have used of the day limit, where there is one.
    pub day_used: Option<i128>,
    pub account_state: AccountState,
    pub payment_state: PaymentState,
    /// The accounting date that the next four figures speak of.
    pub date: Date,
    /// The natural balance at the end of the date before (昨日余额).
    pub opening: i128,
    /// Debit turnover of the date (借方发生额).
    pub debit_turnover: i128,
    /// Credit turnover of the date (贷方发生额).
    pub credit_turnover: i128,
    /// Whether a batching actor posts to it.
    pub hot: bool,
    /// Where its newest record lies: the head of its chain.
    pub last: Position,
}
