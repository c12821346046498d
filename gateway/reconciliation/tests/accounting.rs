//! Books against an accounting system: written out, and made at random with differences planted in them.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use longmen_ledger::{Currency, Date};
use longmen_reconciliation::accounting::{
    BalanceLine, Class, Compared, Cycle, Figures, Mapping, MappingError, OwnFaultKind, Side, VoucherClass,
    VoucherLine, compare_balances, trace_vouchers,
};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// A line of 2024: `01-01 01-31 100101 100 50 20 130`.
fn line(number: u64, text: &str) -> BalanceLine {
    let words: Vec<&str> = text.split(' ').collect();
    let figure = |place: usize| words[place].parse().unwrap();
    BalanceLine {
        entity: "LM".into(),
        subject: words[2].into(),
        currency: Currency::from_code("CNY").unwrap(),
        from: date(&format!("2024-{}", words[0])),
        to: date(&format!("2024-{}", words[1])),
        figures: Figures { opening: figure(3), debit: figure(4), credit: figure(5), closing: figure(6) },
        line: number,
    }
}

fn lines(texts: &[&str]) -> Vec<BalanceLine> {
    texts.iter().zip(2..).map(|(text, number)| line(number, text)).collect()
}

fn mapping() -> Mapping {
    let mut mapping = Mapping::default();
    for (ours, theirs) in [
        ("100201*", Some("1002")),
        ("2011*", Some("2011")),
        ("201199", Some("2241")),
        ("642107", Some("6421")),
        ("9*", None),
    ] {
        mapping.add(ours, theirs).unwrap();
    }
    mapping
}

/// What was found, in words: from, subject, class, what ours lack to be as theirs; `^` where the turn before says so.
fn said(compared: &Compared) -> Vec<String> {
    let one = |finding: &longmen_reconciliation::accounting::Finding| {
        let Figures { opening, debit, credit, closing } = finding.difference();
        let (from, subject, class) =
            (&finding.period.from.to_string()[5..], &finding.subject, finding.class.name());
        let carried = if finding.is_carried { "^" } else { "" };
        format!("{from} {subject} {class}{carried} {opening} {debit} {credit} {closing}")
    };
    compared.findings.iter().filter(|one| one.class != Class::Agrees).map(one).collect()
}

