//! Changes of accounts with their register, customers and account types.

use longmen_client::{
    AccountKey, AccountOpening, Client, CloseDayRequest, MapCustomerRequest, MapTypeRequest, ModeFrom, Owner,
    Registration, SetBookingModeRequest, SetHotRequest, SetLimitsRequest, SetReserveRequest, SetStateRequest,
    Side, SubjectOpening, Transaction,
};

use crate::node::{TestNode, open_books};

const REGISTER: Registration<'_> =
    Registration { operator: Some("ann"), approval: Some("A-1"), reason: Some("as the customer asked") };

fn code<T: std::fmt::Debug>(result: Result<T, longmen_client::ClientError>) -> String {
    result.expect_err("a refusal").refusal().expect("a refusal").code.to_string()
}

/// A node with the books of [`open_books`], 10.00 on account 2, and a client.
async fn start() -> (TestNode, Client) {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    open_books(&mut client).await;
    let top_up = Transaction::new("top-up").debit(1, "10.00", "CNY").credit(2, "10.00", "CNY");
    assert!(client.post_one(&top_up).await.unwrap().is_posted());
    (node, client)
}

#[tokio::test]
async fn a_reserve_is_kept_back() {
    let (node, mut client) = start().await;
    let key = AccountKey::new("LM", "U1", "cash", "CNY");
    let reserve = |amount: &str| SetReserveRequest {
        account: key.clone().into(),
        amount: amount.into(),
        currency: None,
        expected: None,
        registration: REGISTER,
    };
    client.set_reserve(&reserve("4.00")).await.unwrap();
    let account = client.balance(2).await.unwrap();
    assert_eq!((account.balance, account.withholding, account.available), (1000, 400, 600));
    assert_eq!(code(client.set_reserve(&reserve("10.01")).await), "insufficient_funds");
    for (wrong, expect) in [("-1", "invalid_amount"), ("0.001", "invalid_amount"), ("much", "malformed")] {
        assert_eq!(code(client.set_reserve(&reserve(wrong)).await), expect, "{wrong}");
    }
    let by_id = SetReserveRequest { account: 2.into(), ..reserve("4.00") };
    assert_eq!(code(client.set_reserve(&by_id).await), "malformed", "which currency?");
    client.set_reserve(&SetReserveRequest { currency: Some("CNY"), ..by_id.clone() }).await.unwrap();
    for account in [key.clone().into(), 2.into()] {
        let in_dinars = SetReserveRequest { account, currency: Some("KWD"), ..reserve("1.000") };
        assert_eq!(code(client.set_reserve(&in_dinars).await), "currency_mismatch");
    }
    client.set_reserve(&SetReserveRequest { amount: 0.into(), ..by_id }).await.unwrap();
    assert_eq!(client.balance(2).await.unwrap().available, 1000);
    node.stop().await;
}

#[tokio::test]
async fn limits_are_set_kept_and_taken_away() {
    let (node, mut client) = start().await;
    let limits =
        SetLimitsRequest { currency: Some("CNY"), registration: REGISTER, ..SetLimitsRequest::new(2) };
    let both = SetLimitsRequest {
        transaction_limit: Some(Some("3.00".into())),
        day_limit: Some(Some(500.into())),
        overdraft_limit: Some(Some(100.into())),
        ..limits.clone()
    };
    client.set_limits(&both).await.unwrap();
    let account = client.balance(2).await.unwrap();
    assert_eq!(
        (account.transaction_limit, account.day_limit, account.overdraft_limit),
        (Some(300), Some(500), 100)
    );
    let pay = |id: &str, amount: i64| Transaction::new(id).debit(2, amount, "CNY").credit(3, amount, "CNY");
    assert_eq!(&*client.post_one(&pay("1", 301)).await.unwrap().outcome, "limit_exceeded");
    assert_eq!(&*client.post_one(&pay("2", 300)).await.unwrap().outcome, "posted");
    assert_eq!(&*client.post_one(&pay("3", 201)).await.unwrap().outcome, "day_limit_exceeded");
    // What is absent stays, what is nil is taken away.
    let lifted =
        SetLimitsRequest { transaction_limit: Some(None), overdraft_limit: Some(None), ..limits.clone() };
    client.set_limits(&lifted).await.unwrap();
    let account = client.balance(2).await.unwrap();
    assert_eq!((account.transaction_limit, account.day_limit, account.overdraft_limit), (None, Some(500), 0));
    let wrong = SetLimitsRequest { day_limit: Some(Some((-1).into())), ..limits };
    assert_eq!(code(client.set_limits(&wrong).await), "invalid_amount");
    let in_yen = SetLimitsRequest {
        day_limit: Some(Some("5".into())),
        currency: Some("JPY"),
        registration: REGISTER,
        ..SetLimitsRequest::new(2)
    };
    assert_eq!(code(client.set_limits(&in_yen).await), "currency_mismatch");
    assert_eq!(code(client.set_limits(&SetLimitsRequest::new(99)).await), "unknown_account");
    node.stop().await;
}

