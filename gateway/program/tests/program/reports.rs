//! Statements of an entity and of its accounts, on the books of a year's end.

use longmen_client::Client;

use crate::longmen::{Ran, Served, longmen};
use crate::year::live_through;

#[track_caller]
fn ask(served: &Served, code: i32, arguments: &[&str]) -> Ran {
    let ran = longmen(&[arguments, &["--addr", &served.addr]].concat());
    assert_eq!(ran.code, Some(code), "{arguments:?}: {ran:?}");
    ran
}

/// Each row's words stand in one line of the output.
#[track_caller]
fn check(served: &Served, arguments: &[&str], rows: &[&[&str]]) {
    let ran = ask(served, 0, arguments);
    for row in rows {
        let found = ran.out.lines().any(|line| {
            let mut rest = line;
            row.iter().all(|word| match rest.split_once(word) {
                Some((_, behind)) => {
                    rest = behind;
                    true
                }
                None => false,
            })
        });
        assert!(found, "no line with {row:?} in\n{}", ran.out);
    }
    assert!(!ran.out.contains("FAIL"), "{}", ran.out);
}

#[test]
fn statements_show_the_figures_worked_out_by_hand() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("books");
    let served = Served::start(&data, "2");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut client = Client::connect(&served.addr, "longmen", None).await.unwrap();
        live_through(&mut client).await;
    });
    of_the_entity(&served);
    of_accounts(&served);
    what_does_not_hold(&served);
    assert_eq!(served.end_by("TERM"), Some(0));
    let verified = longmen(&["verify", data.to_str().unwrap()]);
    assert_eq!(verified.code, Some(0), "{verified:?}");
}

