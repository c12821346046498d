//! Small books with figures worked out by hand: three closed dates over a month's and a year's end, red entries, a hot
//! account, off-balance, two currencies.
//!
//! | date | what | CNY |
//! | --- | --- | --- |
//! | 2026-11-29 | top-up of U1; payment to M1 with its fee; receipt off the balance sheet; top-up in JPY | 100.00; 50.00 = 49.70 + 0.30; 7.00; 500 |
//! | 2026-11-30 | the payment reversed in red, and again; the bank's charge | -50.00; 10.00 = 9.94 + 0.06; 0.02 |
//! | 2026-12-31 | two payments in one request; income and expense carried forward | 12.00 = 11.93 + 0.07, 8.00 = 7.95 + 0.05 |
//! | 2027-01-01 | current: a late top-up of U1 with value date 2026-12-31 | 1.00 |

use longmen_client::{
    AccountKey, AccountOpening, Client, CloseDayRequest, Owner, Registration, Side, SubjectOpening,
    Transaction,
};

/// Who closes dates.
pub(crate) const NIGHT: Registration<'_> =
    Registration { operator: Some("night"), approval: Some("A-1"), reason: Some("day end") };

/// The natural key of an account of these books.
pub(crate) fn key(number: &str, currency: &str) -> AccountKey {
    AccountKey::new("YR", number, "", currency)
}

/// Opens the books and lives through their dates.
pub(crate) async fn live_through(client: &mut Client) {
    open(client).await;
    first_date(client).await;
    close(client, "2026-11-30", None).await;
    second_date(client).await;
    close(client, "2026-12-31", None).await;
    let two = [pay("p-3", "12.00", "11.93", "0.07"), pay("p-4", "8.00", "7.95", "0.05")];
    let posted = client.post(&two, false).await.unwrap();
    assert!(posted.results.iter().all(|result| result.is_posted()), "{posted:?}");
    close(client, "2027-01-01", Some("profit")).await;
    let late = move_money("late", "bank", "U1", "1.00", "CNY").value_date("2026-12-31");
    post(client, &late).await;
}

async fn open(client: &mut Client) {
    client.open_entity("YR", "2026-11-29").await.unwrap();
    let [debit, credit] = [Side::Debit, Side::Credit];
    let subjects = [
        SubjectOpening::parent("1002", "银行存款", "asset", debit),
        SubjectOpening::leaf("10020101", "备付金", "asset", debit),
        SubjectOpening::parent("2203", "预收账款", "liability", credit),
        SubjectOpening::leaf("220301", "用户余额", "liability", credit),
        SubjectOpening::leaf("220302", "应付商户款", "liability", credit),
        SubjectOpening::leaf("3001", "清算资金往来", "common", debit),
        SubjectOpening::leaf("4103", "本年利润", "equity", credit),
        SubjectOpening::leaf("602101", "手续费收入", "income", credit),
        SubjectOpening::leaf("642101", "手续费支出", "expense", debit),
        SubjectOpening::leaf("7101", "重要凭证", "off_balance", debit),
    ];
    for opened in client.open_subjects("YR", &subjects).await.unwrap() {
        opened.unwrap();
    }
    let internal = |number: &str, currency: &str, subject: &str| {
        AccountOpening::new("YR", number, "", currency, subject, Owner::Internal).may_go_negative()
    };
    let customer = |number: &str, currency: &str, subject: &str| {
        AccountOpening::new("YR", number, "", currency, subject, Owner::Customer)
    };
    let accounts = [
        internal("bank", "CNY", "10020101"),
        internal("bank", "JPY", "10020101"),
        customer("U1", "CNY", "220301"),
        customer("U1", "JPY", "220301"),
        customer("M1", "CNY", "220302"),
        internal("clearing", "CNY", "3001"),
        internal("profit", "CNY", "4103"),
        internal("fee", "CNY", "602101").hot(),
        internal("charge", "CNY", "642101"),
        internal("papers", "CNY", "7101"),
    ];
    for opened in client.open_accounts(&accounts).await.unwrap() {
        opened.unwrap();
    }
}

async fn first_date(client: &mut Client) {
    post(client, &move_money("t-1", "bank", "U1", "100.00", "CNY")).await;
    post(client, &pay("p-1", "50.00", "49.70", "0.30")).await;
    post(client, &Transaction::new("r-1").debit(key("papers", "CNY"), "7.00", "CNY")).await;
    post(client, &move_money("t-2", "bank", "U1", "500", "JPY")).await;
}

async fn second_date(client: &mut Client) {
    post(client, &Transaction::new("p-1 undone").reverse("p-1")).await;
    post(client, &pay("p-2", "10.00", "9.94", "0.06")).await;
    post(client, &move_money("c-1", "charge", "bank", "0.02", "CNY").visibility("internal")).await;
}

async fn close(client: &mut Client, next: &str, carry_forward: Option<&str>) {
    let carry_forward = carry_forward.map(|number| key(number, "CNY").into()).into_iter().collect();
    let request = CloseDayRequest { entity: "YR", next, carry_forward, forced: true, registration: NIGHT };
    client.close_day_with(&request).await.unwrap();
}

async fn post(client: &mut Client, transaction: &Transaction) {
    let result = client.post_one(transaction).await.unwrap();
    assert!(result.is_posted(), "{transaction:?}: {result:?}");
}

fn move_money(id: &str, debit: &str, credit: &str, amount: &str, currency: &str) -> Transaction {
    let transaction = Transaction::new(id).debit(key(debit, currency), amount, currency);
    transaction.credit(key(credit, currency), amount, currency)
}

fn pay(id: &str, amount: &str, merchant: &str, fee: &str) -> Transaction {
    let transaction = Transaction::new(id).debit(key("U1", "CNY"), amount, "CNY").kind("payment");
    transaction.credit(key("M1", "CNY"), merchant, "CNY").credit(key("fee", "CNY"), fee, "CNY")
}
