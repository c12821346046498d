//! Money whose findings are known: written out, and made at random with differences planted in it.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use longmen_ledger::Date;
use longmen_reconciliation::money::{
    BankLine, ChannelWord, Class, Compared, Gap, GapKind, Rules, Settlement, StatementHead, gaps, match_money,
};
use longmen_reconciliation::{Calendar, SettlementRule};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

fn june(day: u32) -> Date {
    date(&format!("2024-06-{day:02}"))
}

/// What `channel` settled of a day in June by `rule`; the reference behind a blank.
fn settled(channel: &str, day: u32, rule: &str, net: i128) -> Settlement {
    let rule: SettlementRule = rule.parse().unwrap();
    let (channel, reference) = channel.split_once(' ').unwrap_or((channel, ""));
    Settlement {
        due: rule.due(june(day), &Calendar::of([2024])).unwrap(),
        bill_date: june(day),
        channel: channel.into(),
        reference: reference.into(),
        net,
        place: format!("{channel} {day}").into(),
    }
}

/// A line of a day in June.
fn booked(day: u32, amount: i128, words: &str) -> BankLine {
    let number = format!("BK{day}-{amount}");
    BankLine { booked: june(day), statement: 0, line: 1, amount, number: number.into(), words: words.into() }
}

fn words() -> Vec<ChannelWord> {
    let word = |channel: &str, word: &str| ChannelWord { channel: channel.into(), word: word.into() };
    vec![word("wechat", "TENPAY"), word("alipay", "ALIPAY")]
}

fn matched(as_of: u32, settlements: Vec<Settlement>, lines: Vec<BankLine>) -> Compared {
    let (calendar, words) = (Calendar::of([2024]), words());
    let rules = Rules { calendar: &calendar, as_of: june(as_of), within: 3, words: &words };
    match_money(&rules, settlements, lines).unwrap()
}

/// What was found, in words: class, bill dates, amounts of lines, working days late, what it explains.
fn said(compared: &Compared) -> Vec<String> {
    let one = |finding: &longmen_reconciliation::money::Finding| {
        let days: Vec<String> =
            finding.settlements.iter().map(|one| one.bill_date.to_string()[8..].to_owned()).collect();
        let amounts: Vec<String> = finding.lines.iter().map(|line| line.amount.to_string()).collect();
        let (class, late, explains) = (finding.class.name(), finding.late, finding.explains);
        format!("{class} {}={} {late} {explains}", days.join("+"), amounts.join("+"))
    };
    compared.findings.iter().map(one).collect()
}

/// The day of 2024-06-18: 219.67 net of fees in the file, and BK0001 at the bank, beside a payout that is no channel's.
#[test]
fn a_day_is_found_at_the_bank_by_its_words_or_its_amount() {
    for (channel, remark, amount, found) in [
        ("wechat TENPAY20240618", "TENPAY20240618 1900000100 20240618", 21_967, "matched 18=21967 0 0"),
        ("wechat", "TENPAY20240618 1900000100 20240618", 21_967, "matched 18=21967 0 0"),
        ("wechat", "", 21_967, "matched 18=21967 0 0"),
        ("wechat TENPAY20240618", "TENPAY20240618", 21_867, "amount_differs 18=21867 0 -100"),
    ] {
        let lines = vec![booked(19, amount, remark), booked(19, -50_000, "W001 WITHDRAW W001")];
        let compared = matched(19, vec![settled(channel, 18, "t+1", 21_967)], lines);
        assert_eq!(said(&compared), [found, "unknown_line =-50000 0 -50000"]);
        assert_eq!(compared.bank.net, amount - 50_000);
        assert_eq!(compared.explained(), compared.bank.net);
        assert!(!compared.agrees());
    }
}

/// 14, 15 and 16 are Friday to Sunday.
#[test]
fn a_weekend_is_one_line_or_three() {
    let days =
        |rule| [(14, 100), (15, 230), (16, 460)].map(|(day, net)| settled("wechat", day, rule, net)).to_vec();
    let one = vec![booked(17, 790, "TENPAY")];
    let three = vec![booked(15, 100, "TENPAY"), booked(16, 230, "TENPAY"), booked(17, 460, "TENPAY")];
    for (rule, lines, found) in [
        ("t+1", one.clone(), vec!["matched 14+15+16=790 0 0"]),
        ("d+1", three.clone(), vec!["matched 14=100 0 0", "matched 15=230 0 0", "matched 16=460 0 0"]),
        // The other way than the rule says: within three days it is found all the same, and told as late.
        ("d+1", one, vec!["matched 14+15+16=790 0 0"]),
        ("t+1", three, vec!["matched 14=100 0 0", "matched 15=230 0 0", "matched 16=460 0 0"]),
        ("t+1", vec![booked(18, 790, "")], vec!["matched 14+15+16=790 1 0"]),
        (
            "t+1",
            vec![booked(21, 790, "")],
            vec![
                "not_arrived 14= 4 -100",
                "not_arrived 15= 4 -230",
                "not_arrived 16= 4 -460",
                "unknown_line =790 0 790",
            ],
        ),
    ] {
        let compared = matched(21, days(rule), lines);
        assert_eq!(said(&compared), found, "{rule}");
    }
}

