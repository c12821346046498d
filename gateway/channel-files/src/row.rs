//! A row of a channel's statement: one shape for all channels.

use jiff::civil::DateTime;
use longmen_ledger::{Amount, Currency, Date};

/// What a row is about.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::EnumString,
    strum::FromRepr,
    strum::IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
#[repr(u8)]
pub enum RowKind {
    /// 支付
    Pay,
    /// 退款
    Refund,
    /// 撤销: a payment was taken back before it was settled.
    Revoke,
    /// 充值
    Recharge,
    /// 代付, 提现
    Payout,
    /// 结算: the channel pays the merchant.
    Settle,
    /// 手续费, where the channel lists fees in rows of their own.
    Fee,
    Other,
}

impl RowKind {
    /// Its name: `pay`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// How far the channel has come with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::EnumString, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum RowState {
    Success,
    /// Under way: of a refund the money has left the merchant already.
    Processing,
    Failed,
    Closed,
}

impl RowState {
    /// Its name: `success`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether the merchant's balance at the channel has moved by it.
    #[must_use]
    pub fn moves_money(self) -> bool {
        matches!(self, RowState::Success | RowState::Processing)
    }
}

/// A row of a channel's statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    /// The line that it stands on, counted from 1.
    pub line: u64,
    pub kind: RowKind,
    pub state: RowState,
    /// The number that the merchant gave it: of a payment that of the order (商户订单号), of a refund its own (商户退款单号).
    pub merchant_number: Box<str>,
    /// The order that it belongs to.
    pub order: Box<str>,
    /// The channel's own number for it.
    pub channel_number: Box<str>,
    /// In minor units: positive what comes to the merchant, before fees.
    pub gross: Amount,
    /// In minor units: positive what the merchant pays, negative what is given back to it.
    pub fee: Amount,
    pub currency: Currency,
    /// When the channel did it, by its own clock, which is that of the place.
    pub time: Option<DateTime>,
    /// When the channel settles it, where it says so.
    pub settle_date: Option<Date>,
}

impl StatementRow {
    /// What comes to the merchant by it, in minor units.
    #[must_use]
    pub fn net(&self) -> i128 {
        match self.state.moves_money() {
            true => i128::from(self.gross.0) - i128::from(self.fee.0),
            false => 0,
        }
    }
}
