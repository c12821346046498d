//! `longmen reconcile` over days made at random, one after the other: the table of differences is what was planted.

use std::path::Path;

use longmen_engine::ledger::Currency;

#[allow(dead_code, unused_imports, reason = "other tests compare the same days by the library")]
#[path = "../../../reconciliation/tests/channel_days/mod.rs"]
mod channel_days;

use crate::longmen::longmen;
use channel_days::{Chain, Channel};

#[test]
fn the_table_of_differences_is_what_was_planted() {
    for (seed, channel) in (0..).zip([Channel::Wechat, Channel::Alipay, Channel::Unionpay]) {
        let directory = tempfile::tempdir().unwrap();
        let chain = Chain::random(channel, seed, 5, &(600..=1_000));
        chain.save(directory.path());
        let mut told: Vec<String> =
            (0..chain.days.len()).flat_map(|day| reconcile(&chain, day, directory.path())).collect();
        let mut planted: Vec<String> = chain.told.iter().map(ToString::to_string).collect();
        told.sort();
        planted.sort();
        assert!(planted.len() > 100);
        assert_eq!(told, planted, "{}", channel.name());
    }
}

/// Compares a day, with what waits from the day before; the differences as the generator tells them.
fn reconcile(chain: &Chain, day: usize, directory: &Path) -> Vec<String> {
    let path = |name: String| directory.join(name).to_str().unwrap().to_owned();
    let (book, file) =
        (path(format!("{day:02}.book")), path(format!("{day:02}.{}", chain.days[day].files[0].0)));
    let (breaks, hung) = (path(format!("breaks{day}.csv")), path(format!("hung{day}")));
    let (date, tolerance) = (chain.days[day].date.to_string(), chain.fee_tolerance.to_string());
    let mut command = vec!["reconcile", &book, &file, "--format", chain.channel.format().unwrap().name()];
    command.extend(["--date", &date, "--fee-tolerance", &tolerance, "--merchant", chain.channel.merchant()]);
    command.extend(["--breaks", &breaks, "--hung-after", &hung]);
    let before = day.checked_sub(1).map(|day| path(format!("hung{day}")));
    command.extend(before.iter().flat_map(|before| ["--hung-before", before]));
    let ran = longmen(&command);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let mut table = csv::Reader::from_path(breaks).unwrap();
    let names = table.headers().unwrap().clone();
    let rows = table.records().map(|row| {
        let row = row.unwrap();
        let cell = |name: &str| &row[names.iter().position(|known| known == name).unwrap()];
        let fen = |name: &str| match cell(name) {
            "" => String::new(),
            text => Currency::from_code("CNY").unwrap().parse_amount(text).unwrap().0.to_string(),
        };
        let cells = ["merchant_number", "kind", "class", "fate", "days"].map(cell).join(",");
        let sides = ["book", "file"].map(|side| {
            let name = |what| format!("{side}_{what}");
            format!("{},{},{}", fen(&name("amount")), fen(&name("fee")), cell(&name("state")))
        });
        format!("{day},{cells},{},{},,", fen("explains"), sides.join(","))
    });
    rows.collect()
}
