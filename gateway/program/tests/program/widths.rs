//! Tables fit the columns that there are, whatever names stand in them.

use crate::longmen::{Served, longmen_in};

/// How many columns a line takes: these ideographs and marks take two each.
fn columns(line: &str) -> usize {
    line.chars()
        .map(
            |character| {
                if ('\u{1100}'..='\u{ffdc}').contains(&character) && character != '─' { 2 } else { 1 }
            },
        )
        .sum()
}

/// Ideographs in what is said of a command take two columns, too.
#[test]
fn help_fits_100_columns() {
    let commands = longmen_in("100", &["--help"]).out;
    let (_, commands) = commands.split_once("Commands:\n").unwrap();
    let names = commands.lines().take_while(|line| !line.is_empty());
    let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<&str> = names.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let help = longmen_in("100", &[name, "--help"]).out;
        // Examples and tables stand as they are written.
        let (words, _) = help.split_once("\nExample").unwrap_or((&help, ""));
        for line in words.lines() {
            assert!(columns(line) <= 100, "{name}: {} columns: {line}", columns(line));
        }
    }
}

#[test]
fn listings_fit_80_and_100_columns() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::start(&directory.path().join("books"), "1");
    let long = "应付账款-商户待结算资金-跨境人民币业务-第一清算中心-二级分户";
    let subject = |code, class, normal| serde_json::json!({ "code": code, "name": long, "class": class, "normal": normal });
    let account = |label: &str, subject, owner| {
        serde_json::json!({
            "account": label, "subject": subject, "currency": "CNY", "owner": owner, "may_go_negative": owner == "internal",
        })
    };
    let number = "商户结算户-0123456789-abcdefghijklm";
    let chart = serde_json::json!({
        "scenario": "s", "title": "", "entity": "龙门支付有限公司", "start": "2026-01-05",
        "subjects": [subject("10020101", "asset", "debit"), subject("220301", "liability", "credit")],
        "accounts": [account("bank", "10020101", "internal"), account(number, "220301", "merchant")],
    });
    let file = directory.path().join("chart.json");
    std::fs::write(&file, chart.to_string()).unwrap();
    let ask = |width: &str, arguments: &[&str]| {
        let ran = longmen_in(width, &[arguments, &["--addr", &served.addr]].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out
    };
    ask("100", &["open", file.to_str().unwrap()]);
    let post = [
        "post",
        "--debit",
        "@1=123456789.01",
        "--credit",
        "@2=123456789.01",
        "--type",
        "merchant_settlement",
    ];
    let notes = [
        "--operator",
        "operations-desk-7",
        "--approval",
        "AP-2026-000123",
        "--reason",
        "month end settlement of all",
    ];
    ask("100", &[&post[..], &["--id", "settlement-2026-01-05-0000000000000042"], &notes].concat());
    ask(
        "100",
        &[
            "freeze",
            "@2=1000.00",
            "--id",
            "case-2026-12",
            "--kind",
            "judicial",
            "--authority",
            "第三中级人民法院",
        ],
    );
    ask("100", &[&["state", "@2", "--payment-state", "neither"][..], &notes].concat());
    for width in ["80", "100"] {
        for command in [
            "accounts",
            "balance @2",
            "statement @2 --holds",
            "statement @1 --legs",
            "holds",
            "register @2",
            "transaction settlement-2026-01-05-0000000000000042",
            "trial-balance",
            "trial-balance --level 1",
            "report daily --entity 龙门支付有限公司",
            "report balance-sheet --entity 龙门支付有限公司",
            "status",
            "limits @2",
            "accounts --subject 2203 --owner merchant",
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            let out = ask(width, &words);
            let table = out.lines().filter(|line| line.starts_with('─')).map(columns).max().expect("a table");
            // Six columns of such figures leave no room for text in 80.
            let of_figures = command.starts_with("report daily");
            let fits = table <= width.parse().unwrap() || (of_figures && width == "80");
            assert!(fits, "{command} at {width}: {table}\n{out}");
            let is_of_money =
                !command.starts_with("holds") && !command.starts_with("register") && command != "status";
            assert!(
                !is_of_money || (out.contains("123,456,78") || out.contains("123456789")),
                "a figure is torn: {command} at {width}\n{out}"
            );
        }
    }
}

