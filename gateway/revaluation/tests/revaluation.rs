//! Revaluation by figures that were reckoned by hand, and by what must hold of any.

#![allow(clippy::unwrap_used)]
// Amounts are written as yuan and fen: 300_00.
#![allow(clippy::inconsistent_digit_grouping)]

use std::collections::BTreeMap;

use longmen_ledger::{Currency, Date, Side};
use longmen_revaluation::{Balances, Entry, Rates, Refusal, Settings, revalue, translate};
use proptest::prelude::*;

const SETTINGS: &str = r#"
entity = "LM"
difference = "LM/fx/CNY"
rounding = "half_up"

[[positions]]
foreign = "LM/position/USD"
local = "LM/position-usd/CNY"

[[positions]]
foreign = "LM/position/JPY"
local = "LM/position-jpy/CNY"

[[positions]]
foreign = "LM/position/BHD"
local = "LM/position-bhd/CNY"

[[carried]]
foreign = "LM/profit/USD"
local = "LM/profit/CNY"
"#;

const RATES: &str = r#"
local = "CNY"

[[rates]]
currency = "USD"
date = "2024-12-31"
unit = 1
rate = "7.1884"

[[rates]]
currency = "JPY"
date = "2024-12-31"
unit = 100
rate = "4.6233"

[[rates]]
currency = "BHD"
date = "2024-12-31"
unit = 1
rate = "19.06758"
"#;

fn settings() -> Settings {
    Settings::parse(SETTINGS).unwrap()
}

fn date() -> Date {
    Date::parse("2024-12-31").unwrap()
}

fn currency(account: &str) -> Currency {
    Currency::from_code(account.rsplit('/').next().unwrap()).unwrap()
}

/// Balances by account, all that the settings name at zero but for those that are given.
struct Books(BTreeMap<String, i128>);

impl Books {
    fn new(given: &[(&str, i128)]) -> Books {
        let zero = settings().accounts().map(|account| (account.to_owned(), 0)).collect();
        let mut books = Books(zero);
        for (account, balance) in given {
            books.0.insert((*account).to_owned(), *balance);
        }
        books
    }

    fn balances(&self) -> Balances {
        Balances::of(self.0.iter().map(|(account, balance)| (&**account, currency(account), *balance)))
            .unwrap()
    }

    fn of(&self, account: &str) -> i128 {
        self.0.get(account).copied().unwrap_or(0)
    }

    fn post(&mut self, entry: &Entry) {
        let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
        for leg in entry.legs() {
            assert_eq!((leg.currency, leg.amount.0 > 0), (currency(&leg.account), true));
            let moved = leg.side.signed(leg.amount);
            *sums.entry(leg.currency).or_default() += moved;
            *self.0.entry(leg.account.to_string()).or_default() += moved;
        }
        assert!(sums.values().all(|sum| *sum == 0), "{entry:?}");
    }
}

#[test]
fn positions_take_the_closing_rate() {
    // Foreign and local side before, and the gain.
    for (foreign, local, given, before, gain) in [
        ("LM/position/USD", "LM/position-usd/CNY", -100_00, 720_00, -116),
        ("LM/position/USD", "LM/position-usd/CNY", -100_00, 710_00, 8_84),
        ("LM/position/USD", "LM/position-usd/CNY", -100_00, 718_84, 0),
        ("LM/position/USD", "LM/position-usd/CNY", 100_00, -720_00, 116),
        ("LM/position/USD", "LM/position-usd/CNY", 0, 0, 0),
        ("LM/position/USD", "LM/position-usd/CNY", 0, 5, -5),
        ("LM/position/USD", "LM/position-usd/CNY", -1, 0, 7),
        ("LM/position/JPY", "LM/position-jpy/CNY", -10_000, 470_00, -7_67),
        ("LM/position/JPY", "LM/position-jpy/CNY", -1, 0, 5),
        ("LM/position/BHD", "LM/position-bhd/CNY", -1_000, 19_00, 7),
        ("LM/position/BHD", "LM/position-bhd/CNY", 1_000, 0, -19_07),
    ] {
        let what = format!("{foreign} {given} {before}");
        let mut books = Books::new(&[(foreign, given), (local, before)]);
        let rates = Rates::parse(RATES).unwrap();
        let found = revalue(&settings(), &rates, &books.balances(), date()).unwrap();
        let of = found.iter().find(|one| one.row.currency == currency(foreign)).unwrap();
        assert_eq!(
            (of.row.foreign, of.row.before, of.row.after, of.row.gain),
            (given, before, before + gain, gain),
            "{what}"
        );
        assert_eq!(of.entry.is_some(), gain != 0, "{what}");
        assert!(
            found.iter().filter(|one| one.row.currency != of.row.currency).all(|one| one.entry.is_none())
        );
        of.entry.iter().for_each(|entry| books.post(entry));
        assert_eq!((books.of(local), books.of("LM/fx/CNY")), (before + gain, -gain), "{what}");
    }
}

