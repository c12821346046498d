//! Every kind of row that is wrong, told by line, column and reason; and nothing is sent.

use serde_json::Value;

use super::{World, sample};

const CHART: &str = "code,name,class,normal";
const ACCOUNTS: &str = "account,type,subject,currency,owner";
const LEGS: &str = "transaction,step,account,account_type,side,amount,currency";

/// Imports a file of this head and these rows, the first on line 2, and compares what is said of them.
#[track_caller]
fn check(world: &World, what: &str, head: &str, rows: &[&str], expect: &[&str]) {
    let before = world.trace();
    let text = format!("{head}\n{}\n", rows.join("\n"));
    let report = world.import(2, what, text.as_bytes(), &["--json"]).json();
    let said: Vec<String> = report["faults"].as_array().unwrap().iter().map(line).collect();
    let expect: Vec<String> = expect.iter().map(|line| (*line).to_owned()).collect();
    assert_eq!(said, expect, "{text}");
    assert_eq!((&report["sent"], &report["done"]), (&false.into(), &0.into()));
    assert_eq!(world.trace(), before, "something was sent");
}

fn line(fault: &Value) -> String {
    let column = fault["column"].as_str().unwrap_or("-");
    format!("{} {column}: {}", fault["line"], fault["reason"].as_str().unwrap())
}

#[test]
fn rows_of_a_chart() {
    let world = World::open("1");
    let chart = |head: &str, rows: &[&str], expect: &[&str]| check(&world, "chart", head, rows, expect);
    chart(
        CHART,
        &["10,Cash,asset,debit"],
        &[
            "2 code: `10` is no code of a subject: 4, 6, 8 or 10 digits, in levels of 4-2-2-2 that are not zeros alone",
        ],
    );
    chart(
        CHART,
        &["1001,,assets,left", ",Cash,asset,debit"],
        &[
            "2 name: is missing",
            "2 class: `assets` is no class: asset, liability, common, equity, income, expense, off_balance, memo",
            "2 normal: `left` is no side: debit (借), credit (贷)",
            "3 code: is missing",
        ],
    );
    let long = format!("1001,{},asset,debit", "n".repeat(201));
    chart(CHART, &[&long], &["2 name: has 201 bytes, more than 200"]);
    chart(
        CHART,
        &["1001,Cash,asset,debit", "1003,Other,asset,debit", "1001,Cash,asset,debit"],
        &["4 code: 1001 stands on line 2 already"],
    );
    chart(
        "code,name,class,normal,leaf,valid_from,valid_to",
        &[
            "1001,Cash,asset,debit,true,,",
            "100101,Till,asset,debit,maybe,2024-02-30,2023-01-01",
            "100102,Safe,asset,debit,,2024-01-01,2023-01-01",
            "100103,Box,asset,debit,,,",
        ],
        &[
            "2 leaf: is true, but 100103 stands below it",
            "3 leaf: `maybe` is neither true nor false",
            "3 valid_from: `2024-02-30` is no date such as 2024-02-29",
            "4 valid_to: lies before valid_from",
        ],
    );
    chart(
        "code,name,class,nrmal",
        &["1001,Cash,asset,debit"],
        &[
            "1 nrmal: unknown column; this file may have: code, name, class, normal, leaf, valid_from, valid_to, tenor, \
         party, purpose, entity",
            "1 normal: the column is missing",
        ],
    );
    chart(
        "code,name,class,normal,entity",
        &["1001,Cash,asset,debit,OTHER", "1001,Cash,asset,debit,"],
        &["2 entity: no entity OTHER is open; --start opens it"],
    );
    chart(
        "code,name,class,normal,entity",
        &["1001,Cash,asset,debit,OTHER", "1002,Bank,asset,debit,OTHER", "1003,Other,asset,debit,THIRD"],
        &[
            "2 entity: no entity OTHER is open; --start opens it; 2 rows say so",
            "4 entity: no entity THIRD is open; --start opens it",
        ],
    );
    chart(
        "code,name,class,normal,leaf,valid_to,party",
        &["2203,用户,asset,debit,true,2030-01-01,", "220302,Merchants,liability,credit,,,shop"],
        &[
            "2 leaf: is true, but 220302 stands below it",
            "2 name: subject 2203 is open already, with another one",
            "2 class: subject 2203 is open already, with another one",
            "2 normal: subject 2203 is open already, with another one",
            "2 leaf: subject 2203 is open already, with another one",
            "2 valid_to: subject 2203 is open already, with another one",
            "3 class: 220302 is of another class than 2203 of the same first level, asset",
            "3 party: subject 220302 is open already, with another one",
        ],
    );
    chart(
        "code,name,class,normal,leaf",
        &[
            "0000,Nothing,asset,debit,",
            "22030101,Below,liability,credit,",
            "220399,Other,equity,credit,",
            "1009,One,asset,debit,false",
            "100901,Other,liability,credit,",
        ],
        &[
            "2 code: `0000` is no code of a subject: 4, 6, 8 or 10 digits, in levels of 4-2-2-2 that are not zeros alone",
            "3 code: 22030101 stands below 220301, which is a leaf",
            "4 class: 220399 is of another class than 22030101 of the same first level, liability",
            "4 class: 220399 is of another class than 2203 of the same first level, liability",
            "6 class: 100901 is of another class than 1009 of the same first level, asset",
        ],
    );
    chart(
        CHART,
        &["1001,Cash,asset", "1003,Cash,asset,debit,x"],
        &["2 -: the row has 3 cells, the first row 4", "3 -: the row has 5 cells, the first row 4"],
    );
}