#[test]
fn a_trial_balance_of_large_figures_and_long_names_fits_100_columns() {
    let directory = tempfile::tempdir().unwrap();
    let served = Served::start(&directory.path().join("books"), "1");
    let ask = |arguments: &[&str]| {
        let ran = longmen_in("100", &[arguments, &["--addr", &served.addr]].concat());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.out
    };
    let short = ["银行存款", "应付账款"];
    let long = [
        "银行存款-备付金集中存管账户-跨境人民币业务-第一清算中心-二级分户-三级明细-2026年度专用-自贸区分账核算单元",
        "Payables to merchants, settlement funds of the first clearing centre, second level, third detail, 2026",
    ];
    // Whether names stand beside their figures: on the line of the debit total.
    for (entity, amount, shown, twice, names, beside) in [
        ("A", "1234567.89", "1,234,567.89", "2,469,135.78", short, true),
        ("B", "1234.56", "1,234.56", "2,469.12", long, true),
        ("F", "1234567.89", "1,234,567.89", "2,469,135.78", long, false),
        ("C", "1234567890123.45", "1,234,567,890,123.45", "2,469,135,780,246.90", short, false),
        ("D", "1234567890123.45", "1,234,567,890,123.45", "2,469,135,780,246.90", long, false),
        ("E", "123456789012345.67", "123,456,789,012,345.67", "246,913,578,024,691.34", long, false),
    ] {
        let subject = |code, name, class, normal| serde_json::json!({ "code": code, "name": name, "class": class, "normal": normal });
        let account = |label, subject| {
            serde_json::json!({
                "account": label, "subject": subject, "currency": "CNY", "owner": "internal", "may_go_negative": true,
            })
        };
        let chart = serde_json::json!({
            "scenario": "s", "title": "", "entity": entity, "start": "2026-01-05",
            "subjects": [
                subject("1002010101", names[0], "asset", "debit"), subject("2203010101", names[1], "liability", "credit"),
            ],
            "accounts": [account("bank", "1002010101"), account("due", "2203010101")],
        });
        let file = directory.path().join("chart.json");
        std::fs::write(&file, chart.to_string()).unwrap();
        ask(&["open", file.to_str().unwrap()]);
        let post = |debit: &str, credit: &str| {
            let leg = |number: &str| format!("{entity}/{number}/CNY={amount}");
            ask(&["post", "--debit", &leg(debit), "--credit", &leg(credit)]);
        };
        post("bank", "due");
        ask(&["close-day", entity, "2026-01-06"]);
        post("bank", "due");
        post("due", "bank");
        for level in [&[][..], &["--level", "1"]] {
            let out = ask(&[&["trial-balance", "--entity", entity][..], level].concat());
            assert!(out.lines().all(|line| columns(line) <= 100), "{out}");
            assert!(out.starts_with(&format!("entity {entity}, currency CNY, date 2026-01-06\n")), "{out}");
            let figures = |line: &str| line.split_whitespace().filter(|word| *word == shown).count();
            // Opening, debit, credit and closing of two subjects; opening and closing of each side's total.
            let of_lines: Vec<usize> = out.lines().map(figures).filter(|count| *count > 0).collect();
            assert_eq!(of_lines, [4, 4, 2, 2], "a figure is torn or missing:\n{out}");
            assert_eq!(out.matches(twice).count(), 2, "each side's turnover:\n{out}");
            let totals: Vec<&str> = out.lines().filter(|line| line.contains("total 合计")).collect();
            assert_eq!(totals.len(), 2, "{out}");
            assert_eq!(totals[0].contains(shown), beside, "{out}");
            let digits = if level.is_empty() { 10 } else { 4 };
            for (code, name) in ["1002010101", "2203010101"].iter().zip(names) {
                assert!(out.contains(&code[..digits]), "{out}");
                // At the first level a name ends at its first dash.
                let name = if level.is_empty() { name } else { name.split('-').next().unwrap() };
                let letters = |text: &str| text.chars().filter(|letter| name.contains(*letter)).count();
                assert!(letters(&out) >= name.chars().count(), "something of {name} is missing:\n{out}");
            }
            if !beside {
                assert!(out.contains("debit, 1 account\n") && out.contains("credit, 1 account\n"), "{out}");
            }
        }
    }
}