#[test]
fn balances_are_compared_by_subject_and_cycle() {
    for (cycle, ours, theirs, found) in [
        // Two subjects of ours are one of theirs; 9 is left out, and 1122 is none of ours.
        (
            Cycle::Month,
            &[
                "01-01 01-31 10020101 100 50 20 130",
                "01-01 01-31 10020102 10 0 5 5",
                "01-01 01-31 9001 1 0 0 1",
            ][..],
            &["01-01 01-31 1002 110 50 25 135", "01-01 01-31 1122 7 0 0 7"][..],
            &[][..],
        ),
        (
            Cycle::Month,
            &["01-01 01-31 10020101 100 50 20 130", "02-01 02-29 10020101 130 1 0 131"],
            &["01-01 01-31 1002 100 49 20 129", "02-01 02-29 1002 129 1 0 130"],
            &["01-01 1002 turnover_differs 0 -1 0 -1", "02-01 1002 opening_differs^ -1 0 0 -1"],
        ),
        (
            Cycle::Month,
            &["01-01 01-31 10020101 100 50 20 130"],
            &["01-01 01-31 1002 90 50 20 120"],
            &["01-01 1002 opening_differs -10 0 0 -10"],
        ),
        // Credit balances have a minus.
        (
            Cycle::Month,
            &["01-01 01-31 201101 -100 20 50 -130"],
            &["01-01 01-31 2011 -100 20 55 -135"],
            &["01-01 2011 turnover_differs 0 0 5 -5"],
        ),
        // The longest beginning says where a subject counts.
        (Cycle::Month, &["01-01 01-31 201199 -5 0 0 -5"], &["01-01 01-31 2241 -5 0 0 -5"], &[]),
        // Days of ours against their month; days on which nothing moved have no line.
        (
            Cycle::Month,
            &[
                "01-02 01-02 10020101 100 50 0 150",
                "01-31 01-31 10020101 150 0 20 130",
                "01-05 01-05 10020102 7 1 0 8",
            ],
            &["01-01 01-31 1002 107 51 20 138"],
            &[],
        ),
        // Day by day a subject without a line has the balance that was carried.
        (
            Cycle::Day,
            &["01-02 01-02 10020101 100 50 0 150", "01-03 01-03 10020102 7 1 0 8"],
            &["01-02 01-02 1002 107 50 0 157", "01-03 01-03 1002 157 1 0 158"],
            &[],
        ),
        // Monday to Sunday: 2024-01-01 was a Monday.
        (
            Cycle::Week,
            &["01-01 01-07 10020101 0 5 0 5", "01-08 01-09 10020101 5 1 0 6"],
            &["01-03 01-04 1002 0 5 0 5", "01-14 01-14 1002 5 2 0 7"],
            &["01-08 1002 turnover_differs 0 1 0 1"],
        ),
        // They have no such subject, or we have nothing in it.
        (
            Cycle::Month,
            &["01-01 01-31 10020101 0 0 0 0", "01-01 01-31 642107 0 3 0 3"],
            &["01-01 01-31 1002 0 0 0 0", "01-01 01-31 2011 0 0 4 -4"],
            &["01-01 2011 turnover_differs 0 0 4 -4", "01-01 6421 turnover_differs 0 -3 0 -3"],
        ),
    ] {
        let compared = compare_balances(cycle, &mapping(), &lines(ours), &lines(theirs)).unwrap();
        assert_eq!(said(&compared), found);
        assert_eq!(compared.own_faults, []);
        assert_eq!(compared.missing_cycles, []);
        assert_eq!(compared.agrees(), found.is_empty());
    }
}

#[test]
fn own_sums_come_first() {
    let ours = lines(&["01-01 01-31 10020101 100 50 20 131", "02-01 02-29 10020101 132 0 0 132"]);
    let theirs = lines(&["01-01 01-31 1002 100 50 20 130", "03-01 03-31 1002 130 0 0 130"]);
    let compared = compare_balances(Cycle::Month, &mapping(), &ours, &theirs).unwrap();
    let faults: Vec<_> = compared
        .own_faults
        .iter()
        .map(|fault| (fault.side, fault.kind, fault.line.line, fault.expected))
        .collect();
    assert_eq!(
        faults,
        [(Side::Ours, OwnFaultKind::DoesNotAddUp, 2, 130), (Side::Ours, OwnFaultKind::NotCarried, 3, 131)]
    );
    // A turn that one side has not is no agreement.
    let missing: Vec<_> =
        compared.missing_cycles.iter().map(|one| (one.period.from.to_string(), one.side)).collect();
    assert_eq!(missing, [("2024-02-01".to_owned(), Side::Theirs), ("2024-03-01".to_owned(), Side::Ours)]);
    assert_eq!(said(&compared), ["01-01 1002 closing_differs 0 0 0 -1"]);
    assert!(!compared.agrees());
}

#[test]
fn a_line_that_cannot_be_compared_is_told_with_its_place() {
    let good = "01-01 01-31 1002 0 0 0 0";
    for (cycle, ours, theirs, side, words) in [
        (
            Cycle::Month,
            "01-31 01-01 10020101 0 0 0 0",
            good,
            Side::Ours,
            "period_backwards, line 2, period_to",
        ),
        (
            Cycle::Week,
            "01-01 01-08 10020101 0 0 0 0",
            good,
            Side::Ours,
            "crosses_cycle, line 2, period_to: it is",
        ),
        (
            Cycle::Month,
            "01-01 01-31 10020101 0 0 0 0",
            "01-31 02-01 1002 0 0 0 0",
            Side::Theirs,
            "crosses_cycle",
        ),
        (Cycle::Month, "01-01 01-31 5001 0 0 0 0", good, Side::Ours, "unmapped_subject, line 2, subject"),
        (Cycle::Month, "01-01 01-31 201101 100 20 50 130", good, Side::Ours, "mixed_signs, line 2, closing"),
        (
            Cycle::Month,
            "01-01 01-31 10020101 0 0 0 0",
            "01-01 01-31 2011 100 20 50 130",
            Side::Theirs,
            "mixed_signs",
        ),
    ] {
        let (found, error) =
            compare_balances(cycle, &mapping(), &lines(&[ours]), &lines(&[theirs])).unwrap_err();
        assert_eq!(found, side);
        assert!(error.to_string().starts_with(words), "{words}: {error}");
    }
    let twice = lines(&["01-01 01-15 1002 0 0 0 0", "01-15 01-31 1002 0 0 0 0"]);
    let (_, error) = compare_balances(Cycle::Month, &mapping(), &[], &twice).unwrap_err();
    assert_eq!(
        error.to_string(),
        "periods_overlap, line 3, period_from: line 2 has the same subject to 2024-01-15"
    );
}

