//! The channels, and what a day looks like in the files of each.

use std::io::{Cursor, Write};

use longmen_channel_files::{Expected, Profile, RowKind, TradeFormat, read_table, read_trades};
use longmen_ledger::Date;
use longmen_reconciliation::Transaction;
use rand::rngs::StdRng;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::plant::Plant;
use super::row::Row;
use super::{alipay, bank, unionpay, wechat};

/// A channel, and which files it sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    /// 微信支付, all in one file (ALL).
    Wechat,
    /// 微信支付, payments and refunds in a file each (SUCCESS, REFUND).
    WechatInTwo,
    /// 支付宝 业务明细, in its zip.
    Alipay,
    /// 银联 ZM.
    Unionpay,
    /// A bank that is paid through, whose table is read by a profile.
    Bank,
}

/// A file by the end of its name.
pub(crate) type Written = (&'static str, Vec<u8>);

impl Channel {
    /// Its name, by which an outside program reads its files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Channel::Wechat => "wechat",
            Channel::WechatInTwo => "wechat-in-two",
            Channel::Alipay => "alipay",
            Channel::Unionpay => "unionpay",
            Channel::Bank => "bank",
        }
    }

    /// What kinds of rows it has, and how many of a hundred.
    pub(crate) fn kinds(self) -> &'static [(RowKind, u32)] {
        match self {
            Channel::Wechat | Channel::WechatInTwo => {
                &[(RowKind::Pay, 79), (RowKind::Refund, 18), (RowKind::Revoke, 3)]
            }
            Channel::Alipay => &[(RowKind::Pay, 80), (RowKind::Refund, 20)],
            Channel::Unionpay => {
                &[(RowKind::Pay, 74), (RowKind::Refund, 16), (RowKind::Revoke, 4), (RowKind::Payout, 6)]
            }
            Channel::Bank => &[(RowKind::Pay, 55), (RowKind::Refund, 15), (RowKind::Payout, 30)],
        }
    }

    /// Whether its rows tell a fee.
    pub(crate) fn has_fees(self) -> bool {
        self != Channel::Bank
    }

    /// Whether a row of this kind may be there that failed.
    pub(crate) fn lists_failed(self, kind: RowKind) -> bool {
        matches!(self, Channel::Wechat | Channel::WechatInTwo) && kind == RowKind::Refund
    }

    /// What can be planted in its days.
    pub(crate) fn breaks(self) -> Vec<Plant> {
        let has_failed = self.kinds().iter().any(|(kind, _)| self.lists_failed(*kind));
        let fits =
            |plant: &Plant| (has_failed || !plant.needs_failed()) && (self.has_fees() || !plant.needs_fees());
        Plant::BREAKS.into_iter().filter(fits).collect()
    }

    /// Whether something of this kind may have no number of its own, and be named by its order.
    pub(crate) fn may_go_by_order(self, kind: RowKind) -> bool {
        match self {
            Channel::Wechat | Channel::WechatInTwo => kind == RowKind::Revoke,
            Channel::Alipay => kind == RowKind::Refund,
            Channel::Unionpay | Channel::Bank => false,
        }
    }

    /// The files of a day, whose rows are in the order of time.
    pub(crate) fn write(self, random: &mut StdRng, date: Date, rows: &[Row]) -> Vec<Written> {
        match self {
            Channel::Wechat => vec![("all", wechat::all(random, date, rows))],
            Channel::WechatInTwo => {
                vec![
                    ("success", wechat::payments(random, date, rows)),
                    ("refund", wechat::refunds(random, date, rows)),
                ]
            }
            Channel::Alipay => vec![("zip", alipay::file(random, date, rows))],
            Channel::Unionpay => vec![("zm", unionpay::file(random, date, rows))],
            Channel::Bank => vec![("csv", bank::file(random, date, rows))],
        }
    }

    /// Reads the files of a day as the product reads them.
    pub(crate) fn read(self, date: Date, files: &[Written]) -> Vec<Transaction> {
        let mut rows = Vec::new();
        for (name, bytes) in files {
            let expected = Expected { merchant: Some(self.merchant().into()), date: Some(date), sha1: None };
            let mut source = Cursor::new(bytes);
            let refusal = if let Some(format) = self.format() {
                read_trades(format, &mut source, &expected, &mut |row| rows.push(row.into())).err()
            } else {
                let profile = Profile::parse(bank::PROFILE).unwrap();
                let mut take = |line| rows.push(bank::transaction(line));
                read_table(&profile, &mut source, &expected, &mut take).err()
            };
            assert!(refusal.is_none(), "{name} of {date}: {refusal:?}");
        }
        rows
    }

    /// The format as the product calls it; none where a profile says what the file is.
    pub(crate) fn format(self) -> Option<TradeFormat> {
        match self {
            Channel::Wechat | Channel::WechatInTwo => Some(TradeFormat::WechatTrade),
            Channel::Alipay => Some(TradeFormat::AlipayTrade),
            Channel::Unionpay => Some(TradeFormat::UnionpayZm),
            Channel::Bank => None,
        }
    }

    /// The merchant's number, or its account.
    pub(crate) fn merchant(self) -> &'static str {
        match self {
            Channel::Wechat | Channel::WechatInTwo => wechat::MERCHANT,
            Channel::Alipay => alipay::MERCHANT,
            Channel::Unionpay => unionpay::MERCHANT,
            Channel::Bank => "6222001",
        }
    }
}

/// A zip of these members.
pub(super) fn zip(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        packed.start_file(*name, SimpleFileOptions::default()).unwrap();
        packed.write_all(bytes).unwrap();
    }
    packed.finish().unwrap().into_inner()
}

/// A text in GBK.
pub(super) fn gbk(text: &str) -> Vec<u8> {
    let (bytes, _, is_lossy) = encoding_rs::GBK.encode(text);
    assert!(!is_lossy, "{text}");
    bytes.into_owned()
}
