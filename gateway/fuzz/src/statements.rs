//! Files of channels and banks: whatever stands in one, it is taken whole, and then adds up, or refused with where and why.

use std::io::Cursor;

use longmen_channel_files::{
    Expected, MoneyFormat, Profile, Received, Refusal, RowKind, StatementRow, TradeFormat, TradeProfile,
    read_money, read_table, read_trade_table, read_trades,
};
use longmen_engine::ledger::Date;

/// Takes an input: a byte that says which format it is read as, and the file.
pub fn run(data: &[u8]) {
    let Some((&first, file)) = data.split_first() else { return };
    // Some formats have no year of their own.
    let date = Date::parse("2024-06-18").filter(|_| first & 0x80 != 0);
    let expected = Expected { date, ..Expected::default() };
    let format = usize::from(first & 0x7F);
    if format == FIXED {
        return trades(file, &expected, |source, take| {
            read_trade_table(&trade_profile(), source, &expected, take)
        });
    }
    if let Some(format) = TradeFormat::ALL.get(format) {
        return trades(file, &expected, |source, take| read_trades(*format, source, &expected, take));
    }
    money(MoneyFormat::ALL.get(format - TradeFormat::ALL.len()).copied(), file, &expected);
}

/// Behind all formats: a table of money by its profile, and then lines of fixed fields.
const TABLE_OF_MONEY: usize = TradeFormat::ALL.len() + MoneyFormat::ALL.len();
const FIXED: usize = TABLE_OF_MONEY + 1;

fn trades(
    file: &[u8],
    expected: &Expected,
    read: impl FnOnce(&mut Cursor<&[u8]>, &mut dyn FnMut(StatementRow)) -> Result<Received, Refusal>,
) {
    let (mut count, mut net, mut unmoved) = (0_u64, 0, 0_u64);
    let mut take = |row: StatementRow| {
        count += 1;
        net += row.net();
        unmoved += u64::from(!row.state.moves_money());
        assert!(row.line > 0 && !row.kind.name().is_empty());
    };
    match read(&mut Cursor::new(file), &mut take) {
        Ok(received) => {
            assert_eq!((received.rows, received.unmoved), (count, unmoved));
            let sums: i128 = received.sums.values().map(|sums| sums.gross - sums.fee).sum();
            assert_eq!(sums, net);
            assert!(received.sums.keys().all(|(code, kind)| code.len() == 3 && *kind <= RowKind::Other));
            assert!(expected.date.is_none() || received.date == expected.date);
        }
        Err(refusal) => told(&refusal),
    }
}

fn money(format: Option<MoneyFormat>, file: &[u8], expected: &Expected) {
    let (mut count, mut sum) = (0_u64, 0_i128);
    let mut take = |line: longmen_channel_files::MoneyLine| {
        count += 1;
        sum += i128::from(line.amount.0);
    };
    let source = &mut Cursor::new(file);
    let statement = match format {
        Some(format) => read_money(format, source, expected, &mut take),
        None => read_table(&profile(), source, expected, &mut take),
    };
    match statement {
        Ok(statement) => {
            let (incoming, outgoing) = (statement.incoming, statement.outgoing);
            assert_eq!((incoming.0 + outgoing.0, incoming.1 - outgoing.1), (count, sum));
            if let (Some(opening), Some(closing)) = (statement.opening, statement.closing) {
                assert_eq!(opening + sum, closing);
            }
        }
        Err(refusal) => told(&refusal),
    }
}

fn told(refusal: &Refusal) {
    assert!(!refusal.reason.is_empty() && refusal.line != Some(0));
    assert!(refusal.to_string().starts_with(refusal.code.name()));
}

/// A bank's own table, with what a profile can say.
fn profile() -> Profile {
    Profile::parse(PROFILE).expect("it is one")
}

const PROFILE: &str = r#"
layout = "delimited"
encoding = "gb18030"
order = "descending"
thousands = true
footer = { begins = "sum" }
currency = { fixed = "CNY" }
date = { column = "date", format = "%Y%m%d" }
amount = { incoming = "in", outgoing = "out" }
columns = { balance = "balance", number = "no" }
"#;

/// Lines of fixed fields, with what a profile can say.
fn trade_profile() -> TradeProfile {
    TradeProfile::parse(FIXED_PROFILE).expect("it is one")
}

