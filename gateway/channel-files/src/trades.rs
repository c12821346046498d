//! Files of transactions, row by row.

use strum::VariantArray;

use crate::alipay;
use crate::received::{Expected, Received};
use crate::refusal::Refusal;
use crate::row::StatementRow;
use crate::unionpay;
use crate::unpacked::{Source, read_unpacked};
use crate::wechat;

/// The formats of files of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum TradeFormat {
    /// 微信支付 交易账单 (ALL, SUCCESS, REFUND)
    WechatTrade,
    /// 支付宝 业务明细 (`bill_type=trade`)
    AlipayTrade,
    /// 银联 全渠道 `INN…ZM_…`
    UnionpayZm,
}

impl TradeFormat {
    /// Every format.
    pub const ALL: &[TradeFormat] = TradeFormat::VARIANTS;

    /// Its name: `wechat-trade`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Reads a file of transactions. Rows go to `take` as they are read, and hold only where the end is [`Received`].
///
/// # Errors
/// [`Refusal`]: nothing of the file is to be used.
pub fn read_trades(
    format: TradeFormat,
    source: &mut dyn Source,
    expected: &Expected,
    take: &mut dyn FnMut(StatementRow),
) -> Result<Received, Refusal> {
    let sha1 = expected.sha1.as_deref();
    match format {
        TradeFormat::WechatTrade => {
            read_unpacked(source, None, sha1, |input| wechat::trade::read(input, expected, take))
        }
        TradeFormat::AlipayTrade => read_unpacked(source, Some(&alipay::trade::MEMBER), sha1, |input| {
            alipay::trade::read(input, expected, take)
        }),
        TradeFormat::UnionpayZm => read_unpacked(source, Some(&unionpay::zm::MEMBER), sha1, |input| {
            unionpay::zm::read(input, expected, take)
        }),
    }
}
