//! One table of decimal texts, by every way in: the parser itself, the protocol, the command line, and a file that is
//! imported. All take the same texts for the same amounts, and refuse the others alike.

use longmen_client::{Client, Leg, Side, Transaction};
use longmen_engine::ledger::{AmountError, Currency};

use crate::import::World;
use crate::longmen::longmen;

/// A text that is an amount, one that is no decimal number, one that is no amount of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expect {
    Minor(i64),
    Malformed,
    Invalid,
}

use Expect::{Invalid, Malformed, Minor};

const TABLE: &[(&str, Expect)] = &[
    ("1", Minor(100)),
    ("12.3", Minor(1_230)),
    ("12.30", Minor(1_230)),
    ("12.300000000000000000000000000000000000000", Minor(1_230)),
    ("0.01", Minor(1)),
    ("007.50", Minor(750)),
    ("92233720368547758.07", Minor(i64::MAX)),
    // Too fine, however fine.
    ("0.001", Invalid),
    ("1.234", Invalid),
    ("0.0000000000000000000000000001", Invalid),
    ("0.00000000000000000000000000001", Invalid),
    ("0.0000000000000000000000000000000000000001", Invalid),
    ("1.0000000000000000000000000000000000000001", Invalid),
    // Too large, however large.
    ("92233720368547758.08", Invalid),
    ("79228162514264337593543950335", Invalid),
    ("79228162514264337593543950336", Invalid),
    ("340282366920938463463374607431768211456", Invalid),
    ("9999999999999999999999999999999999999999999999999999999999999999", Invalid),
    ("99999999999999999999999999999999.99999999999999999999999999", Invalid),
    // Nothing, and less.
    ("0", Invalid),
    ("0.00", Invalid),
    ("-0", Invalid),
    ("-1", Invalid),
    ("-92233720368547758.08", Invalid),
    // No numbers here, though some are elsewhere.
    ("", Malformed),
    ("-", Malformed),
    (".", Malformed),
    (".5", Malformed),
    ("5.", Malformed),
    ("-.5", Malformed),
    ("+1", Malformed),
    ("--1", Malformed),
    ("1-", Malformed),
    ("1_000", Malformed),
    ("1._0", Malformed),
    ("1.0_", Malformed),
    ("_1", Malformed),
    ("1.2.3", Malformed),
    ("1,000.00", Malformed),
    ("1,5", Malformed),
    ("1 000", Malformed),
    ("1\u{a0}000", Malformed),
    ("1'000", Malformed),
    ("1e3", Malformed),
    ("1E-2", Malformed),
    ("0x10", Malformed),
    ("1.5f", Malformed),
    ("NaN", Malformed),
    ("inf", Malformed),
    ("￥5", Malformed),
    ("5元", Malformed),
    ("１２", Malformed),
    ("１.５", Malformed),
    ("1．5", Malformed),
    ("٣", Malformed),
    ("−1", Malformed),
    ("00000000000000000000000000000000000000000000000000000000000000001", Malformed),
];

/// White space around a text: part of it everywhere but in a file, whose cells are trimmed as a whole.
const SPACED: &[&str] = &[" 1", "1 ", "\t1", "1\u{3000}"];

#[test]
fn every_way_in_takes_the_same_amounts() {
    let cny = Currency::from_code("CNY").unwrap();
    for (text, expect) in TABLE {
        let read = match cny.parse_amount(text) {
            Ok(amount) if amount.0 > 0 => Minor(amount.0),
            Ok(_) | Err(AmountError::TooFine | AmountError::TooLarge) => Invalid,
            Err(AmountError::NotANumber) => Malformed,
        };
        assert_eq!(read, *expect, "{text:?}");
    }
    let world = World::open("1");
    by_protocol(&world);
    by_command_line(&world);
    by_file(&world);
}

