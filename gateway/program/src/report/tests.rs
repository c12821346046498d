use jiff::civil::date;
use longmen_client::{GeneralLedger, LedgerLine, Side, SummarySubject};

use super::identity::{self, Identity};
use super::period::{Period, Quarter, Span, Year, day, month, quarter, year};
use super::sheet::{Kind, checks, result_in_balances, result_of_period};
use super::*;

/// A line with its natural opening, turnovers and natural closing; nothing carried forward.
fn line(subject: &str, name: &str, class: &str, normal: Side, figures: [i128; 4]) -> LedgerLine {
    let [opening, debit, credit, closing] = figures;
    LedgerLine {
        subject: subject.into(),
        name: name.into(),
        class: class.into(),
        normal,
        currency: "CNY".into(),
        exponent: 2,
        opening,
        debit,
        credit,
        closing,
        carried_debit: 0,
        carried_credit: 0,
    }
}

fn ledger() -> GeneralLedger {
    let [debit, credit] = [Side::Debit, Side::Credit];
    let mut fees = line("602101", "fees", "income", credit, [6, 18, 12, 0]);
    fees.carried_debit = 18;
    let mut profit = line("4103", "profit", "equity", credit, [0, 0, 18, 18]);
    profit.carried_credit = 18;
    GeneralLedger {
        from: "2026-12-01".into(),
        to: "2026-12-31".into(),
        current: "2027-01-01".into(),
        frame: 9,
        dates: vec!["2026-12-31".into()],
        lines: vec![
            line("10020101", "bank-a", "asset", debit, [100, 12, 0, 112]),
            line("10020202", "bank-b", "asset", debit, [1, 0, 0, 1]),
            line("12310101", "allowance", "asset", credit, [5, 0, 0, 5]),
            line("220301", "users", "liability", credit, [90, 0, 0, 90]),
            line("3001", "clearing", "common", debit, [0, 1, 2, -1]),
            line("300102", "transit", "common", credit, [0, 1, 0, -1]),
            profit,
            fees,
            line("642101", "charges", "expense", debit, [0, 0, 0, 0]),
            line("7101", "papers", "off_balance", debit, [0, 7, 0, 7]),
        ],
        summaries: vec![SummarySubject { entity: "LM".into(), subject: "1002".into(), name: "banks".into() }],
    }
}

#[test]
fn levels_are_sums_by_code_with_the_charts_names() {
    let ledger = ledger();
    let rows = |level: &str| -> Vec<(String, String, i128)> {
        let books = Book::of(&ledger, level.parse().unwrap(), None);
        let [book] = books.as_slice() else { panic!("one currency") };
        let rows =
            book.sections.iter().filter(|section| section.class == "asset").flat_map(|section| &section.rows);
        rows.map(|row| (row.subject.clone(), row.name.clone(), row.figures.closing)).collect()
    };
    let row = |code: &str, name: &str, closing| (code.to_owned(), name.to_owned(), closing);
    assert_eq!(rows("1"), [row("1002", "banks", 113), row("1231", "allowance", -5)]);
    assert_eq!(
        rows("2"),
        [row("100201", "bank", 112), row("100202", "bank", 1), row("123101", "allowance", -5)]
    );
    assert_eq!(
        rows("leaf"),
        [row("10020101", "bank-a", 112), row("10020202", "bank-b", 1), row("12310101", "allowance", -5)]
    );
    assert_eq!(rows("4"), rows("leaf"));
    assert!("0".parse::<Level>().is_err() && "5".parse::<Level>().is_err());
    assert!(Book::of(&ledger, Level::Leaf, Some("JPY")).is_empty());
}