#[test]
fn each_rounding_of_a_half() {
    // 0.50 JPY-hundredths: 1 JPY at 50/100 is 0.50 CNY; 1 US cent at 0.5 is half a fen.
    for (rounding, expect) in [("half_up", 1), ("half_even", 0), ("up", 1), ("down", 0)] {
        let settings = Settings::parse(&SETTINGS.replace("half_up", rounding)).unwrap();
        let rates = Rates::parse(&RATES.replace("7.1884", "0.5")).unwrap();
        for sign in [1, -1] {
            let books = Books::new(&[("LM/position/USD", -sign)]);
            let found = revalue(&settings, &rates, &books.balances(), date()).unwrap();
            assert_eq!(found[0].row.after, sign * expect, "{rounding} {sign}");
        }
    }
}

#[test]
fn a_profit_goes_through_the_position() {
    for (carried, local) in [(-50_00, -359_42), (50_00, 359_42), (-1, -7), (0, 0)] {
        let mut books = Books::new(&[
            ("LM/profit/USD", carried),
            ("LM/profit/CNY", -1_000_00),
            ("LM/position/USD", -100_00),
            ("LM/position-usd/CNY", 718_84),
        ]);
        let rates = Rates::parse(RATES).unwrap();
        let found = translate(&settings(), &rates, &books.balances(), date()).unwrap();
        let [one] = &*found else { panic!("{found:?}") };
        assert_eq!(
            (one.row.carried, one.row.local, one.row.rate.to_string()),
            (carried, local, "7.1884".to_owned())
        );
        assert_eq!(one.entry.is_some(), carried != 0);
        one.entry.iter().for_each(|entry| books.post(entry));
        assert_eq!((books.of("LM/profit/USD"), books.of("LM/profit/CNY")), (0, -1_000_00 + local));
        assert_eq!(
            (books.of("LM/position/USD"), books.of("LM/position-usd/CNY")),
            (-100_00 + carried, 718_84 - local)
        );
    }
}

#[test]
fn a_translation_is_written_debits_by_currency() {
    let books = Books::new(&[("LM/profit/USD", -50_00)]);
    let found = translate(&settings(), &Rates::parse(RATES).unwrap(), &books.balances(), date()).unwrap();
    let entry = found[0].entry.as_ref().unwrap();
    let legs: Vec<_> = entry.legs().iter().map(|leg| (&*leg.account, leg.side, leg.amount.0)).collect();
    assert_eq!(
        legs,
        [
            ("LM/profit/USD", Side::Debit, 50_00),
            ("LM/position/USD", Side::Credit, 50_00),
            ("LM/position-usd/CNY", Side::Debit, 359_42),
            ("LM/profit/CNY", Side::Credit, 359_42),
        ]
    );
    assert_eq!((&*entry.key, entry.value), ("translate|LM|2024-12-31|USD", date()));
}