#[test]
fn what_is_expected_and_what_came_is_told() {
    let wechat = |day, net| settled("wechat", day, "t+1", net);
    for (settlements, lines, found) in [
        (vec![], vec![], vec![]),
        // Not there: by working days, and not yet.
        (vec![wechat(14, 100)], vec![], vec!["not_arrived 14= 2 -100"]),
        (vec![wechat(18, 100)], vec![], vec!["not_arrived 18= 0 -100"]),
        (vec![wechat(19, 100)], vec![], vec!["not_due 19= 0 -100"]),
        (vec![wechat(17, 0)], vec![], vec!["nothing_due 17= 0 0"]),
        (vec![], vec![booked(17, 100, "")], vec!["unknown_line =100 0 100"]),
        // A reference is found however late, and as a word of its own.
        (
            vec![settled("wechat W1", 3, "t+1", 100)],
            vec![booked(18, 100, "pay W1.")],
            vec!["matched 03=100 10 0"],
        ),
        (
            vec![settled("wechat W1", 3, "t+1", 100)],
            vec![booked(18, 100, "pay W12")],
            vec!["not_arrived 03= 11 -100", "unknown_line =100 0 100"],
        ),
        // A line that has the words of another channel is that channel's.
        (
            vec![wechat(17, 100)],
            vec![booked(18, 100, "ALIPAY")],
            vec!["not_arrived 17= 1 -100", "unknown_line =100 0 100"],
        ),
        // One that has the channel's words goes before one that has none.
        (
            vec![wechat(17, 100)],
            vec![booked(18, 100, "TENPAY"), booked(18, 100, "a customer")],
            vec!["matched 17=100 0 0", "unknown_line =100 0 100"],
        ),
        // Days of several channels are no sum, though they would make one.
        (
            vec![wechat(17, 100), settled("alipay", 17, "t+1", 200)],
            vec![booked(18, 300, "")],
            vec!["not_arrived 17= 1 -200", "not_arrived 17= 1 -100", "unknown_line =300 0 300"],
        ),
        // A day in parts, one of which names it.
        (
            vec![wechat(17, 300)],
            vec![booked(18, 100, ""), booked(18, 200, "")],
            vec!["matched 17=100+200 0 0"],
        ),
        (
            vec![settled("wechat W1", 17, "t+1", 300)],
            vec![booked(18, 100, "W1"), booked(19, 200, "")],
            vec!["matched 17=100+200 1 0"],
        ),
        // A day on which more was given back than came in is taken off the next.
        (vec![wechat(14, -40), wechat(15, 100)], vec![booked(17, 60, "")], vec!["matched 14+15=60 0 0"]),
        (vec![wechat(17, -40)], vec![booked(18, -40, "")], vec!["matched 17=-40 0 0"]),
        // A line that names one day and has three.
        (
            vec![settled("wechat W1", 14, "t+1", 10), settled("wechat W2", 15, "t+1", 20), wechat(16, 40)],
            vec![booked(17, 70, "W2")],
            vec!["matched 14+15+16=70 0 0"],
        ),
        // Two days have one reference, and each has its amount.
        (
            vec![settled("wechat M1", 14, "t+1", 10), settled("wechat M1", 15, "t+1", 20)],
            vec![booked(17, 10, "M1"), booked(17, 20, "M1")],
            vec!["matched 14=10 0 0", "matched 15=20 0 0"],
        ),
    ] {
        let compared = matched(19, settlements, lines);
        assert_eq!(said(&compared), found);
    }
}

