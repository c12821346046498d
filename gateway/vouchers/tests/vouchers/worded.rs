//! Words of vouchers (凭证字).

use longmen_ledger::{Amount, Side};
use longmen_vouchers::Entry;

use crate::day::{C, D, day, leg, settings, show_all, vouchers_of};

#[test]
fn words_follow_cash_and_bank() {
    #[track_caller]
    fn check(legs: &[(&str, Side)], three: &str, five: &str) {
        for (scheme, expect) in [("one", "记"), ("three", three), ("five", five)] {
            let top = format!("word_scheme = \"{scheme}\"\ncash = [\"1001*\"]\nbank = [\"1002*\"]");
            let legs: Vec<Entry> =
                legs.iter().map(|(subject, side)| leg("t1", "pay", subject, *side, 100)).collect();
            let red = legs.iter().map(|leg| Entry { amount: Amount(-100), ..leg.clone() }).collect();
            for entries in [legs.clone(), red] {
                let vouchers =
                    vouchers_of(&day(entries), &settings("u8_text", &top, ""), &Default::default());
                assert_eq!(&*vouchers[0].content.word, expect, "{scheme}: {legs:?}");
            }
        }
    }
    check(&[("2011", D), ("2241", C)], "转", "转");
    check(&[("10020101", D), ("2011", C)], "收", "银收");
    check(&[("1001", D), ("2011", C)], "收", "现收");
    check(&[("2011", D), ("10020101", C)], "付", "银付");
    check(&[("2011", D), ("100101", C)], "付", "现付");
    check(&[("10020102", D), ("10020101", C)], "付", "银付");
    // Cash taken from the bank is paid by the bank, cash brought there is paid in cash.
    check(&[("1001", D), ("10020101", C)], "付", "银付");
    check(&[("10020101", D), ("1001", C)], "付", "现付");
    // Codes are read by their beginning: 10012 is under 1001*, 1010 is not.
    check(&[("1010", D), ("2011", C)], "转", "转");
}

#[test]
fn what_has_one_word_is_put_together_and_each_word_has_numbers_of_its_own() {
    let pay = |id: &str, debit: &str, credit: &str| [leg(id, id, debit, D, 5), leg(id, id, credit, C, 5)];
    let entries = [
        pay("a", "1002", "2011"),
        pay("b", "2011", "2241"),
        pay("c", "1002", "2012"),
        pay("d", "2011", "1002"),
        pay("e", "2012", "2241"),
    ];
    let top = "word_scheme = \"three\"\nbank = [\"1002\"]";
    let vouchers = vouchers_of(&day(entries.concat()), &settings("u8_text", top, ""), &Default::default());
    let expect = [
        "收1 Black: D 1002 CNY 0.05; C 2011 CNY 0.05; D 1002 CNY 0.05; C 2012 CNY 0.05",
        "转1 Black: D 2011 CNY 0.05; C 2241 CNY 0.05; D 2012 CNY 0.05; C 2241 CNY 0.05",
        "付1 Black: D 2011 CNY 0.05; C 1002 CNY 0.05",
    ];
    assert_eq!(show_all(&vouchers), expect);
    let top = format!("{top}\nmode = \"transaction\"");
    let vouchers = vouchers_of(&day(entries.concat()), &settings("u8_text", &top, ""), &Default::default());
    let numbers: Vec<String> =
        vouchers.iter().map(|voucher| format!("{}{}", voucher.content.word, voucher.number)).collect();
    assert_eq!(numbers, ["收1", "转1", "收2", "付1", "转2"]);
    let keys: Vec<u32> = vouchers.iter().map(|voucher| voucher.sequence).collect();
    assert_eq!(keys, [1, 2, 3, 4, 5]);
}
