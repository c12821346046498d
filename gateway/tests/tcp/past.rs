//! Statements by range and view, past balances, merged entries, registers.

use longmen_client::{
    BalanceAtRequest, Client, ClientError, EntryRequest, PastBalance, RangeEnd, RegisterRequest,
    SetLimitsRequest, Statement, StatementRequest, Transaction,
};

use crate::node::TestNode;
use crate::year::{NIGHT, key, live_through};

async fn start() -> (TestNode, Client) {
    let node = TestNode::start().await;
    let mut client = node.client("ann").await;
    live_through(&mut client).await;
    (node, client)
}

fn date(text: &str) -> Option<RangeEnd> {
    Some(RangeEnd::Date(text.into()))
}

fn of(number: &str) -> StatementRequest<'static> {
    StatementRequest::new(key(number, "CNY"), 100)
}

/// What the lines move: natural amounts on a credit account are credits.
fn moves(statement: &Statement) -> Vec<(&str, i128)> {
    statement.lines.iter().map(|line| (&*line.accounting_date, line.after - line.before)).collect()
}

fn code<T: std::fmt::Debug>(result: Result<T, ClientError>) -> String {
    result.expect_err("a refusal").refusal().expect("a refusal").code.to_string()
}

#[tokio::test]
async fn statements_go_by_accounting_date_time_or_value_date() {
    let (node, mut client) = start().await;
    let by_date = StatementRequest {
        from: date("2026-11-30"),
        to: date("2026-12-31"),
        order: Some("oldest_first"),
        ..of("U1")
    };
    let page = client.statement_with(&by_date).await.unwrap();
    let second =
        [("2026-11-30", 5_000), ("2026-11-30", -1_000), ("2026-12-31", -1_200), ("2026-12-31", -800)];
    assert_eq!(moves(&page), second);
    assert_eq!(
        (page.opening, page.closing, page.range.opening, page.range.closing),
        (5_000, 7_000, 5_000, 7_000)
    );
    let red = &page.lines[0];
    assert_eq!((red.red, &*red.action, red.amount), (true, "reverse", -5_000));
    assert_eq!(red.named.as_ref().map(|named| named.blue), Some(false));

    let newest = StatementRequest { order: None, limit: 3, ..by_date.clone() };
    let first = client.statement_with(&newest).await.unwrap();
    let next = first.next.clone();
    let rest = client.statement_with(&StatementRequest { before: next.as_deref(), ..newest }).await.unwrap();
    assert_eq!((first.lines.len(), rest.lines.len(), first.opening, rest.next), (3, 1, rest.closing, None));

    let by_value =
        StatementRequest { from: date("2026-12-31"), to: date("2026-12-31"), by: Some("value"), ..of("U1") };
    let page = client.statement_with(&by_value).await.unwrap();
    assert_eq!((page.opening, page.closing, page.lines.len()), (9_000, 7_100, 3), "the late top-up counts");

    let moment = RangeEnd::Number(red.time_us);
    let by_time =
        StatementRequest { from: Some(moment.clone()), to: Some(moment), by: Some("time"), ..of("U1") };
    let page = client.statement_with(&by_time).await.unwrap();
    assert!(page.lines.iter().any(|line| line.position == red.position));
    assert!(page.lines.iter().all(|line| line.time_us == red.time_us));

    for wrong in [
        StatementRequest { by: Some("moon"), ..of("U1") },
        StatementRequest { by: Some("time"), from: date("2026-11-30"), ..of("U1") },
        StatementRequest { from: date("2026-13-30"), ..of("U1") },
        StatementRequest { order: Some("any"), ..of("U1") },
        StatementRequest { visible_to: Some("all"), ..of("U1") },
    ] {
        assert_eq!(code(client.statement_with(&wrong).await), "malformed", "{wrong:?}");
    }
    node.stop().await;
}

#[tokio::test]
async fn what_is_hidden_is_summed_up_and_holds_come_on_request() {
    let (node, mut client) = start().await;
    let customer = StatementRequest { visible_to: Some("customer"), totals: true, ..of("bank") };
    let page = client.statement_with(&customer).await.unwrap();
    assert_eq!((page.lines.len(), page.hidden.lines, page.hidden.credit), (2, 1, 2));
    assert_eq!(page.opening + page.shown.debit - page.shown.credit - page.hidden.credit, page.closing);
    assert_eq!(page.range.hidden, Some(page.hidden));
    assert_eq!(client.statement_with(&of("bank")).await.unwrap().lines.len(), 3);

    let freeze = Transaction::new("f-1").freeze(key("U1", "CNY"), "3.00", "CNY");
    assert!(client.post_one(&freeze).await.unwrap().is_posted());
    let with = client.statement_with(&StatementRequest { holds: true, ..of("U1") }).await.unwrap();
    let line = &with.lines[0];
    let hold = line.hold.as_ref().unwrap();
    assert_eq!((&*hold.moved, hold.amount, hold.remaining, &*line.action), ("frozen", 300, 300, "freeze"));
    assert_eq!((line.before, line.after, line.frozen_before, line.frozen_after), (7_100, 7_100, 0, 300));
    let without = client.statement_with(&of("U1")).await.unwrap();
    assert_eq!((without.lines.len() + 1, without.closing), (with.lines.len(), with.closing));
    node.stop().await;
}