#[test]
fn a_mapping_is_clear_or_refused() {
    let mut mapping = mapping();
    assert_eq!(mapping.of("10020101"), Some(Some("1002")));
    assert_eq!(mapping.of("201199"), Some(Some("2241")));
    assert_eq!(mapping.of("20119901"), Some(Some("2011")));
    assert_eq!(mapping.of("9001"), Some(None));
    assert_eq!(mapping.of("3001"), None);
    assert!(mapping.leads_to("2241") && !mapping.leads_to("201199"));
    assert_eq!(mapping.add("2011*", Some("x")), Err(MappingError::DuplicateSubject("2011*".into())));
    let error = mapping.add("20*1", None).unwrap_err();
    assert_eq!((error.code(), error), ("bad_pattern", MappingError::BadPattern("20*1".into())));
}

/// A line of a voucher of January 2024: `V1 source 15 1002 100 0 T1`; `-` is nothing.
fn voucher(text: &str) -> VoucherLine {
    let words: Vec<&str> = text.split(' ').collect();
    let word = |place: usize| if words[place] == "-" { "" } else { words[place] };
    VoucherLine {
        entity: "LM".into(),
        voucher: word(0).into(),
        source: word(1).into(),
        date: date(&format!("2024-{}", words[2])),
        subject: words[3].into(),
        currency: Currency::from_code("CNY").unwrap(),
        debit: words[4].parse().unwrap(),
        credit: words[5].parse().unwrap(),
        transaction: words.get(6).copied().unwrap_or_default().into(),
        is_exported: !word(0).is_empty(),
        line: 2,
    }
}