#[test]
fn what_could_be_otherwise_is_ambiguous_and_never_picked() {
    let wechat = |day, net| settled("wechat", day, "t+1", net);
    for (settlements, lines, found) in [
        // Which of two days of one amount came?
        (
            vec![wechat(14, 100), wechat(15, 100)],
            vec![booked(17, 100, "")],
            vec!["ambiguous 14+15=100 0 -100"],
        ),
        // Both came: which is which changes nothing.
        (
            vec![wechat(14, 100), wechat(15, 100)],
            vec![booked(17, 100, ""), booked(18, 100, "")],
            vec!["ambiguous 14+15=100 0 -100", "unknown_line =100 0 100"],
        ),
        (
            vec![wechat(14, 100), wechat(15, 100)],
            vec![booked(17, 100, ""), booked(17, 100, "")],
            vec!["matched 14=100 0 0", "matched 15=100 0 0"],
        ),
        // Of two channels it does.
        (
            vec![wechat(17, 100), settled("alipay", 17, "t+1", 100)],
            vec![booked(18, 100, ""), booked(18, 100, "")],
            vec!["ambiguous 17+17=100+100 0 0"],
        ),
        // Two sums make the line.
        (
            vec![wechat(14, 10), wechat(15, 20), wechat(16, 30), settled("wechat", 13, "t+2", 40)],
            vec![booked(17, 50, "")],
            vec!["ambiguous 13+14+15+16=50 0 -50"],
        ),
        // Two lines want the same days.
        (
            vec![wechat(14, 10), wechat(15, 20)],
            vec![booked(17, 30, ""), booked(17, 30, "")],
            vec!["ambiguous 14+15=30+30 0 30"],
        ),
        // Two lines of one amount, and one day of it.
        (
            vec![wechat(17, 100)],
            vec![booked(18, 100, ""), booked(18, 100, "")],
            vec!["ambiguous 17=100+100 0 100"],
        ),
    ] {
        let compared = matched(18, settlements, lines);
        assert_eq!(said(&compared), found);
    }
}

#[test]
fn so_many_days_that_no_sum_is_found_are_told_as_not_searched() {
    let many: Vec<_> = (0..30).map(|number| settled("wechat", 17, "t+1", 1_000 + number)).collect();
    let compared = matched(18, many, vec![booked(18, 5_000, "")]);
    assert_eq!(compared.by_class()[&Class::UnknownLine].rows, 1);
    let searched = |class| {
        let of_class = |finding: &&longmen_reconciliation::money::Finding| finding.class == class;
        compared.findings.iter().filter(of_class).map(|finding| finding.is_searched).collect::<Vec<_>>()
    };
    assert_eq!(searched(Class::UnknownLine), [false]);
    assert_eq!(searched(Class::NotArrived), [true; 30]);
}

#[test]
fn statements_follow_each_other_or_it_is_told_what_is_missing() {
    let head = |first: &str, last: &str, opening, closing, number: &str| StatementHead {
        place: first.into(),
        dates: (date(first), date(last)),
        opening: Some(opening),
        closing: Some(closing),
        number: (!number.is_empty()).then(|| number.into()),
    };
    let day = |day: &str, opening, closing, number: &str| head(day, day, opening, closing, number);
    for (statements, found) in [
        (vec![day("2024-06-18", 1, 2, "170"), day("2024-06-19", 2, 3, "171")], vec![]),
        // In whatever order they are given.
        (vec![day("2024-06-19", 2, 3, "171"), day("2024-06-18", 1, 2, "170")], vec![]),
        (vec![day("2024-06-18", 1, 2, "170/1-170/2"), day("2024-06-19", 2, 3, "171/1")], vec![]),
        (vec![day("2024-06-18", 1, 2, "170/1"), day("2024-06-18", 2, 3, "170/2")], vec![]),
        (vec![day("2024-06-18", 1, 2, ""), day("2024-06-19", 2, 3, "")], vec![]),
        (vec![day("2024-12-31", 1, 2, "250"), day("2025-01-02", 2, 3, "1")], vec![]),
        (vec![day("2024-06-18", 1, 2, "170"), day("2024-06-19", 3, 3, "171")], vec![GapKind::BalanceGap]),
        (vec![day("2024-06-18", 1, 2, "170"), day("2024-06-20", 2, 3, "172")], vec![GapKind::NumberGap]),
        (vec![day("2024-06-18", 1, 2, "170/1"), day("2024-06-20", 2, 3, "171/2")], vec![GapKind::NumberGap]),
        (
            vec![day("2024-06-18", 1, 2, "170"), day("2024-06-18", 1, 2, "170")],
            vec![GapKind::BalanceGap, GapKind::NumberGap],
        ),
        (
            vec![head("2024-06-01", "2024-06-18", 1, 2, ""), head("2024-06-17", "2024-06-30", 2, 3, "")],
            vec![GapKind::DatesOverlap],
        ),
    ] {
        let kinds: Vec<GapKind> = gaps(statements.clone()).iter().map(|gap: &Gap| gap.kind).collect();
        assert_eq!(kinds, found, "{statements:?}");
    }
}