#[test]
fn each_refusal_has_its_code() {
    let usd = Currency::from_code("USD").unwrap();
    let rates = |text: &str| Rates::parse(text).unwrap();
    let check = |rates: &Rates, books: &Books, at: Date, expect: &str| {
        let found = revalue(&settings(), rates, &books.balances(), at).unwrap_err();
        assert_eq!(found.code(), expect, "{found}");
    };
    let (usual, books) = (rates(RATES), Books::new(&[]));
    check(&usual, &books, Date::parse("2024-12-30").unwrap(), "no_rate");
    check(&rates(&RATES.replace("local = \"CNY\"", "local = \"HKD\"")), &books, date(), "other_local");
    check(&usual, &Books(BTreeMap::new()), date(), "no_balance");
    check(&usual, &Books::new(&[("LM/position/USD", i128::MAX / 1_000_000)]), date(), "overflow");
    check(&usual, &Books::new(&[("LM/position-usd/CNY", i128::MIN)]), date(), "overflow");
    check(&usual, &Books::new(&[("LM/position-usd/CNY", i128::from(i64::MAX) + 1)]), date(), "overflow");
    let largest = Books::new(&[("LM/position-usd/CNY", i128::from(i64::MAX))]);
    assert_eq!(
        revalue(&settings(), &usual, &largest.balances(), date()).unwrap()[0].row.gain,
        -i128::from(i64::MAX)
    );
    let carried = Books::new(&[("LM/profit/USD", i128::from(i64::MAX) + 1)]);
    assert_eq!(
        translate(&settings(), &usual, &carried.balances(), date()).unwrap_err(),
        Refusal::Overflow { currency: usd }
    );
    let given = |account, balance| (account, usd, balance);
    let twice = Balances::of([given("LM/a/USD", 1), given("LM/a/USD", 1)]);
    assert_eq!(twice.unwrap_err().code(), "twice");
    let other = Balances::of(settings().accounts().map(|account| given(account, 0))).unwrap();
    assert_eq!(revalue(&settings(), &usual, &other, date()).unwrap_err().code(), "other_currency");
}

#[test]
fn settings_that_are_wrong_are_told_with_their_line() {
    for (from, to, line, expect) in [
        ("\"LM/fx/CNY\"", "\"LM/fx\"", 3, "no account such as"),
        ("\"LM/fx/CNY\"", "\"LM/fx/XXY\"", 3, "no account such as"),
        ("\"LM/fx/CNY\"", "\"LM//CNY\"", 3, "no account such as"),
        ("\"LM/fx/CNY\"", "\"LM/f\\nx/CNY\"", 3, "no account such as"),
        ("\"LM/fx/CNY\"", "\"TX/fx/CNY\"", 1, "LM/fx/CNY is no account of"),
        ("\"LM/fx/CNY\"", "\"LM/profit/CNY\"", 1, "LM/profit/CNY serves two purposes"),
        ("\"LM/fx/CNY\"", "\"LM/fx/HKD\"", 1, "not in the local currency, HKD"),
        ("\"half_up\"", "\"half\"", 4, "unknown variant `half`"),
        ("rounding = \"half_up\"\n", "", 1, "missing field `rounding`"),
        ("entity = \"LM\"", "entity = \"LM\"\nmode = 1", 3, "unknown field `mode`"),
        ("LM/position/JPY", "LM/position2/USD", 1, "LM/position2/USD is a second account in USD"),
        ("LM/position/JPY", "LM/position2/CNY", 1, "LM/position2/CNY is in the local currency"),
        ("LM/profit/USD", "LM/profit/EUR", 1, "there is no position in EUR for LM/profit/EUR"),
        ("[[carried]]", "[[carried", 18, ""),
    ] {
        assert!(SETTINGS.contains(from), "{from}");
        let fault = Settings::parse(&SETTINGS.replacen(from, to, 1)).unwrap_err().to_string();
        let expect = if to == "\"TX/fx/CNY\"" { "TX/fx/CNY is no account of LM" } else { expect };
        assert!(fault.starts_with(&format!("line {line}, column ")), "{from} -> {to}: {fault}");
        assert!(fault.contains(expect) && !fault.contains('\n'), "{from} -> {to}: {fault}");
    }
}