#[test]
fn vouchers_say_what_makes_turnovers_differ() {
    let sale = ["V1 V1 01-15 10020101 100 0 T1", "V1 V1 01-15 201101 0 100 T1"];
    let theirs = |number: &str, day: &str, amount: u32| {
        ["1002 {a} 0", "2011 0 {a}"]
            .map(|rest| format!("{number} V1 {day} {} T1", rest.replace("{a}", &amount.to_string())))
    };
    for (ours, theirs, found) in [
        (sale.to_vec(), theirs("1", "01-20", 100).to_vec(), vec![]),
        (sale.to_vec(), vec![], vec!["exported_not_imported V1 T1 01-01:1002:-100:0 01-01:2011:0:-100"]),
        (vec!["- T9 01-15 10020101 7 0 T9"], vec![], vec!["not_exported T9 T9 01-01:1002:-7:0"]),
        (
            sale.to_vec(),
            [theirs("1", "01-15", 100), theirs("2", "01-16", 100)].concat(),
            vec!["imported_twice V1 T1 01-01:1002:100:0 01-01:2011:0:100"],
        ),
        (
            sale.to_vec(),
            theirs("1", "01-15", 90).to_vec(),
            vec!["changed_there V1 T1 01-01:1002:-10:0 01-01:2011:0:-10"],
        ),
        (
            sale.to_vec(),
            theirs("1", "02-01", 100).to_vec(),
            vec!["timing V1 T1 01-01:1002:-100:0 02-01:1002:100:0 01-01:2011:0:-100 02-01:2011:0:100"],
        ),
        // On a subject that is none of ours it is no matter of ours.
        (
            vec![],
            vec!["9 - 01-15 1002 5 0".to_owned(), "9 - 01-15 5001 0 5".to_owned()],
            vec!["manual_voucher_there   01-01:1002:5:0"],
        ),
        (vec![], vec!["9 X 01-15 1002 5 0".to_owned()], vec!["manual_voucher_there X  01-01:1002:5:0"]),
        // Only the transaction that was changed is told, where both sides tell them.
        (
            vec!["V1 V1 01-15 10020101 60 0 T1", "V1 V1 01-15 10020101 40 0 T2"],
            vec!["1 V1 01-15 1002 60 0 T1".to_owned(), "1 V1 01-15 1002 41 0 T2".to_owned()],
            vec!["changed_there V1 T2 01-01:1002:1:0"],
        ),
        (
            vec!["V1 V1 01-15 10020101 60 0 T1", "V1 V1 01-15 10020101 40 0 T2"],
            vec!["1 V1 01-15 1002 101 0".to_owned()],
            vec!["changed_there V1 T1,T2 01-01:1002:1:0"],
        ),
    ] {
        let ours: Vec<_> = ours.into_iter().map(voucher).collect();
        let theirs: Vec<_> = theirs.iter().map(|text| voucher(text)).collect();
        let traced = trace_vouchers(Cycle::Month, &mapping(), &ours, &theirs).unwrap();
        let said: Vec<String> = traced
            .findings
            .iter()
            .map(|one| {
                let effect = |effect: &longmen_reconciliation::accounting::Effect| {
                    let from = &effect.period.from.to_string()[5..];
                    format!("{from}:{}:{}:{}", effect.subject, effect.debit, effect.credit)
                };
                let effects: Vec<String> = one.effects.iter().map(effect).collect();
                format!(
                    "{} {} {} {}",
                    one.class.name(),
                    one.source,
                    one.transactions.join(","),
                    effects.join(" ")
                )
            })
            .collect();
        assert_eq!(said, found);
    }
}

#[test]
fn a_voucher_that_is_two_is_told_with_its_place() {
    let ours = ["V1 V1 01-15 10020101 1 0", "V1 V1 01-16 10020101 1 0"].map(voucher);
    let (side, error) = trace_vouchers(Cycle::Month, &mapping(), &ours, &[]).unwrap_err();
    assert_eq!((side, error.fault.name(), error.column), (Side::Ours, "two_dates", "date"));
    let theirs = ["1 V1 01-15 1002 1 0", "1 V2 01-15 1002 1 0"].map(voucher);
    let (side, error) = trace_vouchers(Cycle::Month, &mapping(), &[], &theirs).unwrap_err();
    assert_eq!((side, error.fault.name(), error.column), (Side::Theirs, "two_sources", "source"));
    let unmapped = [voucher("V1 V1 01-15 3001 1 0")];
    let (_, error) = trace_vouchers(Cycle::Month, &mapping(), &unmapped, &[]).unwrap_err();
    assert_eq!(error.fault.name(), "unmapped_subject");
}

/// Vouchers of both sides, and what was planted in them by source.
#[derive(Default)]
struct Planted {
    ours: Vec<VoucherLine>,
    theirs: Vec<VoucherLine>,
    found: BTreeMap<String, VoucherClass>,
}