const FIXED_PROFILE: &str = r#"
rows = "transactions"
layout = "fixed"
encoding = "gb18030"
length = 50
blanks = true
fields = [["no", 4], ["time", 10], ["kind", 2], ["amount", 12], ["fee", 7], ["state", 2], ["text", 7]]
minor = true
footer = { begins = "sum" }
currency = { fixed = "CNY" }
date = { column = "time", format = "%m%d%H%M%S", year = "expected", before = 1 }
time = { column = "time", format = "%m%d%H%M%S" }
amount = { column = "amount", direction = "kind", in = ["01"], out = ["04"] }
fees = [{ signed = "fee", in = ["C"], out = ["D"] }]
columns = { merchant_number = ["no", "time"], order = "text" }
kinds = { column = "kind", words = { "01" = "pay", "04" = "refund" }, ignored = ["99"] }
states = { column = "state", words = { "00" = "success", "05" = "failed" } }
"#;

const FIXED_LINES: &str = "\
0001 0618100000 01 000000010000 D000060 00 tea    
0002 0617230000 04 000000004000 C000024 00        
0003 x          99 x            x       x  x      
0004 0618100000 01 000000000500         05        
sum 3
";

const TABLE: &str = "\
no,date,in,out,balance
=\"2\",20240618,,\"1,000.00\",234.50
1,20240618,1234.50,,\"1,234.50\"
sum
";

const TRADES: &str = "\
交易时间,商户号,微信订单号,商户订单号,交易状态,货币种类,应结订单金额,微信退款单号,商户退款单号,退款金额,退款状态,手续费
`2024-06-18 10:00:00,`19,`42,`P1,`SUCCESS,`CNY,`100.00,`0,`0,`0.00,`,`0.60000
`2024-06-18 15:00:00,`19,`42,`P1,`REFUND,`CNY,`0.00,`50,`R1,`40.00,`FAIL,`-0.24000
总交易单数,应结订单总金额,退款总金额,手续费总金额
`2,`100.00,`40.00,`0.36000
";

const FUND: &str = "\
记账时间,微信支付业务单号,资金流水单号,业务名称,收支类型,收支金额（元）,账户结余（元）,备注,业务凭证号
`2024-06-18 10:00:00,`42,`F1,`交易,`收入,`100.00,`1100.00,`,`P1
`2024-06-18 10:00:00,`42,`F2,`手续费,`支出,`0.60,`1099.40,`,`P1
资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额
`2.0,`1.0,`100.00,`1.0,`0.60
";

const CAMT: &str = r#"<?xml version="1.0"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S1</Id><Acct><Id><Othr><Id>62</Id></Othr></Id><Ccy>CNY</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2024-06-17</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">3.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2024-06-18</Dt></Dt></Bal>
<Ntry><Amt Ccy="CNY">2.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2024-06-18</Dt></BookgDt><ValDt><Dt>2024-06-18</Dt></ValDt>
<AcctSvcrRef>B1</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><Amt Ccy="CNY">2.50</Amt><RmtInf><Ustrd>x &amp; y</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>
"#;

const MT940: &str = "\
{1:F01BANKCNBJAXXX0000000000}{4:
:20:S1
:25:6222001
:28C:171/1
:60F:C240617CNY1000,
:61:2406180618C219,67NTRFP1//B1
settled
:86:/REMI/19
:61:240618RC19,67NMSCNONREF
:62F:C240618CNY1200,
-}
";

/// A file of each format, with a date expected and without.
///
/// # Panics
/// If one of them is not taken: then a seed is none.
#[must_use]
pub fn seeds() -> Vec<Vec<u8>> {
    let money = |name| {
        TradeFormat::ALL.len() + MoneyFormat::ALL.iter().position(|f| f.name() == name).expect("it is there")
    };
    let files = [
        (0, TRADES),
        (money("wechat-fundflow"), FUND),
        (money("camt053"), CAMT),
        (money("mt940"), MT940),
        (TABLE_OF_MONEY, TABLE),
        (FIXED, FIXED_LINES),
    ];
    let mut seeds = Vec::new();
    for (format, text) in files {
        for dated in [0, 0x80] {
            let first = u8::try_from(format).expect("there are few formats") | dated;
            seeds.push([&[first][..], text.as_bytes()].concat());
        }
        let mut taken = 0;
        let source = &mut Cursor::new(text);
        let expected = Expected { date: Date::parse("2024-06-18"), ..Expected::default() };
        let result = match format
            .checked_sub(TradeFormat::ALL.len())
            .map(|format| MoneyFormat::ALL.get(format))
        {
            None => read_trades(TradeFormat::ALL[format], source, &expected, &mut |_| taken += 1).map(drop),
            Some(Some(format)) => read_money(*format, source, &expected, &mut |_| taken += 1).map(drop),
            Some(None) if format == FIXED => {
                read_trade_table(&trade_profile(), source, &expected, &mut |_| taken += 1).map(drop)
            }
            Some(None) => read_table(&profile(), source, &expected, &mut |_| taken += 1).map(drop),
        };
        assert!(result.is_ok() && taken > 0, "{text}: {result:?}");
    }
    seeds
}