#[test]
fn rates_that_are_wrong_are_told_with_their_line() {
    for (from, to, line, expect) in [
        ("local = \"CNY\"", "local = \"RMB\"", 2, "\"RMB\" is no currency"),
        ("local = \"CNY\"", "local = \"USD\"", 1, "USD is the local currency"),
        ("currency = \"USD\"", "currency = \"usd\"", 5, "\"usd\" is no currency"),
        ("currency = \"JPY\"", "currency = \"USD\"", 1, "there are two rates of USD on 2024-12-31"),
        ("date = \"2024-12-31\"", "date = \"2024-12-32\"", 6, "is no date such as"),
        ("unit = 1\n", "unit = 0\n", 7, "quoted for 1, 10, 100"),
        ("unit = 1\n", "unit = 7\n", 7, "quoted for 1, 10, 100"),
        ("unit = 1\n", "", 4, "missing field `unit`"),
        ("\"7.1884\"", "\"0\"", 8, "more than zero"),
        ("\"7.1884\"", "\"-7.1884\"", 8, "is no rate such as"),
        ("\"7.1884\"", "\"7,1884\"", 8, "is no rate such as"),
        ("\"7.1884\"", "\"7.1e4\"", 8, "is no rate such as"),
        ("\"7.1884\"", "\".5\"", 8, "is no rate such as"),
        ("\"7.1884\"", "\"1_0\"", 8, "is no rate such as"),
        ("\"7.1884\"", "\"\"", 8, "is no rate such as"),
        ("\"7.1884\"", "\"1000000000.1\"", 8, "at most 1000000000"),
        ("\"7.1884\"", "\"0.0000000000001\"", 8, "more than 12 decimal places"),
        ("\"7.1884\"", "\"99999999999999999999999999999999999\"", 8, "is no rate such as"),
        ("\"7.1884\"", "7.1884", 8, "invalid type"),
    ] {
        assert!(RATES.contains(from), "{from}");
        let fault = Rates::parse(&RATES.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(fault.starts_with(&format!("line {line}, column ")), "{from} -> {to}: {fault}");
        assert!(fault.contains(expect) && !fault.contains('\n'), "{from} -> {to}: {fault}");
    }
    let rates = Rates::parse(&RATES.replace("\"7.1884\"", "\"7.18840000000000000\"")).unwrap();
    assert_eq!(rates.get(Currency::from_code("USD").unwrap(), date()).unwrap().to_string(), "7.1884");
}

/// Long division, digit by digit: shares nothing with the crate. Half up, on amounts of minor units with two decimals on both sides.
fn slow_half_up(amount: i128, rate_e4: i128) -> i128 {
    let (mut rest, mut whole) = (amount.abs() * rate_e4, 0);
    for power in (0..30).rev() {
        let step = 10_000 * 10_i128.pow(power);
        while rest >= step {
            rest -= step;
            whole += 10_i128.pow(power);
        }
    }
    if rest >= 5_000 {
        whole += 1;
    }
    if amount < 0 { -whole } else { whole }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_revalued_stays_so(
        foreign in -1_000_000_000_000_i128..1_000_000_000_000,
        before in -10_000_000_000_000_i128..10_000_000_000_000,
        carried in -1_000_000_000_i128..1_000_000_000,
        profit in -1_000_000_000_i128..1_000_000_000,
        rate in 1_i128..2_000_000,
    ) {
        let text = format!("\"{}.{:04}\"", rate / 10_000, rate % 10_000);
        let rates = Rates::parse(&RATES.replace("\"7.1884\"", &text)).unwrap();
        let mut books = Books::new(&[
            ("LM/position/USD", foreign),
            ("LM/position-usd/CNY", before),
            ("LM/profit/USD", carried),
            ("LM/profit/CNY", profit),
        ]);
        // What was carried goes to the local currency, and the position takes the rate.
        for one in translate(&settings(), &rates, &books.balances(), date()).unwrap() {
            one.entry.iter().for_each(|entry| books.post(entry));
        }
        prop_assert_eq!(books.of("LM/profit/USD"), 0);
        prop_assert_eq!(books.of("LM/profit/CNY"), profit + slow_half_up(carried, rate));
        for one in revalue(&settings(), &rates, &books.balances(), date()).unwrap() {
            one.entry.iter().for_each(|entry| books.post(entry));
        }
        prop_assert_eq!(books.of("LM/position/USD"), foreign + carried);
        prop_assert_eq!(books.of("LM/position-usd/CNY"), -slow_half_up(foreign + carried, rate));
        // Said again, nothing moves.
        let again = revalue(&settings(), &rates, &books.balances(), date()).unwrap();
        prop_assert!(again.iter().all(|one| one.entry.is_none() && one.row.gain == 0));
        let again = translate(&settings(), &rates, &books.balances(), date()).unwrap();
        prop_assert!(again.iter().all(|one| one.entry.is_none()));
    }
}