/// Plants a voucher of two lines.
fn plant(random: &mut StdRng, number: u32, planted: &mut Planted) {
    let (month, day) = (random.random_range(1..3), random.random_range(1..29));
    let amount = random.random_range(2..1_000_000);
    let lines = |voucher: &str, source: &str, month: u32, amount: u32, [debit, credit]: [&str; 2]| {
        [format!("{debit} {amount} 0"), format!("{credit} 0 {amount}")]
            .map(|rest| self::voucher(&format!("{voucher} {source} {month:02}-{day:02} {rest} T{number}")))
    };
    let source = format!("V{number}");
    let ours = lines(&source, &source, month, amount, ["10020101", "201101"]);
    let theirs =
        |voucher: u32, month, amount| lines(&voucher.to_string(), &source, month, amount, ["1002", "2011"]);
    let class = match random.random_range(0..14) {
        0 => {
            planted.ours.extend(lines("-", &source, month, amount, ["10020101", "201101"]));
            VoucherClass::NotExported
        }
        1 => {
            planted.ours.extend(ours);
            VoucherClass::ExportedNotImported
        }
        2 => {
            planted.ours.extend(ours);
            planted.theirs.extend(theirs(2 * number, month, amount));
            planted.theirs.extend(theirs(2 * number + 1, month, amount));
            VoucherClass::ImportedTwice
        }
        3 => {
            planted.ours.extend(ours);
            planted.theirs.extend(theirs(2 * number, month, amount - 1));
            VoucherClass::ChangedThere
        }
        4 => {
            planted.theirs.extend(theirs(2 * number, month, amount));
            VoucherClass::ManualVoucherThere
        }
        5 => {
            planted.ours.extend(ours);
            planted.theirs.extend(theirs(2 * number, 3 - month, amount));
            VoucherClass::Timing
        }
        _ => {
            planted.ours.extend(ours);
            planted.theirs.extend(theirs(2 * number, month, amount));
            return;
        }
    };
    planted.found.insert(source, class);
}

/// The table of balances that vouchers make, of two months.
fn balances(vouchers: &[VoucherLine]) -> Vec<BalanceLine> {
    let mut lines: Vec<BalanceLine> = Vec::new();
    let mut subjects: BTreeMap<&str, [Figures; 2]> = BTreeMap::new();
    for voucher in vouchers {
        let months = subjects.entry(&voucher.subject).or_default();
        let month = &mut months[usize::from(voucher.date.month() == 2)];
        month.debit += voucher.debit;
        month.credit += voucher.credit;
    }
    for (subject, months) in subjects {
        let mut opening = 0;
        for (month, period) in months.into_iter().zip(["01-01 01-31", "02-01 02-29"]) {
            let Figures { debit, credit, .. } = month;
            let closing = opening + debit - credit;
            let number = 2 + lines.len() as u64;
            lines.push(line(number, &format!("{period} {subject} {opening} {debit} {credit} {closing}")));
            opening = closing;
        }
    }
    lines
}

/// Found is what was planted, and nothing else, in whatever order it comes; and it explains all that turnovers differ by.
#[test]
fn what_was_planted_is_found_and_nothing_else() {
    let mut classes: BTreeMap<VoucherClass, u64> = BTreeMap::new();
    for seed in 0..200 {
        let mut random = StdRng::seed_from_u64(seed);
        let mut planted = Planted::default();
        for number in 1..random.random_range(2..200) {
            plant(&mut random, number, &mut planted);
        }
        let Planted { mut ours, mut theirs, found } = planted;
        let compared =
            compare_balances(Cycle::Month, &mapping(), &balances(&ours), &balances(&theirs)).unwrap();
        let first = trace_vouchers(Cycle::Month, &mapping(), &ours, &theirs).unwrap();
        ours.shuffle(&mut random);
        theirs.shuffle(&mut random);
        let second = trace_vouchers(Cycle::Month, &mapping(), &ours, &theirs).unwrap();
        assert_eq!(first, second, "seed {seed}: the order of lines is nothing");
        let said: BTreeMap<String, VoucherClass> =
            first.findings.iter().map(|one| (one.source.to_string(), one.class)).collect();
        assert_eq!(said, found, "seed {seed}");
        assert_eq!(first.findings.len(), found.len(), "seed {seed}");
        let rest = first.unexplained(&compared);
        assert!(rest.iter().all(|rest| *rest == (0, 0)), "seed {seed}: {rest:?}");
        assert_eq!(compared.own_faults, [], "seed {seed}");
        first.by_class().into_iter().for_each(|(class, count)| *classes.entry(class).or_default() += count);
    }
    assert_eq!(classes.len(), 6, "each class was planted: {classes:?}");
}