#[tokio::test]
async fn a_balance_is_that_of_any_date_moment_or_value_date() {
    let (node, mut client) = start().await;
    let at =
        BalanceAtRequest { account: key("U1", "CNY").into(), date: None, time_us: None, value_date: None };
    for (day, balance) in [
        ("2026-11-28", 0),
        ("2026-11-29", 5_000),
        ("2026-11-30", 9_000),
        ("2026-12-30", 9_000),
        ("2026-12-31", 7_000),
        ("2027-01-01", 7_100),
    ] {
        let found = client.balance_at(&BalanceAtRequest { date: Some(day), ..at.clone() }).await.unwrap();
        assert_eq!(found.balance, balance, "{day}");
        assert_eq!(found.frozen, Some(0));
    }
    let by_value = BalanceAtRequest { value_date: Some("2026-12-31"), ..at.clone() };
    let found: PastBalance = client.balance_at(&by_value).await.unwrap();
    assert_eq!((found.balance, found.frozen, found.position), (7_100, None, None));
    let never = BalanceAtRequest { time_us: Some(0), ..at.clone() };
    assert_eq!(client.balance_at(&never).await.unwrap().balance, 0);
    let now = BalanceAtRequest { time_us: Some(i64::MAX), ..at.clone() };
    assert_eq!(client.balance_at(&now).await.unwrap().balance, 7_100);
    assert_eq!(code(client.balance_at(&at).await), "malformed");
    let both = BalanceAtRequest { date: Some("2026-11-29"), time_us: Some(1), ..at.clone() };
    assert_eq!(code(client.balance_at(&both).await), "malformed");
    let nobody = BalanceAtRequest { account: 99.into(), date: Some("2026-11-29"), ..at };
    assert_eq!(code(client.balance_at(&nobody).await), "unknown_account");
    node.stop().await;
}

#[tokio::test]
async fn a_merged_entry_opens_into_its_transactions() {
    let (node, mut client) = start().await;
    let range = StatementRequest {
        from: date("2026-12-31"),
        to: date("2026-12-31"),
        order: Some("oldest_first"),
        ..of("fee")
    };
    let page = client.statement_with(&range).await.unwrap();
    let mut legs = Vec::new();
    for line in page.lines.iter().filter(|line| line.merged.is_some()) {
        let account = key("fee", "CNY").into();
        let mut request = EntryRequest { account, position: &line.position, from: 0, limit: 1 };
        let mut balance = line.before;
        loop {
            let entry = client.entry(&request).await.unwrap();
            assert_eq!((entry.count, entry.opening), (line.merged.unwrap().count, balance));
            balance = entry.closing;
            legs.extend(entry.lines.iter().map(|leg| (leg.transaction.clone().unwrap(), leg.amount)));
            let Some(next) = entry.next else { break };
            request.from = next;
        }
        assert_eq!(balance, line.after);
    }
    let id = |text| format!("{:032x}", longmen_client::id_of_text(text)).into();
    assert_eq!(legs, [(id("p-3"), 7), (id("p-4"), 5)]);
    let carried = page.lines.last().unwrap();
    assert_eq!((&*carried.action, carried.client, carried.after), ("carry_forward", 0, 0));
    let account = key("fee", "CNY").into();
    let plain = EntryRequest { account, position: &carried.position, from: 0, limit: 1 };
    assert_eq!(code(client.entry(&plain).await), "malformed");
    assert_eq!(code(client.entry(&EntryRequest { position: "1/2", ..plain.clone() }).await), "malformed");
    assert_eq!(code(client.entry(&EntryRequest { position: "1/0/0", ..plain.clone() }).await), "malformed");
    // Where a record of another account lies there is none of this one, in every question that takes a place.
    let others = client.statement_with(&StatementRequest { from: None, to: None, ..of("U1") }).await.unwrap();
    for place in others.lines.iter().map(|line| &*line.position) {
        assert_eq!(code(client.entry(&EntryRequest { position: place, ..plain.clone() }).await), "malformed");
        assert_eq!(code(client.statement(key("fee", "CNY"), Some(place), 2).await), "malformed");
        let account = Some(key("fee", "CNY").into());
        let register =
            RegisterRequest { account, after: Some(place), limit: 2, ..RegisterRequest::default() };
        assert_eq!(code(client.register(&register).await), "malformed");
    }
    assert!(!others.lines.is_empty());
    node.stop().await;
}