#[test]
fn what_must_hold_is_checked() {
    #[track_caller]
    fn check(change: impl Fn(&mut GeneralLedger), broken: &[&str]) {
        let mut ledger = ledger();
        change(&mut ledger);
        let books = Book::of(&ledger, Level::Leaf, None);
        let identity = identity::DEFAULT.parse().unwrap();
        let found = checks(&books[0], Kind::BalanceSheet, &identity);
        let found: Vec<_> = found.iter().filter(|check| !check.holds).map(|check| &*check.says).collect();
        assert_eq!(found.len(), broken.len(), "{found:?}");
        assert!(found.iter().zip(broken).all(|(found, words)| found.contains(words)), "{found:?}");
    }
    check(|_| {}, &[]);
    check(|ledger| ledger.lines[0].debit += 1, &["debit turnover", "opening + turnover"]);
    check(|ledger| ledger.lines[0].opening += 1, &["opening debit", "opening + turnover"]);
    let both = ["closing debit", "opening + turnover", "asset+expense", "assets ="];
    check(|ledger| ledger.lines[3].closing += 1, &both);
    check(|ledger| ledger.lines[9].closing += 1, &["opening + turnover"]);
}

#[test]
fn the_result_of_a_period_leaves_out_what_was_carried_forward() {
    let books = Book::of(&ledger(), Level::Leaf, None);
    assert_eq!(result_of_period(&books[0]), 12);
    assert_eq!(result_in_balances(&books[0], |figures| figures.opening), 6);
    assert_eq!(result_in_balances(&books[0], |figures| figures.closing), 0);
    let income = print::page(&books[0], Kind::Income, &[]).to_string();
    assert!(income.contains("净利润") && income.contains("0.12"), "{income}");
}

#[test]
fn identities_are_read_or_refused() {
    #[track_caller]
    fn check(text: &str, expect: Result<i128, &str>) {
        let balance = |class: &str| match class {
            "asset" => 100,
            "liability" => -70,
            "equity" => -25,
            "income" => -10,
            "expense" => 5,
            _ => 0,
        };
        match (text.parse::<Identity>(), expect) {
            (Ok(identity), Ok(difference)) => assert_eq!(identity.difference(balance), difference, "{text}"),
            (Err(error), Err(words)) => assert!(error.contains(words), "{text}: {error}"),
            (read, _) => panic!("{text}: {read:?}"),
        }
    }
    check(identity::DEFAULT, Ok(0));
    check("asset = liability + equity + income - expense", Ok(0));
    check("asset - liability - equity = income - expense", Ok(0));
    check("asset=liability+equity", Ok(5));
    check("-asset=-liability-equity", Ok(-5));
    check("asset", Err("two sides"));
    check("asset=", Err("no class"));
    check("asset=debt", Err("`debt` is no class"));
    check("asset=off_balance", Err("no class"));
    check("asset=asset", Err("stands twice"));
    check("asset+=liability", Err("no class"));
}

/// Memo accounts take the place of channel accounts: they stand where liabilities stand.
#[test]
fn an_identity_has_memo_beside_liabilities() {
    #[track_caller]
    fn check(text: &str, expect: &str) {
        let identity = text.parse::<Identity>().unwrap().with_memo();
        assert_eq!(identity.to_string(), expect);
        // 100 topped up, of which 40 went out: no asset, 60 owed, and a memo net of 60.
        let balance = |class: &str| match class {
            "liability" => -60,
            "memo" => 60,
            _ => 0,
        };
        assert_eq!(identity.difference(balance), 0, "{expect}");
    }
    check(identity::DEFAULT, "asset+expense=liability+equity+income+common+memo");
    check("asset - liability = equity", "asset-liability-memo=equity");
    check("liability = asset", "liability+memo=asset");
    check("asset = -liability", "asset=-liability-memo");
    check("asset = liability + memo", "asset=liability+memo");
}

#[test]
fn memo_accounts_are_no_part_of_the_books_but_as_their_net() {
    let mut ledger = ledger();
    // 4 more are owed to users than assets have, which came through a channel; 1 went out.
    ledger.lines.push(line("220399", "topped up", "liability", Side::Credit, [0, 1, 5, 4]));
    ledger.lines.push(line("9101", "register", "memo", Side::Debit, [0, 5, 1, 4]));
    let books = Book::of(&ledger, Level::Leaf, None);
    let book = &books[0];
    assert!(book.sections.iter().all(|section| section.class != "memo"));
    assert_eq!(book.memo.map(|memo| (memo.debit, memo.credit, memo.closing)), Some((5, 1, 4)));
    let identity: Identity = identity::DEFAULT.parse().unwrap();
    for kind in [Kind::Daily, Kind::BalanceSheet] {
        let checks = checks(book, kind, &identity);
        assert!(checks.iter().all(|check| check.holds), "{checks:?}");
        assert!(checks[1].says.contains("memo net"), "{checks:?}");
        let page = print::page(book, kind, &checks).to_string();
        assert_eq!(page.matches("备忘净额").count(), 1, "{page}");
    }
    let csv = print::csv(&books, Kind::BalanceSheet, ("2026-12-31", "2026-12-31"));
    assert!(csv.contains("CNY,memo,,memo net,0.00,-0.04,2026-12-31"), "{csv}");
}