#[test]
fn rows_of_accounts() {
    let world = World::open("1");
    let accounts = |head: &str, rows: &[&str], expect: &[&str]| check(&world, "accounts", head, rows, expect);
    accounts(
        ACCOUNTS,
        &[
            ",cash,220301,CNY,customer",
            "@7,cash,220301,CNY,customer",
            "U9,,,CNY,customer",
            "U9,cash,22030,RMB,nobody",
        ],
        &[
            "2 account: is missing",
            "3 account: `@7` begins with @, as ids do",
            "4 subject: is missing, and there is no type that could be mapped to one",
            "5 subject: `22030` is no code of a subject: 4, 6, 8 or 10 digits, in levels of 4-2-2-2 that are not zeros alone",
            "5 currency: `RMB` is no currency of ISO 4217 such as CNY",
            "5 owner: `nobody` is no owner: customer, merchant, internal",
        ],
    );
    accounts(
        ACCOUNTS,
        &["U9,cash,220301,CNY,customer", "U9,cash,220301,JPY,customer", "U9,cash,220302,CNY,customer"],
        &["4 account: U9 stands on line 2 already"],
    );
    accounts(
        "account,type,subject,currency,owner,overdraft_limit,credit_limit,hot",
        &["U9,cash,220301,JPY,customer,0.5,-1,often", "U8,cash,220301,CNY,customer,1e3,99999999999999999,no"],
        &[
            "2 overdraft_limit: `0.5`: more decimal places than the currency has",
            "2 credit_limit: `-1`: a limit is not below zero",
            "2 hot: `often` is neither true nor false",
            "3 overdraft_limit: `1e3`: not a decimal number",
            "3 credit_limit: `99999999999999999`: beyond the largest amount of a leg",
        ],
    );
    accounts(
        "account,type,subject,currency,owner,entity",
        &["U9,cash,220301,CNY,customer,OTHER", "U1,cash,220302,CNY,merchant,LM"],
        &[
            "2 entity: no entity OTHER is open",
            "3 subject: account U1 is open already, with another one",
            "3 owner: account U1 is open already, with another one",
            "3 credit_limit: account U1 is open already, with another one",
        ],
    );
    accounts(
        ACCOUNTS,
        &[
            "U9,cash,229999,CNY,customer",
            "U8,cash,2203,CNY,customer",
            "U7,deposit,,CNY,customer",
            "U6,cash,100202,CNY,internal",
            "U5,cash,100203,CNY,internal",
        ],
        &[
            "2 subject: no subject 229999 is open in LM",
            "3 subject: subject 2203 is no leaf",
            "4 type: deposit is mapped to no subject on 2024-02-28",
            "5 subject: subject 100202 is not valid on 2024-02-28",
            "6 subject: subject 100203 is not valid on 2024-02-28",
        ],
    );
    let long = format!("{},cash,220301,CNY,customer", "9".repeat(65));
    accounts(ACCOUNTS, &[&long], &["2 account: has 65 bytes, more than 64"]);
}

