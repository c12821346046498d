//! Files read to their end, and what every format's tests ask of that.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use longmen_channel_files::{
    Expected, MoneyFormat, MoneyLine, MoneyStatement, Profile, Received, Refusal, RefusalCode, StatementRow,
    TradeFormat, TradeProfile, read_money, read_table, read_trade_table, read_trades,
};
use longmen_ledger::{Currency, Date};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub(crate) fn trades(
    format: TradeFormat,
    file: impl AsRef<[u8]>,
    expected: &Expected,
) -> Result<(Received, Vec<StatementRow>), Refusal> {
    let mut rows = Vec::new();
    let received = read_trades(format, &mut Cursor::new(file), expected, &mut |row| rows.push(row))?;
    Ok((received, rows))
}

pub(crate) fn money(
    format: MoneyFormat,
    file: impl AsRef<[u8]>,
    expected: &Expected,
) -> Result<(MoneyStatement, Vec<MoneyLine>), Refusal> {
    let mut lines = Vec::new();
    let statement = read_money(format, &mut Cursor::new(file), expected, &mut |line| lines.push(line))?;
    Ok((statement, lines))
}

pub(crate) fn table(
    profile: &Profile,
    file: impl AsRef<[u8]>,
    expected: &Expected,
) -> Result<(MoneyStatement, Vec<MoneyLine>), Refusal> {
    let mut lines = Vec::new();
    let statement = read_table(profile, &mut Cursor::new(file), expected, &mut |line| lines.push(line))?;
    Ok((statement, lines))
}

pub(crate) fn profile(toml: &str) -> Profile {
    Profile::parse(toml).map_err(|error| error.to_string()).unwrap()
}

pub(crate) fn trade_table(
    profile: &TradeProfile,
    file: impl AsRef<[u8]>,
    expected: &Expected,
) -> Result<(Received, Vec<StatementRow>), Refusal> {
    let mut rows = Vec::new();
    let received = read_trade_table(profile, &mut Cursor::new(file), expected, &mut |row| rows.push(row))?;
    Ok((received, rows))
}

pub(crate) fn trade_profile(toml: &str) -> TradeProfile {
    TradeProfile::parse(toml).map_err(|error| error.to_string()).unwrap()
}

/// The amounts of a table that is taken.
#[track_caller]
pub(crate) fn amounts(toml: &str, file: impl AsRef<[u8]>) -> Vec<i64> {
    let (_, lines) =
        table(&profile(toml), file, &Expected::default()).map_err(|refusal| refusal.to_string()).unwrap();
    lines.iter().map(|line| line.amount.0).collect()
}

/// That a table is refused, and where.
#[track_caller]
pub(crate) fn refused_table(
    toml: &str,
    file: impl AsRef<[u8]>,
    code: RefusalCode,
    line: impl Into<Option<u64>>,
    column: &str,
) {
    let refusal = table(&profile(toml), file, &Expected::default()).unwrap_err();
    check(&refusal, code, line, column);
}

/// What a refusal says, and where; an empty column is none.
#[track_caller]
pub(crate) fn check(refusal: &Refusal, code: RefusalCode, line: impl Into<Option<u64>>, column: &str) {
    let found = (refusal.code, refusal.line, refusal.column.as_deref().unwrap_or_default());
    assert_eq!(found, (code, line.into(), column), "{refusal}");
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

pub(crate) fn zip(members: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        packed.start_file(*name, SimpleFileOptions::default()).unwrap();
        packed.write_all(bytes).unwrap();
    }
    packed.finish().unwrap().into_inner()
}

pub(crate) fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

pub(crate) fn cny() -> Currency {
    Currency::from_code("CNY").unwrap()
}
