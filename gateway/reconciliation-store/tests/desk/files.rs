//! Files: once, whole or not at all, and other bytes only by somebody else's hand.

use std::fs;
use std::time::Duration;

use longmen_channel_files::{MoneyFormat, TradeFormat};
use longmen_reconciliation_store::{
    Channel, FileFilter, FileFormat, FileId, FileState, Import, Merchant, NewFile, Person, Reason, Store,
};

use crate::desk::{Desk, NOON, channel, day, person, wechat};

fn states(desk: &Desk) -> Vec<(i64, u32, FileState)> {
    let files = desk.store.read().files(&FileFilter::default()).unwrap();
    files.iter().map(|file| (file.id.0, file.version, file.state)).collect()
}

fn raw_files(desk: &Desk) -> usize {
    let names = fs::read_dir(desk.path().join("files")).unwrap();
    names.filter(|entry| entry.as_ref().unwrap().path().extension().is_none()).count()
}

#[test]
fn the_same_bytes_are_known_and_others_wait_for_somebody_else() {
    use FileState::{Active, Pending, Rejected, Superseded};
    let mut desk = Desk::new();
    let first = [("A", 100, 1)];
    assert_eq!(desk.import(day(18), &first).unwrap(), Import::New(FileId(1)));
    assert_eq!(desk.import(day(18), &first).unwrap(), Import::Known(FileId(1)));
    assert_eq!(
        desk.import(day(19), &[]).unwrap(),
        Import::New(FileId(2)),
        "a day without a row was received"
    );
    let second = [("A", 200, 1)];
    assert_eq!(desk.import(day(18), &second).unwrap(), Import::NeedsApproval(FileId(3)));
    assert_eq!(desk.import(day(18), &second).unwrap(), Import::Known(FileId(3)));
    let other = desk.import(day(18), &[("A", 300, 1)]).unwrap_err();
    assert_eq!(other.code(), Some("pending_version"));
    assert_eq!(states(&desk), [(1, 1, Active), (3, 2, Pending), (2, 1, Active)]);
    let own = desk.store.approve_file(FileId(3), &person("wang"), NOON).unwrap_err();
    assert_eq!(own.code(), Some("own_import"));
    let approved = desk.store.approve_file(FileId(3), &person("li"), NOON + 5).unwrap();
    assert_eq!(approved.decided, Some((person("li"), NOON + 5)));
    assert_eq!(states(&desk), [(1, 1, Superseded), (3, 2, Active), (2, 1, Active)]);
    // What was superseded may come again, and is decided again.
    assert_eq!(desk.import(day(18), &first).unwrap(), Import::NeedsApproval(FileId(4)));
    desk.store.reject_file(FileId(4), &person("wang"), NOON).unwrap();
    assert_eq!(states(&desk), [(1, 1, Superseded), (3, 2, Active), (4, 3, Rejected), (2, 1, Active)]);
    for (file, code) in [(4, "not_pending"), (3, "not_pending"), (9, "no_such_file")] {
        let refused = desk.store.approve_file(FileId(file), &person("li"), NOON).unwrap_err();
        assert_eq!(refused.code(), Some(code));
        let refused = desk.store.reject_file(FileId(file), &person("li"), NOON).unwrap_err();
        assert_eq!(refused.code(), Some(code));
    }
    assert_eq!(raw_files(&desk), 3);
    desk.store.read().check().unwrap();
    let before = desk.store.read().dump().unwrap();
    let desk = desk.reopen();
    assert_eq!(desk.store.read().dump().unwrap(), before);
}