/// Minor units of two postings that make 18 digits before the point.
const HALF: &str = "61728394506172839.00";
const HUGE: &str = "123,456,789,012,345,678.00";

/// Books whose figures have 18 digits, with long names and random ids.
struct Huge {
    served: Served,
    directory: tempfile::TempDir,
    /// The ids of what was sent: posted, frozen, tried, unfrozen.
    ids: [String; 4],
}

const NUMBER: &str = "商户结算户-0123456789012345678901234567";

impl Huge {
    fn ask(&self, arguments: &[&str]) -> String {
        let ran = longmen_in("100", &[arguments, &["--addr", &self.served.addr]].concat());
        assert_eq!(ran.code, Some(0), "{arguments:?}: {ran:?}");
        ran.out
    }

    fn new() -> Huge {
        let directory = tempfile::tempdir().unwrap();
        let served = Served::start(&directory.path().join("books"), "1");
        let ids = [1_u128, 2, 3, 4].map(|tenth| format!("0x{:032x}", u128::MAX / 10 * tenth));
        let huge = Huge { served, directory, ids };
        huge.open();
        huge.live();
        huge
    }

    fn open(&self) {
        let long = "应付账款-商户待结算资金-跨境人民币业务-第一清算中心-二级分户";
        let subject = |code, class, normal| serde_json::json!({ "code": code, "name": long, "class": class, "normal": normal });
        let account = |label, subject, owner, hot| {
            serde_json::json!({
                "account": label, "subject": subject, "currency": "CNY", "owner": owner,
                "may_go_negative": owner == "internal", "hot": hot,
            })
        };
        let chart = serde_json::json!({
            "scenario": "s", "title": "", "entity": "龙门支付有限公司", "start": "2026-01-05",
            "subjects": [
                subject("1002010101", "asset", "debit"), subject("2203010101", "liability", "credit"),
                subject("6021010101", "income", "credit"),
            ],
            "accounts": [
                account("bank", "1002010101", "internal", false), account(NUMBER, "2203010101", "merchant", false),
                account("fee-0123456789012345678901234567", "6021010101", "internal", true),
            ],
        });
        let file = self.directory.path().join("chart.json");
        std::fs::write(&file, chart.to_string()).unwrap();
        self.ask(&["open", file.to_str().unwrap()]);
    }

    /// What the commands are asked about.
    fn live(&self) {
        let [posted, frozen, tried, thawed] = self.ids.each_ref().map(|id| &**id);
        let [debit, credit, fee] = ["@1", "@2", "@3"].map(|account| format!("{account}={HALF}"));
        let notes = ["--operator", "operations-desk-7", "--approval", "AP-2026-000123", "--reason"];
        let notes =
            [&notes[..], &["month end settlement of all merchants", "--reference", "order-17"]].concat();
        self.ask(&[&["post", "--debit", &debit, "--credit", &credit, "--id", posted], &notes[..]].concat());
        self.ask(&["post", "--debit", &debit, "--credit", &credit, "--value-date", "2026-01-04"]);
        self.ask(&["post", "--debit", &debit, "--credit", &fee]);
        self.ask(&["post", "--debit", &debit, "--credit", &fee]);
        self.ask(
            &[
                &["freeze", &credit, "--id", frozen, "--kind", "judicial"],
                &["--authority", "第三中级人民法院"][..],
            ]
            .concat(),
        );
        // What is held in all is less than 2^63 minor units.
        let [debit, credit] = ["@1=10000000000.00", "@2=10000000000.00"];
        self.ask(&["try", "--debit", credit, "--credit", debit, "--id", tried]);
        let part = ["--amount", "1.00", "--currency", "CNY", "--authority", "第三中级人民法院"];
        self.ask(&[&["unfreeze", frozen, "--id", thawed], &part[..]].concat());
        let to = format!("{}.00", HALF.split('.').next().unwrap());
        self.ask(&[&["limits", "@2", "--transaction", &to, "--day", &to], &notes[..6]].concat());
        self.ask(&[&["state", "@2", "--payment-state", "neither"], &notes[..6]].concat());
        self.ask(&["map-customer", "@2", "C-0123456789012345678901234567"]);
        let entity = "龙门支付有限公司";
        self.ask(
            &[&["map-type", entity, "merchant", "2203010101", "--from", "2026-01-05"], &notes[..6]].concat(),
        );
    }