#[tokio::test]
async fn of_two_operators_who_saw_the_same_one_is_refused() {
    let (node, mut ann) = start().await;
    let mut bob = node.client("bob").await;
    let seen = ann.balance(2).await.unwrap();
    assert_eq!(bob.balance(2).await.unwrap().last, seen.last);
    let day = |limit: i64| SetLimitsRequest {
        day_limit: Some(Some(limit.into())),
        expected: Some(&seen.last),
        registration: REGISTER,
        ..SetLimitsRequest::new(2)
    };
    ann.set_limits(&day(500)).await.unwrap();
    assert_eq!(code(bob.set_limits(&day(900)).await), "version_conflict");
    assert_eq!(code(ann.set_limits(&day(500)).await), "version_conflict", "it was done before");
    let now = bob.balance(2).await.unwrap();
    assert_eq!(now.day_limit, Some(500));
    let stop = |expected| SetStateRequest {
        account: 2.into(),
        account_state: None,
        payment_state: Some(2),
        expected,
        registration: REGISTER,
    };
    let pay = Transaction::new("pay").debit(2, 1, "CNY").credit(3, 1, "CNY");
    assert!(ann.post_one(&pay).await.unwrap().is_posted());
    assert_eq!(code(bob.set_state_with(&stop(Some(&now.last))).await), "version_conflict");
    assert_eq!(code(bob.set_state_with(&stop(Some("nowhere"))).await), "malformed");
    let newest = bob.balance(2).await.unwrap().last;
    assert_eq!(code(bob.set_state_with(&stop(Some("42"))).await), "malformed");
    bob.set_state_with(&stop(Some(&newest))).await.unwrap();
    bob.set_state_with(&stop(None)).await.unwrap();
    node.stop().await;
}

#[tokio::test]
async fn customers_and_types_lead_to_accounts_and_subjects() {
    let (node, mut client) = start().await;
    let customer = |account: u64, customer| MapCustomerRequest {
        account: account.into(),
        customer,
        registration: REGISTER,
    };
    client.map_customer(&customer(2, "C-1")).await.unwrap();
    client.map_customer(&customer(2, "C-1")).await.unwrap();
    assert_eq!(code(client.map_customer(&customer(2, "")).await), "malformed");
    assert_eq!(code(client.map_customer(&customer(99, "C-1")).await), "unknown_account");
    let map = MapTypeRequest {
        entity: "LM",
        kind: "deposit",
        subject: "220301",
        from: "2026-11-22",
        registration: REGISTER,
    };
    client.map_type(&map).await.unwrap();
    assert_eq!(code(client.map_type(&MapTypeRequest { kind: "", ..map }).await), "malformed");
    assert_eq!(code(client.map_type(&MapTypeRequest { entity: "NO", ..map }).await), "unknown_entity");
    assert_eq!(code(client.map_type(&MapTypeRequest { subject: "2299", ..map }).await), "unknown_subject");
    assert_eq!(code(client.map_type(&MapTypeRequest { from: "2026-11-21", ..map }).await), "date_closed");
    let open = |kind| AccountOpening::new("LM", "U9", kind, "CNY", "", Owner::Customer).customer("C-1");
    let opened = client.open_accounts(&[open("deposit"), open("unmapped")]).await.unwrap();
    let id = opened[0].as_ref().unwrap().id;
    assert_eq!(&*client.balance(id).await.unwrap().subject, "220301");
    assert_eq!(&*opened[1].as_ref().unwrap_err().code, "unknown_subject");
    let found = client.customer("LM", "C-1").await.unwrap();
    assert_eq!(found.iter().map(|account| account.id).collect::<Vec<_>>(), [2, id]);
    assert!(client.customer("LM", "C-2").await.unwrap().is_empty());
    assert_eq!(code(client.customer("NO", "C-1").await), "unknown_entity");
    node.stop().await;
}