#[test]
fn what_a_reader_refuses_is_never_stored() {
    let mut desk = Desk::new();
    let whole = wechat(day(18), &[("A", 100, 1)]);
    let text = String::from_utf8(whole.clone()).unwrap();
    let new = |date, merchant: &str, format| NewFile {
        channel: channel(),
        merchant: Merchant::new(merchant).unwrap(),
        date,
        format,
        sha1: None,
    };
    let trades = FileFormat::Trades(TradeFormat::WechatTrade);
    for (new, bytes, code) in [
        (new(day(19), "1900000100", trades), whole.clone(), "wrong_date"),
        (new(day(18), "1900000101", trades), whole.clone(), "wrong_merchant"),
        (new(day(18), "1900000100", trades), text[..text.find("总交易").unwrap()].into(), "truncated"),
        (
            new(day(18), "1900000100", trades),
            text.replace("`1,`1.00", "`1,`2.00").into(),
            "bad_control_total",
        ),
        (new(day(18), "1900000100", trades), Vec::new(), "truncated"),
        (
            new(day(18), "1900000100", FileFormat::Money(MoneyFormat::WechatFundflow)),
            whole.clone(),
            "unknown_header",
        ),
        (NewFile { sha1: Some("00".into()), ..new(day(18), "1900000100", trades) }, whole, "bad_digest"),
    ] {
        let refused = desk.store.import(&new, &mut bytes.as_slice(), &person("wang"), NOON).unwrap_err();
        assert_eq!(refused.code(), Some(code), "{refused}");
        assert_eq!((states(&desk), raw_files(&desk)), (vec![], 0), "{code}");
    }
}

#[test]
fn a_file_of_money_has_its_own_sums() {
    let mut desk = Desk::new();
    let file = "\
记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额（元）,账户结余（元）,资金变更提交申请人,备注,业务凭证号
`2024-06-18 10:00:00,`4200000001,`1,`交易,`交易,`收入,`100.00,`100.00,`system,`,`P001
`2024-06-18 10:00:00,`4200000001,`2,`扣除交易手续费,`扣除交易手续费,`支出,`0.60,`99.40,`system,`,`P001
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`2,`1,`100.00,`1,`0.60
";
    let new = NewFile {
        channel: channel(),
        merchant: Merchant::new("1900000100").unwrap(),
        date: day(18),
        format: FileFormat::Money(MoneyFormat::WechatFundflow),
        sha1: None,
    };
    let imported = desk.store.import(&new, &mut file.as_bytes(), &person("wang"), NOON).unwrap();
    assert_eq!(imported, Import::New(FileId(1)));
    let stored = desk.store.read().file(FileId(1)).unwrap();
    let sums: Vec<_> = stored.sums.iter().map(|sum| (&*sum.kind, sum.rows, sum.gross)).collect();
    assert_eq!((stored.rows, sums), (2, vec![("incoming", 1, 10_000), ("outgoing", 1, 60)]));
    assert_eq!(&*stored.key.format, "wechat-fundflow");
}

#[test]
fn names_that_nobody_can_read_are_none() {
    let long = "x".repeat(1_025);
    assert!(Channel::new(&long[..129]).is_err() && Person::new(&long[..129]).is_err());
    assert!(Reason::new(&long[..129]).is_ok());
    for wrong in ["", " ", "\u{200b}", " a", "a ", "a\nb", "a\u{202e}b", &long] {
        assert!(Channel::new(wrong).is_err(), "{wrong:?}");
        assert!(Person::new(wrong).is_err(), "{wrong:?}");
        assert!(Reason::new(wrong).is_err(), "{wrong:?}");
    }
    assert_eq!(Person::new("王 伟").unwrap().as_str(), "王 伟");
}

#[test]
fn one_program_writes_at_a_time_and_others_read() {
    let mut desk = Desk::new();
    desk.import(day(18), &[]).unwrap();
    let second = Store::open(desk.path(), Duration::from_millis(60)).unwrap_err();
    assert_eq!(second.code(), Some("in_use"));
    let reader = longmen_reconciliation_store::Reader::open(desk.path()).unwrap();
    assert_eq!(reader.files(&FileFilter::default()).unwrap().len(), 1);
    desk.import(day(19), &[]).unwrap();
    assert_eq!(reader.files(&FileFilter::default()).unwrap().len(), 2);
    assert_eq!(reader.dump().unwrap(), desk.store.read().dump().unwrap());
    let desk = desk.reopen();
    assert_eq!(states(&desk).len(), 2);
}
