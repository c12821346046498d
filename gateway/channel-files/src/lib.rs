//! The statement files of payment channels and banks (渠道对账文件, 银行对账单), read into rows of one shape.
//!
//! A file is taken whole or refused whole: a reader hands out rows as it comes to them, and what it handed out holds only once it has
//! come to the end and says [`Received`]. Otherwise there is a [`Refusal`] with line, column and reason, and whoever took rows drops
//! them. Columns are found by their names; amounts are exact decimals, never floating point.
//!
//! ```
//! use std::io::Cursor;
//! use longmen_channel_files::{Expected, TradeFormat, read_trades};
//!
//! let file = "\
//! 交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,手续费
//! `2024-06-18 10:00:00,`1900000100,`4200000001,`P001,`SUCCESS,`CNY,`100.00,`0.60000
//! 总交易单数,应结订单总金额,手续费总金额
//! `1,`100.00,`0.60000
//! ";
//! let mut rows = Vec::new();
//! let received = read_trades(
//!     TradeFormat::WechatTrade,
//!     &mut Cursor::new(file),
//!     &Expected::default(),
//!     &mut |row| rows.push(row),
//! );
//! assert_eq!(received.unwrap().rows, 1);
//! assert_eq!((&*rows[0].merchant_number, rows[0].net()), ("P001", 9_940));
//! ```

mod alipay;
mod bank;
mod cells;
mod columns;
mod identity;
mod lines;
mod money;
mod profile;
mod received;
mod refusal;
mod row;
mod running_balance;
mod statements;
mod trades;
mod unionpay;
mod unpacked;
mod wechat;

pub use money::{MoneyLine, MoneyStatement};
pub use profile::{AnyProfile, Profile, ProfileError, TradeProfile, read_table, read_trade_table};
pub use received::{Expected, Received, Sums};
pub use refusal::{Refusal, RefusalCode};
pub use row::{RowKind, RowState, StatementRow};
pub use statements::{MoneyFormat, read_money};
pub use trades::{TradeFormat, read_trades};
pub use unpacked::Source;