#[tokio::test]
async fn types_are_booked_in_the_mode_that_was_set() {
    let (node, mut client) = start().await;
    let memo = SubjectOpening::leaf("9101", "register", "memo", Side::Debit);
    assert!(client.open_subjects("LM", &[memo]).await.unwrap()[0].is_ok());
    let open = AccountOpening::new("LM", "memo", "", "CNY", "9101", Owner::Internal);
    let opened = client.open_accounts(&[open.clone(), open.customer("C-1")]).await.unwrap();
    let id = opened[0].as_ref().unwrap().id;
    assert_eq!(&*opened[1].as_ref().unwrap_err().code, "wrong_class");
    let set = SetBookingModeRequest {
        entity: "LM",
        kind: "top_up",
        mode: "single_double",
        from: "2026-11-22",
        registration: REGISTER,
    };
    let top_up = |name: &str| Transaction::new(name).kind("top_up").debit(id, 5, "CNY").credit(2, 5, "CNY");
    assert_eq!(&*client.post_one(&top_up("a")).await.unwrap().outcome, "booking_mode");
    for (wrong, expect) in [
        (SetBookingModeRequest { kind: "", ..set }, "malformed"),
        (SetBookingModeRequest { mode: "triple", ..set }, "malformed"),
        (SetBookingModeRequest { entity: "NO", ..set }, "unknown_entity"),
        (SetBookingModeRequest { from: "2026-11-21", ..set }, "date_closed"),
    ] {
        assert_eq!(code(client.set_booking_mode(&wrong).await), expect, "{wrong:?}");
    }
    client.set_booking_mode(&set).await.unwrap();
    assert!(client.post_one(&top_up("a")).await.unwrap().is_posted());
    let alone = Transaction::new("b").debit(id, 5, "CNY").credit(id, 5, "CNY");
    assert_eq!(&*client.post_one(&alone).await.unwrap().outcome, "memo_alone");
    let modes = client.chart("LM").await.unwrap().modes;
    let mode = ModeFrom { kind: "top_up".into(), from: "2026-11-22".into(), mode: "single_double".into() };
    assert_eq!(modes, [mode]);
    let relations = client.trial_balance("LM").await.unwrap().relations();
    assert!(relations.iter().all(longmen_client::Relation::holds), "{relations:?}");
    node.stop().await;
}

#[tokio::test]
async fn every_change_takes_its_register() {
    let (node, mut client) = start().await;
    let state = SetStateRequest {
        account: 2.into(),
        account_state: None,
        payment_state: Some(0),
        expected: None,
        registration: REGISTER,
    };
    client.set_state_with(&state).await.unwrap();
    client
        .set_hot_with(&SetHotRequest { account: 1.into(), hot: true, expected: None, registration: REGISTER })
        .await
        .unwrap();
    let close = |next, registration| CloseDayRequest {
        entity: "LM",
        next,
        carry_forward: vec![],
        forced: false,
        registration,
    };
    client.close_day_with(&close("2026-11-23", REGISTER)).await.unwrap();
    let long = "x".repeat(2_046);
    let too_long = Registration { reason: Some(&long), ..Registration::default() };
    assert_eq!(code(client.close_day_with(&close("2026-11-24", too_long)).await), "malformed");
    assert_eq!(client.status().await.unwrap().entities, [("LM".into(), "2026-11-23".into())]);
    node.stop().await;
}

/// A typing error of a year would be the date for ever.
#[tokio::test]
async fn a_date_far_ahead_needs_force_and_an_approval() {
    let (node, mut client) = start().await;
    let close = |next, forced, registration| CloseDayRequest {
        entity: "LM",
        next,
        carry_forward: vec![],
        forced,
        registration,
    };
    assert_eq!(code(client.close_day("LM", "2999-12-31").await), "date_ahead");
    for approval in [None, Some(" "), Some("\u{200b}")] {
        let unapproved = Registration { approval, ..REGISTER };
        let refused = client.close_day_with(&close("2999-12-31", true, unapproved)).await.unwrap_err();
        let refusal = refused.refusal().unwrap();
        assert_eq!(&*refusal.code, "malformed");
        let message = refusal.message.as_deref().unwrap();
        assert!(message.contains("approval: is none of which something can be seen"), "{message}");
    }
    assert_eq!(code(client.close_day_with(&close("2999-12-31", false, REGISTER)).await), "date_ahead");
    client.close_day_with(&close("2999-12-31", true, REGISTER)).await.unwrap();
    assert_eq!(client.status().await.unwrap().entities, [("LM".into(), "2999-12-31".into())]);
    client.close_day("LM", "3000-01-01").await.unwrap();
    node.stop().await;
}

