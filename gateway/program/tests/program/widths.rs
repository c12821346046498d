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
        ] {
            let words: Vec<&str> = command.split(' ').collect();
            let out = ask(width, &words);
            let table = out.lines().filter(|line| line.starts_with('─')).map(columns).max().expect("a table");
            // Four and six columns of such figures leave no room for text in 80.
            let of_figures = command.starts_with("trial-balance") || command.starts_with("report daily");
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