#[test]
fn rows_of_transactions() {
    let world = World::open("2");
    let legs = |head: &str, rows: &[&str], expect: &[&str]| check(&world, "transactions", head, rows, expect);
    legs(
        LEGS,
        &[
            ",0,U1,cash,D,0,CNY",
            "t,x,,cash,debit,1.001,CNY",
            "t,2,@x,,credit,-1,CNY",
            "t,3,U1,cash,credit,1,",
        ],
        &[
            "2 transaction: is missing",
            "2 step: `0` is no step: 1 to 32767",
            "2 side: `D` is no side: debit (借), credit (贷)",
            "2 amount: `0`: the amount of a leg is above zero",
            "3 step: `x` is no step: 1 to 32767",
            "3 account: is missing",
            "3 amount: `1.001`: more decimal places than the currency has",
            "4 account: `@x` is no account id",
            "4 amount: `-1`: the amount of a leg is above zero",
            "5 currency: is missing",
        ],
    );
    legs(
        LEGS,
        &[
            "t,1,bank,,debit,5.00,CNY",
            "u,1,bank,,debit,1,CNY",
            "u,2,U1,cash,credit,1,CNY",
            "t,2,U1,cash,credit,4.00,CNY",
            "v,1,bank,,debit,1,CNY",
            "v,2,U1,cash,credit,1,JPY",
        ],
        &[
            "2 transaction: t does not balance: in LM, debits are 1.00 CNY above credits",
            "6 transaction: v does not balance: in LM, debits are 1.00 CNY above credits",
            "6 transaction: v does not balance: in LM, credits are 1 JPY above debits",
        ],
    );
    legs(
        LEGS,
        &["t,1,bank,,debit,5.00,CNY", "t,2,U1,cash,credit,5.00,CNY", "t,1,bank,,debit,5.00,CNY"],
        &["4 step: step 1 of t stands on line 2 already"],
    );
    legs(
        LEGS,
        &[
            "t,1,bank,,debit,5,CNY",
            "t,2,U7,cash,credit,5,CNY",
            "u,1,@99,,debit,5,CNY",
            "u,2,U7,cash,credit,5,CNY",
        ],
        &[
            "3 account: no account LM/U7/cash/CNY",
            "4 account: no account @99",
            "5 account: no account LM/U7/cash/CNY",
        ],
    );
    legs(
        LEGS,
        &["t,1,@1,,debit,5,USD", "t,2,@3,,credit,5,USD"],
        &["2 currency: account @1 is in CNY", "3 currency: account @3 is in CNY"],
    );
    legs(
        LEGS,
        &["t,1,vault,,debit,5,CNY", "t,2,U1,cash,credit,5,CNY"],
        &["2 transaction: t has off-balance legs (表外) together with others"],
    );
    particulars(&world);
    let many: Vec<String> = (1..=513).map(|step| format!("t,{step},vault,,debit,1,CNY")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    legs(LEGS, &many, &["2 transaction: t has 513 legs, more than 512"]);
}

fn particulars(world: &World) {
    let head = format!("{LEGS},type,value_date,accounting_date,time,entity,visibility");
    check(
        world,
        "transactions",
        &head,
        &[
            "t,1,bank,,debit,5,CNY,a,2024-02-30,2024-02-27,noon,,",
            "u,1,bank,,debit,5,CNY,a,2024-02-27,2024-02-27,,,internal",
            "u,2,U1,cash,credit,5,CNY,b,2024-02-26,,,LM,",
            "v,1,bank,,debit,5,CNY,,,,,NONE,",
            "w,1,bank,,debit,5,CNY,,,,,,everyone",
        ],
        &[
            "2 value_date: `2024-02-30` is no date such as 2024-02-29",
            "2 time: `noon` is neither a time by RFC 3339 nor seconds since 1970",
            "3 accounting_date: is 2024-02-27, but the accounting date of LM is 2024-02-28",
            "4 type: rows of u before this one say otherwise",
            "4 value_date: rows of u before this one say otherwise",
            "4 accounting_date: is 2024-02-27, but the accounting date of LM is 2024-02-28",
            "5 entity: no entity NONE is open",
            "5 transaction: v does not balance: in NONE, debits are 5.00 CNY above credits",
            "6 visibility: `everyone` is none: customer, operations, internal",
        ],
    );
    let [long, longer] = [2_045, 1_000].map(|bytes| "n".repeat(bytes));
    let row = format!("t,1,vault,,debit,5,CNY,{long},{longer}");
    check(
        world,
        "transactions",
        &format!("{LEGS},reference,reason"),
        &[&row],
        &["2 -: the texts of t take 3051 bytes, more than 2048"],
    );
}

#[test]
fn files_that_are_no_table() {
    let world = World::open("1");
    for (bytes, words) in [
        (&b""[..], "line 1: the file is empty"),
        (b"transaction;step;account\n", "line 1, transaction;step;account: unknown column"),
        (
            b"transaction,step\n1,\xD2\xF8\xD0\xD0\n",
            "line 2: the file is not UTF-8 but most likely GBK (GB18030)",
        ),
        (b"\xFF\xFEt\0r\0", "line 1: the file is not UTF-8 but most likely UTF-16"),
        (b"a\n\n\xE9", "line 3: the file is not UTF-8, nor GBK"),
    ] {
        let ran = world.import(2, "transactions", bytes, &[]);
        assert!(ran.out.contains(words), "{}", ran.out);
        assert!(ran.out.contains("nothing was sent"), "{}", ran.out);
    }
}

/// The faults of the file are told even where the node is not there.
#[test]
fn what_is_wrong_is_told_without_a_node_and_never_too_much_of_it() {
    let world = World::open("1");
    let rows: String = (0..60).map(|row| format!("{row},name,asset,debit\n")).collect();
    let file = world.file("chart.csv", format!("{CHART}\n{rows}").as_bytes());
    let ran = world.import_file(2, "chart", &file, "127.0.0.1:1", &[]);
    for words in
        ["wrong in 60 places", "line 51, code", "and 10 more; --json shows all", "not looked up on the node"]
    {
        assert!(ran.out.contains(words), "no {words:?} in {}", ran.out);
    }
    assert!(!ran.out.contains("line 52,"), "{}", ran.out);
    let ran = world.import_file(2, "chart", &file, "127.0.0.1:1", &["--json"]);
    assert_eq!(ran.json()["faults"].as_array().unwrap().len(), 60);
    let file = world.file("chart.csv", &sample("chart.csv"));
    world.import_file(3, "chart", &file, "127.0.0.1:1", &["--check"]);
    let absent = world.file("x.csv", b"").with_file_name("absent.csv");
    world.import_file(2, "chart", &absent, &world.served.addr, &[]);
}
