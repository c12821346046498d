//! Seeded days in every mode and format.

use std::collections::BTreeMap;

use longmen_vouchers::*;
use strum::VariantArray as _;

use crate::day::{RandomDay, random_day, settings, vouchers_of, written};

const DAYS: u64 = 150;
const MODES: [&str; 4] = ["transaction", "packed", "day", "day_with_aux"];

fn settings_of(format: &str, mode: &str, seed: u64) -> Settings {
    let limit = 2 + seed % 17;
    let scheme = ["one", "three", "five"][usize::try_from(seed % 3).unwrap()];
    let top = format!(
        "mode = \"{mode}\"\nline_limit = {limit}\nclearing = \"199\"\nword_scheme = \"{scheme}\"\nbank = [\"1002*\"]\n\
         off_balance_word = \"表\"\nreference_in_summary = false",
    );
    // A term of a line has to have a column.
    let customer = if format.starts_with("sap") { "TRADE_ID" } else { "客户" };
    let tables = format!(
        "[memo]\nM01 = \"112201\"\n[aux]\ncustomer = \"{customer}\"\n[currencies]\nCNY = \"RMB\"\nUSD = \"USD\"\nJPY = \"JPY\""
    );
    settings(format, &top, &tables)
}

#[test]
fn every_voucher_balances_numbers_have_no_gap_and_the_day_is_proved_whole() {
    for seed in 0..DAYS {
        let RandomDay { day, conditions, turnovers } = random_day(seed);
        for mode in MODES {
            let settings = settings_of("u8_text", mode, seed);
            let vouchers = vouchers_of(&day, &settings, &conditions);
            let named = format!("seed {seed}, {mode}");
            let proof = prove(&turnovers, &vouchers).unwrap_or_else(|lacks| panic!("{named}: {lacks:?}"));
            assert_eq!(proof.vouchers, vouchers.len());
            let mut numbers: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
            for voucher in &vouchers {
                assert!(!voucher.content.lines.is_empty(), "{named}");
                assert!(voucher.content.lines.len() <= settings.plan.line_limit, "{named}");
                assert!(
                    voucher.content.lines.iter().all(|line| line.amount.0 != 0 || line.local.0 != 0),
                    "{named}"
                );
                numbers.entry(&voucher.content.word).or_default().push(voucher.number);
            }
            for (word, numbers) in numbers {
                assert!(
                    numbers.iter().copied().eq(1..=u32::try_from(numbers.len()).unwrap()),
                    "{named}, {word}"
                );
            }
        }
    }
}

/// Every line of the books that is not dropped or summed up stands in a voucher, by what a naive sum has, mode by mode and tone by tone.
#[test]
fn lines_are_the_naive_sums() {
    for seed in 0..DAYS {
        let RandomDay { day, conditions, .. } = random_day(seed);
        type Key = (Box<str>, Box<str>, String, bool, bool);
        let mut naive: BTreeMap<Key, i128> = BTreeMap::new();
        for entry in day.entries.iter().filter(|entry| entry.amount.0 != 0) {
            let key = (
                entry.kind.clone(),
                entry.subject.clone(),
                entry.currency.to_string(),
                entry.side == longmen_ledger::Side::Debit,
                entry.amount.0 < 0,
            );
            *naive.entry(key).or_default() += i128::from(entry.amount.0);
        }
        for mode in MODES {
            let mut found: BTreeMap<Key, i128> = BTreeMap::new();
            let vouchers = vouchers_of(&day, &settings_of("u8_text", mode, seed), &conditions);
            let lines = vouchers.iter().flat_map(|voucher| &voucher.content.lines);
            for line in lines.filter(|line| line.origin == Origin::Books) {
                let is_debit = line.side == longmen_ledger::Side::Debit;
                let red = line.amount.0 < 0;
                let key = (line.kind.clone(), line.subject.clone(), line.currency.to_string(), is_debit, red);
                let sum = found.entry(key).or_default();
                assert!(mode != "day" || *sum == 0, "seed {seed}: a line is there twice");
                *sum += i128::from(line.amount.0);
            }
            assert_eq!(found, naive, "seed {seed}, {mode}");
        }
    }
}

/// Summed up, a day is the same in whatever order its entries come.
#[test]
fn the_order_of_entries_changes_nothing_of_sums() {
    for seed in 0..DAYS {
        let RandomDay { mut day, conditions, .. } = random_day(seed);
        let settings = settings_of("u8_text", "day_with_aux", seed);
        let vouchers = vouchers_of(&day, &settings, &conditions);
        day.entries.reverse();
        assert_eq!(vouchers_of(&day, &settings, &conditions), vouchers, "seed {seed}");
    }
}

#[test]
fn a_file_again_has_the_same_bytes_also_from_what_was_kept() {
    for seed in 0..12 {
        let RandomDay { day, conditions, .. } = random_day(seed);
        for format in Format::VARIANTS {
            let mut day = day.clone();
            let name = format.name();
            if name.starts_with("sap") {
                // SAP has no vouchers of one side, and no red lines beside black ones.
                day.entries.retain(|entry| {
                    entry.books != Books::OffBalance
                        && entry.subject != "60210101".into()
                        && entry.amount.0.abs() != 7
                });
            }
            let settings = settings_of(name, "packed", seed);
            let vouchers = vouchers_of(&day, &settings, &conditions);
            let bytes = written(&settings, &vouchers);
            assert!(!bytes.is_empty() || vouchers.is_empty(), "{name}");
            assert!(written(&settings, &vouchers) == bytes, "seed {seed}, {name}");
            let kept = serde_json::to_string(&vouchers).unwrap();
            let kept: Vec<Voucher> = serde_json::from_str(&kept).unwrap();
            assert_eq!(kept, vouchers);
            assert!(written(&settings, &kept) == bytes, "seed {seed}, {name}");
        }
    }
}
