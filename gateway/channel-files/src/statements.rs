//! Files of money, line by line.

use strum::VariantArray;

use crate::alipay;
use crate::bank::{camt053, mt940};
use crate::money::{MoneyLine, MoneyStatement};
use crate::received::Expected;
use crate::refusal::Refusal;
use crate::unpacked::{Source, read_unpacked};
use crate::wechat;

/// The formats of files of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr, strum::VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum MoneyFormat {
    /// 微信支付 资金账单
    WechatFundflow,
    /// 支付宝 账务明细 (`bill_type=signcustomer`)
    AlipaySigncustomer,
    /// The bank statement of ISO 20022, camt.053, versions 02 to 13.
    Camt053,
    /// The bank statement of SWIFT, MT940.
    Mt940,
}

impl MoneyFormat {
    /// Every format.
    pub const ALL: &[MoneyFormat] = MoneyFormat::VARIANTS;

    /// Its name: `wechat-fundflow`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// Reads a file of money. Lines go to `take` as they are read, and hold only where the end is a [`MoneyStatement`].
///
/// # Errors
/// [`Refusal`]: nothing of the file is to be used.
pub fn read_money(
    format: MoneyFormat,
    source: &mut dyn Source,
    expected: &Expected,
    take: &mut dyn FnMut(MoneyLine),
) -> Result<MoneyStatement, Refusal> {
    let sha1 = expected.sha1.as_deref();
    match format {
        MoneyFormat::WechatFundflow => {
            read_unpacked(source, None, sha1, |input| wechat::fundflow::read(input, expected, take))
        }
        MoneyFormat::AlipaySigncustomer => {
            read_unpacked(source, Some(&alipay::account::MEMBER), sha1, |input| {
                alipay::account::read(input, expected, take)
            })
        }
        MoneyFormat::Camt053 => {
            read_unpacked(source, None, sha1, |input| camt053::read(input, expected, take))
        }
        MoneyFormat::Mt940 => read_unpacked(source, None, sha1, |input| mt940::read(input, expected, take)),
    }
}