/// What was planted: by bill date the class of a settlement, by amount that of a line.
#[derive(Default)]
struct Planted {
    settlements: Vec<Settlement>,
    lines: Vec<BankLine>,
    found: BTreeMap<(u8, i128), Class>,
}

impl Planted {
    fn settle(&mut self, one: Settlement, class: Class) {
        self.found.insert((0, one.net), class);
        self.settlements.push(one);
    }

    fn book(&mut self, day: u32, amount: i128, words: &str, class: Class) {
        self.found.insert((1, amount), class);
        self.lines.push(booked(day, amount, words));
    }
}

/// A power of two for each that is planted, so that no two sums are equal but those that were planted.
struct Amounts(u32);

impl Amounts {
    fn next(&mut self) -> i128 {
        self.0 += 1;
        1 << self.0
    }
}

/// Plants something on a Monday of June and the weekend before.
fn plant(random: &mut StdRng, monday: u32, amounts: &mut Amounts, planted: &mut Planted) {
    let (a, b, c) = (amounts.next(), amounts.next(), amounts.next());
    let channel = if random.random_bool(0.5) { "wechat" } else { "alipay" };
    let word = if channel == "wechat" { "TENPAY" } else { "ALIPAY" };
    let word = if random.random_bool(0.5) { word } else { "" };
    let named = format!("{channel} N{a}");
    let day = |day, net| settled(channel, day, "t+1", net);
    match random.random_range(0..9) {
        0 => {
            for (before, net) in [(3, a), (2, b), (1, c)] {
                planted.settle(day(monday - before, net), Class::Matched);
            }
            planted.book(monday + random.random_range(0..3), a + b + c, word, Class::Matched);
        }
        1 => {
            planted.settle(day(monday, a + b), Class::Matched);
            planted.book(monday + 1, a, word, Class::Matched);
            planted.book(monday + 2, b, word, Class::Matched);
        }
        2 => planted.settle(day(monday, a), Class::NotArrived),
        3 => planted.book(monday, a, word, Class::UnknownLine),
        4 => {
            planted.settle(settled(&named, monday, "t+1", a), Class::AmountDiffers);
            planted.book(monday + 1, b, &format!("N{a} {word}"), Class::AmountDiffers);
        }
        5 => {
            planted.settle(settled(&named, monday, "t+1", a), Class::Matched);
            planted.book(monday + 4, a, &format!("{word} N{a}"), Class::Matched);
        }
        6 => planted.settle(settled(channel, monday, "d+30", a), Class::NotDue),
        7 => {
            planted.settle(day(monday, a), Class::Ambiguous);
            planted.book(monday + 1, a, word, Class::Ambiguous);
            planted.book(monday + 1, a, word, Class::Ambiguous);
        }
        _ => {
            planted.settle(day(monday, a), Class::Matched);
            planted.book(monday + random.random_range(0..4), a, word, Class::Matched);
        }
    }
}

/// Found is what was planted, and nothing else, in whatever order it comes.
#[test]
fn what_was_planted_is_found_and_nothing_else() {
    let mut classes: BTreeMap<Class, u32> = BTreeMap::new();
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let (mut planted, mut amounts) = (Planted::default(), Amounts(0));
        for monday in [10, 17, 24] {
            for _ in 0..random.random_range(1..6) {
                plant(&mut random, monday, &mut amounts, &mut planted);
            }
        }
        let first = matched(30, planted.settlements.clone(), planted.lines.clone());
        planted.settlements.shuffle(&mut random);
        planted.lines.shuffle(&mut random);
        let second = matched(30, planted.settlements, planted.lines);
        assert_eq!(first, second, "seed {seed}: the order is nothing");
        let mut said = BTreeMap::new();
        for finding in &first.findings {
            assert!(finding.is_searched, "seed {seed}");
            *classes.entry(finding.class).or_default() += 1;
            said.extend(finding.settlements.iter().map(|one| ((0, one.net), finding.class)));
            said.extend(finding.lines.iter().map(|line| ((1, line.amount), finding.class)));
        }
        assert_eq!(said, planted.found, "seed {seed}");
    }
    assert_eq!(classes.len(), 6, "each class was planted: {classes:?}");
}