fn of_the_entity(served: &Served) {
    let report = |rest: &[&'static str]| [&["report"][..], rest, &["--entity", "YR"]].concat();
    let daily = report(&["daily", "--date", "2026-11-30"]);
    check(
        served,
        &daily,
        &[
            &["日计表 of YR", "2026-11-30", "accounting date 2026-11-30"],
            &["10020101", "备付金", "100.00", "0.00", "0.02", "99.98"],
            &["220301", "用户余额", "50.00", "-40.00", "0.00", "90.00"],
            &["7101", "重要凭证", "7.00", "0.00", "0.00", "7.00"],
            &["10020101", "备付金", "500", "0", "0", "500"],
            &["ok    debit turnover = credit turnover", "(-39.98)"],
        ],
    );
    let monthly = report(&["monthly", "--month", "2026-11", "--level", "1", "--currency", "CNY"]);
    check(
        served,
        &monthly,
        &[
            &["2 accounting dates, 2026-11-29 to 2026-11-30"],
            &["1002", "银行存款", "100.00", "0.02", "99.98"],
            &["2203", "预收账款", "10.00", "109.94", "99.94"],
            &["合计", "110.02", "110.02", "100.00", "100.00"],
            &["ok    asset+expense=liability+equity+income+common"],
        ],
    );
    check(served, &report(&["yearly", "--year", "2026"]), &[&["4103", "本年利润", "0.00", "0.16", "0.16"]]);
    let quarter = report(&["quarterly", "--quarter", "2026-Q4"]);
    check(served, &quarter, &[&["602101", "手续费收入", "0.18", "0.18"], &["3 accounting dates"]]);
    check(served, &report(&["trial-balance"]), &[&["2027-01-01 is not closed"], &["220301", "71.00"]]);
    let income = report(&["income", "--year", "2026"]);
    check(served, &income, &[&["602101", "0.18"], &["642101", "0.02"], &["净利润", "0.16"]]);
    let sheet = report(&["balance-sheet", "--date", "2026-11-30"]);
    check(
        served,
        &sheet,
        &[
            &["10020101", "100.00", "99.98"],
            &["未结转损益", "0.30", "0.04"],
            &["负债和权益合计", "100.00", "99.98"],
            &["ok    assets = liabilities", "(99.98)"],
        ],
    );
    let csv = ask(served, 0, &report(&["income", "--year", "2026", "--csv", "--currency", "CNY"])).out;
    assert_eq!(
        csv,
        "currency,class,subject,name,amount,from,to\n\
         CNY,income,602101,手续费收入,0.18,2026-01-01,2026-12-31\n\
         CNY,expense,642101,手续费支出,0.02,2026-01-01,2026-12-31\n\
         CNY,result,,result,0.16,2026-01-01,2026-12-31\n"
    );
    let other = report(&["monthly", "--currency", "EUR"]);
    ask(served, 2, &other);
    let json = ask(served, 0, &report(&["daily", "--date", "2026-11-29", "--json"])).json();
    assert_eq!(json["books"][0]["sections"][0]["rows"][0]["closing"], 10_000);
    assert_eq!(json["books"][0]["checks"][1]["holds"], true);
}

fn of_accounts(served: &Served) {
    let year = [
        "statement",
        "YR/U1/CNY",
        "--from",
        "2026-11-30",
        "--to",
        "2026-12-31",
        "--oldest-first",
        "--totals",
    ];
    check(
        served,
        &year,
        &[
            &["opening", "50.00"],
            &["reverse", "-50.00", "100.00"],
            &["closing", "70.00"],
            &["whole range, shown: 4 lines", "debits -20.00", "credits 0.00"],
        ],
    );
    let customer = ["statement", "YR/bank/CNY", "--visible-to", "customer"];
    check(served, &customer, &[&["hidden on this page: 1 lines, debits 0.00, credits 0.02"]]);
    check(served, &["balance", "YR/U1/CNY", "--at", "2026-12-31"], &[&["U1", "CNY", "70.00", "0.00"]]);
    check(served, &["balance", "YR/U1/CNY", "--at", "2026-12-31", "--by-value"], &[&["U1", "CNY", "71.00"]]);
    let by_value = ["statement", "YR/U1/CNY", "--by", "value", "--oldest-first"];
    let json = ask(served, 0, &[&by_value[..], &["--json"]].concat()).json();
    let lines = json["lines"].as_array().unwrap();
    let dates: Vec<&str> = lines.iter().map(|line| line["value_date"].as_str().unwrap()).collect();
    assert!(dates.is_sorted() && dates.len() > 4, "{dates:?}");
    assert!(lines.windows(2).all(|pair| pair[0]["after"] == pair[1]["before"]), "{json}");
    check(served, &["register", "YR/U1/CNY"], &[&["opened", "account_state normal", "owner customer"]]);
    let closes = ["register", "--entity", "YR", "--from", "2026-11-30"];
    check(served, &closes, &[&["close_day 2026-11-30", "night", "A-1", "day end"]]);
    let fees = ask(served, 0, &["statement", "YR/fee/CNY", "--json"]).json();
    let lines = fees["lines"].as_array().unwrap();
    let merged = lines.iter().find(|line| !line["merged"].is_null()).unwrap();
    let position = merged["position"].as_str().unwrap();
    check(served, &["entry", "YR/fee/CNY", position], &[&["legs"], &["payment"], &["closing"]]);
}

fn what_does_not_hold(served: &Served) {
    let trial = ["trial-balance", "--entity", "YR"];
    check(served, &trial, &[&["ok    恒等式", "asset+expense="]]);
    let wrong = ask(served, 1, &[&trial[..], &["--identity", "asset=liability"]].concat());
    assert!(wrong.out.contains("FAIL  恒等式  asset=liability: YR CNY"), "{}", wrong.out);
    ask(served, 1, &["report", "daily", "--entity", "YR", "--identity", "asset=liability"]);
    ask(served, 2, &["report", "daily", "--entity", "YR", "--identity", "asset"]);
    ask(served, 2, &["report", "daily", "--entity", "YR", "--date", "2026-11-30", "--month", "2026-11"]);
    ask(served, 1, &["report", "daily", "--entity", "NO"]);
    ask(served, 1, &["report", "daily", "--entity", "NO", "--date", "2026-11-30"]);
    ask(served, 2, &["statement", "YR/U1/CNY", "--from", "@5"]);
    ask(served, 2, &["balance", "YR/U1/CNY", "--at", "@5", "--by-value"]);
    ask(served, 1, &["entry", "YR/U1/CNY", "nowhere"]);
}