    /// What it shows fits, and breaks neither figure nor id.
    #[track_caller]
    fn check(&self, out: &str, command: &str, whole: &[&str]) {
        assert!(out.lines().all(|line| columns(line) <= 100), "{command}:\n{out}");
        for text in whole {
            assert!(out.contains(text), "{command}: {text} is torn or missing:\n{out}");
        }
        for line in out.lines() {
            let is_torn = |word: &str| word.ends_with(',') && word.starts_with(|c: char| c.is_ascii_digit());
            assert!(!line.split_whitespace().last().is_some_and(is_torn), "{command}:\n{out}");
        }
    }
}

#[test]
fn every_listing_of_huge_figures_and_long_ids_fits_100_columns() {
    let huge = Huge::new();
    let [posted, frozen, tried, thawed] = huge.ids.each_ref().map(|id| &**id);
    let half = "61,728,394,506,172,839.00";
    let position = huge.ask(&["statement", "@3", "--json"]);
    let position: serde_json::Value = serde_json::from_str(&position).unwrap();
    let position = position["lines"][0]["position"].as_str().unwrap().to_owned();
    let entity = "龙门支付有限公司";
    let of = |kind: &'static str| vec!["report", kind, "--entity", entity];
    for (command, whole) in [
        (vec!["accounts"], &[HUGE, NUMBER][..]),
        (vec!["customer", entity, "C-0123456789012345678901234567"], &[HUGE, NUMBER]),
        (vec!["balance", "@1", "@2", "@3"], &[HUGE, NUMBER]),
        (vec!["balance", "@1", "@2", "--at", "2026-01-05"], &[HUGE, NUMBER]),
        (vec!["limits", "@2"], &[HUGE, NUMBER, half]),
        (vec!["statement", "@2", "--holds", "--totals"], &[HUGE, half, posted, frozen, tried, "2026-01-04"]),
        (vec!["statement", "@3", "--totals"], &[HUGE, half]),
        (vec!["statement", "@3", "--legs"], &[HUGE, half]),
        (vec!["entry", "@3", &position], &[HUGE, half]),
        (vec!["holds"], &[half, frozen, NUMBER]),
        (vec!["holds", "@2"], &[half, frozen, tried, NUMBER]),
        (vec!["register", "@2"], &[half, &frozen[2..], &tried[2..], thawed, "AP-2026-000123"]),
        (vec!["register", "--entity", entity], &["2203010101", "AP-2026-000123"]),
        (vec!["transaction", posted], &[half, posted, NUMBER]),
        (vec!["transaction", frozen], &[frozen, half, NUMBER, "第三中级人民法院"]),
        (vec!["transaction", tried], &[tried, "10,000,000,000.00", NUMBER]),
        (vec!["transaction", thawed], &[frozen, thawed]),
        (vec!["find", "--reference", "order-17"], &[posted]),
        (vec!["find", "--date", "2026-01-05", "--refused"], &[posted]),
        (
            vec!["accounts", "--subject", "2203", "--customer", "C-0123456789012345678901234567"],
            &[HUGE, NUMBER],
        ),
        (vec!["trial-balance"], &[HUGE]),
        (vec!["trial-balance", "--level", "1"], &[HUGE]),
        (of("daily"), &[HUGE]),
        (of("monthly"), &[HUGE]),
        (of("quarterly"), &[HUGE]),
        (of("yearly"), &[HUGE]),
        (of("trial-balance"), &[HUGE]),
        (of("balance-sheet"), &[HUGE]),
        (of("income"), &[HUGE]),
        (vec!["status"], &[]),
    ] {
        let out = huge.ask(&command);
        huge.check(&out, &command.join(" "), whole);
    }
    let Huge { served, directory, .. } = &huge;
    served.signal("TERM");
    let books = directory.path().join("books");
    for command in [&["verify"][..], &["wal", "inspect"]] {
        let arguments = [command, &[books.to_str().unwrap()]].concat();
        let ran = loop {
            let ran = longmen_in("100", &arguments);
            // The node has not ended yet.
            if ran.code == Some(0) {
                break ran;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        };
        huge.check(
            &ran.out,
            command[0],
            if command == ["verify"] { &["246,913,578,024,691,356.00"] } else { &[] },
        );
    }
}