#[test]
fn periods_lie_around_a_day() {
    #[track_caller]
    fn check(span: Span, day: jiff::civil::Date, from: &str, to: &str) {
        let period = Period::around(span, day, 1);
        assert_eq!((&*period.from.to_string(), &*period.to.to_string()), (from, to));
    }
    check(Span::Day, date(2018, 5, 2), "2018-05-02", "2018-05-02");
    check(Span::Month, date(2024, 2, 2), "2024-02-01", "2024-02-29");
    check(Span::Quarter, date(2018, 5, 2), "2018-04-01", "2018-06-30");
    check(Span::Quarter, date(2018, 12, 31), "2018-10-01", "2018-12-31");
    check(Span::Year, date(2018, 5, 2), "2018-01-01", "2018-12-31");
    assert_eq!(day("2018-05-02"), Ok(date(2018, 5, 2)));
    assert_eq!(month("2018-05"), Ok(date(2018, 5, 1)));
    assert_eq!(quarter("2018-Q3"), Ok(Quarter { year: Year(2018), number: 3 }));
    assert_eq!(year("2018"), Ok(Year(2018)));
    assert!(day("2018-5-2").is_err() && month("2018-13").is_err() && year("18").is_err());
    assert!(quarter("2018-Q5").is_err() && quarter("2018Q1").is_err());
}

#[test]
fn periods_follow_the_books_year() {
    #[track_caller]
    fn check(found: Period, from: &str, to: &str) {
        assert_eq!((&*found.from.to_string(), &*found.to.to_string()), (from, to));
    }
    let day = date(2019, 3, 31);
    check(Period::around(Span::Year, day, 4), "2018-04-01", "2019-03-31");
    check(Period::around(Span::Quarter, day, 4), "2019-01-01", "2019-03-31");
    check(Period::around(Span::Month, day, 4), "2019-03-01", "2019-03-31");
    check(Period::around(Span::Quarter, day, 2), "2019-02-01", "2019-04-30");
    check(Period::around(Span::Quarter, date(2019, 1, 15), 2), "2018-11-01", "2019-01-31");
    check(Period::around(Span::Year, date(2018, 9, 30), 10), "2017-10-01", "2018-09-30");
    check(Period::of_year(Year(2018), 7), "2018-07-01", "2019-06-30");
    check(Period::of_quarter(quarter("2018-Q1").unwrap(), 4), "2018-04-01", "2018-06-30");
    check(Period::of_quarter(quarter("2018-Q4").unwrap(), 4), "2019-01-01", "2019-03-31");
    check(Period::of_quarter(quarter("2018-Q2").unwrap(), 11), "2019-02-01", "2019-04-30");
    check(Period::of_quarter(quarter("2018-Q3").unwrap(), 1), "2018-07-01", "2018-09-30");
    assert!(year("9999").is_err());
}

#[test]
fn csv_quotes_names_and_prints_plain_decimals() {
    let mut ledger = ledger();
    ledger.lines.truncate(1);
    ledger.lines[0].name = "bank, \"a\"".into();
    ledger.lines[0].closing = 123_456_789;
    let books = Book::of(&ledger, Level::Leaf, None);
    let expect = "currency,class,subject,name,opening_debit_positive,debit,credit,closing_debit_positive,from,to\n\
                  CNY,asset,10020101,\"bank, \"\"a\"\"\",1.00,0.12,0.00,1234567.89,2018-05-01,2018-05-31\n";
    assert_eq!(print::csv(&books, Kind::Monthly, ("2018-05-01", "2018-05-31")), expect);
}