#[tokio::test]
async fn registers_say_who_changed_what_and_why() {
    let (node, mut client) = start().await;
    let limits = SetLimitsRequest {
        currency: Some("CNY"),
        registration: NIGHT,
        day_limit: Some(Some("5.00".into())),
        ..SetLimitsRequest::new(key("U1", "CNY"))
    };
    client.set_limits(&limits).await.unwrap();
    client
        .set_limits(&SetLimitsRequest {
            day_limit: Some(None),
            overdraft_limit: Some(Some(1.into())),
            ..limits
        })
        .await
        .unwrap();
    let freeze = Transaction::new("f-1").freeze(key("U1", "CNY"), "3.00", "CNY").operator("li");
    client.post_one(&freeze).await.unwrap();
    let of_account =
        RegisterRequest { account: Some(key("U1", "CNY").into()), limit: 50, ..RegisterRequest::default() };
    let register = client.register(&of_account).await.unwrap();
    assert_eq!(
        register.rows.iter().map(|row| &*row.action).collect::<Vec<_>>(),
        ["frozen", "changed", "changed", "opened"]
    );
    let change = |name: &str, was: &str, is: &str| (name.into(), Some(was.into()), is.into());
    assert_eq!(register.rows[0].changes, [change("remaining", "0", "300")]);
    assert_eq!(
        register.rows[1].changes,
        [change("overdraft_limit", "0", "1"), change("day_limit", "500", "none")]
    );
    assert_eq!(register.rows[2].changes, [change("day_limit", "none", "500")]);
    let notes = &register.rows[2].notes;
    assert_eq!(["operator", "approval", "reason"].map(|name| &*notes[name]), ["night", "A-1", "day end"]);
    assert_eq!(&*register.rows[0].notes["operator"], "li");
    let one = client.register(&RegisterRequest { limit: 2, ..of_account.clone() }).await.unwrap();
    assert_eq!(one.rows, register.rows[..2], "what is behind the page is known to it");
    let after = RegisterRequest { after: one.next.as_deref(), ..of_account.clone() };
    assert_eq!(client.register(&after).await.unwrap().rows, register.rows[2..]);
    let today = RegisterRequest { from: date("2027-01-01"), ..of_account.clone() };
    assert_eq!(client.register(&today).await.unwrap().rows, register.rows[..3]);
    let old = RegisterRequest { to: date("2026-12-31"), ..of_account };
    assert_eq!(client.register(&old).await.unwrap().rows, register.rows[3..]);
    check_closes(&mut client).await;
    node.stop().await;
}

/// The register of what has no account, by date and by frame.
async fn check_closes(client: &mut Client) {
    let all = RegisterRequest { limit: 50, ..RegisterRequest::default() };
    let closes =
        async |client: &mut Client, request: RegisterRequest<'_>| -> Vec<(String, String, i64)> {
            let rows = client.register(&request).await.unwrap().rows;
            assert!(rows.iter().all(|row| row.notes.get("operator").map_or("", |text| text) == "night"
                || &*row.action != "close_day"));
            let closes = rows.into_iter().filter(|row| &*row.action == "close_day");
            let frame = |place: &str| place.split('/').next().unwrap().parse().unwrap();
            closes.map(|row| (row.action.into(), row.about.to_string(), frame(&row.position))).collect()
        };
    let found = closes(client, all.clone()).await;
    assert_eq!(
        found.iter().map(|row| &*row.1).collect::<Vec<_>>(),
        ["2026-11-29", "2026-11-30", "2026-12-31"]
    );
    let by_date = RegisterRequest {
        entity: Some("YR"),
        from: date("2026-11-30"),
        to: date("2026-11-30"),
        ..all.clone()
    };
    let of_date = closes(client, by_date).await;
    assert!(of_date.contains(&found[1]) && !of_date.contains(&found[2]), "{of_date:?}");
    let frame = Some(RangeEnd::Number(found[2].2));
    let by_frame = RegisterRequest { from: frame.clone(), to: frame, ..all.clone() };
    assert_eq!(closes(client, by_frame).await, found[2..]);
    assert_eq!(
        code(client.register(&RegisterRequest { from: date("2026-11-30"), ..all.clone() }).await),
        "malformed"
    );
    // A date and a frame are no range.
    let (frame, day) = (Some(RangeEnd::Number(1)), date("2026-11-30"));
    for (from, to) in [(frame.clone(), day.clone()), (day, frame)] {
        let mixed = RegisterRequest { entity: Some("YR"), from, to, ..all.clone() };
        assert_eq!(code(client.register(&mixed).await), "malformed");
    }
    assert_eq!(code(client.register(&RegisterRequest { entity: Some("NO"), ..all }).await), "unknown_entity");
}