fn by_protocol(world: &World) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut client = Client::connect(&world.served.addr, "amounts", None).await.unwrap();
        let spaced = SPACED.iter().map(|text| (*text, Malformed));
        for (id, (text, expect)) in (1_u64..).zip(TABLE.iter().copied().chain(spaced)) {
            let leg = |number, kind, side| Leg {
                account: longmen_client::AccountKey::new("LM", number, kind, "CNY").into(),
                side,
                amount: text.into(),
                currency: None,
                step: None,
            };
            let legs = vec![leg("bank", "", Side::Debit), leg("M1", "settlement", Side::Credit)];
            let posted =
                client.post_one(&Transaction { legs, ..Transaction::new(u128::from(id)) }).await.unwrap();
            assert_eq!(&*posted.outcome, outcome(expect), "{text:?}: {posted:?}");
            if let Minor(minor) = expect {
                let there = client.transaction(u128::from(id)).await.unwrap();
                assert!(there.legs.iter().all(|leg| leg.amount == minor), "{text:?}: {there:?}");
            }
        }
    });
}

fn by_command_line(world: &World) {
    let spaced = SPACED.iter().map(|text| (*text, Malformed));
    for (text, expect) in TABLE.iter().copied().chain(spaced) {
        let legs = [format!("--debit=LM/bank/CNY={text}"), format!("--credit=LM/M1/settlement/CNY={text}")];
        let ran = longmen(&["post", &legs[0], &legs[1], "--addr", &world.served.addr]);
        // Of what is no amount nothing is sent.
        let (code, said): (_, &[&str]) = match expect {
            Minor(_) => (0, &[": posted"]),
            Invalid => (2, &["CNY has 2 decimals", "beyond the largest", "not negative", "above zero"]),
            Malformed => (2, &["not a decimal number"]),
        };
        let told = format!("{}{}", ran.out, ran.err);
        let is_told = said.iter().any(|words| told.contains(words));
        assert!(ran.code == Some(code) && is_told, "{text:?}: {ran:?}");
    }
    let limit = longmen(&["limits", "LM/U1/cash/CNY", "--day", "0.0000000001", "--addr", &world.served.addr]);
    assert!(limit.code == Some(2) && limit.err.contains("CNY has 2 decimals"), "{limit:?}");
    let limit = longmen(&["limits", "LM/U1/cash/CNY", "--day", "1_000", "--addr", &world.served.addr]);
    assert!(limit.code == Some(2) && limit.err.contains("not a decimal number"), "{limit:?}");
}

fn by_file(world: &World) {
    let head = "transaction,step,account,account_type,side,amount,currency\n";
    let spaced = SPACED.iter().map(|text| (*text, Minor(100)));
    let rows: Vec<(&str, Expect)> = TABLE.iter().copied().chain(spaced).collect();
    let two_legs = |(index, (text, _)): (usize, &(&str, Expect))| {
        format!("t{index},1,bank,,debit,\"{text}\",CNY\nt{index},2,M1,settlement,credit,\"{text}\",CNY\n")
    };
    let text: String = rows.iter().enumerate().map(two_legs).collect();
    let ran = world.import(2, "transactions", format!("{head}{text}").as_bytes(), &["--check", "--json"]);
    let report = ran.json();
    let faults = report["faults"].as_array().unwrap();
    for (index, (text, expect)) in rows.iter().enumerate() {
        for line in [2 * index + 2, 2 * index + 3] {
            let of_line = |fault: &&serde_json::Value| fault["line"] == line && fault["column"] == "amount";
            let said = faults.iter().find(of_line).map(|fault| fault["reason"].as_str().unwrap());
            let fits = match (expect, said) {
                (Minor(_), said) => said.is_none(),
                (Malformed, Some(said)) => said.ends_with("not a decimal number") || text.is_empty(),
                (Invalid, Some(said)) => ["more decimal places", "beyond the largest", "above zero"]
                    .iter()
                    .any(|why| said.contains(why)),
                (_, None) => false,
            };
            assert!(fits, "{text:?} on line {line}: {said:?} is not {expect:?}");
        }
    }
}

fn outcome(expect: Expect) -> &'static str {
    match expect {
        Minor(_) => "posted",
        Malformed => "malformed",
        Invalid => "invalid_amount",
    }
}