#[tokio::test]
async fn the_end_of_a_year_carries_income_and_expense_forward() {
    let (node, mut client) = start().await;
    let subjects = [
        SubjectOpening::leaf("6021", "手续费收入", "income", Side::Credit),
        SubjectOpening::leaf("4103", "本年利润", "equity", Side::Credit),
    ];
    client.open_subjects("LM", &subjects).await.unwrap();
    let internal = |number: &str, subject: &str| {
        AccountOpening::new("LM", number, "", "CNY", subject, Owner::Internal).may_go_negative()
    };
    let opened = client.open_accounts(&[internal("fees", "6021"), internal("profit", "4103")]).await.unwrap();
    let [fees, profit] = [0, 1].map(|index: usize| opened[index].as_ref().unwrap().id);
    let fee = Transaction::new("fee").debit(2, "1.00", "CNY").credit(fees, "1.00", "CNY");
    assert!(client.post_one(&fee).await.unwrap().is_posted());
    let close = |carry_forward: &[u64]| CloseDayRequest {
        entity: "LM",
        next: "2027-01-01",
        carry_forward: carry_forward.iter().map(|id| (*id).into()).collect(),
        forced: true,
        registration: REGISTER,
    };
    assert_eq!(code(client.close_day_with(&close(&[99])).await), "unknown_account");
    assert_eq!(code(client.close_day_with(&close(&[2])).await), "wrong_class");
    client.close_day_with(&close(&[profit])).await.unwrap();
    assert_eq!(client.balance(fees).await.unwrap().balance, 0);
    let profit = client.balance(profit).await.unwrap();
    assert_eq!((profit.balance, profit.opening, &*profit.date), (100, 100, "2027-01-01"));
    let profit = profit.id;
    let dollars = |number: &str, subject: &str| {
        AccountOpening::new("LM", number, "", "USD", subject, Owner::Internal).may_go_negative()
    };
    let accounts = ["10020101", "6021", "4103"].map(|subject| dollars(&format!("usd {subject}"), subject));
    let opened = client.open_accounts(&accounts).await.unwrap();
    let [bank, fees, dollar_profit] = [0, 1, 2].map(|index: usize| opened[index].as_ref().unwrap().id);
    let fee = Transaction::new("usd").debit(bank, "2.00", "USD").credit(fees, "2.00", "USD");
    assert!(client.post_one(&fee).await.unwrap().is_posted());
    let close = |targets: &[u64]| CloseDayRequest { next: "2027-02-01", ..close(targets) };
    let refusal = client.close_day_with(&close(&[profit])).await.unwrap_err();
    let refusal = refusal.refusal().expect("a refusal");
    assert_eq!(&*refusal.code, "currency_mismatch");
    assert!(refusal.message.as_ref().is_some_and(|message| message.contains("USD")), "{refusal:?}");
    client.close_day_with(&close(&[profit, dollar_profit])).await.unwrap();
    assert_eq!(client.balance(dollar_profit).await.unwrap().balance, 200);
    node.stop().await;
}

#[tokio::test]
async fn the_chart_shows_subjects_as_they_were_opened_and_what_types_get() {
    let (node, mut client) = start().await;
    let opening = SubjectOpening {
        valid_from: Some("2026-01-01".to_owned()),
        tenor: Some("current".to_owned()),
        ..SubjectOpening::parent("2204", "押金", "liability", Side::Credit)
    };
    assert!(client.open_subjects("LM", &[opening]).await.unwrap()[0].is_ok());
    for (from, subject) in [("2026-12-01", "10020101"), ("2026-11-22", "220301")] {
        let (entity, kind, registration) = ("LM", "deposit", REGISTER);
        client.map_type(&MapTypeRequest { entity, kind, subject, from, registration }).await.unwrap();
    }
    client.open_entity("OTHER", "2026-11-22").await.unwrap();
    let chart = client.chart("LM").await.unwrap();
    let codes: Vec<&str> = chart.subjects.iter().map(|subject| &*subject.code).collect();
    assert!(codes.is_sorted() && codes.contains(&"220301"), "{codes:?}");
    let subject = chart.subjects.iter().find(|subject| &*subject.code == "2204").unwrap();
    assert_eq!((&*subject.name, &*subject.class, subject.leaf), ("押金", "liability", false));
    assert_eq!((subject.valid_from.as_deref(), subject.valid_to.as_deref()), (Some("2026-01-01"), None));
    assert_eq!((&*subject.tenor, &*subject.party), ("current", ""));
    let mappings = chart.mappings.iter().map(|one| (&*one.kind, &*one.from, &*one.subject));
    let expect = [("deposit", "2026-11-22", "220301"), ("deposit", "2026-12-01", "10020101")];
    assert_eq!(mappings.collect::<Vec<_>>(), expect);
    assert!(client.chart("OTHER").await.unwrap().subjects.is_empty());
    assert_eq!(code(client.chart("NO").await), "unknown_entity");
    node.stop().await;
}
